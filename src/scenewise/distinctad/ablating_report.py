"""Tables of experiments, with intervals, beside the paper's own rows, and pictures of sweeps."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from scenewise.distinctad.ablating_rows import Row, Table
from scenewise.distinctad.ablating_scoring import (
    LOWER,
    MEASURES,
    Measured,
    difference,
    interval,
    measured,
)
from scenewise.distinctad.options import AblationOptions
from scenewise.media.atomic import atomic_text, made_folder
from scenewise.metrics.baselines import CONSTANT, constant, copy_previous
from scenewise.metrics.intervals import Interval

COPIED, SAME = "copy previous", "constant"
_PAPER_BASES: Final = {COPIED: {"CIDEr": 12.2}, SAME: {"CIDEr": 4.0}}
"""What these two get on MAD-Eval, in this project's own measurement."""

Intervals = Mapping[str, Interval]


@dataclass(frozen=True)
class Line:
    """A row of a finished table.

    Args:
        name, title: of the row.
        figures: by measure.
        against: how much higher they are than the first row's, by measure; empty for that row.
        paper: the paper's figures.
        at: where it stands in a sweep.
        loss: mean of validation's over seeds.
        seconds: that its seeds took together.
    """

    name: str
    title: str
    figures: Intervals
    against: Intervals
    paper: Mapping[str, float]
    at: float | None = None
    loss: float | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Finished:
    """A finished table.

    Args:
        table: whose rows it has.
        lines: in their order, baselines last.
        seeds, films, clips: how many there were.
    """

    table: Table
    lines: tuple[Line, ...]
    seeds: int
    films: int
    clips: int


def finished(
    table: Table,
    told: Mapping[Row, Sequence[Mapping[str, Sequence[str]]]],
    references: Mapping[str, Sequence[str]],
    options: AblationOptions,
    *,
    losses: Mapping[Row, float | None] | None = None,
    seconds: Mapping[Row, float] | None = None,
) -> Finished:
    """A table from what its rows told.

    Args:
        table: whose.
        told: of each row and seed, film by film.
        references: what people said.
        options: level and resamples of intervals.
        losses, seconds: of each row, where they are known.
    """
    found = {row.name: measured(told[row], references) for row in table.rows}
    rows = [(row.name, row.title, row.paper, row.at, row) for row in table.rows]
    if not table.sweep:
        films = list(references)
        lines = [line for film in films for line in references[film]]
        for name, said in ((COPIED, copy_previous(lines)), (SAME, constant(lines, CONSTANT))):
            left = iter(said)
            by_film = {film: [next(left) for _ in references[film]] for film in films}
            found[name] = measured([by_film] * options.seeds, references)
            rows.append((name, _SAYS[name], _PAPER_BASES[name], None, None))  # type: ignore[arg-type]
    how = {"level": options.level, "resamples": options.resamples}
    first = found[table.first]
    made = []
    for name, title, paper, at, row in rows:
        made.append(
            Line(
                name,
                title,
                {m: interval(found[name], m, **how) for m in MEASURES},  # type: ignore[arg-type]
                {} if name == table.first else _against(found[name], first, how),
                dict(paper),
                at,
                (losses or {}).get(row) if row is not None else None,
                (seconds or {}).get(row) if row is not None else None,
            )
        )
    clips = sum(len(lines) for lines in references.values())
    return Finished(table, tuple(made), options.seeds, len(references), clips)


_SAYS: Final = {COPIED: "each line as the true one before it", SAME: f"“{CONSTANT}”"}


def _against(one: Measured, first: Measured, how: Mapping[str, Any]) -> Intervals:
    return {m: difference(one, first, m, **how) for m in MEASURES}


def ahead(one: Line, other: Line, measure: str) -> bool:
    """Whether a row is better than another and their intervals do not overlap."""
    a, b = one.figures[measure], other.figures[measure]
    return a.high < b.low if measure in LOWER else a.low > b.high


def markdown(one: Finished) -> str:
    """A table with its notes."""
    papers = list(dict.fromkeys(name for line in one.lines for name in line.paper))
    headings = ["", "", *(f"{m}{' ↓' if m in LOWER else ''}" for m in MEASURES)]
    headings += [f"paper: {name}" for name in papers]
    rows = [
        [line.name, line.title, *(_told(line.figures[m]) for m in MEASURES)]
        + [f"{line.paper[name]:g}" if name in line.paper else "" for name in papers]
        for line in one.lines
    ]
    parts = [f"### {one.table.title}\n", _table(headings, rows)]
    others = [line for line in one.lines if line.against]
    parts.append(f"Against {one.table.first}, seed by seed and film by film:\n")
    parts.append(
        _table(
            ["", *(f"{m}{' ↓' if m in LOWER else ''}" for m in MEASURES)],
            [[line.name, *(_told(line.against[m], sign=True) for m in MEASURES)]
             for line in others],
        )
    )  # fmt: skip
    level = round(100 * next(iter(one.lines[0].figures.values())).level)
    parts.append(
        f"{_some(one.seeds, 'seed')}, {_some(one.films, 'film')}, {_some(one.clips, 'clip')}. "
        f"Means, and {level} % intervals "
        "from drawing seeds and films anew; in bold where the difference is not by chance. All "
        "figures times 100; ↓ where less is better. Recall goes by the words that sentences "
        "share, in the paper by BERTScore. From few seeds or films intervals are too "
        "narrow.\n"
    )
    return "\n".join(parts)


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _told(one: Interval, *, sign: bool = False) -> str:
    if one.mean != one.mean:  # not a number: films are too short for it
        return "–"
    if one.low == one.high:  # a single film and seed, of which nothing can be drawn
        return f"{one.mean:{'+' if sign else ''}.1f}".replace("-", "−")
    if sign:
        text = f"{one.mean:+.1f} ({one.low:+.1f} to {one.high:+.1f})".replace("-", "−")
        return f"**{text}**" if one.low > 0 or one.high < 0 else text
    return f"{one.mean:.1f} ({one.low:.1f} to {one.high:.1f})"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def plain(one: Finished) -> dict[str, Any]:
    """All numbers, as values that JSON holds."""
    return {
        "table": one.table.name,
        "title": one.table.title,
        "seeds": one.seeds,
        "films": one.films,
        "clips": one.clips,
        "compared with": one.table.first,
        "rows": [asdict(line) for line in one.lines],
    }


def write_finished(folder: Path, one: Finished) -> tuple[Path, ...]:
    """Write a table as Markdown, CSV and JSON, and a sweep as a picture where that can be drawn.

    Raises:
        OutputUnwritable: the folder cannot be written to.
    """
    made_folder(folder)
    name = f"table-{one.table.name}" if not one.table.sweep else f"sweep-{_PLAIN[one.table.sweep]}"
    files = [folder / f"{name}.{kind}" for kind in ("md", "csv", "json")]
    atomic_text(files[0], markdown(one))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("row", "measure", "mean", "low", "high", "against", "low", "high", "paper"))
    for line in one.lines:
        for m in MEASURES:
            a, b = line.figures[m], line.against.get(m)
            more = (b.mean, b.low, b.high) if b else ("", "", "")
            rows.writerow((line.name, m, a.mean, a.low, a.high, *more, line.paper.get(m, "")))
    atomic_text(files[1], text.getvalue())
    atomic_text(files[2], json.dumps(plain(one), indent=1, ensure_ascii=False) + "\n")
    if one.table.sweep and find_spec("matplotlib"):
        files += _draw(folder, name, one)
    return tuple(files)


_PLAIN: Final = {"α": "alpha", "β": "beta", "γ": "gamma", "K": "K", "N": "N"}
_SHOWN: Final = ("CIDEr", "R@1/5", "R@5/16", "repetition")


def _draw(folder: Path, name: str, one: Finished) -> tuple[Path, ...]:
    """A panel for each of the main figures, with its intervals."""
    from scenewise.distinctad.figures_drawing import INK, RULE, look, panels, save

    lines = [line for line in one.lines if line.at is not None]
    places = range(len(lines))
    with look():
        figure, [axes] = panels(11.0, 2.8, 1, len(_SHOWN))
        for ax, measure in zip(axes, _SHOWN, strict=True):
            shown = [line.figures[measure] for line in lines]
            means = [it.mean for it in shown]
            errors = [[it.mean - it.low for it in shown], [it.high - it.mean for it in shown]]
            ax.errorbar(places, means, errors, fmt="o-", color=INK, capsize=3, linewidth=1.2)
            ax.set_xticks(list(places), [f"{line.at:g}" for line in lines])
            ax.set_xlabel(one.table.sweep)
            ax.set_title(f"{measure}{' (less is better)' if measure in LOWER else ''}", fontsize=10)
            ax.grid(axis="y", color=RULE)
        alt = f"{one.table.title}. " + " ".join(
            f"{m}: "
            + ", ".join(f"{line.figures[m].mean:.1f} at {line.at:g}" for line in lines)
            + "."
            for m in _SHOWN
        )
        return save(figure, folder, name, alt)
