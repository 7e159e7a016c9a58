"""Furniture and fittings that several rooms share, and how they are set along a wall."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scenewise.synthetic.brush import SNOW, Brush, mixed, shade, sky_colours
from scenewise.synthetic.world import Colour

Piece = tuple[float, Callable[[Brush, float], None]]
"""Width in units and what draws it from its left edge."""

WHITE: Colour = (238, 236, 230)
WOODS: tuple[Colour, ...] = (
    (150, 98, 56),
    (112, 70, 40),
    (186, 138, 88),
    (206, 170, 122),
    (92, 62, 46),
)
PAINTS: tuple[Colour, ...] = (
    (226, 214, 190),
    (196, 212, 222),
    (228, 206, 150),
    (190, 206, 176),
    (222, 184, 172),
    (170, 178, 198),
    (236, 232, 224),
    (202, 190, 208),
)
TILES: tuple[Colour, ...] = (
    (206, 226, 232),
    (236, 236, 232),
    (176, 212, 204),
    (232, 210, 190),
    (190, 196, 216),
)
CLOTHS: tuple[Colour, ...] = (
    (170, 60, 56),
    (56, 96, 150),
    (70, 128, 92),
    (214, 170, 70),
    (130, 80, 140),
    (110, 110, 118),
    (196, 120, 90),
    (60, 130, 140),
    (224, 214, 196),
)


def row(brush: Brush, must: Sequence[Piece], may: Sequence[Piece], fill: float = 0.9) -> None:
    """Sets pieces along the picture's width in any order: those that must be there, then others.

    In a narrow picture the last of those that must be there are left out.
    """
    chosen: list[Piece] = []
    free = brush.wide * 1.04
    for piece in must:
        if not chosen or piece[0] <= free:
            chosen.append(piece)
            free -= piece[0]
    others = list(may)
    brush.random.shuffle(others)
    for piece in others:
        if piece[0] <= free - (1 - fill) * brush.wide:
            chosen.append(piece)
            free -= piece[0]
    brush.random.shuffle(chosen)
    gap = (brush.wide - sum(piece[0] for piece in chosen)) / (len(chosen) + 1)
    x = gap
    for wide, draw in chosen:
        draw(brush, x)
        x += wide + gap


def room(brush: Brush, wall: Colour, floor: Colour, tiles: bool = False) -> float:
    """Wall, skirting and floor; gives the height at which the wall meets the floor."""
    line = brush.tall - brush.between(0.24, 0.31)
    brush.fade(0, 0, brush.wide, line + 0.01, shade(wall, 0.9), wall)
    if brush.chance(0.3):
        pick = brush.between(0.07, 0.14)
        for k in range(int(brush.wide / pick) + 1):
            brush.rect(k * pick, 0, pick * 0.4, line, shade(wall, 0.94))
    brush.floor(line, shade(floor, 0.84), floor)
    middle = brush.wide / 2
    dark = shade(floor, 0.72)
    for k in range(-14, 15):
        brush.line([(middle + k * 0.11, line), (middle + k * 0.26, brush.tall)], 0.003, dark)
    for step in (0.2, 0.5) if tiles else (0.12, 0.34, 0.66):
        y = line + (brush.tall - line) * step
        if tiles:
            brush.line([(0, y), (brush.wide, y)], 0.003, dark)
    brush.rect(0, line - 0.022, brush.wide, 0.022, shade(wall, 1.14))
    brush.rect(0, line, brush.wide, 0.008, shade(floor, 0.56))
    return line


def window(
    brush: Brush, x: float, y: float, wide: float, tall: float, curtain: Colour | None = None
) -> None:
    """A window with what is seen of the sky and the weather."""
    frame = WHITE if brush.chance(0.6) else (120, 82, 52)
    brush.rect(x - 0.016, y - 0.016, wide + 0.032, tall + 0.032, frame)
    top, low = sky_colours(brush.hour, brush.weather)
    brush.fade(x, y, wide, tall, top, low, glows=True)
    hill = {"day": (104, 146, 92), "evening": (96, 74, 70), "night": (12, 18, 26)}[brush.hour]
    if brush.weather == "snow":
        hill = mixed(hill, (226, 232, 242), 0.3 if brush.hour == "night" else 0.85)
    hill = mixed(hill, low, {"clear": 0.0, "rain": 0.3, "snow": 0.1, "fog": 0.8}[brush.weather])
    peak = brush.between(0.2, 0.8)
    brush.poly(
        [
            (x, y + tall),
            (x, y + tall * 0.8),
            (x + wide * peak, y + tall * 0.66),
            (x + wide, y + tall * 0.82),
            (x + wide, y + tall),
        ],
        hill,
        glows=True,
    )
    brush.rect(x + wide / 2 - 0.006, y, 0.012, tall, frame)
    brush.rect(x, y + tall * 0.45, wide, 0.012, frame)
    brush.rect(x - 0.03, y + tall + 0.012, wide + 0.06, 0.022, shade(frame, 0.86))
    if brush.weather == "snow":
        brush.rect(x, y + tall - 0.016, wide, 0.018, SNOW)
    if curtain is not None:
        for side in (x - 0.05, x + wide - 0.03):
            brush.rect(side, y - 0.03, 0.08, tall + 0.09, curtain)
            brush.rect(side + 0.03, y - 0.03, 0.016, tall + 0.09, shade(curtain, 0.78))
            brush.rect(side + 0.06, y - 0.03, 0.016, tall + 0.09, shade(curtain, 0.78))
        brush.rect(x - 0.07, y - 0.045, wide + 0.14, 0.018, (90, 70, 56))


def picture(brush: Brush, x: float, y: float, wide: float, tall: float) -> None:
    """A framed picture on the wall."""
    brush.rect(x + 0.01, y + 0.014, wide, tall, (60, 54, 50))
    brush.rect(x, y, wide, tall, brush.among((120, 84, 44), (40, 38, 40), (220, 190, 110)))
    inner, paint = 0.016, brush.among(*CLOTHS)
    brush.rect(x + inner, y + inner, wide - 2 * inner, tall - 2 * inner, shade(paint, 1.3))
    brush.poly(
        [
            (x + inner, y + tall - inner),
            (x + wide * 0.45, y + tall * 0.4),
            (x + wide - inner, y + tall - inner),
        ],
        shade(paint, 0.8),
    )


def hanging_lamp(brush: Brush, x: float, drop: float, colour: Colour) -> None:
    """A lamp on a wire from the ceiling."""
    brush.line([(x, 0), (x, drop)], 0.006, (50, 46, 44))
    brush.poly(
        [(x - 0.03, drop), (x + 0.03, drop), (x + 0.08, drop + 0.07), (x - 0.08, drop + 0.07)],
        colour,
    )
    on = brush.hour != "day"
    brush.disc(x, drop + 0.072, 0.05, 0.018, (255, 244, 200) if on else (226, 220, 200), on)
    brush.lamp(x, drop + 0.09, 0.55, force=0.45)


def floor_lamp(brush: Brush, x: float, line: float, colour: Colour) -> None:
    """A standing lamp with a shade."""
    top = line - 0.5
    brush.shadow(x + 0.06, line + 0.03, 0.09)
    brush.rect(x + 0.054, top, 0.012, 0.53, (60, 54, 52))
    brush.disc(x + 0.06, line + 0.03, 0.05, 0.014, (60, 54, 52))
    on = brush.hour != "day"
    body = mixed(colour, (255, 226, 160), 0.6) if on else colour
    brush.poly(
        [
            (x + 0.02, top - 0.06),
            (x + 0.1, top - 0.06),
            (x + 0.13, top + 0.06),
            (x - 0.01, top + 0.06),
        ],
        body,
        on,
    )
    brush.lamp(x + 0.06, top, 0.5, force=0.6)


def books(brush: Brush, x: float, floor: float, wide: float, tall: float) -> None:
    """Books side by side on a board, some missing."""
    end = x + wide
    while x < end - 0.012:
        thick = brush.between(0.014, 0.03)
        if brush.chance(0.88):
            high = tall * brush.between(0.7, 0.96)
            colour = brush.among(*CLOTHS)
            brush.rect(x, floor - high, min(thick, end - x) - 0.002, high, colour)
            brush.rect(
                x, floor - high * 0.8, min(thick, end - x) - 0.002, high * 0.1, shade(colour, 1.4)
            )
        x += thick


def bookcase(brush: Brush, x: float, floor: float, wide: float, tall: float, shelves: int) -> None:
    """A case of books that stands on the floor."""
    wood = brush.among(*WOODS)
    brush.shadow(x + wide / 2, floor, wide * 0.6)
    brush.block(x, floor - tall, wide, tall, wood)
    step = (tall - 0.03) / shelves
    for k in range(shelves):
        low = floor - 0.02 - k * step
        brush.rect(x + 0.014, low - step + 0.014, wide - 0.028, step - 0.014, shade(wood, 0.4))
        books(brush, x + 0.016, low, wide - 0.032, step - 0.02)


def pot_plant(brush: Brush, x: float, floor: float, size: float) -> None:
    """A plant on the floor; `x` is its middle."""
    pot = brush.among((190, 98, 60), (226, 222, 214), (70, 90, 120))
    leaf = brush.among((56, 120, 60), (82, 144, 70), (40, 96, 62))
    brush.shadow(x, floor, size * 0.5)
    brush.poly(
        [
            (x - size * 0.22, floor - size * 0.36),
            (x + size * 0.22, floor - size * 0.36),
            (x + size * 0.16, floor),
            (x - size * 0.16, floor),
        ],
        pot,
    )
    for lean in (-0.46, 0.44, -0.26, 0.24, 0.0):
        tip = floor - size * (1.05 - abs(lean) * 0.5)
        brush.poly(
            [
                (x - size * 0.05, floor - size * 0.34),
                (x + size * (lean - 0.1), tip + size * 0.3),
                (x + size * lean, tip),
                (x + size * (lean + 0.12), tip + size * 0.34),
            ],
            shade(leaf, 1.1 - 0.5 * lean),
        )


def table_edge(brush: Brush, cloth: Colour) -> None:
    """A table top before the people, along the lower edge."""
    top = brush.tall - brush.between(0.09, 0.13)
    start = brush.wide * brush.between(-0.1, 0.25)
    wide = brush.wide * brush.between(0.55, 0.8)
    brush.fade(start, top, wide, 0.035, shade(cloth, 1.16), cloth)
    brush.fade(start, top + 0.035, wide, 0.2, shade(cloth, 0.72), shade(cloth, 0.5))
    brush.ball(start + wide * 0.3, top - 0.004, 0.05, 0.04, brush.among(*CLOTHS))
    brush.block(start + wide * 0.6, top - 0.05, 0.05, 0.06, brush.among(*CLOTHS))


def side_plant(brush: Brush) -> None:
    """Leaves that reach into the picture from the left edge."""
    leaf = brush.among((48, 104, 54), (70, 126, 66), (36, 84, 58))
    for k in range(6):
        y = brush.tall - 0.02 - 0.055 * k
        reach = brush.between(0.08, 0.17)
        brush.poly(
            [(-0.02, y), (reach * 0.5, y - 0.09), (reach, y - 0.1), (reach * 0.6, y - 0.03)],
            shade(leaf, 0.7 + 0.12 * (k % 4)),
        )


def chair_back(brush: Brush, wood: Colour) -> None:
    """The back of a chair or sofa that stands before the people."""
    x = brush.wide * brush.between(0.05, 0.6)
    top = brush.tall - brush.between(0.17, 0.23)
    if brush.chance(0.5):
        for k in range(4):
            brush.rect(x + k * 0.065, top, 0.025, 0.3, shade(wood, 0.84))
        brush.block(x - 0.015, top - 0.01, 0.255, 0.045, wood)
    else:
        cloth = brush.among(*CLOTHS)
        brush.disc(x + 0.05, top + 0.06, 0.06, 0.06, cloth)
        brush.disc(x + 0.4, top + 0.06, 0.06, 0.06, shade(cloth, 0.8))
        brush.fade(x + 0.03, top, 0.4, 0.3, shade(cloth, 1.1), shade(cloth, 0.6))
