import io

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.ledger.actions import keep_public_line
from weiwang.ledger.rules import Line
from weiwang.territory.actions import create_place
from weiwang.web.portal.views.grid import BOARDS


@pytest.fixture
def line(town: Town) -> None:
    keep_public_line(unit=town.unit, line=Line("028-5555 0101", "12388"), by=SYSTEM, at=town.at)


def test_the_page_of_a_grid_shows_area_telephones_parts_and_services(visitor: Client, line: None) -> None:
    page = visitor.get("/grid/QH0101").content.decode()
    for shown in ("nm-own", "tel:02855550101", "tel:12388", "第2微网格", "张leader2", "Settling a quarrel"):
        assert shown in page
    assert 'href="/report?unit=QH0101"' in page
    assert "/grid/QH0101/board.pdf?size=a3" in page
    assert "data:image/svg+xml" in page


def test_the_link_of_the_board_opens_the_form_with_its_grid_set(visitor: Client, town: Town) -> None:
    page = visitor.get("/report?unit=QH0101-2").content.decode()
    assert f'<option value="{town.units["QH0101-2"].pk}" selected>' in page


def test_a_link_names_its_sub_district_where_there_are_several(visitor: Client, town: Town) -> None:
    create_place(code="ZZ", name="另一街道", by=SYSTEM, at=town.at)
    page = visitor.get("/grid/QH0101?in=QH").content.decode()
    assert "/report?unit=QH0101&amp;in=QH" in page
    assert visitor.get("/report?unit=QH0101&in=QH").status_code == 200
    assert visitor.get("/report?unit=QH0101").status_code == 302  # nobody said which sub-district


def test_a_position_outside_is_told_whom_to_call(visitor: Client, line: None) -> None:
    answer = visitor.post("/grid", {"lon": "0", "lat": "0"})
    assert answer.status_code == 422
    assert "清河湾街道" in answer.content.decode()
    assert "tel:02855550101" in answer.content.decode()


def test_the_board_is_a_pdf_that_the_browser_keeps(visitor: Client, town: Town) -> None:
    answer = visitor.get("/grid/QH0101/board.pdf?size=a4")
    assert answer["Content-Type"] == "application/pdf"
    assert "public" in answer["Cache-Control"]
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    assert round(float(page.mediabox.width)) == 595
    known = {"if-none-match": answer["ETag"]}
    again = visitor.get("/grid/QH0101/board.pdf?size=a4", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get("/grid/QH0101/board.pdf?size=a3", headers=known).status_code == 200
    assert visitor.get("/grid/QH0101/board.pdf?size=poster").status_code == 200


def test_boards_are_limited_by_address_and_known_ones_are_free(visitor: Client, town: Town) -> None:
    address = "/grid/QH0101/board.pdf"
    with time_machine.travel(town.at, tick=False):  # all in one window
        tag = visitor.get(address)["ETag"]
        for _ in range(BOARDS.times - 1):
            assert visitor.get(address).status_code == 200
        answer = visitor.get(address)
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) > 0
        assert visitor.get(address, headers={"if-none-match": tag}).status_code == 304


def test_a_sub_district_has_no_board(visitor: Client, town: Town) -> None:
    assert visitor.get("/grid/QH/board.pdf").status_code == 404
    assert visitor.get("/grid/NOPE/board.pdf").status_code == 404


def test_a_page_asks_as_often_for_three_parts_as_for_one(visitor: Client, town: Town) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for code in ("QH0101", "QH01", "QH0101"):
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(f"/grid/{code}").status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0]
