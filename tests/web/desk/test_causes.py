"""What comes again, the topics of a month, and what stands around a case."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from tests.builders import Town, contact

from weiwang.audit.models import Entry
from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import join_case

Desk = Callable[[str], Client]


def lamp_again(town: Town) -> list[str]:
    days = (0, 9, 20)
    return [town.report(f"路灯又不亮了{n}", at=town.at - timedelta(days=n)).number for n in days]


def test_what_came_again_is_listed_with_its_rule_and_marked_on_the_case(town: Town, desk: Desk) -> None:
    numbers = lamp_again(town)
    page = desk("dispatcher").get("/desk/causes/").text
    assert all(number in page for number in numbers)
    assert "3 times within 20 days" in page
    assert "60 metres" in page
    case = town.report("路灯还是不亮")
    own = desk("dispatcher").get(f"/desk/cases/{case.pk}/beside/").text
    assert "Reported 3 more times within 30 days" in own


def test_nothing_elsewhere_or_for_one_case(town: Town, desk: Desk) -> None:
    town.report()
    assert "Nothing recurred" in desk("dispatcher").get("/desk/causes/").text
    lamp_again(town)
    assert "Nothing recurred" in desk("community2").get("/desk/causes/").text


def test_topics_of_a_month_and_of_one_that_has_none(town: Town, desk: Desk) -> None:
    for n in range(4):
        town.report(f"丽景园渣土车整夜进出扬尘，第{n}次反映", category="C02")
    client = desk("dispatcher")
    assert "渣土车" in client.get("/desk/causes/topics/?month=2026-11").text
    for month in ("2026-10", "junk", "9999-99", "0000-01"):
        assert client.get(f"/desk/causes/topics/?month={month}").status_code == 200


def test_those_who_joined_stand_on_the_case_without_their_names(town: Town, desk: Desk) -> None:
    case = town.report()
    join_case(
        case_id=case.pk, text="我家楼下也黑", by=RESIDENT, at=town.at, channel="portal", contact=contact()
    )
    page = desk("dispatcher").get(f"/desk/cases/{case.pk}/").text
    assert "1 more person reported this" in page
    assert ("我家楼下也黑" in page, "李四" in page) == (True, False)


def test_a_telephone_finds_reports_and_joins_and_the_look_is_recorded(town: Town, desk: Desk) -> None:
    first = town.report(contact=contact())
    other = town.report("垃圾没人清", category="A01")
    join_case(case_id=other.pk, text="我也是", by=RESIDENT, at=town.at, channel="portal", contact=contact())
    town.report("无关的事情一件")
    page = desk("dispatcher").post("/desk/cases/by-phone/", {"phone": "138-0000 0001"}).text
    assert (first.number in page, other.number in page, "无关的事情" in page) == (True, True, False)
    entry = Entry.objects.get(action="reporter.find")
    assert (entry.data, "13800000001" in str(entry.data)) == ({"found": 2}, False)
    assert desk("dispatcher").post("/desk/cases/by-phone/", {"phone": "abc"}).status_code == 422
    assert desk("leader").post("/desk/cases/by-phone/", {"phone": "13800000001"}).status_code == 403


def test_days_and_department_narrow_and_a_number_ignores_them(town: Town, desk: Desk) -> None:
    case = town.report(at=town.at - timedelta(days=3))
    client, day = desk("dispatcher"), (town.at - timedelta(days=3)).date()
    inside = f"/desk/cases/?view=all&since={day}&until={day}"
    assert case.title in client.get(inside).text
    assert case.title not in client.get(f"/desk/cases/?view=all&until={day - timedelta(days=1)}").text
    assert case.title not in client.get("/desk/cases/?view=all&department=housing").text
    assert case.title in client.get(f"/desk/cases/?view=closed&department=housing&q={case.number}").text
    assert client.get("/desk/cases/?since=junk&until=2026-13-45").status_code == 200


def test_part_of_a_number_is_found_with_words_and_without(town: Town, desk: Desk) -> None:
    case = town.report()
    serial = case.number.split("-")[1]
    assert case.title in desk("dispatcher").get(f"/desk/cases/?q={serial}").text
    assert case.title in desk("dispatcher").get(f"/desk/cases/?q={serial} 路灯").text


def test_a_duplicate_is_put_to_the_other_case_from_its_page_and_taken_back(town: Town, desk: Desk) -> None:
    main, case = town.report("东门路灯不亮"), town.report("东门的路灯不亮，很黑")
    client = desk("community")
    page = client.get(f"/desk/cases/{case.pk}/beside/").text
    assert f'hx-get="/desk/cases/{case.pk}/beside/"' in client.get(f"/desk/cases/{case.pk}/").text
    assert "Duplicate: merge this case into that one" in page
    assert f'value="{main.pk}"' in page
    sent = {"into": str(main.pk), "seen_version": "1", "submission_key": "k", "step": "merge"}
    assert [client.post(f"/desk/cases/{case.pk}/merge/", sent).status_code for _ in range(2)] == [302, 302]
    assert f"Merged into {main.number}" in client.get(f"/desk/cases/{case.pk}/").text
    assert case.number in client.get(f"/desk/cases/{main.pk}/beside/").text
    back = f"/desk/cases/{case.pk}/unmerge/"
    assert client.post(back, {"seen_version": "2", "note": "", "step": "unmerge"}).status_code == 422
    assert (
        client.post(back, {"seen_version": "2", "note": "不是同一盏", "step": "unmerge"}).status_code == 302
    )
    assert f"Merged into {main.number}" not in client.get(f"/desk/cases/{case.pk}/").text
