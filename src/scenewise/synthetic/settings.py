"""The places of the drawn world, drawn.

A place is looked up by its name. Its seed decides colours, layout and clutter; hour and weather
decide light and sky, so that the same seed is the same place at another time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scenewise.core.media_types import Image
from scenewise.synthetic import (
    rooms_living,
    rooms_passages,
    rooms_utility,
    settings_indoors,
    settings_nature,
    settings_town,
)
from scenewise.synthetic.brush import Brush, tint
from scenewise.synthetic.furniture import CLOTHS, WOODS, chair_back, side_plant, table_edge
from scenewise.synthetic.world import Hour, Weather

__all__ = ["CHARADES_ROOMS", "Scenery", "draw_setting", "tint"]

_FRONT_SHARE: Final = 0.35

_PLACES: Final[Mapping[str, tuple[Callable[[Brush], None], bool]]] = {
    "kitchen": (settings_indoors.kitchen, False),
    "bedroom": (settings_indoors.bedroom, False),
    "living room": (settings_indoors.living_room, False),
    "garage": (settings_indoors.garage, False),
    "library": (settings_indoors.library, False),
    "street": (settings_town.street, True),
    "park": (settings_nature.park, True),
    "beach": (settings_nature.beach, True),
    "forest": (settings_nature.forest, True),
    "market": (settings_town.market, True),
    "station": (settings_town.station, True),
    "mountain": (settings_nature.mountain, True),
    "basement": (rooms_utility.basement, False),
    "bathroom": (rooms_utility.bathroom, False),
    "closet": (rooms_utility.closet, False),
    "dining room": (rooms_living.dining_room, False),
    "entryway": (rooms_passages.entryway, False),
    "hallway": (rooms_passages.hallway, False),
    "laundry room": (rooms_utility.laundry_room, False),
    "pantry": (rooms_utility.pantry, False),
    "recreation room": (rooms_living.recreation_room, False),
    "stairs": (rooms_passages.stairs, False),
    "study": (rooms_living.study, False),
}
_OTHERS: Final = ("library", "street", "park", "market", "station", "forest")
"""What "other" stands for: places that are no room of a home."""

CHARADES_ROOMS: Final[Mapping[str, str]] = {
    "Basement": "basement",
    "Bathroom": "bathroom",
    "Bedroom": "bedroom",
    "Closet / Walk-in closet": "closet",
    "Dining room": "dining room",
    "Entryway": "entryway",
    "Garage": "garage",
    "Hallway": "hallway",
    "Home Office / Study": "study",
    "Kitchen": "kitchen",
    "Laundry room": "laundry room",
    "Living room": "living room",
    "Other": "other",
    "Pantry": "pantry",
    "Recreation room / Man cave": "recreation room",
    "Stairs": "stairs",
}
"""The scenes of the Charades data set (Sigurdsson et al. 2016) and the names they are drawn by."""


@dataclass(frozen=True)
class Scenery:
    """A place ready for people to stand in.

    Args:
        back: what is behind the people [h, w, 3].
        front: what is before them [h, w, 4], red, green, blue and cover; None where nothing is.
        ground: share of the height at which feet stand.
    """

    back: Image
    front: npt.NDArray[np.uint8] | None
    ground: float


def _indoor_front(brush: Brush) -> None:
    """A table's edge, a chair's back or a plant."""
    kind = brush.random.randrange(3)
    if kind == 0:
        table_edge(brush, brush.among(*WOODS, *CLOTHS))
    elif kind == 1:
        chair_back(brush, brush.among(*WOODS))
    else:
        side_plant(brush)


def draw_setting(
    name: str, width: int, height: int, *, hour: Hour = "day", weather: Weather = "clear", seed: int
) -> Scenery:
    """Draws a place; the same arguments give the same picture.

    Args:
        name: one of `world.SETTINGS` or of the values of `CHARADES_ROOMS`; "other" is a place
            that is no room of a home, by the seed.
        width, height: of the picture, pixels, from 64 on.
        hour: time of day.
        weather: seen outdoors and through windows; falling drops are `weather.draw_weather`'s.
        seed: decides colours, layout and clutter.

    Raises:
        KeyError: there is no such place.
    """
    if name == "other":
        name = _OTHERS[seed % len(_OTHERS)]
    draw, outdoors = _PLACES[name]
    brush = Brush(width, height, hour, weather, outdoors, f"{name} {seed}")
    mirrored = brush.chance(0.5)
    has_front = brush.chance(_FRONT_SHARE)
    draw(brush)
    back = brush.finished()
    front: npt.NDArray[np.uint8] | None = None
    if has_front:
        brush.canvas = back.copy()
        brush.cover = np.zeros((height, width), np.uint8)
        front_of = settings_nature.FRONTS | settings_town.FRONTS
        front_of.get(name, _indoor_front)(brush)
        front = np.dstack([brush.canvas, brush.cover])
    if mirrored:
        back = np.ascontiguousarray(back[:, ::-1])
        front = None if front is None else np.ascontiguousarray(front[:, ::-1])
    return Scenery(back, front, brush.ground)
