"""Do principal components of 8,000 videos take more memory than those of a few?

    python benchmarks/bench_components.py [--minutes N] [--json]

Rows as a ResNet-50 gives them (100,352 numbers in half precision, 27 a video) go through
`charades.reduction` as `scenewise charades encode` hands them on, each made as it is asked for:

wide     rows of full width, as many as there is time for
all      all 216,000 rows of 8,000 videos, a two-hundredth as wide

Each runs in a process of its own, which tells along the way the most memory it has held so far
(not what it holds: a system may take idle pages back). Beside it stands what all rows at once
would take. The values are noise: time and memory do not hang on them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from harness import Figure, in_child, peak_mib, show

VIDEOS, EACH, WIDTH, NARROWER = 8_000, 27, 100_352, 200
POINTS = 12
SETTLED = 400
"""Rows after which all that is held is held: the first batches, and what decomposes them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=6.0, help="for rows of full width")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    parser.add_argument("--child", nargs=2, metavar=("WIDTH", "MINUTES"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(reduced(int(args.child[0]), float(args.child[1]))))
        return
    told = {
        "wide": in_child(__file__, str(WIDTH), str(args.minutes)),
        "all": in_child(__file__, str(WIDTH // NARROWER), "0"),
    }
    show("Components", figures(told), as_json=args.json, runs=told)
    if not args.json:
        for name, run in told.items():
            print(f"{name}: rows, and the most MiB held so far")
            print("  " + ", ".join(f"{rows:,}: {mib:,.0f}" for rows, mib in run["held"]))


def figures(told: dict[str, dict[str, Any]]) -> list[Figure]:
    """What came out, beside what was asked."""
    made = []
    for name, run in told.items():
        what = f"{run['rows']:,} rows of {run['width']:,}"
        settled = [mib for rows, mib in run["held"] if rows >= SETTLED]
        at_once = run["rows"] * run["width"] * 4 / 2**20
        made += [
            Figure(f"{name}: greatest memory", run["peak"], "MiB", None, False,
                   f"{what}; all at once: {at_once:,.0f} MiB"),
            Figure(f"{name}: growth after {SETTLED} rows", max(settled) - settled[0], "MiB",
                   0.05 * settled[0], False, f"of {settled[0]:,.0f} MiB"),
            Figure(f"{name}: processor time", 1000 * run["seconds"] / run["rows"], "ms a row"),
        ]  # fmt: skip
    return made


def reduced(width: int, minutes: float) -> dict[str, Any]:
    """Find components of rows of a width, for some minutes or to the end."""
    from scenewise.charades.reduction import find_components

    held: list[tuple[int, float]] = []
    rng = np.random.default_rng(0)

    def blocks() -> Iterator[np.ndarray]:
        rows, after, begin = 0, 0.0, time.monotonic()
        for video in range(VIDEOS):
            gone = time.monotonic() - begin
            if minutes and gone > 60 * minutes:
                return
            share = gone / (60 * minutes) if minutes else video / VIDEOS
            if rows >= SETTLED and share >= after:
                held.append((rows, peak_mib() or 0.0))
                after = share + 1 / POINTS
            rows += EACH
            yield rng.standard_normal((EACH, width), np.float32).astype(np.float16)
        held.append((rows, peak_mib() or 0.0))

    spent = time.process_time()
    found = find_components(blocks())
    seconds = time.process_time() - spent
    held.append((found.rows, peak_mib() or 0.0))
    return {"rows": found.rows, "width": width, "seconds": seconds, "peak": peak_mib(),
            "held": held}  # fmt: skip


if __name__ == "__main__":
    main()
