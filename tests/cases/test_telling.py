"""Who hears of which step: the reporter on the contact they left, the holders of the post it has come to."""

from typing import Any

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.builders import Town
from tests.channels import email_settings, sms_settings

from weiwang.cases.actions import Contact, give_feedback
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Reporter
from weiwang.cases.rules import CaseError, Step, mobile_of, read_email
from weiwang.notices import queries
from weiwang.notices.models import Delivery
from weiwang.notices.rules import Channel

BOTH = Contact("李四", "138 0000 0001", "lisi@example.org", "zh-hans")


@pytest.fixture(autouse=True)
def _channels(channels_file: Any) -> None:
    wecom = {"groups": {
        "城管办": {"url": "https://example.org/a", "department": "city_management"},
        "梧桐社区": {"url": "https://example.org/b", "unit": "QH01"},
        "桃源社区": {"url": "https://example.org/c", "unit": "QH02"},
    }}  # fmt: skip
    channels_file(email=email_settings(25), sms=sms_settings("https://example.org/"), wecom=wecom)


def told(case: Case, recipient: str = "reporter") -> list[tuple[str, str]]:
    found = Delivery.objects.filter(about=case.pk, recipient=recipient).order_by(
        "queued_at", "occasion", "channel"
    )
    return list(found.values_list("kind", "channel"))


def test_the_reporter_hears_on_each_contact_they_left(town: Town) -> None:
    case = town.walk(town.report(contact=BOTH), until=Step.CLOSE)
    assert told(case) == [
        ("received", "email"), ("registered", "email"), ("registered", "sms"), ("answered", "email"),
        ("answered", "sms"),
    ]  # fmt: skip
    sms = Delivery.objects.get(about=case.pk, channel=Channel.SMS, kind="answered")
    link = reverse("portal:case", args=[case.pk, private_token(case.pk)])
    assert sms.address == "13800000001"
    assert link in sms.text
    assert case.number in sms.text
    assert "路灯" not in sms.text
    assert ProcrastinateJob.objects.filter(task_name="weiwang.notices.jobs.deliver").count() >= 5


def test_a_landline_hears_nothing_and_an_anonymous_reporter_neither(town: Town) -> None:
    assert told(town.walk(town.report(contact=Contact("王五", "028-87654321")), until=Step.REGISTER)) == []
    assert told(town.walk(town.report(), until=Step.REGISTER)) == []


def test_a_reporter_who_read_english_is_written_to_in_english(town: Town) -> None:
    case = town.walk(town.report(contact=Contact("", "", "a@example.org", "en")), until=Step.REGISTER)
    mail = Delivery.objects.get(about=case.pk, kind="registered")
    assert mail.subject == f"Your report {case.number} was accepted"
    assert "November" in mail.text


def test_an_objection_is_confirmed_to_the_reporter(town: Town) -> None:
    case = town.walk(town.report(contact=BOTH), until=Step.CLOSE)
    give_feedback(case_id=case.pk, satisfied=False, remark="灯又坏了", at=town.at)
    assert told(case)[-1] == ("reopened", "email")


def test_whoever_gets_a_case_is_told_and_nobody_of_their_own_doing(town: Town) -> None:
    case = town.report()
    head = f"user:{town.users['gridhead'].pk}"
    assert told(case, head) == [("assigned", "page")]
    case = town.step(case, Step.REGISTER, "gridhead")
    assert told(case, head) == [("assigned", "page")]  # the case stays with them, by their own hand
    case = town.step(case, Step.DISPATCH, "gridhead", target_post=town.posts["city"].pk)
    (message,) = queries.inbox(user_id=town.users["city"].pk)
    assert (message.about, message.told["number"]) == (case.pk, case.number)
    assert told(case, "group:城管办") == [("assigned", "wecom")]
    assert told(case, "group:桃源社区") == []


def test_a_group_of_a_unit_hears_of_the_posts_below_it(town: Town) -> None:
    case = town.report()
    assert told(case, "group:梧桐社区") == [("assigned", "wecom")]
    assert told(case, "group:城管办") == []
    text = Delivery.objects.get(about=case.pk, channel=Channel.WECOM).text
    assert case.number in text


def test_a_restricted_category_is_not_named_to_a_group(town: Town) -> None:
    from weiwang.cases.queries import categories

    secret = next(category for category in categories().values() if category.restricted)
    case = town.report(category=secret.code)
    text = Delivery.objects.get(about=case.pk, channel=Channel.WECOM).text
    assert secret.zh not in text
    assert Delivery.objects.filter(about=case.pk, channel=Channel.PAGE).first().told["category"] == ""  # type: ignore[union-attr]


def test_the_links_in_messages_are_those_of_the_pages(settings: Any, town: Town) -> None:
    case = town.report()
    links = settings.MESSAGE_LINKS
    token = private_token(case.pk)
    assert links["reporter"].format(case=case.pk, token=token) == reverse(
        "portal:case", args=[case.pk, token]
    )
    assert links["owner"].format(case=case.pk) == reverse("desk:case", args=[case.pk])
    assert links["whistle"].format(whistle=case.pk) == reverse("desk:whistle", args=[case.pk])
    assert links["warning"] == reverse("desk:whistles")


def test_a_refused_step_tells_nobody(town: Town) -> None:
    case = town.report(contact=BOTH)
    before = Delivery.objects.count()
    with pytest.raises(CaseError):
        town.step(case, Step.REGISTER, "community", seen_version=99)
    assert Delivery.objects.count() == before


def test_a_broken_settings_file_stops_no_case(town: Town, settings: Any, tmp_path: Any) -> None:
    settings.CHANNELS_FILE = tmp_path / "broken.yaml"
    settings.CHANNELS_FILE.write_text("email: [")
    settings.CHANNELS_FILE.chmod(0o600)
    assert town.walk(town.report(contact=BOTH), until=Step.REGISTER).state == "registered"


def test_the_address_of_a_reporter_is_kept_sealed(town: Town) -> None:
    from django.db import connection

    case = town.report(contact=BOTH)
    with connection.cursor() as cursor:
        cursor.execute("SELECT email FROM cases_reporter")
        assert b"lisi" not in bytes(cursor.fetchone()[0])
    assert Reporter.objects.get(case=case).email == "lisi@example.org"


@pytest.mark.parametrize(
    "text", ["lisi", "a@b", "a b@c.org", "a@c.org\nBcc: x@y.z", "<a@c.org>", "x" * 65 + "@c.org", "@c.org"]
)
def test_what_is_no_email_address_is_refused(text: str) -> None:
    with pytest.raises(CaseError) as refused:
        read_email(text)
    assert refused.value.code == "contact.email"


def test_email_addresses_and_mobile_numbers_are_read_as_people_type_them() -> None:
    assert read_email(" ｌｉｓｉ＠example.org ") == "lisi@example.org"
    assert read_email("李四@例子.中国") == "李四@例子.中国"
    assert read_email("") == ""
    assert [mobile_of(n) for n in ("+8613800000001", "13800000001", "02887654321")] == [
        "13800000001", "13800000001", "",
    ]  # fmt: skip
