"""What a person may choose of how topics are found. Loads nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scenewise.core.options import Checked, option

_GROUP: Final = "Topics"


@dataclass(frozen=True)
class TopicOptions(Checked):
    """How topics are found."""

    mode: str = option(
        "frames",
        "frames: each frame has a topic and a video a mixture of them; paper: the mean of a "
        "video's frames, as in Lai 2023",
        choices=("frames", "paper"),
        group=_GROUP,
    )
    smallest: int | None = option(
        None,
        "videos that a topic has at least [default: what separates the topics best]",
        flag="min-videos",
        low=2,
        high=100_000,
        group=_GROUP,
    )
    most: int | None = option(
        None,
        "topics at most; the most alike are joined until so few are left",
        flag="max-topics",
        low=2,
        high=10_000,
        group=_GROUP,
    )
    texts: float = option(
        0.3,
        "how much words count beside pictures when topics are formed (mode frames)",
        flag="text-weight",
        low=0,
        high=1,
        group=_GROUP,
    )
    exemplars: int = option(6, "pictures that stand for a topic", low=1, high=100, group=_GROUP)
    seed: int = option(0, "from which chance follows", low=0, high=2**31 - 1, group=_GROUP)
