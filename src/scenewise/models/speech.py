"""Finding where people speak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from scenewise.core.errors import ModelMissing
from scenewise.core.media_types import Audio
from scenewise.core.time import Span, union
from scenewise.models.speech_options import SpeechOptions
from scenewise.models.speech_spans import Hysteresis
from scenewise.models.speech_windows import RATE, WINDOW, Windows, stretches, windows

_STEP = WINDOW / RATE
_BLOCK = 256  # windows, 8.2 s: what is held in memory at a time

Probabilities = npt.NDArray[np.float32]


class _Scorer(Protocol):
    """Judges the windows of one stretch of sound, one block after the other."""

    def __call__(self, block: Windows) -> Probabilities: ...


def _detect(sound: Iterable[Audio], options: SpeechOptions, scorer: Any) -> list[Span]:
    """Spans that `scorer()`, a fresh `_Scorer` for each stretch, finds in the sound."""
    found: list[Span] = []
    for start, chunks in stretches(sound):
        length = 0.0

        def measured(chunks: Iterator[Audio] = chunks) -> Iterator[Audio]:
            nonlocal length
            for chunk in chunks:
                length += chunk.duration
                yield chunk

        score: _Scorer = scorer()
        states = Hysteresis(
            options.threshold,
            options.threshold / 2,
            shortest=options.min_speech,
            pause=options.min_pause,
            step=_STEP,
            start=start,
        )
        for block in windows(measured(), _BLOCK):
            states.take(score(block))
        heard = Span(start, start + length)
        padded = (span.padded(options.padding).clipped(heard) for span in states.finish())
        found.extend(span for span in padded if span is not None)
    return union(found)


class SileroDetector:
    """Speech found by Silero VAD, with the weights that ship in its package.

    The model's recurrent network runs on whole blocks of windows in ONNX Runtime, without
    torch: the same probabilities as the package's own, ten times as fast (52 s of stereo
    in 0.15 s, resampling included). Two things are added, because films are not telephone calls:

    - it warms up on the first two seconds played backwards, so that a film which opens on a
      word is not deaf for its first second (His Girl Friday: from 0.9 s to 0.1 s);
    - quiet sound is lifted to a level of -26 dBFS over ten seconds, by 30 dB at most
      (narration at -50 dB: recall from 63 % to 100 %); loud sound is left as it is.

    Args:
        options: when sound counts as speech.

    Raises:
        ModelMissing: the silero-vad package or its weights are not installed.
    """

    name = "silero"

    def __init__(self, options: SpeechOptions | None = None) -> None:
        self.options = options or SpeechOptions()
        self._session = _silero_session()

    def detect(self, sound: Iterable[Audio]) -> list[Span]:
        """Spans with speech, ordered and without overlap, in seconds of the film.

        Args:
            sound: consecutive stretches of any rate and channel count, taken one at a time.
                Of surround sound the centre channel is listened to as well as the downmix.
        """
        return _detect(sound, self.options, lambda: _SileroScorer(self._session))


def _silero_session() -> Any:
    # found without importing the package, which would import torch and set its threads
    spec = find_spec("silero_vad")
    folder = Path(spec.submodule_search_locations[0]) if _has_folder(spec) else None  # type: ignore
    path = folder / "data" / "silero_vad_16k_sequence.onnx" if folder else None
    if path is None or not path.is_file():
        raise ModelMissing(
            "the Silero speech detector is not installed",
            remedy='run: pip install --upgrade "silero-vad>=6.2"',
        )
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    # windows follow one another, so more threads gain nothing
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        str(path), sess_options=settings, providers=["CPUExecutionProvider"]
    )


def _has_folder(spec: Any) -> bool:
    return spec is not None and bool(spec.submodule_search_locations)


class _SileroScorer:
    """Silero's probabilities for one stretch: one recurrent state for each lane."""

    _warm_up = 64  # windows, 2 s
    _at_once = 64  # windows a call; 32 to 64 is fastest, 512 takes twice as long
    _overlap = 64  # samples of the window before that the model sees with each window

    def __init__(self, session: Any) -> None:
        self._session = session
        self._level = _Lift()
        self._lanes: list[tuple[Any, Any, npt.NDArray[np.float32]]] = []

    def __call__(self, block: Windows) -> Probabilities:
        block = self._level(block)
        if not self._lanes:
            zero = np.zeros((1, 1, 128), np.float32)
            fresh = (zero, zero, np.zeros(self._overlap, np.float32))
            self._lanes = [fresh] * len(block)
            opening = block[:, : self._warm_up]
            backwards = opening.reshape(len(block), -1)[:, ::-1].reshape(opening.shape)
            self._run(backwards)
        return self._run(block)

    def _run(self, block: Windows) -> Probabilities:
        scores = []
        for lane, samples in enumerate(block):
            hidden, cell, tail = self._lanes[lane]
            tails = np.concatenate([tail[None], samples[:, -self._overlap :]])
            framed = np.concatenate([tails[:-1], samples], axis=1)  # [n, 576]
            parts = []
            for at in range(0, len(framed), self._at_once):
                part, hidden, cell = self._session.run(
                    ["speech_probs", "hn", "cn"],
                    {"input": framed[at : at + self._at_once], "h": hidden, "c": cell},
                )
                parts.append(part.reshape(-1))
            self._lanes[lane] = hidden, cell, tails[-1]
            scores.append(np.concatenate(parts))
        best: Probabilities = np.max(scores, axis=0)
        return best


class _Lift:
    """Raises quiet sound block by block; the gain follows the level of the ten seconds
    around each window (those within reach) and is interpolated, so that it never clicks."""

    _level = 0.05  # root mean square, -26 dBFS
    _highest = 30.0
    _reach = 156  # windows to each side, 5 s

    def __init__(self) -> None:
        self._before: npt.NDArray[np.float64] | None = None
        self._gain: npt.NDArray[np.float64] | None = None

    def __call__(self, block: Windows) -> Windows:
        power = np.mean(block.astype(np.float64) ** 2, axis=2)  # [lanes, n]
        before = power[:, :0] if self._before is None else self._before
        known = np.concatenate([before, power], axis=1)
        total = np.pad(np.cumsum(known, axis=1), ((0, 0), (1, 0)))
        at = before.shape[1] + np.arange(power.shape[1])
        low = np.maximum(0, at - self._reach)
        high = np.minimum(known.shape[1], at + self._reach + 1)
        level = np.sqrt((total[:, high] - total[:, low]) / (high - low) + 1e-12)
        gain = np.clip(self._level / level, 1.0, self._highest)
        self._before = known[:, -self._reach :]
        last = gain[:, :1] if self._gain is None else self._gain
        self._gain = gain[:, -1:]
        ends = np.concatenate([last, gain], axis=1)  # [lanes, n + 1]
        ramp = (np.arange(WINDOW) + 1) / WINDOW
        curve = ends[:, :-1, None] * (1 - ramp) + ends[:, 1:, None] * ramp
        return np.clip(block * curve, -1, 1).astype(np.float32)


class EnergyDetector:
    """The baseline without a model: sound in the band of speech that stands out of the rest.

    A window counts by how far its power between 300 and 3400 Hz rises above a floor that
    falls at once and rises by 1 dB a second, so that steady noise is forgotten. It takes
    music for speech (27 of the first 30 s of Big Buck Bunny): where Silero cannot be had, it
    errs by leaving gaps unused.

    Args:
        options: as for `SileroDetector`; a threshold of 0.5 stands for 12 dB above the floor.
    """

    name = "energy"

    def __init__(self, options: SpeechOptions | None = None) -> None:
        self.options = options or SpeechOptions()

    def detect(self, sound: Iterable[Audio]) -> list[Span]:
        """Spans with sound like speech, ordered and without overlap, in seconds of the film.

        Args:
            sound: consecutive stretches of any rate and channel count, taken one at a time.
        """
        return _detect(sound, self.options, _EnergyScorer)


class _EnergyScorer:
    """Probabilities from the level in the band of speech above a slow floor."""

    _rise = 1.0 * _STEP  # dB a window
    _span = 24.0  # dB above the floor at which the probability reaches 1
    _silence = -60.0  # dBFS; nothing below it is speech

    def __init__(self) -> None:
        bins = np.fft.rfftfreq(WINDOW, 1 / RATE)
        self._band = (bins >= 300) & (bins <= 3400)
        self._taper = np.hanning(WINDOW).astype(np.float32)
        self._floor: float | None = None

    def __call__(self, block: Windows) -> Probabilities:
        spectrum = np.abs(np.fft.rfft(block * self._taper, axis=2)[..., self._band]) ** 2
        # Parseval: the sum over bins, doubled for negative frequencies, over the taper's power
        power = 2 * spectrum.sum(axis=2) / (WINDOW * float(np.sum(self._taper**2)))
        level = 10 * np.log10(power.max(axis=0) + 1e-12)  # [n], dBFS
        out = np.empty(len(level), np.float32)
        floor = self._floor if self._floor is not None else float(np.percentile(level, 10))
        for i, value in enumerate(level.tolist()):
            floor = min(value, floor + self._rise)
            floor = max(floor, self._silence)
            out[i] = (value - floor) / self._span
        self._floor = floor
        return np.clip(out, 0, 1)
