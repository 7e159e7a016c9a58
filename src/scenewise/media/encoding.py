"""Making a film from pictures and sound: for films that Scenewise draws itself."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np

from scenewise.core.media_types import Audio, Image
from scenewise.media.atomic import atomic

_SOUND_CODEC = {".mp4": "aac", ".mkv": "aac", ".mov": "aac", ".webm": "libopus"}
_PICTURE_CODEC = {".mp4": "libx264", ".mkv": "libx264", ".mov": "libx264", ".webm": "libvpx-vp9"}
_SMALL = 256  # pixels across
_BLOCK = 1024  # samples an audio frame; every encoder used here accepts it


def write_film(
    path: Path,
    pictures: Iterable[Image],
    *,
    rate: int | Fraction = 25,
    sound: Audio | None = None,
    quality: int = 23,
) -> None:
    """Encode pictures, and sound beside them, as a film.

    Args:
        path: `.mp4`, `.mov`, `.mkv` (H.264 + AAC) or `.webm` (VP9 + Opus).
        pictures: RGB pictures of one even size, uint8 H×W×3, taken one at a time.
        rate: pictures a second.
        sound: begins with the first picture; None for a silent film.
        quality: constant rate factor; less is better.

    Raises:
        OutputUnwritable: the file cannot be written.
    """
    suffix = path.suffix.lower()
    with atomic(path) as temporary, av.open(str(temporary), "w") as container:
        speed = "veryfast" if suffix != ".webm" else "good"
        stream = cast(
            av.VideoStream, container.add_stream(_PICTURE_CODEC[suffix], rate=Fraction(rate))
        )
        stream.pix_fmt = "yuv420p"
        stream.options = (
            {"crf": str(quality), "preset": speed}
            if suffix != ".webm"
            else {"crf": str(quality), "b": "0", "deadline": speed, "cpu-used": "5"}
        )
        track: av.AudioStream | None = None
        if sound is not None:
            layout = {1: "mono", 2: "stereo", 6: "5.1"}[sound.samples.shape[0]]
            track = cast(
                av.AudioStream, container.add_stream(_SOUND_CODEC[suffix], rate=sound.rate)
            )
            track.layout = layout
            fifo = av.AudioFifo()
        fed = 0
        for index, picture in enumerate(pictures):
            if index == 0:
                stream.height, stream.width = picture.shape[:2]
                if suffix != ".webm" and stream.width <= _SMALL:
                    # x264 weighs macroblocks by what is predicted from them, and on small
                    # pictures not the same way each time; without that, equal pictures give
                    # equal files. On larger ones it keeps dark frames better.
                    stream.options = {**stream.options, "mbtree": "0"}
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts = index
            frame.time_base = 1 / Fraction(rate)
            container.mux(stream.encode(frame))
            if sound is not None and track is not None:
                # interleaved, so that a player never has to look far for either
                until = min(sound.samples.shape[1], round((index + 1) / float(rate) * sound.rate))
                fifo.write(_audio_frame(sound, fed, until, layout)) if until > fed else None
                fed = until
                for block in fifo.read_many(_BLOCK):
                    container.mux(track.encode(block))
        if sound is not None and track is not None:
            if fed < sound.samples.shape[1]:
                fifo.write(_audio_frame(sound, fed, sound.samples.shape[1], layout))
            last = fifo.read(0, partial=True)
            while last is not None:
                container.mux(track.encode(last))
                last = fifo.read(_BLOCK, partial=True)
            container.mux(track.encode(None))
        container.mux(stream.encode(None))


def _audio_frame(sound: Audio, start: int, end: int, layout: str) -> av.AudioFrame:
    samples = np.ascontiguousarray(sound.samples[:, start:end])
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
    frame.sample_rate = sound.rate
    frame.pts = start
    frame.time_base = Fraction(1, sound.rate)
    return frame
