from django.test import Client
from tests.builders import Town

from weiwang.ledger.models import Building


def test_a_position_leads_to_its_micro_grid_without_standing_in_an_address(visitor: Client) -> None:
    answer = visitor.post("/grid", {"lon": "104.0005", "lat": "30.7005"})
    assert answer["Location"] == "/grid/QH0101-1?in=QH"


def test_a_position_in_a_gap_is_said_to_be_the_nearest(visitor: Client) -> None:
    answer = visitor.post("/grid", {"lon": "103.9999", "lat": "30.7005"})
    assert "near=1" in answer["Location"]
    assert "nearest one" in visitor.get(answer["Location"]).content.decode()


def test_a_position_outside_is_said_to_be_so(visitor: Client) -> None:
    for sent in ({"lon": "0", "lat": "0"}, {"lon": "inf", "lat": "x"}, {}):
        answer = visitor.post("/grid", sent)
        assert answer.status_code == 422
        assert "lies outside" in answer.content.decode()


def test_the_grid_shows_its_units_posts_and_names_but_no_telephone(visitor: Client, town: Town) -> None:
    page = visitor.get("/grid/QH0101-1").content.decode()
    for shown in ("第1微网格", "第1网格", "梧桐社区", "张leader", "张worker", "张gridhead", "张community"):
        assert shown in page
    assert "张liaison" not in page
    assert "张dispatcher" not in page
    assert "tel:" not in page


def test_a_vacant_post_is_said_to_be_vacant(visitor: Client, town: Town) -> None:
    from weiwang.territory.models import Appointment

    Appointment.objects.filter(post=town.posts["leader"]).update(ends_at=town.at)
    assert "vacant at present" in visitor.get("/grid/QH0101-1").content.decode()


def test_an_address_leads_to_its_grid(visitor: Client) -> None:
    building = Building.objects.get(code="QH0101-1-B1")
    page = visitor.get("/grid", {"find": building.address}).content.decode()
    assert "/grid/QH0101-1" in page
    part = visitor.get("/grid", {"find": building.address}, headers={"hx-request": "true"}).content.decode()
    assert "/grid/QH0101-1" in part
    assert "<html" not in part


def test_an_unknown_grid_is_not_there(visitor: Client) -> None:
    assert visitor.get("/grid/NOPE").status_code == 404
    assert visitor.get("/grid/QH").status_code == 404
