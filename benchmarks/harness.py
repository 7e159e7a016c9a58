"""What the benchmarks share: the films of the project, a captioner that always has something to
say, measuring in a process of its own, and tables that say what was asked."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenewise.core.media_types import Candidate, Keyframe
from scenewise.core.ports import CaptionContext

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""The folder of real films; benchmarks draw their own where it is absent."""

_WHO = (
    "a man in a red coat",
    "a woman with a lantern",
    "two children",
    "an old sailor",
    "a girl with short hair",
    "a group of soldiers",
    "a white horse",
    "a tall robot",
    "a boy with a basket",
    "three birds",
    "a dragon",
)
_DOES = (
    "walking across",
    "standing before",
    "running towards",
    "looking down at",
    "sitting beside",
    "climbing over",
    "waiting near",
    "turning away from",
    "dancing around",
    "pointing at",
    "falling onto",
    "crawling under",
    "leaving",
)
_WHAT = (
    "a snowy bridge",
    "an open window",
    "a burning house",
    "a wooden table",
    "a narrow street",
    "a mountain lake",
    "a broken gate",
    "a market stall",
    "a dark forest",
    "a stone tower",
    "a parked car",
    "a field of flowers",
    "a railway platform",
    "a marble staircase",
    "a rusty ship",
    "a kitchen sink",
    "a glass dome",
)


class ScriptedCaptioner:
    """Has something new and certain to say about every key frame, at no cost.

    The lists have no common factor, so a sentence comes back after 2,431 key frames.
    """

    name = "scripted"

    def describe(
        self, keyframes: Sequence[Keyframe], context: CaptionContext
    ) -> Iterator[list[Candidate]]:
        """One candidate a key frame."""
        del context
        for i, _ in enumerate(keyframes):
            who, does, what = _WHO[i % 11], _DOES[i * 5 % 13], _WHAT[i * 7 % 17]
            yield [Candidate(f"{who} {does} {what}", 0.9)]


@dataclass(frozen=True)
class Figure:
    """One measured figure beside what was asked of it.

    Args:
        what: is measured.
        measured: value, None where it could not be measured.
        unit: of both values.
        asked: limit, None where nothing was asked.
        at_least: whether the limit is a least value instead of a greatest one.
        note: how it was measured, what it was compared with.
    """

    what: str
    measured: float | None
    unit: str
    asked: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the figure keeps its limit."""
        if self.asked is None or self.measured is None:
            return None
        return self.measured >= self.asked if self.at_least else self.measured <= self.asked


def show(title: str, figures: Sequence[Figure], *, as_json: bool, **more: Any) -> None:
    """Print figures as a table, or as one JSON object with whatever else belongs to them."""
    if as_json:
        plain = [{**asdict(f), "reached": f.reached} for f in figures]
        print(json.dumps({"title": title, "machine": machine(), "figures": plain, **more}))
        return
    print(f"{title} ({machine()})")
    for f in figures:
        value = (
            "–"
            if f.measured is None
            else f"{f.measured:.3g}"
            if f.measured < 1000
            else (f"{f.measured:,.0f}")
        )
        limit = "" if f.asked is None else f"{'≥' if f.at_least else '≤'} {f.asked:g}"
        mark = {True: "reached", False: "MISSED", None: ""}[f.reached]
        print(f"  {f.what:<44}{value:>9} {f.unit:<11}{limit:<8}{mark:<9}{f.note}".rstrip())


def machine() -> str:
    """The class of machine, and how busy it is: figures of a busy one mean little."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{cores} cores, {platform.machine()}{busy}"


def peak_mib() -> float | None:
    """The most memory this process has held, MiB; None where the system does not tell."""
    status = Path("/proc/self/status")
    if status.is_file():
        # not getrusage: across fork and exec it hands down the parent's peak
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def in_child(script: str, *arguments: str, cache: Path | None = None) -> dict[str, Any]:
    """Run a benchmark's `--child` in a process of its own; the JSON it prints last.

    Args:
        script: path of the benchmark.
        arguments: for it, after `--child`.
        cache: where stage results go; a fresh folder means that nothing is reused.
    """
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    if cache is not None:
        environment["SCENEWISE_CACHE"] = str(cache)
    done = subprocess.run(
        [sys.executable, script, "--child", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{Path(script).name} --child {' '.join(arguments)} failed")
    return json.loads(done.stdout.splitlines()[-1])
