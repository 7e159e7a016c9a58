"""What a two-hour film takes: memory of the process above all, and seconds a stage.

    python benchmarks/bench_two_hours.py [--minutes 120] [--height 540] [--json]

Three minutes are drawn and encoded once; their packets, sound included, are repeated up to the
length, which gives more than a thousand shots. The film is described in a process of its own
with an empty cache and a captioner that has something to say about every key frame, so that a
thousand utterances are voiced, mixed and checked as well. `peak` is the most memory the process
has held by the end of each stage.

Clustering is timed apart: the paper's hierarchy over every fourth frame, 45,000 samples for two
hours, against the memory that the usual method needs (n² distances, scipy's `linkage`).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from harness import Figure, in_child, peak_mib, show

SEGMENT = 180.0  # seconds
RATE = 25
ASKED_MIB, ASKED_SECONDS = 2048.0, 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--height", type=int, default=540, help="lines of the picture (16:9)")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        what, value = args.child
        work = {"describe": describe, "cluster": cluster}[what]
        print(json.dumps(work(value)))
        return
    samples = round(args.minutes * 60 * RATE / 4)
    clustered = in_child(__file__, "cluster", str(samples))
    with tempfile.TemporaryDirectory() as folder:
        film = made(Path(folder), args)
        done = in_child(__file__, "describe", str(film), cache=Path(folder) / "cache")
    figures = [
        Figure("clustering", clustered["seconds"], "s", ASKED_SECONDS, note=f"{samples:,} samples"),
        Figure(
            "clustering, memory added",
            clustered["mib"],
            "MiB",
            note=f"n² distances: {clustered['square_mib']:,.0f} MiB",
        ),
    ]
    length = done["duration"]
    figures += [
        Figure(
            name,
            seconds / length,
            "× duration",
            note=f"{seconds:,.0f} s, peak {done['peaks'].get(name, 0):,.0f} MiB",
        )
        for name, seconds in done["stages"].items()
    ]
    figures += [
        Figure("everything but captioning", done["wall"] / length, "× duration"),
        Figure("peak memory of the process", done["peak"], "MiB", ASKED_MIB),
    ]
    kept = {k: done[k] for k in ("shots", "keyframes", "lines", "cues", "failures")}
    title = f"{length / 60:.0f} minutes of film, {args.height} lines"
    show(title, figures, as_json=args.json, **kept)
    if not args.json:
        print(f"  {kept}")


def made(folder: Path, args: argparse.Namespace) -> Path:
    """The long film."""
    from films import make_film, repeated

    height = args.height // 2 * 2
    width = round(height * 16 / 9 / 2) * 2
    segment, film = folder / "segment.mp4", folder / "long.mp4"
    make_film(segment, SEGMENT, size=(width, height))
    repeated(segment, film, max(1, math.ceil(args.minutes * 60 / SEGMENT)))
    segment.unlink()
    return film


def describe(film: str) -> dict[str, Any]:
    """Describe the film, noting the peak of memory as stages end."""
    from harness import ScriptedCaptioner

    import scenewise
    from scenewise.description.timing import Timings

    peaks: dict[str, float] = {}
    plain = Timings.stage

    @contextmanager
    def noted(self: Timings, name: str) -> Iterator[None]:
        with plain(self, name):
            yield
        peaks[name] = peak_mib() or 0.0
        print(f"{name}: peak {peaks[name]:,.0f} MiB", file=sys.stderr, flush=True)

    Timings.stage = noted  # type: ignore[method-assign]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        done = scenewise.describe(
            film,
            folder,
            speech=scenewise.SpeechChoice(voice="espeak"),
            captioner=ScriptedCaptioner(),
        )
    return {
        "duration": done.draft.duration,
        "wall": time.perf_counter() - start,
        "stages": done.draft.timings.joined(done.rendered.timings).seconds,
        "peaks": peaks,
        "peak": peak_mib(),
        "shots": len(done.draft.selection.shots),
        "keyframes": len(done.draft.selection.keyframes),
        "lines": len(done.script.descriptions),
        "cues": len(done.script.cues()),
        "failures": [measure.name for measure in done.check.failures],
    }


def cluster(count: str) -> dict[str, float]:
    """The paper's tree over frame number and JPEG size, both scaled to [0, 1]."""
    from scenewise.frames.hierarchy import flat, ward

    n = int(count)
    rng = np.random.default_rng(0)
    # sizes as films have them: a level for each shot, and a little change inside it
    level = np.repeat(rng.lognormal(11, 0.5, n // 30 + 1), 30)[:n]
    sizes = level * (1 + 0.03 * rng.normal(size=n))
    points = np.column_stack([np.arange(n) / n, (sizes - sizes.min()) / np.ptp(sizes)])
    before, start = peak_mib() or 0.0, time.perf_counter()
    clusters = int(flat(ward(points), 1.0).max()) + 1
    return {
        "seconds": time.perf_counter() - start,
        "mib": (peak_mib() or 0.0) - before,
        "square_mib": 8 * n * (n - 1) / 2 / 2**20,
        "clusters": clusters,
    }


if __name__ == "__main__":
    main()
