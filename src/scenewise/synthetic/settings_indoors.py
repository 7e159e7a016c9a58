"""Kitchen, bedroom, living room, garage and library."""

from __future__ import annotations

from scenewise.synthetic.brush import Brush, mixed, shade
from scenewise.synthetic.furniture import (
    CLOTHS,
    PAINTS,
    WHITE,
    WOODS,
    bookcase,
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


def kitchen(brush: Brush) -> None:
    """Cupboards above and below, cooker, refrigerator, sink under a window."""
    line = room(
        brush,
        brush.among(*PAINTS),
        brush.among((200, 190, 176), (150, 140, 132), (176, 120, 84)),
        tiles=True,
    )
    front = brush.among(WHITE, (120, 160, 170), (226, 196, 120), (150, 98, 60), (110, 140, 110))
    top = brush.among((90, 84, 82), (214, 208, 200), (130, 90, 60))
    tile = brush.among((220, 226, 228), (176, 206, 214), (232, 214, 180))
    counter, base = line - 0.24, line + 0.02
    brush.rect(0, counter - 0.14, brush.wide, 0.14, tile)
    for k in range(int(brush.wide / 0.06) + 1):
        brush.line([(k * 0.06, counter - 0.14), (k * 0.06, counter)], 0.003, shade(tile, 0.8))
    brush.line([(0, counter - 0.07), (brush.wide, counter - 0.07)], 0.003, shade(tile, 0.8))

    def cupboard(b: Brush, x: float) -> None:
        b.block(x, counter, 0.28, base - counter, front)
        for k in range(2):
            b.rect(x + 0.015 + k * 0.135, counter + 0.04, 0.12, 0.19, shade(front, 1.08))
            b.rect(x + 0.11 + k * 0.06, counter + 0.1, 0.012, 0.05, (70, 66, 64))
        b.rect(x - 0.01, counter - 0.02, 0.3, 0.03, top)
        if b.chance(0.6):
            b.ball(x + b.between(0.06, 0.2), counter - 0.05, 0.04, 0.035, b.among(*CLOTHS))
        b.block(x, counter - 0.38, 0.28, 0.2, front)
        b.rect(x + 0.138, counter - 0.38, 0.006, 0.2, shade(front, 0.6))

    def cooker(b: Brush, x: float) -> None:
        body = b.among((236, 236, 236), (60, 60, 66), (176, 180, 186))
        b.block(x, counter, 0.24, base - counter, body)
        b.rect(x + 0.03, counter + 0.08, 0.18, 0.12, (30, 30, 36))
        b.rect(x + 0.04, counter + 0.09, 0.06, 0.1, (70, 70, 80))
        for k in range(4):
            b.disc(x + 0.045 + k * 0.05, counter + 0.035, 0.014, 0.014, (40, 40, 44))
        b.rect(x - 0.005, counter - 0.02, 0.25, 0.025, (40, 40, 44))
        pan = b.among((196, 60, 50), (150, 154, 160), (60, 80, 120))
        b.block(x + 0.04, counter - 0.085, 0.13, 0.068, pan)
        b.rect(x + 0.17, counter - 0.075, 0.06, 0.014, (40, 36, 34))
        b.poly(
            [
                (x + 0.06, counter - 0.32),
                (x + 0.18, counter - 0.32),
                (x + 0.25, counter - 0.22),
                (x - 0.01, counter - 0.22),
            ],
            (150, 154, 160),
        )
        b.rect(x + 0.07, 0, 0.1, counter - 0.32, (168, 172, 178))

    def fridge(b: Brush, x: float) -> None:
        body = b.among((240, 240, 240), (190, 196, 202), (200, 70, 60), (150, 196, 200))
        b.shadow(x + 0.12, base + 0.01, 0.16)
        b.block(x, base - 0.58, 0.24, 0.58, body)
        b.rect(x, base - 0.38, 0.24, 0.008, shade(body, 0.6))
        b.rect(x + 0.02, base - 0.35, 0.016, 0.14, (110, 112, 118))
        b.rect(x + 0.02, base - 0.5, 0.016, 0.09, (110, 112, 118))
        b.rect(x + 0.1, base - 0.5, 0.05, 0.06, b.among(*CLOTHS))

    def sink(b: Brush, x: float) -> None:
        window(b, x + 0.05, counter - 0.42, 0.26, 0.24)
        b.block(x, counter, 0.36, base - counter, front)
        b.rect(x - 0.01, counter - 0.02, 0.38, 0.03, top)
        b.rect(x + 0.08, counter - 0.018, 0.2, 0.035, (176, 180, 186))
        b.line(
            [
                (x + 0.18, counter - 0.02),
                (x + 0.18, counter - 0.11),
                (x + 0.23, counter - 0.11),
                (x + 0.23, counter - 0.07),
            ],
            0.014,
            (196, 200, 206),
        )
        b.rect(x + 0.178, counter + 0.03, 0.006, 0.22, shade(front, 0.6))

    row(brush, [(0.26, cooker), (0.26, fridge), (0.38, sink)], [(0.3, cupboard)] * 4, fill=1.0)
    hanging_lamp(brush, brush.wide * brush.between(0.3, 0.7), 0.06, brush.among(*CLOTHS))


def bedroom(brush: Brush) -> None:
    """A bed with pillows and a blanket, a bedside lamp, a wardrobe."""
    line = room(brush, brush.among(*PAINTS), brush.among(*WOODS))
    cover, wood = brush.among(*CLOTHS), brush.among(*WOODS)

    def bed(b: Brush, x: float) -> None:
        low = line + 0.06
        b.shadow(x + 0.33, low + 0.03, 0.42, 0.05)
        b.block(x, line - 0.3, 0.05, 0.37, wood)
        b.block(x + 0.62, line - 0.14, 0.045, 0.21, wood)
        b.rect(x + 0.04, low - 0.07, 0.6, 0.08, shade(wood, 0.8))
        b.rect(x + 0.045, low - 0.16, 0.59, 0.1, WHITE)
        b.ball(x + 0.14, low - 0.18, 0.1, 0.055, (246, 244, 240))
        b.poly(
            [
                (x + 0.24, low - 0.19),
                (x + 0.62, low - 0.17),
                (x + 0.63, low - 0.02),
                (x + 0.25, low - 0.02),
            ],
            cover,
        )
        b.rect(x + 0.24, low - 0.19, 0.05, 0.17, shade(cover, 1.3))
        for k in range(3):
            b.rect(x + 0.34 + k * 0.1, low - 0.17, 0.03, 0.15, shade(cover, 0.78))

    def bedside(b: Brush, x: float) -> None:
        b.block(x, line - 0.13, 0.15, 0.16, wood)
        b.rect(x + 0.02, line - 0.09, 0.11, 0.045, shade(wood, 1.2))
        b.rect(x + 0.068, line - 0.2, 0.014, 0.07, (90, 80, 74))
        on = b.hour != "day"
        b.poly(
            [
                (x + 0.045, line - 0.27),
                (x + 0.105, line - 0.27),
                (x + 0.135, line - 0.18),
                (x + 0.015, line - 0.18),
            ],
            (255, 226, 160) if on else (236, 216, 176),
            on,
        )
        b.lamp(x + 0.075, line - 0.22, 0.5, force=0.65)

    def wardrobe(b: Brush, x: float) -> None:
        body = b.among(*WOODS, WHITE)
        b.shadow(x + 0.16, line + 0.02, 0.22)
        b.block(x, line - 0.58, 0.32, 0.6, body)
        for k in range(2):
            b.rect(x + 0.015 + k * 0.148, line - 0.55, 0.138, 0.5, shade(body, 1.12))
            b.disc(x + 0.14 + k * 0.04, line - 0.28, 0.01, 0.01, (220, 190, 110))

    def drawers(b: Brush, x: float) -> None:
        b.block(x, line - 0.26, 0.3, 0.28, wood)
        for k in range(3):
            b.rect(x + 0.02, line - 0.24 + k * 0.085, 0.26, 0.07, shade(wood, 1.16))
            b.disc(x + 0.15, line - 0.205 + k * 0.085, 0.012, 0.012, (60, 50, 44))
        b.disc(x + 0.15, line - 0.42, 0.1, 0.13, shade(wood, 0.8))
        b.disc(x + 0.15, line - 0.42, 0.085, 0.115, (196, 214, 222))

    high = max(0.08, line - 0.6)
    spot = brush.wide * brush.between(0.1, 0.4)
    if brush.chance(0.7):
        window(brush, spot, high, 0.26, 0.28, brush.among(*CLOTHS))
    picture(brush, brush.wide * brush.between(0.62, 0.8), line - 0.5, 0.16, 0.13)
    row(brush, [(0.67, bed), (0.15, bedside), (0.32, wardrobe)], [(0.3, drawers)])
    if brush.chance(0.6):
        rug = brush.among(*CLOTHS)
        brush.disc(brush.wide * 0.5, brush.feet + 0.03, 0.4, 0.05, rug)
        brush.disc(brush.wide * 0.5, brush.feet + 0.03, 0.33, 0.038, shade(rug, 1.2))


def living_room(brush: Brush) -> None:
    """A sofa with cushions, a television, a standing lamp, a rug."""
    line = room(brush, brush.among(*PAINTS), brush.among(*WOODS, (150, 150, 156)))
    rug = brush.among(*CLOTHS)
    middle = brush.wide * brush.between(0.4, 0.6)
    brush.disc(middle, brush.feet, brush.wide * 0.4, 0.07, rug)
    brush.disc(middle, brush.feet, brush.wide * 0.35, 0.056, shade(rug, 1.25))
    brush.disc(middle, brush.feet, brush.wide * 0.24, 0.038, rug)

    def sofa(b: Brush, x: float) -> None:
        cloth, low = b.among(*CLOTHS), line + 0.05
        b.shadow(x + 0.32, low + 0.01, 0.4, 0.05)
        b.disc(x + 0.08, low - 0.3, 0.06, 0.05, cloth)
        b.disc(x + 0.56, low - 0.3, 0.06, 0.05, shade(cloth, 0.8))
        b.fade(x + 0.05, low - 0.32, 0.54, 0.2, shade(cloth, 1.12), shade(cloth, 0.86))
        b.rect(x + 0.05, low - 0.14, 0.54, 0.11, shade(cloth, 0.86))
        b.rect(x + 0.07, low - 0.16, 0.25, 0.055, shade(cloth, 1.18))
        b.rect(x + 0.33, low - 0.16, 0.25, 0.055, shade(cloth, 1.1))
        for k, dark in ((0.0, 1.0), (0.56, 0.72)):
            b.disc(x + 0.04 + k, low - 0.2, 0.045, 0.045, shade(cloth, dark))
            b.rect(x - 0.005 + k, low - 0.2, 0.09, 0.18, shade(cloth, dark))
        for k in (0.13, 0.46):
            b.rect(x + k, low - 0.25, 0.1, 0.09, b.among(*CLOTHS))
        b.rect(x + 0.02, low - 0.03, 0.03, 0.035, (60, 44, 34))
        b.rect(x + 0.59, low - 0.03, 0.03, 0.035, (60, 44, 34))

    def television(b: Brush, x: float) -> None:
        wood = b.among(*WOODS)
        b.block(x, line - 0.12, 0.36, 0.15, wood)
        b.rect(x + 0.16, line - 0.08, 0.006, 0.1, shade(wood, 0.5))
        b.rect(x + 0.01, line - 0.37, 0.34, 0.22, (22, 22, 26))
        show = b.among((60, 110, 170), (110, 150, 90), (170, 90, 80), (40, 44, 54))
        b.fade(
            x + 0.022, line - 0.358, 0.316, 0.196, shade(show, 1.3), shade(show, 0.6), glows=True
        )
        b.rect(x + 0.15, line - 0.15, 0.06, 0.03, (22, 22, 26))

    def lamp(b: Brush, x: float) -> None:
        floor_lamp(b, x, line, b.among((226, 206, 170), (200, 90, 70), (230, 230, 226)))

    def armchair(b: Brush, x: float) -> None:
        cloth, low = b.among(*CLOTHS), line + 0.05
        b.shadow(x + 0.14, low, 0.2)
        b.ball(x + 0.14, low - 0.24, 0.12, 0.13, cloth)
        b.rect(x + 0.04, low - 0.14, 0.2, 0.12, shade(cloth, 0.9))
        b.rect(x, low - 0.19, 0.06, 0.19, cloth)
        b.rect(x + 0.22, low - 0.19, 0.06, 0.19, shade(cloth, 0.7))

    def shelf(b: Brush, x: float) -> None:
        bookcase(b, x, line + 0.02, 0.24, 0.5, 4)

    def green(b: Brush, x: float) -> None:
        pot_plant(b, x + 0.1, line + 0.04, 0.3)

    if brush.chance(0.7):
        window(
            brush,
            brush.wide * brush.between(0.1, 0.3),
            line - 0.62,
            0.3,
            0.24,
            brush.among(*CLOTHS),
        )
    for k in range(brush.random.randint(1, 3)):
        picture(
            brush,
            brush.wide * brush.between(0.55, 0.6) + 0.19 * k,
            line - brush.between(0.56, 0.64),
            0.15,
            0.13,
        )
    row(
        brush,
        [(0.64, sofa), (0.12, lamp), (0.36, television)],
        [(0.28, armchair), (0.24, shelf), (0.2, green)],
    )


def garage(brush: Brush) -> None:
    """A car, a rolling door, tools on the wall, tyres and tins."""
    line = room(
        brush,
        brush.among((170, 168, 164), (188, 180, 166), (150, 158, 168)),
        brush.among((120, 120, 122), (140, 134, 126)),
    )
    door = brush.among((200, 204, 208), (170, 150, 120), (120, 140, 160))
    wide = min(0.9, brush.wide * 0.62)
    start = (brush.wide - wide) * brush.between(0.1, 0.9)
    for k in range(9):
        y = line - 0.58 + k * 0.065
        brush.fade(start, y, wide, 0.062, shade(door, 1.1), shade(door, 0.84))
    board = brush.among((176, 134, 84), (110, 90, 70))
    place = start - 0.36 if start > brush.wide - start - wide else start + wide + 0.05
    brush.rect(place, line - 0.52, 0.32, 0.24, board)
    for k in range(5):
        x = place + 0.04 + k * 0.055
        brush.rect(x, line - 0.49, 0.012, 0.14, (60, 60, 66))
        brush.rect(
            x - 0.012,
            line - 0.5,
            0.036,
            0.03,
            brush.among((190, 50, 40), (60, 90, 150), (150, 150, 156)),
        )
    brush.rect(place - 0.02, line - 0.2, 0.36, 0.03, (130, 92, 56))
    brush.rect(place, line - 0.17, 0.03, 0.19, (96, 66, 40))
    brush.rect(place + 0.28, line - 0.17, 0.03, 0.19, (96, 66, 40))
    for k in range(3):
        brush.block(place + 0.02 + k * 0.1, line - 0.26, 0.06, 0.06, brush.among(*CLOTHS))

    def car(b: Brush, x: float) -> None:
        paint, low = (
            b.among((190, 40, 40), (50, 90, 160), (220, 220, 220), (60, 110, 80), (230, 190, 60)),
            line + 0.09,
        )
        b.shadow(x + 0.34, low + 0.005, 0.42, 0.045)
        b.poly(
            [
                (x + 0.14, low - 0.2),
                (x + 0.22, low - 0.33),
                (x + 0.46, low - 0.33),
                (x + 0.56, low - 0.2),
            ],
            paint,
        )
        b.poly(
            [
                (x + 0.18, low - 0.2),
                (x + 0.235, low - 0.305),
                (x + 0.33, low - 0.305),
                (x + 0.33, low - 0.2),
            ],
            (130, 160, 180),
        )
        b.poly(
            [
                (x + 0.35, low - 0.2),
                (x + 0.35, low - 0.305),
                (x + 0.45, low - 0.305),
                (x + 0.52, low - 0.2),
            ],
            (100, 130, 150),
        )
        b.poly(
            [
                (x, low - 0.06),
                (x + 0.01, low - 0.17),
                (x + 0.14, low - 0.21),
                (x + 0.56, low - 0.21),
                (x + 0.68, low - 0.16),
                (x + 0.7, low - 0.06),
            ],
            paint,
        )
        b.rect(x + 0.0, low - 0.09, 0.7, 0.035, shade(paint, 0.66))
        b.rect(x + 0.1, low - 0.2, 0.46, 0.016, shade(paint, 1.3))
        b.disc(x + 0.67, low - 0.135, 0.022, 0.02, (255, 240, 180))
        b.rect(x + 0.335, low - 0.2, 0.006, 0.12, shade(paint, 0.6))
        for k in (0.15, 0.55):
            b.disc(x + k, low - 0.06, 0.072, 0.072, (26, 26, 28))
            b.disc(x + k, low - 0.06, 0.036, 0.036, (176, 178, 182))

    def tyres(b: Brush, x: float) -> None:
        for k in range(b.random.randint(2, 4)):
            b.ball(x + 0.1, line + 0.03 - k * 0.06, 0.1, 0.036, (44, 44, 48))
            b.disc(x + 0.1, line + 0.02 - k * 0.06, 0.05, 0.014, (20, 20, 22))

    def tins(b: Brush, x: float) -> None:
        b.rect(x, line - 0.32, 0.24, 0.02, (96, 96, 102))
        b.rect(x, line - 0.16, 0.24, 0.02, (96, 96, 102))
        for k in (0.0, 0.22):
            b.rect(x + k, line - 0.36, 0.02, 0.39, (80, 80, 86))
        for k in range(6):
            b.block(
                x + 0.03 + (k % 3) * 0.065,
                line - 0.39 + (k // 3) * 0.16,
                0.05,
                0.07,
                b.among(*CLOTHS),
            )

    row(brush, [(0.7, car), (0.2, tyres)], [(0.24, tins), (0.24, tins)], fill=1.0)
    x = brush.wide / 2
    on = brush.hour != "day"
    brush.rect(x - 0.2, 0.03, 0.4, 0.025, (246, 250, 255) if on else (214, 218, 222), on)
    brush.lamp(x, 0.08, 0.7, (220, 236, 255), 0.4)


def library(brush: Brush) -> None:
    """Walls of books, a ladder, a reading table with a green lamp."""
    wall: Colour = brush.among((120, 84, 60), (210, 190, 156), (110, 60, 56), (150, 158, 140))
    line = room(
        brush, wall, brush.among((120, 74, 48), (150, 60, 56), (70, 92, 76), (170, 130, 90))
    )
    count = max(2, round(brush.wide / 0.4))
    step = brush.wide / count
    gap = brush.random.randrange(count) if brush.chance(0.5) and count > 2 else -1
    tall = min(line - 0.02, brush.between(0.58, 0.68))
    for k in range(count):
        if k == gap:
            window(brush, k * step + 0.08, line - 0.55, step - 0.16, 0.36)
            books(brush, k * step + 0.04, line - 0.01, step - 0.08, 0.1)
        else:
            bookcase(brush, k * step + 0.008, line + 0.01, step - 0.016, tall, 5)
    if brush.chance(0.6):
        x = brush.wide * brush.between(0.15, 0.8)
        wood = brush.among((206, 160, 100), (86, 56, 36))
        brush.line([(x, line + 0.05), (x + 0.06, line - 0.55)], 0.016, wood)
        brush.line([(x + 0.12, line + 0.05), (x + 0.16, line - 0.55)], 0.016, wood)
        for k in range(7):
            y = line - 0.02 - k * 0.08
            brush.line([(x + 0.01 + k * 0.007, y), (x + 0.12 + k * 0.005, y)], 0.012, wood)
    x = brush.wide * brush.between(0.1, 0.5)
    wood = brush.among((96, 60, 40), (140, 92, 56))
    top = line - 0.1
    brush.shadow(x + 0.22, line + 0.05, 0.28)
    for leg in (0.02, 0.39):
        brush.rect(x + leg, top, 0.03, 0.15, shade(wood, 0.8))
    brush.block(x, top - 0.012, 0.44, 0.035, wood)
    for k in range(3):
        brush.rect(x + 0.25, top - 0.034 - 0.024 * k, 0.12 - 0.01 * k, 0.022, brush.among(*CLOTHS))
    brush.rect(x + 0.115, top - 0.1, 0.012, 0.09, (200, 166, 80))
    on = brush.hour != "day"
    green = (50, 150, 90)
    brush.poly(
        [
            (x + 0.06, top - 0.1),
            (x + 0.08, top - 0.15),
            (x + 0.16, top - 0.15),
            (x + 0.18, top - 0.1),
        ],
        mixed(green, (200, 255, 180), 0.4) if on else green,
        on,
    )
    brush.lamp(x + 0.12, top - 0.06, 0.45, force=0.6)
    hanging_lamp(brush, brush.wide * 0.5, 0.03, (200, 170, 90))
