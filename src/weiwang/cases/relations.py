"""Reads of what belongs together: the parts of a case, the case of a part, links, matters split off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from weiwang.cases.models import Case, CaseLink
from weiwang.cases.rules import FINAL

SHOWN = 100


def parts_of(parents: Iterable[UUID]) -> dict[UUID, list[Case]]:
    """The parts of some cases in the order they were made: one query."""
    found: dict[UUID, list[Case]] = {}
    rows = Case.objects.filter(parent__in=list(parents)).defer("search")
    for part in rows.order_by("reported_at", "id"):
        if part.parent_id is not None:
            found.setdefault(part.parent_id, []).append(part)
    return found


def parent_of(part: Case) -> Case | None:
    """The case a part belongs to."""
    return Case.objects.filter(pk=part.parent_id).defer("search").first() if part.parent_id else None


def parted(visible: "QuerySet[Case]") -> list[Case]:
    """The open cases with parts among the visible ones: news first, then by due time."""
    found = visible.filter(~Q(state__in=FINAL), open_parts__isnull=False).defer("search")
    return list(found.order_by(F("parts_news_at").desc(nulls_last=True), "due_at", "id")[:SHOWN])


@dataclass(frozen=True, slots=True)
class Linked:
    """One linked case, as either side sees it. `is_split` says which of the two was split off, if one was."""

    case: Case
    reason: str
    made_by: str
    is_split: bool
    is_origin: bool


def links_of(case: Case) -> Sequence[Linked]:
    """Both directions, oldest first: one query."""
    rows = CaseLink.objects.filter(Q(one=case.pk) | Q(other=case.pk)).select_related("one", "other")
    rows = rows.defer("one__search", "other__search").order_by("at", "id")
    return [_linked(link, case.pk) for link in rows]


def _linked(link: CaseLink, mine: UUID) -> Linked:
    is_out = link.one_id == mine
    other = link.other if is_out else link.one
    return Linked(other, link.reason, link.made_by, link.is_split, link.is_split and not is_out)


def link_between(one: UUID, other: UUID) -> CaseLink | None:
    return CaseLink.objects.filter(Q(one=one, other=other) | Q(one=other, other=one)).first()


def split_from(case: Case) -> list[tuple[UUID, str]]:
    """Id and number of every matter that was split off a case, in order."""
    rows = CaseLink.objects.filter(one=case.pk, is_split=True).order_by("at", "id")
    return [(pk, number) for pk, number in rows.values_list("other", "other__number")]
