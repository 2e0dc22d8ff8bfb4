"""News of cases on their way to a real server of our own: signed, tried again, never lost, never inside."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse
from tests.builders import Town
from tests.territory.test_clients import let_in

from weiwang.cases.rules import Step
from weiwang.territory import actions as territory
from weiwang.webhooks import actions, jobs, queries, sending
from weiwang.webhooks.models import Delivery, Endpoint
from weiwang.webhooks.rules import WebhookError, read_networks, signature
from weiwang.webhooks.sending import Sent

HERE = read_networks("127.0.0.0/8")
SECRET = "whsec_for-tests"


class Receiver(HTTPServer):
    """A program that listens: what it answers, how long it takes, what it heard."""

    status, pause = 200, 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard: list[tuple[dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/news?from=weiwang"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        time.sleep(self.server.pause)
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"{self.server.url}&again")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def plans() -> list[tuple[UUID, datetime]]:
    return []


def listen(town: Town, url: str, **more: Any) -> Endpoint:
    client = let_in(town, more.pop("post", "community"), scopes=["case.see"], **more)
    return actions.create_endpoint(
        client_id=client.pk, url=url, secret=SECRET, by=town.officer("admin"), at=town.at
    )


def queue(
    town: Town, plans: list[tuple[UUID, datetime]], at: datetime | None = None, case: Any = None
) -> int:
    return actions.queue_news(
        place=town.place, case_id=case.pk if case else None, at=at or town.at,
        plan=lambda pk, when: plans.append((pk, when)),
    )  # fmt: skip


def attempt(row: Delivery, plans: list[tuple[UUID, datetime]], at: datetime, allowed: Any = HERE) -> bool:
    return actions.attempt(
        delivery_id=row.pk, at=at, send=partial(sending.post, allowed=allowed),
        plan=lambda pk, when: plans.append((pk, when)),
    )  # fmt: skip


def test_news_arrive_signed_and_hold_no_words(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    listen(town, receiver.url)
    case = town.report("我叫李四，路灯不亮")
    town.step(case, Step.REGISTER, "community", "内部说明")
    assert queue(town, plans) == len(plans) == 2
    for row in Delivery.objects.order_by("seq"):
        assert attempt(row, plans, town.at)
    (headers, body), (_more, second) = receiver.heard
    said = json.loads(body)
    assert (said["type"], json.loads(second)["type"]) == ("case.report", "case.register")
    assert said["case"]["number"] == case.number
    assert "李四" not in body.decode() + second.decode()
    assert "内部说明" not in second.decode()
    stamp = int(headers["X-Weiwang-Timestamp"])
    assert headers["X-Weiwang-Signature"] == signature(SECRET, timestamp=stamp, body=body)
    assert headers["X-Weiwang-Delivery"] == said["id"]
    assert set(Delivery.objects.values_list("outcome", "status")) == {("delivered", 200)}
    assert queue(town, plans) == 0  # once each


def test_only_what_the_post_sees_is_told(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    listen(town, receiver.url)
    town.report(lon=104.0025, lat=30.7005)  # the other community
    town.report("家中争吵", category="F02")  # restricted, and the key has no scope for it
    assert queue(town, plans) == 0


def test_what_happened_before_is_not_told(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    town.report(at=town.at - timedelta(minutes=1))
    listen(town, receiver.url)
    assert queue(town, plans) == 0


def test_a_host_that_fails_is_tried_again_and_then_a_person_decides(
    town: Town, receiver: Receiver, plans: list[Any]
) -> None:
    endpoint = listen(town, receiver.url)
    receiver.status = 500
    town.report()
    queue(town, plans)
    row, at = Delivery.objects.get(), town.at
    for number in range(1, 8):
        assert not attempt(row, plans, at)
        row.refresh_from_db()
        assert row.attempts == number
        at = row.next_at or at
    assert (row.outcome, row.status, row.next_at, len(plans)) == ("failed", 500, None, 7)
    assert not attempt(row, plans, at)  # given up: nothing is sent
    assert len(receiver.heard) == 7
    receiver.status = 204
    actions.send_again(
        delivery_id=row.pk, by=town.officer("admin"), at=at, plan=lambda pk, when: plans.append((pk, when))
    )
    assert attempt(row, plans, at)
    assert [one.outcome for one in queries.log(endpoint.pk)] == ["delivered"]


def test_a_host_that_wants_no_more_is_left_alone(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    listen(town, receiver.url)
    receiver.status = 410
    town.report()
    queue(town, plans)
    attempt(Delivery.objects.get(), plans, town.at)
    assert (Delivery.objects.get().outcome, Delivery.objects.get().attempts) == ("failed", 1)


def test_redirects_are_not_followed(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    listen(town, receiver.url)
    receiver.status = 302
    town.report()
    queue(town, plans)
    assert not attempt(Delivery.objects.get(), plans, town.at)
    assert (Delivery.objects.get().status, len(receiver.heard)) == (302, 1)


def test_nothing_goes_inside_unless_it_was_allowed(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    listen(town, receiver.url)
    town.report()
    queue(town, plans)
    assert not attempt(Delivery.objects.get(), plans, town.at, allowed=())
    assert (Delivery.objects.get().fault, receiver.heard) == ("private", [])


def test_a_name_that_leads_inside_by_any_of_its_addresses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_more: pytest.fail("connected"))
    for answers in (["8.8.8.8", "10.0.0.1"], ["127.0.0.1"], ["::ffff:169.254.169.254"]):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, found=found, **_more: found)
        assert sending.post("http://platform.example/x", b"", {}, allowed=()) == Sent(None, "private")


def test_the_name_is_looked_up_once_so_it_cannot_change_its_mind(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """The first answer is judged and used; a second one, leading elsewhere, is never asked for."""
    asked: list[str] = []

    def answer(host: str, port: int, **_more: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.settimeout(timeout)
        line.connect(address)
        return line

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket, "create_connection", connect)
    url = f"http://platform.example:{receiver.server_port}/x"
    assert sending.post(url, b"{}", {"Content-Type": "application/json"}, allowed=HERE).is_delivered
    assert asked == ["platform.example"]
    assert receiver.heard[0][0]["Host"] == f"platform.example:{receiver.server_port}"


def test_slow_dead_and_unreadable_hosts_end_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.5)
    receiver.pause = 1.0
    assert sending.post(receiver.url, b"{}", {}, allowed=HERE) == Sent(None, "slow")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert sending.post(f"http://127.0.0.1:{port}/", b"{}", {}, allowed=HERE) == Sent(None, "connection")
    assert sending.post(f"https://127.0.0.1:{receiver.server_port}/", b"{}", {}, allowed=HERE).fault in {
        "tls", "slow", "connection",
    }  # fmt: skip
    assert sending.post("http://nowhere.invalid/", b"{}", {}, allowed=HERE) == Sent(None, "name")


def test_a_host_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte now and then would keep every single time-out happy for ever."""
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _address = server.accept()
            with line:
                try:
                    while True:
                        line.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        sent = sending.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, allowed=HERE)
        assert sent == Sent(None, "slow")
        assert time.monotonic() - began < 5


def test_news_end_with_the_key_and_with_the_address(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    endpoint = listen(town, receiver.url)
    town.report()
    queue(town, plans)
    row, by = Delivery.objects.get(), town.officer("admin")
    territory.revoke_client(client_id=endpoint.client_id, by=by, at=town.at, reason="更换平台")
    town.report()
    assert queue(town, plans) == 0
    assert not attempt(row, plans, town.at)
    assert (Delivery.objects.get().fault, receiver.heard) == ("key", [])
    actions.end_endpoint(endpoint_id=endpoint.pk, by=by, at=town.at)
    with pytest.raises(WebhookError, match="No more news"):
        actions.send_again(delivery_id=row.pk, by=by, at=town.at, plan=lambda *_: None)
    with pytest.raises(WebhookError, match="key"):
        actions.create_endpoint(client_id=endpoint.client_id, url=receiver.url, secret="x", by=by, at=town.at)


def test_a_move_sets_the_job_going_and_a_lost_job_is_found(
    town: Town, receiver: Receiver, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    with django_capture_on_commit_callbacks(execute=True):
        town.report(at=town.at - timedelta(minutes=1))
    assert not ProcrastinateJob.objects.filter(queue_name="webhooks").exists()  # nobody listens
    listen(town, receiver.url)
    with django_capture_on_commit_callbacks(execute=True):
        case = town.report()
    job = ProcrastinateJob.objects.get(queue_name="webhooks")
    assert (job.task_name, job.args) == (
        "weiwang.webhooks.jobs.queue_case_news", {"place": town.place, "case": str(case.pk)},
    )  # fmt: skip
    settings.WEBHOOK_NETWORKS = HERE
    with time_machine.travel(town.at, tick=False):
        assert jobs.queue_case_news(**job.args) == 1
        assert jobs.find_news(0) == 0
        assert jobs.deliver(str(Delivery.objects.get().pk))
    Delivery.objects.update(outcome="waiting", next_at=town.at)
    with time_machine.travel(town.at + timedelta(hours=1), tick=False):
        assert jobs.find_news(0) == 1
    assert ProcrastinateJob.objects.filter(task_name="weiwang.webhooks.jobs.deliver").count() == 2


# ---------------------------------------------------------------- the console


def test_the_console_adds_shows_resends_and_ends(town: Town, receiver: Receiver, plans: list[Any]) -> None:
    client = let_in(town, "community", scopes=["case.see"])
    with time_machine.travel(town.at, tick=False):
        browser = Browser(headers={"Accept-Language": "en"})
        browser.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
        form = {"url": receiver.url, "submission_key": "key-of-this-form-0001"}
        made = browser.post(reverse("console:news-new", args=[client.pk]), form)
        endpoint = Endpoint.objects.get()
        assert endpoint.secret in made.content.decode()
        assert browser.post(reverse("console:news-new", args=[client.pk]), form).status_code == 302
        bad = browser.post(reverse("console:news-new", args=[client.pk]), {"url": "ftp://x"})
        assert (bad.status_code, "begins with https://" in bad.content.decode()) == (422, True)
        town.report()
        queue(town, plans)
        row = Delivery.objects.get()
        attempt(row, plans, town.at, allowed=())
        page = browser.get(reverse("console:news", args=[endpoint.pk])).content.decode()
        assert "the address lies in a private network" in page
        assert endpoint.secret not in page
        again = reverse("console:news-again", args=[endpoint.pk, row.pk])
        assert browser.post(again, {"submission_key": "key-of-this-form-0002"}).status_code == 302
        assert Delivery.objects.get().attempts == 0
        assert browser.post(reverse("console:news-end", args=[endpoint.pk]), {}).status_code == 302
        assert browser.post(again, {}).status_code == 422
        page = browser.get(reverse("console:news", args=[endpoint.pk])).content.decode()
        assert "Send again" not in page.split("<tbody>")[1]
