"""Boundaries of groups: they tile the community without gap or overlap and contain their buildings."""

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from weiwang.plans.outlines import Plot, cells, outlines, plot_of, shares

COMMUNITIES = (
    shapely.box(0, 0, 200, 150),
    shapely.Polygon([(0, 0), (210.123456, 13.7), (180, 160), (90, 95), (-20, 140)]),
    shapely.difference(shapely.box(0, 0, 200, 150), shapely.box(80, 60, 120, 90)),
)


@st.composite
def houses(draw: st.DrawFn) -> list[shapely.Polygon]:
    """Houses on a lattice, each turned and shifted a little, so that none touches another."""
    found = []
    for number in draw(st.sets(st.integers(0, 19), min_size=1, max_size=12)):
        x, y = 25 + 38 * (number % 5), 20 + 34 * (number // 5)
        turn = draw(st.floats(0, math.pi))
        length, depth = draw(st.floats(6, 14)), draw(st.floats(4, 8))
        shift = draw(st.floats(-4, 4))
        spun = affinity.rotate(shapely.box(-length, -depth, length, depth), turn, use_radians=True)
        found.append(affinity.translate(spun, x + shift, y))
    return found


@settings(max_examples=25)
@given(houses=houses(), where=st.sampled_from(COMMUNITIES), groups=st.integers(1, 4))
def test_groups_tile_and_contain(houses: list[shapely.Polygon], where: shapely.Polygon, groups: int) -> None:
    found = cells(where, [Plot(place, house) for place, house in enumerate(houses)])
    group_of = {place: place % groups for place in found}
    drawn = outlines(found, group_of)
    if not found:
        return
    shapes = list(drawn.values())
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(where.area, abs=0.5)
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(shapes), where)) < 0.5
    for place in found:
        inside = shapely.intersection(houses[place], where)
        lost = shapely.area(shapely.difference(inside, drawn[group_of[place]]))
        assert lost < 0.1


def test_a_community_without_buildings_has_no_cells() -> None:
    assert cells(COMMUNITIES[0], []) == {}


def test_one_building_has_the_whole_community() -> None:
    found = cells(COMMUNITIES[1], [Plot(7, shapely.box(50, 50, 60, 60))])
    assert list(found) == [7]
    assert found[7].equals(COMMUNITIES[1])


def test_two_on_the_same_ground_are_told_apart() -> None:
    house = shapely.box(50, 50, 70, 60)
    found = cells(COMMUNITIES[0], [Plot(0, house), Plot(1, shapely.box(60, 50, 80, 60))])
    assert shapely.coverage_is_valid(list(found.values()))
    assert found[0].buffer(0.01).covers(house)


def test_stairwells_are_strips_along_the_longer_side() -> None:
    strips = shares(shapely.box(0, 0, 60, 12), [1, 1, 2])
    assert [round(strip.area) for strip in strips] == [180, 180, 360]
    assert [round(strip.centroid.x, 1) for strip in strips] == [7.5, 22.5, 45.0]


def test_a_building_without_outline_is_a_small_square() -> None:
    assert plot_of(10, 20, None).area == 64.0
