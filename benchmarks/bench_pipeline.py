"""How long the whole main job takes, stage by stage, beside decoding alone in the same run.

    python benchmarks/bench_pipeline.py [FILM] [--seconds 120] [--repeat 3] [--profile] [--json]

Without FILM a 720p film of 25 frames a second is made (H.264 and AAC, from real footage where
the folder of real films is there, else drawn), with dialogue, music and writing. Every run is a
process of its own with an empty cache; the captioner costs nothing, so that what is measured is
everything but captioning: look, listen, read, word, speak, schedule, mix and write, check,
report. Each figure is the median of the repeats divided by the film's duration: 0.05 × means
that an hour takes three minutes. `cpu` is the processor time of all threads: unlike wall-clock
time it hardly grows when others use the machine.

`again` renders once more after one sentence was edited.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness import DATA, Figure, in_child, peak_mib, show

ASKED = 0.10
REAL = (
    "film/sintel_trailer_52s.mp4",
    "described/perspective/perspective-video.mp4",
    "film/tears_of_steel_battle_70s.webm",
    "film/bbb_0_30.webm",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("film", type=Path, nargs="?", help="a film instead of the one made")
    parser.add_argument("--seconds", type=float, default=120.0, help="length of the film made")
    parser.add_argument("--drawn", action="store_true", help="draw it even if there is footage")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        what, film = args.child
        print(json.dumps({"decode": decode, "describe": describe}[what](Path(film), args.profile)))
        return
    with tempfile.TemporaryDirectory() as folder:
        film = args.film or made(Path(folder), args)
        runs = [run(film, Path(folder), i, args) for i in range(args.repeat)]
    report(film.name, runs, args.json)


def made(folder: Path, args: argparse.Namespace) -> Path:
    """The film that is described when none is given."""
    from films import make_film

    film = folder / "made.mp4"
    footage = [] if args.drawn else [DATA / name for name in REAL if (DATA / name).is_file()]
    make_film(film, args.seconds, footage=footage)
    return film


def run(film: Path, folder: Path, number: int, args: argparse.Namespace) -> dict[str, Any]:
    """One round: decoding alone, then the whole job, each in a process of its own."""
    decoded = in_child(__file__, "decode", str(film))
    more = ["--profile"] if args.profile else []
    start = time.perf_counter()
    done = in_child(__file__, "describe", str(film), *more, cache=folder / f"cache{number}")
    return {**decoded, **done, "process": time.perf_counter() - start}


def decode(film: Path, profile: bool) -> dict[str, float]:
    """PyAV alone: demux and decode with frame threads, touching no pixel."""
    del profile
    import av

    wall, cpu = time.perf_counter(), time.process_time()
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            pass
    return {
        "decode": time.perf_counter() - wall,
        "decode_cpu": time.process_time() - cpu,
    }


def describe(film: Path, profile: bool) -> dict[str, Any]:
    """Describe the film; then edit a sentence and render again."""
    from harness import ScriptedCaptioner

    import scenewise

    speech = scenewise.SpeechChoice(voice="espeak")
    processor = processor_time_by_stage()
    profiler = cProfile.Profile() if profile else None
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        if profiler is not None:
            profiler.enable()
        done = scenewise.describe(film, folder, speech=speech, captioner=ScriptedCaptioner())
        if profiler is not None:
            profiler.disable()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = peak_mib()
        stages = done.draft.timings.joined(done.rendered.timings).seconds
        script = done.draft.script
        lines = list(script.descriptions)
        at = next(i for i, line in enumerate(lines) if line.voiced)
        lines[at] = replace(lines[at], text="A cat sleeps.", spoken="", source="person")
        edited = script.with_descriptions(tuple(lines))
        processor = dict(processor)
        again = time.perf_counter()
        scenewise.render(film, edited, Path(folder) / "again", speech=speech)
        again = time.perf_counter() - again
    if profiler is not None:
        table = pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime")
        table.print_stats(45)
        table.sort_stats("cumulative").print_stats(70)
    return {
        "duration": done.draft.duration,
        "wall": wall,
        "cpu": cpu,
        "again": again,
        "peak": peak,
        "stages": stages,
        "processor": processor,
        "keyframes": len(done.draft.selection.keyframes),
        "cues": len(done.script.cues()),
        "written": [d.text for d in done.script.descriptions if d.kind == "text"],
        "failures": [m.name for m in done.check.failures],
    }


def processor_time_by_stage() -> dict[str, float]:
    """Processor seconds of each stage, filled in as stages end; `Timings` has the wall clock."""
    from scenewise.description.timing import Timings

    spent: dict[str, float] = {}
    plain = Timings.stage

    @contextmanager
    def measured(self: Timings, name: str) -> Iterator[None]:
        start = time.process_time()
        with plain(self, name):
            yield
        spent[name] = spent.get(name, 0.0) + time.process_time() - start

    Timings.stage = measured  # type: ignore[method-assign]
    return spent


def report(name: str, runs: list[dict[str, Any]], as_json: bool) -> None:
    """Print medians over the rounds."""
    duration = runs[0]["duration"]

    def share(*path: str) -> float:
        values = []
        for one in runs:
            value: Any = one
            for step in path:
                value = value.get(step, 0.0)
            values.append(value / duration)
        return statistics.median(values)

    times = statistics.median(one["wall"] / one["decode"] for one in runs)
    figures = [
        Figure("decoding alone, wall", share("decode"), "× duration"),
        Figure("decoding alone, cpu", share("decode_cpu"), "× duration"),
    ]
    figures += [Figure(stage, share("stages", stage), "× duration") for stage in runs[0]["stages"]]
    figures += [
        Figure("everything but captioning, wall", share("wall"), "× duration", ASKED),
        Figure("everything but captioning, cpu", share("cpu"), "× duration"),
        Figure("everything, against decoding alone", times, "× as long", note="same round"),
        Figure("the same process with Python's start", share("process"), "× duration"),
        Figure("again after an edited sentence", share("again") * duration, "s"),
        Figure("peak memory", statistics.median(r["peak"] or 0 for r in runs), "MiB"),
    ]
    last = runs[-1]
    kept = {k: last[k] for k in ("keyframes", "cues", "written", "failures")}
    show(f"{name}, {duration:.0f} s", figures, as_json=as_json, **kept)
    if not as_json:
        print(f"  {kept}")


if __name__ == "__main__":
    main()
