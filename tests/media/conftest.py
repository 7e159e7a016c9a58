"""Films and sounds with known truth, made on the spot.

Every picture of a numbered film carries its own number as black and white cells, so that a
test can tell which picture it was given, whatever size, rotation or codec it went through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

BITS = 12
LOSSLESS = {"crf": "0", "preset": "ultrafast"}


def numbered_picture(number: int, width: int = 192, height: int = 128) -> np.ndarray:
    """RGB: the lower half is `number` in 12 cells, the upper half a gradient that moves."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    grey = (2 * x + 3 * y + 5 * number) % 200 + 28
    image = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
    cell = width // BITS
    for bit in range(BITS):
        image[height // 2 :, bit * cell : (bit + 1) * cell] = 235 if number >> bit & 1 else 20
    return image


def number_in(image: np.ndarray) -> int:
    """The number that a (possibly scaled) numbered picture carries."""
    height, width = image.shape[:2]
    middle = image[round(height * 0.75), :, 1]
    at = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return int(((middle[at] > 128) << np.arange(BITS)).sum())


def tone(
    seconds: float, rate: int = 48_000, *, frequency: float = 440.0, channels: int = 1
) -> np.ndarray:
    """A sine at half of full scale, float32 channels×n."""
    t = np.arange(round(seconds * rate)) / rate
    return np.repeat(
        (0.5 * np.sin(2 * np.pi * frequency * t))[None].astype(np.float32), channels, axis=0
    )


class FilmFactory:
    """Makes films in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def film(
        self,
        name: str,
        pictures: Sequence[np.ndarray] | None = None,
        *,
        count: int = 40,
        rate: int = 25,
        stamps: Sequence[int] | None = None,
        time_base: Fraction | None = None,
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        options: dict[str, str] | None = None,
        container_options: dict[str, str] | None = None,
        gop: int = 10,
        sound: Sequence[np.ndarray] = (),
        sound_codec: str = "aac",
        sound_start: float = 0.0,
        sound_rate: int = 48_000,
        dress: Callable[[av.VideoFrame], None] | None = None,
        set_up: Callable[[av.video.stream.VideoStream], None] | None = None,
        set_up_sound: Callable[[int, av.audio.stream.AudioStream], None] | None = None,
    ) -> Path:
        """A film.

        Args:
            name: of the file; its suffix chooses the container.
            pictures: RGB; `count` numbered pictures when not given.
            stamps: times of the pictures in `time_base`; one each 1/rate s when not given.
            sound: one array, float32 channels×n, for each track.
            sound_start: seconds at which the tracks begin.
            dress: changes each picture just before it is encoded.
            set_up, set_up_sound: change the streams before they are used.
        """
        path = self.folder / name
        if pictures is None:
            pictures = [numbered_picture(i) for i in range(count)]
        base = time_base or Fraction(1, rate)
        with av.open(f"file:{path}", "w", options=container_options or {}) as container:
            stream = container.add_stream(codec, rate=rate, options=dict(options or {}))
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt, stream.gop_size = pixel_format, gop
            stream.time_base = base
            stream.codec_context.time_base = base
            if set_up is not None:
                set_up(stream)
            tracks = []
            for index, samples in enumerate(sound):
                track = container.add_stream(sound_codec, rate=sound_rate)
                track.layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[0]]
                if set_up_sound is not None:
                    set_up_sound(index, track)
                tracks.append(track)
            packets = []
            for track, samples in zip(tracks, sound, strict=True):
                step = sound_rate // 10
                for at in range(0, samples.shape[1], step):
                    block = np.ascontiguousarray(samples[:, at : at + step])
                    frame = av.AudioFrame.from_ndarray(
                        block, format="fltp", layout=track.layout.name
                    )
                    frame.sample_rate, frame.time_base = sound_rate, Fraction(1, sound_rate)
                    frame.pts = at + round(sound_start * sound_rate)
                    packets += track.encode(frame)
                packets += track.encode(None)
            for index, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
                if pixel_format not in ("rgb24", "rgb8"):
                    frame = frame.reformat(format=pixel_format, dst_colorspace="ITU601")
                frame.pts, frame.time_base = (stamps[index] if stamps else index), base
                if dress is not None:
                    dress(frame)
                packets += stream.encode(frame)
            packets += stream.encode(None)
            packets.sort(key=lambda p: (p.dts if p.dts is not None else -1) * p.time_base)
            for packet in packets:
                container.mux(packet)
        return path


@pytest.fixture
def films(tmp_path: Path) -> FilmFactory:
    """Makes films in this test's own folder."""
    return FilmFactory(tmp_path)


@pytest.fixture(scope="module")
def shared_films(tmp_path_factory: pytest.TempPathFactory) -> FilmFactory:
    """Makes films that several tests of a module use."""
    return FilmFactory(tmp_path_factory.mktemp("films"))


@pytest.fixture
def number() -> Callable[[np.ndarray], int]:
    """Reads the number off a numbered picture."""
    return number_in


@pytest.fixture
def picture() -> Callable[..., np.ndarray]:
    """Draws a numbered picture."""
    return numbered_picture


@pytest.fixture
def sine() -> Callable[..., np.ndarray]:
    """Makes a tone."""
    return tone
