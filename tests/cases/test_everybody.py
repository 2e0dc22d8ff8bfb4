"""All who wait for a case hear its end: those who joined, and reporters of duplicates, by their own links."""

from typing import Any

import pytest
from tests.builders import Town
from tests.channels import Gateway, MailServer, email_settings, sms_settings

from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import Contact, join_case
from weiwang.cases.actions.merging import merge_cases
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Joined
from weiwang.cases.rules import Step
from weiwang.notices.actions import deliver
from weiwang.notices.models import Delivery


def join(town: Town, case: Case, contact: Contact) -> Joined:
    return join_case(
        case_id=case.pk, text="我家也是。", by=RESIDENT, at=town.at, channel="portal", contact=contact
    )


def merge(town: Town, duplicate: Case, into: Case) -> None:
    merge_cases(
        duplicate=duplicate.pk, into=into.pk, by=town.officer("community"), at=town.at,
        seen_version=Case.objects.get(pk=duplicate.pk).version,
    )  # fmt: skip


@pytest.fixture
def case(town: Town) -> Case:
    return town.report(contact=Contact("李四", "13800000001", "", "zh-hans"))


def ends(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = Delivery.objects.filter(about=case.pk, kind="answered").order_by("recipient", "channel")
    for row in rows:
        found.setdefault(row.recipient, []).append(f"{row.channel} {row.address}")
    return found


def test_all_who_joined_hear_the_end_on_what_they_left(town: Town, case: Case, channels_file: Any) -> None:
    channels_file(email=email_settings(25), sms=sms_settings("https://example.org/"))
    both = join(town, case, Contact("王五", "13800000002", "wang@example.cn", "en"))
    join(town, case, Contact("赵六", "028-87654321"))
    join(town, case, Contact())
    join(town, case, Contact("李四", "138 0000 0001"))  # the reporter once more
    town.walk(case, until=Step.CLOSE)
    assert ends(case) == {
        "reporter": ["sms 13800000001"],
        f"joined:{both.pk}": ["email wang@example.cn", "sms 13800000002"],
    }
    mail = Delivery.objects.get(about=case.pk, kind="answered", channel="email")
    assert mail.subject == f"Your report {case.number} is answered"
    assert f"/c/{both.pk}/{private_token(both.pk)}/" in mail.text
    assert private_token(case.pk) not in mail.text


def test_they_hear_nothing_before_the_end(town: Town, case: Case, channels_file: Any) -> None:
    channels_file(sms=sms_settings("https://example.org/"))
    join(town, case, Contact("王五", "13800000002"))
    town.walk(case, until=Step.CHECK)
    assert not Delivery.objects.filter(recipient__startswith="joined:").exists()


def test_reporters_of_duplicates_hear_the_end_under_their_own_number(
    town: Town, case: Case, channels_file: Any
) -> None:
    channels_file(sms=sms_settings("https://example.org/"))
    duplicate = town.report("还是那盏灯。", contact=Contact("钱七", "13800000003"))
    theirs = join(town, duplicate, Contact("孙八", "13800000004"))
    merge(town, duplicate, case)
    town.walk(case, until=Step.CLOSE)
    assert set(ends(case)) == {"reporter", f"merged:{duplicate.pk}", f"joined:{theirs.pk}"}
    text = Delivery.objects.get(recipient=f"merged:{duplicate.pk}").text
    assert duplicate.number in text
    assert private_token(duplicate.pk) in text


def test_the_messages_arrive_at_real_servers(
    town: Town, case: Case, channels_file: Any, mail: MailServer, gateway: Gateway
) -> None:
    channels_file(email=email_settings(mail.port), sms=sms_settings(gateway.url))
    join(town, case, Contact("王五", "13800000002", "wang@example.cn"))
    town.walk(case, until=Step.CLOSE)
    for row in Delivery.objects.filter(kind="answered"):
        deliver(delivery_id=row.pk, at=town.at)
    assert [one["To"] for one in mail.mails] == ["wang@example.cn"]
    assert sorted(one["mobile"] for one in gateway.asked) == ["13800000001", "13800000002"]
    assert set(Delivery.objects.filter(kind="answered").values_list("state", flat=True)) == {"handed_over"}


def test_one_more_who_joined_asks_nothing_more(
    town: Town, case: Case, channels_file: Any, django_assert_max_num_queries: Any
) -> None:
    channels_file(sms=sms_settings("https://example.org/"))
    asked = []
    for people in (1, 3):
        one = town.report()
        for number in range(people):
            join(town, one, Contact("王五", f"1380000010{number}"))
        town.walk(one, until=Step.CHECK)
        with django_assert_max_num_queries(80) as queries:
            town.step(one, Step.CLOSE, "community", "灯已修好。")
        asked.append(len([q for q in queries.captured_queries if "cases_joined" in q["sql"]]))
    assert asked == [1, 1]
