"""What may be chosen of how videos become pictures. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.charades.grids import GridLook
from scenewise.charades.looking import LookOptions
from scenewise.charades.reduction import ReductionOptions
from scenewise.core.options import Checked, nested, option
from scenewise.models.precision import DEVICES, PRECISIONS

BROKEN: Final = ("refuse", "skip")


@dataclass(frozen=True)
class EncodeOptions(Checked):
    """How videos become pictures."""

    look: LookOptions = nested(LookOptions)
    reduction: ReductionOptions = nested(ReductionOptions)
    grid: GridLook = nested(GridLook)
    resnet: str = option(
        "microsoft/resnet-50",
        "the network whose features key frames are chosen by: a hub name, a folder, or pocket",
        group="Features",
    )
    batch: int = option(
        16, "frames that go through the network at once", low=1, high=4096, group="Features"
    )
    device: str = option("auto", "where the network runs", choices=DEVICES, group="Features")
    precision: str = option("auto", "numbers of the network", choices=PRECISIONS, group="Features")
    seed: int = option(
        0, "of the clusters", low=0, high=2**32 - 1, flag="cluster-seed", group="Features"
    )
    broken: str = option(
        "refuse",
        "videos that are missing or cannot be decoded: refuse once all were looked at, or leave "
        "them out",
        choices=BROKEN,
        group="Frames",
    )
