"""Trees, houses, rails and far-off people that several outdoor places share."""

from __future__ import annotations

from collections.abc import Sequence

from scenewise.synthetic.brush import SNOW, Brush, mixed, shade, sky_colours
from scenewise.synthetic.furniture import CLOTHS
from scenewise.synthetic.world import Colour

LEAVES: tuple[Colour, ...] = (
    (64, 128, 56),
    (92, 148, 62),
    (48, 104, 60),
    (150, 150, 60),
    (190, 120, 48),
)
BARK: tuple[Colour, ...] = ((96, 68, 46), (76, 58, 48), (124, 96, 70))
HOUSES: tuple[Colour, ...] = (
    (186, 92, 74),
    (214, 190, 150),
    (150, 160, 170),
    (226, 204, 120),
    (196, 150, 130),
    (130, 150, 130),
    (232, 226, 216),
    (120, 140, 176),
)


def snowy(brush: Brush, colour: Colour, share: float = 0.7) -> Colour:
    """The colour of a thing on which snow lies, where it does."""
    return mixed(colour, SNOW, share) if brush.weather == "snow" else colour


def tree(brush: Brush, x: float, floor: float, size: float, leaf: Colour) -> None:
    """A broad-leaved tree; `size` is its height."""
    bark = brush.among(*BARK)
    brush.shadow(x + size * 0.05, floor, size * 0.36)
    brush.poly(
        [
            (x - size * 0.055, floor),
            (x - size * 0.03, floor - size * 0.5),
            (x + size * 0.03, floor - size * 0.5),
            (x + size * 0.06, floor),
        ],
        bark,
    )
    brush.poly(
        [
            (x + size * 0.01, floor),
            (x + size * 0.01, floor - size * 0.5),
            (x + size * 0.03, floor - size * 0.5),
            (x + size * 0.06, floor),
        ],
        shade(bark, 0.7),
    )
    for dx, dy, wide in (
        (0.13, 0.52, 0.2),
        (-0.15, 0.55, 0.2),
        (0.1, 0.74, 0.2),
        (-0.07, 0.8, 0.2),
        (0, 0.62, 0.24),
    ):
        brush.ball(x + dx * size, floor - dy * size, wide * size, wide * size * 0.86, leaf)
    if brush.weather == "snow":
        brush.disc(x - size * 0.06, floor - size * 0.9, size * 0.16, size * 0.06, SNOW)
        brush.disc(x - size * 0.22, floor - size * 0.66, size * 0.12, size * 0.05, SNOW)


def fir(brush: Brush, x: float, floor: float, size: float, leaf: Colour) -> None:
    """A conifer; `size` is its height."""
    brush.rect(x - size * 0.03, floor - size * 0.16, size * 0.06, size * 0.16, (84, 60, 44))
    for k in range(4):
        low = floor - size * (0.1 + 0.2 * k)
        wide = size * (0.27 - 0.055 * k)
        tip = low - size * 0.34
        brush.poly([(x - wide, low), (x, tip), (x + wide, low)], leaf)
        brush.poly([(x + wide * 0.1, low), (x, tip), (x + wide, low)], shade(leaf, 0.74))
        if brush.weather == "snow":
            brush.poly(
                [
                    (x - wide * 0.6, low - size * 0.12),
                    (x, tip),
                    (x + wide * 0.4, low - size * 0.18),
                ],
                SNOW,
            )


def bush(brush: Brush, x: float, floor: float, size: float, leaf: Colour) -> None:
    """A low bush; `size` is its width."""
    for dx, high in ((-0.26, 0.26), (0.28, 0.28), (0.0, 0.36)):
        brush.ball(
            x + dx * size,
            floor - high * size * 0.5,
            size * 0.28,
            size * high * 0.7,
            snowy(brush, leaf, 0.4),
        )


def ridge(
    brush: Brush, y: float, rise: float, steps: int, colour: Colour
) -> list[tuple[float, float]]:
    """A jagged skyline about `y`; gives its corners."""
    points = [(brush.wide * k / steps, y - rise * brush.random.random()) for k in range(steps + 1)]
    brush.poly([(0, brush.tall), *points, (brush.wide, brush.tall)], colour)
    return points


def house(brush: Brush, x: float, floor: float, wide: float, tall: float, roof: bool) -> None:
    """A house front with windows, lit in the evening."""
    wall = brush.among(*HOUSES)
    brush.fade(x, floor - tall, wide, tall, shade(wall, 1.06), shade(wall, 0.8))
    brush.rect(x + wide * 0.93, floor - tall, wide * 0.07, tall, shade(wall, 0.66))
    if roof:
        tile = snowy(brush, brush.among((150, 70, 50), (90, 84, 88), (116, 76, 56)), 0.85)
        brush.poly(
            [
                (x - 0.02, floor - tall),
                (x + wide * 0.2, floor - tall - 0.1),
                (x + wide * 0.8, floor - tall - 0.1),
                (x + wide + 0.02, floor - tall),
            ],
            tile,
        )
    else:
        brush.rect(
            x - 0.01, floor - tall - 0.015, wide + 0.02, 0.03, snowy(brush, shade(wall, 0.7), 0.9)
        )
    columns, rows = max(2, round(wide / 0.12)), max(1, round((tall - 0.16) / 0.13))
    for i in range(columns):
        for j in range(rows):
            left, top = x + wide * (i + 0.5) / columns - 0.025, floor - tall + 0.045 + j * 0.13
            on = brush.chance(0.5) and brush.hour != "day"
            brush.rect(left - 0.008, top - 0.008, 0.066, 0.086, shade(wall, 1.25))
            brush.rect(left, top, 0.05, 0.07, (255, 218, 130) if on else (70, 88, 108), on)


def passers(brush: Brush, floor: float, size: float, share: float = 0.35) -> None:
    """Now and then one or two people far away."""
    if not brush.chance(share):
        return
    for _ in range(brush.random.randint(1, 2)):
        x, tall = brush.wide * brush.between(0.05, 0.95), size * brush.between(0.8, 1.1)
        top, low = brush.among(*CLOTHS), brush.among((50, 54, 70), (90, 74, 60), (60, 60, 62))
        brush.shadow(x, floor, tall * 0.25, 0.012)
        brush.rect(x - tall * 0.09, floor - tall * 0.46, tall * 0.08, tall * 0.46, low)
        brush.rect(x + tall * 0.02, floor - tall * 0.46, tall * 0.08, tall * 0.46, shade(low, 0.8))
        brush.disc(x, floor - tall * 0.62, tall * 0.14, tall * 0.23, top)
        brush.disc(
            x,
            floor - tall * 0.91,
            tall * 0.085,
            tall * 0.1,
            brush.among((226, 186, 154), (120, 80, 56)),
        )


def street_lamp(brush: Brush, x: float, floor: float, size: float) -> None:
    """A lamp post."""
    iron, on = (44, 48, 52), brush.hour != "day"
    brush.rect(x - 0.008, floor - size, 0.016, size, iron)
    brush.rect(x - 0.018, floor - 0.04, 0.036, 0.04, iron)
    brush.poly(
        [
            (x - 0.026, floor - size - 0.06),
            (x + 0.026, floor - size - 0.06),
            (x + 0.016, floor - size),
            (x - 0.016, floor - size),
        ],
        (255, 236, 170) if on else (214, 220, 216),
        on,
    )
    brush.poly(
        [
            (x - 0.036, floor - size - 0.06),
            (x, floor - size - 0.09),
            (x + 0.036, floor - size - 0.06),
        ],
        snowy(brush, iron),
    )
    brush.lamp(x, floor - size - 0.02, 0.42, force=0.75)


def bench(brush: Brush, x: float, floor: float, wood: Colour) -> None:
    """A bench seen from the front."""
    brush.shadow(x + 0.18, floor, 0.24)
    for k in (0.03, 0.31):
        brush.rect(x + k, floor - 0.17, 0.02, 0.17, (50, 50, 54))
    for k in (0.19, 0.145):
        brush.rect(x, floor - k, 0.36, 0.03, shade(wood, 1.1))
    brush.rect(x - 0.01, floor - 0.09, 0.38, 0.03, snowy(brush, wood, 0.85))
    brush.rect(x - 0.01, floor - 0.065, 0.38, 0.015, shade(wood, 0.6))


def fence(brush: Brush, colours: Sequence[Colour]) -> None:
    """A fence before the people."""
    paint = brush.among(*colours)
    top = brush.tall - brush.between(0.11, 0.14)
    start, stop = (0.0, 0.62) if brush.chance(0.5) else (0.3, 1.0)
    x = start * brush.wide
    while x < stop * brush.wide:
        brush.poly(
            [
                (x, brush.tall + 0.02),
                (x, top),
                (x + 0.02, top - 0.025),
                (x + 0.04, top),
                (x + 0.04, brush.tall + 0.02),
            ],
            paint,
        )
        brush.rect(x + 0.03, top, 0.01, 0.3, shade(paint, 0.7))
        x += 0.085
    brush.rect(
        start * brush.wide, top + 0.035, (stop - start) * brush.wide, 0.025, shade(paint, 0.86)
    )


def railing(brush: Brush) -> None:
    """An iron railing before the people."""
    iron = brush.among((40, 44, 50), (130, 136, 142), (50, 90, 80))
    top = brush.tall - brush.between(0.13, 0.17)
    brush.rect(0, top, brush.wide, 0.022, iron)
    brush.rect(0, top, brush.wide, 0.006, shade(iron, 1.6))
    for k in range(int(brush.wide / 0.12) + 1):
        brush.rect(k * 0.12 + 0.02, top, 0.014, 0.3, shade(iron, 0.84))


def low_bushes(brush: Brush) -> None:
    """Bushes along part of the lower edge."""
    leaf = brush.among(*LEAVES)
    start = brush.between(0.0, 0.5) * brush.wide
    for k in range(4):
        bush(brush, start + k * 0.14, brush.tall + 0.03, 0.26, shade(leaf, 0.8 + 0.08 * (k % 2)))


def hill_colour(brush: Brush, colour: Colour, far: float) -> Colour:
    """What a far-off slope looks like through the air."""
    gain = brush.gain
    low = sky_colours(brush.hour, brush.weather)[1]
    air = tuple(min(255, round(c / g)) for c, g in zip(low, gain, strict=True))
    return mixed(snowy(brush, colour, 0.8), air, far)  # type: ignore[arg-type]
