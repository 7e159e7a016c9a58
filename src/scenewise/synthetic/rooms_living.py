"""Rooms where people dine, work, play and pass through, beyond the drawn world's own."""

from __future__ import annotations

from scenewise.synthetic.brush import Brush, shade
from scenewise.synthetic.furniture import (
    CLOTHS,
    PAINTS,
    WHITE,
    WOODS,
    books,
    floor_lamp,
    hanging_lamp,
    picture,
    pot_plant,
    room,
    row,
    window,
)
from scenewise.synthetic.world import Colour


def door(brush: Brush, x: float, line: float, wide: float, paint: Colour) -> None:
    """A closed door with panels and a handle."""
    tall = 0.56
    brush.rect(x - 0.02, line - tall - 0.02, wide + 0.04, tall + 0.03, shade(WHITE, 0.9))
    brush.block(x, line - tall, wide, tall + 0.008, paint)
    for top in (0.06, 0.32):
        brush.rect(x + wide * 0.16, line - tall + top, wide * 0.62, 0.19, shade(paint, 0.84))
        brush.rect(x + wide * 0.2, line - tall + top + 0.012, wide * 0.58, 0.17, shade(paint, 1.08))
    brush.disc(x + wide * 0.88, line - 0.27, 0.014, 0.014, (226, 190, 100))


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


def entryway(brush: Brush) -> None:
    """A front door with glass, coats on hooks, an umbrella stand, shoes and a mat."""
    line = room(
        brush,
        brush.among(*PAINTS),
        brush.among((150, 140, 130), (120, 80, 60), (196, 190, 180)),
        tiles=True,
    )
    paint = brush.among((170, 50, 46), (40, 90, 120), (60, 100, 70), (120, 80, 50), (230, 190, 90))

    def front_door(b: Brush, x: float) -> None:
        b.rect(x - 0.025, line - 0.64, 0.35, 0.65, WHITE)
        b.block(x, line - 0.6, 0.3, 0.61, paint)
        window(b, x + 0.07, line - 0.55, 0.16, 0.18)
        b.rect(x + 0.05, line - 0.3, 0.2, 0.24, shade(paint, 0.8))
        b.rect(x + 0.08, line - 0.335, 0.1, 0.016, (226, 190, 100))
        b.disc(x + 0.27, line - 0.28, 0.016, 0.016, (226, 190, 100))
        mat = b.among((110, 90, 60), (80, 80, 86), (150, 70, 60))
        b.poly(
            [
                (x - 0.02, line + 0.05),
                (x + 0.32, line + 0.05),
                (x + 0.36, line + 0.1),
                (x - 0.06, line + 0.1),
            ],
            mat,
        )

    def coats(b: Brush, x: float) -> None:
        b.block(x, line - 0.5, 0.34, 0.035, b.among(*WOODS))
        for k in range(4):
            cloth, left = b.among(*CLOTHS), x + 0.012 + 0.082 * k
            b.poly(
                [
                    (left, line - 0.44),
                    (left + 0.035, line - 0.485),
                    (left + 0.07, line - 0.44),
                    (left + 0.078, line - 0.18),
                    (left - 0.008, line - 0.18),
                ],
                cloth,
            )
            b.rect(left + 0.045, line - 0.44, 0.026, 0.26, shade(cloth, 0.74))
        for k in range(4):
            b.disc(
                x + 0.05 + 0.08 * k,
                line + 0.015,
                0.035,
                0.016,
                b.among((50, 40, 38), (150, 60, 50), (220, 216, 206)),
            )

    def stand(b: Brush, x: float) -> None:
        for k in (0.02, 0.06):
            b.line([(x + k, line - 0.1), (x + k + 0.012, line - 0.3)], 0.02, b.among(*CLOTHS))
        b.block(x, line - 0.16, 0.11, 0.19, b.among((90, 94, 100), (150, 110, 70)))

    def mirror(b: Brush, x: float) -> None:
        b.disc(x + 0.12, line - 0.42, 0.1, 0.14, (180, 140, 70))
        b.disc(x + 0.12, line - 0.42, 0.085, 0.125, (200, 216, 224))
        b.block(x, line - 0.22, 0.24, 0.03, b.among(*WOODS))
        for k in (0.02, 0.2):
            b.rect(x + k, line - 0.2, 0.02, 0.23, (96, 66, 44))

    row(brush, [(0.34, front_door), (0.36, coats), (0.12, stand)], [(0.24, mirror)])
    hanging_lamp(brush, brush.wide * 0.5, 0.02, brush.among(*CLOTHS))


def hallway(brush: Brush) -> None:
    """A passage that runs away from the viewer, doors on both sides, a runner, a far window."""
    wall, wood = brush.among(*PAINTS), brush.among(*WOODS)
    paint, rug = brush.among(WHITE, *WOODS, (90, 120, 140)), brush.among(*CLOTHS)
    wide, tall = brush.wide, brush.tall
    x, y = wide * brush.between(0.42, 0.58), tall * 0.42
    half, up, down = wide * 0.13, tall * 0.2, tall * 0.2
    brush.poly([(0, 0), (wide, 0), (x + half, y - up), (x - half, y - up)], shade(wall, 1.12))
    brush.poly([(0, 0), (x - half, y - up), (x - half, y + down), (0, tall)], wall)
    brush.poly(
        [(wide, 0), (x + half, y - up), (x + half, y + down), (wide, tall)], shade(wall, 0.78)
    )
    brush.poly(
        [(0, tall), (x - half, y + down), (x + half, y + down), (wide, tall)], shade(wood, 0.9)
    )
    brush.poly(
        [
            (wide * 0.2, tall),
            (x - half * 0.5, y + down),
            (x + half * 0.5, y + down),
            (wide * 0.8, tall),
        ],
        rug,
    )
    brush.poly(
        [
            (wide * 0.27, tall),
            (x - half * 0.4, y + down),
            (x + half * 0.4, y + down),
            (wide * 0.73, tall),
        ],
        shade(rug, 1.2),
    )
    brush.rect(x - half, y - up, 2 * half, up + down, shade(wall, 0.9))
    if brush.chance(0.6):
        window(brush, x - half * 0.5, y - up * 0.7, half, up)
    else:
        door(brush, x - half * 0.55, y + down, half * 1.1, paint)
    for side, corner in ((x - half, 0.0), (x + half, wide)):
        dark = 1.0 if corner == 0 else 0.78
        for near, far in ((0.62, 0.42), (0.3, 0.14)):
            points = []
            for share in (near, far):
                place = side + (corner - side) * share
                high, low = y - up * 0.72, y + down
                points.append(
                    (place, high + (tall * 0.1 - high) * share, low + (tall - low) * share)
                )
            (x0, t0, b0), (x1, t1, b1) = points
            brush.poly([(x0, t0), (x1, t1), (x1, b1), (x0, b0)], shade(paint, 0.6 * dark))
            gap = (x1 - x0) * 0.1
            brush.poly(
                [(x0 + gap, t0 + 0.02), (x1 - gap, t1 + 0.015), (x1 - gap, b1), (x0 + gap, b0)],
                shade(paint, dark),
            )
            brush.disc(x0 + gap * 2, (t0 + b0) / 2 + 0.03, 0.012, 0.014, (226, 190, 100))
        for a, c in (((corner, tall), (side, y + down)), ((corner, 0), (side, y - up))):
            brush.line([a, c], 0.01, shade(wall, 0.6))
    on = brush.hour != "day"
    for share in (0.2, 0.6):
        brush.disc(
            x + (wide / 2 - x) * share,
            (y - up) * (1 - share) + 0.01,
            0.03 + 0.05 * share,
            0.012 + 0.02 * share,
            (255, 244, 206) if on else (240, 238, 228),
            on,
        )
    brush.lamp(x, y - up * 0.6, 0.6, force=0.5)


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


def stairs(brush: Brush) -> None:
    """A flight of stairs that climbs across the picture, a banister, pictures that climb along."""
    line = room(brush, brush.among(*PAINTS), brush.among(*WOODS, (150, 150, 156)))
    wood, carpet = brush.among(*WOODS, WHITE), brush.among(*CLOTHS, *WOODS)
    start = brush.wide * brush.between(0.06, 0.2)
    count = 9
    run, rise = (brush.wide - start) / (count - 0.5), min(0.075, (line - 0.2) / count)
    low = line + 0.05
    for k in range(3):
        picture(
            brush,
            start + brush.wide * (0.05 + 0.24 * k),
            low - 0.5 - rise * (1 + 2.4 * k),
            0.12,
            0.12,
        )
    for k in range(count):
        x, top = start + run * k, low - rise * (k + 1)
        brush.rect(x, top, brush.wide - x + 0.02, rise + 0.01, shade(wood, 0.82))
        brush.rect(x, top, run + 0.01, rise, shade(carpet, 0.74 + 0.03 * (k % 2)))
        brush.rect(x - 0.014, top, run + 0.02, 0.02, shade(carpet, 1.2))
    brush.poly(
        [
            (start + run * 2, low),
            (brush.wide + 0.01, low - rise * (count - 2.4)),
            (brush.wide + 0.01, low),
        ],
        shade(wood, 0.6),
    )
    for k in range(count):
        x, top = start + run * (k + 0.5), low - rise * (k + 1)
        brush.rect(x - 0.008, top - 0.2, 0.016, 0.2, shade(wood, 1.15))
    brush.line(
        [
            (start + run * 0.3, low - rise * 0.8 - 0.2),
            (brush.wide, low - rise * (count + 0.2) - 0.2),
        ],
        0.028,
        shade(wood, 0.6),
    )
    brush.rect(start - 0.005, low - rise - 0.25, 0.04, 0.25 + rise, shade(wood, 0.7))
    brush.ball(start + 0.015, low - rise - 0.26, 0.032, 0.032, wood)
    hanging_lamp(brush, brush.wide * brush.between(0.15, 0.4), 0.04, brush.among(*CLOTHS))


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
