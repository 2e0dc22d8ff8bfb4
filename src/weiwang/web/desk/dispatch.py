"""The dispatch desk: the queues of the day on one screen, which asks again by itself what has changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import permissions, queries
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.reminding import ladder
from weiwang.cases.dispatching import (
    QUEUES,
    Kept,
    ReminderLine,
    filters_of,
    flow,
    open_below,
    pulse,
    queue_counts,
    reminders,
)
from weiwang.cases.ladder import word
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level, Officer
from weiwang.web.desk import places
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.rows import NO_ID, case_ends, row_list
from weiwang.web.desk.whistles import queue as whistles
from weiwang.web.desk.worklist import Asked, filter_chips, pick_lists, read_asked
from weiwang.web.ui.addresses import address
from weiwang.web.ui.clocks import moment
from weiwang.web.ui.pages import wants_part
from weiwang.web.ui.parts import Tab, Tone

PAGE = "desk:dispatch"
SECONDS = 20  # between two questions whether something has changed
QUEUE_WORDS: Mapping[str, str] = {
    "unassigned": gettext_noop("To dispatch"),
    "near": gettext_noop("About to be late"),
    "late": gettext_noop("Late"),
    "asked": gettext_noop("To approve"),
    "returned": gettext_noop("Returned twice"),
    "parts": gettext_noop("Parts moved"),
    "still": gettext_noop("Clock paused"),
}
BEFORE_STILL = QUEUES.index("still")
QUEUE_TONES: Mapping[str, Tone] = {"near": "near", "late": "late"}
NOTHING: Mapping[str, tuple[str, str]] = {
    "unassigned": (
        gettext_noop("Everything has been dispatched"),
        gettext_noop("A case stays here from the moment it is reported until it is dispatched."),
    ),
    "near": (
        gettext_noop("Nothing is about to be late"),
        gettext_noop("A case appears here once 80 % of the time for its step is used."),
    ),
    "late": (
        gettext_noop("Nothing is late"),
        gettext_noop("A case appears here when its step is overdue."),
    ),
    "asked": (
        gettext_noop("No request is waiting"),
        gettext_noop("Requests for more time or to put a case on hold wait here for a post other than "
                     "the one that asks."),
    ),
    "returned": (
        gettext_noop("Nothing was returned twice"),
        gettext_noop("Cases returned by two posts need somebody to decide where they belong."),
    ),
    "parts": (
        gettext_noop("No part has moved"),
        gettext_noop(
            "A case given to several offices appears here when one of them has moved, until it is marked as "
            "seen."
        ),
    ),
    "still": (
        gettext_noop("No clock is paused"),
        gettext_noop("Cases on hold and cases waiting for the reporter are listed here."),
    ),
}  # fmt: skip
REMINDERS = 8


@needs("case.dispatch")
@require_safe
def dispatch(request: DeskRequest) -> HttpResponse:
    """The whole screen; its list alone when htmx asks, and 204 while nothing has changed."""
    at = timezone.now()
    asked = read_dispatch(request)
    version = f"{pulse()}.{int(at.timestamp()) // 60}"
    if request.GET.get("since") == version:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    visible = permissions.visible_to(request.officer)
    calls = request.GET.get("view") == whistles.VIEW and whistles.may_see(request.officer)
    page = _list(visible, request.officer, asked, at) if not calls else _calls(request.officer, asked, at)
    only_rows = bool(asked.cursor) and wants_part(request)
    if not only_rows:
        page |= _strip(visible, request, asked, at)
        page |= _beside(visible, request.officer, at)
        page["live_url"] = asked.href(since=version, **({"view": whistles.VIEW} if calls else {}))
        page["tabs"] = _with_whistles(page["tabs"], request.officer, here=calls)
    if not wants_part(request):
        page |= _tools(request.officer, asked, at)
    return show(request, "desk/dispatch.html", page, here=PAGE, part="rows" if only_rows else "live")


def _calls(officer: Officer, asked: Asked, at: datetime) -> dict[str, object]:
    """The list as whistles: no cases, but who is called now."""
    here = asked.href(view=whistles.VIEW)
    shown = whistles.queue(officer, at)
    return {"rows": "", "more": "", "asked": asked, "here_url": here, "nothing": ("", ""), "whistles": shown}


def _with_whistles(tabs: object, officer: Officer, *, here: bool) -> object:
    """The queues with that of the whistles among them, for those who see whistles."""
    if not isinstance(tabs, list) or not whistles.may_see(officer):
        return tabs
    if here:
        tabs = [replace(tab, current=False) for tab in tabs]
    count = whistles.count(officer)
    href = f"{address(PAGE)}?{urlencode({'view': whistles.VIEW})}"
    tone: Tone = "late" if count else "quiet"
    anchor = queue_anchor(whistles.VIEW)
    mine = Tab(label=_("Whistles"), href=href, count=count, current=here, tone=tone, anchor=anchor)
    return [*tabs[:BEFORE_STILL], mine, *tabs[BEFORE_STILL:]]


def read_dispatch(request: DeskRequest, query: QueryDict | None = None) -> Asked:
    """What the address asks for; the first queue when it names none."""
    asked = read_asked(request, timezone.now(), query)
    if asked.filters.view not in QUEUES:
        asked = replace(asked, filters=replace(asked.filters, view=QUEUES[0]))
    return replace(asked, page=PAGE)


def _list(visible: permissions.Visible, officer: Officer, asked: Asked, at: datetime) -> dict[str, object]:
    posts = [holding.post_id for holding in officer.holdings]
    found = queries.worklist(visible, filters=asked.filters, posts=posts, at=at, cursor=asked.cursor)
    return {
        "rows": row_list(found.rows, at, choose=True),
        "more": asked.href(cursor=found.next) if found.next else "",
        "asked": asked,
        "here_url": asked.href(),
        "nothing": tuple(_(words) for words in NOTHING[asked.filters.view]),
        "whistles": None,
    }


# ---------------------------------------------------------------- around the list


def _strip(
    visible: permissions.Visible, request: DeskRequest, asked: Asked, at: datetime
) -> dict[str, object]:
    """The queues with their numbers, what somebody keeps as a tab, and the filters in force.

    One tab alone is the one shown: what is kept, where the list is just that, else its queue.
    """
    counts = queue_counts(visible, at=at)
    kept = filters_of(request.officer.user_id)
    here = asked.href().partition("?")[2]
    mine = next((row for row in kept if row.query == here), None)
    tabs = [
        Tab(
            label=_(word), href=asked.href(view=name), count=counts[name],
            current=mine is None and asked.filters.view == name,
            tone=QUEUE_TONES.get(name, "quiet") if counts[name] else "quiet", anchor=queue_anchor(name),
        )
        for name, word in QUEUE_WORDS.items()
    ]  # fmt: skip
    return {
        "tabs": [*tabs, *_kept_tabs(visible, request, kept, mine, at)],
        "chips": filter_chips(asked, request.officer),
        "clear_url": asked.whole(),
        "mine": mine,
        "query": here,
        "queue": _(QUEUE_WORDS[asked.filters.view]),
    }


def _kept_tabs(
    visible: permissions.Visible, request: DeskRequest, kept: Sequence[Kept], mine: Kept | None, at: datetime
) -> list[Tab]:
    """One's own tabs, each with what it holds now."""
    filters = [read_dispatch(request, QueryDict(row.query)).filters for row in kept]
    posts = [holding.post_id for holding in request.officer.holdings]
    counts = queries.open_counts(visible, filters, posts=posts, at=at)
    return [
        Tab(
            label=row.name, href=f"{address(PAGE)}?{row.query}", count=count, current=row is mine,
            anchor=kept_anchor(row.id),
        )
        for row, count in zip(kept, counts, strict=True)
    ]  # fmt: skip


def queue_anchor(name: str) -> str:
    return f"queue-{name}"


def kept_anchor(filter_id: int) -> str:
    return f"kept-{filter_id}"


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One community today: what came, what went, what is open; `href` narrows the list to it."""

    name: str
    came: int
    went: int
    open: int
    href: str


def _beside(visible: permissions.Visible, officer: Officer, at: datetime) -> dict[str, object]:
    lines = [line for place in officer.places for line in _flow(visible, place, at)]
    posts = [holding.post_id for holding in officer.holdings]
    told = reminders(visible, posts, before=at, limit=REMINDERS)
    return {
        "flow": lines,
        "came": sum(line.came for line in lines),
        "went": sum(line.went for line in lines),
        "reminders": [_told(line, at) for line in told],
        "read_at": timezone.localtime(at),
    }


def _flow(visible: permissions.Visible, place: int, at: datetime) -> list[FlowLine]:
    on = timezone.localdate(at)
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    path = territory.place_head(place).path
    here = visible.filter(place=place)
    today = {row.unit_id: row for row in flow(here, place_path=path, since=midnight)}
    waiting = open_below(here, place_path=path)
    units = [g for g in places.grounds(place, on) if g.level == Level.GENERAL_GRID]
    return [
        FlowLine(
            unit.name, today[unit.id].came if unit.id in today else 0,
            today[unit.id].went if unit.id in today else 0, waiting.get(unit.id, 0),
            f"{address('desk:worklist')}?view=open&unit={unit.id}",
        )
        for unit in units
        if unit.id in today or unit.id in waiting
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    words: str
    title: str
    href: str
    when: str
    said: str


def _told(line: ReminderLine, at: datetime) -> Told:
    words = _(word(ladder(), line.rung, get_language() or ""))
    ends = case_ends()
    href = f"{ends[0]}{line.case_id}{ends[1]}" if line.may_open else ""
    return Told(words, line.title or line.number, href, moment(line.at, at), line.said)


def _tools(officer: Officer, asked: Asked, at: datetime) -> dict[str, object]:
    on = timezone.localdate(at)
    return {
        "picks": pick_lists(officer, asked, on),
        "targets": targets(officer, at),
        "map_config": f"{address('desk:map')}?{asked.href().partition('?')[2]}",
        "case_base": NO_ID.join(case_ends()),
        "no_id": NO_ID,
        "seconds": SECONDS,
        "export_url": address("desk:dispatch-export") if officer.may("case.export") else "",
    }


def targets(officer: Officer, at: datetime) -> Sequence[tuple[int, str]]:
    """The posts of the sub-district that may handle cases of any place in it: its departments."""
    found: Iterable[tuple[int, str]] = (
        (post.post_id, post.name)
        for place in officer.places
        for post in candidates(path=territory.place_head(place).path, place=place, at=at)
        if "case.handle" in post.allows and post.holders
    )
    return list(found)
