"""Where people speak in a film, and how loud they are."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from scenewise.core.media_types import Audio
from scenewise.core.ports import SpeechDetector
from scenewise.core.progress import Step
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


class Listening:
    """Listening to a film in threads of its own, while something else is done with it.

    What goes wrong is raised where the result is asked for. Leaving the `with` block early
    ends it.

    Args:
        info: the film, which has sound.
        detector: finds speech; nobody else may use it meanwhile.
    """

    def __init__(self, info: FilmInfo, detector: SpeechDetector) -> None:
        self._path, self._detector = info.path, detector
        self._reached = 0.0
        self._stopped = threading.Event()
        self._threads = ThreadPoolExecutor(2, "scenewise-listening")
        self._programme = self._threads.submit(lambda: measure(self._sound()))
        self._speech = self._threads.submit(self._listen)

    def __enter__(self) -> Listening:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._threads.shutdown(cancel_futures=True)

    def result(self, step: Step) -> Sound:
        """What was heard; waits for it.

        Args:
            step: told how far the search for speech has come, seconds.
        """
        while not self._speech.done():
            step.reach(self._reached)
            wait([self._speech], timeout=0.1)
        dialogue, speech = self._speech.result()
        return Sound(dialogue, speech, self._programme.result())

    def _listen(self) -> tuple[tuple[Span, ...], Loudness | None]:
        dialogue = tuple(self._detector.detect(self._told(self._sound())))
        return dialogue, measure_spans(self._sound(), dialogue) if dialogue else None

    def _sound(self) -> Iterator[Audio]:
        for chunk in read_sound(self._path):
            if self._stopped.is_set():
                return
            yield chunk

    def _told(self, chunks: Iterable[Audio]) -> Iterator[Audio]:
        for chunk in chunks:
            self._reached = chunk.start + chunk.duration
            yield chunk


def begin_listening(
    info: FilmInfo, digest: str, detector: SpeechDetector, work: Work
) -> AbstractContextManager[Listening | None]:
    """Begin what `hear` will ask for; None where there is nothing to hear, or it is known."""
    if not info.audio or work.cache.get("sound", _key(digest, detector)) is not None:
        return nullcontext()
    return Listening(info, detector)


def hear(
    info: FilmInfo,
    digest: str,
    detector: SpeechDetector,
    work: Work,
    begun: Listening | None = None,
) -> Sound:
    """Listen to a film's own sound once for speech and once for loudness.

    A film without sound has no dialogue: all of it is gap.

    Args:
        info: the film.
        digest: hash of its content.
        detector: finds speech.
        begun: listening that has begun already.
    """
    if not info.audio:
        return Sound((), None, None)
    key = _key(digest, detector)
    kept = work.cache.get("sound", key)
    if kept is not None:
        work.timings.reuse("listen")
        data = kept.data
        dialogue = tuple(Span(a, b) for a, b in data["dialogue"])
        return Sound(dialogue, _from_plain(data["speech"]), _from_plain(data["programme"]))
    with (
        work.timings.stage("listen"),
        work.progress.step("Listening for dialogue", info.duration) as step,
        nullcontext(begun) if begun is not None else Listening(info, detector) as listening,
    ):
        sound = listening.result(step)
    plain = {
        "dialogue": [(span.start, span.end) for span in sound.dialogue],
        "speech": _to_plain(sound.speech),
        "programme": _to_plain(sound.programme),
    }
    work.cache.put("sound", key, Entry(plain))
    return sound


def _key(digest: str, detector: SpeechDetector) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "film": digest,
        "detector": detector.name,
        "options": repr(getattr(detector, "options", None)),
    }
