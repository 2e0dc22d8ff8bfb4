"""The desk's pages of posts: who holds, who deputises, what stands empty, what was handed over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.cases.rules import Step
from weiwang.territory import roster
from weiwang.territory.actions import appoint, create_post, deputise, end_person
from weiwang.territory.models import Appointment, Deputy, HandoverSheet, Post

Desk = Callable[[str], Client]


def held(town: Town, username: str) -> Appointment:
    return Appointment.objects.get(user=town.users[username])


def leave(client: Client, town: Town, absent: str, **fields: str) -> Any:
    typed = {
        "person": "worker", "starts_at": "2026-11-16T11:00", "ends_at": "2026-11-16T18:00",
        "reason": "年休假", **fields,
    }  # fmt: skip
    return client.post(reverse("desk:deputise", args=[held(town, absent).pk]), typed)


def hand_over(client: Client, town: Town, username: str, **fields: str) -> Any:
    return client.post(reverse("desk:hand-over", args=[held(town, username).pk]), fields)


# ---------------------------------------------------------------- lists


def test_the_list_shows_posts_of_ones_part_of_the_tree_and_nothing_else(town: Town, desk: Desk) -> None:
    page = desk("community").get(reverse("desk:posts")).text
    assert town.posts["leader"].name in page
    assert "张leader2" in page
    assert town.posts["community2"].name not in page
    assert "张far" not in page


@pytest.mark.parametrize(
    ("query", "seen", "gone"),
    [
        ("q=张worker", "张worker", "张leader2"),
        ("kind=grid_leader", "张gridhead", "张worker"),
        ("q=qh0101-2", "张leader2", "张worker"),
    ],
)
def test_posts_are_found_by_holder_kind_and_unit(
    town: Town, desk: Desk, query: str, seen: str, gone: str
) -> None:
    page = desk("community").get(f"{reverse('desk:posts')}?{query}").text
    assert seen in page
    assert gone not in page


def test_a_list_of_three_asks_no_more_than_a_list_of_one(
    town: Town, desk: Desk, django_assert_max_num_queries: Any
) -> None:
    client = desk("community")
    client.get(reverse("desk:posts"))
    for kind in ("kind=general_grid_leader", "kind=micro_grid_leader"):
        with django_assert_max_num_queries(6):
            client.get(f"{reverse('desk:posts')}?{kind}")


def test_pages_follow_each_other_without_a_gap(town: Town, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(roster, "PAGE", 4)
    client, seen = desk("duty"), []
    address = reverse("desk:posts")
    while address:
        answer = client.get(address)
        seen += [line.id for line, _, _ in answer.context["rows"]]
        address = answer.context["older"]
    assert len(seen) == len(set(seen)) == Post.objects.filter(place=town.place).count()


# ---------------------------------------------------------------- vacancies


def test_vacancies_are_listed_by_community_now_and_within_thirty_days(
    town: Town, desk: Desk, at: datetime
) -> None:
    Appointment.objects.filter(user=town.users["leader"]).update(ends_at=at + timedelta(days=29))
    Appointment.objects.filter(user=town.users["leader2"]).update(ends_at=at + timedelta(days=31))
    rows = roster.vacancies(paths=[town.units["QH01"].path], at=at, soon=at + timedelta(days=30), limit=50)
    found = {(row.code, row.kind): row.since for row in rows}
    assert found[("QH0101-1", "micro_grid_leader")] == at + timedelta(days=29)
    assert found[("QH0102-1", "micro_grid_leader")] == at
    assert set(found) == {(f"{code}", "micro_grid_leader") for code in ("QH0101-1", "QH0102-1", "QH0102-2")}
    page = desk("community").get(reverse("desk:posts-vacant")).text
    assert "3 posts should have a holder" in page
    assert "QH0202" not in page
    whole = desk("duty").get(reverse("desk:posts-vacant")).context["blocks"]
    assert [name for name, _ in whole] == ["梧桐社区", "桃源社区"]


def test_a_successor_without_a_gap_is_no_vacancy_and_one_with_a_gap_is(town: Town, at: datetime) -> None:
    change, soon = at + timedelta(days=10), at + timedelta(days=30)
    Appointment.objects.filter(user=town.users["gridhead"]).update(ends_at=change)
    appoint(
        post_id=town.posts["gridhead"].pk, user_id=town.users["worker"].pk, by=SYSTEM, at=at, starts_at=change
    )
    paths = [town.units["QH0101"].path]
    kinds = {row.kind for row in roster.vacancies(paths=paths, at=at, soon=soon)}
    assert "grid_leader" not in kinds
    Appointment.objects.filter(post=town.posts["gridhead"], user=town.users["worker"]).update(
        starts_at=change + timedelta(days=2)
    )
    gaps = {row.kind: row.since for row in roster.vacancies(paths=paths, at=at, soon=soon)}
    assert gaps["grid_leader"] == change
    assert roster.vacancy_count(paths=paths, at=at, soon=soon) == len(gaps)


def test_vacancies_come_in_pages(town: Town, at: datetime) -> None:
    soon, paths = at + timedelta(days=30), [town.unit.path]
    whole = roster.vacancies(paths=paths, at=at, soon=soon)
    first = roster.vacancies(paths=paths, at=at, soon=soon, limit=2)
    rest = roster.vacancies(paths=paths, at=at, soon=soon, after=first[-1].key)
    assert [*first, *rest] == whole
    assert len(whole) == roster.vacancy_count(paths=paths, at=at, soon=soon)


# ---------------------------------------------------------------- deputies


def test_a_deputy_is_arranged_shown_and_ended(town: Town, desk: Desk) -> None:
    client = desk("community")
    assert leave(client, town, "gridhead").status_code == 302
    post = reverse("desk:post", args=[town.posts["gridhead"].pk])
    assert "张worker deputises" in client.get(post).text
    assert "张worker" in client.get(reverse("desk:posts-leave")).text
    ended = client.post(reverse("desk:leave-end", args=[Deputy.objects.get().pk]))
    assert ended.status_code == 302
    assert not Deputy.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"person": "nobody"}, "There is no account"),
        ({"person": "gridhead"}, "deputises for themselves"),
        ({"ends_at": "2026-11-16T10:30"}, "must end after it starts"),
        ({"reason": ""}, "required"),
    ],
)
def test_a_refused_deputy_keeps_what_was_typed(
    town: Town, desk: Desk, fields: dict[str, str], words: str
) -> None:
    answer = leave(desk("community"), town, "gridhead", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="2026-11-16T11:00"' in answer.text
    assert not Deputy.objects.exists()


def test_a_second_deputy_at_the_same_time_is_overtaken(town: Town, desk: Desk) -> None:
    leave(desk("community"), town, "gridhead")
    answer = leave(desk("community"), town, "gridhead", person="leader")
    assert answer.status_code == 409
    assert "somebody deputises" in answer.text


def test_only_who_arranges_posts_there_may_arrange(town: Town, desk: Desk) -> None:
    assert leave(desk("gridhead"), town, "gridhead").status_code == 403
    assert leave(desk("community2"), town, "gridhead").status_code == 404
    assert leave(desk("liaison"), town, "gridhead").status_code == 403
    assert desk("community2").get(reverse("desk:post", args=[town.posts["gridhead"].pk])).status_code == 404


# ---------------------------------------------------------------- handing over


def test_a_handover_shows_its_sheet(town: Town, desk: Desk) -> None:
    case, client = town.report(), desk("admin")
    answer = hand_over(client, town, "gridhead", person="张worker", note="轮岗")
    sheet = HandoverSheet.objects.get()
    assert answer["Location"] == reverse("desk:handover", args=[sheet.pk])
    page = client.get(answer["Location"]).text
    for words in (case.number, "张gridhead", "张worker", "轮岗", "data-print"):
        assert words in page
    assert desk("worker").get(answer["Location"]).status_code == 200
    assert desk("community2").get(answer["Location"]).status_code == 404


def test_ending_with_open_work_is_refused_and_names_it(town: Town, desk: Desk) -> None:
    case = town.report()
    answer = desk("admin").post(reverse("desk:appointment-end", args=[held(town, "gridhead").pk]))
    assert answer.status_code == 422
    assert case.number in answer.text
    assert held(town, "gridhead").ends_at is None


def test_a_handover_to_nobody_has_to_be_meant(town: Town, desk: Desk) -> None:
    client = desk("admin")
    assert hand_over(client, town, "gridhead").status_code == 422
    assert hand_over(client, town, "gridhead", vacant="on").status_code == 302
    assert hand_over(desk("community"), town, "worker", person="leader").status_code == 403


def test_two_people_with_one_name_have_to_be_told_apart(town: Town, desk: Desk) -> None:
    for name in ("leader", "leader2"):
        town.users[name].name = "王芳"
        town.users[name].save(update_fields=["name"])
    answer = hand_over(desk("admin"), town, "gridhead", person="王芳")
    assert answer.status_code == 422
    assert "Several people" in answer.text


# ---------------------------------------------------------------- the minute a post ends


def test_when_its_holder_has_left_a_post_is_offered_as_vacant(town: Town, desk: Desk, at: datetime) -> None:
    case = town.walk(town.report(), Step.REGISTER)

    def note() -> str:
        offers = desk("community").get(reverse("desk:case", args=[case.pk])).context["offers"]
        posts = {int(target.post_id): target.note for offer in offers for target in offer.targets}
        return str(posts[town.posts["housing"].pk])

    assert note() == ""
    end_person(user_id=town.users["housing"].pk, by=SYSTEM, at=at)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        assert note() == "vacant"


def test_a_deputy_opens_the_case_until_the_minute_the_leave_ends(
    town: Town, desk: Desk, at: datetime
) -> None:
    """11:59:59 yes, 12:00:00 no."""
    case = town.report()
    end = at.replace(hour=12)
    deputise(
        appointment_id=held(town, "gridhead").pk, user_id=town.users["city2"].pk, starts_at=at, ends_at=end,
        reason="外出学习", by=SYSTEM, at=at,
    )  # fmt: skip
    for moment, status in ((end - timedelta(seconds=1), 200), (end, 404)):
        with time_machine.travel(moment, tick=False):
            assert desk("city2").get(reverse("desk:case", args=[case.pk])).status_code == status


def test_a_building_head_may_lead_the_micro_grid_too(town: Town, desk: Desk) -> None:
    post = create_post(
        unit=town.units["QH0101-1"], kind="building_head", by=SYSTEM, at=town.at, name="3栋楼栋长"
    )
    appoint(post_id=post.pk, user_id=town.users["leader"].pk, by=SYSTEM, at=town.at)
    assert len(town.officer("leader").holdings) == 2
    assert "3栋楼栋长" in desk("community").get(reverse("desk:posts")).text
