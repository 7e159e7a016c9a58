"""A sound track inside a film that is being written, encoded as it is needed."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import Disposition

from scenewise.core.media_types import Audio
from scenewise.media.formats import Format, sound_rate

_BITRATES: Final = {
    "aac": {1: 128_000, 2: 256_000, 6: 576_000, 8: 768_000},
    "libopus": {1: 96_000, 2: 192_000, 6: 448_000, 8: 512_000},
}
_SETTINGS: Final = {
    # FFmpeg's AAC encoder replaces noise, shares stereo and shapes in time so freely that loud
    # sound came back up to 9 dB over its peak; with these off and the quick quantiser, 1.5 dB
    "aac": {"aac_coder": "fast", "aac_pns": "0", "aac_is": "0", "aac_tns": "0"},
    "libopus": {},
}


class SoundTrack:
    """The described sound, encoded as far as the film has been copied.

    Args:
        out: open for writing, its header not yet written.
        format: of `out`; names the encoder.
        mix: from film time 0 on, taken one stretch at a time.
        rate, layout: of the mix.
        tags, flags: of the track.
    """

    def __init__(
        self,
        out: OutputContainer,
        format: Format,
        mix: Iterable[Audio],
        rate: int,
        layout: str,
        tags: dict[str, str],
        flags: Disposition,
    ) -> None:
        self._out, self._mix, self._rate, self._layout = out, iter(mix), rate, layout
        stream = out.add_stream(
            format.sound_encoder,
            rate=sound_rate(format, rate),
            options=dict(_SETTINGS[format.sound_encoder]),
        )
        self.stream = cast(AudioStream, stream)
        self.stream.layout = layout
        channels = self.stream.layout.nb_channels
        rates = _BITRATES[format.sound_encoder]
        self.stream.bit_rate = rates.get(channels, 80_000 * channels)
        self.stream.metadata.update(tags)
        self.stream.disposition = flags
        self._at = 0

    @property
    def time(self) -> float:
        """Seconds encoded so far."""
        return self._at / self._rate

    def until(self, time: float) -> None:
        """Encode what sounds before `time`."""
        while self.time < time:
            chunk = next(self._mix, None)
            if chunk is None:
                return
            self._encode(chunk)

    def finish(self) -> None:
        """Encode the rest."""
        for chunk in self._mix:
            self._encode(chunk)
        self._out.mux(self.stream.encode(None))

    def _encode(self, chunk: Audio) -> None:
        count = chunk.samples.shape[1]
        if not count:
            return
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(chunk.samples), format="fltp", layout=self._layout
        )
        frame.sample_rate = self._rate
        frame.pts = self._at
        frame.time_base = Fraction(1, self._rate)
        self._at += count
        self._out.mux(self.stream.encode(frame))
