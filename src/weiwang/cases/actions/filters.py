"""Filters somebody keeps under a name, shown to them as tabs; the link of one works for everybody."""

from datetime import datetime

from weiwang.audit.actions import recorded
from weiwang.cases.models import SavedFilter
from weiwang.cases.rules import CaseError
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import Officer

NAME_LIMIT, QUERY_LIMIT = 20, 500
AT_MOST = 8


def save_filter(*, by: Officer, at: datetime, name: str, query: str, submission: str | None = None) -> int:
    """Keep a filter under a name; the same name again replaces it. Returns its id.

    Raises `CaseError`, `AlreadyDoneError`.
    """
    name = clean_text(name, NAME_LIMIT)
    if not name:
        raise CaseError("filter.name")
    place = by.places[0]
    with recorded("filter.save", by=by, at=at, place=place, submission=submission) as draft:
        mine = SavedFilter.objects.select_for_update().filter(user=by.user_id)
        known = {row.name for row in mine}
        if name not in known and len(known) >= AT_MOST:
            raise CaseError("filter.too_many", limit=AT_MOST)
        kept, _ = SavedFilter.objects.update_or_create(
            user_id=by.user_id, name=name, defaults={"place": place, "query": query[:QUERY_LIMIT]}
        )
        draft.concerns("filter", kept.pk)
    return kept.pk


def drop_filter(*, by: Officer, at: datetime, filter_id: int, submission: str | None = None) -> None:
    """Forget one of their own filters; nothing happens when it is gone already."""
    with recorded("filter.drop", by=by, at=at, place=by.places[0], submission=submission) as draft:
        SavedFilter.objects.filter(pk=filter_id, user=by.user_id).delete()
        draft.concerns("filter", filter_id)
