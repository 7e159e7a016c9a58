"""Topics of short videos against the truth: frames with words, and the mean of frames.

    python benchmarks/bench_topics.py [--json] [--count 320] [--folder DIR] [--seeds 3]

Draws a set of short videos whose topics are known, indexes it with the pocket models, and finds
its topics in the default mode, in the default mode without words, and in the mode of the paper
(Lai 2023: BERTopic on the mean of a video's frames), also with topics as small as the default
chose. Figures are means over seeds. NMI is that of a video's main topic and its true one; videos
without a topic count as one group.
With --folder the set and the index are kept and used again, also by the other benchmarks of
collections; it may be a set that `scenewise synth social` has drawn.
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from drawn_social import drawn_set, indexed, truth_of
from harness import Figure, show

from scenewise.collection.store import Store
from scenewise.collection.topic_options import TopicOptions
from scenewise.collection.topic_quality import agreement
from scenewise.collection.topics import find_topics


class Measured(NamedTuple):
    """What one way of finding topics gave, as means over seeds.

    `smallest` is how many videos a topic had to have with the first seed.
    """

    nmi: float
    topics: float
    without: float
    smallest: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="results for machines")
    parser.add_argument("--count", type=int, default=320, help="videos that are drawn")
    parser.add_argument("--folder", type=Path, help="where the set and its index are kept")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each way")
    args = parser.parse_args()
    with ExitStack() as stack:
        folder = args.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        drawn = drawn_set(folder, args.count, seed=11)
        truth = {name: video["topic"] for name, video in truth_of(drawn)["videos"].items()}
        collection = indexed(drawn, quiet=args.json)

        def found(**options: Any) -> Measured:
            return measure(collection.store, truth, args.seeds, options)

        default, alone, paper = found(), found(texts=0.0), found(mode="paper")
        fine = found(mode="paper", smallest=default.smallest)
    figures = [
        Figure(
            "NMI with the truth, default",
            default.nmi,
            "",
            round(paper.nmi, 4),
            at_least=True,
            note=f"{default.topics:.0f} topics; the limit is the paper's way",
        ),
        Figure("NMI, frames without words", alone.nmi, "", note=f"{alone.topics:.0f} topics"),
        Figure("NMI, the paper's way", paper.nmi, "", note=f"{paper.topics:.0f} topics"),
        Figure(
            "NMI, the paper's way with topics as small as the default's",
            fine.nmi,
            "",
            note=f"{fine.topics:.0f} topics of {fine.smallest} videos at least",
        ),
        Figure("videos without a topic, default", 100 * default.without, "%"),
        Figure("videos without a topic, the paper's way", 100 * paper.without, "%"),
    ]
    kinds = len(set(truth.values()))
    title = f"{kinds} topics in {len(truth)} short videos, {args.seeds} seeds"
    show(title, figures, as_json=args.json)


def measure(store: Store, truth: dict[str, str], seeds: int, options: dict[str, Any]) -> Measured:
    """How well one way finds the true topics."""
    runs = [find_topics(store, options=TopicOptions(seed=seed, **options)) for seed in range(seeds)]
    return Measured(
        fmean(agreement(run.videos, truth) for run in runs),
        fmean(len(run.topics) for run in runs),
        fmean(run.quality.videos_without for run in runs),
        runs[0].smallest,
    )


if __name__ == "__main__":
    main()
