"""Buildings: rows facing south inside estates, shops along streets, houses along hamlet lanes."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import atan2, ceil, cos, hypot, sin

import shapely

from weiwang.demo.blocks import Block, Side
from weiwang.demo.dice import Dice
from weiwang.demo.parcels import Leaf

Box = tuple[float, float, float, float]  # u0, v0, u1, v1 on the board, metres

SHOP_DEPTH = 11.0
SHOP_STRIP = 23.0  # ground the shops take from the estate, with the yard behind them


@dataclass(frozen=True, slots=True)
class House:
    """A building on the board. `turn` is its angle to the u axis in radians; length and depth in metres."""

    u: float
    v: float
    length: float
    depth: float
    turn: float
    kind: str
    floors: int
    stairwells: int
    households: int


@dataclass(frozen=True, slots=True)
class Style:
    """How estates of one style are built: households of a usual building, its size, homes a landing."""

    households: int
    length: float
    depth: float
    homes_a_landing: int
    homes_a_stairwell: int
    wide_column: float


STYLES = {
    "tower": Style(88, 34, 19, 4, 88, 90),
    "walk_up": Style(32, 58, 12.5, 2, 12, 72),
    "courtyard": Style(17, 34, 10, 2, 9, 46),
}


def houses_of(leaf: Leaf, clear: shapely.Geometry, dice: Dice) -> list[House]:
    """Every building of a leaf, homes adding up to its households. `clear` is ground kept free of hamlets."""
    if leaf.spur is not None:
        return _hamlet(leaf, leaf.spur, clear, dice)
    if leaf.block is None:
        raise ValueError(leaf.estate)
    if leaf.dedicated is not None:
        return list(_dedicated(leaf.dedicated.kind, leaf.block))
    return _estate(leaf, leaf.block, dice)


def park_of(leaf: Leaf) -> shapely.Polygon | None:
    """The park or sports ground of a leaf, on the board."""
    if leaf.block is None:
        return None
    if leaf.has_park:
        return shapely.box(*_halves(leaf.block.inner(2))[0]).buffer(-6).buffer(6)
    if leaf.style == "school":
        return _track(_halves(leaf.block.inner(6))[0])
    return None


def _track(box: Box) -> shapely.Polygon:
    """The running track of a school: a rounded strip that fits the box."""
    u0, v0, u1, v1 = box
    half = min(u1 - u0, v1 - v0) / 2 - 2
    if u1 - u0 >= v1 - v0:
        ends = [(u0 + half + 2, (v0 + v1) / 2), (u1 - half - 2, (v0 + v1) / 2)]
    else:
        ends = [((u0 + u1) / 2, v0 + half + 2), ((u0 + u1) / 2, v1 - half - 2)]
    return shapely.LineString(ends).buffer(half)


def _halves(box: Box) -> tuple[Box, Box]:
    """The box cut across its longer side: the south or west part, and the rest."""
    u0, v0, u1, v1 = box
    if u1 - u0 >= v1 - v0:
        middle = (u0 + u1) / 2
        return (u0, v0, middle - 3, v1), (middle + 3, v0, u1, v1)
    middle = (v0 + v1) / 2
    return (u0, v0, u1, middle - 3), (u0, middle + 3, u1, v1)


def _estate(leaf: Leaf, block: Block, dice: Dice) -> list[House]:
    style = STYLES[leaf.style]
    box = block.inner(2 if leaf.style == "courtyard" else 5)
    shops: list[House] = []
    if leaf.has_park:
        box = _halves(box)[1]
    elif dice.chance(0.75):
        shops, box = _shops(block, box, dice)
    count = max(1, round(leaf.households / dice.around(style.households, 0.15)))
    homes = share_out(leaf.households, count)
    seats = rows(box, count, style)
    built = [_block(seat, style, leaf.style, part) for seat, part in zip(seats, homes, strict=True)]
    return built + shops


def _block(seat: Box, style: Style, kind: str, homes: int) -> House:
    u, v, length, depth = seat
    stairwells = max(1, round(homes / style.homes_a_stairwell))
    floors = max(2, ceil(homes / (stairwells * style.homes_a_landing)))
    return House(u, v, length, depth, 0.0, kind, floors, stairwells, homes)


def share_out(total: int, parts: int) -> list[int]:
    """Whole numbers, as equal as can be, that add up to the total."""
    low, more = divmod(total, parts)
    return [low + 1] * more + [low] * (parts - more)


def rows(box: Box, count: int, style: Style) -> list[Box]:
    """(u, v, length, depth) of `count` buildings in rows from north to south, filling the box evenly."""
    u0, v0, u1, v1 = box
    columns = max(1, min(count, round((u1 - u0) / style.wide_column)))
    lines = ceil(count / columns)
    pitch_u, pitch_v = (u1 - u0) / columns, (v1 - v0) / lines
    length = min(style.length, pitch_u - 6)
    depth = min(style.depth, pitch_v - 5)
    seats = []
    for number in range(count):
        line, column = divmod(number, columns)
        shift = pitch_u * 0.18 * (-1) ** line if style.depth > 15 and columns == 1 else 0
        seats.append((u0 + (column + 0.5) * pitch_u + shift, v1 - (line + 0.5) * pitch_v, length, depth))
    return seats


def _shops(block: Block, box: Box, dice: Dice) -> tuple[list[House], Box]:
    """A row of shops along the largest street of the block, and the ground left behind it."""
    sides = [border.side for border in block.borders]
    street = next((sides.index(side) for side in (Side.MAIN, Side.ROAD) if side in sides), None)
    if street is None:
        return [], box
    u0, v0, u1, v1 = box
    behind, middle, along = (
        ((u0 + SHOP_STRIP, v0, u1, v1), (u0 + SHOP_DEPTH / 2, (v0 + v1) / 2), v1 - v0),
        ((u0, v0 + SHOP_STRIP, u1, v1), ((u0 + u1) / 2, v0 + SHOP_DEPTH / 2), u1 - u0),
        ((u0, v0, u1 - SHOP_STRIP, v1), (u1 - SHOP_DEPTH / 2, (v0 + v1) / 2), v1 - v0),
        ((u0, v0, u1, v1 - SHOP_STRIP), ((u0 + u1) / 2, v1 - SHOP_DEPTH / 2), u1 - u0),
    )[street]
    upright = street in {0, 2}
    return list(_shop_row(middle, along, upright=upright, count=dice.choice((2, 2, 3)))), behind


def _shop_row(middle: tuple[float, float], along: float, *, upright: bool, count: int) -> Iterator[House]:
    count = max(1, min(max(count, int(along // 46)), int(along // 24)))
    pitch = along / count
    for number in range(count):
        shift = (number - (count - 1) / 2) * pitch
        u, v = (middle[0], middle[1] + shift) if upright else (middle[0] + shift, middle[1])
        front = min(pitch - 9, 34)
        length, depth = (SHOP_DEPTH, front) if upright else (front, SHOP_DEPTH)
        yield House(u, v, length, depth, 0.0, "shop", 2, 1, 0)


def _dedicated(kind: str, block: Block) -> Iterator[House]:
    if kind == "school":
        for u, v, length, depth in rows(_halves(block.inner(6))[1], 3, Style(0, 80, 15, 1, 1, 200)):
            yield House(u, v, length, depth, 0.0, "school", 4, 3, 0)
    elif kind == "market":
        u0, v0, u1, v1 = block.inner(8)
        size = (u1 - u0) * 0.8, (v1 - v0) * 0.62
        yield House((u0 + u1) / 2, v0 + (v1 - v0) * 0.38, *size, 0.0, "market", 2, 4, 0)
        yield House((u0 + u1) / 2, v1 - 9, (u1 - u0) * 0.9, 12, 0.0, "shop", 2, 1, 0)
    else:
        for u, v, length, depth in rows(block.inner(10), 6, Style(0, 46, 24, 1, 1, 75)):
            yield House(u, v, length, depth, 0.0, "office", 8, 2, 0)


def _hamlet(leaf: Leaf, spur: shapely.LineString, clear: shapely.Geometry, dice: Dice) -> list[House]:
    """Houses on both sides of the spur around its middle; what does not fit moves together."""
    wanted = max(4, round(leaf.households / dice.around(6.2, 0.12)))
    ground = shapely.difference(leaf.shape.buffer(-13), clear)
    seats = [seat for seat in _spur_seats(spur, dice) if ground.contains(shapely.Point(seat[0], seat[1]))]
    homes = share_out(leaf.households, min(wanted, len(seats)))
    built = []
    for (u, v, turn), part in zip(seats, homes, strict=False):
        floors, stairs = dice.choice((2, 2, 3)), max(1, round(part / 6))
        length = dice.around(17.5, 0.12)
        built.append(House(u, v, length, 10.5, turn, "village_house", floors, stairs, part))
    return built


def _spur_seats(spur: shapely.LineString, dice: Dice) -> list[tuple[float, float, float]]:
    """(u, v, turn) of places for houses beside a hamlet lane, nearest to the heart of the hamlet first."""
    (u0, v0), (u1, v1) = spur.coords[0], spur.coords[-1]
    turn = atan2(v1 - v0, u1 - u0)
    reach = hypot(u1 - u0, v1 - v0)
    seats = []
    taken: list[tuple[float, float]] = []
    for _near, along, aside in sorted(_plots(reach, dice)):
        if all(hypot((along - a) / 1.25, aside - b) > 20 for a, b in taken):
            taken.append((along, aside))
            u = u0 + along * cos(turn) - aside * sin(turn)
            v = v0 + along * sin(turn) + aside * cos(turn)
            seats.append((u, v, turn + dice.uniform(-0.09, 0.09)))
    return seats


def _plots(reach: float, dice: Dice) -> Iterator[tuple[float, float, float]]:
    """(distance from the heart, along the lane, beside it) of every plot along a lane of `reach` metres."""
    heart = reach * 0.58
    for step in range(int((reach - 18) // 29)):
        for side in (-70.0, -41.0, -12.0, 12.0, 41.0, 70.0):
            along = 26.0 + step * 29 + (6 if side < 0 else 0) + dice.uniform(-2.5, 2.5)
            aside = side + dice.uniform(-2, 2)
            yield hypot(along - heart, aside * 1.1) + dice.random() * 22, along, aside
