"""What is done to many rows of the dispatch desk at once, what is kept as a tab, what leaves as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import permissions, queries
from weiwang.cases.actions import (
    Chosen,
    Exported,
    Outcome,
    assign_many,
    drop_filter,
    export_cases,
    remind_many,
    save_filter,
)
from weiwang.kernel.faults import CodedError
from weiwang.kernel.tables import write_csv, write_xlsx
from weiwang.web.desk import words
from weiwang.web.desk.cases import case_url
from weiwang.web.desk.cause_lists import cause_name
from weiwang.web.desk.dispatch import PAGE, kept_anchor, queue_anchor, read_dispatch, targets
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.rows import category_names, row_list
from weiwang.web.desk.whereabouts import number
from weiwang.web.desk.worklist import Asked, filter_chips, read_asked
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.gates import confirmed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEEDS: Mapping[str, str] = {"assign": gettext_noop("Dispatch"), "remind": gettext_noop("Send a reminder")}
HEADS = (
    gettext_noop("Number"), gettext_noop("State"), gettext_noop("Category"), gettext_noop("Place"),
    gettext_noop("Subject"), gettext_noop("Now with"), gettext_noop("Reported on"), gettext_noop("Due"),
    gettext_noop("Closed on"), gettext_noop("Times returned"), gettext_noop("Times reopened"),
    gettext_noop("Cause"),
    gettext_noop("Exported by"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one row that was done, as it is shown."""

    number: str
    title: str
    href: str
    words: str


@needs("case.dispatch")
@require_POST
def many(request: DeskRequest) -> HttpResponse:
    """Assign or remind every row that was ticked; the answer says of each what came of it.

    What failed stays ticked with the reason in its row, below the same buttons.
    """
    back = back_to(request)
    rows = read_rows(request.POST)
    key, deed, at = submission_key(request), request.POST.get("deed", ""), timezone.now()
    if not rows or key is None or deed not in DEEDS:
        messages.error(request, _("Select at least one case first."))
        return HttpResponseRedirect(back)
    try:
        if deed == "assign":
            target = number(request.POST.get("target", ""))
            found = assign_many(rows=rows, by=request.officer, at=at, target_post=target, submission=key)
        else:
            note = request.POST.get("note", "")
            found = remind_many(rows=rows, by=request.officer, at=at, note=note, submission=key)
    except CodedError as error:
        messages.error(request, said(error))
        return HttpResponseRedirect(back)
    failed = [outcome for outcome in found if outcome.error is not None]
    values = {
        "lines": [_line(outcome, deed) for outcome in found if outcome.error is None],
        "left": len(failed),
        "back": back,
        "title": _(DEEDS[deed]),
        "summary": _summary(len(found) - len(failed), len(failed)),
        "query": back.partition("?")[2],
        **_failed(request, failed, at),
    }
    return show(request, "desk/dispatch_done.html", values, here=PAGE)


def _failed(request: DeskRequest, failed: Sequence[Outcome], at: datetime) -> dict[str, object]:
    """The rows to try again, as they are now, and what is needed for it."""
    if not failed:
        return {}
    why = {outcome.case_id: said(outcome.error) for outcome in failed if outcome.error is not None}
    seen = queries.rows_of(permissions.visible_to(request.officer), why)
    return {
        "rows": row_list([seen[one] for one in why if one in seen], at, choose=True, said=why),
        "unseen": len(failed) - len(seen),
        "targets": targets(request.officer, at),
    }


def _summary(done: int, left: int) -> str:
    first = ngettext("%(count)s case done.", "%(count)s cases done.", done) % {"count": done}
    if not left:
        return first
    rest = ngettext("%(count)s case not done.", "%(count)s cases not done.", left) % {"count": left}
    return f"{first} {rest}"


def _line(outcome: Outcome, deed: str) -> Line:
    if outcome.again:
        sentence = _("Already done.")
    elif deed == "assign":
        sentence = _("Now with %(post)s.") % {"post": outcome.owner}
    else:
        sentence = _("Reminder sent to %(post)s.") % {"post": outcome.owner}
    return Line(outcome.number, outcome.title, case_url(outcome.case_id), sentence)


def read_rows(post: QueryDict) -> list[Chosen]:
    """The ticked rows, `id:version` each; what cannot be read was never on our page and is left out."""
    return [row for row in map(_row, post.getlist("case")) if row is not None]


def _row(text: str) -> Chosen | None:
    row_id, _colon, version = text.partition(":")
    try:
        return Chosen(UUID(row_id), int(version) if version.isascii() and version.isdigit() else -1)
    except ValueError:
        return None


def back_to(request: DeskRequest) -> str:
    """The desk as it was, by the query it sent along; its own queries only."""
    return read_dispatch(request, _sent_along(request)).href()


# ---------------------------------------------------------------- tabs of one's own


@needs("case.dispatch")
@require_POST
def keep(request: DeskRequest) -> HttpResponse:
    """Keep the filter in force under a name, and come to rest on the new tab."""
    asked = read_dispatch(request, _sent_along(request))
    back = asked.href()
    if not filter_chips(asked, request.officer):
        messages.error(request, _("This list is a tab already. Narrow it with a filter or with words first."))
        return HttpResponseRedirect(back)
    try:
        kept = save_filter(
            by=request.officer, at=timezone.now(), name=request.POST.get("name", ""),
            query=back.partition("?")[2], submission=submission_key(request),
        )  # fmt: skip
        messages.success(request, _("Saved as a tab. The address of this page can be sent to colleagues."))
        back = f"{back}#{kept_anchor(kept)}"
    except AlreadyDoneError:
        pass
    except CodedError as error:
        messages.error(request, said(error))
    return HttpResponseRedirect(back)


@needs("case.dispatch")
@require_POST
def drop(request: DeskRequest, filter_id: int) -> HttpResponse:
    """Take one of one's own tabs away; the list stays as it is, under its queue."""
    asked = read_dispatch(request, _sent_along(request))
    try:
        drop_filter(
            by=request.officer, at=timezone.now(), filter_id=filter_id, submission=submission_key(request)
        )
        messages.success(request, _("The tab has been removed."))
    except AlreadyDoneError:
        pass
    return HttpResponseRedirect(f"{asked.href()}#{queue_anchor(asked.filters.view)}")


# ---------------------------------------------------------------- files


@needs("case.export")
@require_POST
@confirmed
def export(request: DeskRequest) -> HttpResponseBase:
    """The queue in force as a file, written while it is read; a purpose is asked for and recorded."""
    return _file(request, read_dispatch(request, _sent_along(request)))


@needs("case.export")
@require_POST
@confirmed
def export_list(request: DeskRequest) -> HttpResponseBase:
    """The worklist in force as a file, ended cases too."""
    return _file(request, read_asked(request, timezone.now(), _sent_along(request)))


def _sent_along(request: DeskRequest) -> QueryDict:
    return QueryDict(request.POST.get("query", "")[:2000])


def _file(request: DeskRequest, asked: Asked) -> HttpResponseBase:
    back, at = asked.href(), timezone.now()
    posts = [holding.post_id for holding in request.officer.holdings]
    visible = permissions.visible_to(request.officer)
    found = queries.narrowed(visible, filters=asked.filters, posts=posts, at=at)
    try:
        made = export_cases(
            found=found, by=request.officer, at=at, purpose=request.POST.get("purpose", ""),
            submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError:
        messages.error(request, _("This export was made already. Open the form again to make another one."))
        return HttpResponseRedirect(back)
    except CodedError as error:
        messages.error(request, said(error))
        return HttpResponseRedirect(back)
    name = f"cases-{timezone.localtime(at):%Y%m%d-%H%M}"
    return _workbook(made, name) if request.POST.get("kind") == "xlsx" else _csv(made, name)


def _written(made: Exported) -> Iterator[Sequence[object]]:
    names = category_names(get_language() or "", queries.category_policy().digest)
    states = {code: word.word for code, word in words.state_words().items()}
    for row in made.rows:
        number_, state, category, *rest, cause = row
        said = cause_name(cause) if cause else ""
        yield (number_, states.get(state, state), names.get(category, category), *rest, said, made.mark)


def _csv(made: Exported, name: str) -> StreamingHttpResponse:
    heads = [_(head) for head in HEADS]
    answer = StreamingHttpResponse(write_csv(heads, _written(made)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _workbook(made: Exported, name: str) -> FileResponse:
    """A workbook needs its end before its beginning, so it is written to the disk first."""
    file = TemporaryFile()  # noqa: SIM115 -- closed by the answer when it is sent
    write_xlsx(file, [_(head) for head in HEADS], _written(made))
    file.seek(0)
    answer = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    answer["Cache-Control"] = "private, no-store"
    return answer
