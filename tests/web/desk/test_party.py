"""Branches at the desk: numbers for everybody, names after an entry in the record, what keepers change."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.builders import Town

from weiwang.accounts.models import Confirmation
from weiwang.audit.models import Entry
from weiwang.ledger.models import Building
from weiwang.party import actions
from weiwang.party.models import Area, Branch, Care, Link, Member, Move

Desk = Callable[[str], Client]


def url(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


def founded(town: Town, grid: str = "QH0101", by: str = "community") -> Branch:
    return actions.create_branch(
        place=town.place, grid_id=town.units[grid].pk, name=f"{grid}党支部", by=town.officer(by), at=town.at
    )


def joined(town: Town, name: str = "王一一", grid: str = "QH0101") -> Member:
    home = actions.Home(grid_id=town.units[grid].pk)
    return actions.add_member(
        place=town.place, name=name, home=home, consent_on=town.at.date(), by=town.officer("community"),
        at=town.at,
    )  # fmt: skip


def opened(client: Client, branch: Branch) -> str:
    return client.post(url("party-open", branch.pk), follow=True).content.decode()


# ---------------------------------------------------------------- numbers


def test_branches_are_listed_in_numbers_within_reach_and_without_names(desk: Desk, town: Town) -> None:
    founded(town)
    founded(town, "QH0201", "community2")
    joined(town)
    page = desk("community").get(url("party")).content.decode()
    assert "QH0101党支部" in page
    assert "vacant" in page
    assert "QH0201党支部" not in page
    assert "王一一" not in page


def test_an_empty_list_leads_to_what_is_to_be_filled_and_others_read_why_not(desk: Desk, town: Town) -> None:
    assert "No branches yet" in desk("community").get(url("party")).content.decode()
    assert desk("community2").get(url("party-branch", founded(town).pk)).status_code == 404
    assert desk("leader").get(url("party-moves")).status_code == 403


def test_a_longer_list_asks_no_more(desk: Desk, town: Town, django_assert_max_num_queries: Any) -> None:
    client = desk("community")
    founded(town)
    client.get(url("party"))
    with django_assert_max_num_queries(24) as asked:
        client.get(url("party"))
    founded(town, "QH0102")
    with django_assert_max_num_queries(len(asked)):
        client.get(url("party"))


def test_who_keeps_nothing_sees_numbers_and_no_forms(desk: Desk, town: Town) -> None:
    branch = founded(town)
    joined(town)
    page = desk("gridhead").get(url("party-branch", branch.pk)).content.decode()
    assert "Show the names" in page
    assert "Admit a member" not in page
    assert "王一一" not in page
    assert desk("gridhead").post(url("party-member-add", branch.pk), {}).status_code == 403


# ---------------------------------------------------------------- care and areas


def test_a_micro_grid_comes_into_care_once_and_out_again(desk: Desk, town: Town) -> None:
    branch, client = founded(town), desk("community")
    sent = {"unit": town.units["QH0102-1"].pk, "submission_key": "once"}
    assert client.post(url("party-care", branch.pk), sent).status_code == 302
    assert client.post(url("party-care", branch.pk), {**sent, "submission_key": "more"}).status_code == 422
    care = Care.objects.get()
    assert client.post(url("party-care-end", care.pk), {"submission_key": "end"}).status_code == 302
    assert not Care.objects.filter(ends_on=None).exists()
    assert desk("community2").post(url("party-care-end", care.pk)).status_code == 404


def test_another_communitys_micro_grid_cannot_be_chosen(desk: Desk, town: Town) -> None:
    branch = founded(town)
    sent = {"unit": town.units["QH0201-1"].pk, "submission_key": "a"}
    assert desk("community").post(url("party-care", branch.pk), sent).status_code == 422


def test_an_area_is_set_and_ended_and_keeps_what_was_typed(desk: Desk, town: Town) -> None:
    branch, client = founded(town), desk("community")
    refused = client.post(url("party-area", branch.pk), {"name": "东区", "unit": "", "submission_key": "a"})
    assert refused.status_code == 422
    assert 'value="东区"' in refused.content.decode()
    sent = {"name": "东区", "unit": town.units["QH0101-1"].pk, "submission_key": "b"}
    client.post(url("party-area", branch.pk), sent)
    assert "东区" in client.get(url("party-branch", branch.pk)).content.decode()
    client.post(url("party-area-end", Area.objects.get().pk), {"submission_key": "c"})
    assert not Area.objects.filter(ends_on=None).exists()


def test_only_an_empty_branch_ends(desk: Desk, town: Town) -> None:
    branch = founded(town)
    joined(town)
    answer = desk("community").post(url("party-end", branch.pk), {"reason": "合并", "submission_key": "a"})
    assert answer.status_code == 422
    assert "still has 1 members" in answer.content.decode()


# ---------------------------------------------------------------- names


def test_names_open_with_one_entry_and_close_again(desk: Desk, town: Town) -> None:
    branch, client = founded(town), desk("gridhead")
    joined(town)
    assert client.get(url("party-names", branch.pk)).status_code == 302
    assert "王一一" in opened(client, branch)
    assert "王一一" in client.get(url("party-names", branch.pk)).content.decode()
    assert Entry.objects.filter(action="party.look").count() == 1
    with time_machine.travel(town.at + timedelta(minutes=16), tick=False):
        assert client.get(url("party-names", branch.pk)).status_code == 302


def test_names_stay_shut_without_the_power_or_the_promise(desk: Desk, town: Town) -> None:
    branch = founded(town)
    assert desk("leader").post(url("party-open", branch.pk)).status_code == 403
    assert desk("gridhead2").post(url("party-open", branch.pk)).status_code == 404
    Confirmation.objects.filter(user=town.users["gridhead"]).delete()
    answer = desk("gridhead").post(url("party-open", branch.pk))
    assert reverse("account:confidentiality") in answer.headers["Location"]
    assert not Entry.objects.filter(action="party.look").exists()


def test_a_long_list_has_pages(desk: Desk, town: Town) -> None:
    branch, client = founded(town), desk("community")
    people = [joined(town, f"成员{number:02}") for number in range(52)]
    page = opened(client, branch)
    assert "成员49" in page
    assert "成员50" not in page
    further = client.get(url("party-names", branch.pk), {"after": people[49].pk}).content.decode()
    assert "成员50" in further
    assert Entry.objects.filter(action="party.look").count() == 1


def test_a_member_is_taken_in_with_consent_alone(desk: Desk, town: Town) -> None:
    branch, client = founded(town), desk("community")
    sent = {"name": "李建国", "home": town.units["QH0101"].pk, "consent_on": "2099-01-01"}
    answer = client.post(url("party-member-add", branch.pk), {**sent, "submission_key": "a"})
    assert answer.status_code == 422
    assert 'value="李建国"' in answer.content.decode()
    right = {**sent, "consent_on": town.at.date().isoformat(), "submission_key": "b"}
    for _press in range(2):
        assert client.post(url("party-member-add", branch.pk), right).status_code == 302
    assert Member.objects.get().branch == branch


def test_a_secretary_is_named(desk: Desk, town: Town) -> None:
    branch, member, client = founded(town), joined(town), desk("community")
    client.post(url("party-secretary", branch.pk), {"member": member.pk, "submission_key": "a"})
    branch.refresh_from_db()
    assert branch.secretary == member
    answer = client.post(url("party-secretary", branch.pk), {"member": 10**9, "submission_key": "b"})
    assert answer.status_code == 422
    assert desk("gridhead").post(url("party-secretary", branch.pk), {"member": member.pk}).status_code == 403


def test_households_are_linked_by_building_and_door(desk: Desk, town: Town) -> None:
    branch, member, client = founded(town), joined(town), desk("community")
    house = Building.objects.get(code="QH0102-1-B1")
    assert client.get(url("party-member", member.pk)).status_code == 302
    opened(client, branch)
    page = client.get(url("party-member", member.pk), {"words": house.address}).content.decode()
    assert f'value="{house.pk}"' in page
    sent = {"building": house.pk, "door": "2-301"}
    assert client.post(url("party-link", member.pk), {**sent, "submission_key": "a"}).status_code == 302
    refused = client.post(url("party-link", member.pk), {**sent, "submission_key": "b"})
    assert refused.status_code == 422
    assert "already looked after" in refused.content.decode()
    assert 'value="2-301"' in refused.content.decode()
    client.post(url("party-unlink", Link.objects.get().pk), {"submission_key": "c"})
    assert not Link.objects.filter(ends_on=None).exists()


def test_whoever_leaves_is_forgotten(desk: Desk, town: Town) -> None:
    branch, member, client = founded(town), joined(town), desk("community")
    late = {"on": "2099-01-01", "submission_key": "a"}
    assert client.post(url("party-leave", member.pk), late).status_code == 422
    client.post(url("party-leave", member.pk), {"on": town.at.date().isoformat(), "submission_key": "b"})
    assert Member.objects.get().name == ""
    assert "王一一" not in opened(client, branch)
    assert client.get(url("party-member", member.pk)).status_code == 404


# ---------------------------------------------------------------- moves


def proposed(desk: Desk, town: Town) -> Move:
    founded(town)
    founded(town, "QH0102")
    sent = {"home": town.units["QH0102"].pk, "door": "", "building": "", "submission_key": "h"}
    page = desk("community").post(url("party-home", joined(town).pk), sent, follow=True).content.decode()
    assert "A move was proposed." in page
    return Move.objects.get()


@pytest.mark.parametrize(("answer", "grid"), [("yes", "QH0102"), ("no", "QH0101")])
def test_a_new_home_proposes_a_move_that_is_answered(desk: Desk, town: Town, answer: str, grid: str) -> None:
    move, client = proposed(desk, town), desk("community")
    assert "王一一" not in client.get(url("party-moves")).content.decode()
    page = client.post(url("party-moves-open"), follow=True).content.decode()
    assert "王一一" in page
    sent = {"answer": answer, "reason": "仍住原处", "submission_key": "d"}
    assert client.post(url("party-move", move.pk), sent).status_code == 302
    branch = Member.objects.get().branch
    assert branch is not None
    assert branch.grid == town.units[grid]


def test_declining_says_why_and_only_the_keeper_there_decides(desk: Desk, town: Town) -> None:
    move = proposed(desk, town)
    sent = {"answer": "no", "reason": "", "submission_key": "d"}
    assert "Say why" in desk("community").post(url("party-move", move.pk), sent).content.decode()
    assert desk("gridhead2").post(url("party-move", move.pk), sent).status_code == 403
    assert desk("community2").post(url("party-move", move.pk), sent).status_code == 404
    assert Move.objects.get().decided_at is None


# ---------------------------------------------------------------- what is to be filled


def test_gaps_are_filled_from_their_list(desk: Desk, town: Town) -> None:
    joined(town)
    client = desk("community")
    page = client.get(url("party-gaps")).content.decode()
    assert "1 member belongs to no branch yet" in page
    assert (
        client.post(url("party-found"), {"grid": town.units["QH0101"].pk, "submission_key": "a"}).status_code
        == 302
    )
    branch = Branch.objects.get()
    assert Member.objects.get().branch == branch
    assert "Branches without a secretary" in client.get(url("party-gaps")).content.decode()
    unit = town.units["QH0101-2"].pk
    refused = client.post(url("party-care-give"), {"unit": unit, "branch": "", "submission_key": "b"})
    assert refused.status_code == 422
    assert f'<option value="{unit}" selected>' in refused.content.decode()
    sent = {"unit": unit, "branch": branch.pk, "submission_key": "c"}
    assert client.post(url("party-care-give"), sent).status_code == 302
    assert Care.objects.get().unit_id == unit


def test_nothing_is_founded_outside_ones_reach(desk: Desk, town: Town) -> None:
    client = desk("community")
    assert client.post(url("party-found"), {"grid": town.units["QH0201"].pk}).status_code == 404
    assert desk("gridhead").post(url("party-found"), {"grid": town.units["QH0101"].pk}).status_code == 403


def test_the_map_draws_the_areas_of_a_branch_within_reach_only(town: Town, desk: Desk) -> None:
    branch = founded(town)
    actions.add_area(
        branch_id=branch.pk, name="东片责任区", unit_id=town.units["QH0101-1"].pk,
        by=town.officer("community"), at=town.at,
    )  # fmt: skip
    drawn = desk("community").get(url("party-areas", branch.pk)).json()
    assert [one["properties"]["name"] for one in drawn["features"]] == ["东片责任区"]
    assert "bounds" in desk("community").get(url("party-map", branch.pk)).json()
    assert desk("community2").get(url("party-areas", branch.pk)).status_code == 404


# ---------------------------------------------------------------- members without a branch


def waiting(town: Town, name: str = "赵一一", home: str | None = None) -> Member:
    unit = town.units[home] if home else None
    return Member.objects.create(
        place=town.place, name=name, home=unit, consent_on=town.at.date(), joined_on=town.at.date()
    )


def test_members_without_a_branch_are_listed_by_name_only_after_an_entry(desk: Desk, town: Town) -> None:
    waiting(town, home="QH0101")
    client = desk("community")
    closed = client.get(url("party-gaps")).content.decode()
    kept_shut = client.get(url("party-waiting"), follow=True).content.decode()

    page = client.post(url("party-waiting-open"), follow=True).content.decode()

    assert "1 member belongs to no branch yet" in closed
    assert "赵一一" not in closed + kept_shut
    assert "赵一一" in page
    assert Entry.objects.filter(action="party.look").count() == 1
    assert "赵一一" not in desk("community2").post(url("party-waiting-open"), follow=True).content.decode()


def test_noting_the_grid_takes_a_waiting_member_into_its_branch(desk: Desk, town: Town) -> None:
    branch, member = founded(town), waiting(town, home="QH0101")
    client = desk("community")
    client.post(url("party-waiting-open"))
    wrong = client.post(url("party-waiting-home", member.pk), {"home": "", "submission_key": "k1"})
    client.post(
        url("party-waiting-home", member.pk), {"home": town.units["QH0101"].pk, "submission_key": "k2"}
    )
    member.refresh_from_db()

    assert wrong.status_code == 422
    assert member.branch_id == branch.pk
    assert "Nobody is waiting" in client.get(url("party-waiting")).content.decode()
    assert desk("community2").post(url("party-waiting-home", member.pk), {}).status_code == 404


# ---------------------------------------------------------------- drawn areas


def test_an_area_is_drawn_inside_the_grid_or_refused_in_words(desk: Desk, town: Town) -> None:
    branch = founded(town)
    west, south, east, north = town.units["QH0101"].boundary.bounds
    inside = {
        "type": "Polygon",
        "coordinates": [
            [[west, south], [(west + east) / 2, south], [(west + east) / 2, north], [west, south]]
        ],
    }
    outside = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    client, address = desk("community"), url("party-area", branch.pk)

    for key, shape in (("a", "no shape"), ("b", json.dumps(outside)), ("c", "")):
        answer = client.post(address, {"name": "东片", "unit": "", "shape": shape, "submission_key": key})
        assert answer.status_code == 422
        assert "东片" in answer.content.decode()
    client.post(address, {"name": "东片", "unit": "", "shape": json.dumps(inside), "submission_key": "d"})

    drawn = client.get(url("party-areas", branch.pk)).json()["features"]
    assert [one["properties"]["name"] for one in drawn] == ["东片"]
    assert drawn[0]["geometry"] == inside
