"""Putting right a contact: by who may, with a reason; the old one is gone, messages go to the new one."""

from typing import Any

import pytest
from django.test import Client
from tests.builders import Town
from tests.channels import email_settings, sms_settings

from weiwang.audit.models import Entry
from weiwang.cases.actions import Contact
from weiwang.cases.actions.contact_data import correct_contact
from weiwang.cases.actions.finding import find_by_phone
from weiwang.cases.models import Case, Event, Reporter
from weiwang.cases.rules import CaseError, Step
from weiwang.notices.models import Delivery
from weiwang.notices.rules import State
from weiwang.territory.rules import NotAllowedError

OLD = Contact("李四", "13800000001", "li@example.cn", "zh-hans")


@pytest.fixture(autouse=True)
def _channels(channels_file: Any) -> None:
    channels_file(email=email_settings(25), sms=sms_settings("https://example.org/"))


@pytest.fixture
def case(town: Town) -> Case:
    return town.walk(town.report(contact=OLD), until=Step.REGISTER)


def correct(town: Town, case: Case, who: str = "dispatcher", **more: Any) -> Case:
    new: dict[str, Any] = {
        "contact": Contact("李四", "139 0000 0002", ""),
        "reason": "来电说号码错了。",
    } | more
    return correct_contact(case_id=case.pk, by=town.officer(who), at=town.at, **new)


def test_the_new_contact_stands_in_the_place_of_the_old(town: Town, case: Case) -> None:
    correct(town, case)
    row = Reporter.objects.get()
    assert (row.name, row.phone, row.email) == ("李四", "13900000002", "")
    dispatcher = town.officer("dispatcher")
    found = [list(find_by_phone(phone=phone, by=dispatcher, at=town.at)) for phone in (OLD.phone, row.phone)]
    assert [len(one) for one in found] == [0, 1]


def test_who_and_why_are_kept_and_no_value_of_either(town: Town, case: Case) -> None:
    correct(town, case)
    entry, event = Entry.objects.get(action="reporter.correct"), Event.objects.get(step="contact_changed")
    assert entry.reason == event.note == "来电说号码错了。"
    assert event.data == {"fields": ["phone", "email"]}
    assert not event.public
    kept = f"{entry.__dict__} {event.__dict__}"
    assert not any(value in kept for value in (OLD.phone, OLD.email, "13900000002"))


def test_messages_that_wait_go_to_the_new_one_and_sent_ones_forget_the_old(town: Town, case: Case) -> None:
    sms = Delivery.objects.get(channel="sms")
    mail = Delivery.objects.filter(channel="email").order_by("queued_at", "occasion")
    Delivery.objects.filter(pk=mail[0].pk).update(state=State.HANDED_OVER)
    correct(town, case)
    sms.refresh_from_db()
    assert (sms.address, sms.state) == ("13900000002", State.QUEUED)
    assert [(one.address, one.state) for one in mail] == [
        ("", State.HANDED_OVER), ("", State.FAILED_FOR_GOOD),
    ]  # fmt: skip
    for step, who, note, more in (
        (Step.DISPATCH, "community", "", {"target_post": town.posts["city"].pk}),
        (Step.SIGN, "city", "", {}), (Step.HANDLE, "city", "换了灯。", {}), (Step.CHECK, "community", "", {}),
        (Step.CLOSE, "community", "灯已修好。", {}),
    ):  # fmt: skip
        town.step(case, step, who, note, **more)
    closing = Delivery.objects.filter(kind="answered", recipient="reporter")
    assert [(one.channel, one.address) for one in closing] == [("sms", "13900000002")]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": " "}, "step.note_needed"),
        ({"contact": Contact("李四", "call me")}, "contact.phone"),
        ({"contact": Contact("李四", "", "at home")}, "contact.email"),
        ({"contact": Contact()}, "contact.empty"),
        ({"contact": Contact("李四", "138 0000 0001", "li@example.cn")}, "contact.same"),
    ],
)
def test_what_cannot_be_written_is_refused(town: Town, case: Case, more: Any, code: str) -> None:
    with pytest.raises(CaseError) as refused:
        correct(town, case, **more)
    assert refused.value.code == code
    assert Reporter.objects.get().phone == OLD.phone


def test_only_posts_with_that_right_over_the_place(town: Town, case: Case) -> None:
    for who in ("leader", "city"):
        with pytest.raises(NotAllowedError):
            correct(town, case, who)
    with pytest.raises(CaseError, match="Nobody left"):
        correct(town, town.report())


def test_from_the_card_of_the_reporter(town: Town, case: Case) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.users["dispatcher"])
    here = f"/desk/cases/{case.pk}/"
    assert "Correct the contact" not in client.get(here).content.decode()
    shown = client.post(f"{here}reporter/", {"reason": "call back"}).content.decode()
    assert 'value="13800000001"' in shown
    wrong = client.post(f"{here}contact/correct/", {"name": "李四", "phone": "12", "reason": "typed wrongly"})
    assert wrong.status_code == 422
    assert "does not look like a telephone number" in wrong.content.decode()
    assert "typed wrongly" in wrong.content.decode()
    right = {"name": "李四", "phone": "13900000002", "reason": "typed wrongly"}
    assert client.post(f"{here}contact/correct/", right)["Location"] == here
    page = client.get(here).content.decode()
    assert "Reporter&#x27;s contact corrected" in page
    assert "13900000002" not in page
