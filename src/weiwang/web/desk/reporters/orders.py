"""Orders of the hotline on the desk: take in a sheet, see how they stand, hand the answers back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from io import BytesIO

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import orders as reads
from weiwang.cases.actions.hotline import hand_back, keep_source
from weiwang.cases.order_sheets import DEFAULT_CODE, FIELDS, HOTLINE, NEEDED
from weiwang.cases.orders import ANSWERS, Line, Source, answer_orders, answer_rows
from weiwang.kernel.faults import CodedError
from weiwang.kernel.tables import RowError, TableError, write_csv, write_xlsx
from weiwang.territory.imports import (
    ImportRefusedError,
    Preview,
    Task,
    apply,
    preview,
    sentence,
)
from weiwang.territory.imports import (
    Source as File,
)
from weiwang.territory.imports.frame import LIMITS
from weiwang.web.desk import words
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.reporters.frame import show_tab
from weiwang.web.ui import uploads
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.clocks import moment
from weiwang.web.ui.faults import said

POWER = "hotline.keep"
SHOWN = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIELD_NAMES: Mapping[str, str] = {
    "number": gettext_noop("Their number"), "text": gettext_noop("What it says"),
    "title": gettext_noop("Their title"), "time": gettext_noop("Taken on"), "due": gettext_noop("Due by"),
    "place": gettext_noop("Where it is"), "category": gettext_noop("Their category"),
    "caller": gettext_noop("Name of the caller"), "phone": gettext_noop("Telephone"),
}  # fmt: skip
STATUSES: Mapping[str, str] = {
    "new": gettext_noop("new case"), "changed": gettext_noop("updated"),
    "unchanged": gettext_noop("already there"),
}  # fmt: skip


def place_of(request: DeskRequest) -> int:
    return next(holding.place for holding in request.officer.holdings if POWER in holding.allows)


def show_orders(
    request: DeskRequest, template: str, context: Mapping[str, object], status: int = HTTPStatus.OK
) -> HttpResponse:
    return show_tab(request, template, context, tab="desk:orders", status=status)


# ---------------------------------------------------------------- the list


@needs(POWER)
@require_safe
def orders(request: DeskRequest) -> HttpResponse:
    return _list(request)


def _list(request: DeskRequest, *, fault: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    at, place = timezone.now(), place_of(request)
    known = reads.sources([place], at=at)
    context = {
        "sources": known,
        "code": known[0].code if known else DEFAULT_CODE,
        "rows": [row(line, at) for line in reads.latest([place])],
        "fault": fault,
    }
    return show_orders(request, "orders.html", context, status)


def row(line: Line, at: datetime) -> tuple[Line, words.StateWord, str, str]:
    """One order with its state, our due moment and theirs in words."""
    due = moment(line.due_at, at) if line.due_at else "—"
    theirs = moment(line.outer_due_at, at) if line.outer_due_at else "—"
    return line, words.state_words()[line.state], due, theirs


def _source(request: DeskRequest, source_id: int) -> Source:
    found = reads.sources([place_of(request)], at=timezone.now())
    source = next((one for one in found if one.id == source_id), None)
    if source is None:
        raise Http404
    return source


# ---------------------------------------------------------------- taking in a sheet


@needs(POWER)
@require_POST
def upload(request: DeskRequest) -> HttpResponse:
    """Keep the sheet and show what it would do."""
    file = request.FILES.get("file")
    if file is None or not file.size:
        return _list(request, fault=_("Choose a file first."), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if file.size > LIMITS.bytes:
        fault = said(TableError("too_large", limit=LIMITS.bytes // 2**20))
        return _list(request, fault=fault, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    code = request.POST.get("source", "").strip().lower()[:20] or DEFAULT_CODE
    waiting = uploads.Waiting(
        HOTLINE.name, str(file.name)[:80], request.officer.user_id, place_of(request), {"source": [code]}
    )
    return HttpResponseRedirect(reverse("desk:orders-look", args=[uploads.keep(waiting, file.chunks())]))


def _waiting(request: DeskRequest, token: str) -> tuple[uploads.Waiting, Task]:
    """The sheet this person sent. Raises `Http404` when it is gone, somebody else's or of another place."""
    found = uploads.find(token, user_id=request.officer.user_id)
    if found is None or found[1] is None or found[0].kind != HOTLINE.name:
        raise Http404
    waiting = found[0]
    if waiting.place != place_of(request):
        raise Http404
    return waiting, Task(File(found[1], waiting.name), timezone.now(), waiting.place, waiting.options)


@needs(POWER)
@require_safe
def look(request: DeskRequest, token: str) -> HttpResponse:
    _kept, task = _waiting(request, token)
    return _preview(request, preview(HOTLINE, task), task, token)


def _preview(
    request: DeskRequest, seen: Preview, task: Task, token: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    headers = [*seen.columns.values(), *seen.ignored]
    context = {
        "seen": seen, "token": token, "code": task.option("source"),
        "errors": _told(seen.errors), "warnings": _told(seen.warnings),
        "more_errors": max(0, len(seen.errors) - SHOWN),
        "sample": [(s.row, _(STATUSES[s.status]), s.cells) for s in seen.sample],
        "fields": [
            (name, _(word), name in NEEDED, _choices(headers, seen.columns.get(name, "")))
            for name, word in FIELD_NAMES.items()
        ],
        "map": "\n".join(task.options.get("map", ())),
    }  # fmt: skip
    return show_orders(request, "order_look.html", context, status)


def _choices(headers: Sequence[str], chosen: str) -> list[tuple[str, bool]]:
    return [(header, header == chosen) for header in headers]


def _told(errors: Sequence[RowError]) -> list[str]:
    return [sentence(error, _) for error in errors[:SHOWN]]


@needs(POWER)
@require_POST
def columns(request: DeskRequest, token: str) -> HttpResponse:
    """Look at the same sheet with other columns; they are remembered when it is taken in."""
    waiting, task = _waiting(request, token)
    options: dict[str, Sequence[str]] = {"source": waiting.options.get("source", [DEFAULT_CODE])}
    options |= {name: [request.POST[name][:200]] for name in FIELDS if request.POST.get(name)}
    typed = request.POST.get("map", "").replace("＝", "=").splitlines()
    options["map"] = [line.strip() for line in typed if line.strip()][:200]
    again = uploads.Waiting(waiting.kind, waiting.name, waiting.user_id, waiting.place, options)
    token = uploads.keep(again, [task.source.data])
    return HttpResponseRedirect(reverse("desk:orders-look", args=[token]))


@needs(POWER)
@require_POST
def confirm(request: DeskRequest, token: str) -> HttpResponse:
    """Do it, all or nothing; the sheet is thrown away afterwards."""
    found = uploads.find(token, user_id=request.officer.user_id)
    if found is not None and found[1] is None:  # a second press: the first has taken it in
        return HttpResponseRedirect(reverse("desk:orders"))
    _kept, task = _waiting(request, token)
    by = request.officer.by_power(POWER)
    try:
        came = apply(HOTLINE, task, by=by, submission=submission_key(request))
    except AlreadyDoneError:
        return HttpResponseRedirect(reverse("desk:orders"))
    except ImportRefusedError as refused:
        return _preview(request, refused.preview, task, token, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    uploads.applied(token)
    told = {"new": came.new, "changed": came.changed, "unchanged": came.unchanged}
    messages.success(
        request,
        _("%(new)s new cases, %(changed)s updated, %(unchanged)s already there.") % told,
    )
    return HttpResponseRedirect(reverse("desk:orders"))


# ---------------------------------------------------------------- handing back


@needs(POWER)
@require_POST
def answers(request: DeskRequest, source_id: int) -> HttpResponse:
    """The answers not handed back yet, as their sheet; from then on they count as handed back."""
    source = _source(request, source_id)
    found = answer_orders(source_id=source.id, place=source.place, everything=False)
    ids = [order.pk for order in found]
    try:
        hand_back(
            source_id=source.id, place=source.place, order_ids=ids, at=timezone.now(),
            by=request.officer.by_power(POWER), submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError:
        messages.warning(request, _("These answers were returned already. Download the whole list instead."))
        return HttpResponseRedirect(reverse("desk:orders"))
    return _sheet(source, found, as_csv=request.POST.get("as") == "csv")


@needs(POWER)
@require_safe
def everything(request: DeskRequest, source_id: int) -> HttpResponse:
    """All orders of a source with what was answered, whether handed back or not."""
    source = _source(request, source_id)
    found = answer_orders(source_id=source.id, place=source.place, everything=True)
    return _sheet(source, found, as_csv=request.GET.get("as") == "csv")


def _sheet(source: Source, found: Sequence[object], *, as_csv: bool) -> HttpResponse:
    header = [heading for heading, name in source.answers if name in ANSWERS]
    rows = answer_rows(found, source.answers)  # type: ignore[arg-type]  # orders, which a face does not name
    if as_csv:
        answer = HttpResponse(b"".join(write_csv(header, rows)), content_type="text/csv; charset=utf-8")
    else:
        book = BytesIO()
        write_xlsx(book, header, rows, sheet=source.code)
        answer = HttpResponse(book.getvalue(), content_type=XLSX)
    name = f"{source.code}-{timezone.localdate():%Y%m%d}.{'csv' if as_csv else 'xlsx'}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs(POWER)
@require_http_methods(["GET", "HEAD", "POST"])
def headings(request: DeskRequest, source_id: int) -> HttpResponse:
    """The name of a source and the columns of its answers: a heading left empty leaves the column out."""
    source = _source(request, source_id)
    if request.method != "POST":
        return _headings(request, source)
    chosen = [(request.POST.get(f"h-{name}", "").strip()[:60], name) for name in ANSWERS]
    try:
        keep_source(
            place=source.place, code=source.code, name=request.POST.get("name", ""), columns=source.columns,
            categories=source.categories, answers=[pair for pair in chosen if pair[0]],
            by=request.officer.by_power(POWER), at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
    except AlreadyDoneError:
        return HttpResponseRedirect(reverse("desk:orders"))
    except CodedError as error:
        return _headings(request, source, fault=said(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("desk:orders"))


def _headings(
    request: DeskRequest, source: Source, *, fault: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    written = {name: heading for heading, name in source.answers}
    context = {
        "source": source,
        "fault": fault,
        "rows": [(name, _(word), written.get(name, "")) for name, (_usual, word) in ANSWERS.items()],
    }
    return show_orders(request, "order_headings.html", context, status)
