"""What programs send wrongly, twice or too long: said clearly, and nothing of it lost without a word."""

import pytest
from django.test import Client
from tests.api.test_cases import ALL, act, ask, code
from tests.api.test_open311 import LAMP, UPDATE, faults, get, post
from tests.builders import Town
from tests.territory.test_clients import KEY, let_in

from weiwang.cases.models import Case, Event, Reporter

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def app(town: Town) -> None:
    let_in(town, "dispatcher2", scopes=["case.report", "case.see"])


@pytest.fixture
def hotline(town: Town) -> None:
    let_in(town, "community", scopes=ALL)


# ---------------------------------------------------------------- Open311


@pytest.mark.usefixtures("app")
def test_the_mail_address_of_a_reporter_is_kept(client: Client) -> None:
    assert post(client, "requests.json", **LAMP, email="jane@example.org").status_code == 200
    assert Reporter.objects.get().email == "jane@example.org"
    assert faults(post(client, "requests.json", **LAMP, email="nobody")) == ["contact.email"]


TOO_LONG = {
    "an address": {"address_string": "路" * 161},
    "a name": {"first_name": "x" * 40, "last_name": "y" * 40},
    "a link": {"media_url": "https://example.org/" + "a" * 4000},
}


@pytest.mark.usefixtures("app")
def test_what_is_too_long_is_refused_and_never_cut(client: Client) -> None:
    for what, changes in TOO_LONG.items():
        answer = post(client, "requests.json", **(LAMP | changes))
        assert (answer.status_code, faults(answer)) == (400, ["field.too_long"]), what
    assert not Case.objects.exists()


@pytest.mark.usefixtures("app")
def test_one_idempotency_key_for_two_reports_is_said(client: Client) -> None:
    for words, status in (("路灯不亮", 200), ("井盖丢了", 409), ("路灯不亮", 200)):
        answer = client.post(
            "/open311/v2/requests.json", LAMP | {"api_key": KEY, "description": words},
            headers={"Idempotency-Key": "always-the-same"},
        )  # fmt: skip
        assert answer.status_code == status, words
    assert Case.objects.count() == 1


@pytest.mark.usefixtures("app")
def test_the_same_update_id_for_two_requests_is_two_updates(client: Client, town: Town) -> None:
    for number in (town.report().number, town.report().number):
        photo = {"media_url": "https://example.org/lamp.jpg"}
        answer = post(client, "servicerequestupdates.json", **UPDATE, **photo, service_request_id=number)
        assert answer.json() == [{"update_id": "3"}]
    notes = Event.objects.filter(step="note").values_list("note", flat=True)
    assert list(notes) == ["[IN_PROGRESS] 还是不亮\nhttps://example.org/lamp.jpg"] * 2


def test_a_filter_that_cannot_be_read_is_no_filter_left_out(client: Client, town: Town) -> None:
    town.report()
    for query in ("status=%ff", "service_code=%C3%28", "start_date=%ff", "api_key=%ff", "page=%ff"):
        answer = client.get(f"/open311/v2/requests.json?{query}")
        assert (answer.status_code, faults(answer)) == (400, ["query.unreadable"]), query
    assert get(client, "requests.json").json()


# ---------------------------------------------------------------- the API of our own


@pytest.mark.usefixtures("hotline")
def test_a_key_used_for_two_deeds_is_said_and_the_second_is_not_done(client: Client, town: Town) -> None:
    one, two, key = town.report(), town.report(), "used-twice-00001"
    body = {"note": "已电话核实。"}
    for case, status in ((one, 201), (two, 409), (one, 201)):
        answer = act(client, f"/cases/{case.pk}/notes", body, key=key + "-note")
        assert answer.status_code == status, case.number
    assert act(client, f"/cases/{one.pk}/steps/register", {}, 1, key=key).status_code == 200
    assert code(act(client, f"/cases/{two.pk}/steps/register", {}, 1, key=key)) == (409, "idempotency.reused")
    assert Case.objects.get(pk=two.pk).state == "reported"
    here = {"lon": 104.0005, "lat": 30.7005}
    sent = [
        act(client, "/cases", here | {"text": text}, key=key) for text in ("灯坏了", "井盖丢了", "灯坏了")
    ]
    assert [answer.status_code for answer in sent] == [201, 409, 201]


@pytest.mark.usefixtures("hotline")
def test_a_method_that_is_not_taken_is_a_problem_document(client: Client, town: Town) -> None:
    for method, path, allowed in (("PUT", f"/cases/{town.report().pk}", "GET"), ("GET", "/reports", "POST")):
        answer = ask(client, method, path)
        assert (code(answer), answer["Allow"]) == ((405, "path.method"), allowed)
        assert answer["Content-Type"] == "application/problem+json"
