"""Street, market and station."""

from __future__ import annotations

from collections.abc import Callable

from scenewise.synthetic.brush import Brush, shade, sky_colours
from scenewise.synthetic.furniture import CLOTHS, WHITE, WOODS
from scenewise.synthetic.outdoor_things import (
    LEAVES,
    bench,
    fence,
    house,
    low_bushes,
    passers,
    railing,
    snowy,
    street_lamp,
    tree,
)


def street(brush: Brush) -> None:
    """House fronts with a shop, pavement, road with white marks, parked cars, lamps."""
    kerb = brush.tall - brush.between(0.22, 0.27)
    line = kerb - 0.06
    brush.sky(line)
    x = -brush.between(0.0, 0.15)
    shop = brush.random.randrange(2)
    count = 0
    while x < brush.wide:
        wide = brush.between(0.3, 0.46)
        house(brush, x, line, wide, brush.between(0.46, 0.72), brush.chance(0.5))
        paint = brush.among(*CLOTHS)
        if count % 2 == shop:
            on = brush.hour != "day"
            brush.rect(x + 0.03, line - 0.16, wide - 0.06, 0.16, shade(paint, 0.6))
            brush.rect(
                x + 0.05,
                line - 0.13,
                wide - 0.18,
                0.1,
                (255, 226, 150) if on else (150, 180, 190),
                on,
            )
            brush.rect(x + wide - 0.11, line - 0.14, 0.06, 0.14, shade(paint, 0.9))
            for k in range(5):
                step = (wide - 0.04) / 5
                brush.rect(
                    x + 0.02 + k * step,
                    line - 0.19,
                    step,
                    0.05,
                    snowy(brush, paint if k % 2 else WHITE, 0.4),
                )
            brush.lamp(x + wide / 2, line - 0.08, 0.3, force=0.4)
        else:
            brush.rect(x + wide / 2 - 0.035, line - 0.15, 0.07, 0.15, shade(paint, 0.8))
            brush.rect(x + wide / 2 - 0.06, line - 0.012, 0.12, 0.02, (190, 186, 180))
        count += 1
        x += wide
    brush.fog(0.5)
    brush.floor(line, (176, 172, 166), (186, 182, 176))
    for k in range(int(brush.wide / 0.14) + 1):
        brush.line(
            [(k * 0.14, line), (k * 0.14 - 0.03, kerb)], 0.003, snowy(brush, (140, 136, 132))
        )
    passers(brush, line + 0.03, 0.2, 0.45)
    if brush.chance(0.4):
        tree(brush, brush.wide * brush.between(0.1, 0.9), line + 0.04, 0.44, brush.among(*LEAVES))
    road = brush.among((92, 92, 96), (110, 106, 104), (80, 84, 92))
    brush.floor(kerb, shade(road, 0.86), road)
    brush.rect(0, kerb - 0.012, brush.wide, 0.02, snowy(brush, (206, 202, 196), 0.5))
    brush.rect(0, kerb + 0.008, brush.wide, 0.008, shade(road, 0.5))
    y = brush.tall - 0.05
    for k in range(int(brush.wide / 0.36) + 1):
        brush.poly(
            [
                (k * 0.36 + 0.05, y),
                (k * 0.36 + 0.24, y),
                (k * 0.36 + 0.23, y + 0.018),
                (k * 0.36 + 0.03, y + 0.018),
            ],
            (228, 226, 216),
        )
    if brush.chance(0.6):
        _car(brush, brush.wide * brush.between(0.0, 0.7), kerb + 0.02)
    for k in range(max(1, round(brush.wide / 0.8))):
        street_lamp(
            brush,
            brush.wide * (k + brush.between(0.2, 0.8)) / max(1, round(brush.wide / 0.8)),
            kerb - 0.01,
            0.46,
        )
    brush.fog(0.2)


def _car(brush: Brush, x: float, low: float) -> None:
    """A small car parked across the street."""
    paint, on = brush.among(*CLOTHS, WHITE), brush.hour == "night"
    brush.shadow(x + 0.2, low, 0.26)
    brush.poly(
        [
            (x + 0.07, low - 0.1),
            (x + 0.12, low - 0.18),
            (x + 0.28, low - 0.18),
            (x + 0.34, low - 0.1),
        ],
        snowy(brush, paint, 0.6),
    )
    brush.poly(
        [
            (x + 0.1, low - 0.1),
            (x + 0.135, low - 0.165),
            (x + 0.27, low - 0.165),
            (x + 0.31, low - 0.1),
        ],
        (80, 100, 120),
    )
    brush.rect(x + 0.2, low - 0.17, 0.012, 0.08, paint)
    brush.poly(
        [
            (x, low - 0.03),
            (x + 0.01, low - 0.09),
            (x + 0.08, low - 0.11),
            (x + 0.34, low - 0.11),
            (x + 0.41, low - 0.08),
            (x + 0.42, low - 0.03),
        ],
        paint,
    )
    brush.rect(x, low - 0.05, 0.42, 0.022, shade(paint, 0.64))
    brush.disc(x + 0.405, low - 0.07, 0.014, 0.012, (255, 244, 190), on)
    for k in (0.09, 0.33):
        brush.disc(x + k, low - 0.03, 0.042, 0.042, (26, 26, 28))
        brush.disc(x + k, low - 0.03, 0.02, 0.02, (170, 172, 176))


def market(brush: Brush) -> None:
    """Stalls under striped awnings with heaps of fruit, crates, bunting."""
    line = brush.tall - brush.between(0.24, 0.3)
    brush.sky(line)
    x = -brush.between(0.0, 0.2)
    while x < brush.wide:
        wide = brush.between(0.26, 0.4)
        house(brush, x, line, wide, brush.between(0.4, 0.62), brush.chance(0.6))
        x += wide
    brush.haze(sky_colours(brush.hour, brush.weather)[1], 0.3)
    brush.fog(0.5)
    stone = brush.among((180, 170, 156), (160, 150, 146), (196, 170, 140))
    brush.floor(line, shade(stone, 0.86), stone)
    for k in range(3):
        y = line + (brush.tall - line) * (0.2 + 0.28 * k)
        for j in range(int(brush.wide / 0.12) + 1):
            brush.line(
                [(j * 0.12 + 0.06 * (k % 2), y), (j * 0.12 + 0.06 * (k % 2) + 0.08, y)],
                0.004,
                snowy(brush, shade(stone, 0.74)),
            )
    passers(brush, line + 0.02, 0.2, 0.5)
    count = max(2, round(brush.wide / 0.46))
    step = brush.wide / count
    for k in range(count):
        _stall(brush, k * step + 0.02, step - 0.05, line + 0.06)
    if brush.chance(0.6):
        high, sag = brush.tall - 0.86, 0.06
        dots = [(brush.wide * j / 12, high + sag * 4 * (j / 12) * (1 - j / 12)) for j in range(13)]
        brush.line(dots, 0.004, (230, 226, 214))
        for px, py in dots:
            brush.poly([(px - 0.024, py), (px + 0.024, py), (px, py + 0.05)], brush.among(*CLOTHS))
    x = brush.wide * brush.between(0.05, 0.8)
    for k in range(brush.random.randint(1, 3)):
        brush.block(
            x + 0.02 * k,
            line + 0.05 - 0.07 * k,
            0.14,
            0.07,
            brush.among((176, 130, 80), (196, 160, 110)),
        )
    brush.fog(0.2)


def _stall(brush: Brush, x: float, wide: float, low: float) -> None:
    cloth, wood = brush.among(*CLOTHS), brush.among(*WOODS)
    top, desk = low - brush.between(0.46, 0.52), low - 0.17
    brush.shadow(x + wide / 2, low, wide * 0.6)
    brush.rect(x + 0.02, top + 0.06, wide - 0.04, desk - top - 0.06, shade(cloth, 0.36))
    for k in (0.015, wide - 0.03):
        brush.rect(x + k, top, 0.016, low - top, wood)
    fruits = (
        (226, 60, 46),
        (250, 160, 40),
        (120, 180, 60),
        (250, 220, 80),
        (130, 60, 120),
        (240, 236, 220),
    )
    for k in range(4):
        left, paint = x + wide * (0.06 + 0.23 * k), brush.among(*fruits)
        radius = wide * 0.05
        for j, (dx, dy) in enumerate(
            ((0.1, 0), (0.3, 0), (0.5, 0), (0.7, 0), (0.2, 1), (0.4, 1), (0.6, 1), (0.4, 2))
        ):
            brush.disc(
                left + dx * wide * 0.25 + 0.01,
                desk - 0.012 - dy * radius * 0.9,
                radius,
                radius,
                shade(paint, 0.8 + 0.06 * (j % 4)),
            )
    brush.block(x, desk - 0.012, wide, low - desk + 0.012, wood)
    for k in range(1, 4):
        brush.rect(x + wide * k / 4, desk, 0.006, low - desk, shade(wood, 0.6))
    stripes = 6
    for k in range(stripes):
        one, other = k / stripes, (k + 1) / stripes
        paint = snowy(brush, cloth if k % 2 else (246, 242, 232), 0.4)
        left, right = x - 0.02 + (wide + 0.04) * one, x - 0.02 + (wide + 0.04) * other
        brush.poly(
            [
                (x + wide * (0.08 + 0.84 * one), top - 0.07),
                (x + wide * (0.08 + 0.84 * other), top - 0.07),
                (right, top + 0.05),
                (left, top + 0.05),
            ],
            paint,
        )
        brush.disc((left + right) / 2, top + 0.05, (right - left) / 2, 0.022, shade(paint, 0.84))
    brush.lamp(x + wide / 2, top + 0.13, 0.34, force=0.6)


def station(brush: Brush) -> None:
    """A train along the platform, rails, a roof on iron posts, a clock, a yellow line."""
    edge = brush.tall - brush.between(0.23, 0.28)
    brush.sky(edge)
    if brush.chance(0.6):
        x = -0.1
        while x < brush.wide:
            wide = brush.between(0.2, 0.36)
            house(brush, x, edge - 0.02, wide, brush.between(0.4, 0.6), brush.chance(0.4))
            x += wide + brush.between(0.0, 0.1)
        brush.haze(sky_colours(brush.hour, brush.weather)[1], 0.35)
    brush.fog(0.5)
    brush.floor(edge - 0.1, (116, 106, 98), (86, 80, 78))
    paint = brush.among(
        (190, 50, 46), (50, 90, 160), (60, 120, 80), (226, 190, 80), (200, 204, 208)
    )
    band = brush.among((240, 236, 226), (60, 64, 76), (230, 180, 60))
    top, low = edge - brush.between(0.42, 0.46), edge - 0.035
    start = brush.wide * brush.between(-0.3, 0.3)
    length, wagon = 0.86, start - 0.86 * 2
    on = brush.hour != "day"
    while wagon < brush.wide:
        if wagon + length > 0 and (wagon >= start - 0.01 or start > 0.15 * brush.wide):
            brush.rect(wagon + 0.02, low, length - 0.04, 0.03, (30, 30, 34))
            brush.fade(
                wagon + 0.01, top, length - 0.02, low - top, shade(paint, 1.16), shade(paint, 0.76)
            )
            brush.rect(
                wagon + 0.01,
                top - 0.012,
                length - 0.02,
                0.035,
                snowy(brush, shade(paint, 0.55), 0.9),
            )
            brush.rect(wagon + 0.01, low - 0.15, length - 0.02, 0.04, band)
            for k in range(5):
                left = wagon + 0.06 + k * 0.155
                if k in (1, 3):
                    brush.rect(left, top + 0.06, 0.11, low - top - 0.07, shade(paint, 0.6))
                    brush.rect(left + 0.052, top + 0.06, 0.006, low - top - 0.07, shade(paint, 0.3))
                    brush.rect(
                        left + 0.015,
                        top + 0.09,
                        0.03,
                        0.1,
                        (255, 228, 160) if on else (90, 110, 130),
                        on,
                    )
                    brush.rect(
                        left + 0.065,
                        top + 0.09,
                        0.03,
                        0.1,
                        (255, 228, 160) if on else (90, 110, 130),
                        on,
                    )
                else:
                    brush.rect(
                        left, top + 0.08, 0.12, 0.12, (255, 228, 160) if on else (96, 118, 138), on
                    )
                    brush.rect(
                        left, top + 0.08, 0.12, 0.03, (255, 240, 200) if on else (150, 170, 184), on
                    )
        wagon += length
    brush.fog(0.2)
    stone = brush.among((168, 166, 164), (180, 168, 150), (150, 152, 160))
    brush.floor(edge, shade(stone, 0.9), stone)
    brush.rect(0, edge, brush.wide, 0.014, snowy(brush, (210, 208, 204), 0.6))
    brush.rect(0, edge + 0.03, brush.wide, 0.018, snowy(brush, (236, 196, 50), 0.25))
    passers(brush, edge + 0.06, 0.24, 0.4)
    iron = brush.among((60, 90, 80), (50, 54, 62), (120, 60, 50))
    roof = max(0.0, brush.tall - 0.98)
    brush.fade(0, roof, brush.wide, 0.09, shade(iron, 0.6), iron)
    brush.rect(0, roof - 0.012, brush.wide, 0.018, snowy(brush, shade(iron, 1.3), 0.9))
    for k in range(int(brush.wide / 0.05) + 1):
        brush.poly(
            [
                (k * 0.05, roof + 0.09),
                (k * 0.05 + 0.05, roof + 0.09),
                (k * 0.05 + 0.025, roof + 0.12),
            ],
            iron,
        )
    count = max(1, round(brush.wide / 0.7))
    for k in range(count):
        x = brush.wide * (k + 0.5) / count + brush.between(-0.12, 0.12)
        brush.rect(x - 0.014, roof + 0.08, 0.028, edge + 0.07 - roof - 0.08, iron)
        brush.rect(x + 0.004, roof + 0.08, 0.01, edge + 0.07 - roof - 0.08, shade(iron, 0.6))
        brush.poly(
            [(x - 0.1, roof + 0.09), (x, roof + 0.2), (x + 0.1, roof + 0.09), (x, roof + 0.13)],
            iron,
        )
        if k == 0:
            brush.disc(x + 0.12, roof + 0.22, 0.066, 0.066, (40, 42, 48))
            brush.disc(x + 0.12, roof + 0.22, 0.055, 0.055, (250, 248, 236), on)
            brush.line(
                [(x + 0.12, roof + 0.185), (x + 0.12, roof + 0.22), (x + 0.145, roof + 0.23)],
                0.01,
                (30, 30, 34),
            )
            brush.line([(x + 0.12, roof + 0.09), (x + 0.12, roof + 0.155)], 0.01, iron)
        brush.lamp(x + 0.2, roof + 0.14, 0.5, force=0.55)
        brush.disc(
            x + 0.22, roof + 0.125, 0.03, 0.02, (255, 244, 200) if on else (226, 226, 220), on
        )
    if brush.chance(0.6):
        bench(brush, brush.wide * brush.between(0.05, 0.6), edge + 0.08, brush.among(*WOODS))
    brush.fog(0.12)


def _street_front(brush: Brush) -> None:
    if brush.chance(0.5):
        railing(brush)
    else:
        low_bushes(brush)


def _crates(brush: Brush) -> None:
    start, wood = brush.wide * brush.between(0, 0.5), brush.among(*WOODS)
    for k in range(2):
        x, top = start + 0.24 * k, brush.tall - 0.11
        for j in range(5):
            brush.ball(
                x + 0.03 + 0.04 * j,
                top,
                0.03,
                0.03,
                brush.among((226, 60, 46), (250, 160, 40), (120, 180, 60)),
            )
        brush.block(x, top + 0.01, 0.22, 0.16, shade(wood, 1 - 0.1 * k))
        brush.rect(x, top + 0.06, 0.22, 0.008, shade(wood, 0.5))


def _station_front(brush: Brush) -> None:
    if brush.chance(0.5):
        railing(brush)
    else:
        fence(brush, ((200, 200, 196), (70, 90, 120)))


FRONTS: dict[str, Callable[[Brush], None]] = {
    "street": _street_front,
    "market": _crates,
    "station": _station_front,
}
