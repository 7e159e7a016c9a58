"""What was measured as tables, beside what the paper printed.

Source: Prakash et al. 2023, figures 2 to 4.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from scenewise.charades.certainty import fifth_share, first_share, shared
from scenewise.charades.data import SCENES
from scenewise.charades.evaluating import (
    PAPER_COUNTS,
    PAPER_LENGTHS,
    PAPER_SCENES,
    Count,
    Evaluation,
)
from scenewise.charades.methods import method_named
from scenewise.core.errors import UnknownChoice
from scenewise.metrics.intervals import Interval

Evaluations = Mapping[str, Mapping[str, Evaluation]]
"""By method and part of the set: told["grid"]["test"]."""

SPLITS: Final = ("train", "test")

PAPER: Final = "Prakash 2023"

PAPER_VIDEOS: Final[Mapping[str, int]] = {"train": 1000, "test": 500}
"""Of the paper's sample, and captions to choose from."""

ACCURACY: Final = (
    "source", "method", "split", "right", "of", "share", "low", "high", "captions", "chance",
    "times_chance", "top5", "top5_share", "top5_low", "top5_high", "median_rank",
    "median_rank_low", "median_rank_high", "mrr", "mrr_low", "mrr_high", "level",
    "correct_length", "overall_length",
)  # fmt: skip
"""Columns of `accuracy.csv`; what is not known is empty."""

BY_SCENE: Final = ("source", "method", "split", "scene", "right", "of", "share")
"""Columns of `scenes.csv`."""

_USUAL_LEVEL: Final = 0.95

_NOTES: Final = """\
An accuracy counts pictures whose own caption is the most alike among all captions of the set; a
caption that is exactly as alike comes first. The baseline has a picture for every frame that it
looks at, the others have one a video. In brackets: {level:g} % intervals over videos, by bootstrap;
where no picture is right, or all are, Wilson's, counted as if all pictures of a video were alike,
as for the paper's own figures. Chance is one caption of all."""


def title(method: str) -> str:
    """What a method is called; its own name where it is none of `methods`.

    Args:
        method: such as `grid`, or `grid, untrained`: what follows a comma is kept.
    """
    name, comma, more = method.partition(",")
    try:
        return method_named(name).title + comma + more
    except UnknownChoice:
        return method


def accuracy_markdown(told: Evaluations) -> str:
    """Figure 2: one row a method, the paper's below."""
    level = _level(told)
    rows = [
        (title(method), *(part for split in SPLITS for part in _accuracy(parts.get(split))))
        for method, parts in told.items()
    ]
    for method in dict.fromkeys(name for name, _ in PAPER_COUNTS):
        cells = (part for split in SPLITS for part in _paper_accuracy(method, split, level))
        rows.append((f"*{PAPER}, {method}*", *cells))
    columns = ("right", "accuracy", "× chance")
    head = [f"{split}: {column}" for split in SPLITS for column in columns]
    return _markdown(("method", *head), rows)


def ranks_markdown(told: Evaluations, split: str) -> str:
    """How far down a picture's own caption is: one row a method."""
    rows = [
        (
            title(method),
            str(one.fifth),
            percents(fifth_share(one)),
            plain(one.median_rank),
            plain(one.reciprocal_rank),
            f"{one.captions:,}",
        )
        for method, parts in told.items()
        if (one := parts.get(split)) is not None
    ]
    head = ("method", "in the first five", "share", "median rank", "MRR", "captions")
    return _markdown(head, rows) if rows else ""


def lengths_markdown(told: Evaluations) -> str:
    """Figure 3: mean length of captions in characters, one row a method."""
    rows = []
    for method, parts in told.items():
        cells: list[str] = []
        for split in SPLITS:
            one = parts.get(split)
            cells += (
                ("–", "–")
                if one is None
                else (_length(one.lengths.correct), _length(one.lengths.overall))
            )
        rows.append((title(method), *cells))
    paper = (
        _length(n) for s in SPLITS for n in (PAPER_LENGTHS[s].correct, PAPER_LENGTHS[s].overall)
    )
    rows.append((f"*{PAPER}, final*", *paper))
    head = [f"{split}: {kind}" for split in SPLITS for kind in ("correct", "all")]
    return _markdown(("method", *head), rows)


def scenes_markdown(told: Evaluations, split: str) -> str:
    """Figure 4: right pictures by scene, one column a method."""
    columns = {method: parts[split].scenes for method, parts in told.items() if split in parts}
    if not any(columns.values()):
        return ""
    paper = split == "train"
    rows = []
    for scene in scenes(told, split):
        counts = (column.get(scene) for column in columns.values())
        row = [scene, *("–" if count is None else str(count) for count in counts)]
        if paper:
            row.append(str(PAPER_SCENES[scene]) if scene in PAPER_SCENES else "–")
        rows.append(row)
    return _markdown(
        ("scene", *map(title, columns), *([f"*{PAPER}, final*"] if paper else [])), rows
    )


def scenes(told: Evaluations, split: str) -> list[str]:
    """Scenes that occur, those of the paper first and in its order of names."""
    found = {scene for parts in told.values() if split in parts for scene in parts[split].scenes}
    return [scene for scene in SCENES if scene in found] + sorted(found - set(SCENES))


def notes(told: Evaluations) -> str:
    """How the tables are to be read."""
    return _NOTES.format(level=100 * _level(told))


def accuracy_csv(told: Evaluations) -> str:
    """All figures, one row for a method and a part of the set, the paper's below."""
    rows: list[Sequence[object]] = []
    level = _level(told)
    for method, split, one in _ordered(told):
        first, fifth = first_share(one), fifth_share(one)
        chance = one.chance
        rows.append(
            (
                "measured", method, split, one.first.right, one.first.of, *_exact(first),
                one.captions, _number(chance), _number(first.mean / chance), one.fifth.right,
                *_exact(fifth), *_exact(one.median_rank), *_exact(one.reciprocal_rank),
                first.level, _number(one.lengths.correct), _number(one.lengths.overall),
            )
        )  # fmt: skip
    for (method, split), count in PAPER_COUNTS.items():
        videos = PAPER_VIDEOS[split]
        share = shared(count, videos, level)
        lengths = PAPER_LENGTHS[split] if method == "final" else None
        correct, overall = (lengths.correct, lengths.overall) if lengths else (None, None)
        rows.append(
            (
                PAPER, method, split, count.right, count.of, *_exact(share), videos,
                _number(1 / videos), _number(share.mean * videos), *([""] * 10), share.level,
                _number(correct), _number(overall),
            )
        )  # fmt: skip
    return _csv(ACCURACY, rows)


def scenes_csv(told: Evaluations) -> str:
    """Right pictures by scene, one row for a method, a part of the set and a scene."""
    rows: list[Sequence[object]] = []
    for method, split, one in _ordered(told):
        rows += (
            ("measured", method, split, *_scene_row(scene, one.scenes[scene]))
            for scene in scenes(told, split)
            if scene in one.scenes
        )
    rows += (
        (PAPER, "final", "train", *_scene_row(scene, count))
        for scene, count in PAPER_SCENES.items()
    )
    return _csv(BY_SCENE, rows)


def percents(share: Interval) -> str:
    """A share and its interval: 3.4 % (2.4 to 4.7)."""
    low, mean, high = (f"{100 * value:.3g}" for value in (share.low, share.mean, share.high))
    return f"{mean} % ({low} to {high})"


def plain(value: Interval) -> str:
    """A figure and its interval: 12 (9 to 15)."""
    return f"{value.mean:.3g} ({value.low:.3g} to {value.high:.3g})"


def _accuracy(one: Evaluation | None) -> tuple[str, str, str]:
    if one is None:
        return "–", "–", "–"
    share = first_share(one)
    return str(one.first), percents(share), f"{share.mean / one.chance:.3g}"


def _level(told: Evaluations) -> float:
    """Of the intervals."""
    levels = (one.first_share.level for parts in told.values() for one in parts.values())
    return next(levels, _USUAL_LEVEL)


def _paper_accuracy(method: str, split: str, level: float) -> tuple[str, str, str]:
    count, videos = PAPER_COUNTS[method, split], PAPER_VIDEOS[split]
    return str(count), percents(shared(count, videos, level)), f"{count.share * videos:.3g}"


def _ordered(told: Evaluations) -> list[tuple[str, str, Evaluation]]:
    return [
        (method, split, parts[split])
        for method, parts in told.items()
        for split in (*SPLITS, *sorted(parts.keys() - set(SPLITS)))
        if split in parts
    ]


def _scene_row(scene: str, count: Count) -> tuple[object, ...]:
    return scene, count.right, count.of, _number(count.share)


def _length(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _exact(value: Interval) -> tuple[str, str, str]:
    return _number(value.mean), _number(value.low), _number(value.high)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return "\n".join(lines) + "\n"


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return made.getvalue()
