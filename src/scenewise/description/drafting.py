"""`draft`: from a film to a script that a person can correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scenewise.core.media_types import Keyframe
from scenewise.core.plugins import load
from scenewise.core.ports import (
    CaptionContext,
    Captioner,
    FrameSelector,
    SpeechDetector,
    TextReader,
    Voice,
)
from scenewise.core.progress import Progress
from scenewise.core.script import FilmReference, Script
from scenewise.core.time import Span, union
from scenewise.description.cache import Cache
from scenewise.description.captioning import caption
from scenewise.description.formats import read_cues
from scenewise.description.gaps import find_gaps, spoken_spans
from scenewise.description.hearing import begin_listening, hear
from scenewise.description.lines import worded_lines
from scenewise.description.looking import look
from scenewise.description.onscreen import TextEvent, merge
from scenewise.description.options import DraftOptions, SpeechChoice
from scenewise.description.placing import place
from scenewise.description.results import Draft
from scenewise.description.speaking import Speaker
from scenewise.description.work import Work
from scenewise.description.writing import WritingWatch, read_frames
from scenewise.media.probe import digest as digest_of
from scenewise.media.reading import Film
from scenewise.models import hub
from scenewise.models.caption_options import CaptionOptions
from scenewise.models.choosing import captioner_for, model_behind, with_portraits
from scenewise.models.voices.choosing import voice_for


def draft(
    film: str | Path,
    options: DraftOptions | None = None,
    speech: SpeechChoice | None = None,
    *,
    captioner: Captioner | None = None,
    voice: Voice | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Draft:
    """Write the script of a film's audio description.

    Args:
        film: any file FFmpeg can read that holds moving pictures.
        options: how the draft is made.
        speech: which voice the durations are measured with.
        captioner: describes key frames; instead of the one that `options` names. Where `options`
            name portraits, it takes them instead of its own.
        voice: speaks; instead of the one that `speech` names.
        cache: where stage results are kept; the user's cache unless told otherwise.
        progress: told what is being done.

    Raises:
        InputError: the file is not a film, or an option names what does not exist or what the
            captioner cannot take.
        ComponentMissing: a model or voice that was asked for by name cannot be had.
    """
    options, speech = options or DraftOptions(), speech or SpeechChoice()
    work, warnings = Work.of(cache, progress), list[str]()
    timings = work.timings

    # everything that can be refused is refused before the long work begins
    source = Film(film)
    selector: FrameSelector = load("selector", options.keyframes)()
    reader: TextReader = load("text reader", options.text_reader)(options.reading)
    detector: SpeechDetector = load("speech detector", options.speech_detector)(options.hearing)
    captions = read_cues(Path(options.captions)) if options.captions else None
    speaker = Speaker(
        voice or voice_for(speech.voice, speech.for_language(options.language)), work.cache
    )
    speaker.require()
    if captioner is None:
        with timings.stage("load models"):
            captioner, missing = captioner_for(
                _captioner_name(options), _caption_options(options), progress=work.progress
            )
        if missing:
            warnings.append(missing)
    else:
        captioner = with_portraits(captioner, options.portraits)
    written = _written_language(captioner, options.language)
    if written:
        speaker.require(written)
        warnings.append(_other_language(captioner, written, options.language))
    for warning in warnings:
        work.progress.say(warning)

    with timings.stage("hash"):
        digest = digest_of(film)
    watch = WritingWatch() if reader.name != "none" else None
    with begin_listening(source.info, digest, detector, work) as listening:
        seen = look(source, digest, selector, watch, work)
        sound = hear(source.info, digest, detector, work, listening)
    warnings.extend(seen.warnings)
    keyframes = seen.selection.keyframes

    events: list[TextEvent] = []
    if watch is not None:
        readings = read_frames([*(k.frame for k in keyframes), *seen.written], reader, digest, work)
        cuts = [shot.span.start for shot in seen.selection.shots[1:]]
        events = merge(readings, cuts=cuts, dialogue=sound.dialogue, captions=captions)

    context = CaptionContext(
        language=options.language,
        names=tuple(name.strip() for name in options.names.split(",") if name.strip()),
        title=Path(film).stem,
        written=tuple(_written_at(k, events) for k in keyframes),
    )
    candidates = caption(captioner, keyframes, context, digest, options, work, source)

    with timings.stage("word"):
        style = options
        if getattr(captioner, "writes_descriptions", False):  # nothing in them is mere caption
            style = replace(options, first_clause=False)
        lines = worded_lines(keyframes, candidates, events, captioner.name, style, written)
    film_span = Span(0.0, max(seen.duration, source.info.duration or 0.0))
    dialogue = tuple(union([*sound.dialogue, *spoken_spans(captions or ())]))
    gaps = find_gaps(dialogue, film_span, options.gaps)
    with timings.stage("speak"):
        wordings = [(w, each.language) for each in lines if not each.reason for w in each.wordings]
        speaker.measure(wordings, work.progress)
    with timings.stage("schedule"):
        placed = place(
            lines, gaps, speaker, options.placement, film=film_span, timing=options.timing
        )

    script = Script(
        film=FilmReference(Path(film).name, digest, round(film_span.end, 3)),
        language=options.language,
        descriptions=tuple(placed),
        dialogue=dialogue,
        voice=speaker.describe(),
        notes=tuple(warnings),
        settings=options.plain(),
    )
    work.cache.prune()
    return Draft(
        script,
        Path(film),
        film_span.end,
        seen.selection,
        sound,
        tuple(gaps),
        timings,
        tuple(warnings),
    )


def _captioner_name(options: DraftOptions) -> str:
    """Who describes. A model that a person named is never silently done without."""
    captioner, _ = model_behind(options.captioner)
    named = options.caption_model or options.clip_model
    return "interrogator" if captioner == "auto" and named else captioner


def _written_language(captioner: Captioner, wanted: str) -> str:
    """The language a captioner writes where it does not write that of the script; empty where
    it does, or does not say which ones it writes."""
    written = getattr(captioner, "languages", None)
    if not written or wanted.lower().partition("-")[0] in written:
        return ""
    return str(written[0])


def _other_language(captioner: Captioner, written: str, wanted: str) -> str:
    """What to tell of a captioner that does not write the language of the script."""
    return (
        f"Pictures are described in {written}, not in {wanted}: {captioner.name} writes nothing "
        f"else. These lines are spoken by a voice for {written}; translate them in the script, "
        "or take another captioner, such as vlm"
    )


def _caption_options(options: DraftOptions) -> CaptionOptions:
    usual = CaptionOptions()
    captioner, named = model_behind(options.captioner)
    model = options.caption_model or named
    blip = captioner in ("auto", "interrogator")
    # The small captioner knows one world only, and so does the small CLIP.
    clip = options.clip_model or (hub.POCKET if model == hub.POCKET else usual.clip)
    return replace(
        usual,
        mode="distinct" if options.distinct else "paper",
        blip=model if model and blip else usual.blip,
        vlm_model=model if model and captioner == "vlm" else usual.vlm_model,
        model="" if blip or captioner == "vlm" else model,
        clip=clip,
        portraits=options.portraits,
        candidates=options.candidates,
        first_clause=options.first_clause,
    )


def _written_at(keyframe: Keyframe, events: Sequence[TextEvent]) -> str:
    return "; ".join(e.text for e in events if e.span.overlap(keyframe.span) > 0)
