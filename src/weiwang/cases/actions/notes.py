"""Words beside the steps: notes for colleagues or for the reporter, and posts that are asked to help."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.files import keep_files, save_files
from weiwang.cases.actions.moves import NOTE_LIMIT, acting, locked_case
from weiwang.cases.actions.nudging import nudge
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling import tell
from weiwang.cases.history import next_event
from weiwang.cases.ladder import HELP
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import may_help_be_asked, may_see, may_write_out, seat
from weiwang.cases.rules import FINAL, STATE_NAMES, State, StepRefusedError
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.text import clean_text
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError, Officer

NOTE = "note"  # no step of the table: it changes neither state nor owner nor clock
HELPERS = 5  # posts that help with one case


def add_note(
    *, case_id: UUID, note: str, by: Officer, at: datetime, public: bool = False, source: str = "",
    papers: Sequence[CleanPaper] = (), submission: str | None = None,
) -> tuple[Case, Event]:  # fmt: skip
    """Write a note into the history; a public one is read by the reporter at once, with its papers.

    Whoever sees the case, or brought it, may write for colleagues; to the reporter writes only the post that
    has it, or one that may close it, while it is open. `source` says which system it came from. Raises
    `StepRefusedError`, `NotAllowedError`, `CaseError`, `TextError`, `AlreadyDoneError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.note", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        actor = _seated(by, case, at)
        if public and not may_write_out(by, case):
            raise StepRefusedError("note.not_public")
        data: dict[str, object] = {"source": source} if source else {}
        event = next_event(
            case, step=NOTE, before=case.state, at=at, by=actor, note=words, data=data, public=public
        )
        stage = "told" if public else "note"
        files = keep_files(case, (), papers, stage=stage, at=at, draft=draft)
        case.save(update_fields=["paper_count", "history_length", "history_digest"])
        event.save(force_insert=True)
        save_files(files)
        tell(case, event)
        draft.place, draft.by = case.place, actor
        draft.concerns(
            "case", case.pk, number=case.number, event=event.seq, public=public,
            history=case.history_digest.hex(),
        )  # fmt: skip
    return case, event


def _seated(by: Officer, case: Case, at: datetime) -> Officer:
    """The officer by the post through which they see the case, if they still hold it. Raises otherwise.

    Somebody who brought it writes by any post of theirs.
    """
    brought = case.reported_by_id == by.user_id
    if not (may_see(by, case) or brought):
        raise NotAllowedError("case.see")
    held = territory.posts_held(user_id=by.user_id, at=at)
    found = seat(by, case, held=held) or next((h for h in by.holdings if h.post_id in held and brought), None)
    if found is None:
        raise NotAllowedError("case.see")
    return by.acting_as(found)


def ask_to_help(
    *, case_id: UUID, post_id: int, by: Officer, at: datetime, note: str, submission: str | None = None
) -> Case:  # fmt: skip
    """Let another post see an open case and help with it; who answers for it does not change.

    The post reads the words among its messages. Raises `StepRefusedError`, `NotAllowedError`, `CaseError`,
    `AlreadyDoneError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.help", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        actor = _asking(by, case, at)
        if len(case.helping) >= HELPERS:
            raise StepRefusedError("help.many", limit=HELPERS)
        name = _helper_name(case, post_id, at)
        case.helper_posts = [*(case.helper_posts or ()), post_id]
        event = next_event(
            case, step="help", before=case.state, at=at, by=actor, note=words,
            data={"helper": post_id, "post": name}, public=False,
        )  # fmt: skip
        case.save(update_fields=["helper_posts", "history_length", "history_digest"])
        event.save(force_insert=True)
        draft.place, draft.by = case.place, actor
        draft.concerns("case", case.pk, number=case.number, helper=name, history=case.history_digest.hex())
        draft.events.append(nudge(case, words, at, post=post_id, rung=HELP, by=by.user_id))
    return case


def end_help(
    *, case_id: UUID, post_id: int, by: Officer, at: datetime, submission: str | None = None
) -> Case:
    """A post that was asked to help is no longer needed, and no longer sees the case for that reason.

    Raises `StepRefusedError` (it does not help), `NotAllowedError`, `CaseError`, `AlreadyDoneError`.
    """
    with recorded("case.help_over", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        actor = _asking(by, case, at)
        if post_id not in case.helping:
            raise StepRefusedError("help.unknown")
        case.helper_posts = [post for post in case.helper_posts or () if post != post_id] or None
        name = territory.post_names([post_id]).get(post_id, "")
        event = next_event(
            case, step="help_over", before=case.state, at=at, by=actor,
            data={"helper": post_id, "post": name}, public=False,
        )  # fmt: skip
        case.save(update_fields=["helper_posts", "history_length", "history_digest"])
        event.save(force_insert=True)
        draft.place, draft.by = case.place, actor
        draft.concerns("case", case.pk, number=case.number, helper=name, history=case.history_digest.hex())
    return case


def _asking(by: Officer, case: Case, at: datetime) -> Officer:
    """Whoever has the case, or may dispatch it, decides who helps; only while it is open."""
    if State(case.state) in FINAL:
        raise StepRefusedError("step.wrong_state", state=STATE_NAMES[State(case.state)])
    if not may_help_be_asked(by, case):
        raise NotAllowedError("case.dispatch")
    return acting(by, case, "case.see", at=at)


def _helper_name(case: Case, post_id: int, at: datetime) -> str:
    """The post, if it handles cases of the place and neither has this one nor helps with it."""
    posts = candidates(path=case.unit_path, place=case.place, at=at)
    busy = {case.owner_post_id, *case.helping}
    for post in posts:
        if post.post_id == post_id and "case.handle" in post.allows and post_id not in busy:
            return post.name
    raise StepRefusedError("help.unknown")
