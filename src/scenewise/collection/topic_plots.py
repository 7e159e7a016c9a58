"""Topics as pictures: by month, by account, on a map, and what stands for each."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image as Pillow

from scenewise.collection.topic_results import NO_TOPIC, NONE, Topics
from scenewise.media.atomic import atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: Final = ("#0b5a78", "#c8681e", "#3d8b4f", "#8a3f8f", "#b08d00", "#b02a4c", "#3aa6b9",
                  "#6b6fd4", "#7a4a2b", "#d07ab0")  # fmt: skip
"""Of the largest topics, apart in lightness too; those after them share a grey."""

_REST: Final = "#9a9a95"
_NOTHING: Final = "#dddad3"
_ROWS: Final = 12  # topics and accounts that a picture shows at most
_WIDE: Final = 34  # letters of a label that are shown

_FACES: Final = (
    "DejaVu Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans Arabic",
    "Noto Sans Devanagari", "Noto Sans Hebrew", "Noto Sans Thai", "Hiragino Sans", "PingFang SC",
    "Microsoft YaHei", "Nirmala UI", "Arial Unicode MS", "Droid Sans Fallback", "Unifont",
)  # fmt: skip
"""Fonts that are asked for letters, in this order, where they are installed."""


def write_plots(
    folder: Path, topics: Topics, picture: Callable[[str, float], bytes]
) -> dict[str, Path]:
    """Write `topics.png`, `months.png`, `accounts.png` and `map.png`; those that would be
    empty are left out.

    Args:
        folder: where they go.
        topics: what was found.
        picture: gives the JPEG of a frame by id and time.

    Returns:
        The files by name without suffix.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    if not topics.topics:
        return {}
    drawn: dict[str, Callable[[Topics], Figure]] = {
        "topics": lambda found: _exemplars(found, picture),
        "map": _map,
    }
    if topics.months:
        drawn["months"] = _months
    if topics.accounts:
        drawn["accounts"] = _accounts
    files = {}
    with _lettered():
        for name, draw in drawn.items():
            files[name] = folder / f"{name}.png"
            with atomic(files[name]) as path:
                # no date and no version inside: the same topics give the same file
                draw(topics).savefig(path, format="png", dpi=150, metadata={"Software": None})
    return files


@contextmanager
def _lettered() -> Iterator[None]:
    """The look of all pictures; without complaints about letters that no font has."""
    from matplotlib import font_manager, rc_context

    there = set(font_manager.get_font_names())
    faces = [face for face in _FACES if face in there]
    settings: Any = {
        "font.family": faces or "sans-serif",
        "text.parse_math": False,  # a label may hold dollar signs
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.facecolor": "white",
    }
    with rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _figure(wide: float, high: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _months(topics: Topics) -> Figure:
    months = topics.months
    figure, axes = _figure(max(7.0, 2.5 + 0.45 * len(months)), 4.8)
    by_month = [topics.of(month=month) for month in months]
    shown = [topic.number for topic in topics.topics[: len(COLOURS)]]
    rows: list[tuple[str, str, list[float]]] = [
        (_short(topics.label(n)), COLOURS[n], [m[n].weight if n in m else 0.0 for m in by_month])
        for n in shown
    ]
    others = [sum(s.weight for n, s in m.items() if n != NONE and n not in shown) for m in by_month]
    if any(others):
        rows.append(("other topics", _REST, others))
    rows.append((NO_TOPIC, _NOTHING, [m[NONE].weight if NONE in m else 0.0 for m in by_month]))
    bottom = np.zeros(len(months))
    for label, colour, heights in rows:
        if any(heights):
            axes.bar(months, heights, 0.8, bottom, color=colour, label=label, edgecolor="white",
                     linewidth=0.4)  # fmt: skip
            bottom += heights
    axes.set_ylabel("videos, by their shares")
    axes.set_title("Topics by month", loc="left", fontweight="bold")
    axes.set_xticks(range(len(months)), months, rotation=45, ha="right", rotation_mode="anchor")
    axes.margins(x=0.01)
    handles, names = axes.get_legend_handles_labels()
    # from top to bottom as they are stacked
    figure.legend(handles[::-1], names[::-1], loc="outside right upper", frameon=False, fontsize=9)
    return figure


def _accounts(topics: Topics) -> Figure:
    accounts = topics.accounts[: 2 * _ROWS]
    numbers = [topic.number for topic in topics.topics[:_ROWS]]
    values = np.zeros((len(accounts), len(numbers)))
    for row, account in enumerate(accounts):
        known = topics.of(account=account)
        values[row] = [known[n].share if n in known else 0.0 for n in numbers]
    figure, axes = _figure(3.5 + 0.7 * len(numbers), 2.6 + 0.36 * len(accounts))
    axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in zip(*np.nonzero(values >= 0.005), strict=True):
        value = values[row, column]
        axes.text(column, row, f"{value:.0%}", ha="center", va="center", fontsize=8,
                  color="white" if value > 0.55 else "black")  # fmt: skip
    axes.set_xticks(range(len(numbers)), [_short(topics.label(n)) for n in numbers],
                    rotation=45, ha="right", rotation_mode="anchor")  # fmt: skip
    axes.set_yticks(range(len(accounts)), accounts)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title("Share of each topic in the videos of an account", loc="left",
                   fontweight="bold")  # fmt: skip
    return figure


def _map(topics: Topics) -> Figure:
    figure, axes = _figure(9.0, 6.2)
    plane = topics.map
    for number in range(NONE, len(topics.topics)):
        rows = plane.topics == number
        if not rows.any():
            continue
        colour = _colour(number)
        x, y = plane.places[rows, 0], plane.places[rows, 1]
        label = _short(topics.label(number)) if number < len(COLOURS) else None
        axes.scatter(x, y, s=14, color=colour, label=label, linewidths=0, alpha=0.8,
                     zorder=1 if number == NONE else 2)  # fmt: skip
        if number != NONE:
            # the middle frame, because the mean of a bent cluster lies outside it
            middle = float(np.median(x)), float(np.median(y))
            ring = {"boxstyle": "circle,pad=0.15", "fc": "white", "ec": colour}
            axes.annotate(str(number), middle, fontsize=9, fontweight="bold", ha="center",
                          va="center", zorder=3, bbox=ring)  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_title("What lies together is alike", loc="left", fontweight="bold")
    handles, names = axes.get_legend_handles_labels()
    if names and names[0] == NO_TOPIC:
        handles, names = [*handles[1:], handles[0]], [*names[1:], names[0]]
    named = [f"{i}  {n}" if n != NO_TOPIC else n for i, n in enumerate(names)]
    figure.legend(handles, named, loc="outside right upper", frameon=False, fontsize=9)
    return figure


def _exemplars(topics: Topics, picture: Callable[[str, float], bytes]) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = topics.topics[:_ROWS]
    columns = max(1, *(len(topic.exemplars) for topic in shown))
    figure = Figure(figsize=(3.4 + 1.3 * columns, 0.4 + 1.5 * len(shown)), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(shown), columns + 1, squeeze=False,
                           width_ratios=[2.4, *([1.0] * columns)])  # fmt: skip
    for axes in grid.flat:
        axes.set_axis_off()
    for row, topic in zip(grid, shown, strict=True):
        row[0].text(0, 0.5, _folded(f"{topic.number}  {topic.label}"), fontweight="bold",
                    va="bottom", color=_colour(topic.number))  # fmt: skip
        row[0].text(0, 0.44, f"main topic of {topic.main} videos, in {topic.videos}", fontsize=8,
                    va="top", color="#565b64")  # fmt: skip
        for axes, one in zip(row[1:], topic.exemplars, strict=False):
            with Pillow.open(io.BytesIO(picture(one.id, one.time))) as opened:
                axes.imshow(np.asarray(opened.convert("RGB")))
    return figure


def _colour(number: int) -> str:
    if number == NONE:
        return _NOTHING
    return COLOURS[number] if number < len(COLOURS) else _REST


def _short(label: str) -> str:
    text = label if len(label) <= _WIDE else label[: _WIDE - 1].rstrip(" ,") + "…"
    return text.lstrip("_") or "?"  # which would hide an entry of the legend


def _folded(label: str) -> str:
    return "\n".join(textwrap.wrap(label, 24)[:3])
