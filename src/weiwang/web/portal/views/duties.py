"""What the posts of a sub-district have to do: the published duty lists, for everybody to read."""

from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.duties import queries
from weiwang.duties.rules import RECURRENCE_NAMES, Recurrence
from weiwang.territory import queries as territory
from weiwang.web.portal.frame import show
from weiwang.web.portal.places import Place, in_a_place


@dataclass(frozen=True, slots=True)
class Line:
    """One duty in the reader's language."""

    text: str
    rhythm: str
    owner: str
    basis: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The published duties of one kind of post."""

    kind: str
    version: int
    since: date | None
    lines: list[Line] = field(default_factory=list)


@require_safe
@in_a_place
def duties(request: HttpRequest, place: Place) -> HttpResponse:
    """The lists in force today; what single micro-grids add stays with their posts."""
    found = chapters(place.id, timezone.localdate(timezone.now()))
    return show(request, place, "duties.html", {"chapters": found})


def chapters(place: int, on: date) -> list[Chapter]:
    """In the order of the kinds of post."""
    kinds, english = territory.post_table().kinds, (get_language() or "").startswith("en")
    found: dict[str, Chapter] = {}
    for row in queries.duties_in_force(place=place, on=on):
        if row.list.unit_id is not None or row.list.kind not in kinds:
            continue
        kind = kinds[row.list.kind]
        chapter = found.setdefault(
            kind.code, Chapter(kind.en if english else kind.zh, row.list.version, row.list.valid_from)
        )
        text = row.text_en if english and row.text_en else row.text_zh
        chapter.lines.append(Line(text, rhythm(row.recurrence, row.event), row.owner, row.basis))
    return [found[code] for code in kinds if code in found]


def rhythm(recurrence: str, event: str) -> str:
    word = _(RECURRENCE_NAMES[Recurrence(recurrence)])
    return _("%(rhythm)s: %(event)s") % {"rhythm": word, "event": event} if event else word
