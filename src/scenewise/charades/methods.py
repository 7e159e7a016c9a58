"""The rows of the table: in which pictures a video is shown to CLIP."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from scenewise.core.errors import UnknownChoice

BASELINE: Final = "baseline"
GRID: Final = "grid"
MEAN: Final = "mean"

USUAL: Final = ("baseline", "grid", "grid2", "mean", "grid-shots")
"""What is encoded unless told otherwise: the paper's two models, the 2 × 2 grids that its section
6 proposes, and two that one would compare with today."""

_NAME: Final = re.compile(r"(grid|mean)([1-9]\d?)?(-shots|-even)?", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,30}", re.ASCII)
_USUAL_SIDE: Final = 3
_MOST_CELLS: Final = 8
_MOST_FRAMES: Final = 64
_USUAL_FRAMES: Final = 9


@dataclass(frozen=True)
class Method:
    """How a video is shown to CLIP.

    Args:
        name: as on the command line: `baseline`, `grid` (3 × 3), `grid2` (2 × 2), `grid4` …,
            `grid-shots`, `grid2-even` …, `mean` (of 9 frames), `mean4` ….
        kind: `baseline` (every frame by itself), `grid` (key frames in one picture) or `mean` (the
            mean of the embeddings of some frames).
        side: frames along a side of the grid; 0 where there is no grid.
        frames: how many frames a video is shown in at most; 0 for all that are looked at.
        choice: how they are chosen: `all`, `clusters` (the paper's), `shots` (key frames as films
            are described by) or `even`.
        label: what follows a `+` in its name: the same pictures, trained in another way, as a row
            of its own (`grid+216`).
    """

    name: str
    kind: str
    side: int
    frames: int
    choice: str
    label: str = ""

    @property
    def shows(self) -> str:
        """The method without a label whose pictures these are."""
        return self.name.partition("+")[0]

    @property
    def title(self) -> str:
        """What it is called in tables."""
        return self._what + (f", {self.label}" if self.label else "")

    @property
    def _what(self) -> str:
        if self.kind == BASELINE:
            return "Baseline (frame by frame)"
        if self.kind == MEAN:
            return f"Mean of {self.frames} frame embeddings"
        how = {"clusters": "", "shots": ", key frames by shots", "even": ", frames evenly chosen"}
        return f"Grid {self.side} × {self.side}{how[self.choice]}"

    @property
    def in_paper(self) -> str:
        """The key of `evaluating.PAPER_COUNTS` it compares with; empty where the paper has none."""
        return {"baseline": "baseline", "grid": "final"}.get(self.name, "")


def method_named(name: str) -> Method:
    """The method of a name.

    Raises:
        UnknownChoice: there is none.
    """
    base, plus, label = name.partition("+")
    if plus and _LABEL.fullmatch(label):
        return replace(method_named(base), name=name, label=label)
    if name == BASELINE:
        return Method(BASELINE, BASELINE, 0, 0, "all")
    match = _NAME.fullmatch(name)
    if match is not None:
        kind, number, choice = match[1], int(match[2] or 0), (match[3] or "").lstrip("-")
        if kind == GRID and number != _USUAL_SIDE and number <= _MOST_CELLS:
            side = number or _USUAL_SIDE
            return Method(name, GRID, side, side * side, choice or "clusters")
        if kind == MEAN and number != _USUAL_FRAMES and number <= _MOST_FRAMES and not choice:
            return Method(name, MEAN, 0, number or _USUAL_FRAMES, "even")
    raise UnknownChoice(
        f"there is no method {name!r}",
        remedy=f"choose one of: {', '.join(USUAL)}; or another size, such as grid4 or mean16; or "
        "one with a label, such as grid+large",
    )
