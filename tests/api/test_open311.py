"""GeoReport v2 as other programs meet it: the points of a conformance list, one test each or more."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.builders import Town, contact
from tests.territory.test_clients import KEY, let_in

from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Case, Event, Photo, Reporter
from weiwang.cases.rules import Step
from weiwang.territory import actions

BASE = "/open311/v2/"
FORM = "application/x-www-form-urlencoded"
LAMP = {"service_code": "street-light", "lat": "30.7005", "long": "104.0005", "description": "路灯不亮"}
XML, JSON = "text/xml; charset=utf-8", "application/json; charset=utf-8"


pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def app(town: Town) -> None:
    """A program that may report and see, by the post of the dispatcher."""
    let_in(town, "dispatcher2", scopes=["case.report", "case.see"], name="随手拍")


def get(client: Client, call: str, **query: str) -> Any:
    return client.get(BASE + call, query, headers={"Accept-Language": "en"})


def post(client: Client, call: str, *, key: str = KEY, base: str = BASE, **values: Any) -> Any:
    data = urlencode({"api_key": key} | values, doseq=True)
    return client.post(base + call, data=data, content_type=FORM, headers={"Accept-Language": "en"})


def faults(answer: Any) -> list[str]:
    return [fault["code"] for fault in answer.json()]


def xml(answer: Any) -> ET.Element:
    return ET.fromstring(answer.content)


# ---------------------------------------------------------------- 1 to 5: discovery, formats, services


def test_discovery_answers_in_both_formats_with_everything_required(client: Client, town: Town) -> None:
    said = client.get("/open311/discovery.json").json()
    assert set(said) == {"changeset", "contact", "key_service", "endpoints"}
    assert [one["type"] for one in said["endpoints"]] == ["production", "test"]
    for one in said["endpoints"]:
        assert set(one) == {"specification", "url", "changeset", "type", "formats"}
        assert one["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert "text/xml" in one["formats"]
        assert client.get(f"{one['url'].removeprefix('http://testserver')}services.xml").status_code == 200
    assert datetime.fromisoformat(said["changeset"]) < datetime.now(UTC)
    root = xml(client.get("/open311/discovery.xml"))
    assert root.tag == "discovery"
    assert [one.text for one in root.findall("endpoints/endpoint/type")] == ["production", "test"]
    assert root.findtext("endpoints/endpoint/formats/format") == "text/xml"


CALLS = ("services", "services/street-light", "requests", "requests/{number}", "tokens/{number}",
         "servicerequestupdates", "discovery")  # fmt: skip


def test_every_call_answers_in_both_formats_by_its_suffix(client: Client, town: Town) -> None:
    number = town.report().number
    for call in CALLS:
        address = call.format(number=number)
        one, two, wrong = (get(client, f"{address}.{fmt}") for fmt in ("xml", "json", "html"))
        assert (one.status_code, one["Content-Type"]) == (200, XML), call
        assert (two.status_code, two["Content-Type"]) == (200, JSON), call
        assert one.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>'), call
        assert one["Access-Control-Allow-Origin"] == two["Access-Control-Allow-Origin"] == "*", call
        assert (wrong.status_code, wrong["Content-Type"]) == (404, XML), call
        assert xml(wrong).findtext("error/code") == "path.unknown", call


def test_json_has_arrays_on_top_but_for_discovery_and_definitions(client: Client, town: Town) -> None:
    number = town.report().number
    kinds = {call: type(get(client, f"{call.format(number=number)}.json").json()) for call in CALLS}
    objects = {call for call, kind in kinds.items() if kind is dict}
    assert objects == {"discovery", "services/street-light"}
    assert type(get(client, "requests/none.json").json()) is list


def test_ids_and_codes_are_strings_and_positions_numbers(client: Client, town: Town) -> None:
    town.report()
    (row,) = get(client, "requests.json").json()
    assert [type(row[name]) for name in ("service_request_id", "service_code", "lat", "long")] == [
        str, str, float, float,
    ]  # fmt: skip


def test_metadata_is_true_exactly_where_there_are_attributes(client: Client, town: Town) -> None:
    for row in get(client, "services.json").json():
        assert row["type"] == "realtime"
        found = get(client, f"services/{row['service_code']}.json").json()
        assert row["metadata"] is bool(found["attributes"]), row["service_code"]
    assert {one.text for one in xml(get(client, "services.xml")).iter("metadata")} == {"true", "false"}


def test_a_definition_names_types_order_and_values(client: Client, town: Town) -> None:
    said = get(client, "services/street-light.json").json()
    first, second, third = said["attributes"]
    assert [one["order"] for one in said["attributes"]] == [1, 2, 3]
    assert (first["datatype"], first["required"], first["variable"]) == ("singlevaluelist", False, True)
    assert first["values"][0] == {"key": "out", "name": "It is out"}
    assert (second["datatype"], second["values"], third["datatype"]) == ("string", [], "number")
    root = xml(get(client, "services/street-light.xml"))
    assert root.tag == "service_definition"
    assert root.findtext("attributes/attribute/values/value/key") == "out"
    assert root.findtext("attributes/attribute/required") == "false"


def test_an_unknown_service_is_not_found_and_a_code_splits_at_its_last_dot(
    client: Client, town: Town
) -> None:
    assert faults(get(client, "services/none.json")) == ["service.unknown"]
    answer = get(client, "services/a.b.json")
    assert (answer.status_code, answer["Content-Type"]) == (404, JSON)


def test_codes_are_made_for_addresses(client: Client, town: Town) -> None:
    import re

    for row in get(client, "services.json").json():
        assert re.fullmatch(r"[a-z0-9-]+", row["service_code"])


# ---------------------------------------------------------------- 6 to 8: reporting

REFUSED: dict[str, tuple[dict[str, Any], int, list[str]]] = {
    "no key": ({"key": ""}, 403, ["key.needed"]),
    "an unknown key": ({"key": "ww_none"}, 403, ["key.wrong"]),
    "no service": ({"service_code": ""}, 400, ["service.needed"]),
    "an unknown service": ({"service_code": "none"}, 404, ["service.unknown"]),
    "no location": ({"lat": "", "long": ""}, 400, ["location.needed"]),
    "half a location": ({"long": ""}, 400, ["location.half"]),
    "no number": ({"lat": "north"}, 400, ["location.number"]),
    "not on the globe": ({"lat": "91"}, 400, ["location.number"]),
    "not a number": ({"lat": "nan"}, 400, ["location.number"]),
    "outside": ({"lat": "50", "long": "10"}, 400, ["case.outside"]),
    "an unknown building": ({"lat": "", "long": "", "address_id": "X"}, 400, ["location.address"]),
    "an unknown jurisdiction": ({"jurisdiction_id": "elsewhere"}, 404, ["jurisdiction.unknown"]),
    "a long description": ({"description": "灯" * 4001}, 400, ["description.too_long"]),
    "a strange link": ({"media_url": "file:///etc/passwd"}, 400, ["media.scheme"]),
    "a bad telephone": ({"phone": "abc"}, 400, ["contact.phone"]),
    "a missing attribute": ({"service_code": "common-parts"}, 400, ["answer.missing"]),
    "an unknown attribute": ({"attribute[colour]": "r"}, 400, ["answer.unknown"]),
    "an unknown option": ({"attribute[fault]": "blue"}, 400, ["answer.option"]),
    "two of one": ({"attribute[fault]": ["out", "day"]}, 400, ["answer.several"]),
    "no number as answer": ({"attribute[lamps]": "many"}, 400, ["answer.number"]),
    "a control character": ({"description": "a\x07b"}, 400, ["text.control"]),
    "a NUL": ({"description": "a\x00b"}, 400, ["body.unreadable"]),
    "several things": (
        {"service_code": "", "lat": "", "long": "", "description": "灯" * 4001}, 400,
        ["service.needed", "location.needed", "description.too_long"],
    ),
}  # fmt: skip


@pytest.mark.usefixtures("app")
def test_a_report_is_refused_with_every_fault_at_once_in_both_formats(client: Client) -> None:
    for what, (changes, status, codes) in REFUSED.items():
        answer = post(client, "requests.json", **(LAMP | changes))
        assert (answer.status_code, faults(answer)) == (status, codes), what
        assert all(fault["description"] for fault in answer.json()), what
        in_xml = xml(post(client, "requests.xml", **(LAMP | changes)))
        assert [one.text for one in in_xml.findall("error/code")] == codes, what
    assert not Case.objects.exists()


@pytest.mark.usefixtures("app")
def test_the_missing_attribute_is_named(client: Client) -> None:
    answer = post(client, "requests.json", **(LAMP | {"service_code": "common-parts"}))
    assert answer.json()[0]["description"] == "part is needed."


@pytest.mark.usefixtures("app")
def test_a_report_as_fixmystreet_sends_it(client: Client, town: Town) -> None:
    answer = post(
        client, "requests.xml", jurisdiction_id="QH", service_code="street-light", lat="30.700500",
        long="104.000500", first_name="Jane", last_name="Doe", email="jane@example.org", phone="13800000001",
        description="灯不亮\r\n\r\nLamp out near gate\r\n\r\nhttp://127.0.0.1/report/1\r\n",
        **{"attribute[fault]": "out", "attribute[lamps]": "2"},
    )  # fmt: skip
    case = Case.objects.get()
    assert answer.status_code == 200
    assert xml(answer).findtext("request/service_request_id") == case.number
    assert xml(answer).find("request/token") is None
    assert (case.category, case.channel, case.answers) == ("D02", "open311", {"fault": "out", "lamps": "2"})
    assert case.text.splitlines()[:3] == ["灯不亮", "", "Lamp out near gate"]
    assert (Reporter.objects.get().name, Reporter.objects.get().phone) == ("Jane Doe", "13800000001")
    assert Event.objects.get(
        case=case
    ).actor == "清河湾街道街道网格中心调度员（接口：随手拍）" or "随手拍" in (
        Event.objects.get(case=case).actor
    )
    assert get(client, f"requests/{case.number}.json").json()[0]["service_request_id"] == case.number


@pytest.mark.usefixtures("app")
def test_several_values_come_with_brackets_and_a_moment_with_its_zone(client: Client) -> None:
    many: dict[str, Any] = {
        "attribute[blocks][]": ["pavement", "fire-lane"],
        "attribute[since]": "2026-11-16T09:00:00+08:00",
    }
    answer = post(client, "requests.json", **(LAMP | {"service_code": "illegal-parking"} | many))
    assert answer.status_code == 200
    assert Case.objects.get().answers == {
        "blocks": ["fire-lane", "pavement"], "since": "2026-11-16T09:00:00+08:00",
    }  # fmt: skip
    naive = {"attribute[since]": "2026-11-16T09:00:00"}
    answer = post(client, "requests.json", **(LAMP | {"service_code": "illegal-parking"} | naive))
    assert faults(answer) == ["answer.moment"]


@pytest.mark.usefixtures("app")
def test_words_or_a_building_say_where_too(client: Client, town: Town) -> None:
    words = LAMP | {"lat": "", "long": "", "address_string": "河边公园"}
    building = LAMP | {"lat": "", "long": "", "address_id": "QH0202-2-B1"}
    assert [post(client, "requests.json", **one).status_code for one in (words, building)] == [200, 200]
    assert sorted(Case.objects.values_list("match", flat=True)) == ["chosen", "words"]


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    return file.getvalue()


@pytest.mark.usefixtures("app")
def test_a_photo_comes_in_parts_and_stays_with_the_staff(client: Client) -> None:
    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    answer = client.post(f"{BASE}requests.json", LAMP | {"api_key": KEY, "media": photo})
    assert answer.status_code == 200
    assert Photo.objects.count() == 1
    (row,) = get(client, "requests.json").json()
    assert row["media_url"] is None


@pytest.mark.usefixtures("app")
def test_half_an_upload_is_refused_and_nothing_is_kept(client: Client) -> None:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    photo = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    whole = encode_multipart(BOUNDARY, {"api_key": KEY} | LAMP | {"media": photo})
    for cut in (len(whole) // 2, 200, 5, 3):
        half = whole[:-cut]
        answer = client.generic("POST", f"{BASE}requests.json", half, MULTIPART_CONTENT)
        assert (answer.status_code, faults(answer)) == (400, ["body.unreadable"]), cut
    assert not Case.objects.exists()


BODIES = {
    "JSON": (b'{"service_code": "street-light"}', "application/json", "body.type"),
    "broken XML": (b"<service_request", "text/xml", "body.type"),
    "nothing": (b"", "", "body.type"),
    "no UTF-8": (b"api_key=" + KEY.encode() + b"&description=%ff", FORM, "body.unreadable"),
    "parts without a boundary": (b"x", "multipart/form-data", "body.unreadable"),
}


@pytest.mark.usefixtures("app")
def test_a_body_of_another_kind_is_refused(client: Client) -> None:
    for what, (data, kind, code) in BODIES.items():
        answer = client.generic("POST", f"{BASE}requests.json", data, kind)
        assert (answer.status_code, faults(answer)) == (400, [code]), what


@pytest.mark.usefixtures("app")
def test_the_same_idempotency_key_makes_one_case(client: Client) -> None:
    data, headers = urlencode({"api_key": KEY} | LAMP), {"Idempotency-Key": "0190d6a2-52a5"}
    two = [
        client.post(f"{BASE}requests.json", data=data, content_type=FORM, headers=headers) for _ in range(2)
    ]
    assert two[0].content == two[1].content
    assert Case.objects.count() == 1


@pytest.mark.usefixtures("app")
def test_the_test_endpoint_checks_everything_and_keeps_nothing(client: Client) -> None:
    answer = post(client, "requests.json", base="/open311/test/v2/", **LAMP)
    assert answer.status_code == 200
    assert "nothing was kept" in answer.json()[0]["service_notice"]
    wrong = post(client, "requests.json", base="/open311/test/v2/", **(LAMP | {"service_code": ""}))
    assert wrong.status_code == 400
    assert not Case.objects.exists()


# ---------------------------------------------------------------- 9 to 11: reading requests


@pytest.fixture
def three(town: Town, at: datetime) -> list[Case]:
    """An old closed lamp, a lamp of yesterday, a rubbish heap of now."""
    old = town.walk(town.report(reported_at=at - timedelta(days=100)), Step.CLOSE)
    lamp = town.report(reported_at=at - timedelta(days=1))
    heap = town.report("垃圾成堆", category="A01")
    return [old, lamp, heap]


def numbers(answer: Any) -> list[str]:
    return [row["service_request_id"] for row in answer.json()]


def test_ids_override_other_filters_and_the_default_is_ninety_days_newest_first(
    client: Client, three: list[Case]
) -> None:
    old, lamp, heap = (case.number for case in three)
    assert numbers(get(client, "requests.json")) == [heap, lamp]
    both = get(client, "requests.json", service_request_id=f"{old},{lamp}", service_code="illegal-dumping")
    assert numbers(both) == [lamp, old]
    assert numbers(get(client, "requests.json", service_code="illegal-dumping,street-light")) == [heap, lamp]
    assert numbers(get(client, "requests.json", service_code="illegal-dumping")) == [heap]
    assert numbers(get(client, "requests.json", service_code="", status="", start_date="")) == [heap, lamp]
    assert numbers(get(client, "requests.json", service_request_id="QH2601-00000-X")) == []


def test_the_status_filter_knows_two_words(client: Client, three: list[Case]) -> None:
    start = "2026-08-01T00:00:00Z"
    known = {
        status: len(numbers(get(client, "requests.json", status=status, start_date=start)))
        for status in ("open", "closed", "open,closed")
    }
    assert known == {"open": 0, "closed": 1, "open,closed": 1}
    assert len(numbers(get(client, "requests.json", status="open"))) == 2
    assert faults(get(client, "requests.json", status="done")) == ["status.unknown"]


def test_pages(client: Client, three: list[Case]) -> None:
    assert numbers(get(client, "requests.json", page="1", page_size="1")) == [three[2].number]
    assert numbers(get(client, "requests.json", page="2", page_size="1")) == [three[1].number]
    assert numbers(get(client, "requests.json", page="9", page_size="1000")) == []
    for page, size in (("0", "1"), ("1", "0"), ("1", "1001"), ("x", "1"), ("1", "²")):
        assert faults(get(client, "requests.json", page=page, page_size=size)) == ["page"], (page, size)


def test_a_thousand_and_one_rows_come_as_a_thousand(client: Client, town: Town) -> None:
    case = town.report()
    rows = [
        Case(**{f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields
                if f.attname not in {"id", "search"}} | {"number": f"QH2611-9{n:04d}-X"})
        for n in range(1000)
    ]  # fmt: skip
    Case.objects.bulk_create(rows, batch_size=500)  # PostgreSQL takes 65,535 parameters
    assert len(numbers(get(client, "requests.json"))) == 1000
    assert len(numbers(get(client, "requests.json", page="2"))) == 1
    ids = ",".join(f"QH2611-{n:05d}-X" for n in range(1001))
    assert faults(get(client, "requests.json", service_request_id=ids)) == ["ids.too_many"]


def test_the_same_moment_in_two_zones_is_the_same_window(client: Client, three: list[Case]) -> None:
    zulu = get(client, "requests.json", start_date="2026-11-16T01:59:59Z", end_date="2026-11-16T02:00:01Z")
    local = client.get(
        f"{BASE}requests.json?start_date=2026-11-16T09:59:59+08:00&end_date=2026-11-16T10:00:01+08:00"
    )
    encoded = get(
        client,
        "requests.json",
        start_date="2026-11-16T09:59:59.5+08:00",
        end_date="2026-11-16T10:00:00.5+08:00",
    )
    assert numbers(zulu) == numbers(local) == numbers(encoded) == [three[2].number]


WINDOWS = {
    "no zone": ({"start_date": "2026-11-16T02:00:00"}, "date.zone"),
    "a day alone": ({"end_date": "2026-11-16"}, "date.zone"),
    "words": ({"start_date": "yesterday"}, "date.zone"),
    "the end of days": ({"start_date": "9999-12-31T23:59:59Z"}, "date.zone"),
    "91 days": ({"start_date": "2026-08-01T00:00:00Z", "end_date": "2026-10-31T00:00:00Z"}, "date.span"),
    "backwards": ({"start_date": "2026-11-02T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"}, "date.order"),
}


def test_windows_that_are_refused(client: Client, town: Town) -> None:
    for what, (query, code) in WINDOWS.items():
        for call in ("requests", "servicerequestupdates"):
            answer = get(client, f"{call}.json", **query)
            assert (answer.status_code, faults(answer)) == (400, [code]), (what, call)


def test_ninety_days_exactly_are_possible(client: Client, town: Town) -> None:
    window = {"start_date": "2026-08-01T00:00:00Z", "end_date": "2026-10-30T00:00:00Z"}
    assert get(client, "requests.json", **window).status_code == 200


def test_status_is_open_or_closed_and_moments_are_ours(client: Client, town: Town, at: datetime) -> None:
    case = town.report()
    (row,) = get(client, f"requests/{case.number}.json").json()
    assert (row["status"], row["status_notes"]) == ("open", "reported")
    assert datetime.fromisoformat(row["expected_datetime"]) == case.promised_at.replace(microsecond=0)
    later = at + timedelta(hours=5)
    town.walk(case, Step.CHECK)
    town.step(case, Step.CLOSE, "community", "修好了", at=later)
    (row,) = get(client, f"requests/{case.number}.json").json()
    assert (row["status"], datetime.fromisoformat(row["updated_datetime"])) == ("closed", later)


def test_nothing_found_is_an_empty_list_and_not_a_fault(client: Client, town: Town) -> None:
    answer = get(client, "requests.xml")
    assert (answer.status_code, xml(answer).tag, len(xml(answer))) == (200, "service_requests", 0)


# ---------------------------------------------------------------- 12: what is never shown

SECRET = "我叫李四，电话13800000001，身份证510101199001011234，请看 https://example.org/x?token=1"


def test_restricted_categories_appear_nowhere(client: Client, town: Town) -> None:
    from weiwang.cases.queries import categories

    hidden = [row for row in categories().values() if row.restricted]
    case = town.walk(town.report("家中争吵", category=hidden[0].code), Step.REGISTER)
    codes = {row["service_code"] for row in get(client, "services.json").json()}
    assert hidden
    assert not codes & {row.slug for row in hidden}
    assert faults(get(client, f"services/{hidden[0].slug}.json")) == ["service.unknown"]
    assert faults(get(client, "requests.json", service_code=hidden[0].slug)) == ["service.unknown"]
    assert get(client, "requests.json").json() == get(client, "servicerequestupdates.json").json() == []
    assert get(client, f"requests/{case.number}.json").status_code == 404
    assert get(client, f"tokens/{case.number}.json").status_code == 404


def test_numbers_links_and_the_reporter_are_not_published(client: Client, town: Town) -> None:
    town.report(SECRET, contact=contact())
    for call in ("requests.json", "requests.xml"):
        said = get(client, call).content.decode()
        for secret in ("13800000001", "510101199001011234", "example.org", '"李四"'):
            assert secret not in said
    assert "138****0001" in get(client, "requests.json").json()[0]["description"]


def test_what_happens_at_home_is_coarse_and_without_address(client: Client, town: Town) -> None:
    from weiwang.cases.actions import Whereabouts

    where = Whereabouts(lon=104.000512, lat=30.700587, address="梧桐路1号3单元201")
    town.report("漏水", category="H01", where=where)
    town.report("路灯", category="D02", where=where)
    lamp, home = sorted(
        get(client, "requests.json").json(), key=lambda row: str(row["service_code"] != "street-light")
    )
    assert (home["lat"], home["long"], home["address"]) == (30.701, 104.001, "")
    assert (lamp["lat"], lamp["long"], lamp["address"]) == (30.700587, 104.000512, "梧桐路1号3单元201")


def test_html_in_a_text_stays_text(client: Client, town: Town) -> None:
    words = "<script>alert(1)</script> & <b>灯</b>"
    town.report(words)
    answer = get(client, "requests.xml")
    assert b"<script>" not in answer.content
    assert xml(answer).findtext("request/description") == words
    assert get(client, "requests.json").json()[0]["description"] == words


def test_what_staff_write_is_not_published(client: Client, town: Town) -> None:
    town.step(town.report(), Step.REJECT, "community", "内部说明：张三已多次反映")
    said = get(client, "requests.json").content + get(client, "servicerequestupdates.json").content
    assert "内部说明" not in said.decode()


# ---------------------------------------------------------------- 13 to 16: jurisdictions, tokens, unknown


def test_with_two_jurisdictions_one_must_be_named(client: Client, town: Town, at: datetime) -> None:
    assert get(client, "services.json", jurisdiction_id="QH").status_code == 200
    assert get(client, "services.json", jurisdiction_id="elsewhere").status_code == 404
    actions.create_place(code="BH", name="白河街道", by=SYSTEM, at=at)
    town.report()
    assert faults(get(client, "requests.json")) == ["jurisdiction.needed"]
    assert len(numbers(get(client, "requests.json", jurisdiction_id="QH"))) == 1
    assert numbers(get(client, "requests.json", jurisdiction_id="BH")) == []


def test_a_key_never_reaches_another_sub_district(
    client: Client, town: Town, app: None, at: datetime
) -> None:
    actions.create_place(code="BH", name="白河街道", by=SYSTEM, at=at)
    assert post(client, "requests.json", **LAMP).status_code == 200
    assert faults(post(client, "requests.json", **LAMP, jurisdiction_id="BH")) == ["jurisdiction.unknown"]


def test_the_id_serves_as_token_and_others_are_unknown(client: Client, town: Town) -> None:
    number = town.report().number
    assert get(client, f"tokens/{number}.json").json() == [{"service_request_id": number, "token": number}]
    for call, code in (("tokens/none", "token.unknown"), ("requests/none", "request.unknown")):
        for fmt in ("json", "xml"):
            assert get(client, f"{call}.{fmt}").status_code == 404
        assert faults(get(client, f"{call}.json")) == [code]


def test_unknown_calls_and_methods_have_a_body_too(client: Client, town: Town) -> None:
    assert faults(get(client, "nothing.json")) == ["path.unknown"]
    assert xml(client.get("/open311/nothing")).findtext("error/code") == "path.unknown"
    assert client.put(f"{BASE}requests.json").json()[0]["code"] == "method"
    assert client.post(f"{BASE}services.json").status_code == 405


def test_before_a_place_is_set_up_every_call_says_so(client: Client, db: None) -> None:
    assert faults(get(client, "requests.json")) == ["place.not_ready"]


# ---------------------------------------------------------------- 17: updates


@pytest.mark.usefixtures("app")
def test_updates_tell_each_public_step_and_the_answer_only_to_who_brought_it(
    client: Client, town: Town
) -> None:
    post(client, "requests.json", **LAMP)
    case = Case.objects.get()
    town.walk(case, Step.CLOSE)
    rows = get(client, "servicerequestupdates.json").json()
    assert [row["status"] for row in rows] == [
        "OPEN", "ACTION_SCHEDULED", "ACTION_SCHEDULED", "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "FIXED",
    ]  # fmt: skip
    assert {row["service_request_id"] for row in rows} == {case.number}
    assert len({row["update_id"] for row in rows}) == len(rows)
    assert rows[-1]["description"] == "Your report is closed and answered."
    mine = get(client, "servicerequestupdates.json", api_key=KEY).json()
    assert mine[-1]["description"] == "您反映的路灯已修好，感谢您的提醒。"
    root = xml(get(client, "servicerequestupdates.xml"))
    assert (root.tag, len(root.findall("request_update"))) == ("service_request_updates", 7)
    window = {"start_date": "2026-11-17T00:00:00Z", "end_date": "2026-11-18T00:00:00Z"}
    assert get(client, "servicerequestupdates.json", **window).json() == []


UPDATE = {"update_id": "3", "status": "IN_PROGRESS", "updated_datetime": "2026-11-16T01:05:35Z",
          "description": "还是不亮", "first_name": "Jane", "last_name": "Doe"}  # fmt: skip


@pytest.mark.usefixtures("app")
def test_an_update_is_kept_once_as_an_internal_note(client: Client, town: Town) -> None:
    number = town.report().number
    for _ in range(2):
        answer = post(client, "servicerequestupdates.xml", **UPDATE, service_request_id=number)
        assert (answer.status_code, xml(answer).findtext("request_update/update_id")) == (200, "3")
    event = Event.objects.get(step="note")
    assert (event.note, event.public, Case.objects.get().state) == (
        "[IN_PROGRESS] 还是不亮",
        False,
        "reported",
    )
    assert get(client, "servicerequestupdates.json").json() == []


UPDATES: dict[str, tuple[dict[str, str], int, list[str]]] = {
    "no key": ({"key": ""}, 403, ["key.needed"]),
    "an unknown request": ({"service_request_id": "none"}, 404, ["request.unknown"]),
    "no request": ({"service_request_id": ""}, 400, ["request.needed"]),
    "an unknown status": ({"status": "DONE"}, 400, ["status.unknown"]),
    "no zone": ({"updated_datetime": "2026-11-16T01:05:35"}, 400, ["date.zone"]),
    "no moment and no id": ({"updated_datetime": "", "update_id": ""}, 400, ["update.needed", "date.zone"]),
    "too long": ({"description": "灯" * 1901}, 400, ["description.too_long"]),
}


@pytest.mark.usefixtures("app")
def test_updates_that_are_refused(client: Client, town: Town) -> None:
    number = town.report().number
    for what, (changes, status, codes) in UPDATES.items():
        given = UPDATE | {"service_request_id": number} | changes
        answer = post(client, "servicerequestupdates.json", **given)
        assert (answer.status_code, faults(answer)) == (status, codes), what
    assert not Event.objects.filter(step="note").exists()


def test_every_state_has_a_status_of_the_extension() -> None:
    from weiwang.api.open311.updates import KNOWN, status_of
    from weiwang.cases.rules import State

    assert {status_of(state) for state in State} <= set(KNOWN)


# ---------------------------------------------------------------- 18: keys, allowances, the switch


def test_a_key_without_the_scope_may_not_report(client: Client, town: Town) -> None:
    let_in(town, "dispatcher2", scopes=["case.see"])
    assert faults(post(client, "requests.json", **LAMP)) == ["key.scope"]


def test_each_key_has_its_own_allowance(client: Client, town: Town) -> None:
    let_in(town, "dispatcher2", scopes=["case.report"], per_minute=1)
    let_in(town, "dispatcher2", scopes=["case.report"], key="ww_second", per_minute=1)
    answers = [post(client, "requests.json", **LAMP) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert faults(answers[1]) == ["too_many"]
    assert 0 < int(answers[1]["Retry-After"]) <= 60
    assert post(client, "requests.json", key="ww_second", **LAMP).status_code == 200


def test_reading_without_a_key_is_limited_by_address(client: Client, town: Town, monkeypatch: Any) -> None:
    from weiwang.api.open311 import calls
    from weiwang.kernel.allowance import Allowance

    monkeypatch.setattr(calls, "READS", Allowance("open311.test", times=1, seconds=60))
    assert [get(client, "services.json").status_code for _ in range(2)] == [200, 429]


@pytest.mark.usefixtures("app")
def test_the_office_may_ask_readers_for_a_key_or_shut_the_door(
    client: Client, town: Town, settings: Any
) -> None:
    settings.OPEN311 = "keys"
    assert faults(get(client, "requests.json")) == ["key.needed"]
    assert get(client, "requests.json", api_key=KEY).status_code == 200
    assert client.get("/open311/discovery.json").status_code == 200
    settings.OPEN311 = "off"
    assert get(client, "services.json").status_code == 404


def test_one_and_fifty_rows_need_the_same_number_of_queries(
    client: Client, town: Town, django_assert_max_num_queries: Any
) -> None:
    for size in (1, 5):
        for _ in range(size):
            town.report()
        for call in ("requests.json", "servicerequestupdates.json"):
            with django_assert_max_num_queries(4):
                get(client, call)


def test_json_is_not_escaped_beyond_need(client: Client, town: Town) -> None:
    town.report()
    assert "路灯不亮".encode() in get(client, "requests.json").content
    json.loads(get(client, "requests.json").content)
