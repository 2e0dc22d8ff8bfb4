"""Why a matter arose, noted by those who handle, check or close it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.moves import acting, locked_case, refuse_merged
from weiwang.cases.causes import CAUSES, chosen
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, CauseNoted
from weiwang.cases.permissions import power_for_cause
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer

CAUSE = "cause"  # no step of the table: it moves nothing
WORDS_LIMIT = 200


def note_cause(
    *, case_id: UUID, code: str, words: str, by: Officer, at: datetime, submission: str | None = None
) -> Case:
    """Note the cause of a case, open or ended; the one noted last counts, the others stay in the history.

    Raises `CauseError`, `CaseError` (unknown, or put to another case), `NotAllowedError`, `AlreadyDoneError`.
    """
    said = clean_text(words, WORDS_LIMIT)
    with recorded("case.cause", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        refuse_merged(case)
        power = power_for_cause(by, case)
        if power is None:
            raise NotAllowedError("case.handle")
        actor = acting(by, case, power, at=at)
        cause = chosen(CAUSES.read(settings.POLICIES).table, case.category, code, said)
        event = next_event(
            case, step=CAUSE, before=case.state, at=at, by=actor, note=said, data={"cause": cause.code},
            public=False,
        )  # fmt: skip
        CauseNoted.objects.update_or_create(
            case=case, defaults={"place": case.place, "code": cause.code, "words": said, "at": at}
        )
        case.save(update_fields=["history_length", "history_digest"])
        event.save(force_insert=True)
        draft.place, draft.by = case.place, actor
        draft.concerns(
            "case", case.pk, number=case.number, cause=cause.code, history=case.history_digest.hex()
        )
    return case
