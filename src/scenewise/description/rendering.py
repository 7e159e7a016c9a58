"""`render`: from a film and its script to a film that can be followed without seeing it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from scenewise.core.errors import ScriptInvalid, WrongFilm
from scenewise.core.media_types import Audio
from scenewise.core.options import from_plain
from scenewise.core.plugins import available, load
from scenewise.core.ports import SpeechDetector, Voice
from scenewise.core.progress import Progress
from scenewise.core.script import Description, FilmReference, Script
from scenewise.core.time import Span
from scenewise.description.cache import Cache
from scenewise.description.checking import check_result
from scenewise.description.fitting import fitted
from scenewise.description.formats import read_edited, save_all, validate
from scenewise.description.gaps import find_gaps
from scenewise.description.hearing import Sound, hear
from scenewise.description.limits import CheckOptions, SoundRules
from scenewise.description.naming import Outputs, prepare_output, together
from scenewise.description.options import DraftOptions, RenderOptions, SpeechChoice
from scenewise.description.recalling import recalled
from scenewise.description.report import write_report
from scenewise.description.results import Draft, Rendered
from scenewise.description.speaking import Speaker
from scenewise.description.work import Work
from scenewise.media.atomic import refuse_input
from scenewise.media.extracting import extract_sound
from scenewise.media.formats import format_of
from scenewise.media.loudness import measure
from scenewise.media.mixing import Utterance, mix, mix_format, speech_gain
from scenewise.media.probe import FilmInfo, probe_film
from scenewise.media.probe import digest as digest_of
from scenewise.media.read_ahead import read_ahead
from scenewise.media.reading import Film
from scenewise.media.sound import read_sound
from scenewise.media.writing import suffix_for, write_described
from scenewise.models.voices.choosing import voice_for

_MIXED_AHEAD = 4  # s of sound that are mixed while the second before is being encoded
_SAME_LENGTH = 0.5  # s: two copies of a film whose headers differ by less are the same film


def render(
    film: str | Path,
    script: Script | str | Path,
    output_dir: str | Path | None = None,
    options: RenderOptions | None = None,
    speech: SpeechChoice | None = None,
    *,
    language: str = "",
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
        speech: which voice speaks; where nothing else is chosen, the one that the script was
            measured with.
        language: of the script's words (BCP 47), where its file does not say or says wrong.
        drafted: the draft that the script came from, which the report then shows.
        voice: speaks; instead of the one that `speech` names.
        cache: where stage results are kept; the user's cache unless told otherwise.
        progress: told what is being done.

    Raises:
        InputError: a file cannot be used, or the script belongs to another film.
        OutputUnwritable: the result cannot be written; nothing is left behind.
        ComponentMissing: the voice cannot be had.
    """
    options, work, film = options or RenderOptions(), Work.of(cache, progress), Path(film)

    info = probe_film(film)
    path = None if isinstance(script, Script) else Path(script)
    given = script if isinstance(script, Script) else read_edited(Path(script))
    if language:
        given = replace(given, language=language)
    speech = _speech(speech, given)
    with work.timings.stage("hash"):
        digest = digest_of(film)
    _require_this_film(given, info, digest, path)
    drafting = DraftOptions.from_plain(given.settings)
    outputs = Outputs.beside(film, Path(output_dir) if output_dir else None, suffix_for(info))
    refuse_input(outputs.film, film)
    speaker = Speaker(
        voice or voice_for(speech.voice, speech.for_language(given.language)), work.cache
    )
    if drafted is not None:
        sound, duration = drafted.sound, drafted.duration
    else:
        speaker.require()
        detector: SpeechDetector = load("speech detector", drafting.speech_detector)(
            drafting.hearing
        )
        sound, duration = hear(info, digest, detector, work), _duration(info, given)

    if given.dialogue is not None:  # with captions that were given, and as a person corrected it
        sound = replace(sound, dialogue=given.dialogue)
    bounds = Span(0.0, duration)
    gaps = find_gaps(sound.dialogue, bounds, drafting.gaps)
    if drafted is None:
        drafted = recalled(film, digest, given, sound, gaps, duration, work)
    with work.timings.stage("speak"):
        wordings = [(d.spoken or d.text, d.language) for d in given.descriptions if d.voiced]
        speaker.measure(wordings, work.progress)
    with work.timings.stage("schedule"):
        final, warnings = fitted(given, gaps, speaker, bounds)
    final = replace(
        final,
        film=FilmReference(film.name, digest, round(duration, 3)),
        dialogue=tuple(sound.dialogue),
        voice=speaker.describe(),
    )
    with prepare_output(film, output_dir) as folder, together(folder) as stage:
        staged = replace(outputs, folder=stage)
        job = _Job(film, info, final, sound, duration, options, staged, work)
        files, dropped = job.write(speaker)
        with work.timings.stage("check"):
            checked = check_result(
                staged.film,
                final,
                sound,
                bounds,
                options=CheckOptions(sound=SoundRules(peak=options.mix.peak)),
                work=work,
                seconds_spent=work.timings.total + (drafted.timings.total if drafted else 0.0),
            )
        rendered = Rendered(
            staged.film,
            final,
            files,
            replace(checked, target=str(outputs.film)),
            work.timings,
            (*warnings, *dropped),
            details={"options": asdict(options)},
            source=film,
        )
        if options.report:
            with work.timings.stage("report"):
                files["report"] = write_report(staged.report, rendered, gaps, drafted)
    places = {kind: outputs.folder / path.name for kind, path in files.items()}
    rendered = replace(rendered, film=outputs.film, files=places)
    work.cache.prune()
    return rendered


@dataclass(frozen=True)
class _Job:
    """One described film to be written."""

    film: Path
    info: FilmInfo
    script: Script
    sound: Sound
    duration: float
    options: RenderOptions
    outputs: Outputs
    work: Work

    def write(self, speaker: Speaker) -> tuple[dict[str, Path], tuple[str, ...]]:
        """Every file but the report, by kind, and what the film's format could not hold."""
        own, outputs, options = self.info.programme, self.outputs, self.options
        rate, layout = mix_format(
            own.rate if own else 0,
            own.layout if own else "",
            own.channels if own else 0,
            webm=outputs.suffix == ".webm",
        )
        utterances = [
            Utterance(cue.span.start, speaker.say(cue.text, cue.language))
            for cue in self.script.cues()
        ]
        gain = self._gain(utterances)

        def mixed() -> Generator[Audio, None, None]:
            programme = read_sound(self.film, rate=rate, layout=layout) if own else iter(())
            yield from mix(
                programme,
                utterances,
                rate=rate,
                layout=layout,
                duration=self.duration,
                gain=gain,
                options=options.mix,
                overshoot=format_of(outputs.film).overshoot,
            )

        files: dict[str, Path] = {}
        with (
            self.work.timings.stage("mix and write"),
            closing(read_ahead(mixed(), _MIXED_AHEAD)) as ahead,
        ):
            written = write_described(
                self.film,
                outputs.film,
                mix=ahead,
                mix_rate=rate,
                layout=layout,
                captions=self.script.shown(),
                language=self.script.language,
                options=options.film,
                progress=self.work.progress,
            )
        files["film"] = outputs.film
        with self.work.timings.stage("write the rest"):
            for kept in save_all(self.script, outputs.folder / outputs.stem):
                files["".join(kept.suffixes[-2:]).lstrip(".")] = kept
            if options.sound_file:
                extract_sound(outputs.film, written.sound_stream, outputs.sound)
                files["sound"] = outputs.sound
        return files, written.dropped

    def _gain(self, utterances: Sequence[Utterance]) -> float:
        """Decibels that bring the speech to the level of the film's dialogue."""
        if not utterances:
            return 0.0
        speech, programme = self.sound.speech, self.sound.programme
        return speech_gain(
            measure(utterance.audio for utterance in utterances).integrated,
            speech.integrated if speech else None,
            programme.integrated if programme else None,
        )


def _speech(asked: SpeechChoice | None, script: Script) -> SpeechChoice:
    """The voice that was asked for, or else the script's own, as far as it speaks the script's
    language and is known here."""
    if asked is not None and asked != SpeechChoice():
        return asked
    known: dict[str, Any] = {
        name: script.voice[name] for name in ("rate", "volume") if name in script.voice
    }
    voice = script.voice.get("name")
    if voice in available("voice") and script.voice.get("language") == script.language:
        known |= {"voice": voice, "voice_name": script.voice.get("voice", "")}
    choice: SpeechChoice = from_plain(SpeechChoice, known)
    return choice


def _duration(info: FilmInfo, script: Script) -> float:
    """Seconds, from the header, the script, or in the end from looking at every frame."""
    if info.duration or script.film.duration:
        return info.duration or script.film.duration
    film = Film(info.path)
    for _ in film.frames():
        pass
    return film.span.end


def _require_this_film(script: Script, info: FilmInfo, digest: str, path: Path | None) -> None:
    """Raise unless the script can belong to the film and is sound in itself."""
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
    if not script.voice and info.duration:
        # slots of a text track may outlast the film: what is spoken in them is measured later
        slots = (_ending_by(line, info.duration) for line in script.descriptions)
        script = script.with_descriptions(tuple(slots))
    problems = validate(script, duration=info.duration)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ScriptInvalid(f"{problems[0]}{more}", path=path, remedy="correct the script")


def _ending_by(line: Description, end: float) -> Description:
    if line.start is None or line.duration is None or line.start >= end:
        return line
    return replace(line, duration=min(line.duration, end - line.start))
