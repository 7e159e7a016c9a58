"""`check`: a script or a described film against the standards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scenewise.core.errors import InputError
from scenewise.core.plugins import load
from scenewise.core.ports import SpeechDetector
from scenewise.core.progress import Progress
from scenewise.core.script import Cue, Script
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.comparing import Streams, chosen, flagged, hear_stream
from scenewise.description.formats import read_cues, read_script
from scenewise.description.hearing import Sound, hear
from scenewise.description.limits import CheckOptions
from scenewise.description.listening_measures import sound_measures
from scenewise.description.measures import Measure
from scenewise.description.overhearing import overheard
from scenewise.description.results import Check
from scenewise.description.rules import measure_script
from scenewise.description.work import Work
from scenewise.media.probe import FilmInfo, probe, probe_film
from scenewise.media.probe import digest as digest_of
from scenewise.media.subtitles import read_embedded

_WORTH_TELLING = 0.1  # s by which a copy may be early or late without anybody noticing
SCRIPT_SUFFIXES = {".json", ".vtt", ".srt", ".xml", ".ttml", ".dfxp", ".txt"}


def check(
    target: str | Path | Script,
    *,
    film: str | Path | None = None,
    captions: str | Path | None = None,
    options: CheckOptions | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Check:
    """Measure a script or a described film.

    Args:
        target: a script, the file of one (also one that people made, in WebVTT or SRT), or a
            described film.
        film: the film a script belongs to; found beside the script where it names one.
        captions: the film's captions, whose cues count as dialogue.
        options: the limits, those of the standards unless told otherwise; and, for a described
            film that does not say so itself, where its described and its original sound are.
        cache: where stage results are kept.
        progress: told what is being done.

    Raises:
        InputError: the target cannot be read as either, or its sounds cannot be compared.
    """
    work, options = Work.of(cache, progress), options or CheckOptions()
    said = read_cues(Path(captions)) if captions is not None else None
    path = None if isinstance(target, Script) else Path(target)
    if path is not None and path.suffix.lower() not in SCRIPT_SUFFIXES:
        return _check_film(path, said, options, work)
    if options.original or options.stream is not None:
        raise InputError(
            "this is a script, and --original and --stream tell of a described film",
            path=path,
            remedy="name the film of a script with --film",
        )
    script = target if isinstance(target, Script) else read_script(Path(target))
    return _check_script(script, path, film, said, options, work)


def _hear(info: FilmInfo, work: Work) -> Sound:
    detector: SpeechDetector = load("speech detector", "silero")()
    return hear(info, digest_of(info.path), detector, work)


def _hear_original(info: FilmInfo, streams: Streams, work: Work) -> Sound:
    """What was heard in the original of a described film. One that had no sound of its own had
    no dialogue: what is heard is the description."""
    if streams.original is None:
        return Sound((), None, None)
    source = info if streams.source is None else probe(streams.source)
    if source.programme is not None and source.programme.index == streams.original:
        return streams.heard_in(_hear(source, work))
    detector: SpeechDetector = load("speech detector", "silero")()
    with work.progress.step("Listening for dialogue"):
        return hear_stream(source.path, streams.original, detector)


def _check_script(
    script: Script,
    path: Path | None,
    film: str | Path | None,
    captions: list[Cue] | None,
    options: CheckOptions,
    work: Work,
) -> Check:
    beside = path.parent / script.film.name if path is not None and script.film.name else None
    if film is None and beside is not None and beside.is_file():
        film = beside
    dialogue = script.dialogue
    span = Span(0.0, script.film.duration) if script.film.duration > 0 else None
    if film is not None:
        info = probe_film(film)
        if dialogue is None or script.film.digest != digest_of(film):
            dialogue = _hear(info, work).dialogue
        span = Span(0.0, info.duration) if info.duration else span
    measures = measure_script(
        script, dialogue=dialogue, film=span, captions=captions, rules=options.script
    )
    return Check(tuple(measures), str(path or script.film.name), script.notes)


def _check_film(path: Path, captions: list[Cue] | None, options: CheckOptions, work: Work) -> Check:
    info = probe_film(path)
    with work.progress.step("Comparing with the original"):
        streams = chosen(info, options)
    beside = script = _script_beside(path)
    if script is None:
        with work.progress.step("Listening for the description"):
            script = overheard(info, streams)
    sound = _hear_original(info, streams, work)
    if script.dialogue is not None:
        sound = replace(sound, dialogue=script.dialogue)
    end = info.duration or max((c.span.end for c in script.cues()), default=0.0)
    checked = check_result(
        path,
        script,
        sound,
        Span(0.0, end),
        captions=captions,
        options=options,
        streams=streams,
        work=work,
    )
    if abs(lag := streams.alignment.lag) >= _WORTH_TELLING:
        when = "later" if lag > 0 else "earlier"
        note = f"the original's sound comes {abs(lag):.2f} s {when} in the described film"
        checked = replace(checked, notes=(*checked.notes, note))
    stale = _rendered(info, script) if beside is not None else None
    return checked if stale is None else replace(checked, measures=(stale, *checked.measures))


def _rendered(info: FilmInfo, script: Script) -> Measure | None:
    """Whether the words of a script are those in the film's own text track; None where the
    film has no such track (they may be drawn into its picture)."""
    track = next((stream for stream in info.subtitles if stream.described), None)
    if track is None:
        return None
    shown = " ".join(" ".join(cue.text for cue in read_embedded(info.path, track.index)).split())
    missing = [cue for cue in script.cues() if " ".join(cue.text.split()) not in shown]
    return Measure(
        "lines not in the film",
        float(len(missing)),
        "",
        0.0,
        not missing,
        "lines of the script that the film was not rendered with"
        + (f", such as {missing[0].id}" if missing else ""),
        tuple(cue.span for cue in missing),
        "error",
    )


def _script_beside(film: Path) -> Script | None:
    """The script that was written together with a described film, if it is still there."""
    beside = film.with_name(f"{film.stem.removesuffix('.described')}.ad.json")
    return read_script(beside) if beside.is_file() else None


def check_result(
    film: Path,
    script: Script,
    sound: Sound,
    span: Span,
    *,
    captions: list[Cue] | None = None,
    options: CheckOptions | None = None,
    streams: Streams | None = None,
    work: Work,
    seconds_spent: float | None = None,
) -> Check:
    """Measure a described film whose script is known.

    Args:
        film: the described film.
        script: as rendered.
        sound: what was heard in the original.
        span: bounds of the film.
        captions: the film's captions, whose cues count as dialogue.
        options: the limits; those of the standards unless told otherwise.
        streams: its described sound and the original's; as flagged unless told otherwise.
        work: cache, progress and timings of the run.
        seconds_spent: wall clock of draft and render, for the paper's "timely".
    """
    info = probe_film(film)
    options = options or CheckOptions()
    measures = list(
        measure_script(
            script, dialogue=sound.dialogue, film=span, captions=captions, rules=options.script
        )
    )
    streams = streams or flagged(info)
    if streams is not None:
        detector: SpeechDetector = load("speech detector", "silero")()
        with work.progress.step("Checking the result"):
            measures += sound_measures(streams, script.cues(), sound, detector, options.sound)
    if seconds_spent is not None and span.duration > 0:
        measures.append(_timely(seconds_spent, span.duration))
    return Check(tuple(measures), str(film))


def _timely(seconds: float, duration: float) -> Measure:
    share = seconds / duration
    return Measure(
        "processing time",
        share,
        "× duration",
        1.0,
        share <= 1.0,
        f"{seconds:.1f} s for {duration:.1f} s of film",
        (),
        "advice",
        "Chen 2025, §4.1: timely",
    )


__all__ = ["check", "check_result"]
