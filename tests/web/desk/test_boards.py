import io
from collections.abc import Callable

from django.test import Client
from pypdf import PdfReader
from tests.builders import Town

Desk = Callable[[str], Client]


def test_a_leader_prints_the_board_of_the_own_grid(town: Town, desk: Desk) -> None:
    client = desk("gridhead")
    unit = town.units["QH0101"].pk
    page = client.get(f"/desk/grids/{unit}/").content.decode()
    assert f"/desk/grids/{unit}/board.pdf?size=a3" in page
    assert "supervision telephone is missing" in page
    answer = client.get(f"/desk/grids/{unit}/board.pdf?size=a3")
    assert answer["Content-Type"] == "application/pdf"
    assert "private" in answer["Cache-Control"]
    assert "张gridhead" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert (
        client.get(f"/desk/grids/{unit}/board.pdf", headers={"if-none-match": answer["ETag"]}).status_code
        == 304
    )


def test_all_boards_of_a_community_come_in_one_file(town: Town, desk: Desk) -> None:
    answer = desk("community").get(f"/desk/grids/{town.units['QH01'].pk}/boards.pdf?size=a4")
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 3


def test_a_board_elsewhere_is_not_printed(town: Town, desk: Desk) -> None:
    client = desk("gridhead")
    assert client.get(f"/desk/grids/{town.units['QH0102'].pk}/board.pdf").status_code == 403
    assert client.get(f"/desk/grids/{town.unit.pk}/board.pdf").status_code == 404
    assert client.get("/desk/grids/999999/boards.pdf").status_code == 404
