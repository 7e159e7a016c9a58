"""Park, beach, forest and mountain."""

from __future__ import annotations

from collections.abc import Callable

from scenewise.synthetic.brush import SNOW, Brush, mixed, shade, sky_colours
from scenewise.synthetic.furniture import CLOTHS, WOODS
from scenewise.synthetic.outdoor_things import (
    BARK,
    LEAVES,
    bench,
    bush,
    fence,
    fir,
    hill_colour,
    house,
    low_bushes,
    passers,
    ridge,
    snowy,
    street_lamp,
    tree,
)


def park(brush: Brush) -> None:
    """Lawn, a winding path, round trees, a bench, flower beds, a pond now and then."""
    horizon = brush.tall - brush.between(0.34, 0.42)
    brush.sky(horizon)
    if brush.chance(0.5):
        for k in range(4):
            wide = brush.between(0.14, 0.24)
            house(
                brush,
                brush.wide * (k + brush.random.random()) / 4,
                horizon,
                wide,
                brush.between(0.12, 0.28),
                False,
            )
        brush.haze(sky_colours(brush.hour, brush.weather)[1], 0.4)
    leaf = brush.among(*LEAVES)
    for k in range(9):
        bush(brush, brush.wide * k / 8, horizon + 0.02, 0.3, shade(leaf, 0.8))
    brush.fog(0.6)
    grass = brush.among((104, 156, 72), (130, 160, 76), (88, 140, 84))
    brush.floor(horizon, shade(grass, 0.84), grass)
    start, bend = brush.wide * brush.between(0.3, 0.7), brush.wide * brush.between(0.2, 0.8)
    path = snowy(brush, brush.among((206, 186, 146), (180, 172, 164), (196, 160, 120)), 0.5)
    brush.poly(
        [
            (start, horizon),
            (start + 0.03, horizon),
            (bend + 0.22, brush.feet - 0.08),
            (bend + 0.5, brush.tall),
            (bend - 0.3, brush.tall),
            (bend - 0.02, brush.feet - 0.08),
        ],
        path,
    )
    if brush.chance(0.4):
        x, water = brush.wide * brush.between(0.1, 0.9), sky_colours(brush.hour, brush.weather)[0]
        brush.disc(x, horizon + 0.07, 0.24, 0.035, shade(grass, 0.6))
        brush.disc(x, horizon + 0.072, 0.22, 0.03, mixed(water, (60, 110, 140), 0.4), True)
    passers(brush, horizon + 0.06, 0.16)
    for x in sorted((brush.between(0.02, 0.3), brush.between(0.7, 0.98))):
        tree(
            brush,
            brush.wide * x,
            horizon + brush.between(0.06, 0.1),
            brush.between(0.5, 0.66),
            brush.among(*LEAVES[:3], leaf),
        )
    bench(brush, brush.wide * brush.between(0.2, 0.6), horizon + 0.13, brush.among(*WOODS))
    if brush.weather != "snow":
        colours = (brush.among(*CLOTHS), (236, 90, 120), (250, 220, 80))
        x = brush.wide * brush.between(0.0, 0.7)
        for k in range(14):
            brush.disc(x + 0.03 * k, horizon + 0.15 + 0.012 * (k % 3), 0.012, 0.012, colours[k % 3])
    if brush.chance(0.7):
        street_lamp(brush, brush.wide * brush.between(0.3, 0.7), horizon + 0.1, 0.36)
    brush.fog(0.25)


def beach(brush: Brush) -> None:
    """Sea with surf, sand, a parasol or hut, a sail, palms now and then."""
    horizon = brush.tall - brush.between(0.42, 0.5)
    brush.sky(horizon)
    if brush.chance(0.4):
        x = brush.wide * brush.between(0.0, 0.7)
        land = hill_colour(brush, brush.among((110, 130, 90), (150, 130, 100)), 0.45)
        brush.poly(
            [
                (x - 0.2, horizon),
                (x, horizon - 0.07),
                (x + 0.12, horizon - 0.04),
                (x + 0.3, horizon - 0.09),
                (x + 0.6, horizon),
            ],
            land,
        )
    sea = brush.among((40, 120, 160), (40, 150, 150), (70, 110, 140))
    if brush.weather != "clear":
        sea = mixed(sea, (110, 122, 130), 0.6)
    shore = horizon + brush.between(0.14, 0.19)
    brush.fade(0, horizon, brush.wide, shore - horizon + 0.03, shade(sea, 0.8), shade(sea, 1.3))
    foam = shade(mixed(sea, (255, 255, 255), 0.6), 1.0)
    for k in range(16):
        y = horizon + (shore - horizon) * brush.random.random() ** 0.7
        x, wide = brush.wide * brush.between(-0.1, 1), brush.between(0.04, 0.16)
        brush.rect(
            x,
            y,
            wide,
            0.005 + 0.006 * (y - horizon) / (shore - horizon),
            mixed(sea, foam, 0.3 + 0.05 * (k % 5)),
        )
    if brush.chance(0.5):
        x, size = brush.wide * brush.between(0.1, 0.9), brush.between(0.08, 0.14)
        brush.poly([(x, horizon - size), (x + size * 0.5, horizon), (x, horizon)], (246, 244, 238))
        brush.poly(
            [(x - 0.01, horizon - size * 0.9), (x - 0.01, horizon), (x - size * 0.4, horizon)],
            brush.among(*CLOTHS),
        )
        brush.rect(x - size * 0.4, horizon, size * 0.9, 0.016, (120, 60, 44))
    brush.fog(0.55)
    sand = brush.among((232, 208, 160), (220, 190, 140), (206, 196, 176))
    brush.floor(shore + 0.02, shade(sand, 0.86), sand)
    steps = 12
    edge = [
        (brush.wide * k / steps, shore + 0.02 + brush.between(-0.012, 0.016))
        for k in range(steps + 1)
    ]
    brush.poly([*edge, *((x, y + 0.03) for x, y in reversed(edge))], shade(sand, 0.7))
    brush.poly([*edge, *((x, y + 0.014) for x, y in reversed(edge))], (246, 250, 250))
    passers(brush, shore + 0.06, 0.15, 0.45)
    place = brush.wide * brush.between(0.12, 0.36)
    floor = brush.feet - brush.between(0.03, 0.08)
    cloth = brush.among(*CLOTHS)
    if brush.chance(0.6):
        brush.shadow(place + 0.05, floor, 0.24)
        brush.line([(place, floor), (place + 0.03, floor - 0.36)], 0.014, (230, 226, 214))
        top = floor - 0.44
        for k in range(4):
            one, other = -0.24 + 0.12 * k, -0.24 + 0.12 * (k + 1)
            brush.poly(
                [
                    (place + 0.03, top),
                    (place + 0.03 + one, top + 0.13 + 0.05 * k / 4),
                    (place + 0.03 + other, top + 0.13 + 0.05 * (k + 1) / 4),
                ],
                snowy(brush, cloth if k % 2 else (244, 240, 230), 0.5),
            )
    else:
        brush.shadow(place + 0.1, floor, 0.2)
        brush.rect(place, floor - 0.26, 0.22, 0.26, cloth)
        for k in range(4):
            brush.rect(place + 0.055 * k, floor - 0.26, 0.027, 0.26, (240, 236, 226))
        brush.rect(place + 0.07, floor - 0.18, 0.08, 0.18, shade(cloth, 0.5))
        brush.poly(
            [
                (place - 0.03, floor - 0.26),
                (place + 0.11, floor - 0.37),
                (place + 0.25, floor - 0.26),
            ],
            snowy(brush, shade(cloth, 0.7), 0.9),
        )
        brush.lamp(place + 0.11, floor - 0.2, 0.4)
    if brush.chance(0.4):
        x, floor = brush.wide * brush.between(0.8, 0.95), brush.feet - 0.06
        brush.line(
            [(x + 0.03, floor), (x, floor - 0.2), (x - 0.05, floor - 0.44)], 0.03, (130, 100, 66)
        )
        for dx, dy in ((-0.22, 0.04), (-0.16, -0.1), (0.0, -0.14), (0.16, -0.06), (0.2, 0.08)):
            brush.poly(
                [
                    (x - 0.05, floor - 0.46),
                    (x - 0.05 + dx * 0.6, floor - 0.5 + dy),
                    (x - 0.05 + dx, floor - 0.42 + dy),
                    (x - 0.05 + dx * 0.5, floor - 0.44 + dy * 0.7),
                ],
                snowy(brush, (60, 120, 56), 0.3),
            )
    for _ in range(8):
        x, y = brush.wide * brush.random.random(), brush.between(brush.feet - 0.06, brush.tall)
        brush.disc(
            x, y, 0.012, 0.007, brush.among((250, 236, 220), (180, 150, 120), (230, 150, 130))
        )
    brush.fog(0.2)


def forest(brush: Brush) -> None:
    """Trunks behind trunks under a dense canopy, ferns, mushrooms, light between the trees."""
    horizon = brush.tall - brush.between(0.3, 0.38)
    brush.sky(horizon)
    conifers = brush.chance(0.45)
    leaf = brush.among((44, 92, 56), (66, 112, 52), (88, 110, 48), (150, 104, 44))
    brush.haze(brush.lit(mixed(leaf, (190, 210, 160), 0.5)), 0.55)  # type: ignore[arg-type]
    for layer in range(3):
        near = layer / 2
        floor = horizon + 0.02 + 0.06 * layer
        paint = mixed(mixed(leaf, (190, 206, 180), 0.65), leaf, near)
        count = round(brush.wide * (9 - 2.2 * layer))
        for k in range(count):
            x = brush.wide * (k + brush.random.random()) / count
            if conifers:
                fir(
                    brush,
                    x,
                    floor,
                    brush.between(0.5, 0.7) * (0.8 + 0.25 * layer),
                    shade(paint, brush.between(0.7, 1.16)),
                )
            else:
                wide = 0.02 + 0.016 * layer
                bark = mixed(brush.among(*BARK), (170, 180, 170), 0.5 - 0.5 * near)
                brush.rect(x, 0, wide, floor, bark)
                brush.rect(x + wide * 0.6, 0, wide * 0.4, floor, shade(bark, 0.7))
                brush.ball(
                    x,
                    brush.between(0.0, 0.2) * brush.tall,
                    0.2,
                    0.13,
                    shade(paint, brush.between(0.7, 1.16)),
                )
        brush.fog(0.4)
    ground = brush.among((84, 80, 48), (96, 110, 60), (110, 84, 54))
    brush.floor(horizon + 0.1, shade(ground, 0.7), ground)
    for _ in range(3):
        x = brush.wide * brush.random.random()
        brush.blot(x, brush.tall - 0.12, 0.2, 0.05, brush.lit((220, 220, 150)), 0.3)  # type: ignore[arg-type]
    passers(brush, horizon + 0.12, 0.15, 0.12)
    for x in (brush.between(-0.02, 0.12), brush.between(0.86, 1.0)):
        wide, bark = brush.between(0.08, 0.13), brush.among(*BARK)
        left, low = brush.wide * x - wide / 2, horizon + brush.between(0.12, 0.18)
        brush.shadow(left + wide / 2, low, wide * 1.6)
        brush.poly(
            [
                (left - 0.03, low),
                (left, low - 0.1),
                (left, 0),
                (left + wide, 0),
                (left + wide, low - 0.1),
                (left + wide + 0.03, low),
            ],
            bark,
        )
        brush.rect(left + wide * 0.62, 0, wide * 0.38, low - 0.01, shade(bark, 0.7))
        for k in range(5):
            brush.rect(
                left + wide * brush.random.random() * 0.7,
                low - 0.12 - 0.13 * k,
                0.01,
                0.07,
                shade(bark, 0.6),
            )
    for _ in range(5):
        x, y = brush.wide * brush.random.random(), brush.between(horizon + 0.12, brush.tall)
        for lean in (-0.06, -0.03, 0.0, 0.03, 0.06):
            brush.poly(
                [(x - 0.008, y), (x + lean, y - 0.07 + abs(lean) * 0.5), (x + 0.008, y)],
                snowy(brush, shade(leaf, 1.2), 0.5),
            )
    if brush.chance(0.6):
        x, y = brush.wide * brush.between(0.1, 0.8), brush.feet - brush.between(0.0, 0.06)
        for k in range(3):
            brush.rect(x + 0.04 * k - 0.006, y - 0.03, 0.014, 0.03, (240, 230, 210))
            brush.poly(
                [
                    (x + 0.04 * k - 0.022, y - 0.026),
                    (x + 0.04 * k, y - 0.05),
                    (x + 0.04 * k + 0.022, y - 0.026),
                ],
                (200, 50, 40),
            )
    brush.fog(0.2)


def mountain(brush: Brush) -> None:
    """Snow-capped peaks one behind the other, rocks, a few firs, a hut now and then."""
    horizon = brush.tall - brush.between(0.3, 0.38)
    brush.sky(horizon)
    rock = brush.among((116, 118, 130), (130, 112, 100), (100, 112, 120))
    for layer, (rise, far) in enumerate(((0.5, 0.55), (0.36, 0.25))):
        paint = hill_colour(brush, rock, far)
        count = max(2, round(brush.wide * (2.2 + layer)))
        for k in range(count):
            x = brush.wide * (k + brush.between(0.2, 0.8)) / count
            tall = rise * brush.between(0.75, 1.1)
            wide = tall * brush.between(0.6, 0.9)
            top = horizon - tall
            brush.poly([(x - wide, horizon + 0.09), (x, top), (x + wide, horizon + 0.09)], paint)
            brush.poly(
                [
                    (x, top),
                    (x + wide, horizon + 0.09),
                    (x + wide * 0.1, horizon + 0.09),
                    (x - wide * 0.06, top + tall * 0.5),
                ],
                shade(paint, 0.76),
            )
            cap = tall * brush.between(0.24, 0.4)
            white = mixed(SNOW, paint, far * 0.5)
            side = cap * wide / tall
            brush.poly(
                [
                    (x - side, top + cap),
                    (x, top),
                    (x + side, top + cap),
                    (x + side * 0.45, top + cap * 0.8),
                    (x + side * 0.1, top + cap * 1.2),
                    (x - side * 0.4, top + cap * 0.85),
                ],
                white,
            )
            brush.poly(
                [(x, top), (x + side, top + cap), (x + side * 0.45, top + cap * 0.8)],
                shade(white, 0.8),
            )
        brush.fog(0.5)
    meadow = brush.among((120, 140, 84), (140, 130, 96), (128, 124, 116))
    slope = hill_colour(brush, shade(meadow, 0.8), 0.2)
    ridge(brush, horizon + 0.06, 0.08, 5, slope)
    leaf = brush.among((44, 92, 64), (60, 100, 60))
    for _ in range(round(brush.wide * 6)):
        fir(
            brush,
            brush.wide * brush.random.random(),
            horizon + brush.between(0.04, 0.1),
            brush.between(0.1, 0.2),
            leaf,
        )
    brush.floor(horizon + 0.09, shade(meadow, 0.85), meadow)
    if brush.chance(0.4):
        x, floor, wood = brush.wide * brush.between(0.1, 0.8), horizon + 0.12, brush.among(*WOODS)
        on = brush.hour != "day"
        brush.shadow(x + 0.1, floor, 0.16)
        brush.rect(x, floor - 0.1, 0.2, 0.1, wood)
        brush.rect(
            x + 0.03, floor - 0.07, 0.035, 0.035, (255, 218, 130) if on else (60, 70, 84), on
        )
        brush.rect(x + 0.12, floor - 0.075, 0.04, 0.075, shade(wood, 0.5))
        brush.poly(
            [(x - 0.03, floor - 0.09), (x + 0.1, floor - 0.18), (x + 0.23, floor - 0.09)],
            snowy(brush, (90, 70, 64), 0.9),
        )
        brush.lamp(x + 0.05, floor - 0.06, 0.25)
    passers(brush, horizon + 0.12, 0.12, 0.2)
    for _ in range(6):
        x, y, size = (
            brush.wide * brush.random.random(),
            brush.between(horizon + 0.12, brush.tall),
            brush.between(0.03, 0.09),
        )
        brush.shadow(x, y, size * 1.3, size * 0.3)
        brush.poly(
            [
                (x - size, y),
                (x - size * 0.7, y - size * 0.7),
                (x, y - size),
                (x + size * 0.7, y - size * 0.6),
                (x + size, y),
            ],
            rock,
        )
        brush.poly(
            [(x + size * 0.1, y), (x, y - size), (x + size * 0.7, y - size * 0.6), (x + size, y)],
            shade(rock, 0.7),
        )
        if brush.weather == "snow":
            brush.poly(
                [
                    (x - size * 0.7, y - size * 0.7),
                    (x, y - size),
                    (x + size * 0.7, y - size * 0.6),
                    (x, y - size * 0.7),
                ],
                SNOW,
            )
    brush.fog(0.2)


def _rocks(brush: Brush) -> None:
    rock, start = brush.among((116, 118, 130), (130, 112, 100)), brush.wide * brush.between(0, 0.5)
    for k in range(3):
        size, x = brush.between(0.1, 0.16), start + 0.17 * k
        brush.poly(
            [
                (x - size, brush.tall),
                (x - size * 0.6, brush.tall - size * 0.7),
                (x, brush.tall - size),
                (x + size * 0.7, brush.tall - size * 0.6),
                (x + size, brush.tall),
            ],
            rock,
        )
        brush.poly(
            [
                (x, brush.tall),
                (x, brush.tall - size),
                (x + size * 0.7, brush.tall - size * 0.6),
                (x + size, brush.tall),
            ],
            shade(rock, 0.7),
        )


def _grass(brush: Brush) -> None:
    leaf, start = (
        brush.among((120, 140, 70), (80, 120, 60), (170, 150, 90)),
        brush.wide * brush.between(0, 0.6),
    )
    for k in range(26):
        x, tall = start + 0.018 * k, brush.between(0.08, 0.18)
        brush.poly(
            [
                (x, brush.tall),
                (x + brush.between(-0.03, 0.03), brush.tall - tall),
                (x + 0.016, brush.tall),
            ],
            shade(leaf, brush.between(0.7, 1.1)),
        )


def _park_front(brush: Brush) -> None:
    if brush.chance(0.5):
        low_bushes(brush)
    else:
        fence(brush, ((236, 234, 228), (130, 92, 56), (70, 100, 70)))


def _forest_front(brush: Brush) -> None:
    if brush.chance(0.5):
        low_bushes(brush)
    else:
        _grass(brush)


FRONTS: dict[str, Callable[[Brush], None]] = {
    "park": _park_front,
    "beach": _grass,
    "forest": _forest_front,
    "mountain": _rocks,
}
