"""Rooms where people dine, work and play, beyond the drawn world's own."""

from __future__ import annotations

from scenewise.synthetic.brush import Brush, shade
from scenewise.synthetic.furniture import (
    CLOTHS,
    PAINTS,
    WHITE,
    WOODS,
    books,
    floor_lamp,
    picture,
    pot_plant,
    room,
    row,
    window,
)


def dining_room(brush: Brush) -> None:
    """A laid table with chairs about it under a chandelier, a sideboard with plates."""
    line = room(brush, brush.among(*PAINTS, (120, 60, 60)), brush.among(*WOODS))
    wood, cloth = brush.among(*WOODS), brush.among(WHITE, *CLOTHS)
    x = brush.wide * brush.between(0.02, 0.12)
    brush.block(x, line - 0.22, 0.34, 0.24, wood)
    brush.rect(x + 0.168, line - 0.2, 0.006, 0.2, shade(wood, 0.5))
    for k in range(3):
        brush.disc(
            x + 0.07 + 0.1 * k, line - 0.265, 0.042, 0.042, brush.among(WHITE, (90, 130, 190))
        )
        brush.disc(x + 0.07 + 0.1 * k, line - 0.265, 0.025, 0.025, (200, 206, 214))
    picture(brush, x + 0.06, line - 0.56, 0.22, 0.16)
    if brush.wide > 1.0:
        window(brush, brush.wide * 0.72, line - 0.58, 0.26, 0.32, brush.among(*CLOTHS))
    wide = min(0.84, brush.wide * 0.74)
    left, top = brush.wide * brush.between(0.5, 0.56) - wide / 2, line - 0.13
    seats = max(2, round(wide / 0.22))
    for k in range(seats):
        place = left + wide * (k + 0.5) / seats - 0.06
        brush.block(place, top - 0.17, 0.12, 0.05, shade(wood, 0.84))
        for j in range(3):
            brush.rect(place + 0.01 + 0.04 * j, top - 0.13, 0.016, 0.14, shade(wood, 0.7))
    brush.shadow(left + wide / 2, line + 0.08, wide * 0.6, 0.05)
    for leg in (0.04, wide - 0.08):
        brush.rect(left + leg, top, 0.035, 0.21, shade(wood, 0.7))
    brush.fade(left, top, wide, 0.09, cloth, shade(cloth, 0.74))
    brush.poly(
        [
            (left, top),
            (left + 0.05, top - 0.04),
            (left + wide - 0.05, top - 0.04),
            (left + wide, top),
        ],
        shade(cloth, 1.14),
    )
    for k in range(seats):
        place = left + wide * (k + 0.5) / seats
        brush.disc(place, top - 0.018, 0.045, 0.012, (250, 250, 250))
        brush.rect(
            place + 0.05, top - 0.06, 0.018, 0.045, brush.among((150, 40, 60), (200, 220, 230))
        )
    middle = left + wide / 2
    brush.ball(middle, top - 0.06, 0.035, 0.045, brush.among(*CLOTHS))
    for k in range(5):
        brush.disc(
            middle + 0.03 * (k - 2),
            top - 0.13 - 0.01 * (k % 2),
            0.02,
            0.02,
            brush.among((230, 80, 100), (250, 210, 80)),
        )
    drop, on = max(0.05, top - 0.44), brush.hour != "day"
    brush.line([(middle, 0), (middle, drop)], 0.008, (150, 120, 60))
    brush.line(
        [(middle - 0.13, drop - 0.01), (middle, drop + 0.03), (middle + 0.13, drop - 0.01)],
        0.012,
        (190, 156, 80),
    )
    for k in range(5):
        brush.poly(
            [
                (middle - 0.13 + 0.065 * k - 0.012, drop),
                (middle - 0.13 + 0.065 * k, drop - 0.05),
                (middle - 0.13 + 0.065 * k + 0.012, drop),
            ],
            (255, 226, 140) if on else (240, 226, 180),
            on,
        )
    brush.lamp(middle, drop, 0.6, force=0.55)


def recreation_room(brush: Brush) -> None:
    """A billiard table under a long lamp, a dart board, a games machine, a bar."""
    line = room(
        brush,
        brush.among((96, 70, 60), (70, 80, 110), (110, 60, 70), *PAINTS[:4]),
        brush.among((90, 60, 50), (70, 70, 90), (110, 110, 100)),
    )
    wood, cloth = brush.among(*WOODS), brush.among((30, 130, 70), (30, 90, 150), (150, 40, 50))

    def dart(b: Brush, x: float) -> None:
        for size, paint in (
            (0.1, (30, 30, 30)),
            (0.085, (236, 226, 196)),
            (0.06, (200, 40, 40)),
            (0.045, (30, 120, 60)),
            (0.016, (220, 40, 40)),
        ):
            b.disc(x + 0.11, line - 0.46, size, size, paint)

    def machine(b: Brush, x: float) -> None:
        paint = b.among(*CLOTHS)
        b.shadow(x + 0.11, line + 0.02, 0.15)
        b.block(x, line - 0.52, 0.22, 0.54, paint)
        b.rect(x + 0.015, line - 0.5, 0.17, 0.05, (255, 220, 90), True)
        b.rect(x + 0.015, line - 0.43, 0.17, 0.16, (20, 20, 30))
        b.rect(
            x + 0.03,
            line - 0.41,
            0.14,
            0.12,
            b.among((60, 190, 230), (230, 90, 190), (90, 220, 110)),
            True,
        )
        b.poly(
            [
                (x - 0.01, line - 0.22),
                (x + 0.02, line - 0.26),
                (x + 0.2, line - 0.26),
                (x + 0.23, line - 0.22),
            ],
            (50, 50, 56),
        )
        b.disc(x + 0.07, line - 0.25, 0.016, 0.02, (230, 40, 40))

    def bar(b: Brush, x: float) -> None:
        for k in range(2):
            b.rect(x, line - 0.38 - 0.13 * k, 0.36, 0.014, wood)
            for j in range(7):
                b.rect(x + 0.02 + 0.048 * j, line - 0.46 - 0.13 * k, 0.024, 0.08, b.among(*CLOTHS))
                b.rect(x + 0.027 + 0.048 * j, line - 0.485 - 0.13 * k, 0.01, 0.03, (210, 200, 160))
        b.block(x, line - 0.22, 0.36, 0.24, wood)
        b.rect(x - 0.015, line - 0.235, 0.39, 0.025, shade(wood, 1.3))

    row(brush, [(0.22, machine), (0.22, dart)], [(0.38, bar), (0.22, machine)], fill=1.0)
    wide = min(0.7, brush.wide * 0.66)
    x, low = (brush.wide - wide) * brush.between(0.3, 0.7), line + 0.1
    brush.shadow(x + wide / 2, low, wide * 0.6, 0.05)
    for k in (0.04, wide - 0.1):
        brush.rect(x + k, low - 0.14, 0.06, 0.14, shade(wood, 0.7))
    brush.block(x, low - 0.18, wide, 0.08, wood)
    brush.poly(
        [
            (x, low - 0.18),
            (x + 0.08, low - 0.26),
            (x + wide - 0.08, low - 0.26),
            (x + wide, low - 0.18),
        ],
        shade(wood, 1.2),
    )
    brush.poly(
        [
            (x + 0.03, low - 0.185),
            (x + 0.095, low - 0.25),
            (x + wide - 0.095, low - 0.25),
            (x + wide - 0.03, low - 0.185),
        ],
        cloth,
    )
    for _ in range(7):
        brush.disc(
            x + wide * brush.between(0.2, 0.8),
            low - brush.between(0.195, 0.24),
            0.013,
            0.011,
            brush.among((240, 240, 236), (230, 60, 50), (250, 200, 60), (60, 90, 190)),
        )
    middle, drop = x + wide / 2, max(0.05, low - 0.62)
    for k in (-0.14, 0.14):
        brush.line([(middle + k, 0), (middle + k, drop)], 0.006, (40, 40, 44))
    brush.poly(
        [
            (middle - 0.2, drop),
            (middle + 0.2, drop),
            (middle + 0.24, drop + 0.06),
            (middle - 0.24, drop + 0.06),
        ],
        brush.among((40, 110, 70), (150, 50, 44), (190, 150, 70)),
    )
    brush.rect(middle - 0.22, drop + 0.055, 0.44, 0.014, (255, 244, 200), True)
    brush.lamp(middle, drop + 0.1, 0.6, force=0.6)


def study(brush: Brush) -> None:
    """A desk with a screen and a lamp, an office chair, shelves of folders, a notice board."""
    line = room(brush, brush.among(*PAINTS), brush.among(*WOODS, (130, 134, 144)))
    wood = brush.among(*WOODS, WHITE)

    def desk(b: Brush, x: float) -> None:
        top, low = line - 0.19, line + 0.04
        b.shadow(x + 0.3, low, 0.36, 0.04)
        b.rect(x + 0.2, top - 0.25, 0.26, 0.18, (26, 28, 32))
        show = b.among((70, 130, 190), (230, 232, 236), (90, 150, 110))
        b.fade(x + 0.21, top - 0.24, 0.24, 0.16, shade(show, 1.1), shade(show, 0.7), glows=True)
        for k in range(3):
            b.rect(x + 0.23, top - 0.22 + 0.035 * k, 0.12 - 0.02 * k, 0.01, (250, 250, 250), True)
        b.rect(x + 0.315, top - 0.08, 0.03, 0.08, (50, 52, 58))
        b.rect(x + 0.22, top - 0.016, 0.2, 0.016, (60, 62, 68))
        b.line(
            [(x + 0.09, top), (x + 0.06, top - 0.14), (x + 0.13, top - 0.22)], 0.012, (50, 50, 54)
        )
        paint, on = b.among(*CLOTHS), b.hour != "day"
        b.poly(
            [
                (x + 0.11, top - 0.24),
                (x + 0.15, top - 0.21),
                (x + 0.16, top - 0.14),
                (x + 0.08, top - 0.17),
            ],
            (255, 232, 160) if on else paint,
            on,
        )
        b.lamp(x + 0.13, top - 0.14, 0.4, force=0.6)
        for k in range(3):
            b.rect(x + 0.49, top - 0.022 * (k + 1), 0.09 - 0.01 * k, 0.02, b.among(WHITE, *CLOTHS))
        b.block(x, top, 0.62, 0.03, wood)
        b.block(x + 0.42, top + 0.03, 0.18, 0.2, shade(wood, 0.9))
        for k in range(3):
            b.rect(x + 0.44, top + 0.05 + 0.06 * k, 0.13, 0.045, shade(wood, 1.1))
        b.rect(x + 0.01, top + 0.03, 0.025, 0.2, shade(wood, 0.7))
        seat = b.among(*CLOTHS, (40, 42, 48))
        b.ball(x + 0.26, top + 0.0, 0.085, 0.1, seat)
        b.rect(x + 0.16, top + 0.1, 0.2, 0.035, shade(seat, 0.8))
        b.rect(x + 0.25, top + 0.13, 0.02, 0.1, (60, 62, 68))
        b.line(
            [(x + 0.17, low + 0.02), (x + 0.26, low - 0.02), (x + 0.35, low + 0.02)],
            0.016,
            (50, 52, 58),
        )

    def shelf(b: Brush, x: float) -> None:
        for k in range(3):
            b.rect(x, line - 0.28 - 0.14 * k, 0.3, 0.016, wood)
            if b.chance(0.5):
                books(b, x + 0.01, line - 0.28 - 0.14 * k, 0.28, 0.11)
            else:
                paint = b.among(*CLOTHS)
                for j in range(5):
                    b.rect(x + 0.01 + 0.045 * j, line - 0.38 - 0.14 * k, 0.04, 0.1, paint)
                    b.rect(x + 0.018 + 0.045 * j, line - 0.36 - 0.14 * k, 0.024, 0.03, WHITE)
        b.block(x, line - 0.2, 0.3, 0.22, (150, 154, 160))
        for k in range(2):
            b.rect(x + 0.1, line - 0.15 + 0.1 * k, 0.08, 0.014, (60, 62, 68))

    def notes(b: Brush, x: float) -> None:
        b.rect(x - 0.012, line - 0.6, 0.3, 0.24, (110, 76, 44))
        b.rect(x, line - 0.588, 0.276, 0.216, (206, 166, 110))
        for k in range(6):
            b.rect(
                x + 0.02 + 0.085 * (k % 3),
                line - 0.57 + 0.1 * (k // 3),
                0.06,
                0.07,
                b.among(WHITE, *CLOTHS),
            )
        pot_plant(b, x + 0.12, line + 0.04, 0.26)

    if brush.chance(0.6):
        window(brush, brush.wide * brush.between(0.08, 0.6), max(0.04, line - 0.76), 0.24, 0.24)
    row(
        brush,
        [(0.62, desk), (0.32, shelf)],
        [(0.28, notes), (0.12, lambda b, x: floor_lamp(b, x, line, (226, 206, 170)))],
    )
