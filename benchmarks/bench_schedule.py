"""The exact schedule beside an integer program and a greedy one: time and worth.

    python benchmarks/bench_schedule.py [--json FILE] [--scenes N] [--seed N] [--time-limit S]

Three kinds of instance, all generated from the seed:

- `two gaps`: 33 candidates for two gaps of 14.8 s in all, the size that Sterner et al. 2026
  report as their worst scene;
- `scenes`: 4 to 16 candidates in 1 to 5 gaps, times on the tick, so that the integer program
  over continuous time and the grid have the same optimum;
- `film`: two hours, 1,500 candidates of four wordings, several hundred gaps (far beyond the
  integer program as a whole).

The greedy schedule is the usual one: the most valuable line first, in the fullest wording that
still fits, as near to its event as it can be said.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from scenewise.core.time import Span
from scenewise.description.schedule import (
    Element,
    Placement,
    ScheduleOptions,
    Wording,
    schedule,
    total_worth,
    worth,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "description"))
from milp_reference import Unproven, solve_milp

OPTIONS = ScheduleOptions(pause=0.24)
Instance = tuple[list[Element], list[Span]]


def two_gaps(rng: np.random.Generator) -> Instance:
    """33 candidates, two gaps of 14.8 s in all, a few seconds of dialogue between them."""
    gaps = [Span(10.0, 17.2), Span(22.0, 29.6)]
    return lines(rng, np.sort(rng.uniform(6, 34, 33))), gaps


def scene(rng: np.random.Generator) -> Instance:
    """A scene of a film."""
    gaps, at = [], 0.0
    for _ in range(rng.integers(1, 6)):
        at += on_tick(rng.uniform(1, 8))
        length = on_tick(rng.uniform(1, 9))
        gaps.append(Span(round(at, 2), round(at + length, 2)))
        at += length
    return lines(rng, np.sort(rng.uniform(0, at + 4, rng.integers(4, 17)))), gaps


def film(rng: np.random.Generator, seconds: float = 7200.0, candidates: int = 1500) -> Instance:
    """A feature film: pauses of 6 s and dialogue of 9 s on average."""
    gaps, at = [], 0.0
    while at < seconds:
        length = rng.gamma(1.5, 4)
        gaps.append(Span(at, at + length))
        at += length + rng.gamma(1.5, 6)
    return lines(rng, np.sort(rng.uniform(0, seconds, candidates))), gaps


def lines(rng: np.random.Generator, events: Sequence[float]) -> list[Element]:
    """Candidates with a full wording of 2 to 7 s and three shorter ones."""
    out = []
    for i, event in enumerate(events):
        full = rng.uniform(2, 7)
        lengths = sorted({on_tick(full * part, 0.04) for part in (1, 0.75, 0.5, 0.3)}, reverse=True)
        wordings = tuple(Wording(f"{length:.2f} s", length) for length in lengths)
        salience = round(float(rng.uniform(0.2, 1)), 3)
        out.append(Element(f"d{i:04d}", on_tick(float(event)), salience, wordings))
    return out


def on_tick(seconds: float, tick: float = 0.02) -> float:
    """The nearest multiple of the tick, not 0."""
    return round(max(1, round(seconds / tick)) * tick, 2)


def greedy(
    elements: Sequence[Element], gaps: Sequence[Span], options: ScheduleOptions
) -> list[Placement]:
    """The most valuable line first, as full and as near to its event as still fits."""
    order = {element.id: i for i, element in enumerate(elements)}
    said: list[Placement] = []
    by_value = sorted(
        elements, key=lambda e: -e.salience * e.wordings[0].duration ** options.exponent
    )
    for element in by_value:
        before = [p for p in said if order[p.id] < order[element.id]]
        after = [p for p in said if order[p.id] > order[element.id]]
        low = max((p.span.end + options.pause for p in before), default=-np.inf)
        high = min((p.start - options.pause for p in after), default=np.inf)
        for k, wording in enumerate(element.wordings):
            length = wording.duration
            best = element.event - length / 2
            starts = []
            for gap in gaps:
                first = max(gap.start, low, best - options.reach)
                last = min(gap.end, high) - length
                last = min(last, best + options.reach)
                if first <= last:
                    starts.append(min(max(best, first), last))
            if starts:
                start = max(starts, key=lambda d: float(worth(element, k, d, options)))
                said.append(Placement(element.id, start, k, length))
                break
    return sorted(said, key=lambda p: p.start)


@contextmanager
def quiet() -> Iterator[None]:
    """The solver's library writes to the standard output by itself."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def timed(work, repeat: int = 1):  # type: ignore[no-untyped-def]
    """The result, and the median of its seconds."""
    spent = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - start)
    return result, statistics.median(spent)


def run(
    name: str, instances: Sequence[Instance], *, milp_limit: float, repeat: int
) -> dict[str, Any]:
    """One row of the table."""
    ours, solver, lost, gap = [], [], [], []
    unproven: list[float] = []
    said = outside_bounds = 0
    for elements, gaps in instances:
        found, seconds = timed(lambda e=elements, g=gaps: schedule(e, g, OPTIONS), repeat)
        ours.append(seconds)
        said += len(found.placements)
        simple = total_worth(elements, greedy(elements, gaps, OPTIONS), OPTIONS)
        lost.append(1 - simple / found.value)
        if milp_limit > 0:
            start = time.perf_counter()
            try:
                with quiet():
                    best, _ = solve_milp(elements, gaps, OPTIONS, time_limit=milp_limit)
                gap.append(abs(best - found.value))
            except Unproven as late:
                unproven.append((found.value - late.best) / found.value)
                outside_bounds += not late.best - 1e-6 <= found.value <= late.bound + 1e-6
            solver.append(time.perf_counter() - start)
    elements, gaps = instances[-1]
    tracemalloc.start()
    schedule(elements, gaps, OPTIONS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {
        "instance": name,
        "count": len(instances),
        "candidates": sum(len(e) for e, _ in instances) / len(instances),
        "gaps": sum(len(g) for _, g in instances) / len(instances),
        "said": said / len(instances),
        "seconds_median": statistics.median(ours),
        "seconds_worst": max(ours),
        "peak_mib": peak / 2**20,
        "milp_seconds_median": statistics.median(solver) if solver else None,
        "milp_seconds_worst": max(solver) if solver else None,
        "milp_unproven": len(unproven) if solver else None,
        "milp_loss_where_unproven": max(unproven) if unproven else None,
        "outside_milp_bounds": outside_bounds if solver else None,
        "worst_difference_to_milp": max(gap) if gap else None,
        "greedy_loss_median": statistics.median(lost),
        "greedy_loss_worst": max(lost),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--time-limit", type=float, default=10.0, help="seconds a MILP may take")
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    limit = given.time_limit
    rows = [
        run("two gaps", [two_gaps(rng) for _ in range(5)], milp_limit=limit, repeat=5),
        run("scenes", [scene(rng) for _ in range(given.scenes)], milp_limit=limit, repeat=3),
        run("film", [film(rng) for _ in range(3)], milp_limit=0, repeat=1),
        run(
            "film, no dialogue",
            [(lines(rng, np.sort(rng.uniform(0, 7200, 1500))), [Span(0, 7200)])],
            milp_limit=0,
            repeat=1,
        ),
    ]
    head = (
        f"{'instance':<18}{'n':>3}{'cand.':>7}{'gaps':>6}{'said':>7}{'exact s':>16}"
        f"{'MiB':>6}{'MILP s':>16}{'unproven':>9}{'|Δ|':>9}{'greedy loses':>17}"
    )
    print(head)
    for row in rows:
        milp = (
            f"{row['milp_seconds_median']:7.2f} / {row['milp_seconds_worst']:6.2f}"
            f"{row['milp_unproven']:>9}"
            if row["milp_seconds_median"] is not None
            else f"{'–':>16}{'–':>9}"
        )
        gap = row["worst_difference_to_milp"]
        print(
            f"{row['instance']:<18}{row['count']:>3}{row['candidates']:>7.0f}{row['gaps']:>6.0f}"
            f"{row['said']:>7.1f}{row['seconds_median']:>8.4f} / {row['seconds_worst']:.3f}"
            f"{row['peak_mib']:>6.1f}{milp}{'–' if gap is None else f'{gap:.0e}':>9}"
            f"{row['greedy_loss_median']:>8.1%} / {row['greedy_loss_worst']:.1%}"
        )
    print("median / worst; |Δ|: largest difference in worth where the MILP proved its optimum")
    unproven = [row for row in rows if row["milp_unproven"]]
    if unproven:
        worst = max(row["milp_loss_where_unproven"] for row in unproven)
        outside = sum(row["outside_milp_bounds"] for row in unproven)
        print(
            f"unproven after {limit:g} s: the MILP's best is up to {worst:.1%} worse than ours; "
            f"ours outside its bounds: {outside}"
        )
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
