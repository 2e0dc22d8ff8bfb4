"""Importing in the browser: choose a kind, send the file, look at what it would do, confirm."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.tables import RowError, TableError
from weiwang.territory import queries as territory
from weiwang.territory.imports import (
    ImportRefusedError,
    Kind,
    Preview,
    Source,
    Task,
    apply,
    preview,
    sentence,
)
from weiwang.territory.imports.frame import LIMITS
from weiwang.web.console.forms import UploadForm
from weiwang.web.console.frame import done, show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.console.kinds import KINDS
from weiwang.web.ui import uploads
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said

SHOWN = 200
ICONS = {
    "divisions": "sitemap", "units": "layout-grid", "buildings": "building", "features": "road",
    "staff": "users", "members": "users-group", "cases": "inbox", "hotline": "phone",
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "new": gettext_noop("new"), "changed": gettext_noop("changed"), "unchanged": gettext_noop("unchanged"),
    "code": gettext_noop("Code"), "name": gettext_noop("Unit name"), "level": gettext_noop("Level"),
    "households": gettext_noop("Households"),
    "address": gettext_noop("Address"), "kind": gettext_noop("Kind"),
    "username": gettext_noop("User name"), "post": gettext_noop("Post"),
    "unit": gettext_noop("Unit"),
    "number": gettext_noop("Number"), "time": gettext_noop("Time"), "category": gettext_noop("Category"),
    "due": gettext_noop("Due"),
}  # fmt: skip
# Which headers of the file hold what: asked for cases only, since every system names them differently.
HEADERS = (
    ("text", gettext_noop("Columns with the text")), ("title", gettext_noop("Column with the title")),
    ("time", gettext_noop("Column with the time")), ("place", gettext_noop("Columns with the place")),
    ("category", gettext_noop("Column with the category")),
    ("number", gettext_noop("Column with the number")),
    ("map", gettext_noop("Their category = our code")),
)  # fmt: skip


@require_safe
@needs("import.run", "staff.manage")
def kinds(request: ConsoleRequest) -> HttpResponse:
    rows = [
        (kind, _(kind.title), ICONS[kind.name], [column.aliases[0] for column in kind.columns])
        for kind in KINDS.values()
        if request.officer.may(kind.power)
    ]
    return show(request, "import", {"rows": rows}, here="console:import")


def _kind(request: ConsoleRequest, name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None or not request.officer.may(kind.power):
        raise Http404
    return kind


@require_http_methods(["GET", "HEAD", "POST"])
@needs("import.run", "staff.manage")
def upload(request: ConsoleRequest, name: str) -> HttpResponse:
    """The form for one kind; a file sent is kept and looked at on the next page."""
    kind = _kind(request, name)
    if request.method != "POST":
        return upload_page(request, kind, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid() and form.cleaned_data["file"].size > LIMITS.bytes:
        form.add_error("file", said(TableError("too_large", limit=LIMITS.bytes // 2**20)))
    if not form.is_valid():
        return upload_page(request, kind, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    file = form.cleaned_data["file"]
    waiting = uploads.Waiting(
        kind.name, file.name[:80], request.officer.user_id, request.place, _options(request)
    )
    token = uploads.keep(waiting, file.chunks())
    return HttpResponseRedirect(reverse("console:import-preview", args=[token]))


def upload_page(
    request: ConsoleRequest, kind: Kind, form: UploadForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    headers = (
        [(name, _(label), request.POST.get(name, "")) for name, label in HEADERS]
        if kind.name == "cases"
        else []
    )
    columns = [(column.aliases[0], column.aliases[1:], column.required) for column in kind.columns]
    context = {"kind": kind, "title": _(kind.title), "form": form, "headers": headers, "columns": columns}
    return show(request, "import_upload", context, here="console:import", status=status)


def _options(request: ConsoleRequest) -> dict[str, Sequence[str]]:
    """What was typed about the columns: several are separated by commas or lines."""
    found: dict[str, Sequence[str]] = {}
    for name, _label in HEADERS:
        typed = request.POST.get(name, "").replace("，", ",").replace("\n", ",")
        parts = [part.strip() for part in typed.split(",") if part.strip()]
        if parts:
            found[name] = parts
    return found


def _waiting(request: ConsoleRequest, token: str) -> tuple[Kind, Task]:
    """The file this person sent. Raises `Http404` when it is gone or somebody else's."""
    found = uploads.find(token, user_id=request.officer.user_id)
    if found is None or found[1] is None:
        raise Http404
    waiting, data = found[0], found[1]
    kind = _kind(request, waiting.kind)
    head = territory.place_head(waiting.place)
    request.officer.by_power(kind.power, head.path)
    return kind, Task(Source(data, waiting.name), timezone.now(), waiting.place, waiting.options)


@require_safe
@needs("import.run", "staff.manage")
def look(request: ConsoleRequest, token: str) -> HttpResponse:
    kind, task = _waiting(request, token)
    return preview_page(request, kind, preview(kind, task), token)


def preview_page(
    request: ConsoleRequest, kind: Kind, seen: Preview, token: str, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "kind": kind, "title": _(kind.title), "seen": seen, "token": token, "errors": _told(seen.errors),
        "warnings": _told(seen.warnings), "sample": _sample(seen), "sample_columns": _sample_columns(seen),
        "mapping": [(column.aliases[0], seen.columns.get(column.name, "")) for column in kind.columns
                    if column.name in seen.columns],
        "more_errors": max(0, len(seen.errors) - SHOWN), "more_warnings": max(0, len(seen.warnings) - SHOWN),
    }  # fmt: skip
    return show(request, "import_preview", context, here="console:import", status=status)


def _told(errors: Sequence[RowError]) -> list[str]:
    return [sentence(error, _) for error in errors[:SHOWN]]


def _sample_columns(seen: Preview) -> list[str]:
    names = list(dict.fromkeys(name for sample in seen.sample for name in sample.cells))
    return [_(WORDS.get(name, name)) for name in names]


def _sample(seen: Preview) -> list[tuple[int, str, list[str]]]:
    names = list(dict.fromkeys(name for sample in seen.sample for name in sample.cells))
    return [
        (s.row, _(WORDS[s.status]), [_in_words(s.cells.get(name, "")) for name in names]) for s in seen.sample
    ]


def _in_words(cell: str) -> str:
    return _(cell) if cell else ""


@require_POST
@needs("import.run", "staff.manage")
def confirm(request: ConsoleRequest, token: str) -> HttpResponse:
    """Do it, all or nothing; the file is thrown away afterwards."""
    words = _("Imported. What came of it stands in the record.")
    found = uploads.find(token, user_id=request.officer.user_id)
    if found is not None and found[1] is None:  # a second press: the first has applied it
        return done(request, words, "console:import")
    kind, task = _waiting(request, token)
    by: Any = request.officer.by_power(kind.power, territory.place_head(task.place or 0).path)
    try:
        came = apply(kind, task, by=by, submission=submission_key(request))
    except AlreadyDoneError:
        return done(request, words, "console:import")
    except ImportRefusedError as refused:
        return preview_page(request, kind, refused.preview, token, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    uploads.applied(token)
    told = _("%(kind)s: %(new)s new, %(changed)s changed, %(unchanged)s unchanged.") % {
        "kind": _(kind.title), "new": came.new, "changed": came.changed, "unchanged": came.unchanged,
    }  # fmt: skip
    return done(request, told, "console:import")
