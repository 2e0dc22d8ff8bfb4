"""The side of those who report: contacts, how it went, messages in every state, orders of the hotline."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle

from django.db import connection

from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Event, Order, OrderSource, Reporter
from weiwang.cases.orders import DEFAULT_ANSWERS
from weiwang.cases.rules import FINAL, Step
from weiwang.notices.models import Delivery
from weiwang.notices.queries import messages
from weiwang.notices.rules import RETRY_AFTER, Channel, State
from weiwang.territory.models import Appointment

ORDERS, TOLD, ARRIVED = 60, 240, 6
LONG = timedelta(days=2)  # until what waits in the demo would be tried: nobody real is written to

# Everybody who left a contact waits for the first word, and most have had it; how late follows their number.
_CONTACTS = """
UPDATE cases_case SET contact_due_at = reported_at + interval '24 hours',
  contacted_at = CASE
    WHEN closed_at IS NOT NULL OR reported_at < %(at)s - interval '30 hours' OR drawn.number >= 90 THEN
      least(coalesce(closed_at, %(at)s), reported_at + (drawn.number * 10 + 9) * interval '1 minute')
  END,
  contact_tries = CASE WHEN mod(drawn.number, 5) = 0 THEN 2 ELSE 1 END
FROM (
  SELECT id AS case_id, mod(('x' || substr(md5(number), 1, 2))::bit(8)::int, 140) AS number FROM cases_case
) drawn, cases_reporter
WHERE drawn.case_id = cases_case.id AND cases_reporter.case_id = cases_case.id
  AND cases_case.place = %(place)s
"""

# One row for every answer at the end, with reasons drawn by the number of the case.
_FEEDBACK = """
INSERT INTO cases_feedback (case_id, place, round, at, outcome, reasons, unit_path, category)
SELECT DISTINCT ON (case_id, round) case_id, place, round, at, outcome,
  CASE WHEN mod(drawn, 3) = 0 OR outcome = 'no_answer' THEN '[]'::jsonb
       ELSE jsonb_build_array((CASE outcome
         WHEN 'satisfied' THEN ARRAY['solved', 'quick', 'explained', 'kind']
         ELSE ARRAY['not_solved', 'came_back', 'unclear', 'slow'] END)[1 + mod(drawn, 4)]) END,
  unit_path, category
FROM (
  SELECT c.id AS case_id, c.place, e.at, c.unit_path, c.category, e.seq,
    ('x' || substr(md5(c.number), 3, 2))::bit(8)::int AS drawn,
    CASE e.step WHEN 'follow_up' THEN 'satisfied' WHEN 'reopen' THEN 'dissatisfied' ELSE 'no_answer' END
      AS outcome,
    (SELECT count(*) FROM cases_event b WHERE b.case_id = c.id AND b.step = 'reopen' AND b.seq < e.seq)
      AS round
  FROM cases_event e JOIN cases_case c ON c.id = e.case_id
  WHERE e.step IN ('follow_up', 'reopen', 'lapse') AND c.channel <> 'field' AND c.place = %(place)s
) told ORDER BY case_id, round, seq DESC
"""


def hear_reporters(place: int, *, at: datetime) -> None:
    """Everything about those who report, for cases that are saved already."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, {"at": at, "place": place})
        cursor.execute(_FEEDBACK, {"place": place})
    _take_orders(place, at)
    _tell(place, at)
    _arrive(place, at)


# ---------------------------------------------------------------- hotline orders


def _take_orders(place: int, at: datetime) -> None:
    """Sixty cases came from the hotline; some of the finished ones are not answered back yet."""
    source = OrderSource.objects.create(
        place=place, code="12345", name="12345 热线", answers=[list(pair) for pair in DEFAULT_ANSWERS],
        columns={"number": "工单编号", "text": "诉求内容", "due": "办理时限", "phone": "来电号码"},
        categories={"路灯照明": "D02"}, changed_at=at,
    )  # fmt: skip
    cases = list(
        Case.objects.filter(place=place, channel="desk").defer("search").order_by("-reported_at")[:ORDERS]
    )
    for number, case in enumerate(cases, 1):
        case.channel, case.source_ref = "hotline", f"12345:CD{case.reported_at:%y%m%d}{number:04}"
        case.outer_due_at = _their_limit(case, number)
        if case.due_at is not None and case.outer_due_at is not None:
            case.due_at = min(case.due_at, case.outer_due_at)
    Case.objects.bulk_update(cases, ["channel", "source_ref", "outer_due_at", "due_at"])
    Order.objects.bulk_create(_order(case, source, number, at) for number, case in enumerate(cases, 1))


def _their_limit(case: Case, number: int) -> datetime | None:
    """Five or ten days after the call; a few of the open ones are due a little before our own limit."""
    if case.due_at is not None and number % 3 == 0:
        return case.due_at - timedelta(hours=1)
    return case.reported_at + timedelta(days=5 if number % 2 else 10)


def _order(case: Case, source: OrderSource, number: int, at: datetime) -> Order:
    done = case.state in FINAL
    return Order(
        case=case, place=case.place, source=source, number=str(case.source_ref).partition(":")[2],
        due_at=case.outer_due_at, received_at=case.reported_at, changed_at=case.reported_at, fingerprint="",
        pressed=int(number % 11 == 0), answered_back_at=at if done and number % 4 else None,
    )  # fmt: skip


# ---------------------------------------------------------------- messages

# Most messages get through; these are the others, in turn.
_OTHERS: tuple[Mapping[str, object], ...] = (
    {"state": State.FAILED_FOR_GOOD, "reason": "notice.refused", "attempts": 1},
    {"state": State.FAILED_TEMPORARILY, "reason": "notice.busy", "attempts": 2},
    {"state": State.QUEUED},
    {"state": State.FAILED_TEMPORARILY, "reason": "notice.unreachable"},
    {"state": State.FAILED_FOR_GOOD, "reason": "notice.too_old"},
)
_KINDS = {
    Step.REGISTER: "registered",
    Step.REJECT: "rejected",
    Step.CLOSE: "answered",
    Step.SETTLE: "answered",
}


def _tell(place: int, at: datetime) -> None:
    """What reporters of the latest cases were sent; a number was none, a gateway was away."""
    told = Event.objects.filter(
        place=place, step__in=[step.value for step in _KINDS], case__reporter__isnull=False
    )
    events = told.select_related("case").defer("case__search").order_by("-at")[:TOLD]
    reporters = Reporter.objects.in_bulk([event.case_id for event in events])
    others = cycle(_OTHERS)
    rows = [
        _delivery(event, mobile, next(others) if number % 24 == 3 else {})
        for number, event in enumerate(events)
        if (mobile := reporters[event.case_id].phone)  # numbers nobody has
    ]
    Delivery.objects.bulk_create(rows)


def _delivery(event: Event, mobile: str, other: Mapping[str, object]) -> Delivery:
    case, kind = event.case, _KINDS[Step(event.step)]
    link = f"/c/{case.pk}/{private_token(case.pk)}/"
    state = other.get("state", State.HANDED_OVER)
    failed, waits = state in {State.FAILED_FOR_GOOD, State.FAILED_TEMPORARILY}, state != State.FAILED_FOR_GOOD
    moment = event.at + RETRY_AFTER[0]
    return Delivery(
        place=case.place, about=case.pk, occasion=str(event.seq), kind=kind, recipient="reporter",
        channel=Channel.SMS, told={"number": case.number, "unit": case.unit_name, "post": case.owner_name},
        address=mobile, text=messages()[kind].said("zh", {"number": case.number, "link": link}).short,
        queued_at=event.at, handed_at=None if other else moment, failed_at=moment if failed else None,
        try_at=moment + LONG if waits and other else None,
        **{"state": State.HANDED_OVER, "attempts": 1, **other},
    )  # fmt: skip


def _arrive(place: int, at: datetime) -> None:
    """The latest cases that came to each post stand among the messages of whoever holds it."""
    latest = Event.objects.filter(place=place, data__has_key="owner").exclude(case__state__in=FINAL)
    open_cases = latest.select_related("case").defer("case__search")
    holders = _holders(place, at)
    rows: list[Delivery] = []
    counts: dict[int, int] = {}
    for event in open_cases.order_by("-at")[:4000]:
        if event.data["owner"] != event.case.owner_post_id:
            continue
        for user in holders.get(event.case.owner_post_id or 0, ()):
            counts[user] = counts.get(user, 0) + 1
            if counts[user] <= ARRIVED and user != event.user_id:
                rows.append(_arrived(event, user, is_new=counts[user] <= ARRIVED // 2))
    Delivery.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def _holders(place: int, at: datetime) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for post, user in Appointment.objects.in_force(at).filter(place=place).values_list("post", "user"):
        found.setdefault(post, []).append(user)
    return found


def _arrived(event: Event, user: int, *, is_new: bool) -> Delivery:
    case = event.case
    due = case.due_at.isoformat() if case.due_at else ""
    category = "" if case.restricted else case.category
    told = {
        "number": case.number, "post": case.owner_name, "unit": case.unit_name, "due": due,
        "category": category,
    }  # fmt: skip
    return Delivery(
        place=case.place, about=case.pk, occasion=str(event.seq), kind="assigned", recipient=f"user:{user}",
        channel=Channel.PAGE, user_id=user, told=told, state=State.DELIVERED, queued_at=event.at,
        handed_at=event.at, delivered_at=event.at, opened_at=None if is_new else event.at,
    )  # fmt: skip
