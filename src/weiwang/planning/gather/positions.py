"""Where buildings stand that the list gives no coordinates for."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from shapely.geometry.base import BaseGeometry

from weiwang.planning.gather import addresses
from weiwang.planning.gather.houses import House, by_address
from weiwang.planning.gather.notes import Notes

STEP_M = 40.0
_BESIDE_M = 4.0


def _street(house: House) -> tuple[str, str]:
    return (house.community, house.compound or addresses.parse(house.address or house.label).street)


def interpolate(houses: Sequence[House], file: str, notes: Notes) -> None:
    """Put buildings without coordinates between those neighbours by address that have some."""
    order = sorted(by_address(houses), key=_street)  # stable: within a street the order by address stays
    for street, members in groupby(order, key=_street):
        row = list(members)
        known = [i for i, house in enumerate(row) if house.placed]
        missing = [i for i, house in enumerate(row) if not house.placed]
        if not known or not missing or not street[1]:
            continue
        x = np.interp(missing, known, [row[i].x for i in known])
        y = np.interp(missing, known, [row[i].y for i in known])
        for turn, i in enumerate(missing):
            row[i].x, row[i].y = float(x[turn]) + _BESIDE_M * (turn % 5), float(y[turn]) + _BESIDE_M
            notes.add("interpolated", file, row[i].row)


def put_in_the_middle(
    houses: Sequence[House],
    middles: Mapping[str, BaseGeometry],
    area_of: Sequence[str],
    file: str,
    notes: Notes,
) -> None:
    """Put the houses still without a place in the middle of their area, side by side."""
    turns: dict[str, int] = {}
    for house, area in zip(houses, area_of, strict=True):
        shape = middles.get(area)
        if house.placed or shape is None:
            continue
        turn = turns[area] = turns.get(area, -1) + 1
        middle = shape.representative_point()
        house.x, house.y = middle.x + 15.0 * (turn % 10), middle.y + 15.0 * (turn // 10)
        notes.add("centred", file, house.row)


def lay_out(houses: Sequence[House], corner: tuple[float, float]) -> list[House]:
    """Draw buildings of which no place is known as rows, to and fro, in the order of their addresses."""
    order = list(by_address(houses))
    wide = max(5, round(len(order) ** 0.5))
    for i, house in enumerate(order):
        row, column = divmod(i, wide)
        column = wide - 1 - column if row % 2 else column
        house.x, house.y = corner[0] + STEP_M * column, corner[1] + STEP_M * row
    return order
