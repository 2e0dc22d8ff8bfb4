import numpy as np
import shapely

from weiwang.planning.instance import KINDS, Links
from weiwang.planning.walking import Land, walking_links

NOTHING = Land()


def walk(
    at: list[tuple[float, float]],
    *,
    community: list[int] | None = None,
    compound: list[int] | None = None,
    land: Land = NOTHING,
) -> dict[tuple[int, int], tuple[float, str]]:
    x, y = np.array(at, float).T
    n = len(at)
    made = walking_links(
        x, y, np.array(community or [0] * n, np.int32), np.array(compound or [-1] * n, np.int32), land
    )
    return as_dict(made)


def as_dict(made: Links) -> dict[tuple[int, int], tuple[float, str]]:
    names = {code: name for name, code in KINDS.items()}
    rows = zip(made.a.tolist(), made.b.tolist(), made.length.tolist(), made.kind.tolist(), strict=True)
    return {(a, b): (round(metres, 1), names[kind]) for a, b, metres, kind in rows}


def line(*corners: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(corners)


def test_neighbours_in_a_row_are_linked_and_far_ones_are_not() -> None:
    links = walk([(0, 0), (100, 0), (200, 0), (300, 0), (400, 1), (1000, 0)])
    assert links[0, 1] == (100.0, "open")
    assert (3, 4) in links
    assert not any(5 in pair for pair in links)


def test_communities_are_never_linked() -> None:
    assert walk([(0, 0), (10, 0)], community=[0, 1]) == {}


def test_a_river_cuts_unless_a_bridge_is_near() -> None:
    river = [line((50, -900), (50, 900))]
    at = [(0.0, 0.0), (100.0, 0.0)]
    assert walk(at, land=Land(water=river)) == {}
    assert walk(at, land=Land(water=river, crossings=[(50, 69)])) == {(0, 1): (100.0, "road")}
    assert walk(at, land=Land(water=river, crossings=[(50, 71)])) == {}


def test_a_lake_is_a_barrier_like_a_river() -> None:
    assert walk([(0, 0), (100, 0)], land=Land(water=[shapely.box(40, -50, 60, 50)])) == {}


def test_a_main_road_is_crossed_as_a_road() -> None:
    assert walk([(0, 0), (100, 0)], land=Land(roads=[line((50, -9), (50, 9))])) == {(0, 1): (100.0, "road")}


def test_a_wall_is_walked_through_the_nearest_gates() -> None:
    at = [(0.0, 0.0), (100.0, 0.0)]
    assert walk(at, compound=[0, -1]) == {(0, 1): (100.0, "wall")}
    land = Land(gates={0: [(0, 30), (0, -500)]})
    assert walk(at, compound=[0, -1], land=land) == {(0, 1): (round(30 + (100**2 + 30**2) ** 0.5, 1), "wall")}
    land = Land(gates={0: [(0, 30)], 1: [(100, 30)]})
    assert walk(at, compound=[0, 1], land=land) == {(0, 1): (160.0, "wall")}


def test_buildings_on_one_spot_and_in_one_line_are_linked() -> None:
    links = walk([(0, 0)] * 6)
    seen = {0}
    for _ in range(6):
        seen |= {v for pair in links for v in pair if seen & set(pair)}
    assert seen == set(range(6))
    assert {metres for metres, _ in links.values()} == {1.0}


def test_one_building_and_none() -> None:
    assert walk([(0, 0)]) == {}
    nobody, at = np.empty(0, np.int32), np.empty(0)
    assert as_dict(walking_links(at, at, nobody, nobody, NOTHING)) == {}
