"""One portrait of each character, as character banks have them."""

from __future__ import annotations

import numpy as np

from scenewise.core.media_types import Image
from scenewise.synthetic.figures import Pen, draw_figure, draw_near_arm, place
from scenewise.synthetic.poses import CROWN, Pose
from scenewise.synthetic.world import CHARACTER


def portrait(name: str, side: int = 128) -> Image:
    """Head and shoulders of a character before a plain ground, uint8 [side, side, 3].

    Raises:
        KeyError: nobody has that name.
    """
    who = CHARACTER[name]
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = (204, 208, 214)
    tall = side * 1.9
    at = place(Pose(), 1, (side / 2, side), tall)
    at += np.array([side * 0.48, side * 0.45]) - at[CROWN]
    pen = Pen(canvas, np.ones(3))
    draw_figure(pen, who, at, 1, tall)
    draw_near_arm(pen, who, at, tall)
    return canvas
