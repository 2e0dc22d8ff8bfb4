"""Other people's clients and the shapes of the specification, against a real server."""

import importlib
import itertools
import json
from io import BytesIO
from typing import Any
from unittest import mock

import jsonschema
import pytest
from PIL import Image
from pytest_django.live_server_helper import LiveServer
from tests.api import georeport_schemas as shapes
from tests.builders import Town
from tests.territory.test_clients import KEY, let_in

from weiwang.cases.models import Case
from weiwang.cases.rules import Step


@pytest.fixture
def base(live_server: LiveServer, town: Town) -> str:
    """The endpoint with a lamp and a rubbish heap, and a key for the app. The moment is now."""
    let_in(town, "dispatcher2", scopes=["case.report", "case.see"], name="随手拍", days=1095)
    town.walk(town.report(), Step.CLOSE)
    town.report("垃圾成堆 <b>很臭</b>", category="A01")
    return f"{live_server.url}/open311/v2"


def client_named(name: str) -> Any:
    with mock.patch.object(itertools, "ifilter", filter, create=True):  # three is older than Python 3
        return importlib.import_module(name)


WINDOW = {"start_date": "2026-10-01T00:00:00Z", "end_date": "2026-11-30T00:00:00Z"}


def test_georeport_reads_everything_in_json_and_xml(base: str) -> None:
    for fmt in ("json", "xml"):
        client = client_named("georeport").GeoReport(base, jurisdiction="QH", output_format=fmt)
        services = client.get_service_list()
        lamp = next(row for row in services if row["service_code"] == "street-light")
        assert str(lamp["metadata"]).lower() == "true"
        assert client.get_service_definition("street-light")["service_code"] == "street-light"
        rows = client.get_service_requests(**WINDOW)
        assert {row["status"] for row in rows} == {"open", "closed"}
        one = client.get_service_request(rows[0]["service_request_id"])
        assert (one["service_request_id"], one["lat"]) == (rows[0]["service_request_id"], rows[0]["lat"])
        heap = next(row for row in rows if row["service_code"] == "illegal-dumping")
        assert heap["description"] == "垃圾成堆 <b>很臭</b>"


def test_three_reads_and_reports_in_json(base: str) -> None:
    three = client_named("three").Three(base, api_key=KEY, jurisdiction="QH")
    assert {one["type"] for one in three.discovery()["endpoints"]} == {"production", "test"}
    assert len(three.services()) > 20
    assert three.services("street-light")["attributes"][0]["code"] == "fault"
    assert len(three.requests(between=["11-01-2026", "11-30-2026"], count=1)) == 1
    assert three.requests("none")[0]["code"] == "service.unknown"
    sent = three.post("street-light", address="河边公园", name="Jane Doe", description="灯不亮")
    number = sent[0]["service_request_id"]
    assert three.request(number)[0]["description"] == "灯不亮"
    assert three.token(number)[0]["service_request_id"] == number
    photo = BytesIO()
    Image.new("RGB", (60, 40), "green").save(photo, "JPEG")
    photo.seek(0)
    photo.name = "lamp.jpg"
    with_photo = three.post("street-light", lat="30.7005", long="104.0005", media=photo)
    assert Case.objects.get(number=with_photo[0]["service_request_id"]).photo_count == 1
    assert three.post("none")[0]["code"] == "service.unknown"


def test_answers_have_the_shapes_of_the_specification(base: str) -> None:
    requests = importlib.import_module("requests")
    calls = {
        "services": shapes.rows(shapes.SERVICE), "services/street-light": shapes.DEFINITION,
        "services/illegal-parking": shapes.DEFINITION, "services/greening": shapes.DEFINITION,
        "requests": shapes.rows(shapes.REQUEST), "requests/none": shapes.rows(shapes.FAULT),
    }  # fmt: skip
    for call, shape in calls.items():
        said = requests.get(f"{base}/{call}.json", params=WINDOW, timeout=20).json()
        jsonschema.Draft4Validator(shape, format_checker=jsonschema.FormatChecker()).validate(said)
    assert json.loads(requests.get(f"{base}/requests.json", params=WINDOW, timeout=20).content)


def test_a_connection_that_breaks_off_keeps_nothing(base: str, live_server: LiveServer) -> None:
    """Half a body, then silence: the server answers or hangs up, and no case comes of it."""
    import socket
    from urllib.parse import urlsplit

    before = Case.objects.count()
    parts = urlsplit(live_server.url)
    body = f"api_key={KEY}&service_code=street-light&lat=30.7005&long=104.0005&description=lamp".encode()
    head = (
        "POST /open311/v2/requests.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body) + 50}\r\n\r\n"
    )
    with socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=20) as line:
        line.sendall(head.encode() + body)
        line.shutdown(socket.SHUT_WR)
        line.settimeout(20)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert b" 400 " in answer.splitlines()[0]
    assert Case.objects.count() == before
