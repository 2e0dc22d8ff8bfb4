"""Messages on their way, against a real mail server and a real gateway."""

import logging
from datetime import datetime, timedelta
from hashlib import md5
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.channels import (
    Gateway,
    MailServer,
    Setting,
    email_settings,
    free_port,
    sms_settings,
)
from tests.conftest import MONDAY_TEN

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.notices import channels, queries
from weiwang.notices.actions import (
    Recipient,
    deliver,
    erase_old_texts,
    open_messages,
    queue,
    resend,
    sweep,
)
from weiwang.notices.models import Delivery, Line
from weiwang.notices.rules import GIVE_UP_AFTER, KEEP_TEXTS, RETRY_AFTER, Channel, NoticeError, State

AT = MONDAY_TEN
ADDRESS, PHONE, TEXT = "lisi@example.org", "13800000001", "您的反映已办结"


def to(channel: Channel) -> Recipient:
    address = {Channel.EMAIL: ADDRESS, Channel.SMS: PHONE, Channel.WECOM: "城管办"}.get(channel, "")
    return Recipient("reporter", channel, address, "答复", TEXT)


def put(channel: Channel, *, at: datetime = AT, occasion: str = "1", **more: Any) -> Delivery:
    about = more.get("about", uuid4())
    return queue(place=1, about=about, occasion=occasion, kind="answered", recipients=[to(channel)], at=at)[0]


def run(row: Delivery, at: datetime = AT) -> State | None:
    return deliver(delivery_id=row.pk, at=at)


def jobs() -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name="weiwang.notices.jobs.deliver").order_by("id"))


pytestmark = pytest.mark.django_db


def test_a_mail_is_handed_to_the_server_with_its_own_id(mail: MailServer, channels_file: Setting) -> None:
    channels_file(email=email_settings(mail.port))
    row = put(Channel.EMAIL)
    assert run(row) is State.HANDED_OVER
    (one,) = mail.mails
    assert (one["To"], one["Subject"], one["Auto-Submitted"]) == (ADDRESS, "答复", "auto-generated")
    assert one["Message-ID"] == f"<{row.pk}@qh.example>"
    assert one.get_content().strip() == TEXT
    row.refresh_from_db()
    assert (row.attempts, row.handed_at, row.delivered_at) == (1, AT, None)


def test_the_job_is_written_with_the_message_and_the_same_occasion_counts_once() -> None:
    about = uuid4()
    for _ in range(2):
        put(Channel.SMS, about=about)
    assert Delivery.objects.count() == 1
    assert {job.args["delivery_id"] for job in jobs()} >= {str(Delivery.objects.get().pk)}


def test_a_message_leaves_once_however_often_its_job_runs(gateway: Gateway, channels_file: Setting) -> None:
    channels_file(sms=sms_settings(gateway.url))
    row = put(Channel.SMS)
    assert [run(row), run(row), run(row, AT + timedelta(hours=1))] == [State.HANDED_OVER, None, None]
    assert len(gateway.asked) == 1


def test_a_gateway_is_asked_as_its_settings_say(gateway: Gateway, channels_file: Setting) -> None:
    channels_file(sms=sms_settings(gateway.url))
    row = put(Channel.SMS)
    run(row)
    signed = md5(f"qh{PHONE}s3cret".encode()).hexdigest()
    content = f"【清河湾】{TEXT}"
    assert gateway.asked == [{"account": "qh", "mobile": PHONE, "content": content, "ts": "1", "sig": signed}]
    row.refresh_from_db()
    assert row.outer_id == "m-1"


def test_a_number_that_is_none_fails_for_good_at_once(gateway: Gateway, channels_file: Setting) -> None:
    channels_file(sms=sms_settings(gateway.url))
    gateway.answers = [(200, {"code": "41"})]
    row = put(Channel.SMS)
    assert run(row) is State.FAILED_FOR_GOOD
    assert run(row, AT + timedelta(days=1)) is None
    assert [(told.masked, told.reason) for told in queries.failures(places=[1])] == [
        ("138****0001", "notice.refused")
    ]


def test_a_mailbox_that_is_full_is_tried_again_and_one_that_is_not_there_never(
    mail: MailServer, channels_file: Setting
) -> None:
    channels_file(email=email_settings(mail.port))
    mail.answers = ["452 mailbox full", "550 no such user"]
    full, gone = put(Channel.EMAIL), put(Channel.EMAIL)
    assert run(full) is State.FAILED_TEMPORARILY
    assert run(gone, AT + timedelta(seconds=2)) is State.FAILED_FOR_GOOD
    full.refresh_from_db()
    assert full.try_at == AT + RETRY_AFTER[0]
    assert run(full, AT + RETRY_AFTER[0]) is State.HANDED_OVER
    assert len(mail.mails) == 1


def moment(job: ProcrastinateJob) -> datetime:
    assert job.scheduled_at is not None
    return job.scheduled_at


def work(until: datetime) -> list[tuple[datetime, State | None]]:
    """Run the jobs as a worker would, each at its moment, up to a moment; what came of each."""
    done: list[tuple[datetime, State | None]] = []
    while due := sorted((moment(job), job.pk) for job in jobs() if moment(job) <= until):
        at, pk = due[0]
        delivery_id = ProcrastinateJob.objects.get(pk=pk).args["delivery_id"]
        ProcrastinateJob.objects.filter(pk=pk)._raw_delete("default")
        done.append((at, deliver(delivery_id=delivery_id, at=at)))
    return done


def test_an_hour_without_a_mail_server_loses_nothing_and_floods_nothing(channels_file: Setting) -> None:
    """Six mails wait out the hour; the dead server is asked now and then, not six times as often."""
    port = free_port()
    channels_file(email=email_settings(port, per_minute=6))
    rows = [put(Channel.EMAIL) for _ in range(6)]
    asked = [at for at, state in work(AT + timedelta(hours=1)) if state is State.FAILED_TEMPORARILY]
    assert len(asked) <= 10
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    server = MailServer(port)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        sent = [at for at, state in work(AT + timedelta(hours=2)) if state is State.HANDED_OVER]
    finally:
        controller.stop()
    assert [after - before for before, after in pairwise(sent)] == [timedelta(seconds=10)] * 5
    assert {mail["Message-ID"] for mail in server.mails} == {f"<{row.pk}@qh.example>" for row in rows}
    assert Line.objects.get(channel="email").failures == 0
    assert jobs() == []


def test_after_three_days_a_message_is_given_up_and_listed(channels_file: Setting) -> None:
    channels_file(email=email_settings(free_port()))
    row = put(Channel.EMAIL)
    assert run(row, AT + GIVE_UP_AFTER) is State.FAILED_FOR_GOOD
    (told,) = queries.failures(places=[1])
    assert (told.reason, told.masked) == ("notice.too_old", "l***@example.org")
    assert queries.failures(places=[2]) == []


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ((500, {}), State.FAILED_TEMPORARILY, "notice.unreachable"),
        ((429, {}), State.FAILED_TEMPORARILY, "notice.busy"),
        ((401, {}), State.FAILED_TEMPORARILY, "notice.sign_in"),
        ((302, {}), State.FAILED_TEMPORARILY, "notice.busy"),
        ((200, {"code": "9"}), State.FAILED_TEMPORARILY, "notice.busy"),
        ((200, [1]), State.FAILED_TEMPORARILY, "notice.busy"),
    ],
)
def test_what_a_gateway_may_answer(
    gateway: Gateway, channels_file: Setting, answer: tuple[int, Any], state: State, reason: str
) -> None:
    channels_file(sms=sms_settings(gateway.url))
    gateway.answers = [answer]
    row = put(Channel.SMS)
    assert run(row) is state
    row.refresh_from_db()
    assert row.reason == reason


def test_a_wecom_group_says_that_it_has_it(gateway: Gateway, channels_file: Setting) -> None:
    channels_file(wecom={"groups": {"城管办": {"url": gateway.url, "department": "city_management"}}})
    gateway.answers = [(200, {"errcode": 45009}), (200, {"errcode": 0}), (200, {"errcode": 93000})]
    row = put(Channel.WECOM)
    assert run(row) is State.FAILED_TEMPORARILY
    assert run(row, AT + timedelta(minutes=5)) is State.DELIVERED
    assert gateway.asked[1] == {"msgtype": "text", "text": {"content": TEXT}}
    assert run(put(Channel.WECOM), AT + timedelta(minutes=9)) is State.FAILED_FOR_GOOD


def test_a_gateway_inside_the_network_is_not_called_unless_allowed(
    gateway: Gateway, channels_file: Setting
) -> None:
    channels_file(sms=sms_settings(gateway.url), allow_inside=[])
    row = put(Channel.SMS)
    assert run(row) is State.FAILED_TEMPORARILY
    assert gateway.asked == []


def test_a_claimed_message_is_left_to_its_worker_and_taken_up_when_that_one_died(
    gateway: Gateway, channels_file: Setting
) -> None:
    channels_file(sms=sms_settings(gateway.url))
    row = put(Channel.SMS)
    Delivery.objects.update(claimed_until=AT + timedelta(minutes=2))
    assert run(row, AT + timedelta(seconds=30)) is None
    assert run(row, AT + timedelta(minutes=2)) is State.HANDED_OVER


def test_a_failed_message_is_sent_again_once_by_two_presses(gateway: Gateway, channels_file: Setting) -> None:
    channels_file(sms=sms_settings(gateway.url))
    gateway.answers = [(200, {"code": "41"})]
    row, later = put(Channel.SMS), AT + timedelta(hours=1)
    run(row)
    resend(delivery_id=row.pk, places=[1], by=SYSTEM, at=later, submission="k")
    with pytest.raises(AlreadyDoneError):
        resend(delivery_id=row.pk, places=[1], by=SYSTEM, at=later, submission="k")
    with pytest.raises(NoticeError) as refused:
        resend(delivery_id=row.pk, places=[1], by=SYSTEM, at=later)
    assert refused.value.code == "notice.not_failed"
    with pytest.raises(NoticeError):
        resend(delivery_id=row.pk, places=[2], by=SYSTEM, at=later)
    assert run(row, later) is State.HANDED_OVER
    assert Entry.objects.filter(action="notice.resend").count() == 1


def test_a_message_without_a_job_is_found_again() -> None:
    put(Channel.SMS)
    assert sweep(at=AT + timedelta(minutes=5)) == 0
    assert sweep(at=AT + timedelta(minutes=11)) == 1
    assert len(jobs()) == 2


def test_addresses_and_texts_are_erased_on_their_date_and_the_rest_stays() -> None:
    row = put(Channel.SMS)
    assert erase_old_texts(at=AT + KEEP_TEXTS) == 0
    assert erase_old_texts(at=AT + KEEP_TEXTS + timedelta(seconds=1)) == 1
    row.refresh_from_db()
    assert (row.address, row.text, row.kind) == ("", "", "answered")


def test_nothing_personal_is_logged(
    channels_file: Setting, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channels_file(sms=sms_settings(gateway.url), email=email_settings(free_port()))
    gateway.answers = [(200, {"code": "41", "message": PHONE})]
    for row in (put(Channel.SMS), put(Channel.EMAIL)):
        run(row)
        assert PHONE not in repr(row)
    assert not any(word in caplog.text for word in (PHONE, ADDRESS, TEXT, "s3cret"))
    job_args = " ".join(str(job.args) for job in jobs())
    assert PHONE not in job_args


def test_messages_on_the_page_are_there_at_once_and_opened_by_their_reader() -> None:
    reader = Recipient("user:7", Channel.PAGE, user_id=7)
    queue(
        place=1,
        about=uuid4(),
        occasion="1",
        kind="assigned",
        recipients=[reader],
        at=AT,
        told={"number": "Q1"},
    )
    assert queries.unread(user_id=7) == 1
    assert [(m.told["number"], m.is_new) for m in queries.inbox(user_id=7)] == [("Q1", True)]
    assert open_messages(user_id=7, place=1, by=SYSTEM, at=AT) == 1
    assert queries.unread(user_id=7) == 0
    assert jobs() == []


def test_a_settings_file_that_others_may_read_or_that_is_wrong_is_refused(channels_file: Setting) -> None:
    path = channels_file(email=email_settings(25))
    assert set(channels.configured()) == {Channel.PAGE, Channel.EMAIL}
    path.chmod(0o644)
    path.write_text(path.read_text() + "\n")
    with pytest.raises(NoticeError) as refused:
        channels.configured()
    assert refused.value.code == "notice.channels_open"
    wrongs: list[dict[str, object]] = [
        {"fax": {}},
        {"sms": {"url": "ftp://x"}},
        {"email": {"host": "x"}},
        {"sms": {"url": "https://u:p@x/"}},
    ]
    for wrong in wrongs:
        channels_file(**wrong)
        with pytest.raises(NoticeError) as refused:
            channels.configured()
        assert refused.value.code == "notice.channels_file"
        assert "p@" not in str(refused.value)
        assert Channel.PAGE in channels.ready()
