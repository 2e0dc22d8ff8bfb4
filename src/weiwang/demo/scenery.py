"""The things scenes are made of: sky, streets, houses, trees, cars, bins."""

from weiwang.demo.drawing import HEIGHT, WIDTH, Sheet

_WALLS = ("#e8d9c4", "#d9dfe3", "#e6cfc0", "#d8e0d2", "#e9e1d0", "#cfd8e2")


def day(sheet: Sheet, horizon: float = 420) -> None:
    sheet.fade(0, horizon, "#bfe0f0", "#eef6f4")
    for x, y, size in ((150, 90, 70), (210, 78, 95), (268, 94, 66), (690, 130, 60), (742, 120, 82)):
        sheet.disc(x, y, size * 1.5, "#f8fcfc", size * 0.62)


def night(sheet: Sheet, horizon: float = 420) -> None:
    sheet.fade(0, horizon, "#141d3a", "#32436b")
    for _ in range(46):
        x, y = sheet.dice.uniform(0, WIDTH), sheet.dice.uniform(0, horizon * 0.7)
        sheet.disc(x, y, sheet.dice.uniform(1.4, 3), "#cfd9f2")


def houses(sheet: Sheet, foot: float = 430, *, dark: bool = False) -> None:
    """A row of blocks in the background, standing on `foot`."""
    x = -20.0
    while x < WIDTH:
        width, height = sheet.dice.uniform(130, 210), sheet.dice.uniform(170, 320)
        wall = "#26324f" if dark else sheet.dice.choice(_WALLS)
        sheet.box(x, foot - height, width, height, wall)
        sheet.box(x - 4, foot - height - 8, width + 8, 12, "#1d2740" if dark else "#b9b3a8")
        _windows(sheet, (x, foot - height, width, height), dark=dark)
        x += width + sheet.dice.uniform(6, 34)


def _windows(sheet: Sheet, house: tuple[float, float, float, float], *, dark: bool) -> None:
    left, top, width, height = house
    columns = int(width // 44)
    pitch = width / columns
    for row in range(int((height - 30) // 46)):
        for column in range(columns):
            lit = dark and sheet.dice.chance(0.32)
            pane = ("#f6d98a" if lit else "#1a2340") if dark else "#8fb2c6"
            x, y = left + pitch * (column + 0.5) - 12, top + 18 + row * 46
            sheet.box(x, y, 24, 28, pane, 2)
            sheet.box(x + 11, y, 2, 28, "#2b3654" if dark else "#dfe8ec")


def street(sheet: Sheet, top: float = 430, *, dark: bool = False, lines: bool = True) -> None:
    """A pavement with a kerb, and a road with a dashed middle in front of it."""
    sheet.box(0, top, WIDTH, 84, "#3a4258" if dark else "#d5d0c6")
    for x in range(-40, WIDTH + 40, 64):
        sheet.line([(x, top), (x - 34, top + 84)], 1.5, "#454e66" if dark else "#c4beb2")
    sheet.box(0, top + 84, WIDTH, 14, "#2b3246" if dark else "#b3aea4")
    sheet.box(0, top + 98, WIDTH, HEIGHT - top - 98, "#232a3b" if dark else "#7d8289")
    if lines:
        for x in range(-30, WIDTH, 170):
            sheet.box(x, top + 190, 96, 9, "#59617a" if dark else "#eef0ee", 3)


def yard(sheet: Sheet, top: float = 430) -> None:
    """Paved ground of an estate, seen in slight perspective."""
    sheet.box(0, top, WIDTH, HEIGHT - top, "#cfc9bd")
    for row in range(7):
        y = top + row * row * 6 + row * 6
        sheet.line([(0, y), (WIDTH, y)], 1.5, "#bcb5a8")
    for x in range(-10, 11):
        sheet.line([(480 + x * 60, top), (480 + x * 175, HEIGHT)], 1.5, "#bcb5a8")


def tree(sheet: Sheet, x: float, foot: float, height: float, *, leaf: str = "#6fa56b") -> None:
    sheet.box(x - height * 0.03, foot - height * 0.5, height * 0.06, height * 0.5, "#7b5e48", 3)
    shade = {"#6fa56b": "#5d9460", "#c9963f": "#b8832f"}.get(leaf, "#4f7f55")
    for dx, dy, size, tone in (
        (0, 0.66, 0.52, shade), (-0.16, 0.58, 0.36, leaf), (0.17, 0.6, 0.38, leaf), (0.02, 0.8, 0.36, leaf),
    ):  # fmt: skip
        sheet.disc(x + dx * height, foot - dy * height, size * height, tone)


def car(sheet: Sheet, x: float, foot: float, colour: str, size: float = 1.0) -> None:
    """A car from the side; `x` is its left end, `foot` where the wheels stand."""

    def at(dx: float, dy: float) -> tuple[float, float]:
        return x + dx * size, foot - dy * size

    sheet.disc(*at(150, 0), 300 * size, "#5f646b", 20 * size)
    sheet.shape([at(62, 76), at(98, 122), at(206, 122), at(246, 76)], colour)
    sheet.box(*at(6, 82), 288 * size, 58 * size, colour, 22 * size)
    sheet.shape([at(80, 80), at(106, 113), at(146, 113), at(146, 80)], "#bcd6e2")
    sheet.shape([at(156, 80), at(156, 113), at(200, 113), at(228, 80)], "#bcd6e2")
    for wheel in (70, 232):
        sheet.disc(*at(wheel, 22), 56 * size, "#2f343b")
        sheet.disc(*at(wheel, 22), 26 * size, "#b8bec4")
    sheet.box(*at(284, 66), 12 * size, 14 * size, "#f5e3a1", 3)
    sheet.box(*at(4, 66), 9 * size, 14 * size, "#c9463d", 3)


def waste_bin(sheet: Sheet, x: float, foot: float, colour: str, *, lid: bool = True) -> None:
    sheet.shape([(x, foot - 118), (x + 84, foot - 118), (x + 74, foot), (x + 10, foot)], colour)
    sheet.box(x - 5, foot - 128, 94, 16, "#4c5560", 6)
    if lid:
        sheet.box(x - 8, foot - 146, 100, 20, colour, 8)
    sheet.box(x + 22, foot - 84, 40, 34, "#f2f5f2", 6)
    for wheel in (20, 64):
        sheet.disc(x + wheel, foot, 18, "#30353b")


def bag(sheet: Sheet, x: float, foot: float, size: float, colour: str) -> None:
    sheet.disc(x, foot - size * 0.42, size, colour, size * 0.86)
    sheet.shape(
        [(x - size * 0.1, foot - size * 0.8), (x + size * 0.1, foot - size * 0.8), (x, foot - size * 1.02)],
        colour,
    )
    sheet.line([(x - size * 0.2, foot - size * 0.62), (x - size * 0.28, foot - size * 0.3)], 2, "#ffffff")


def cone(sheet: Sheet, x: float, foot: float, size: float = 1.0) -> None:
    sheet.box(x - 34 * size, foot - 12 * size, 68 * size, 12 * size, "#d9542b", 3)
    sheet.shape(
        [(x - 22 * size, foot - 12 * size), (x - 5 * size, foot - 92 * size),
         (x + 5 * size, foot - 92 * size), (x + 22 * size, foot - 12 * size)],
        "#ea6a35",
    )  # fmt: skip
    sheet.shape(
        [(x - 16 * size, foot - 38 * size), (x - 11 * size, foot - 60 * size),
         (x + 11 * size, foot - 60 * size), (x + 16 * size, foot - 38 * size)],
        "#fbf7ef",
    )  # fmt: skip


def bicycle(sheet: Sheet, x: float, foot: float, colour: str) -> None:
    for wheel in (0, 104):
        sheet.ring(x + wheel, foot - 36, 72, 6, "#3c424a")
    frame = [(x, foot - 36), (x + 36, foot - 84), (x + 88, foot - 84), (x + 46, foot - 36), (x, foot - 36)]
    sheet.line(frame, 7, colour)
    sheet.line([(x + 104, foot - 36), (x + 84, foot - 104), (x + 66, foot - 106)], 7, colour)
    sheet.line([(x + 46, foot - 36), (x + 32, foot - 100)], 6, colour)
    sheet.box(x + 16, foot - 108, 36, 9, "#2f343b", 4)
    sheet.box(x + 92, foot - 96, 36, 22, "#4a5058", 5)


def shop_front(sheet: Sheet, foot: float, awning: str, wall: str = "#ece3d4") -> None:
    """A shop from the front over the whole width, with awning, door and window; no writing."""
    sheet.box(0, 0, WIDTH, foot, wall)
    sheet.box(0, 0, WIDTH, 70, "#cfc4b1")
    sheet.box(60, 84, 840, 66, "#41586b", 8)
    for x, width in ((130, 110), (262, 86), (372, 128), (524, 96), (646, 150)):
        sheet.box(x, 104, width, 26, "#e9d9a2", 6)
    sheet.box(90, 210, 470, foot - 250, "#b9d3dc", 4)
    sheet.box(600, 210, 240, foot - 210, "#8fb0bd", 4)
    sheet.box(716, 210, 8, foot - 210, "#5d7480")
    for index in range(14):
        left = 46 + index * 62
        colour = awning if index % 2 == 0 else "#f7f2e8"
        sheet.shape([(left, 152), (left + 62, 152), (left + 66, 214), (left - 2, 214)], colour)
        sheet.disc(left + 31, 214, 64, colour, 24)


def plaster(sheet: Sheet, colour: str, floor: str, foot: float = 560) -> None:
    """An indoor corner: wall, skirting and floor."""
    sheet.box(0, 0, WIDTH, foot, colour)
    sheet.box(0, foot * 0.56, WIDTH, foot * 0.44, "#b9cbb8")
    sheet.box(0, foot * 0.555, WIDTH, 6, "#8da38d")
    sheet.box(0, foot, WIDTH, HEIGHT - foot, floor)
    sheet.box(0, foot - 14, WIDTH, 16, "#8a8478")
