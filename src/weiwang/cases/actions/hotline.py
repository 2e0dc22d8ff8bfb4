"""Orders of a hotline (12345): taken in as cases with their limit, brought up to date, answered back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.cases.actions.clocks import recompute
from weiwang.cases.actions.moves import locked_case
from weiwang.cases.actions.report import Contact, Whereabouts, report_case
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Order, OrderSource
from weiwang.cases.rules import FINAL, CaseError, State
from weiwang.kernel.text import clean_text, first_line

CHANNEL = "hotline"
CHANGED = "order_changed"  # no step of the table: the hotline sent news
NEWS_LIMIT = 2000
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as their sheet says it."""

    number: str
    text: str
    received_at: datetime
    due_at: datetime | None
    address: str
    category: str
    contact: Contact = field(repr=False)

    @property
    def fingerprint(self) -> str:
        due = self.due_at.isoformat() if self.due_at else ""
        return sha256(f"{due}\x1f{self.text}".encode()).hexdigest()


def keep_source(
    *, place: int, code: str, name: str, columns: Mapping[str, str], categories: Mapping[str, str],
    answers: Sequence[Sequence[str]], by: Actor, at: datetime, submission: str | None = None,
) -> OrderSource:  # fmt: skip
    """Add a source of orders, or change how its sheets are read. Raises `CaseError`, `AlreadyDoneError`."""
    if not _CODE.fullmatch(code):
        raise CaseError("hotline.source_code")
    chosen = [header for header in columns.values() if header]
    twice = next((header for header in chosen if chosen.count(header) > 1), None)
    if twice is not None:
        raise CaseError("hotline.column_twice", column=twice[:40])
    with recorded("hotline.source", by=by, at=at, place=place, submission=submission) as draft:
        source, _ = OrderSource.objects.update_or_create(
            place=place, code=code,
            defaults={
                "name": clean_text(name, 60) or code, "columns": {k: v for k, v in columns.items() if v},
                "categories": dict(categories), "answers": [list(pair) for pair in answers], "changed_at": at,
            },
        )  # fmt: skip
        draft.concerns("source", source.pk, code=code, columns=len(source.columns))
    return source


def take_order(*, place: int, source_id: int, row: OrderRow, by: Actor, at: datetime) -> Case:
    """Make a case of a new order: it gets an owner and our clocks, and is due when they say if earlier.

    Raises `CaseError` when it is there already (somebody else imported it meanwhile).
    """
    source = OrderSource.objects.get(pk=source_id, place=place)
    with recorded("hotline.take", by=by, at=at, place=place) as draft:
        case = report_case(
            place=place, text=row.text, where=Whereabouts(address=row.address), by=by, at=at, channel=CHANNEL,
            category=row.category, contact=row.contact, accept_outside=True,
            source_ref=f"{source.code}:{row.number}"[:80], reported_at=row.received_at,
            outer_due_at=row.due_at,
        )  # fmt: skip
        try:
            Order.objects.create(
                case=case, place=place, source=source, number=row.number, due_at=row.due_at,
                received_at=row.received_at, changed_at=at, fingerprint=row.fingerprint,
            )  # fmt: skip
        except IntegrityError as error:
            raise CaseError("hotline.twice", number=row.number) from error
        draft.concerns("case", case.pk, number=case.number, order=row.number)
    return case


def change_order(*, order_id: UUID, row: OrderRow, by: Actor, at: datetime) -> Case:
    """Bring a known order up to date: their new limit counts, their new words stand in the history.

    Nothing is doubled and nothing moves; a finished case only gets the note.
    """
    with recorded("hotline.change", by=by, at=at, place=DEPLOYMENT) as draft:
        case = locked_case(order_id)
        order = Order.objects.select_for_update().get(pk=order_id)
        was = order.due_at
        order.due_at, order.changed_at, order.fingerprint = row.due_at, at, row.fingerprint
        order.pressed += 1
        if State(case.state) not in FINAL:
            case.outer_due_at = row.due_at
            recompute(case)
        event = next_event(
            case, step=CHANGED, before=case.state, at=at, by=by, public=False,
            note="" if row.text == case.text else row.text[:NEWS_LIMIT],
            data={"was_due": _said(was), "due": _said(row.due_at)},
        )  # fmt: skip
        case.last_word = first_line(event.note or "", 60)
        case.save(update_fields=["outer_due_at", "due_at", "last_word", "history_length", "history_digest"])
        event.save(force_insert=True)
        order.save()
        draft.place = case.place
        draft.concerns("case", case.pk, number=case.number, order=order.number, pressed=order.pressed)
    return case


def _said(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def hand_back(
    *, source_id: int, place: int, order_ids: Sequence[UUID], by: Actor, at: datetime,
    submission: str | None = None,
) -> int:  # fmt: skip
    """Note that these answers were handed back to the hotline; returns how many were not before."""
    with recorded("hotline.hand_back", by=by, at=at, place=place, submission=submission) as draft:
        found = Order.objects.filter(source=source_id, place=place, pk__in=list(order_ids))
        count = found.filter(answered_back_at=None).update(answered_back_at=at)
        draft.concerns("source", source_id, orders=len(order_ids), first_time=count)
    return count
