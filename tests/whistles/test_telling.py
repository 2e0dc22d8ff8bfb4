"""Who is called hears of it on their page and in their group; who decides hears when nobody answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.builders import Town
from tests.channels import channels_file  # noqa: F401 -- a fixture
from tests.whistles.test_actions import answer, blown, call_of

from weiwang.notices.models import Delivery
from weiwang.whistles import actions
from weiwang.whistles.rules import Answer


def heard(kind: str) -> list[tuple[str, int | None]]:
    found = Delivery.objects.filter(kind=kind).order_by("queued_at", "channel", "user_id")
    return list(found.values_list("channel", "user_id"))


def raised(town: Town, by: str = "leader") -> Any:
    return actions.raise_warning(
        unit_id=town.units["QH0101-1"].pk, words="楼后土坡在滑。", by=town.officer(by), at=town.at
    )


def test_the_duty_post_of_a_called_department_hears_in_the_same_transaction(town: Town) -> None:
    whistle = blown(town)
    assert ("page", town.users["city"].pk) in heard("called")
    row = Delivery.objects.filter(kind="called").first()
    assert row is not None
    assert (row.about, row.told["post"]) == (whistle.pk, call_of(whistle).department.name)
    assert "围挡" not in str(row.told)


def test_whoever_insists_calls_once_more(town: Town) -> None:
    call = call_of(blown(town))
    answer(town, call, Answer.DECLINE, words="不属我办职责。")
    answer(town, call, Answer.INSIST, by="duty", words="请到场。", minutes=10)
    assert heard("called").count(("page", town.users["city"].pk)) == 2


def test_a_call_that_is_not_answered_in_time_is_told_to_who_decides(town: Town) -> None:
    blown(town)
    assert heard("not_answered") == []
    actions.climb(at=town.at + timedelta(minutes=31))
    assert [channel for channel, _user in heard("not_answered")] == ["page"]
    actions.climb(at=town.at + timedelta(minutes=62))
    assert len(heard("not_answered")) == 1


def test_a_warning_is_told_to_the_post_it_waits_with_and_at_each_level(town: Town) -> None:
    warning = raised(town)
    first = heard("warned")
    assert first
    assert town.users["leader"].pk not in [user for _channel, user in first]
    actions.climb(at=warning.due_at)
    assert len(heard("warned")) > len(first)
    assert "土坡" not in str(list(Delivery.objects.filter(kind="warned").values_list("told", flat=True)))


def test_the_group_of_the_office_hears_it(town: Town, channels_file: Any) -> None:  # noqa: F811 -- the fixture
    groups = {"城管办": {"url": "https://example.org/a", "department": "city_management"}}
    channels_file(wecom={"groups": groups})
    blown(town)
    text = Delivery.objects.get(channel="wecom", kind="called").text
    assert "吹哨（应急处置）" in text
    assert "围挡" not in text


@pytest.mark.parametrize("username", ["city", "gridhead"])
def test_the_messages_lead_to_the_whistle_and_to_the_warnings(town: Town, username: str) -> None:
    whistle, _warning = blown(town, by="community"), raised(town)
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.users[username])
    page = client.get("/desk/inbox/").content.decode()
    if username == "city":
        assert f'href="/desk/whistles/{whistle.pk}/"' in page
        assert "(emergency)" in page
    else:
        assert 'href="/desk/whistles/"' in page
        assert "early warning from" in page


def test_the_dispatch_desk_has_a_queue_of_whistles(town: Town) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.users["dispatcher"])
    assert "Nobody is called just now" in client.get("/desk/dispatch/?view=whistles").content.decode()
    whistle, warning = blown(town), raised(town)
    page = client.get("/desk/dispatch/?view=whistles").content.decode()
    assert f"/desk/whistles/{whistle.pk}/" in page
    assert "枫川街口" in page
    assert "楼后土坡在滑。" in page
    assert "Whistles" in page
    actions.take_warning(warning_id=warning.pk, reply="马上到。", by=town.officer("gridhead"), at=town.at)
    assert "楼后土坡在滑。" not in client.get("/desk/dispatch/?view=whistles").content.decode()
    assert "枫川街口" not in client.get("/desk/dispatch/").content.decode()
