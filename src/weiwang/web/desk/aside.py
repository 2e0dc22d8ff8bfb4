"""What stands beside the steps of a case page: notes, and posts that are asked to help."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from weiwang.cases import permissions
from weiwang.cases.actions.owners import candidates
from weiwang.cases.queries import CaseFile
from weiwang.territory.rules import Officer
from weiwang.web.desk.offers import NoteFiles, Target, Typed
from weiwang.web.ui.parts import Fact

BESIDE = frozenset({"note", "help", "help_over"})
SAYS_IT_THERE = BESIDE | {"reveal", "contact"}
"""What is refused beside its own form and not on top of the page."""


def beside(officer: Officer, file: CaseFile, at: datetime, typed: Typed, *, more: bool) -> dict[str, object]:
    """The values of the template; `more` opens what is not done every day."""
    may_ask = more and permissions.may_help_be_asked(officer, file.case)
    return {
        "more": more,
        "may_write_out": more and permissions.may_write_out(officer, file.case),
        "helpers": file.helpers,
        "may_end_help": may_ask,
        "to_help": _to_help(file, typed.target if typed.step == "help" else None, at) if may_ask else (),
        "note_files": NoteFiles(auto_id="note-%s") if more else None,
        "says_it_there": SAYS_IT_THERE,
    }


def _to_help(file: CaseFile, wanted: int | None, at: datetime) -> Sequence[Target]:
    """The posts that can be asked to help: they handle cases of this place and do not have this one."""
    case = file.case
    busy = {case.owner_post_id, *case.helping}
    return [
        Target(str(post.post_id), post.name, "", post.post_id == wanted, suggested=False)
        for post in candidates(path=case.unit_path, place=case.place, at=at)
        if "case.handle" in post.allows and post.post_id not in busy and post.holders
    ]


def helping(names: Mapping[int, str]) -> list[Fact]:
    return [Fact(label=_("Helping"), value=_(", ").join(names.values()))] if names else []
