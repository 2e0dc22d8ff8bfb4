"""The chart of a community as shapes with their words; nothing here asks a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from django.urls import reverse
from django.utils.translation import gettext as _

from weiwang.bodies.layout import Bar, Box, Column, Plan, fitted, plan, text_width, wrapped

BIG, PLAIN = 15, 13  # sizes of the words, as in chart.css
PAD = 8
MARKS = {"near": "△ ", "late": "▲ "}  # said below the chart; colour alone says nothing


@dataclass(frozen=True, slots=True)
class Seat:
    """A kind of post with the names that may be shown; vacant without any."""

    word: str
    names: Sequence[str]

    @property
    def holders(self) -> str:
        return _(", ").join(self.names) if self.names else _("vacant")

    @property
    def words(self) -> str:
        return f"{self.word} {self.holders}"


@dataclass(frozen=True, slots=True)
class Micro:
    """A micro-grid or dedicated grid."""

    id: int
    name: str
    seats: Sequence[Seat]
    href: str = ""


@dataclass(slots=True)
class Grid:
    """A grid with its micro-grids; `branch` is its Party branch, "" when there is none or it is not known."""

    id: int
    name: str
    seats: Sequence[Seat] = ()
    href: str = ""
    branch: str = ""
    micros: list[Micro] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Across:
    """A body with the columns it stands for; `term` is said when it ends soon or is over."""

    id: int
    name: str
    kind: str
    kind_name: str
    columns: frozenset[int]
    where: str
    tone: str = ""
    term: str = ""


@dataclass(slots=True)
class Community:
    """All that the chart shows of one community on one day."""

    id: int
    name: str
    seats: Sequence[Seat]
    href: str
    grids: list[Grid] = field(default_factory=list)
    bodies: list[Across] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    x: int
    y: int
    kind: str  # of chart.css: big, soft
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One box to press. `parts` are the rectangles drawn; `title` says everything that may be cut."""

    kind: str
    href: str
    title: str
    parts: Sequence[Box]
    lines: Sequence[Line]
    wire: Box | None = None

    @property
    def classes(self) -> str:
        return " ".join(f"dk-c-{name}" for name in self.kind.split())


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    bands: Sequence[Box]
    wires: Sequence[tuple[int, int, int, int]]
    labels: Sequence[Line]
    shapes: Sequence[Shape]


def draw(community: Community) -> Drawing:
    """Place everything and cut the words to their boxes. Shapes come in reading order: down, then across."""
    columns = [Column(grid.id, [micro.id for micro in grid.micros]) for grid in community.grids]
    bars = [Bar(body.id, body.kind, body.columns) for body in community.bodies]
    placed = plan(columns, bars)
    return Drawing(
        placed.width, placed.height, [column.band for column in placed.columns], list(_wires(placed)),
        list(_labels(placed, community)), _shapes(placed, community),
    )  # fmt: skip


def _wires(placed: Plan) -> Sequence[tuple[int, int, int, int]]:
    """From the community down to each grid, around corners."""
    heads = [column.head for column in placed.columns]
    if not heads:
        return []
    start, bus = placed.head.middle, (placed.head.bottom + heads[0].y) // 2
    across = (min(start, heads[0].middle), bus, max(start, heads[-1].middle), bus)
    trunk = (start, placed.head.bottom, start, bus)
    return [trunk, across, *((head.middle, bus, head.middle, head.y) for head in heads)]


def _labels(placed: Plan, community: Community) -> Sequence[Line]:
    words = {
        "head": _("Community committee"),
        "columns": _("Grid Party branches"),
        "leaves": _("Micro-grid force"),
        **{body.kind: body.kind_name for body in community.bodies},
    }
    return [
        line
        for name, box in placed.labels.items()
        for line in _stacked(box, wrapped(words[name], box.width - PAD, PLAIN, 2), "label")
    ]


def _stacked(box: Box, lines: Sequence[str], kind: str) -> list[Line]:
    """Lines below each other, in the middle of a box or, in a high one, at its top."""
    height = 17 * len(lines)
    top = box.y + max((box.height - height) // 2, 0) if box.height <= 80 else box.y
    return [Line(box.x, top + 13 + 17 * number, kind, text) for number, text in enumerate(lines)]


def _shapes(placed: Plan, community: Community) -> list[Shape]:
    seats = [seat.words for seat in community.seats]
    shapes = [_box("head", placed.head, community.href, [community.name, " · ".join(seats)])]
    for grid, column in zip(community.grids, placed.columns, strict=True):
        short, room = grid.name.removeprefix(community.name) or grid.name, column.head.width - 2 * PAD
        lines = [
            short,
            grid.branch.removeprefix(community.name),
            *(_short(seat, room) for seat in grid.seats),
        ]
        title = [grid.name, grid.branch, *(seat.words for seat in grid.seats)]
        shapes.append(_box("grid", column.head, grid.href, lines, title=[line for line in title if line]))
        shapes += [_micro(micro, column.leaves[micro.id]) for micro in grid.micros]
    bodies = {body.id: body for body in community.bodies}
    shapes += [_bar(bodies[bar.key], bar.box, bar.parts) for bar in placed.bars]
    return shapes


def _micro(micro: Micro, box: Box) -> Shape:
    leader = next(iter(micro.seats), None)
    kind = "micro vacant" if leader is not None and not leader.names else "micro"
    name = micro.name
    if text_width(name, BIG) > box.width - 2 * PAD:
        name = name.removesuffix("微网格") or name  # the row says it already
    shown = [name, leader.holders if leader else ""]
    title = [micro.name, *(seat.words for seat in micro.seats)]
    return _box(kind, box, micro.href, shown, title=title)


def _short(seat: Seat, room: int) -> str:
    """Post and names; the names alone where both would be cut."""
    return seat.words if text_width(seat.words, PLAIN) <= room else seat.holders


def _box(kind: str, box: Box, href: str, lines: Sequence[str], *, title: Sequence[str] = ()) -> Shape:
    """A box with a heading and lines below it, as many as it can hold."""
    said = [line for line in lines if line]
    step = 17
    room = (box.height - 6) // step
    top = box.y + (box.height - step * min(len(said), room)) // 2
    written = [
        Line(box.x + PAD, top + step * number + 13, "soft" if number else "big",
             fitted(text, box.width - 2 * PAD, PLAIN if number else BIG))
        for number, text in zip(count(), said[:room])
    ]  # fmt: skip
    return Shape(kind, href, "\n".join(title or said), [box], written)


def _bar(body: Across, box: Box, parts: Sequence[Box]) -> Shape:
    """The name stands in the widest part; a line joins the parts over columns that are not covered."""
    widest = max(parts, key=lambda part: part.width)
    words = f"{MARKS.get(body.tone, '')}{body.name}"
    title = "\n".join(filter(None, (body.name, body.kind_name, body.where, body.term)))
    line = Line(widest.x + PAD, box.y + 18, "bar", fitted(words, widest.width - 2 * PAD, PLAIN))
    wire = Box(box.x, box.y + box.height // 2, box.width, 0) if len(parts) > 1 else None
    kind = f"bar {body.tone}".strip()
    return Shape(kind, reverse("desk:body", args=[body.id]), title, parts, [line], wire)
