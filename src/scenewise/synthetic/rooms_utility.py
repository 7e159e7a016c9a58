"""Rooms of a home where things are kept and washed: basement, bathroom, closet, laundry, pantry."""

from __future__ import annotations

from scenewise.synthetic.brush import Brush, mixed, shade
from scenewise.synthetic.furniture import (
    CLOTHS,
    PAINTS,
    TILES,
    WHITE,
    WOODS,
    hanging_lamp,
    room,
    row,
    window,
)


def _heap(brush: Brush, x: float, floor: float, wide: float) -> None:
    """Cardboard boxes one on another."""
    for k in range(brush.random.randint(2, 4)):
        size = wide * brush.between(0.7, 1)
        paint = brush.among((196, 156, 104), (176, 134, 84), (210, 180, 130))
        brush.block(x + (wide - size) / 2, floor - 0.11 * (k + 1), size, 0.11, paint)
        brush.rect(x + wide * 0.42, floor - 0.11 * (k + 1), wide * 0.14, 0.11, shade(paint, 1.2))


def basement(brush: Brush) -> None:
    """Bare bricks, pipes, a boiler, a heap of boxes, a small high window and a bare bulb."""
    brick = brush.among((150, 96, 80), (140, 136, 132), (120, 116, 126))
    line = room(brush, shade(brick, 0.8), brush.among((110, 108, 106), (126, 118, 108)))
    for j in range(int(line / 0.045) + 1):
        for k in range(int(brush.wide / 0.11) + 2):
            if brush.chance(0.6):
                brush.rect(
                    k * 0.11 - 0.055 * (j % 2),
                    line - 0.045 * (j + 1),
                    0.1,
                    0.036,
                    shade(brick, brush.between(0.75, 1.1)),
                )
    window(brush, brush.wide * brush.between(0.1, 0.7), max(0.1, line - 0.6), 0.22, 0.09)
    for leg in (0.0, 0.05):
        brush.fade(
            0, 0.03 + leg + max(0, line - 0.72), brush.wide, 0.03, (186, 150, 120), (90, 70, 60)
        )

    def boiler(b: Brush, x: float) -> None:
        paint = b.among((190, 196, 200), (110, 130, 120), (170, 90, 60))
        b.rect(x + 0.1, 0, 0.04, line - 0.4, (130, 132, 138))
        b.shadow(x + 0.12, line + 0.02, 0.17)
        b.disc(x + 0.12, line - 0.42, 0.12, 0.05, shade(paint, 1.1))
        b.fade(x, line - 0.42, 0.24, 0.45, shade(paint, 1.15), shade(paint, 0.55), across=True)
        b.disc(x + 0.12, line - 0.28, 0.035, 0.035, (240, 240, 236))
        b.rect(x + 0.07, line - 0.14, 0.1, 0.08, (40, 36, 36))
        b.rect(x + 0.085, line - 0.12, 0.07, 0.04, (250, 140, 50), True)

    def boxes(b: Brush, x: float) -> None:
        b.shadow(x + 0.12, line + 0.03, 0.18)
        _heap(b, x, line + 0.03, 0.22)

    def barrel(b: Brush, x: float) -> None:
        wood = b.among(*WOODS)
        b.ball(x + 0.1, line - 0.1, 0.11, 0.14, wood)
        for k in (-0.17, -0.04):
            b.rect(x, line + k, 0.2, 0.016, (70, 70, 76))

    row(
        brush,
        [(0.24, boiler), (0.24, boxes)],
        [(0.2, barrel), (0.24, boxes), (0.2, barrel)],
        fill=1.0,
    )
    x = brush.wide * brush.between(0.35, 0.65)
    brush.line([(x, 0), (x, 0.14)], 0.006, (30, 30, 30))
    brush.disc(x, 0.16, 0.026, 0.032, (255, 240, 180), True)
    brush.lamp(x, 0.18, 0.7, force=0.6)


def bathroom(brush: Brush) -> None:
    """Tiles, a bath with a curtain, a wash basin under a mirror, a toilet."""
    tile = brush.among(*TILES)
    line = room(
        brush, tile, brush.among((150, 170, 180), (200, 196, 190), (110, 120, 130)), tiles=True
    )
    for k in range(int(brush.wide / 0.08) + 1):
        brush.line([(k * 0.08, line - 0.42), (k * 0.08, line)], 0.003, shade(tile, 0.82))
    for k in range(6):
        brush.line(
            [(0, line - 0.08 * k - 0.02), (brush.wide, line - 0.08 * k - 0.02)],
            0.003,
            shade(tile, 0.82),
        )
    china = brush.among((248, 248, 248), (240, 226, 214))

    def bath(b: Brush, x: float) -> None:
        cloth = b.among(*CLOTHS)
        b.line([(x, line - 0.58), (x + 0.56, line - 0.58)], 0.012, (150, 154, 160))
        for k in range(5):
            b.rect(
                x + 0.02 + k * 0.036,
                line - 0.575,
                0.036,
                0.46,
                shade(cloth, 1.15 if k % 2 else 0.86),
            )
        b.shadow(x + 0.28, line + 0.04, 0.34)
        b.line(
            [(x + 0.5, line - 0.18), (x + 0.5, line - 0.26), (x + 0.45, line - 0.26)],
            0.016,
            (170, 176, 184),
        )
        b.poly(
            [
                (x, line - 0.18),
                (x + 0.56, line - 0.18),
                (x + 0.5, line + 0.03),
                (x + 0.06, line + 0.03),
            ],
            china,
        )
        b.poly(
            [
                (x + 0.3, line - 0.16),
                (x + 0.55, line - 0.16),
                (x + 0.5, line + 0.03),
                (x + 0.36, line + 0.03),
            ],
            shade(china, 0.84),
        )
        b.rect(x - 0.015, line - 0.195, 0.59, 0.03, shade(china, 1.05))
        for k in range(5):
            b.disc(x + 0.24 + 0.05 * k, line - 0.2, 0.03, 0.022, (250, 252, 255))

    def basin(b: Brush, x: float) -> None:
        b.rect(x - 0.005, line - 0.53, 0.21, 0.25, (150, 150, 154))
        b.fade(x + 0.01, line - 0.515, 0.18, 0.22, (206, 224, 232), (150, 176, 190))
        b.poly(
            [
                (x + 0.04, line - 0.47),
                (x + 0.08, line - 0.5),
                (x + 0.1, line - 0.5),
                (x + 0.03, line - 0.42),
            ],
            (236, 246, 250),
        )
        b.rect(x + 0.07, line - 0.16, 0.06, 0.18, shade(china, 0.86))
        b.line(
            [(x + 0.1, line - 0.2), (x + 0.1, line - 0.26), (x + 0.13, line - 0.25)],
            0.014,
            (170, 176, 184),
        )
        b.poly(
            [
                (x, line - 0.21),
                (x + 0.2, line - 0.21),
                (x + 0.16, line - 0.13),
                (x + 0.04, line - 0.13),
            ],
            china,
        )
        on = b.hour != "day"
        b.rect(x + 0.04, line - 0.575, 0.12, 0.025, (255, 244, 210) if on else (230, 230, 220), on)
        b.lamp(x + 0.1, line - 0.54, 0.45, force=0.5)

    def toilet(b: Brush, x: float) -> None:
        b.shadow(x + 0.09, line + 0.04, 0.12)
        b.block(x + 0.01, line - 0.25, 0.15, 0.14, china)
        b.poly(
            [
                (x + 0.05, line - 0.08),
                (x + 0.13, line - 0.08),
                (x + 0.15, line + 0.03),
                (x + 0.03, line + 0.03),
            ],
            shade(china, 0.84),
        )
        b.disc(x + 0.09, line - 0.09, 0.09, 0.035, china)
        b.disc(x + 0.09, line - 0.095, 0.065, 0.02, shade(china, 0.7))

    def towel(b: Brush, x: float) -> None:
        b.rect(x, line - 0.38, 0.16, 0.012, (150, 154, 160))
        b.block(x + 0.02, line - 0.38, 0.12, 0.22, b.among(*CLOTHS))

    row(
        brush,
        [(0.56, bath), (0.2, basin), (0.18, toilet)],
        [(0.16, towel), (0.16, towel)],
        fill=1.0,
    )
    mat = brush.among(*CLOTHS)
    brush.disc(brush.wide * brush.between(0.3, 0.7), brush.feet, 0.2, 0.035, mat)


def closet(brush: Brush) -> None:
    """Clothes on rails from wall to wall, shoes below, folded things and hat boxes above."""
    wood = brush.among(*WOODS, WHITE)
    line = room(brush, shade(wood, 0.8), brush.among((170, 150, 130), (120, 110, 120), *WOODS))
    count = max(2, round(brush.wide / 0.42))
    step = brush.wide / count
    low, top = line + 0.02, max(0.06, line - 0.66)
    for k in range(count):
        x = k * step
        brush.rect(x, top, step, low - top, shade(wood, 0.5))
        brush.block(x, top, 0.025, low - top, wood)
        brush.rect(x, top + 0.12, step, 0.018, wood)
        place = x + 0.04
        while place < x + step - 0.06:
            wide, cloth = brush.between(0.06, 0.1), brush.among(*CLOTHS)
            if brush.chance(0.5):
                brush.block(place, top + 0.12 - 0.055, wide, 0.055, cloth)
            else:
                brush.block(place, top + 0.03, wide, 0.09, shade(cloth, 1.2))
            place += wide + 0.01
        brush.rect(x + 0.02, top + 0.17, step - 0.02, 0.012, (190, 192, 196))
        place = x + 0.05
        while place < x + step - 0.05:
            cloth, long = brush.among(*CLOTHS), brush.between(0.2, 0.34)
            brush.poly(
                [
                    (place - 0.012, top + 0.2),
                    (place + 0.02, top + 0.18),
                    (place + 0.052, top + 0.2),
                    (place + 0.056, top + 0.2 + long),
                    (place - 0.014, top + 0.2 + long),
                ],
                cloth,
            )
            brush.rect(place + 0.026, top + 0.2, 0.022, long, shade(cloth, 0.78))
            place += brush.between(0.045, 0.07)
        for j in range(3):
            paint, left = (
                brush.among((60, 44, 40), (30, 30, 34), (200, 60, 60), (226, 220, 210)),
                x + 0.06 + j * 0.11,
            )
            brush.disc(left, low - 0.02, 0.035, 0.018, paint)
            brush.rect(left - 0.034, low - 0.05, 0.03, 0.035, paint)
    hanging_lamp(brush, brush.wide / 2, 0.0, (226, 220, 206))


def laundry_room(brush: Brush) -> None:
    """Washing machines with round doors, a clothes line, a basket, an ironing board."""
    line = room(
        brush,
        brush.among(*PAINTS, *TILES),
        brush.among((190, 196, 200), (170, 160, 150)),
        tiles=True,
    )
    high = line - 0.56
    brush.line([(0, high), (brush.wide / 2, high + 0.03), (brush.wide, high)], 0.006, (90, 90, 94))
    for k in range(max(4, round(brush.wide / 0.17))):
        x, cloth = 0.03 + 0.17 * k, brush.among(*CLOTHS, WHITE)
        if brush.chance(0.75):
            tall = brush.between(0.1, 0.17)
            brush.poly(
                [
                    (x, high + 0.02),
                    (x + 0.1, high + 0.022),
                    (x + 0.1, high + tall),
                    (x, high + tall),
                ],
                cloth,
            )
            brush.rect(x + 0.065, high + 0.022, 0.035, tall - 0.022, shade(cloth, 0.8))

    def machine(b: Brush, x: float) -> None:
        body = b.among((246, 246, 248), (220, 224, 228), (120, 126, 134))
        b.shadow(x + 0.14, line + 0.03, 0.19)
        b.block(x, line - 0.3, 0.28, 0.33, body)
        b.rect(x + 0.01, line - 0.29, 0.22, 0.05, shade(body, 0.84))
        b.disc(x + 0.2, line - 0.265, 0.018, 0.018, (60, 64, 70))
        b.disc(x + 0.13, line - 0.11, 0.1, 0.1, (130, 136, 144))
        b.disc(x + 0.13, line - 0.11, 0.075, 0.075, (40, 60, 84))
        b.disc(x + 0.14, line - 0.085, 0.06, 0.045, b.among(*CLOTHS))
        b.disc(x + 0.1, line - 0.145, 0.025, 0.018, (170, 200, 220))

    def basket(b: Brush, x: float) -> None:
        cane = b.among((206, 170, 116), (240, 240, 240), (90, 150, 190))
        for k in range(4):
            b.disc(x + 0.05 + 0.04 * k, line - 0.13, 0.045, 0.04, b.among(*CLOTHS))
        b.poly(
            [
                (x, line - 0.13),
                (x + 0.22, line - 0.13),
                (x + 0.19, line + 0.03),
                (x + 0.03, line + 0.03),
            ],
            cane,
        )
        for k in range(4):
            b.rect(x + 0.04 + 0.045 * k, line - 0.11, 0.014, 0.12, shade(cane, 0.7))

    def board(b: Brush, x: float) -> None:
        cloth = b.among(*CLOTHS)
        for one, other in ((0.08, 0.3), (0.3, 0.08)):
            b.line([(x + one, line - 0.2), (x + other, line + 0.04)], 0.014, (110, 112, 118))
        b.poly(
            [
                (x, line - 0.21),
                (x + 0.05, line - 0.23),
                (x + 0.38, line - 0.23),
                (x + 0.38, line - 0.2),
            ],
            cloth,
        )
        b.poly(
            [
                (x + 0.2, line - 0.23),
                (x + 0.22, line - 0.29),
                (x + 0.3, line - 0.27),
                (x + 0.31, line - 0.23),
            ],
            (70, 130, 190),
        )

    row(
        brush,
        [(0.28, machine), (0.24, basket), (0.28, machine)],
        [(0.38, board), (0.24, basket)],
        fill=1.0,
    )
    brush.lamp(brush.wide / 2, 0.05, 0.7, force=0.4)


def pantry(brush: Brush) -> None:
    """Shelves of jars, tins, bottles and baskets up to the ceiling, sacks on the floor."""
    wood = brush.among(*WOODS, WHITE)
    line = room(
        brush,
        shade(wood, 0.7),
        brush.among((170, 150, 130), (150, 146, 140), (176, 110, 80)),
        tiles=True,
    )
    count = max(2, round(brush.wide / 0.44))
    step = brush.wide / count
    shelves = max(4, round((line - 0.1) / 0.15))
    for k in range(count):
        x = k * step
        brush.rect(x, 0.04, step, line - 0.04, shade(wood, 0.46))
        for j in range(shelves):
            floor = line - 0.02 - 0.15 * j
            brush.rect(x, floor, step, 0.018, wood)
            place = x + 0.03
            while place < x + step - 0.07:
                kind, paint = brush.random.randrange(4), brush.among(*CLOTHS)
                if kind == 0:
                    brush.block(place, floor - 0.085, 0.055, 0.085, shade(paint, 1.1))
                    brush.rect(place, floor - 0.095, 0.055, 0.018, (220, 200, 150))
                    brush.rect(place + 0.01, floor - 0.055, 0.03, 0.03, WHITE)
                elif kind == 1:
                    brush.block(place, floor - 0.07, 0.05, 0.07, paint)
                    brush.rect(place, floor - 0.07, 0.05, 0.012, (200, 204, 210))
                elif kind == 2:
                    brush.rect(place, floor - 0.08, 0.036, 0.08, mixed(paint, (40, 80, 50), 0.4))
                    brush.rect(
                        place + 0.012, floor - 0.115, 0.014, 0.04, mixed(paint, (40, 80, 50), 0.4)
                    )
                else:
                    brush.poly(
                        [
                            (place, floor - 0.06),
                            (place + 0.07, floor - 0.06),
                            (place + 0.06, floor),
                            (place + 0.01, floor),
                        ],
                        (200, 160, 100),
                    )
                    for dot in range(3):
                        brush.disc(
                            place + 0.015 + 0.02 * dot,
                            floor - 0.066,
                            0.016,
                            0.016,
                            brush.among((220, 60, 50), (120, 170, 60)),
                        )
                place += 0.066 + 0.02 * brush.random.random()
        brush.block(x, 0.04, 0.022, line - 0.02, wood)
    for _ in range(max(2, round(brush.wide * 2))):
        x = brush.wide * brush.random.random()
        brush.shadow(x, line + 0.05, 0.12)
        brush.ball(x, line - 0.02, 0.08, 0.09, brush.among((206, 180, 136), (226, 214, 190)))
        brush.poly(
            [
                (x - 0.03, line - 0.09),
                (x - 0.04, line - 0.13),
                (x + 0.04, line - 0.13),
                (x + 0.03, line - 0.09),
            ],
            (190, 164, 120),
        )
    hanging_lamp(brush, brush.wide / 2, 0.0, (90, 90, 96))
