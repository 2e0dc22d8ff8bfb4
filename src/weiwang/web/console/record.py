"""The record of who did what: for those who audit. Reading it writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.accounts.queries import names, user_named
from weiwang.audit import queries
from weiwang.territory.imports.frame import midnight
from weiwang.web.console.deeds import ACTORS, GROUPS, OBJECTS, plain
from weiwang.web.console.frame import show
from weiwang.web.console.gates import ConsoleRequest, needs

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, ready to show."""

    seq: int
    at: datetime
    what: str
    action: str
    who: str
    label: str
    address: str
    about: str
    reason: str


@require_safe
@needs("audit.read")
def record(request: ConsoleRequest) -> HttpResponse:
    """Newest first; narrowed by `action` (its beginning), `who` (user name), `since` and `until`."""
    wanted = {
        name: request.GET.get(name, "").strip() for name in ("action", "who", "since", "until", "about")
    }
    before = request.GET.get("before", "")
    found = _entries(request.place, wanted, int(before) if before.isdecimal() else None)
    more, rows = found[PAGE:], found[:PAGE]
    people = names({row.user_id for row in rows if row.user_id is not None} | _accounts(rows))
    context = {
        "lines": [_line(row, people) for row in rows], "wanted": wanted,
        "groups": [(group, _(word)) for group, word in GROUPS.items()],
        "older": _address({**wanted, "before": str(rows[-1].pk)}) if more else "",
        "newer": _address(wanted) if before else "",
    }  # fmt: skip
    return show(request, "record", context, here="console:record")


def _entries(place: int, wanted: Mapping[str, str], before: int | None) -> list[Any]:
    user = user_named(wanted["who"]) if wanted["who"] else None
    if wanted["who"] and user is None:
        return []
    until = _day(wanted["until"])
    return queries.entries(
        place=place, action=wanted["action"], user_id=user.pk if user else None, before=before,
        since=midnight(since) if (since := _day(wanted["since"])) else None,
        until=midnight(until + timedelta(days=1)) if until else None, limit=PAGE + 1,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _accounts(rows: Iterable[Any]) -> set[int]:
    return {int(row.object_id) for row in rows if row.object_type == "user" and row.object_id.isdecimal()}


def _line(row: Any, people: Mapping[int, str]) -> Line:  # noqa: ANN401 -- an entry
    who = people.get(row.user_id or 0, "")
    label = _(ACTORS[row.label]) if row.label in ACTORS else row.label
    said = row.label == "account" or who == label  # who signs in acts by no post
    return Line(
        row.seq, row.at, _(plain(row.action)), row.action, who or label, "" if said or not who else label,
        row.address or "", _about(row, people), row.reason,
    )  # fmt: skip


def _about(row: Any, people: Mapping[int, str]) -> str:  # noqa: ANN401 -- an entry
    """What it was done to: its number or code as people know it, an account by the name of its person."""
    known = row.data.get("number") or row.data.get("code")
    if row.object_type == "user" and row.object_id.isdecimal():
        known = known or people.get(int(row.object_id))
    kind = _(OBJECTS[row.object_type]) if row.object_type in OBJECTS else row.object_type
    if row.object_type == "place":
        return kind  # the record is that of one sub-district: it needs no number
    return f"{kind} {known or row.object_id[-8:]}".strip()[:60]  # of what has no number, the end of its key


def _address(wanted: Mapping[str, str]) -> str:
    return f"{reverse('console:record')}?{urlencode({k: v for k, v in wanted.items() if v})}"


@require_safe
@needs("audit.read")
def chain(request: ConsoleRequest) -> HttpResponse:
    """Whether the record of this sub-district holds, computed now from every entry."""
    return show(request, "chain", {"state": queries.verify_chain(request.place)}, here="console:record")
