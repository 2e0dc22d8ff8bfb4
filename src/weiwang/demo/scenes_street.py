"""Scenes out of doors: streets, yards and facades."""

from weiwang.demo.drawing import HEIGHT, WIDTH, Sheet
from weiwang.demo.scenery import (
    bag,
    bicycle,
    car,
    cone,
    day,
    houses,
    night,
    shop_front,
    street,
    tree,
    waste_bin,
    yard,
)


def _lamp_post(sheet: Sheet, x: float, foot: float, *, lit: bool) -> None:
    sheet.box(x - 7, foot - 400, 14, 400, "#56617f", 5)
    sheet.box(x - 18, foot - 18, 36, 18, "#56617f", 4)
    sheet.line([(x, foot - 396), (x + 30, foot - 424), (x + 110, foot - 424)], 11, "#56617f")
    sheet.box(x + 76, foot - 430, 92, 22, "#6d7896", 9)
    sheet.box(x + 84, foot - 412, 76, 9, "#fff0b4" if lit else "#2a3350", 4)


def lamp_out(sheet: Sheet) -> None:
    night(sheet)
    sheet.disc(800, 110, 74, "#e9e3c8")
    sheet.disc(778, 98, 66, "#19233f")
    houses(sheet, dark=True)
    street(sheet, dark=True)
    _lamp_post(sheet, 300, 540, lit=False)
    _lamp_post(sheet, 700, 500, lit=False)
    tree(sheet, 110, 520, 230, leaf="#26405a")


def lamp_lit(sheet: Sheet) -> None:
    night(sheet)
    houses(sheet, dark=True)
    street(sheet, dark=True)
    for x, foot in ((240, 540), (640, 540)):
        light = [(x + 90, foot - 408), (x + 156, foot - 408), (x + 300, foot + 90), (x - 70, foot + 90)]
        sheet.glow(light, "#ffe7a0", 62)
        for size in (60, 90, 120, 150, 180, 210):
            sheet.haze(x + 122, foot - 406, size, "#fff2c4", 20)
        _lamp_post(sheet, x, foot, lit=True)
    tree(sheet, 90, 520, 230, leaf="#34584f")


def bins_full(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    for x, colour in ((250, "#4f8f6a"), (360, "#4a7fb5"), (470, "#4f8f6a")):
        waste_bin(sheet, x, 520, colour, lid=False)
        bag(sheet, x + 28, 412, 62, "#3f464e")
        bag(sheet, x + 62, 408, 54, "#e7e2d6")
    for x, foot, size, colour in (
        (190, 540, 92, "#3f464e"), (600, 546, 104, "#40474f"), (660, 560, 74, "#e9e4d8"),
        (130, 566, 70, "#c94f46"), (560, 574, 66, "#5f8fbf"), (720, 552, 84, "#3f464e"),
    ):  # fmt: skip
        bag(sheet, x, foot, size, colour)
    _litter(sheet, 40, 800, 590, 24)
    tree(sheet, 850, 500, 250)


def _litter(sheet: Sheet, left: float, right: float, middle: float, count: int) -> None:
    for _ in range(count):
        x, y = sheet.dice.uniform(left, right), middle + sheet.dice.uniform(-26, 26)
        size = sheet.dice.uniform(9, 22)
        colour = sheet.dice.choice(("#f3efe4", "#d9b25f", "#c9625a", "#8fb08a", "#e5d8c0"))
        sheet.shape([(x, y), (x + size, y - 5), (x + size * 0.8, y + size * 0.5), (x - 3, y + 6)], colour)


def bins_clean(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    for x, colour in ((300, "#4f8f6a"), (410, "#4a7fb5"), (520, "#8a8f96")):
        waste_bin(sheet, x, 520, colour)
    sheet.box(280, 300, 350, 58, "#4f8f6a", 8)
    for x in (300, 410, 520):
        sheet.box(x, 316, 84, 26, "#dcebdc", 5)
    sheet.box(288, 356, 9, 160, "#7d8790")
    sheet.box(614, 356, 9, 160, "#7d8790")
    sheet.disc(460, 640, 240, "#8b9097", 34)
    tree(sheet, 130, 505, 260)
    tree(sheet, 840, 500, 240)


def rubble(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    yard(sheet)
    sheet.disc(470, 600, 640, "#b5aea0", 76)
    sheet.shape([(190, 600), (330, 452), (420, 480), (520, 420), (660, 500), (770, 600)], "#a8917a")
    for _ in range(74):
        x = sheet.dice.gauss(480, 120)
        y = 600 - sheet.dice.random() * max(14, 140 - abs(x - 490) * 0.55)
        colour = sheet.dice.choice(("#b9694f", "#a8a39a", "#c9c3b6", "#8f7864", "#d6cdbb"))
        tilt = sheet.dice.uniform(-10, 10)
        sheet.shape([(x, y), (x + 36, y + tilt), (x + 34, y + 16 + tilt), (x - 3, y + 16)], colour)
    sheet.line([(610, 560), (760, 430)], 11, "#9c7a55")
    sheet.line([(250, 590), (360, 430)], 9, "#b28f66")
    for x in (140, 205, 800):
        sheet.box(x, 556, 74, 50, "#e8e4da", 18)
        sheet.box(x + 20, 552, 34, 8, "#c8c1b2", 4)


def leaves(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    for x in (110, 470, 830):
        tree(sheet, x, 505, 300, leaf="#c9963f")
    for _ in range(230):
        across, down = sheet.dice.uniform(0, WIDTH), 452 + 190 * sheet.dice.random() ** 1.4
        size = 7 + (down - 440) * 0.05
        sheet.disc(
            across, down, size, sheet.dice.choice(("#d59a3c", "#b87a30", "#e0b95a", "#9c6a34")), size * 0.6
        )


def branch(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    tree(sheet, 170, 500, 340)
    sheet.line([(210, 402), (330, 470), (560, 540), (720, 552)], 20, "#7b5e48")
    sheet.line([(430, 502), (520, 452)], 12, "#7b5e48")
    sheet.line([(560, 540), (650, 600)], 12, "#7b5e48")
    for _ in range(46):
        x = sheet.dice.gauss(610, 90)
        y = 545 + sheet.dice.gauss(0, 36)
        sheet.disc(x, y, sheet.dice.uniform(22, 44), sheet.dice.choice(("#6fa56b", "#5d9460", "#85b478")))
    cone(sheet, 430, 640)
    cone(sheet, 800, 640)


def fumes(sheet: Sheet) -> None:
    shop_front(sheet, 560, "#b5483f", "#d9cbb8")
    sheet.box(0, 560, WIDTH, 160, "#9a948a")
    sheet.box(846, 20, 60, 500, "#a7adb2", 6)
    for y in range(40, 500, 44):
        sheet.box(842, y, 68, 6, "#8b9298")
    clouds = ((800, 70, 190), (700, 40, 240), (580, 60, 220), (470, 40, 200), (640, 120, 200), (860, 40, 150))
    for x, y, size in clouds:
        sheet.haze(x, y, size, "#74706c", 92)
    sheet.box(120, 420, 250, 90, "#4b4f55", 8)
    for x in range(136, 356, 22):
        sheet.box(x, 404, 8, 22, "#c0562f")
        sheet.haze(x + 4, 360, 60, "#8b8681", 70)


def flyposting(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, HEIGHT, "#d8d2c5")
    for row in range(14):
        for column in range(-1, 9):
            sheet.box(column * 124 + (row % 2) * 62, row * 44, 120, 40, "#cfc7b8", 3)
    sheet.box(0, 610, WIDTH, 110, "#9d978c")
    papers = ("#f6f1e2", "#f3d36b", "#f0b9b0", "#bfe0d8", "#ffffff", "#f6c98f")
    for _ in range(34):
        x, y = sheet.dice.uniform(60, 820), sheet.dice.uniform(60, 520)
        _paper(sheet, x, y, sheet.dice.choice(papers))


def _paper(sheet: Sheet, x: float, y: float, colour: str) -> None:
    width, height = sheet.dice.uniform(56, 108), sheet.dice.uniform(48, 92)
    lean = sheet.dice.uniform(-9, 9)
    corners = [(x, y), (x + width, y + lean), (x + width - 3, y + height + lean), (x - 3, y + height)]
    sheet.shape([(a + 4, b + 5) for a, b in corners], "#b9b1a2")
    sheet.shape(corners, colour)
    for line in range(3):
        top = y + 14 + line * 18
        share = sheet.dice.uniform(0.4, 0.8)
        ink = "#8b8f98" if line else "#c0463c"
        sheet.line([(x + 10, top), (x + width * share, top + lean * share)], 5, ink)


def goods_outside(sheet: Sheet) -> None:
    shop_front(sheet, 470, "#4f8f6a")
    street(sheet, 470)
    for x, colour in ((70, "#c98f4e"), (200, "#c98f4e"), (330, "#b98045"), (470, "#c98f4e")):
        _crate(sheet, x, 566, colour)
    for x, colour in ((600, "#d9dde0"), (690, "#4a7fb5")):
        sheet.box(x, 450, 78, 116, colour, 6)
        sheet.box(x + 8, 462, 62, 40, "#f4f6f6", 4)
    sheet.box(800, 500, 110, 12, "#a8744a", 4)
    for x in (806, 892):
        sheet.box(x, 510, 10, 60, "#8c5f3c")


def _crate(sheet: Sheet, x: float, foot: float, colour: str) -> None:
    for _ in range(13):
        fruit = sheet.dice.choice(("#e07b39", "#d9463d", "#e8b53c", "#8cb356"))
        sheet.disc(x + sheet.dice.uniform(14, 102), foot - 66 - sheet.dice.uniform(0, 16), 30, fruit)
    sheet.box(x, foot - 62, 116, 62, colour, 4)
    for line in (18, 40):
        sheet.box(x, foot - 62 + line, 116, 4, "#94683a")


def stall(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    for x in (330, 560):
        sheet.ring(x, 560, 84, 8, "#3c424a")
    sheet.box(270, 452, 390, 72, "#3f7fae", 8)
    sheet.line([(660, 500), (760, 470), (770, 420)], 10, "#5b6570")
    sheet.ring(752, 552, 88, 8, "#3c424a")
    sheet.line([(752, 552), (768, 424)], 9, "#5b6570")
    for number in range(26):
        fruit = ("#e07b39", "#d9463d", "#8cb356", "#e8b53c")[number // 7]
        sheet.disc(294 + number * 13.6, 446 - (number % 2) * 16, 30, fruit)
    sheet.line([(300, 440), (300, 300)], 8, "#8b9298")
    sheet.line([(630, 440), (630, 300)], 8, "#8b9298")
    for index in range(7):
        left = 262 + index * 58
        cloth = "#d9463d" if index % 2 else "#f7f2e8"
        sheet.shape([(left, 300), (left + 58, 300), (left + 64, 250), (left + 6, 250)], cloth)
    sheet.box(690, 372, 96, 50, "#f3ead2", 4)
    _litter(sheet, 200, 820, 600, 12)


def parked(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    sheet.box(0, 474, WIDTH, 26, "#dfb94a")
    for x in range(6, WIDTH, 30):
        sheet.box(x, 481, 16, 5, "#c79e33", 2)
    car(sheet, 250, 520, "#eef0f1", 1.35)
    tree(sheet, 90, 500, 270)
    tree(sheet, 830, 500, 250)


def cars_cleared(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    sheet.box(0, 474, WIDTH, 26, "#dfb94a")
    for x in range(6, WIDTH, 30):
        sheet.box(x, 481, 16, 5, "#c79e33", 2)
    for x in range(120, 900, 130):
        sheet.box(x, 446, 22, 76, "#5b6570", 8)
        sheet.box(x, 462, 22, 12, "#f0c94f")
        sheet.box(x, 486, 22, 12, "#f0c94f")
    tree(sheet, 60, 500, 270)


def bikes(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    for index in range(9):
        colour = ("#e7b93c", "#4a9fd0", "#62b06b")[index % 3]
        bicycle(sheet, 40 + index * 92, 520 + (index % 2) * 22, colour)
    sheet.box(0, 590, WIDTH, 4, "#70757c")


def shed(sheet: Sheet) -> None:
    day(sheet, 720)
    sheet.box(0, 420, WIDTH, 300, "#d7c3aa")
    sheet.box(0, 404, WIDTH, 22, "#bfae97")
    for x in range(50, WIDTH, 150):
        sheet.box(x, 490, 84, 110, "#8fb2c6", 4)
        sheet.box(x - 8, 600, 100, 12, "#c5b196")
    for x in range(250, 720, 36):
        sheet.box(x, 236, 36, 168, "#5d8fc0" if (x // 36) % 2 else "#6b9bca")
    sheet.shape([(224, 236), (744, 236), (716, 180), (262, 180)], "#3f6a96")
    sheet.box(430, 290, 80, 114, "#e6e2d8", 3)
    sheet.box(560, 280, 100, 60, "#b9d3dc", 3)
    for x in (790, 850):
        sheet.box(x, 300, 8, 104, "#8b7f70")
    sheet.line([(790, 330), (858, 330)], 6, "#8b7f70")
    for x in (120, 160):
        sheet.box(x, 360, 34, 44, "#a9714d", 4)
        sheet.disc(x + 17, 346, 52, "#6fa56b")


def manhole(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, HEIGHT, "#83888f")
    for _ in range(420):
        x, y, size = sheet.dice.uniform(0, WIDTH), sheet.dice.uniform(0, HEIGHT), sheet.dice.uniform(2, 5)
        sheet.disc(x, y, size, sheet.dice.choice(("#757a81", "#90959b", "#6b7077")))
    sheet.box(0, 90, WIDTH, 16, "#eef0ee")
    sheet.disc(480, 410, 430, "#6b7076", 290)
    sheet.disc(480, 410, 372, "#1f2328", 246)
    sheet.shape(
        [(310, 388), (330, 340), (420, 300), (540, 292), (600, 330), (560, 372), (470, 396), (380, 440)],
        "#5b6168",
    )
    for x in (370, 430, 490, 550):
        sheet.line([(x, 320), (x - 18, 382)], 6, "#474c52")
    for x, foot in ((170, 560), (800, 560), (480, 700)):
        cone(sheet, x, foot, 1.5)


def manhole_fixed(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, HEIGHT, "#83888f")
    for _ in range(420):
        x, y, size = sheet.dice.uniform(0, WIDTH), sheet.dice.uniform(0, HEIGHT), sheet.dice.uniform(2, 5)
        sheet.disc(x, y, size, sheet.dice.choice(("#757a81", "#90959b", "#6b7077")))
    sheet.disc(480, 400, 520, "#5d6268", 360)
    sheet.disc(480, 400, 440, "#4a4f55", 300)
    for across, tall in ((380, 258), (280, 190), (170, 114)):
        sheet.disc(480, 400, across, "#666c73", tall)
        sheet.disc(480, 400, across - 18, "#4a4f55", tall - 14)
    sheet.disc(480, 400, 60, "#666c73", 40)


def pothole(sheet: Sheet) -> None:
    day(sheet, 300)
    houses(sheet, 300)
    sheet.box(0, 300, WIDTH, 420, "#7d8289")
    sheet.box(0, 296, WIDTH, 10, "#b3aea4")
    for x in range(-30, WIDTH, 190):
        sheet.box(x, 372, 100, 9, "#eef0ee", 3)
    sheet.disc(470, 540, 520, "#5e6268", 190)
    sheet.disc(480, 552, 440, "#6a5f52", 148)
    sheet.disc(470, 562, 350, "#8fa9b5", 104)
    sheet.disc(430, 552, 150, "#a9c2cc", 34)
    for _ in range(40):
        across, down = sheet.dice.gauss(480, 200), sheet.dice.gauss(555, 64)
        sheet.disc(
            across, down, sheet.dice.uniform(8, 20), sheet.dice.choice(("#55595f", "#4b4f55", "#8b8f94"))
        )
    sheet.line([(720, 500), (800, 470), (850, 480), (920, 440)], 5, "#4f5359")
    sheet.line([(230, 600), (150, 640), (90, 630)], 5, "#4f5359")


def road_mended(sheet: Sheet) -> None:
    day(sheet, 300)
    houses(sheet, 300)
    sheet.box(0, 300, WIDTH, 420, "#7d8289")
    sheet.box(0, 296, WIDTH, 10, "#b3aea4")
    for x in range(-30, WIDTH, 190):
        sheet.box(x, 372, 100, 9, "#eef0ee", 3)
    sheet.shape([(250, 480), (700, 480), (750, 640), (200, 640)], "#4a4e54")
    sheet.line([(250, 480), (700, 480), (750, 640), (200, 640), (250, 480)], 6, "#3e4247")
    cone(sheet, 150, 660)
    cone(sheet, 820, 660)


def leak(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    street(sheet)
    sheet.disc(470, 580, 700, "#8db7cc", 130)
    sheet.disc(440, 570, 420, "#a6cadb", 66)
    sheet.disc(470, 540, 130, "#5e6268", 34)
    for turn in range(-9, 10):
        reach = 240 - abs(turn) * 13
        top = (470 + turn * 13, 536 - reach)
        sheet.line([(470, 536), top, (470 + turn * 27, 560 - reach * 0.15)], 6, "#d5ebf3")
    sheet.haze(470, 400, 190, "#e8f4f8", 110)
    cone(sheet, 180, 610, 1.2)
    cone(sheet, 770, 610, 1.2)


def fire_lane(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    yard(sheet)
    sheet.shape([(180, 720), (330, 440), (650, 440), (800, 720)], "#8b9097")
    for near, far in (((180, 720), (330, 440)), ((800, 720), (650, 440))):
        sheet.line([near, far], 9, "#d9463d")
    for row in range(6):
        y = 470 + row * 42
        width = 300 + row * 46
        sheet.line([(490 - width / 2, y + 30), (490 + width / 2, y)], 5, "#e6bf43")
    car(sheet, 300, 600, "#3f6a96", 1.2)
    sheet.box(740, 330, 110, 120, "#c9463d", 6)
    sheet.box(756, 346, 78, 88, "#f3e9dd", 4)
    sheet.box(786, 362, 18, 56, "#c9463d", 4)


def flood(sheet: Sheet) -> None:
    sheet.fade(0, 420, "#7c8d99", "#aab7bd")
    houses(sheet)
    sheet.box(0, 430, WIDTH, 290, "#7796a5")
    car(sheet, 300, 566, "#d9dde0", 1.3)
    sheet.box(0, 520, WIDTH, 200, "#7f9fae")
    for _ in range(70):
        x, y = sheet.dice.uniform(0, WIDTH), sheet.dice.uniform(440, 712)
        width = sheet.dice.uniform(26, 90)
        sheet.line([(x, y), (x + width, y)], 3, sheet.dice.choice(("#a5c0cc", "#6b8a99", "#93b1be")))
    for _ in range(120):
        x, y = sheet.dice.uniform(0, WIDTH), sheet.dice.uniform(0, 640)
        sheet.line([(x, y), (x - 9, y + 30)], 2, "#d2dee3")
    tree(sheet, 120, 540, 300, leaf="#5f8a66")


def facade(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, 610, "#d8b9a0")
    for number in range(31 * 33):
        _tile(sheet, *divmod(number, 33))
    for x in (70, 730):
        sheet.box(x, 120, 150, 190, "#8fb2c6", 4)
        sheet.box(x + 72, 120, 6, 190, "#eef0ee")
        sheet.box(x - 10, 310, 170, 14, "#b9a593")
    sheet.box(0, 610, WIDTH, 110, "#b7b1a6")
    for _ in range(36):
        a, b = sheet.dice.gauss(500, 110), sheet.dice.uniform(624, 700)
        sheet.shape([(a, b), (a + 24, b + 4), (a + 16, b + 16), (a - 4, b + 11)], "#c08c6e")
    for x in range(60, WIDTH, 200):
        sheet.line([(x, 560), (x, 680)], 9, "#7d8790")
    for y in (584, 612):
        for x in range(60, 860, 40):
            sheet.box(x, y, 40, 12, "#d9463d" if (x // 40) % 2 else "#f7f2e8")


def _tile(sheet: Sheet, row: int, column: int) -> None:
    """One tile of the facade, or bare mortar where tiles have come off."""
    if (column - 17) ** 2 / 42 + (row - 12) ** 2 / 22 > 1 + 0.5 * sheet.dice.random():
        colour = sheet.dice.choice(("#cf9f82", "#c99577", "#d4a88c"))
        sheet.box(column * 30, row * 20, 28, 18, colour, 2)
    else:
        sheet.box(column * 30, row * 20, 30, 20, "#b3aba0")


def playground(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    sheet.box(0, 430, WIDTH, 290, "#9cc08b")
    sheet.disc(480, 620, 860, "#d8a66b", 200)
    for x in (180, 420):
        sheet.line([(x, 600), (x + 50, 330)], 12, "#4a7fb5")
        sheet.line([(x + 100, 600), (x + 50, 330)], 12, "#4a7fb5")
    sheet.line([(230, 336), (470, 336)], 12, "#4a7fb5")
    sheet.line([(300, 336), (300, 520)], 4, "#5b6570")
    sheet.line([(390, 336), (420, 560)], 4, "#5b6570")
    sheet.shape([(288, 520), (400, 556), (396, 572), (284, 536)], "#d9463d")
    sheet.shape([(640, 380), (700, 380), (880, 620), (800, 620)], "#e8b53c")
    sheet.box(636, 370, 70, 14, "#c9463d", 4)
    sheet.line([(648, 384), (648, 620)], 10, "#c9463d")
    for y in range(420, 620, 40):
        sheet.line([(600, y), (648, y)], 7, "#c9463d")
    cone(sheet, 350, 660)


def green_yard(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    yard(sheet)
    for x in (90, 300, 700, 880):
        tree(sheet, x, 500, 250)
    sheet.disc(500, 560, 520, "#8fb97c", 90)
    for x in range(300, 720, 46):
        sheet.disc(x, 548 + (x % 3) * 6, 22, ("#e8b53c", "#d9463d", "#f3efe4")[x % 3])
    sheet.box(380, 600, 210, 16, "#a8744a", 5)
    for x in (396, 562):
        sheet.box(x, 616, 14, 44, "#6b5a4a")


def dog_lead(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    sheet.box(0, 430, WIDTH, 290, "#9cc08b")
    sheet.shape([(380, 720), (470, 430), (600, 430), (800, 720)], "#d8cdb9")
    x, y = 420.0, 560.0
    sheet.disc(x + 90, y, 210, "#b9814f", 110)
    for leg in (24, 62, 126, 158):
        sheet.box(x + leg, y + 30, 20, 82, "#b9814f", 8)
    sheet.disc(x + 196, y - 60, 104, "#b9814f", 90)
    sheet.disc(x + 240, y - 44, 60, "#c99565", 42)
    sheet.disc(x + 264, y - 52, 16, "#2f2a26")
    sheet.disc(x + 206, y - 76, 12, "#2f2a26")
    sheet.shape([(x + 158, y - 96), (x + 176, y - 130), (x + 196, y - 98)], "#8f5f38")
    sheet.line([(x - 10, y - 16), (x - 48, y - 66)], 14, "#b9814f")
    sheet.box(x + 150, y - 34, 46, 13, "#c9463d", 5)
    for spot, size in (((770, 640), 26), ((820, 662), 20), ((700, 676), 22)):
        sheet.disc(*spot, size, "#6f5138", size * 0.6)
    tree(sheet, 110, 480, 260)
