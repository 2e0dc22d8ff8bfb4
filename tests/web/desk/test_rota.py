"""The patrol force on the desk and the phone: seen and planned within reach, refused in words, fed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar
from tests.builders import Town
from tests.patrols.conftest import NEXT_MONDAY, Force, build_force

from weiwang.accounts.actions import set_active
from weiwang.audit.rules import SYSTEM
from weiwang.patrols import actions, jobs
from weiwang.patrols.models import Beat, Leave, Member, Proposal, Rota, Shift, Swap, Team
from weiwang.patrols.rules import RotaState, SwapState

Desk = Callable[[str], Client]
WEEK = f"/desk/teams/rota/?week={NEXT_MONDAY}"


@pytest.fixture
def force(town: Town) -> Force:
    return build_force(town)


def cell_url(force: Force) -> str:
    return f"/desk/teams/rota/{force.town.unit.pk}/{NEXT_MONDAY}/cell/"


def cell(force: Force, name: str, day: int, duty: str, **more: Any) -> dict[str, Any]:
    on = (NEXT_MONDAY + timedelta(days=day)).isoformat()
    return {"user": force.user(name), "day": on, "duty": duty, "submission_key": f"{name}{day}{duty}", **more}


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("path", ["patrols/", "rota/", "patrols/swaps/", "patrols/leave/"])
def test_without_teams_every_page_says_what_will_appear(town: Town, desk: Desk, path: str) -> None:
    answer = desk("dispatcher").get(f"/desk/teams/{path}")
    assert answer.status_code == 200
    assert 'class="ww-empty' in answer.text


@pytest.mark.parametrize("path", ["patrols/", "rota/", "patrols/swaps/"])
def test_a_post_without_the_power_reads_that_it_may_not(force: Force, desk: Desk, path: str) -> None:
    assert desk("leader").get(f"/desk/teams/{path}").status_code == 403


def test_a_community_does_not_see_the_teams_above_it(force: Force, desk: Desk) -> None:
    client = desk("community")
    assert "一中队" not in client.get("/desk/teams/patrols/").text
    assert client.get(f"/desk/teams/patrols/{force.team.pk}/").status_code == 404
    assert client.get(f"{WEEK}&unit={force.town.unit.pk}").status_code == 404
    assert client.post(cell_url(force), cell(force, "worker", 0, "")).status_code == 404
    assert client.get("/desk/teams/patrols/beats.geojson").json()["features"] == []


def test_who_only_sees_changes_nothing(force: Force, desk: Desk) -> None:
    client, key = desk("duty"), {"submission_key": "x"}
    assert client.get(WEEK).status_code == 200
    for url in (cell_url(force), f"/desk/teams/rota/{force.town.unit.pk}/{NEXT_MONDAY}/publish/"):
        assert client.post(url, key).status_code == 403
    assert not Shift.objects.exists()


def test_the_balance_of_nights_is_the_planners_alone(force: Force, desk: Desk) -> None:
    assert "Nights" in desk("dispatcher").get(WEEK).text
    assert "Nights" not in desk("duty").get(WEEK).text


# ---------------------------------------------------------------- teams, beats, leave


def test_a_team_is_set_up_with_people_and_beats(town: Town, desk: Desk) -> None:
    client = desk("dispatcher")
    client.post("/desk/teams/patrols/new/", {"unit": town.unit.pk, "name": "二中队", "submission_key": "1"})
    team = Team.objects.get()
    url = f"/desk/teams/patrols/{team.pk}/"
    person = {
        "username": "worker", "origin": "governance", "role": "auxiliary", "starts_on": "2026-11-16",
        "grid": town.units["QH0101"].pk, "duties": ["fire", "street"], "submission_key": "2",
    }  # fmt: skip
    assert client.post(f"{url}members/", person).status_code == 302
    beat = {
        "name": "滨河路", "unit": town.unit.pk, "need_early": 1, "need_late": 0, "need_night": 2,
        "submission_key": "3",
        "shape": "LINESTRING (104.0001 30.7001, 104.0009 30.7009)",
    }  # fmt: skip
    assert client.post(f"{url}beats/", beat).status_code == 302
    text = client.get(url).text
    assert "fire lanes、order of the street" in text or "order of the street" in text
    assert "滨河路" in text
    (feature,) = client.get("/desk/teams/patrols/beats.geojson").json()["features"]
    assert feature["geometry"]["type"] == "Polygon"
    assert client.get("/desk/teams/patrols/map.json").status_code == 200
    changed = {**beat, "beat": Beat.objects.get().pk, "name": "滨河东路", "shape": "", "submission_key": "4"}
    client.post(f"{url}beats/", changed)
    assert Beat.objects.get().shape is not None
    client.post(f"/desk/teams/patrols/beats/{Beat.objects.get().pk}/end/", {"submission_key": "5"})
    assert "滨河东路" not in client.get(url).text


def test_what_is_refused_is_still_there_to_mend(force: Force, desk: Desk) -> None:
    client, url = desk("dispatcher"), f"/desk/teams/patrols/{force.team.pk}/"
    wrong = {
        "username": "nobody", "origin": "governance", "role": "member", "starts_on": "2026-11-16",
        "submission_key": "1",
    }  # fmt: skip
    answer = client.post(f"{url}members/", wrong)
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text
    beat = {
        "name": "新路", "unit": force.town.unit.pk, "need_early": 1, "need_late": 0, "need_night": 0,
        "shape": "{nonsense", "submission_key": "2",
    }  # fmt: skip
    answer = client.post(f"{url}beats/", beat)
    assert answer.status_code == 422
    assert "{nonsense" in answer.text


def test_a_membership_ends_and_its_later_shifts_are_listed(force: Force, desk: Desk) -> None:
    force.put("worker", 2)
    client, member = desk("dispatcher"), Member.objects.get(user=force.user("worker"))
    end = {"last": NEXT_MONDAY.isoformat(), "submission_key": "1"}
    assert client.post(f"/desk/teams/patrols/members/{member.pk}/end/", end).status_code == 302
    assert "has left" in client.get(WEEK).text


def test_leave_is_entered_shown_and_taken_back(force: Force, desk: Desk) -> None:
    client, url = desk("dispatcher"), "/desk/teams/patrols/leave/"
    form = {
        "person": force.user("worker"), "first": "2026-11-24", "last": "2026-11-25", "kind": "annual",
        "submission_key": "1",
    }  # fmt: skip
    assert client.post(url, form).status_code == 302
    assert client.post(url, {**form, "submission_key": "2"}).status_code == 422
    assert "annual leave" in client.get(WEEK).text
    assert "annual leave" not in desk("duty").get(WEEK).text
    assert client.post(url, {**form, "person": force.user("far"), "submission_key": "3"}).status_code == 422
    client.post(f"{url}{Leave.objects.get().pk}/cancel/", {"submission_key": "4"})
    assert not Leave.objects.exists()


# ---------------------------------------------------------------- the week


def test_a_cell_is_changed_by_a_plain_form(force: Force, desk: Desk) -> None:
    client = desk("dispatcher")
    form = client.get(cell_url(force), {"user": str(force.user("worker")), "day": NEXT_MONDAY.isoformat()})
    assert "early · 老街" in form.text
    part = client.get(
        cell_url(force),
        {"user": str(force.user("worker")), "day": NEXT_MONDAY.isoformat()},
        headers={"HX-Request": "true"},
    )
    assert "<html" not in part.text
    duty = f"early:{force.beats['老街'].pk}"
    assert client.post(cell_url(force), cell(force, "worker", 0, duty)).status_code == 302
    shift = Shift.objects.get()
    assert (shift.locked, shift.template) == (True, "early")
    overtaken = client.post(cell_url(force), cell(force, "worker", 0, "", seen=""))
    assert overtaken.status_code == 409
    freed = cell(force, "worker", 0, "", seen=str(shift.pk), submission_key="again")
    assert client.post(cell_url(force), freed).status_code == 302
    assert not Shift.objects.exists()


def test_a_cell_of_somebody_outside_the_team_is_not_found(force: Force, desk: Desk) -> None:
    url = cell_url(force)
    client = desk("dispatcher")
    assert (
        client.get(url, {"user": str(force.user("far")), "day": NEXT_MONDAY.isoformat()}).status_code == 404
    )
    assert client.get(url, {"user": str(force.user("worker")), "day": "2026-12-24"}).status_code == 404
    assert client.get(url, {"user": "x", "day": "y"}).status_code == 404
    assert client.get("/desk/teams/rota/?week=9999-99-99").status_code == 404


def test_a_shift_on_leave_is_refused_in_words(force: Force, desk: Desk) -> None:
    actions.grant_leave(
        place=force.town.place, user_id=force.user("worker"), first=NEXT_MONDAY, last=NEXT_MONDAY,
        kind="sick",
        by=SYSTEM, at=force.town.at,
    )  # fmt: skip
    answer = desk("dispatcher").post(
        cell_url(force), cell(force, "worker", 0, f"early:{force.beats['老街'].pk}")
    )
    assert answer.status_code == 422
    assert "on leave" in answer.text


def test_the_week_lists_broken_rules_and_missing_cover_with_why(force: Force, desk: Desk) -> None:
    force.put("worker", 0, "night")
    force.put("worker", 1, "early")
    text = desk("dispatcher").get(WEEK).text
    assert "only 0 hours of rest" in text
    assert "1 needed, 0 planned" in text
    assert "4 free" in text or "5 free" in text


def test_a_proposal_is_seen_at_work_and_then_done_and_published(force: Force, desk: Desk) -> None:
    client, base = desk("dispatcher"), f"/desk/teams/rota/{force.town.unit.pk}/{NEXT_MONDAY}/"
    asked = client.post(f"{base}propose/", {"weeks": "1", "submission_key": "1"})
    proposal = Proposal.objects.get()
    assert asked["Location"] == f"/desk/teams/rota/proposals/{proposal.pk}/"
    page = client.get(asked["Location"])
    assert "Being worked on" in page.text
    assert client.post(f"{base}publish/", {"submission_key": "2"}).status_code == 409
    jobs.propose_rota(proposal.pk)
    assert "Shifts proposed" in client.get(asked["Location"]).text
    assert client.post(f"{base}publish/", {"submission_key": "3"}).status_code == 302
    assert Rota.objects.get(week=NEXT_MONDAY).state == RotaState.PUBLISHED
    assert client.post(f"{base}propose/", {"weeks": "1", "submission_key": "4"}).status_code == 409
    printed = client.get(f"/desk/teams/rota/print/?unit={force.town.unit.pk}&week={NEXT_MONDAY}&paper=a3")
    assert "dk-print-a3" in printed.text


def test_a_failed_proposal_says_so(force: Force, desk: Desk) -> None:
    proposal = actions.ask_proposal(
        unit=force.town.unit, first=NEXT_MONDAY, weeks=1, by=SYSTEM, at=force.town.at
    )
    actions.fail_proposal(proposal_id=proposal.pk, at=force.town.at)
    assert (
        "No proposal came of it" in desk("dispatcher").get(f"/desk/teams/rota/proposals/{proposal.pk}/").text
    )


def test_a_cell_is_given_free_for_the_next_proposal(force: Force, desk: Desk) -> None:
    shift = force.put("worker", 0)
    desk("dispatcher").post(
        f"/desk/teams/rota/shifts/{shift.pk}/lock/", {"locked": "0", "submission_key": "1"}
    )
    shift.refresh_from_db()
    assert not shift.locked


def test_the_week_takes_the_same_queries_for_one_shift_and_many(force: Force, desk: Desk) -> None:
    client = desk("dispatcher")
    force.put("worker", 0)
    client.get(WEEK)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(WEEK)
    for day in range(1, 5):
        force.put("worker", day)
        force.put("leader", day, "late")
    with CaptureQueriesContext(connection) as many:
        client.get(WEEK)
    assert len(many) == len(few)


# ---------------------------------------------------------------- the phone


def test_people_see_their_own_published_shifts(force: Force, desk: Desk) -> None:
    force.put("worker", 0)
    client = desk("worker")
    assert "No shifts" in client.get("/field/shifts").text
    force.publish()
    assert "老街" in client.get("/field/shifts").text
    assert "老街" not in desk("leader").get("/field/shifts").text


def test_a_swap_goes_from_one_phone_to_the_other(force: Force, desk: Desk) -> None:
    mine, other = force.put("worker", 0), force.put("leader", 2)
    force.publish()
    one, two = desk("worker"), desk("leader")
    assert "张leader" in one.get(f"/field/shifts/{mine.pk}").text
    assert two.get(f"/field/shifts/{mine.pk}").status_code == 404
    one.post(f"/field/shifts/{mine.pk}/offer", {"other": other.pk, "submission_key": "1"})
    swap = Swap.objects.get()
    assert "asks you" in two.get("/field/shifts").text
    assert desk("gridhead").post(f"/field/swaps/{swap.pk}", {"answer": "accept"}).status_code == 404
    assert two.post(f"/field/swaps/{swap.pk}", {"answer": "accept", "submission_key": "2"}).status_code == 302
    swap.refresh_from_db()
    assert swap.state == SwapState.DONE
    assert "swapped" in desk("dispatcher").get("/desk/teams/patrols/swaps/").text


def test_the_planner_decides_a_swap_that_breaks_a_rule(force: Force, desk: Desk) -> None:
    force.put("leader", 0, "night")
    mine, other = force.put("worker", 1), force.put("leader", 3)
    force.publish()
    desk("worker").post(f"/field/shifts/{mine.pk}/offer", {"other": other.pk, "submission_key": "1"})
    swap = Swap.objects.get()
    desk("leader").post(f"/field/swaps/{swap.pk}", {"answer": "accept", "submission_key": "2"})
    client = desk("dispatcher")
    assert "too little rest" in client.get("/desk/teams/patrols/swaps/").text
    assert desk("duty").post(f"/desk/teams/patrols/swaps/{swap.pk}/", {"answer": "yes"}).status_code == 403
    client.post(f"/desk/teams/patrols/swaps/{swap.pk}/", {"answer": "no", "submission_key": "3"})
    swap.refresh_from_db()
    assert swap.state == SwapState.DECLINED


# ---------------------------------------------------------------- the calendar


def link(client: Client) -> str:
    answer = client.post("/field/shifts/calendar", {"do": "new", "submission_key": "1"})
    address: str = answer.context["address"]
    return address.removeprefix("http://testserver")


def test_the_calendar_holds_beat_and_time_and_nothing_of_persons(force: Force, desk: Desk) -> None:
    shift = force.put("worker", 0, "night")
    force.publish()
    url = link(desk("worker"))
    answer = Client().get(url)
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    assert event["UID"] == f"{shift.pk}@weiwang"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (shift.starts_at, shift.ends_at)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert "老街" in str(event["SUMMARY"])
    assert "worker" not in answer.text
    assert "张" not in answer.text


def test_an_unchanged_calendar_is_not_sent_again(force: Force, desk: Desk) -> None:
    force.put("worker", 0)
    force.publish()
    url = link(desk("worker"))
    tag = Client().get(url)["ETag"]
    assert Client().get(url, headers={"If-None-Match": tag}).status_code == 304
    force.put("worker", 1)
    assert Client().get(url, headers={"If-None-Match": tag}).status_code == 200


def test_an_address_that_was_taken_back_opens_nothing(force: Force, desk: Desk) -> None:
    client = desk("worker")
    url = link(client)
    assert Client().get(url).status_code == 200
    client.post("/field/shifts/calendar", {"do": "end", "submission_key": "2"})
    assert Client().get(url).status_code == 404


def test_the_address_dies_with_the_account(force: Force, desk: Desk) -> None:
    url = link(desk("worker"))
    set_active(user_id=force.user("worker"), active=False, by=SYSTEM, at=force.town.at)
    assert Client().get(url).status_code == 404
