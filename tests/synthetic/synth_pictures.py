"""What the tests of drawn pictures share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scenewise.synthetic.staging import Seen, Shooting, Stage
from scenewise.synthetic.world import ACTION, Event

Picture = npt.NDArray[np.float64]


def some_event(action: str, person: str = "Kofi", setting: str = "garage", **more: Any) -> Event:
    """An event with a ball and with Anna, where the action takes them."""
    takes = ACTION[action].takes
    return Event(
        person,
        action,
        setting,
        object="ball" if "thing" in takes else "",
        other="Anna" if "person" in takes else "",
        **more,
    )


def told(event: Event, shooting: Shooting, size: tuple[int, int], count: int
         ) -> list[tuple[Picture, Seen]]:  # fmt: skip
    """Pictures at moments that tell what happens, and where people are in them."""
    stage = Stage(event, shooting, *size, 4.0)
    low, high = stage.telling
    times = np.linspace(low, high, count + 2)[1:-1]
    return [(stage.frame(float(t)).astype(np.float64), stage.seen(float(t))) for t in times]


def around(seen: Seen, margin: int = 10) -> tuple[slice, slice]:
    """The part of a picture that holds its people."""
    people = seen.person if seen.other is None else np.concatenate([seen.person, seen.other])
    low = np.maximum(people.min(axis=0) - margin, 0).astype(int)
    high = (people.max(axis=0) + margin).astype(int)
    return np.s_[low[1] : high[1], low[0] : high[0]]


def difference(first: Picture, second: Picture, part: tuple[slice, slice]) -> float:
    """Mean distance of the colours in a part of two pictures."""
    return float(np.abs(first[part] - second[part]).mean())
