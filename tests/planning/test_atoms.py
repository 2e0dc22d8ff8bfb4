from hypothesis import given
from hypothesis import strategies as st
from tests.planning.places import House, place

from weiwang.planning.atoms import bands, cut_buildings, link_pieces
from weiwang.planning.limits import SizeRange

MICRO = SizeRange(30, 100, 65)


def test_a_building_of_at_most_100_households_stays_whole() -> None:
    pieces = cut_buildings(place([House("A", 0, 100, stairwells=())], []), {})
    assert pieces.stairwell.tolist() == [0]
    assert pieces.households.tolist() == [100]


def test_a_larger_one_is_cut_between_stairwells() -> None:
    pieces = cut_buildings(place([House("A", 0, stairwells=(60, 60))], []), {})
    assert pieces.stairwell.tolist() == [1, 2]
    assert pieces.least.tolist() == [60]


def test_a_stairwell_over_100_is_cut_between_floors_into_even_bands() -> None:
    pieces = cut_buildings(place([House("A", 0, floors=(10,) * 13)], []), {})
    assert list(zip(pieces.floor_from.tolist(), pieces.floor_to.tolist(), strict=True)) == [(1, 7), (8, 13)]
    assert pieces.households.tolist() == [70, 60]
    assert pieces.least.tolist() == [10]


def test_the_bands_of_an_earlier_plan_stay_while_they_are_in_range() -> None:
    instance = place([House("A", 0, floors=(10,) * 13)], [])
    assert cut_buildings(instance, {(0, 1): (4, 13)}).floor_to.tolist() == [4, 13]
    assert cut_buildings(instance, {(0, 1): (2, 13)}).floor_to.tolist() == [7, 13]
    assert cut_buildings(instance, {(0, 1): (4, 12)}).floor_to.tolist() == [7, 13]


@given(st.lists(st.integers(4, 12), min_size=26, max_size=40))
def test_bands_cover_the_floors_and_are_in_range(floors: list[int]) -> None:
    ends = bands(tuple(floors), MICRO)
    held = [sum(floors[a:b]) for a, b in zip((0, *ends), ends, strict=False)]
    assert ends[-1] == len(floors)
    assert all(MICRO.holds(h) for h in held)


def test_every_piece_has_the_links_of_its_building_and_pieces_form_a_chain() -> None:
    instance = place([House("A", 0, stairwells=(60, 60, 60)), House("B", 10, 20)], [("A", "B", "wall")])
    links = link_pieces(instance, cut_buildings(instance, {}))
    near = [links.to[links.start[v] : links.start[v + 1]].tolist() for v in range(4)]
    assert near == [[1, 3], [0, 2, 3], [1, 3], [0, 1, 2]]
    assert links.kind[links.start[3] :].tolist() == [1, 1, 1]
    assert links.kind[links.start[0] : links.start[1]].tolist() == [3, 1]
