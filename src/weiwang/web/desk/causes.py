"""Where to look for the cause: what comes again at one spot, and what many people wrote about in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from weiwang.cases import neighbours, permissions
from weiwang.cases.neighbours import Repeat
from weiwang.cases.queries import CaseFile
from weiwang.cases.rules import FINAL, State
from weiwang.insight.topics import HotTopic, Month, month_before, month_topics, next_month
from weiwang.territory.rules import Officer
from weiwang.web.desk import words
from weiwang.web.desk.family import links
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.helping import said
from weiwang.web.desk.whistles.frame import shown
from weiwang.web.desk.worklist import category_name
from weiwang.web.ui.parts import Tab
from weiwang.whistles import queries as whistles
from weiwang.whistles.permissions import BLOW, SEE

SHOWN = 60
KEPT_SECONDS = 900  # the topics of one reader and month: grouping takes a second or two


@dataclass(frozen=True, slots=True)
class Line:
    """One case of a group."""

    href: str
    number: str
    title: str
    state: words.StateWord
    when: str


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that belong together, with the evidence in words."""

    title: str
    facts: Sequence[str]
    lines: Sequence[Line]
    more: int = 0
    shared: Sequence[str] = ()


@needs("case.see")
@require_safe
def again(request: DeskRequest) -> HttpResponse:
    """Cases of one kind that came again at one spot within thirty days."""
    at = timezone.now()
    found = neighbours.repeats(permissions.visible_to(request.officer), at=at)
    values = {
        "tabs": tabs("again"),
        "groups": [repeat_group(one) for one in found[:SHOWN]],
        "whole": len(found),
        "shown": min(SHOWN, len(found)),
    }
    return show(request, "desk/again.html", values, here="desk:again")


def tabs(here: str) -> list[Tab]:
    return [
        Tab(label=_("Recurring"), href=reverse("desk:again"), current=here == "again"),
        Tab(label=_("Topics of the month"), href=reverse("desk:topics"), current=here == "topics"),
    ]


def repeat_group(one: Repeat) -> Group:
    often = _("%(times)s times within %(days)s days") % {"times": len(one.cases), "days": one.days}
    facts = [often, one.unit_name, _open(one.open)]
    return Group(category_name(one.category), facts, [line(case) for case in one.cases])


def _open(count: int) -> str:
    return ngettext("%(count)s still open", "%(count)s still open", count) % {"count": count}


def line(case: Any) -> Line:  # noqa: ANN401 -- a case; faces do not import models
    """A case in a list of such."""
    href = reverse("desk:case", args=[case.id])
    state = words.state_words()[case.state]
    return Line(href, case.number, case.title, state, words.moment_words(case.reported_at))


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """Somebody who joined a case: their words, without a name."""

    when: str
    channel: str
    words: str


def around(officer: Officer, file: CaseFile) -> dict[str, object]:
    """Who joined a case, and the one it was put to."""
    joined = [
        JoinedLine(words.moment_words(one.joined_at), words.channel_word(one.channel), one.words)
        for one in file.joined
    ]
    case = file.case
    return {
        "joined": joined,
        "merged_number": neighbours.number_of(case.merged_into_id) if case.merged_into_id else "",
        "may_merge": "case.register" in permissions.powers_over(officer, case),
    }


@needs("case.see")
@require_safe
def beside(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """What a case page reads after itself: what came again at its spot, what may be the same, whistles."""
    officer, at = request.officer, timezone.now()
    file = permissions.case_file(officer, case_id)
    if file is None:
        raise Http404
    visible, case = permissions.visible_to(officer), file.case
    may_merge = "case.register" in permissions.powers_over(officer, case)
    is_open = State(case.state) not in FINAL
    may_be_one = may_merge and is_open and case.parent_id is None
    near = neighbours.near_case(visible, case) if may_be_one else []
    values = {
        "case": case, "case_id": str(case.pk), "near": [said(one) for one in near],
        "before": [line(row) for row in neighbours.came_before(visible, case)],
        "links": links(officer, case),
        "merged_here": [line(row) for row in neighbours.merged_to(case)],
        "whistles": whistles_of(officer, case, at, is_open=is_open),
    }  # fmt: skip
    return show(request, "desk/beside.html", values, here="desk:worklist", part="beside")


def whistles_of(officer: Officer, case: Any, at: datetime, *, is_open: bool) -> dict[str, object]:  # noqa: ANN401 -- a case; faces do not import models
    """The whistles on this case, for those who see whistles there, and whether one more may be blown."""
    if not officer.may(SEE, case.unit_path):
        return {}
    lines = [shown(one, at) for one in whistles.of_case(case.pk, at=at)]
    running = any(one.line.ended_at is None for one in lines)
    may_blow = is_open and not running and officer.may(BLOW, case.unit_path)
    return {"lines": lines, "may_blow": may_blow}


# ---------------------------------------------------------------- topics


@needs("case.see")
@require_safe
def topics(request: DeskRequest) -> HttpResponse:
    """The hot topics of a month, most people first."""
    at = timezone.now()
    first = read_month(request.GET.get("month", ""), at)
    month = kept_topics(request.officer, first)
    values = {
        "tabs": tabs("topics"),
        "month_name": date_format(first, "YEAR_MONTH_FORMAT"),
        "before": f"{reverse('desk:topics')}?month={month_before(first):%Y-%m}",
        "after": _later(first, at),
        "groups": [topic_group(one) for one in month.topics],
        "read": month.read,
        "whole": month.whole,
    }
    return show(request, "desk/topics.html", values, here="desk:again")


def _later(first: date, at: datetime) -> str:
    """The address of the month after, unless it has not begun."""
    after = next_month(first)
    return f"{reverse('desk:topics')}?month={after:%Y-%m}" if after <= timezone.localdate(at) else ""


def read_month(text: str, at: datetime) -> date:
    """The first day of the month asked for; of the present one for anything that is none."""
    try:
        asked = date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        asked = timezone.localdate(at).replace(day=1)
    return min(asked, timezone.localdate(at).replace(day=1))


def kept_topics(officer: Officer, first: date) -> Month:
    """The topics among what this officer's posts let them see, grouped once in a quarter of an hour."""
    posts = ",".join(str(holding.post_id) for holding in sorted(officer.holdings, key=lambda h: h.post_id))
    key = f"topics:{first}:{posts}"
    found: Month | None = cache.get(key)
    if found is None:
        found = month_topics(permissions.visible_to(officer), first)
        cache.set(key, found, KEPT_SECONDS)
    return found


LINES = 6  # cases shown of one topic


def topic_group(one: HotTopic) -> Group:
    people = ngettext("%(count)s person", "%(count)s people", one.people) % {"count": one.people}
    cases = ngettext("%(count)s case", "%(count)s cases", len(one.cases)) % {"count": len(one.cases)}
    span = "–".join(date_format(timezone.localtime(at), "MONTH_DAY_FORMAT") for at in (one.since, one.until))
    places = _(", ").join(f"{name} ({count})" for name, count in one.places)
    lines = [line(case) for case in one.cases[:LINES]]
    facts = [people, cases, span, places, _open(one.open)]
    return Group(one.title, facts, lines, max(0, len(one.cases) - LINES), one.words)
