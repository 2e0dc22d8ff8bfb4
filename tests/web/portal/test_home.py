from datetime import timedelta

from django.test import Client
from django.utils import timezone
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.territory import actions


def test_the_front_page_has_three_doors_and_the_name_of_the_place(visitor: Client) -> None:
    page = visitor.get("/").content.decode()
    assert "清河湾街道" in page
    for door in ("/report", "/follow", "/grid"):
        assert f'class="ww-door{" ww-door-first" if door == "/report" else ""}" href="{door}"' in page


def test_the_front_page_says_how_many_reports_came_and_were_settled(visitor: Client, town: Town) -> None:
    town.report()
    assert "1 reports came in; 0 of them are settled" in visitor.get("/").content.decode()


def test_a_deployment_without_a_sub_district_says_so(db: None) -> None:
    answer = Client(headers={"accept-language": "en"}).get("/")
    assert answer.status_code == 503
    assert "No sub-district has been entered here" in answer.content.decode()


def test_with_one_sub_district_nobody_is_asked_to_choose(visitor: Client) -> None:
    assert visitor.get("/report").status_code == 200


def test_with_several_the_visitor_chooses_once_and_comes_back(visitor: Client, town: Town) -> None:
    _second_place(town)
    asked = visitor.get("/report?unit=QH01")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/place?next=%2Freport")
    assert "山下街道" in visitor.get("/place").content.decode()
    chosen = visitor.post("/place", {"place": "SX", "next": "/report"})
    assert chosen["Location"] == "/report"
    assert "山下街道" in visitor.get("/").content.decode()


def test_a_position_chooses_the_sub_district_too(visitor: Client, town: Town) -> None:
    _second_place(town)
    visitor.post("/place", {"lon": "104.0005", "lat": "30.7005"})
    assert "清河湾街道" in visitor.get("/").content.decode()


def test_a_position_outside_or_an_unknown_name_chooses_nothing(visitor: Client, town: Town) -> None:
    _second_place(town)
    for sent in (
        {"lon": "0", "lat": "0"},
        {"lon": "x", "lat": ""},
        {"place": "XX"},
        {"lon": "nan", "lat": "nan"},
    ):
        assert visitor.post("/place", sent).status_code == 422


def test_the_choice_never_leads_to_another_site(visitor: Client) -> None:
    answer = visitor.post("/place", {"place": "QH", "next": "https://example.org/"})
    assert answer["Location"] == "/"


def test_the_rules_for_personal_data_are_public_in_both_languages(visitor: Client) -> None:
    english = visitor.get("/privacy").content.decode()
    assert "Personal Information Protection Law" in english
    assert "No face recognition" in english
    chinese = Client(headers={"accept-language": "zh-hans"}).get("/privacy").content.decode()
    assert "个人信息保护法" in chinese
    assert "没有人脸识别" in chinese


def _second_place(town: Town) -> None:
    actions.create_place(code="SX", name="山下街道", by=SYSTEM, at=timezone.now() - timedelta(days=30))
