"""“Me too”: somebody else with the same matter joins the case that is there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.cases.actions.files import keep_files, save_files
from weiwang.cases.actions.moves import locked_case
from weiwang.cases.actions.report import KEEP_REPORTER, TEXT_LIMIT, Contact, read_contact
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Joined
from weiwang.cases.permissions import may_see
from weiwang.cases.rules import OPEN, CaseError, State
from weiwang.kernel.fields import sealer
from weiwang.kernel.ids import new_id
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import Officer


def join_case(
    *, case_id: UUID, text: str, by: Actor, at: datetime, channel: str, contact: Contact | None = None,
    photos: Sequence[CleanPicture] = (), papers: Sequence[CleanPaper] = (), submission: str | None = None,
) -> Joined:  # fmt: skip
    """Put one more person to an open case: their words and contact are kept, and they hear the end of it.

    The case keeps its version, owner and clock: nobody who is deciding about it is held up. Residents join
    only what they may be shown, officers what they may see. Raises `CaseError`, `AlreadyDoneError`.
    """
    words = clean_text(text, TEXT_LIMIT)
    known = read_contact(contact) or Contact()
    with recorded("case.join", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        _refuse_unless_shown(case, by)
        joined = Joined(
            id=new_id(), case=case, place=case.place, joined_at=at, channel=channel, words=words,
            name=known.name, phone=known.phone,
            phone_index=sealer().blind_index(known.phone, "reporter.phone") if known.phone else None,
            email=known.email, language=known.language,
            erase_on=timezone.localdate(at + KEEP_REPORTER),
        )  # fmt: skip
        files = keep_files(case, photos, papers, stage="joined", at=at, draft=draft)
        event = next_event(case, step="join", before=case.state, at=at, by=by, public=False)
        case.save(update_fields=["photo_count", "paper_count", "history_length", "history_digest"])
        event.save(force_insert=True)
        joined.save(force_insert=True)
        save_files(files)
        draft.place = case.place
        draft.concerns("joined", joined.pk, number=case.number, history=case.history_digest.hex())
    return joined


def _refuse_unless_shown(case: Case, by: Actor) -> None:
    if State(case.state) not in OPEN:
        raise CaseError("join.ended")
    shown = may_see(by, case) if isinstance(by, Officer) else not case.restricted
    if not shown:
        raise CaseError("case.unknown")
