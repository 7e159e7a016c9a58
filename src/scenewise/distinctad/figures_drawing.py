"""What all figures of a run share: their look, and the words that go with each.

A picture carries its description in itself (PNG and SVG have a field for it), and the page beside
it says the same, with the numbers behind it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scenewise.core.errors import ComponentMissing
from scenewise.media.atomic import atomic, atomic_text
from scenewise.metrics.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = ("png", "svg")
INK: Final = "#1c1f24"
MINOR: Final = "#575c66"
RULE: Final = "#dedad2"


@dataclass(frozen=True)
class Drawn:
    """A figure that was written.

    Args:
        name: such as `tsne`, the name of its files without suffix.
        title: of its part of the page.
        alt: what it shows, in sentences, for whoever does not see it.
        table: headings and rows of its main numbers.
        files: pictures first, then the numbers behind them.
        numbers: all of them, as plain values.
    """

    name: str
    title: str
    alt: str
    table: tuple[Sequence[str], Sequence[Sequence[str]]]
    files: tuple[Path, ...]
    numbers: Mapping[str, Any]

    @property
    def markdown(self) -> str:
        """Its part of a page."""
        headings, rows = self.table
        pictures = [path for path in self.files if path.suffix == ".png"]
        others = [path for path in self.files if path.suffix != ".png"]
        parts = [f"## {self.title}\n"]
        # the words stand below for everybody, so that nobody hears them twice
        parts += [f"![{self.title}: described below]({path.name})\n" for path in pictures]
        parts += [self.alt.replace("\n", "\n\n") + "\n"]
        if rows:
            lines = [headings, ["---"] * len(headings), *rows]
            parts += ["".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)]
        if others:
            parts += ["Also: " + ", ".join(f"[{p.name}]({p.name})" for p in others) + "\n"]
        return "\n".join(parts)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def need_matplotlib() -> None:
    """Raise where it is not installed.

    Raises:
        ComponentMissing: it is not.
    """
    if find_spec("matplotlib") is None:
        raise ComponentMissing(
            "figures need the package matplotlib", remedy="pip install 'scenewise[research]'"
        )


@contextmanager
def look() -> Iterator[None]:
    """The look of all figures, drawn and saved inside."""
    from matplotlib import rc_context

    settings: Any = {
        "font.size": 10,
        "text.parse_math": False,  # a film's name may hold dollar signs
        "svg.fonttype": "none",  # letters stay letters, which can be read aloud and searched
        "svg.hashsalt": "scenewise",  # the same figures give the same file
        "axes.edgecolor": MINOR,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": MINOR,
        "ytick.color": MINOR,
    }
    with rc_context(settings):
        yield


def panels(wide: float, high: float, rows: int, columns: int) -> tuple[Figure, list[list[Axes]]]:
    """A figure of some inches and its axes, row by row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, [list(row) for row in figure.subplots(rows, columns, squeeze=False)]


def save(figure: Figure, folder: Path, name: str, alt: str) -> tuple[Path, ...]:
    """Write a figure as PNG and SVG, each with its description inside.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    files = []
    for kind in FORMATS:
        about: Any = {"Description": alt, "Title": name}
        about |= {"Software": None} if kind == "png" else {"Date": None}
        files.append(folder / f"{name}.{kind}")
        with atomic(files[-1]) as path:
            figure.savefig(path, format=kind, dpi=150, metadata=about)
    return tuple(files)


def told(value: float, places: int = 2) -> str:
    """A number for people, with a true minus sign."""
    return f"{value:.{places}f}".replace("-", "−")


def told_interval(one: Interval) -> str:
    """Such as 0.91 (0.90 to 0.92); the mean alone where there is but one film."""
    if one.low == one.high:
        return told(one.mean)
    return f"{told(one.mean)} ({told(one.low)} to {told(one.high)})"


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a table, whole or not at all.

    Raises:
        OutputUnwritable: it cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(headings)
    table.writerows(rows)
    atomic_text(path, text.getvalue())
    return path
