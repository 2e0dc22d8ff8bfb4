"""Where everything stands in the chart of a community, 三纵三横: boxes that never overlap.

Downwards the community committee, the grids, the micro-grids of each; across them the bodies, one bar each
over the grids it stands for. Plain arithmetic in whole units of the drawing; one unit is one pixel at the
size it is made for.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MARGIN, GUTTER, GAP = 8, 162, 12
SHEET = 1204  # what the columns share while they are wide enough; two to three printed sheets' proportions
NARROWEST, WIDEST = 148, 320
HEAD, CROWN, LEAF, BAR = 46, 76, 40, 26  # heights: community, grid, micro-grid, body
LABEL = 36  # two lines left of a row
TRUNK = 22  # between the community and its grids, where the lines run
BETWEEN = 4
DEEPEST = 12  # micro-grids below each other; more stand in two columns
LEAF_NARROWEST = 120


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    def overlaps(self, other: "Box") -> bool:
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Column:
    """A grid with the keys of its micro-grids."""

    key: int
    leaves: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bar:
    """A body over some columns (by number); bars of one group stand together."""

    key: int
    group: str
    columns: frozenset[int]


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """`band` is the light ground behind the column, from its head down through the bars."""

    key: int
    head: Box
    band: Box
    leaves: Mapping[int, Box]


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """`parts` are the columns it covers, drawn full; between them only a line runs."""

    key: int
    box: Box
    parts: Sequence[Box]


@dataclass(slots=True)
class Plan:
    """The whole drawing. `labels` stand left of the rows: "head", "columns", "leaves" and the groups."""

    width: int = 0
    height: int = 0
    head: Box = field(default_factory=lambda: Box(0, 0, 0, 0))
    columns: list[PlacedColumn] = field(default_factory=list)
    bars: list[PlacedBar] = field(default_factory=list)
    labels: dict[str, Box] = field(default_factory=dict)


def plan(columns: Sequence[Column], bars: Sequence[Bar]) -> Plan:
    """Place everything; columns from left to right, bars in the order of their groups."""
    widths = [_width(column, len(columns)) for column in columns]
    inner = max(sum(widths) + GAP * (len(widths) - 1), 4 * NARROWEST)
    left, top = MARGIN + GUTTER + GAP, MARGIN
    drawn = Plan(width=left + inner + MARGIN, head=Box(left, top, inner, HEAD))
    top = drawn.head.bottom + TRUNK
    bottom = _place_columns(drawn, columns, widths, left, top)
    drawn.labels = {"head": _label(MARGIN, HEAD)}
    if columns:
        drawn.labels["columns"] = _label(top, CROWN)
    if any(column.leaves for column in columns):
        drawn.labels["leaves"] = _label(top + CROWN + BETWEEN, bottom - top - CROWN - BETWEEN)
    bottom = _place_bars(drawn, bars, bottom + GAP)
    drawn.height = bottom + MARGIN
    for number, column in enumerate(drawn.columns):
        band = Box(column.head.x, column.head.y, column.head.width, bottom - column.head.y)
        drawn.columns[number] = PlacedColumn(column.key, column.head, band, column.leaves)
    return drawn


def _label(y: int, height: int) -> Box:
    return Box(MARGIN, y, GUTTER, height)


def _width(column: Column, number: int) -> int:
    fair = (SHEET - GAP * (number - 1)) // number
    side_by_side = -(-len(column.leaves) // DEEPEST)
    needed = side_by_side * LEAF_NARROWEST + (side_by_side - 1) * BETWEEN
    return max(NARROWEST, min(WIDEST, fair), needed)


def _place_columns(drawn: Plan, columns: Sequence[Column], widths: Sequence[int], left: int, top: int) -> int:
    """Put the grids beside each other, their micro-grids below; returns where the lowest ends."""
    bottom, x = top, left
    for column, width in zip(columns, widths, strict=True):
        head = Box(x, top, width, CROWN)
        leaves = _place_leaves(column, Box(x, head.bottom + BETWEEN, width, 0))
        drawn.columns.append(PlacedColumn(column.key, head, head, leaves))
        bottom = max([bottom, head.bottom, *(box.bottom for box in leaves.values())])
        x += width + GAP
    return bottom


def _place_leaves(column: Column, place: Box) -> dict[int, Box]:
    side_by_side = max(1, -(-len(column.leaves) // DEEPEST))
    deep = -(-len(column.leaves) // side_by_side)
    width = (place.width - BETWEEN * (side_by_side - 1)) // side_by_side
    return {
        key: Box(
            place.x + number // deep * (width + BETWEEN),
            place.y + number % deep * (LEAF + BETWEEN),
            width, LEAF,
        )
        for number, key in enumerate(column.leaves)
    }  # fmt: skip


def _place_bars(drawn: Plan, bars: Sequence[Bar], top: int) -> int:
    """Put the bars into as few rows as their groups allow; returns where the last row ends."""
    groups: dict[str, list[Bar]] = {}
    for bar in bars:
        if bar.columns:
            groups.setdefault(bar.group, []).append(bar)
    y = top
    for group, members in groups.items():
        rows = lanes(members)
        high = len(rows) * (BAR + BETWEEN) - BETWEEN
        drawn.labels[group] = _label(y, max(high, LABEL))
        for number, row in enumerate(rows):
            top_of_row = y + max(LABEL - high, 0) // 2 + number * (BAR + BETWEEN)
            drawn.bars += [_placed(bar, drawn.columns, top_of_row) for bar in row]
        y += max(high, LABEL) + 2 * BETWEEN
    return y if drawn.bars else top - GAP


def lanes(bars: Iterable[Bar]) -> list[list[Bar]]:
    """Rows in which no two bars share a column between their ends, filled from the left."""
    rows: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda one: (min(one.columns), -max(one.columns), one.key)):
        free = next((row for row in rows if max(row[-1].columns) < min(bar.columns)), None)
        if free is None:
            rows.append([bar])
        else:
            free.append(bar)
    return rows


def _placed(bar: Bar, columns: Sequence[PlacedColumn], y: int) -> PlacedBar:
    heads = [columns[number].head for number in sorted(bar.columns)]
    box = Box(heads[0].x, y, heads[-1].right - heads[0].x, BAR)
    return PlacedBar(bar.key, box, [Box(x, y, right - x, BAR) for x, right in _runs(bar, columns)])


def _runs(bar: Bar, columns: Sequence[PlacedColumn]) -> list[tuple[int, int]]:
    """From where to where neighbouring columns are covered."""
    found: list[tuple[int, int]] = []
    for number in sorted(bar.columns):
        head = columns[number].head
        if found and number - 1 in bar.columns:
            found[-1] = (found[-1][0], head.right)
        else:
            found.append((head.x, head.right))
    return found


# ---------------------------------------------------------------- words in boxes


def text_width(text: str, size: int) -> int:
    """About how wide a line is: Han characters are as wide as they are high, others about half."""
    return round(sum(map(_letter_width, text)) * size)


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0
    return 0.53 if letter.islower() or letter.isspace() else 0.62


def fitted(text: str, width: int, size: int) -> str:
    """The text, cut with `…` where it is wider than the box."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, width: int, size: int, lines: int) -> list[str]:
    """The text in a few lines; breaks at spaces where there are some, the last line is cut."""
    found: list[str] = []
    rest = text.strip()
    while rest and len(found) < lines - 1:
        cut = _cut(rest, width, size)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, fitted(rest, width, size)] if rest else found


def _cut(text: str, width: int, size: int) -> int:
    if text_width(text, size) <= width:
        return len(text)
    most = next(n for n in range(len(text), 0, -1) if n == 1 or text_width(text[:n], size) <= width)
    space = text.rfind(" ", 0, most + 1)
    return space if space > 0 else most
