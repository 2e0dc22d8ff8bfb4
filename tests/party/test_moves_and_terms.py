"""Who belongs where: moves are proposed, terms never overlap, whoever left is forgotten."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.ledger.models import Building
from weiwang.party import actions, queries
from weiwang.party.models import Branch, Link, Member
from weiwang.party.rules import PartyError, grid_of, needs_move, refuse_leaving
from weiwang.territory.rules import NotAllowedError


def branch(town: Town, grid: str = "QH0101", by: str = "community") -> Branch:
    return actions.create_branch(
        place=town.place, grid_id=town.units[grid].pk, name="", by=town.officer(by), at=town.at
    )


def person(town: Town, grid: str = "QH0101", branch_: Branch | None = None, **more: Any) -> Member:
    on = (town.at - timedelta(days=10)).date()
    return Member.objects.create(
        place=town.place,
        name="王一",
        home=town.units[grid],
        branch=branch_,
        consent_on=on,
        joined_on=on,
        **more,
    )


def home(town: Town, grid: str, building: int | None = None) -> actions.Home:
    return actions.Home(grid_id=town.units[grid].pk, building_id=building, door="2-301")


def test_one_branch_a_grid(town: Town) -> None:
    branch(town)
    with pytest.raises(PartyError):
        branch(town)


def test_wrong_level_and_wrong_community(town: Town) -> None:
    with pytest.raises(PartyError):
        branch(town, "QH01")
    with pytest.raises(NotAllowedError):
        branch(town, "QH0201")


def test_care_elsewhere_refused(town: Town) -> None:
    b = branch(town)
    with pytest.raises(PartyError, match="another community"):
        actions.give_care(
            branch_id=b.pk, unit_id=town.units["QH0201-1"].pk, by=town.officer("community"), at=town.at
        )


def test_address_change_proposes(town: Town) -> None:
    b, c = branch(town), branch(town, "QH0102")
    m = person(town, branch_=b)
    move = actions.change_home(
        member_id=m.pk, home=home(town, "QH0102"), by=town.officer("community"), at=town.at
    )
    m.refresh_from_db()
    assert move is not None
    assert m.branch == b
    actions.decide_move(move_id=move.pk, accept=True, reason="", by=town.officer("community"), at=town.at)
    m.refresh_from_db()
    assert m.branch == c


def test_building_whose_unit_changes_is_proposed_by_a_query(town: Town) -> None:
    b, _c = branch(town), branch(town, "QH0102")
    house = Building.objects.get(code="QH0101-1-B1")
    person(town, branch_=b, building=house)
    house.unit = town.units["QH0102-1"]
    house.save()
    assert actions.propose_moves(place=town.place, by=SYSTEM, at=town.at) == 1
    assert actions.propose_moves(place=town.place, by=SYSTEM, at=town.at) == 0
    assert len(queries.open_moves(paths=[town.units["QH"].path])) == 1


def test_address_whose_building_lies_in_another_grid(town: Town) -> None:
    """Form says grid 1, building stands in grid 2: refused."""
    b, _c = branch(town), branch(town, "QH0102")
    m = person(town, branch_=b)
    house = Building.objects.get(code="QH0102-1-B1")
    with pytest.raises(PartyError, match="another grid"):
        actions.change_home(
            member_id=m.pk, home=home(town, "QH0101", house.pk), by=town.officer("community"), at=town.at
        )


def test_branch_founded_later_gets_the_proposal(town: Town) -> None:
    b = branch(town)
    m = person(town, branch_=b)
    actions.change_home(member_id=m.pk, home=home(town, "QH0102"), by=town.officer("community"), at=town.at)
    branch(town, "QH0102")
    assert len(queries.open_moves(paths=[town.units["QH"].path])) == 1


def test_unassigned_never_joins_a_foreign_branch_without_its_keeper(town: Town) -> None:
    branch(town, "QH0201", by="community2")
    m = person(town, "QH0101")
    actions.change_home(member_id=m.pk, home=home(town, "QH0201"), by=town.officer("community"), at=town.at)
    m.refresh_from_db()
    assert m.branch is None


def test_who_left_has_no_name_any_more(town: Town) -> None:
    m = person(town, branch_=branch(town))
    actions.member_leaves(member_id=m.pk, on=town.at.date(), by=town.officer("community"), at=town.at)
    m.refresh_from_db()
    assert m.name == ""


def test_leaving_in_the_future_is_refused(town: Town) -> None:
    m = person(town, branch_=branch(town))
    with pytest.raises(PartyError):
        actions.member_leaves(
            member_id=m.pk, on=town.at.date() + timedelta(days=30), by=town.officer("community"), at=town.at
        )


def test_secretary_of_a_branch_moving_leaves_the_seat_open(town: Town) -> None:
    b, _c = branch(town), branch(town, "QH0102")
    m = person(town, branch_=b)
    b.secretary = m
    b.save()
    move = actions.change_home(
        member_id=m.pk, home=home(town, "QH0102"), by=town.officer("community"), at=town.at
    )
    assert move is not None
    actions.decide_move(move_id=move.pk, accept=True, reason="", by=town.officer("community"), at=town.at)
    b.refresh_from_db()
    assert b.secretary is None


def test_member_without_home_and_branch_is_counted(town: Town) -> None:
    on = town.at.date()
    Member.objects.create(place=town.place, name="无址", consent_on=on, joined_on=on)
    assert queries.coverage(paths=[town.units["QH"].path], on=on).members == 1


def test_coverage_in_two_statements(town: Town, django_assert_num_queries: Any) -> None:
    branch(town)
    with django_assert_num_queries(2):
        c = queries.coverage(paths=[town.units["QH"].path], on=town.at.date())
    assert (c.grids, c.grids_with_branch, c.micro_grids, c.micro_grids_in_care) == (4, 1, 8, 0)


def test_terms_of_one_grid_never_overlap_in_the_database(town: Town) -> None:
    on, g = town.at.date(), town.units["QH0101"]
    Branch.objects.create(place=town.place, grid=g, name="a", starts_on=on - timedelta(days=30), ends_on=on)
    with pytest.raises(IntegrityError), transaction.atomic():
        Branch.objects.create(
            place=town.place, grid=g, name="b", starts_on=on - timedelta(days=10), ends_on=on
        )


GRIDS = st.none() | st.integers(1, 5)
DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(GRIDS, GRIDS)
def test_a_move_is_needed_only_between_two_known_grids(lives: int | None, belongs: int | None) -> None:
    needed = needs_move(home_grid=lives, branch_grid=belongs)
    assert needed == (None not in {lives, belongs} and lives != belongs)


@given(DAYS, DAYS, DAYS)
def test_nobody_leaves_before_joining_or_tomorrow(joined: date, left: date, today: date) -> None:
    try:
        refuse_leaving(joined, left, today)
    except PartyError:
        assert left < joined or left > today
    else:
        assert joined <= left <= today


@given(st.sampled_from(["subdistrict", "general_grid", "grid", "micro_grid", "dedicated_grid"]))
def test_a_building_lies_in_the_grid_it_stands_on_or_in_the_one_above(level: str) -> None:
    known = {"micro_grid": 1, "grid": 2, "dedicated_grid": 2}
    assert grid_of(level=level, unit_id=2, parent_id=1) == known.get(level)


def test_an_ended_link_to_a_household_is_forgotten_after_a_year(town: Town) -> None:
    day = town.at.date()
    linked = {
        "place": town.place,
        "member": person(town),
        "building": Building.objects.earliest("pk"),
        "starts_on": day,
    }
    Link.objects.create(door="2-301", ends_on=day + timedelta(days=1), **linked)
    Link.objects.create(door="2-302", **linked)
    assert actions.forget_links(at=town.at + timedelta(days=366)) == 0
    assert actions.forget_links(at=town.at + timedelta(days=367)) == 1
    assert Link.objects.get().door == "2-302"
