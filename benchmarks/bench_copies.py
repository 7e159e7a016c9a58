"""Copies found in a drawn set of short videos whose copies are known: precision and recall.

    python benchmarks/bench_copies.py [--videos 128] [--seed 3] [--json] [--folder DIR]

The set is what `scenewise synth social` draws: a quarter of the videos are copies of others,
re-encoded, cropped, mirrored, under a logo, sped up, cut out, between bars, in other colours;
among the rest are many that share an opening. It is indexed with the pocket models as a person
would, and `Collection.copies` is asked. Beside it what the vectors of the summary alone tell,
from the same store in the same run. With `--folder` the set and the index are kept and used
again, also by the other benchmarks of collections; it may be a set that `scenewise synth social`
has drawn.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from drawn_social import drawn_set, indexed, truth_of
from harness import Figure, show

PRECISION, RECALL = 0.98, 0.90


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--videos", type=int, default=128, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=3, help="from which they are drawn")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--folder", type=Path, help="where the set and its index are kept")
    args = parser.parse_args()
    os.environ.setdefault("RUST_LOG", "error")
    with ExitStack() as stack:
        folder = args.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        measured = measure(folder, args.videos, args.seed, quiet=args.json)
    figures = told(measured)
    show("Copies", figures, as_json=args.json, kinds=measured["kinds"], wrong=measured["wrong"])
    if not args.json:
        print("  by kind (found of drawn; median error of offset in s, of speed):")
        for kind, row in measured["kinds"].items():
            print(
                f"    {kind:<16}{row['found']:>3} of {row['of']:<4}"
                f"{row['offset']:>7.2f} s {row['speed']:>7.1%}"
            )
        for pair in measured["wrong"]:
            print(f"    none, but taken for copies: {' and '.join(pair)}")


def measure(folder: Path, count: int, seed: int, *, quiet: bool) -> dict[str, Any]:
    """Draw, index, ask, and set what is found against the truth."""
    from scenewise.collection.copies import find_copies

    drawn = drawn_set(folder, count, seed)
    truth = truth_of(drawn)
    # whoever has read the writing for another benchmark need not look again
    read = (drawn / "store-read-1").is_dir()
    collection = indexed(drawn, reading=read, quiet=quiet)
    videos = collection.videos()
    count = len(truth["videos"])
    if len(videos) != count:
        raise SystemExit(f"{drawn}: {len(videos)} videos are indexed, not {count}")
    before = time.perf_counter()
    report = collection.copies()
    seconds = time.perf_counter() - before
    by_vectors = find_copies(collection.store.matrix(), {v.id: v.duration for v in videos})
    known = {frozenset((row["id"], row["of"])): row for row in truth["copies"]}
    found = {frozenset((p.a, p.b)): p for group in report.groups for p in group.pairs}
    alone = {frozenset((p.a, p.b)) for group in by_vectors for p in group.pairs}
    alike = sum(len(row["ids"]) * (len(row["ids"]) - 1) // 2 for row in truth["shared_openings"])
    strips = sum(
        path.stat().st_size for path in (collection.store.folder / "strips").rglob("*.strip")
    )
    return {
        "videos": count,
        "copies": len(known),
        "openings": alike,
        "precision": share(len(found.keys() & known.keys()), len(found)),
        "recall": share(len(found.keys() & known.keys()), len(known)),
        "vector_precision": share(len(alone & known.keys()), len(alone)),
        "vector_recall": share(len(alone & known.keys()), len(known)),
        "seconds": seconds,
        "bytes": strips / count,
        "kinds": kinds(known, found),
        "wrong": sorted(sorted(pair) for pair in found.keys() - known.keys()),
    }


def kinds(known: dict[Any, Any], found: dict[Any, Any]) -> dict[str, dict[str, float]]:
    """Of each kind of copy how many are found, and how exactly."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for pair, row in known.items():
        rows[row["kind"]].append((row, found.get(pair)))
    table = {}
    for kind, all_of_it in sorted(rows.items()):
        offsets, speeds = [], []
        for row, pair in all_of_it:
            if pair is not None:
                seen = pair if pair.b == row["id"] else pair.turned
                offsets.append(abs(seen.offset - row["time"]["start"]))
                speeds.append(abs(seen.speed / row["time"]["speed"] - 1))
        table[kind] = {
            "found": len(offsets),
            "of": len(all_of_it),
            "offset": middle(offsets),
            "speed": middle(speeds),
        }
    return table


def told(measured: dict[str, Any]) -> list[Figure]:
    """The figures beside what was asked."""
    of = f"{measured['copies']} copies among {measured['videos']} videos"
    openings = f"{measured['openings']} pairs share an opening"
    vectors = "vectors of the summary alone: {:.2f}"
    return [
        Figure("precision of copies", measured["precision"], "", PRECISION, at_least=True,
               note=f"{openings}; {vectors.format(measured['vector_precision'])}"),
        Figure("recall of copies", measured["recall"], "", RECALL, at_least=True,
               note=f"{of}; {vectors.format(measured['vector_recall'])}"),
        Figure("comparing, a video", measured["seconds"] / measured["videos"], "s"),
        Figure("strip, a video", measured["bytes"] / 1024, "KiB"),
    ]  # fmt: skip


def share(part: int, whole: int) -> float:
    """A share; that of nothing is 1, as nothing is wrong with it."""
    return part / whole if whole else 1.0


def middle(values: list[float]) -> float:
    """The median, 0 of none."""
    return sorted(values)[len(values) // 2] if values else 0.0


if __name__ == "__main__":
    main()
