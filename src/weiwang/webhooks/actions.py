"""Every write: addresses made and ended, news queued, attempts noted, news sent again by hand."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from weiwang.audit.actions import recorded
from weiwang.audit.rules import Actor
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import may_see
from weiwang.territory import queries as territory
from weiwang.territory.models import Client
from weiwang.webhooks.models import Delivery, Endpoint
from weiwang.webhooks.rules import Outcome, WebhookError, read_url, signature, wait_after
from weiwang.webhooks.sending import Sent

LOOK_BACK = timedelta(days=1)
Send = Callable[[str, bytes, Mapping[str, str]], Sent]
Plan = Callable[[UUID, datetime], object]  # lets the job of a delivery run at a moment


def create_endpoint(
    *, client_id: int, url: str, secret: str, by: Actor, at: datetime, submission: str | None = None
) -> Endpoint:
    """Let a program hear of the cases its post sees, from now on.

    Raises `WebhookError`, `AlreadyDoneError` (same submission).
    """
    row = Client.objects.get(pk=client_id)
    with recorded("webhook.create", by=by, at=at, place=row.place, submission=submission) as draft:
        caller = territory.caller_by_id(client_id, at=at)
        if caller is None:
            raise WebhookError("webhook.client")
        if not caller.officer.may("case.see"):
            raise WebhookError("webhook.scope")
        found = Endpoint.objects.create(
            place=row.place, client=row, url=read_url(url), secret=secret, created_at=at
        )
        draft.concerns("webhook", found.pk, url=found.url, client=row.pk)
    return found


def end_endpoint(*, endpoint_id: int, by: Actor, at: datetime, submission: str | None = None) -> Endpoint:
    """Send no more news there; what waits is given up. Raises `WebhookError`, `AlreadyDoneError`."""
    found = Endpoint.objects.defer("secret").get(pk=endpoint_id)
    with recorded("webhook.end", by=by, at=at, place=found.place, submission=submission) as draft:
        if not Endpoint.objects.filter(pk=endpoint_id, ended_at=None).update(ended_at=at):
            raise WebhookError("webhook.ended")
        waiting = Delivery.objects.filter(endpoint=endpoint_id, outcome=Outcome.WAITING)
        waiting.update(outcome=Outcome.FAILED, next_at=None, fault="ended")
        draft.concerns("webhook", found.pk, url=found.url)
    return found


def send_again(
    *, delivery_id: UUID, by: Actor, at: datetime, plan: Plan, submission: str | None = None
) -> Delivery:
    """Try a delivery once more from the beginning. Raises `WebhookError`, `AlreadyDoneError`."""
    found = Delivery.objects.select_related("endpoint").defer("endpoint__secret").get(pk=delivery_id)
    with recorded("webhook.resend", by=by, at=at, place=found.place, submission=submission) as draft:
        if found.endpoint.ended_at is not None:
            raise WebhookError("webhook.ended")
        found.outcome, found.attempts, found.next_at = Outcome.WAITING.value, 0, at
        found.save(update_fields=["outcome", "attempts", "next_at"])
        plan(found.pk, at)
        draft.concerns("webhook", found.endpoint_id, delivery=str(found.pk))
    return found


# ---------------------------------------------------------------- what runs by itself


def queue_news(*, place: int, case_id: UUID | None, at: datetime, plan: Plan) -> int:
    """Queue what happened to one case, or to all cases of a day, and is not queued yet; returns how many.

    Every entry of a history goes once to each address whose program may see the case now.
    """
    endpoints = list(Endpoint.objects.filter(place=place, ended_at=None).defer("secret"))
    queued = 0
    for endpoint in endpoints:
        caller = territory.caller_by_id(endpoint.client_id, at=at)
        if caller is not None and caller.officer.may("case.see"):
            fresh = [e for e in _unheard(endpoint, case_id, at) if may_see(caller.officer, e.case)]
            queued += _queue(endpoint, fresh, at, plan)
    return queued


def _unheard(endpoint: Endpoint, case_id: UUID | None, at: datetime) -> list[Event]:
    since = max(endpoint.created_at, at - LOOK_BACK)
    found = Event.objects.filter(place=endpoint.place, at__gte=since, at__lte=at)
    if case_id is not None:
        found = found.filter(case=case_id)
    heard = Delivery.objects.filter(endpoint=endpoint, created_at__gte=since - LOOK_BACK)
    known = set(heard.values_list("case_id", "seq"))
    rows = found.select_related("case").defer("case__search", "case__text", "note").order_by("at", "id")
    return [event for event in rows if (event.case_id, event.seq) not in known]


def _queue(endpoint: Endpoint, events: Iterable[Event], at: datetime, plan: Plan) -> int:
    queued = 0
    for event in events:
        with transaction.atomic():
            row, made = Delivery.objects.get_or_create(
                endpoint=endpoint, case=event.case, seq=event.seq,
                defaults={
                    "place": endpoint.place, "step": event.step, "body": _body(event), "next_at": at,
                    "created_at": at,
                },
            )  # fmt: skip
            if made:
                plan(row.pk, at)
                queued += 1
    return queued


def _body(event: Event) -> dict[str, Any]:
    """Codes and numbers. What was written is read by `/api/v1/cases`, where the key is asked for again."""
    case: Case = event.case
    return {
        "type": f"case.{event.step}", "at": event.at.isoformat(), "seq": event.seq, "step": event.step,
        "state": event.to_state,
        "case": {
            "id": str(case.pk), "number": case.number, "state": case.state, "category": case.category,
            "urgent": case.urgent, "unit_code": territory.unit_code(case.unit_id),
            "due_at": case.due_at.isoformat() if case.due_at else None, "version": case.version,
            "url": f"/api/v1/cases/{case.pk}",
        },
    }  # fmt: skip


def attempt(*, delivery_id: UUID, at: datetime, send: Send, plan: Plan) -> bool:
    """Send one piece of news and note what came of it; returns whether it is delivered.

    Nothing is locked while the other side takes its time. The same news may arrive twice after a crash; its
    id says so.
    """
    row = Delivery.objects.select_related("endpoint").filter(pk=delivery_id, outcome=Outcome.WAITING).first()
    if row is None or row.endpoint.ended_at is not None:
        return False
    if territory.caller_by_id(row.endpoint.client_id, at=at) is None:
        _note(row, Sent(None, "key"), at=at, again=None)
        return False
    body = json.dumps({"id": str(row.pk), **row.body}, ensure_ascii=False).encode()
    sent = send(row.endpoint.url, body, _headers(row, body, at))
    wait = None if sent.is_delivered else wait_after(row.attempts + 1, status=sent.status)
    with transaction.atomic():
        _note(row, sent, at=at, again=at + wait if wait is not None else None)
        if wait is not None:
            plan(row.pk, at + wait)
    return sent.is_delivered


def _headers(row: Delivery, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "Weiwang-Webhook/1",
        "X-Weiwang-Delivery": str(row.pk), "X-Weiwang-Event": f"case.{row.step}",
        "X-Weiwang-Timestamp": str(timestamp), "Connection": "close",
        "X-Weiwang-Signature": signature(row.endpoint.secret or "", timestamp=timestamp, body=body),
    }  # fmt: skip


def _note(row: Delivery, sent: Sent, *, at: datetime, again: datetime | None) -> None:
    outcome = Outcome.DELIVERED if sent.is_delivered else Outcome.WAITING if again else Outcome.FAILED
    Delivery.objects.filter(pk=row.pk, outcome=Outcome.WAITING).update(
        outcome=outcome, attempts=row.attempts + 1, next_at=again, status=sent.status, fault=sent.fault,
        tried_at=at,
    )  # fmt: skip
