"""How finished cases ended for those who reported: figures by place and reason, silence apart."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import permissions
from weiwang.cases.actions.keeping import promises
from weiwang.cases.promises import Outcome, Reason
from weiwang.cases.satisfaction import FEW, Figures, overview
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.reporters.frame import show_tab
from weiwang.web.ui.parts import Tab

SPANS = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class Row:
    """One community with its figures."""

    name: str
    figures: Figures


@needs("reporter.contact")
@require_safe
def satisfaction(request: DeskRequest) -> HttpResponse:
    at = timezone.now()
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(span) for span in SPANS} else SPANS[0]
    names = _parts(request, at)
    seen = overview(
        permissions.visible_to(request.officer), since=at - timedelta(days=days), until=at, parts=names
    )
    context = {
        "whole": seen.whole,
        "rows": [Row(names[path], figures) for path, figures in seen.by_part.items()],
        "reasons": _reasons(seen.reasons),
        "spans": [_span(span, days) for span in SPANS],
        "few": FEW,
        "filed_after": promises().no_answer_after.days,
    }
    return show_tab(request, "satisfaction.html", context, tab="desk:satisfaction")


def _parts(request: DeskRequest, at: datetime) -> dict[str, str]:
    """Path and name of the communities this officer sees, in the order of the tree."""
    paths = request.officer.paths("reporter.contact")
    units = [
        unit
        for place in request.officer.places
        for unit in territory.units_at(place=place, levels=[Level.GENERAL_GRID], on=timezone.localdate(at))
    ]
    return {unit.path: unit.name for unit in units if any(unit.path.startswith(path) for path in paths)}


def _span(days: int, current: int) -> Tab:
    label = _("The last %(days)s days") % {"days": days}
    return Tab(label=label, href=f"{reverse('desk:satisfaction')}?days={days}", current=days == current)


def _reasons(counted: Mapping[str, Counter[str]]) -> list[tuple[str, list[tuple[str, int]]]]:
    language = get_language() or ""
    table = promises()
    groups = (
        (_("What was good"), table.satisfied, counted[Outcome.SATISFIED]),
        (_("What was not good"), table.dissatisfied, counted[Outcome.DISSATISFIED]),
    )
    return [(heading, _named(reasons, counts, language)) for heading, reasons, counts in groups if counts]


def _named(reasons: Mapping[str, Reason], counts: Counter[str], language: str) -> list[tuple[str, int]]:
    """A reason that has left the table since is shown by its code."""
    return [
        (reasons[code].name(language) if code in reasons else code, count)
        for code, count in counts.most_common()
    ]
