"""Reporting without an account: every way to say where, nothing typed is lost, nothing is taken twice."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.builders import Town
from tests.web.portal.conftest import Send, picture

from weiwang.audit.models import Entry
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Joined, Photo, Reporter
from weiwang.cases.queries import categories
from weiwang.ledger.models import Building


def test_words_and_a_position_make_a_case_and_lead_to_its_number(
    send: Send, visitor: Client, town: Town
) -> None:
    answer = send()
    case = Case.objects.get()
    assert answer["Location"] == f"/c/{case.pk}/{private_token(case.pk)}/sent"
    assert (case.channel, case.unit_id, case.match) == ("portal", town.units["QH0101-1"].pk, "exact")
    page = visitor.get(answer["Location"]).content.decode()
    assert case.number in page
    assert "data:image/svg+xml" in page
    assert "You will hear by" in page


def test_a_building_from_the_list_gives_place_and_address(send: Send) -> None:
    building = Building.objects.get(code="QH0202-2-B1")
    send(lon="", lat="", building=building.pk, address="behind it")
    case = Case.objects.get()
    assert (case.unit_id, case.lon) == (building.unit_id, building.lon)
    assert case.address == f"{building.address} {building.name} behind it"


def test_a_community_from_the_list_is_place_enough(send: Send, town: Town) -> None:
    send(lon="", lat="", unit=town.units["QH02"].pk)
    assert Case.objects.get().unit_id == town.units["QH02"].pk


def test_words_alone_are_place_enough(send: Send, town: Town) -> None:
    send(lon="", lat="", address="at the old bridge")
    case = Case.objects.get()
    assert (case.unit_id, case.match, case.address) == (town.place, "words", "at the old bridge")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": "  "}, "Please say in a few words"),
        ({"text": "a" * 100_000}, "This is too long"),
        ({"text": "bell\x07"}, "control character"),
        ({"text": "nul\x00"}, "control character"),
        ({"lon": "", "lat": ""}, "Please say where it is"),
        ({"lon": "105", "lat": "31"}, "lies outside"),
        ({"lon": "105", "lat": ""}, "Please say where it is"),
        ({"lon": "nan", "lat": "nan"}, "Enter a number"),
        ({"lon": "", "lat": "", "building": "999999"}, "Please say where it is"),
        ({"lon": "", "lat": "", "unit": "999999"}, "Select a valid choice"),
        ({"category": "X99"}, "There is no category X99"),
        ({"phone": "call me"}, "telephone number"),
        ({"name": "n" * 61}, "This is too long"),
        ({"address": "a" * 121}, "This is too long"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_is_still_there(
    send: Send, fields: dict[str, str], sentence: str
) -> None:
    key = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
    answer = send(
        **{"text": "The lamp is out.", "address": "by the bridge", "submission_key": key} | _blank(fields)
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert key in page
    assert ("The lamp is out." in page) == ("text" not in fields)
    assert not Case.objects.exists()


def _blank(fields: dict[str, str]) -> dict[str, str]:
    """Where the place itself is wrong, no words stand in for it."""
    return {"address": ""} | fields if fields.keys() & {"lon", "building", "unit"} else fields


def test_the_form_sent_twice_makes_one_case_and_shows_the_same_page(send: Send) -> None:
    key = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
    assert send(submission_key=key)["Location"] == send(submission_key=key)["Location"]
    assert Case.objects.count() == 1


def test_other_words_under_the_same_key_keep_what_was_typed_and_open_nothing(send: Send) -> None:
    key = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
    first = send(submission_key=key)["Location"]
    answer = send(submission_key=key, text="The bench is broken.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The bench is broken." in page
    assert first.split("/")[2] not in page
    again = re.search(r'name="submission_key" value="([^"]+)"', page)
    assert again is not None
    assert send(submission_key=again[1], text="The bench is broken.", near_seen="1")["Location"] != first
    assert Case.objects.count() == 2


def test_the_key_of_another_program_opens_nothing_in_the_portal(send: Send, client: Client) -> None:
    key = "0190d6a2-52a5-7cc0-9a5e-000000000001"
    body = {"text": "Somebody else's matter.", "lon": 104.0005, "lat": 30.7005}
    told = client.post(
        "/api/v1/reports", body, content_type="application/json", headers={"Idempotency-Key": key}
    ).json()
    answer = send(submission_key=key)
    assert answer.status_code == 409
    assert told["number"] not in answer.content.decode()


def test_the_kind_is_optional_and_counts_when_it_is_chosen(send: Send) -> None:
    send()
    send(category="D02", asked="D02", near_seen="1")
    assert set(Case.objects.values_list("category", flat=True)) == {"Z99", "D02"}


def test_a_contact_is_kept_apart_and_no_address_of_the_network_is_kept(send: Send) -> None:
    send(name="Li", phone="138 0000 0001")
    reporter = Reporter.objects.get()
    assert (reporter.name, reporter.phone) == ("Li", "13800000001")
    entry = Entry.objects.get(action="case.report")
    assert (entry.address, entry.user_id, entry.label) == (None, None, "resident")


def test_an_anonymous_report_keeps_no_reporter(send: Send) -> None:
    send()
    assert not Reporter.objects.exists()


# ---------------------------------------------------------------- photos


def test_photos_are_cleaned_and_kept_with_the_report(send: Send) -> None:
    send(photos=[picture(), picture("two.png"), picture("three.png")])
    assert Photo.objects.filter(stage="report").count() == 3
    assert Case.objects.get().photo_count == 3


def test_a_file_that_is_no_photo_is_refused_and_the_rest_is_kept(send: Send) -> None:
    junk = SimpleUploadedFile("page.jpg", b"<html>", "image/jpeg")
    answer = send(photos=[picture(), junk])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“page.jpg”: This file is not a picture" in page
    assert page.count("data:image/jpeg;base64,") == 1
    again = send(waiting=_ticket(page))
    assert again.status_code == 302
    assert Case.objects.get().photo_count == 1


def test_photos_survive_a_mistake_elsewhere_and_can_be_left_out(send: Send) -> None:
    page = send(text="", photos=[picture(), picture("two.png", (60, 20))]).content.decode()
    kept = re.findall(r'name="drop" value="([^"]+)"', page)
    assert len(kept) == 2
    send(waiting=_ticket(page), drop=[kept[0]])
    assert Photo.objects.values_list("width", flat=True).get() == 60


def test_photos_that_are_gone_have_to_be_chosen_again(send: Send, settings: Any) -> None:
    page = send(text="", photos=[picture()]).content.decode()
    for file in (Path(settings.MEDIA_ROOT) / "waiting").iterdir():
        file.unlink()
    answer = send(waiting=_ticket(page))
    assert answer.status_code == 422
    assert "choose them again" in answer.content.decode()
    assert "The lamp is out." in answer.content.decode()


def test_nobody_brings_photos_by_a_made_up_ticket(send: Send) -> None:
    answer = send(waiting='["../../secret:1:1"]')
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_more_than_three_photos_are_refused_in_words(send: Send) -> None:
    answer = send(photos=[picture(f"{n}.png") for n in range(4)])
    assert answer.status_code == 422
    assert "At most 3 photos" in answer.content.decode()


def test_a_photo_that_is_too_large_is_refused_and_the_words_stay(send: Send) -> None:
    large = SimpleUploadedFile("large.jpg", b"\xff\xd8\xff" + bytes(16 * 1024 * 1024), "image/jpeg")
    answer = send(photos=[large])
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()
    assert "The lamp is out." in answer.content.decode()


def test_a_body_beyond_every_limit_is_refused_before_it_is_read(visitor: Client) -> None:
    answer = visitor.post("/report", CONTENT_LENGTH=str(10**10))
    assert answer.status_code == 413
    assert "413" not in answer.content.decode()


def _ticket(page: str) -> str:
    found = re.search(r'name="waiting" value="([^"]*)"', page)
    assert found
    return found[1]


# ---------------------------------------------------------------- finding the place without scripts


def test_searching_keeps_what_was_typed_and_judges_nothing(send: Send) -> None:
    answer = send(act="find", find="梧桐路", text="", name="Li", phone="12", lon="", lat="")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="building"' in page
    assert 'value="Li"' in page
    assert "Please say" not in page
    assert not Case.objects.exists()


def test_several_words_narrow_the_search(send: Send) -> None:
    building = Building.objects.get(code="QH0101-1-B1")
    page = send(act="find", find=f"{building.address} {building.name}", lon="", lat="").content.decode()
    assert f'name="building" value="{building.pk}"' in page
    assert page.count('name="building" value="') == 2


def test_a_search_within_a_community_finds_only_its_buildings(visitor: Client, town: Town) -> None:
    asked = {"find": "梧桐路", "unit": str(town.units["QH01"].pk)}
    page = visitor.get("/report/buildings", asked).content.decode()
    assert page.count('name="building" value="') == 4 + 1
    assert "<html" not in page


def test_a_search_that_finds_nothing_says_what_to_do(visitor: Client) -> None:
    assert (
        "No such building was found" in visitor.get("/report/buildings", {"find": "nowhere"}).content.decode()
    )


def test_a_position_is_told_as_a_grid(visitor: Client) -> None:
    page = visitor.post("/report/spot", {"lon": "104.0005", "lat": "30.7005"}).content.decode()
    assert "梧桐社区 · 第1网格 · 第1微网格" in page
    assert "outside" in visitor.post("/report/spot", {"lon": "0", "lat": "0"}).content.decode()


def test_a_link_from_the_grid_page_chooses_the_grid(visitor: Client, town: Town) -> None:
    page = visitor.get("/report?unit=QH0101-1").content.decode()
    assert f'<option value="{town.units["QH0101-1"].pk}" selected>' in page


# ---------------------------------------------------------------- how much


def test_more_reports_than_allowed_wait_and_lose_nothing(send: Send, settings: Any) -> None:
    settings.REPORTS_PER_HOUR = 2
    assert [send(near_seen="1").status_code for _ in range(2)] == [302, 302]
    answer = send(text="The third one.", near_seen="1")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 3600
    assert "The third one." in answer.content.decode()
    assert Case.objects.count() == 2


def test_looking_at_the_form_writes_nothing(visitor: Client) -> None:
    before = Entry.objects.count()
    visitor.get("/report")
    assert Entry.objects.count() == before


# ---------------------------------------------------------------- what is reported already


def test_a_neighbour_is_told_before_sending_and_joins_instead(
    send: Send, visitor: Client, town: Town
) -> None:
    first = town.report("楼下路灯不亮，老人出门摔倒，请打电话给王阿姨。")
    page = send(text="我们楼下的路灯不亮好几天了。").content.decode()
    assert "Is it one of these?" in page
    assert "both say “路灯不亮" in page
    assert "王阿姨" not in page
    answer = send(text="我们楼下的路灯不亮好几天了。", join=str(first.pk), phone="13900000002")
    joined = Joined.objects.get()
    assert (joined.case_id, joined.phone, Case.objects.count()) == (first.pk, "13900000002", 1)
    own = visitor.get(f"/c/{joined.pk}/{private_token(joined.pk)}/").content.decode()
    assert answer["Location"].startswith(f"/c/{joined.pk}/")
    assert (first.number in own, "好几天了" in own, "王阿姨" in own) == (True, True, False)


def test_what_is_restricted_or_shared_by_nobody_is_never_shown(
    send: Send, visitor: Client, town: Town
) -> None:
    restricted = next(code for code, row in categories().items() if row.restricted)
    hidden = town.report("楼下有人打孩子，路灯不亮。", category=restricted)
    typed = {
        "text": "楼下有人打孩子，路灯不亮。",
        "lon": "104.0005",
        "lat": "30.7005",
        "category": restricted,
    }
    assert visitor.post("/report/near", typed).content.decode().strip() == ""
    assert "There is no such case" in send(text="楼下有人打孩子。", join=str(hidden.pk)).content.decode()
    assert Joined.objects.count() == 0


def test_a_second_press_sends_nothing_twice_and_shows_the_first(send: Send) -> None:
    key = str(uuid4())
    first = send(submission_key=key)
    assert send(submission_key=key)["Location"] == first["Location"]


def test_kinds_are_offered_while_writing_and_nothing_for_little(visitor: Client) -> None:
    said = visitor.post("/report/kinds", {"text": "小区门口的路灯坏了，晚上很黑"}).content.decode()
    assert 'data-offer="D02"' in said
    assert visitor.post("/report/kinds", {"text": "你好"}).content.decode().strip() == ""
