"""How well is a drawn set of short videos searched, by words, pictures, both and sums?

    python benchmarks/bench_retrieval.py [--count 500] [--seed 7] [--clip pocket]
                                         [--folder DIR] [--no-reading] [--json]

Draws a set whose truth is known, with its queries and their answers, indexes it and asks every
query with all that it has: words, a still that is in no video, both, or a still less what it
shows plus what is wanted. With --folder the set and the index are kept and used again; it may be
a set that `scenewise synth social` has drawn. Asked is
MRR@5 and MAP@5 over all of these together; beside stand the figures of Lai (2023), which are of
other videos, and the article's plain sum on the same queries. The pocket CLIP reads English
only, so that queries in other languages, which find what people wrote, are counted apart.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from drawn_social import drawn_set, indexed
from harness import Figure, show

MRR, MAP = 0.90, 0.86
QUERIES = 200
FOREIGN = "other language"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=500, help="videos")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--clip", default="pocket", help="the model that sees")
    parser.add_argument("--folder", type=Path, help="where the set and its index are kept")
    parser.add_argument("--no-reading", action="store_true", help="do not read writing on screen")
    parser.add_argument("--json", action="store_true", help="figures for machines")
    args = parser.parse_args()
    if args.folder:
        measure(args.folder, args)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), args)


def measure(folder: Path, args: argparse.Namespace) -> None:
    """Draw, index, ask, and print."""
    from scenewise.collection.evaluation import Evaluation, evaluate
    from scenewise.collection.evaluation_files import read_judgements, read_trials

    place = drawn_set(folder, args.count, args.seed)
    collection = indexed(place, args.clip, reading=not args.no_reading, quiet=args.json)
    trials = read_trials(place / "queries.jsonl").rows
    grades = read_judgements(place / "judgements.qrels").grades
    known = [video.id for video in collection.videos()]
    start = time.perf_counter()
    done: Evaluation = evaluate(collection, trials, grades, known=known)
    seconds = time.perf_counter() - start
    plain: Evaluation = evaluate(collection, trials, grades, known=known, sums="plain")
    kinds = {
        row["id"]: row["kind"]
        for row in map(json.loads, (place / "queries.jsonl").read_text("utf-8").splitlines())
    }
    show(
        f"search of {len(known)} drawn videos with {args.clip}, {len(trials)} queries",
        [*figures(done, plain, kinds), Figure("asking a query, all ways",
                                              1000 * seconds / len(trials), "ms")],
        as_json=args.json,
        notes=list(done.notes),
        failures=[one._asdict() for one in done.failures],
        model=collection.mark.revision,
    )  # fmt: skip


def figures(done: Any, plain: Any, kinds: Mapping[str, str]) -> list[Figure]:
    """What is asked, then what it is made of."""
    whole = by_kind(done, kinds, "whole")
    article = by_kind(plain, kinds, "whole")
    bare = by_kind(done, kinds, "without plus and minus")
    own = [one for kind, scored in whole.items() if kind != FOREIGN for one in scored]
    rows = [Figure("queries made from the truth", len(own), "", QUERIES, at_least=True)]
    for name, asked in (("MRR@5", MRR), ("MAP@5", MAP)):
        rows.append(figure(f"text, image, both, arithmetic: {name}", own, name, asked))
    for kind, scored in whole.items():
        for name in ("MRR@5", "MAP@5"):
            more = "found by what people wrote" if kind == FOREIGN else ""
            beside = mean(article[kind], name)
            if kind in ("text and image", "arithmetic"):
                more = f"plain sum {beside:.3f}"
            if kind == "arithmetic":
                more += f", without plus and minus {mean(bare[kind], name):.3f}"
            rows.append(figure(f"{kind}: {name}", scored, name, None, more))
    return rows


def by_kind(done: Any, kinds: Mapping[str, str], way: str) -> dict[str, list[Any]]:
    """The queries asked in a way, by what they were made as."""
    found: dict[str, list[Any]] = defaultdict(list)
    for one in done.scored:
        if one.way == way:
            found[kinds[one.id]].append(one)
    return found


def figure(
    what: str, scored: Sequence[Any], name: str, asked: float | None, more: str = ""
) -> Figure:
    """A mean with its interval, beside the article's where it has one."""
    from scenewise.collection.evaluation import PAPER
    from scenewise.metrics.intervals import bootstrap_mean

    interval = bootstrap_mean([one.figures[name] for one in scored], seed=0)
    notes = [f"{interval.low:.3f} to {interval.high:.3f}", more]
    if asked is not None:
        notes.append(f"Lai 2023: {PAPER[name]}")
    note = "; ".join(note for note in notes if note)
    return Figure(what, interval.mean, "", asked, at_least=True, note=note)


def mean(scored: Sequence[Any], name: str) -> float:
    """Of a figure over queries."""
    return sum(one.figures[name] for one in scored) / len(scored)


if __name__ == "__main__":
    main()
