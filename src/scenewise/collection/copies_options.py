"""How much it takes to call two videos copies of each other by their pictures."""

from __future__ import annotations

from dataclasses import dataclass

from scenewise.core.options import Checked, option


@dataclass(frozen=True)
class FootageOptions(Checked):
    """How much it takes to call two videos copies."""

    loose: float = option(
        0.7, "correlation from which frames may show the same moment", low=0, high=1, group="Copies"
    )
    sure: float = option(
        0.85, "correlation that the frames must reach on average", low=0, high=1, group="Copies"
    )
    same: float = option(
        0.96, "that from which nothing needs to move in the two", low=0, high=1, group="Copies"
    )
    change: float = option(
        0.3, "agreement of what changes in the two videos", low=-1, high=1, group="Copies"
    )
    frames: int = option(
        4, "frames in order that must agree", low=2, high=100, group="Copies"
    )  # fmt: skip
    order: float = option(
        0.6, "share of the frames between that must agree", low=0, high=1, group="Copies"
    )
    part: float = option(
        0.3, "share of either video that must be the same", low=0, high=1, group="Copies"
    )
    whole: float = option(
        0.75, "that share where only the beginnings or ends agree", low=0, high=1, group="Copies"
    )
