"""Speech over a film's own sound: how loud, how far the film steps back, and the sum."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Audio, Samples
from scenewise.core.time import Span, union
from scenewise.media.limiting import limited
from scenewise.media.loudness import amplitude
from scenewise.media.options import MixOptions
from scenewise.media.resampling import resampled

R128: Final = -23.0
"""LUFS; the level of a programme that has no other (EBU R 128)."""

_DIALOGUE_RANGE: Final = (-36.0, -12.0)
"""LUFS within which dialogue is followed: under it nobody would hear the speech, above it the
limiter would have to squash it."""

_PROGRAMME_RANGE: Final = (-27.0, -16.0)
"""LUFS within which a film without dialogue is followed. Its music and noise say little about
how loud a voice should be, so the range is that of common delivery levels: -27 (streaming,
dialogue) to -16 (web)."""

_FADE: Final = 0.005  # seconds; speech that is cut off the zero line would click
_TAIL: Final = 1.0  # seconds of silence made at a time where the film has no sound

CHANNELS: Final[dict[str, tuple[str, ...]]] = {
    "mono": ("FC",),
    "stereo": ("FL", "FR"),
    "5.1": ("FL", "FR", "FC", "LFE", "BL", "BR"),
    "7.1": ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
"""The layouts that are mixed in, with their channels in FFmpeg's order."""


@dataclass(frozen=True)
class Utterance:
    """Speech and when it begins.

    Args:
        start: seconds of the film.
        audio: mono, any rate; its own `start` does not matter.
    """

    start: float
    audio: Audio

    @property
    def span(self) -> Span:
        """From its first to its last sample, seconds."""
        return Span(self.start, self.start + self.audio.duration)


def mix_format(rate: int, layout: str, channels: int, *, webm: bool = False) -> tuple[int, str]:
    """The rate and layout to mix in, given those of the film's own sound.

    Surround stays surround; layouts with no place of their own in players (2.1, 4.0, …) become
    stereo, or 5.1 from six channels on. Telephone rates are raised, so that the speech does not
    suffer from them.

    Args:
        rate, layout, channels: of the film's sound; 0, "" and 0 when it has none.
        webm: whether it will be Opus, which knows 48 kHz only.
    """
    if layout in CHANNELS:
        name = layout
    elif layout.startswith("7.1") or channels >= 8:
        name = "7.1"
    elif channels >= 6:
        name = "5.1"
    else:
        name = "stereo"
    return (rate if rate in (44100, 48000) and not webm else 48000), name


def speech_gain(
    utterance_loudness: float,
    dialogue_loudness: float | None,
    programme_loudness: float | None = None,
) -> float:
    """Decibels by which speech is raised to sit where the film's dialogue does.

    `mix` places speech so that its loudness in the mix is what it was as mono, whatever the
    layout; raised by this gain it has the loudness of the dialogue.

    - With dialogue: its loudness, kept between -36 and -12 LUFS.
    - Without: the programme's, kept between -27 and -16 LUFS.
    - Without any sound: -23 LUFS (EBU R 128).

    Args:
        utterance_loudness: LUFS of the speech as mono, of all utterances together.
        dialogue_loudness: LUFS of the film where people speak; None or -inf when nobody does.
        programme_loudness: LUFS of the whole film; None or -inf when it is silent.

    Returns:
        dB; 0 for silent speech.
    """
    if not math.isfinite(utterance_loudness):
        return 0.0
    if dialogue_loudness is not None and math.isfinite(dialogue_loudness):
        low, high = _DIALOGUE_RANGE
        target = min(max(dialogue_loudness, low), high)
    elif programme_loudness is not None and math.isfinite(programme_loudness):
        low, high = _PROGRAMME_RANGE
        target = min(max(programme_loudness, low), high)
    else:
        target = R128
    return target - utterance_loudness


class DuckEnvelope:
    """The gain of the film's sound at every sample: 1, a linear ramp, the duck, and back.

    Linear in amplitude between the two gains, as the animation in W3C DAPT. The ramp ends
    when speech begins and starts when it ends. Utterances whose ducks would touch, or that are
    at most `hold` apart, share one.

    Args:
        spans: when speech is heard, seconds, in any order.
        rate: samples a second.
        options: depth, ramp and hold.
    """

    def __init__(self, spans: Iterable[Span], rate: int, options: MixOptions) -> None:
        self._rate = rate
        ducked = union(spans, join=max(2 * options.ramp, options.hold))
        low = amplitude(options.duck)
        corners = [
            corner
            for span in ducked
            for corner in (
                (span.start - options.ramp, 1.0),
                (span.start, low),
                (span.end, low),
                (span.end + options.ramp, 1.0),
            )
        ]
        self._times = np.array([time for time, _ in corners], np.float64)
        self._gains = np.array([gain for _, gain in corners], np.float64)

    def __call__(self, first: int, count: int) -> npt.NDArray[np.float32] | None:
        """Gains of `count` samples from sample `first` of the film on, float32 [count];
        None when all of them are 1."""
        begin, end = first / self._rate, (first + count) / self._rate
        # four corners a duck: between a last corner and a first one nothing is ducked
        left = int(np.searchsorted(self._times, begin, "right"))
        right = int(np.searchsorted(self._times, end, "left"))
        if left == right and left % 4 == 0:
            return None
        window = slice(max(0, left - 1), right + 1)
        times = np.arange(first, first + count) / self._rate
        return np.interp(times, self._times[window], self._gains[window]).astype(np.float32)


def duck_envelope(
    utterances: Sequence[Utterance], rate: int, options: MixOptions | None = None
) -> DuckEnvelope:
    """The gain of the film's sound under some utterances; see `DuckEnvelope`."""
    spans = (u.span for u in utterances if u.audio.samples.shape[1])
    return DuckEnvelope(spans, rate, options or MixOptions())


def mix(
    programme: Iterable[Audio],
    utterances: Sequence[Utterance],
    *,
    rate: int,
    layout: str,
    duration: float,
    gain: float,
    options: MixOptions | None = None,
    overshoot: float = 1.8,
) -> Iterator[Audio]:
    """The film's sound with descriptions over it.

    Streams: memory does not grow with the film. Each utterance is brought to the rate once,
    when its turn comes. Where nothing is spoken and no peak is too high, samples come out bit
    for bit as they went in.

    Args:
        programme: the film's sound from time zero on, at `rate` and in `layout`; may be empty.
        utterances: in any order.
        rate: samples a second.
        layout: a key of `CHANNELS`.
        duration: seconds to give out at least; longer if sound or speech lasts longer.
        gain: dB for the speech, see `speech_gain`.
        options: duck, peak and placement.
        overshoot: dB by which the mix stays under the peak, so that it still does after an
            encoder has been over it; see `scenewise.media.formats.Format`.

    Yields:
        Consecutive stretches from time zero on.
    """
    chosen = options or MixOptions()
    summed = _summed(programme, utterances, rate, layout, duration, gain, chosen)
    return limited(summed, chosen.peak - overshoot)


def placement(layout: str, speech_channel: str = "centre") -> npt.NDArray[np.float32]:
    """The share of speech in each channel, float32 [channels]; the squares add up to 1, so
    that its loudness is the same as in mono (front channels weigh 1 in ITU-R BS.1770-4)."""
    channels = CHANNELS[layout]
    fronts = [name for name in channels if name in ("FL", "FR", "FC")]
    used = ["FC"] if "FC" in channels and speech_channel == "centre" else fronts
    share = 1 / math.sqrt(len(used))
    return np.array([share if name in used else 0.0 for name in channels], np.float32)


def _summed(
    programme: Iterable[Audio],
    utterances: Sequence[Utterance],
    rate: int,
    layout: str,
    duration: float,
    gain: float,
    options: MixOptions,
) -> Iterator[Audio]:
    shares = placement(layout, options.speech_channel) * np.float32(amplitude(gain))
    envelope = duck_envelope(utterances, rate, options)
    speech = _Speech(utterances, rate)
    at = 0
    for samples in _padded(programme, rate, len(shares), duration, speech.end):
        count = samples.shape[1]
        ducked = envelope(at, count)
        out = samples if ducked is None else samples * ducked
        voice = speech.take(at, count)
        if voice is not None:
            out = out + shares[:, None] * voice
        yield Audio(out, rate, at / rate)
        at += count


def _padded(
    programme: Iterable[Audio], rate: int, channels: int, duration: float, end: int
) -> Iterator[Samples]:
    """The programme's samples, followed by silence up to the duration or the last word."""
    at = 0
    for chunk in programme:
        if chunk.rate != rate or chunk.samples.shape[0] != channels:
            raise ValueError(
                f"mixing {channels} channels at {rate} Hz,"
                f" not {chunk.samples.shape[0]} at {chunk.rate} Hz"
            )
        if chunk.samples.shape[1]:
            at += chunk.samples.shape[1]
            yield chunk.samples
    total = max(round(duration * rate), end)
    while at < total:
        count = min(round(_TAIL * rate), total - at)
        at += count
        yield np.zeros((channels, count), np.float32)


class _Speech:
    """All utterances as one mono signal, of which only what is being spoken is in memory."""

    def __init__(self, utterances: Sequence[Utterance], rate: int) -> None:
        self._rate = rate
        self._later = deque(sorted(utterances, key=lambda u: u.start))
        self._now: list[tuple[int, npt.NDArray[np.float32]]] = []
        self.end = max((round(u.span.end * rate) for u in utterances), default=0)

    def take(self, first: int, count: int) -> npt.NDArray[np.float32] | None:
        """Speech from sample `first` on, float32 [count]; None while nobody speaks."""
        last = first + count
        while self._later and round(self._later[0].start * self._rate) < last:
            utterance = self._later.popleft()
            voice = _faded(resampled(utterance.audio.mono(), self._rate).samples[0], self._rate)
            self._now.append((round(utterance.start * self._rate), voice))
        if not self._now:
            return None
        out = np.zeros(count, np.float32)
        for start, voice in self._now:
            begin, end = max(first, start), min(last, start + len(voice))
            if end > begin:
                out[begin - first : end - first] += voice[begin - start : end - start]
        self._now = [(start, voice) for start, voice in self._now if start + len(voice) > last]
        return out


def _faded(voice: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    """The voice with its first and last 5 ms faded (raised cosine)."""
    count = min(round(_FADE * rate), len(voice) // 2)
    phase = np.pi * (np.arange(count) + 0.5) / max(1, count)
    slope = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
    faded = voice.copy()
    faded[:count] *= slope
    faded[len(voice) - count :] *= slope[::-1]
    return faded
