"""How fast films are read, against plain PyAV in the same run.

    python benchmarks/bench_reading.py [FILM] [--json] [--repeat N]

Without FILM a film of 60 s is made (H.264, 1280×720, 25 frames a second). Each figure is the
best wall-clock time of the repeats divided by the film's duration: 0.05 × means that an hour
takes three minutes. `cpu` is the processor time of the whole process, likewise divided.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import numpy as np

from scenewise.media.probe import digest
from scenewise.media.reading import Film

SIDE = 256
WORK = 0.002  # seconds of analysis a frame, in Python


def make_film(path: Path, seconds: int = 60) -> Path:
    """A camera that moves over a textured picture, with grain and a cut every five seconds."""
    rng = np.random.default_rng(0)
    width, height, rate = 1280, 720, 25
    scenes = []
    for _ in range(4):
        coarse = rng.integers(0, 256, (60, 110, 3), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(coarse, format="rgb24")
        big = frame.reformat(width * 2, height * 2, interpolation="BICUBIC").to_ndarray()
        grain = rng.integers(-12, 13, big.shape, dtype=np.int16)
        scenes.append(np.clip(big + grain, 0, 255).astype(np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23"}
        for index in range(seconds * rate):
            scene = scenes[index // (5 * rate) % len(scenes)]
            x, y = (index * 3) % width, int(200 + 180 * np.sin(index / 40))
            picture = np.ascontiguousarray(scene[y : y + height, x : x + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def busy(seconds: float) -> None:
    """Python work that holds the interpreter's lock."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def decode_only(path: Path) -> int:
    """PyAV alone: demux and decode with frame threads, touching no pixel."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def plain_small(path: Path) -> int:
    """PyAV alone, as usually written: every frame to a small array, one after the other."""
    count = 0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        height = round(SIDE * stream.height / stream.width)
        for frame in container.decode(stream):
            frame.to_ndarray(format="rgb24", width=SIDE, height=height)
            count += 1
    return count


def frames_only(path: Path) -> int:
    """`Film.frames`, touching no pixel."""
    return sum(1 for _ in Film(path).frames())


def frames_small(path: Path) -> int:
    """`Film.frames` and an RGB picture 256 pixels wide of each."""
    count = 0
    for frame in Film(path).frames():
        frame.scaled(*frame.size_within(SIDE))
        count += 1
    return count


def work_ahead(path: Path) -> int:
    """`Film.frames` with 2 ms of analysis a frame: decoding goes on meanwhile."""
    count = 0
    for _ in Film(path).frames():
        busy(WORK)
        count += 1
    return count


def work_in_turn(path: Path) -> int:
    """The same without reading ahead."""
    count = 0
    with closing(Film(path)._pass()) as pictures:
        for _ in pictures:
            busy(WORK)
            count += 1
    return count


STEPS: dict[str, Callable[[Path], int]] = {
    "PyAV, decode only": decode_only,
    "PyAV, small RGB of every frame": plain_small,
    "Film.frames, no pixels": frames_only,
    "Film.frames, small RGB of every frame": frames_small,
    "2 ms of work a frame, reading ahead": work_ahead,
    "2 ms of work a frame, in turn": work_in_turn,
}


def measure(path: Path, repeat: int) -> dict[str, dict[str, float]]:
    """Wall and processor time of each step as multiples of the film's duration."""
    duration = Film(path).duration
    out: dict[str, dict[str, float]] = {}
    for name, step in STEPS.items():
        best = cpu = float("inf")
        frames = 0
        for _ in range(repeat):
            start, used = time.perf_counter(), time.process_time()
            frames = step(path)
            best = min(best, time.perf_counter() - start)
            cpu = min(cpu, time.process_time() - used)
        out[name] = {"wall": best / duration, "cpu": cpu / duration, "frames": frames}
    start = time.perf_counter()
    for second in (0.25, 0.5, 0.75):
        next(Film(path).at([second * duration]))
    out["one frame by its time, seconds"] = {"wall": (time.perf_counter() - start) / 3}
    start = time.perf_counter()
    digest(path)
    rate = path.stat().st_size / (time.perf_counter() - start) / 1e6
    out["digest, MB/s"] = {"wall": rate}
    return out


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("film", nargs="?", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.film or make_film(Path(folder) / "film.mp4")
        figures = measure(path, asked.repeat)
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{'step':42}{'wall':>10}{'cpu':>10}{'frames':>9}")
    for name, row in figures.items():
        times = "" if "cpu" not in row else f"{row['cpu']:9.4f}×{row['frames']:9.0f}"
        print(f"{name:42}{row['wall']:9.4f}{'×' if times else ' '}{times}")


if __name__ == "__main__":
    main()
