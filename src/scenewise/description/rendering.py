"""`render`: from a film and its script to a film that can be followed without seeing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scenewise.core.errors import ScriptInvalid, WrongFilm
from scenewise.core.media_types import Audio
from scenewise.core.plugins import load
from scenewise.core.ports import SpeechDetector, Voice
from scenewise.core.progress import Progress, Silent
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.checking import check_result
from scenewise.description.editing import read_edited
from scenewise.description.formats import save_all, validate
from scenewise.description.gaps import GapOptions, find_gaps
from scenewise.description.hearing import Sound, hear
from scenewise.description.naming import Outputs
from scenewise.description.options import RenderOptions, SpeechChoice
from scenewise.description.placing import place
from scenewise.description.results import Draft, Rendered
from scenewise.description.speaking import Speaker
from scenewise.description.timing import Timings
from scenewise.media.atomic import refuse_input
from scenewise.media.mixing import MixOptions, Utterance, mix, speech_gain
from scenewise.media.probe import FilmInfo, probe_film
from scenewise.media.probe import digest as digest_of
from scenewise.media.sound import read_sound, write_sound
from scenewise.media.writing import WriteOptions, suffix_for, write_described
from scenewise.models.voices.choosing import voice_for

_MIX_RATE = 48_000  # Hz: what AAC and Opus both take, and what film sound mostly is
_SAME_LENGTH = 0.5  # s: two copies of a film whose headers differ by less are the same film


def render(
    film: str | Path,
    script: Script | str | Path,
    output_dir: str | Path | None = None,
    options: RenderOptions | None = None,
    speech: SpeechChoice | None = None,
    *,
    drafted: Draft | None = None,
    voice: Voice | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Rendered:
    """Voice a script and write the described film with everything beside it.

    The lines' own times are kept where their speech still fits. Where a person's edit made a
    line too long for its place, the whole is scheduled again with that line preferred, and
    what changed is told in the warnings.

    Args:
        film: the film; never changed.
        script: a script, or the file of one (JSON, WebVTT, SRT, DAPT).
        output_dir: where everything goes; beside the film unless told otherwise.
        options: how the result is made.
        speech: which voice speaks.
        drafted: the draft that the script came from, for the report; made again where needed.
        voice: speaks; instead of the one that `speech` names.
        cache: where stage results are kept.
        progress: told what is being done.

    Raises:
        InputError: a file cannot be used, or the script belongs to another film.
        OutputUnwritable: the result cannot be written; nothing is left behind.
        ComponentMissing: the voice cannot be had.
    """
    options, speech = options or RenderOptions(), speech or SpeechChoice()
    cache, progress = cache or Cache.standard(), progress or Silent()
    timings, warnings = Timings(), list[str]()
    film = Path(film)

    info = probe_film(film)
    path = None if isinstance(script, Script) else Path(script)
    given = script if isinstance(script, Script) else read_edited(Path(script))
    with timings.stage("hash"):
        digest = digest_of(film)
    given = _for_this_film(given, info, digest, path)
    outputs = Outputs.beside(film, Path(output_dir) if output_dir else None, suffix_for(info))
    refuse_input(outputs.film, film)
    speaker = Speaker(voice or voice_for(speech.voice, speech.for_language(given.language)), cache)

    shared = {"cache": cache, "timings": timings, "progress": progress}
    if drafted is not None:
        sound = drafted.sound
    else:
        detector: SpeechDetector = load(
            "speech detector", str(given.settings.get("speech_detector") or "silero")
        )()
        sound = hear(info, digest, detector, **shared)
    duration = drafted.duration if drafted is not None else _duration(info, given)
    gaps = find_gaps(sound.dialogue, Span(0.0, duration), GapOptions())

    with timings.stage("speak"):
        speaker.measure([line.spoken or line.text for line in _voiced(given)], progress)
    with timings.stage("schedule"):
        final, moved = _fitted(given, gaps, speaker, duration)
    warnings.extend(moved)
    final = replace(
        final,
        film=FilmReference(film.name, digest, round(duration, 3)),
        dialogue=tuple(sound.dialogue),
        voice=speaker.describe(),
    )

    layout = _layout(info)
    utterances = [Utterance(c.span.start, speaker.say(c.text)) for c in final.cues()]
    gain = _gain(utterances, sound)

    def mixed() -> Iterator[Audio]:
        programme = read_sound(film, rate=_MIX_RATE, layout=layout) if info.audio else iter(())
        return mix(
            programme,
            utterances,
            rate=_MIX_RATE,
            layout=layout,
            duration=duration,
            gain=gain,
            options=MixOptions(duck=options.duck, ramp=options.ramp, peak=options.peak),
        )

    files: dict[str, Path] = {}
    with timings.stage("mix and write"):
        write_options = WriteOptions(default_audio=options.default_audio, burn_in=options.burn_in)
        with progress.step("Writing the described film", total=duration):
            written = write_described(
                film,
                outputs.film,
                mix=mixed(),
                mix_rate=_MIX_RATE,
                layout=layout,
                captions=final.shown(),
                language=final.language,
                options=write_options,
                progress=progress,
            )
        files["film"] = outputs.film
        warnings.extend(written.dropped)
    with timings.stage("write the rest"):
        for kept in save_all(final, outputs.folder / outputs.stem):
            files["".join(kept.suffixes[-2:]).lstrip(".")] = kept
        if options.mix_only:
            write_sound(outputs.sound, mixed())
            files["sound"] = outputs.sound
    with timings.stage("check"):
        checked = check_result(
            outputs.film,
            final,
            sound,
            Span(0.0, duration),
            cache=cache,
            progress=progress,
            seconds_spent=timings.total + (drafted.timings.total if drafted else 0.0),
        )
    rendered = Rendered(outputs.film, final, files, checked, timings, tuple(warnings))
    if options.report:
        from scenewise.description.report import write_report

        with timings.stage("report"):
            files["report"] = write_report(outputs.report, rendered, drafted, gaps)
    return rendered


def _voiced(script: Script) -> list[Description]:
    return [line for line in script.descriptions if line.voiced]


def _duration(info: FilmInfo, script: Script) -> float:
    if info.duration:
        return info.duration
    if script.film.duration:
        return script.film.duration
    from scenewise.media.reading import Film

    film = Film(info.path)
    for _ in film.frames():
        pass
    return film.span.end


def _for_this_film(script: Script, info: FilmInfo, digest: str, path: Path | None) -> Script:
    """The script, if it can belong to the film; edited files get back what they cannot hold."""
    reference = script.film
    if reference.digest and reference.digest != digest:
        known = reference.duration and info.duration
        if not known or abs(reference.duration - float(info.duration or 0)) > _SAME_LENGTH:
            raise WrongFilm(
                f"this script was made for another film ({reference.name or 'unknown'}, "
                f"{reference.duration:.1f} s), not for {info.path.name}",
                path=path,
                remedy="render it with that film, or draft a script for this one",
            )
    problems = validate(script, duration=info.duration)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ScriptInvalid(f"{problems[0]}{more}", path=path, remedy="correct the script")
    return script


def _fitted(
    script: Script, gaps: Sequence[Span], speaker: Speaker, duration: float
) -> tuple[Script, list[str]]:
    """The script with measured durations, and what had to move."""
    lines = []
    fits = True
    placement = str(script.settings.get("placement") or "optimum")
    for line in script.descriptions:
        if line.start is None:
            lines.append(line)
            continue
        wording = line.spoken or line.text
        length = speaker.duration(wording)
        lines.append(line.delivered(line.start, round(length, 3), wording))
    voiced = sorted((line for line in lines if line.voiced), key=lambda line: line.start or 0.0)
    ends = [(line.start or 0.0) + (line.duration or 0.0) for line in voiced]
    for index, line in enumerate(voiced):
        span = Span(line.start or 0.0, ends[index])
        inside = any(g.start - 1e-3 <= span.start and span.end <= g.end + 1e-3 for g in gaps)
        clear = index + 1 == len(voiced) or ends[index] <= (voiced[index + 1].start or 0.0) + 1e-3
        fits = fits and inside and clear
    if fits or placement == "paper":
        return script.with_descriptions(tuple(lines)), []
    again = place(
        [line if line.voiced else line.silenced(line.reason or "not voiced") for line in lines],
        gaps,
        speaker,
        "optimum",
        film=Span(0.0, duration),
    )
    told = []
    before = {line.id: line for line in lines}
    for line in again:
        old = before[line.id]
        if old.voiced and not line.voiced:
            told.append(f"{line.id} no longer fits and is not voiced: {line.reason}")
        elif old.start is not None and line.start is not None:
            moved = line.start - old.start
            if abs(moved) > 0.05 or line.spoken != old.spoken:
                told.append(f"{line.id} moved by {moved:+.2f} s so that everything fits")
    return script.with_descriptions(tuple(again)), told


def _layout(info: FilmInfo) -> str:
    """The mix's layout: the film's own where encoders carry it, else stereo."""
    if info.audio:
        best = next((s for s in info.audio if not s.described), info.audio[0])
        if best.channels == 6:
            return "5.1"
        if best.channels == 1:
            return "mono"
    return "stereo"


def _gain(utterances: Sequence[Utterance], sound: Sound) -> float:
    """Gain in dB that brings the speech to the level of the film's dialogue."""
    if not utterances:
        return 0.0
    from scenewise.media.loudness import measure

    said = measure(u.audio for u in utterances)
    return speech_gain(
        said.integrated,
        sound.speech.integrated if sound.speech else None,
        sound.programme.integrated if sound.programme else None,
    )
