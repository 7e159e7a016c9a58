"""Where people come in and pass through: entryway, hallway and stairs."""

from __future__ import annotations

from scenewise.synthetic.brush import Brush, shade
from scenewise.synthetic.furniture import (
    CLOTHS,
    PAINTS,
    WHITE,
    WOODS,
    hanging_lamp,
    picture,
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
