"""Figures of a described film's sound: what is really heard, how loud, over what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from scenewise.core.ports import SpeechDetector
from scenewise.core.script import Cue
from scenewise.core.time import Span, intersection, union
from scenewise.description.comparing import Streams
from scenewise.description.hearing import Sound
from scenewise.description.limits import SoundRules
from scenewise.description.listening import RATE, Heard, added_sound, coverage, difference
from scenewise.description.measures import Measure
from scenewise.media.loudness import measure, measure_spans
from scenewise.media.mixing import speech_gain

_METER_RATE = 48_000  # Hz: what loudness meters work at


def sound_measures(
    streams: Streams,
    cues: Sequence[Cue],
    sound: Sound,
    detector: SpeechDetector,
    rules: SoundRules | None = None,
) -> list[Measure]:
    """Measure the described sound of a finished film.

    Args:
        streams: where both sounds are.
        cues: what is said and when.
        sound: where people speak in the original and how loud.
        detector: finds speech in the described sound.
        rules: limits; defaults when None.
    """
    rules = rules or SoundRules()
    spans = [cue.span for cue in cues]
    # two passes at a time: all of it is decoding, filtering and arithmetic outside Python's lock
    with ThreadPoolExecutor(1) as aside:
        peak = aside.submit(_peak, streams, rules)
        spoken = aside.submit(_spoken, streams, spans, detector, rules) if spans else None
        heard = added_sound(streams.own(RATE, mono=True), streams.mixed(RATE, mono=True))
        out = [_overlap(heard, sound.dialogue)]
        if spoken is None:
            return [*out, peak.result(), _nothing_added(heard)]
        loudness = _loudness(streams, heard, sound, rules)
        return [
            *out,
            peak.result(),
            _present(heard, spans, rules),
            spoken.result(),
            loudness,
        ]


def _overlap(heard: Heard, dialogue: Sequence[Span]) -> Measure:
    both = intersection(heard.added, dialogue)
    milliseconds = 1000.0 * sum(span.duration for span in both)
    return Measure(
        "heard over dialogue",
        milliseconds,
        "ms",
        0.0,
        milliseconds <= 0.0,
        "description heard in the mixed sound while people speak",
        tuple(both),
        "error",
        "Netflix AD guide: dialogue first",
    )


def _present(heard: Heard, spans: Sequence[Span], rules: SoundRules) -> Measure:
    share = coverage(spans, heard.added)
    missing = tuple(s for s in spans if coverage([s], heard.added) < 1)
    return Measure(
        "utterances in the mix",
        100 * share,
        "%",
        100 * rules.audible,
        share >= rules.audible,
        f"{len(spans) - len(missing)} of {len(spans)} found in the described sound",
        missing,
        "error",
        "WCAG 2.2, 1.2.5",
    )


def _spoken(
    streams: Streams, spans: Sequence[Span], detector: SpeechDetector, rules: SoundRules
) -> Measure:
    speech = detector.detect(streams.mixed())
    share = coverage(spans, speech)
    missing = tuple(s for s in spans if coverage([s], speech) < 1)
    return Measure(
        "heard as speech",
        100 * share,
        "%",
        100 * rules.audible,
        share >= rules.audible,
        f"a speech detector finds {len(spans) - len(missing)} of {len(spans)} utterances",
        missing,
        "advice",
        "WCAG 2.2, 1.2.5",
    )


def _loudness(streams: Streams, heard: Heard, sound: Sound, rules: SoundRules) -> Measure:
    # in the layout of the mix: a voice in two channels is louder than in one
    original = streams.own(_METER_RATE, layout=streams.layout)
    described = streams.mixed(_METER_RATE, layout=streams.layout)
    said = measure_spans(
        difference(original, described), union(heard.added), layout=streams.layout, peak=False
    ).integrated
    if not math.isfinite(said):
        return Measure("loudness", None, "LUFS", None, None, "no description is heard")
    target, of = _level(sound)
    apart = said - target
    return Measure(
        f"loudness against {of}",
        apart,
        "LU",
        rules.loudness,
        abs(apart) <= rules.loudness,
        f"description {said:.1f} LUFS, {of} {target:.1f} LUFS",
        (),
        "error",
        "EBU R128",
    )


def _level(sound: Sound) -> tuple[float, str]:
    """The loudness that description is brought to, LUFS, and whose it is."""
    speech = sound.speech.integrated if sound.speech is not None else None
    programme = sound.programme.integrated if sound.programme is not None else None
    target = speech_gain(0.0, speech, programme)
    for level, of in ((speech, "dialogue"), (programme, "programme")):
        if level is not None and math.isfinite(level):
            return target, of
    return target, "silence"


def _peak(streams: Streams, rules: SoundRules) -> Measure:
    peak = measure(streams.mixed()).true_peak
    return Measure(
        "true peak",
        peak if math.isfinite(peak) else None,
        "dBTP",
        rules.peak,
        peak <= rules.peak,
        "of the described sound, decoded again",
        (),
        "error",
        "ITU-R BS.1770; EBU R128 allows −1 dBTP",
    )


def _nothing_added(heard: Heard) -> Measure:
    seconds = sum(span.duration for span in heard.added)
    return Measure(
        "sound added",
        seconds,
        "s",
        0.0,
        seconds <= 0.0,
        "nothing is voiced, so nothing may be added",
        heard.added,
        "error",
    )
