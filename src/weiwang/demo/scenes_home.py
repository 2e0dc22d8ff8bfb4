"""Scenes in and around homes, and of meetings; nobody is to be seen in any of them."""

from weiwang.demo.drawing import HEIGHT, WIDTH, Sheet
from weiwang.demo.scenery import day, houses, plaster, yard


def _stairs(sheet: Sheet, left: float, foot: float) -> None:
    for step in range(9):
        x, y = left + step * 44, foot - (step + 1) * 40
        sheet.box(x, y, WIDTH - x, 40, "#b7b0a3" if step % 2 else "#aea79a")
        sheet.box(x, y, WIDTH - x, 7, "#cfc9bd")
    sheet.line([(left - 10, foot - 120), (left + 380, foot - 480)], 13, "#8a6a4c")
    for step in range(9):
        x, y = left + 8 + step * 44, foot - step * 40
        sheet.line([(x, y - 132), (x, y - 10)], 6, "#6f767d")


def clutter(sheet: Sheet) -> None:
    plaster(sheet, "#e9e4d8", "#a8a296")
    _stairs(sheet, 470, 600)
    for x, y, width, height, colour in (
        (60, 470, 170, 140, "#c79a63"), (90, 370, 130, 104, "#b98a55"), (240, 510, 130, 100, "#d1a870"),
        (250, 430, 96, 84, "#c79a63"),
    ):  # fmt: skip
        sheet.box(x, y, width, height, colour, 3)
        sheet.box(x + width / 2 - 12, y, 24, height, "#dcc08c")
        sheet.box(x, y + 26, width, 3, "#a97f49")
    sheet.box(384, 470, 70, 140, "#7d6650", 6)
    for y in (486, 528, 570):
        sheet.box(392, y, 54, 30, "#5f4c3a", 3)
        sheet.disc(408, y + 24, 22, "#c9463d", 11)
        sheet.disc(432, y + 24, 22, "#3f6a96", 11)
    for wheel in (150, 230):
        sheet.ring(wheel, 634, 42, 6, "#3c424a")
    sheet.shape([(130, 600), (260, 600), (280, 530), (180, 530)], "#7fa6c4")


def clutter_gone(sheet: Sheet) -> None:
    plaster(sheet, "#eeeadf", "#b3ada1")
    _stairs(sheet, 470, 600)
    sheet.box(120, 250, 170, 310, "#7b5f49", 4)
    sheet.box(132, 262, 146, 298, "#93735a", 3)
    sheet.disc(262, 412, 16, "#d9b76a")
    sheet.box(340, 210, 64, 84, "#c9463d", 5)
    sheet.box(350, 220, 44, 64, "#f3e9dd", 3)
    sheet.box(420, 36, 120, 18, "#fff6d6", 8)


def lift(sheet: Sheet) -> None:
    plaster(sheet, "#e4e1d8", "#a39d91", 600)
    sheet.box(250, 130, 400, 470, "#8b9298", 4)
    sheet.box(276, 156, 172, 444, "#c3c9ce", 2)
    sheet.box(452, 156, 172, 444, "#b7bec4", 2)
    sheet.box(446, 156, 8, 444, "#6f767d")
    sheet.box(390, 84, 120, 36, "#22272d", 5)
    sheet.box(420, 92, 22, 20, "#d9463d", 3)
    sheet.box(458, 92, 22, 20, "#d9463d", 3)
    sheet.box(700, 330, 56, 110, "#c9ced2", 6)
    sheet.disc(728, 362, 26, "#e8b53c")
    sheet.disc(728, 404, 26, "#9aa1a7")
    sheet.box(356, 280, 190, 130, "#f6edcf", 6)
    sheet.shape([(450, 298), (500, 384), (400, 384)], "#e8a53c")
    sheet.box(446, 326, 8, 32, "#3c3226", 2)
    sheet.box(446, 364, 8, 8, "#3c3226", 2)
    for x in range(250, 650, 40):
        sheet.box(x, 520, 40, 14, "#d9463d" if (x // 40) % 2 else "#f7f2e8")


def lift_works(sheet: Sheet) -> None:
    plaster(sheet, "#e9e6dd", "#aaa498", 600)
    sheet.box(250, 130, 400, 470, "#8b9298", 4)
    sheet.box(276, 156, 348, 444, "#efe9da", 2)
    sheet.box(276, 156, 60, 444, "#c3c9ce", 2)
    sheet.box(564, 156, 60, 444, "#b7bec4", 2)
    sheet.box(380, 176, 140, 16, "#fffbe8", 8)
    sheet.box(352, 430, 200, 8, "#a98f6a", 3)
    sheet.box(390, 84, 120, 36, "#22272d", 5)
    sheet.box(438, 92, 22, 20, "#6fbf73", 3)
    sheet.box(700, 330, 56, 110, "#c9ced2", 6)
    sheet.disc(728, 362, 26, "#6fbf73")
    sheet.disc(728, 404, 26, "#9aa1a7")


def crack(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, HEIGHT, "#dcd3c2")
    for _ in range(160):
        x, y = sheet.dice.uniform(0, WIDTH), sheet.dice.uniform(0, 600)
        sheet.haze(x, y, sheet.dice.uniform(10, 60), "#cfc4b0", 60)
    sheet.box(0, 610, WIDTH, 110, "#9d9382")
    sheet.box(90, 150, 200, 250, "#7d98a8", 4)
    sheet.box(186, 150, 8, 250, "#e9e4d8")
    sheet.box(76, 400, 228, 18, "#b9ad99")
    points = [(300.0, 150.0)]
    while points[-1][1] < 610:
        x, y = points[-1]
        points.append((x + sheet.dice.gauss(12, 20), y + sheet.dice.uniform(20, 44)))
    sheet.line(points, 13, "#6b6051")
    sheet.line(points, 6, "#3a332a")
    for index in (4, 8, 11):
        x, y = points[min(index, len(points) - 1)]
        side = [(x, y), (x + 50, y + 24), (x + 110, y + 18), (x + 160, y + 50)]
        sheet.line(side, 4, "#5b5144")
    for x, y in ((620, 470), (640, 505), (600, 530)):
        sheet.shape([(x, y), (x + 90, y - 20), (x + 120, y + 40), (x + 30, y + 60)], "#b7886a")


def cable_charging(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, 560, "#d9cfc0")
    for row in range(3):
        for column in range(4):
            x, y = 60 + column * 235, 30 + row * 170
            sheet.box(x, y, 140, 106, "#8fb2c6", 4)
            sheet.box(x + 66, y, 7, 106, "#eef0ee")
            sheet.box(x - 8, y + 106, 156, 11, "#bfb3a0")
    sheet.box(0, 560, WIDTH, 160, "#b3ada1")
    for x, colour in ((300, "#c9463d"), (560, "#3f6a96")):
        _scooter(sheet, x, 640, colour)
    sheet.line([(360, 130), (372, 260), (340, 420), (392, 560)], 5, "#2f343b")
    sheet.line([(598, 300), (640, 420), (610, 500), (654, 560)], 5, "#2f343b")
    sheet.box(380, 552, 70, 22, "#f3efe4", 5)
    sheet.box(642, 552, 70, 22, "#f3efe4", 5)


def _scooter(sheet: Sheet, x: float, foot: float, colour: str) -> None:
    for wheel in (20, 150):
        sheet.disc(x + wheel, foot - 28, 58, "#2f343b")
        sheet.disc(x + wheel, foot - 28, 24, "#b8bec4")
    sheet.shape([(x + 6, foot - 60), (x + 90, foot - 72), (x + 100, foot - 44), (x + 10, foot - 40)], colour)
    front = [(x + 128, foot - 130), (x + 150, foot - 130), (x + 164, foot - 44), (x + 136, foot - 44)]
    sheet.shape(front, colour)
    sheet.box(x + 88, foot - 52, 60, 12, "#5b6168", 4)
    sheet.box(x + 4, foot - 84, 90, 18, "#2f343b", 8)
    sheet.line([(x + 134, foot - 128), (x + 104, foot - 142)], 8, "#2f343b")
    sheet.disc(x + 152, foot - 116, 20, "#f5e3a1")


def charging_shed(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    yard(sheet)
    sheet.shape([(70, 300), (890, 300), (920, 250), (40, 250)], "#4f8f6a")
    for x in (90, 480, 860):
        sheet.box(x, 300, 14, 300, "#7d8790")
    sheet.box(100, 340, 760, 14, "#9aa1a7")
    for x in range(150, 850, 150):
        sheet.box(x, 360, 46, 70, "#eef0ee", 6)
        sheet.disc(x + 23, 382, 16, "#6fbf73")
        sheet.box(x + 13, 402, 20, 14, "#3c424a", 3)
    for x, colour in ((110, "#c9463d"), (310, "#3f6a96"), (510, "#e8b53c"), (700, "#6b7f8f")):
        _scooter(sheet, x, 620, colour)


def stove(sheet: Sheet) -> None:
    plaster(sheet, "#efe9dd", "#b3a893", 640)
    for row in range(7):
        for column in range(12):
            sheet.box(column * 82, row * 56, 78, 52, "#e6efec", 2)
    sheet.box(120, 420, 720, 26, "#8b8478", 4)
    sheet.box(140, 446, 680, 200, "#d7c7ac", 4)
    sheet.box(260, 384, 300, 38, "#33383e", 8)
    for x in (330, 490):
        sheet.ring(x, 384, 84, 8, "#1f2328")
        for flame in range(-3, 4):
            tip = x + flame * 12
            sheet.shape([(tip - 6, 372), (tip, 350), (tip + 6, 372)], "#4f9fe0")
    sheet.line([(560, 402), (640, 440), (690, 400), (700, 240), (700, 120)], 14, "#d9a441")
    sheet.box(672, 90, 60, 46, "#9aa1a7", 6)
    sheet.disc(702, 112, 28, "#c9463d")
    for x, y, size in ((640, 330, 110), (600, 270, 140), (660, 220, 120)):
        sheet.haze(x, y, size, "#c9d5a8", 90)


def wires(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, HEIGHT, "#cfc6b6")
    for row in range(16):
        for column in range(-1, 9):
            sheet.box(column * 124 + (row % 2) * 62, row * 46, 120, 42, "#c6bba8", 3)
    sheet.box(300, 130, 330, 420, "#8b9298", 6)
    sheet.box(322, 152, 286, 376, "#3c424a", 4)
    sheet.shape([(630, 130), (800, 190), (800, 600), (630, 550)], "#a7adb2")
    for row in range(3):
        for column in range(5):
            sheet.box(340 + column * 52, 176 + row * 96, 40, 66, "#eef0ee", 4)
            sheet.box(352 + column * 52, 196 + row * 96, 16, 26, "#2f343b", 3)
    for index in range(9):
        x = 346 + index * 30
        sway = sheet.dice.uniform(-70, 70)
        colour = ("#d9463d", "#e8b53c", "#3f6a96", "#2f343b")[index % 4]
        sheet.line([(x, 470), (x + sway, 560), (x + sway * 1.6, 690)], 7, colour)
    sheet.shape([(708, 300), (748, 372), (668, 372)], "#e8b53c")
    sheet.shape([(712, 316), (696, 344), (708, 344), (702, 364), (722, 336), (708, 336)], "#3c3226")


def pests(sheet: Sheet) -> None:
    plaster(sheet, "#e3ded2", "#9d968a", 520)
    sheet.box(80, 220, 240, 300, "#8aa39a", 6)
    sheet.box(110, 250, 180, 240, "#7a948a", 4)
    sheet.disc(700, 600, 380, "#88a6b3", 90)
    sheet.disc(680, 590, 200, "#9dbac6", 40)
    for _ in range(26):
        x, y = sheet.dice.uniform(380, 920), sheet.dice.uniform(120, 480)
        sheet.line([(x - 9, y - 7), (x, y), (x + 9, y - 7)], 2, "#5b6168")
        sheet.disc(x, y + 2, 7, "#3c424a", 12)
    sheet.box(420, 470, 130, 60, "#2f343b", 12)
    sheet.disc(446, 508, 34, "#14171a")


def water_stain(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, 470, "#f1ede4")
    sheet.shape([(0, 470), (WIDTH, 470), (WIDTH, HEIGHT), (0, HEIGHT)], "#dfe6e2")
    sheet.box(0, 462, WIDTH, 16, "#c8c1b3")
    for across, tone in ((560, "#d9c9a6"), (470, "#cdb98f"), (340, "#c2ab7d"), (180, "#b39a6b")):
        sheet.disc(460, 230, across, tone, across * 0.48)
    for x, top in ((400, 330), (470, 352), (540, 320)):
        sheet.line([(x, top), (x, top + 70)], 4, "#bfae8a")
        sheet.disc(x, top + 110, 14, "#8fb2c6", 22)
    sheet.disc(460, 690, 200, "#5f8fbf", 60)
    sheet.shape([(372, 690), (548, 690), (520, 720), (400, 720)], "#4a7fb5")
    sheet.disc(460, 688, 172, "#a6cadb", 42)


def speaker(sheet: Sheet) -> None:
    sheet.fade(0, 430, "#2c3f6b", "#d88f6a")
    houses(sheet, dark=True)
    sheet.box(0, 430, WIDTH, 290, "#8b8478")
    for x in range(0, WIDTH, 80):
        sheet.line([(x, 430), (x * 1.8 - 380, 720)], 2, "#7b7468")
    for x in (330, 520):
        sheet.box(x, 300, 130, 300, "#2f343b", 12)
        sheet.disc(x + 65, 500, 104, "#4b5158")
        sheet.disc(x + 65, 500, 56, "#1f2328")
        sheet.disc(x + 65, 376, 62, "#4b5158")
        sheet.disc(x + 65, 376, 28, "#1f2328")
    for side, way in ((300, -1), (680, 1)):
        for number in range(3):
            x = side + way * (20 + number * 44)
            reach = 60 + number * 34
            sheet.line([(x, 450 - reach), (x + way * 26, 450), (x, 450 + reach)], 9, "#f3d9a8")


def table(sheet: Sheet) -> None:
    day(sheet)
    houses(sheet)
    yard(sheet)
    for x in (170, 300, 600, 730):
        sheet.box(x, 520, 74, 14, "#a8744a", 4)
        sheet.box(x + 6, 534, 10, 76, "#8c5f3c")
        sheet.box(x + 58, 534, 10, 76, "#8c5f3c")
        sheet.box(x + 4, 440, 66, 12, "#a8744a", 4)
        sheet.box(x + 8, 452, 8, 70, "#8c5f3c")
        sheet.box(x + 58, 452, 8, 70, "#8c5f3c")
    sheet.disc(480, 560, 300, "#b9814f", 84)
    sheet.disc(480, 554, 300, "#cf9763", 80)
    sheet.box(470, 590, 20, 90, "#8c5f3c")
    for x in (400, 470, 540):
        sheet.box(x, 530, 26, 22, "#f3efe4", 5)
        sheet.disc(x + 13, 532, 26, "#a8b87c", 9)
    sheet.box(430, 556, 70, 14, "#f6f1e2", 2)


def papers(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, HEIGHT, "#c79f74")
    for y in range(0, HEIGHT, 60):
        sheet.line([(0, y), (WIDTH, y + 14)], 2, "#b98f63")
    for x, y, lean in ((150, 110, -10), (430, 90, 8)):
        corners = [(x, y), (x + 300, y + lean), (x + 300 - lean, y + 420), (x - lean, y + 410)]
        sheet.shape([(a + 9, b + 11) for a, b in corners], "#a9825a")
        sheet.shape(corners, "#fbf8f0")
        sheet.box(x + 40, y + 40, 150, 18, "#5b6168", 4)
        for line in range(8):
            sheet.box(x + 40, y + 96 + line * 34, 200 - (line % 3) * 34, 9, "#b7bcc2", 4)
    sheet.ring(640, 420, 96, 8, "#c9463d")
    sheet.disc(640, 420, 30, "#c9463d")
    sheet.line([(770, 240), (880, 560)], 18, "#3f6a96")
    sheet.shape([(872, 556), (890, 550), (892, 590)], "#2f343b")
