"""Where people speak in a film, and how loud they are."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from scenewise.core.ports import SpeechDetector
from scenewise.core.time import Span
from scenewise.description.cache import Entry
from scenewise.description.work import Work
from scenewise.media.loudness import Loudness, measure, measure_spans
from scenewise.media.probe import FilmInfo
from scenewise.media.sound import read_sound

_VERSION = 1


@dataclass(frozen=True)
class Sound:
    """What was heard.

    Args:
        dialogue: spans with speech, seconds.
        speech: loudness of the sound inside those spans; None when nobody speaks.
        programme: loudness of all the sound; None when the film has no sound.
    """

    dialogue: tuple[Span, ...]
    speech: Loudness | None
    programme: Loudness | None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _to_plain(loudness: Loudness | None) -> Any:
    return None if loudness is None else {k: _finite(v) for k, v in asdict(loudness).items()}


def _from_plain(data: Any) -> Loudness | None:
    if data is None:
        return None
    return Loudness(**{k: -math.inf if v is None else v for k, v in data.items()})


def hear(
    info: FilmInfo,
    digest: str,
    detector: SpeechDetector,
    work: Work,
) -> Sound:
    """Listen to a film's own sound once for speech and once for loudness.

    A film without sound has no dialogue: all of it is gap.
    """
    if not info.audio:
        return Sound((), None, None)
    key = {
        "version": _VERSION,
        "film": digest,
        "detector": detector.name,
        "options": repr(getattr(detector, "options", None)),
    }
    kept = work.cache.get("sound", key)
    if kept is not None:
        work.timings.reuse("listen")
        data = kept.data
        dialogue = tuple(Span(a, b) for a, b in data["dialogue"])
        return Sound(dialogue, _from_plain(data["speech"]), _from_plain(data["programme"]))
    with (
        work.timings.stage("listen"),
        work.progress.step("Listening for dialogue", info.duration) as step,
    ):

        def chunks() -> Any:
            for chunk in read_sound(info.path):
                step.reach(chunk.start + chunk.duration)
                yield chunk

        with ThreadPoolExecutor(1) as aside:  # both work outside Python's lock
            loudness = aside.submit(lambda: measure(read_sound(info.path)))
            dialogue = tuple(detector.detect(chunks()))
            programme = loudness.result()
        speech = measure_spans(read_sound(info.path), dialogue) if dialogue else None
    plain = {
        "dialogue": [(span.start, span.end) for span in dialogue],
        "speech": _to_plain(speech),
        "programme": _to_plain(programme),
    }
    work.cache.put("sound", key, Entry(plain))
    return Sound(dialogue, speech, programme)
