"""What was measured as pictures: methods with their intervals and chance, and scenes.

Source: Prakash et al. 2023, figures 2 and 4.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from scenewise.charades import tables
from scenewise.charades.certainty import first_share
from scenewise.charades.tables import Evaluations
from scenewise.media.atomic import atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = ("png", "svg")

_INK: Final = "#0b5a78"
_CHANCE: Final = "#b04a10"
_RULE: Final = "#dedad2"
_TITLES: Final = {"train": "Videos it was trained on", "test": "Held-out videos"}


def write_figures(folder: Path, told: Evaluations) -> list[Path]:
    """Draw `accuracy` and, where scenes are told, `scenes`, each as PNG and SVG.

    Args:
        folder: where they go.
        told: what was measured.

    Returns:
        The files; none where matplotlib is not installed.

    Raises:
        OutputUnwritable: one cannot be written.
    """
    if find_spec("matplotlib") is None:
        return []
    from matplotlib import rc_context

    drawn: dict[str, Callable[[Evaluations], Figure]] = {"accuracy": accuracy_figure}
    if any(one.scenes for parts in told.values() for one in parts.values()):
        drawn["scenes"] = scenes_figure
    files = []
    look: Any = {
        "font.size": 10,
        "text.parse_math": False,
        "svg.fonttype": "none",  # letters stay letters, which can be read aloud and searched
        "svg.hashsalt": "scenewise",  # the same figures give the same file
    }
    with rc_context(look):
        for name, draw in drawn.items():
            figure = draw(told)
            for kind in FORMATS:
                about: Any = {"Software": None} if kind == "png" else {"Date": None}
                files.append(folder / f"{name}.{kind}")
                with atomic(files[-1]) as path:
                    figure.savefig(path, format=kind, dpi=150, metadata=about)
    return files


def accuracy_figure(told: Evaluations) -> Figure:
    """Every method's accuracy with its interval, and what guessing gives (figure 2)."""
    splits = [split for split in reversed(tables.SPLITS) if any(split in p for p in told.values())]
    figure, panels = _figure(4.2 * len(splits) + 2.2, 1.5 + 0.44 * len(told), len(splits))
    for axes, split in zip(panels, splits, strict=True):
        most = 0.0
        for row, parts in enumerate(told.values()):
            one = parts.get(split)
            if one is None:
                continue
            share = first_share(one)
            most = max(most, 100 * share.high, 300 * one.chance)
            axes.plot([100 * share.low, 100 * share.high], [row, row], color=_INK, lw=2.2)
            axes.plot([100 * share.mean], [row], "o", color=_INK, ms=7)
            axes.plot([100 * one.chance] * 2, [row - 0.32, row + 0.32], color=_CHANCE, lw=2,
                      ls=(0, (2, 1)), label="chance" if not row else None)  # fmt: skip
            axes.annotate(f"{one.first} = {100 * share.mean:.3g} %",
                          (100 * max(share.high, one.chance), row), (7, 0),
                          textcoords="offset points", va="center", fontsize=8)  # fmt: skip
        axes.set_xlim(0, most * 1.42)
        axes.set_ylim(len(told) - 0.4, -0.6)
        names = map(tables.title, told) if axes is panels[0] else [""] * len(told)
        axes.set_yticks(range(len(told)), names)
        axes.set_xlabel("% of pictures that find their caption")
        axes.set_title(_TITLES[split], loc="left", fontweight="bold")
        axes.set_xticks([tick for tick in axes.get_xticks() if tick <= 100])
        axes.set_xlim(0, most * 1.42)  # with room for the last figure
        axes.grid(axis="x", color=_RULE, lw=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", frameon=False, fontsize=9)
    return figure


def scenes_figure(told: Evaluations) -> Figure:
    """Right pictures of all by scene and method, darker where more are right (figure 4)."""
    splits = [
        split
        for split in reversed(tables.SPLITS)
        if any(split in parts and parts[split].scenes for parts in told.values())
    ]
    rows = {split: tables.scenes(told, split) for split in splits}
    names = [tables.title(method) for method in told]
    high = 1.4 + 0.3 * max(len(scenes) for scenes in rows.values())
    figure, panels = _figure(1.9 + len(splits) * (0.5 + 1.05 * len(names)), high, len(splits))
    for axes, split in zip(panels, splits, strict=True):
        counts = [
            [parts[split].scenes.get(scene) if split in parts else None for parts in told.values()]
            for scene in rows[split]
        ]
        shares = np.array([[np.nan if c is None else c.share for c in row] for row in counts])
        top = max(float(np.nan_to_num(shares).max()), 1e-9)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=top, aspect="auto")
        for at, row in enumerate(counts):
            for column, count in enumerate(row):
                dark = count is not None and count.share > 0.55 * top
                axes.text(column, at, "–" if count is None else str(count), ha="center",
                          va="center", fontsize=8, color="white" if dark else "black")  # fmt: skip
        axes.set_xticks(range(len(names)), [textwrap.fill(name, 13) for name in names], fontsize=8)
        same = axes is not panels[0] and rows[split] == rows[splits[0]]
        axes.set_yticks(range(len(counts)), [""] * len(counts) if same else rows[split])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_title(_TITLES[split], loc="left", fontweight="bold")
    return figure


def _figure(wide: float, high: float, panels: int) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(1, panels, squeeze=False).flat)
