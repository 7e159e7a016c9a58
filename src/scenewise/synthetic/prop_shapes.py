"""The shapes of the things of the drawn world: flat polygons with their colours.

The light falls from the upper left. Each thing has its own proportions; whoever draws it scales
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from scenewise.synthetic import prop_household, prop_play
from scenewise.synthetic.prop_lines import Shape

PROP_SHAPES: Final[Mapping[str, Callable[[], list[Shape]]]] = {
    "ball": prop_play.ball,
    "book": prop_household.book,
    "umbrella": prop_household.umbrella,
    "suitcase": prop_household.suitcase,
    "bucket": prop_household.bucket,
    "guitar": prop_play.guitar,
    "plant": prop_household.plant,
    "lantern": prop_household.lantern,
    "clock": prop_household.clock,
    "cake": prop_household.cake,
    "chair": prop_household.chair,
    "box": prop_household.crate,
    "balloon": prop_play.balloon,
    "broom": prop_household.broom,
    "teddy bear": prop_play.teddy,
    "trumpet": prop_play.trumpet,
    "watermelon": prop_household.watermelon,
    "vase": prop_household.vase,
    "kite": prop_play.kite,
    "drum": prop_play.drum,
}
"""What makes the shapes of each thing, from back to front; y runs downwards."""
