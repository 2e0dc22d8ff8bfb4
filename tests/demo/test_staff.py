from collections import Counter

from tests.demo.conftest import policy

from weiwang.demo.specs import World
from weiwang.demo.staff import SIGN_INS


def posts(world: World) -> Counter[tuple[str, str, str | None]]:
    return Counter((post.kind, post.unit_code, post.department) for p in world.people for post in p.posts)


def test_every_unit_has_its_posts_filled(street: World) -> None:
    held = posts(street)
    for level, kinds in {
        "micro_grid": ("micro_grid_leader",),
        "grid": ("grid_leader", "grid_worker"),
        "general_grid": ("general_grid_leader", "liaison_leader"),
    }.items():
        for unit in street.units_of(level):
            assert all(held[kind, unit.code, None] == 1 for kind in kinds), unit.code
    for department in street.departments:
        assert held["department_handler", "QH", department] == 2


def test_some_people_hold_two_posts(street: World) -> None:
    double = [person for person in street.people if len(person.posts) > 1]
    assert len(double) > 20


def test_kinds_of_post_and_departments_stand_in_the_policies(street: World) -> None:
    kinds, departments = policy("posts")["kinds"], policy("categories")["departments"]
    assert isinstance(kinds, dict)
    assert isinstance(departments, dict)
    assert {post.kind for person in street.people for post in person.posts} <= set(kinds)
    assert set(street.departments) == set(departments)


def test_demo_sign_ins_exist_and_usernames_are_unique(street: World, tiny: World) -> None:
    for world in (street, tiny):
        names = [person.username for person in world.people]
        assert len(names) == len(set(names))
        assert set(SIGN_INS) <= set(names)


def test_phone_numbers_can_belong_to_nobody(street: World) -> None:
    numbers = [person.phone for person in street.people]
    assert len(set(numbers)) == len(numbers)
    assert all(len(number) == 11 and number.startswith("100") for number in numbers)


def test_eight_hundred_party_members_are_spread_over_the_grids(street: World) -> None:
    grids = Counter(member.grid_code for member in street.party_members)
    assert sum(grids.values()) == 800
    assert set(grids) == {unit.code for unit in street.units_of("grid")}
