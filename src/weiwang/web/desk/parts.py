"""Giving parts of a case to offices, the list of cases with parts, splitting and linking."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.cases import permissions, relations
from weiwang.cases.actions import add_part, link_cases, look_at_parts, split_case, unlink_cases
from weiwang.cases.queries import CaseFile
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.cases import OVERTAKEN, carried_out, case_url, file_for
from weiwang.web.desk.causes import line
from weiwang.web.desk.family import pieces
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.intake import read_id
from weiwang.web.desk.offers import targets
from weiwang.web.desk.whereabouts import number
from weiwang.web.desk.worklist import category_options, chosen
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.faults import said


@needs("case.see")
@require_safe
def parted(request: DeskRequest) -> HttpResponse:
    """The open cases with parts, those whose parts have changed since somebody looked before the others."""
    officer, at = request.officer, timezone.now()
    found = relations.parted(permissions.visible_to(officer))
    parts = relations.parts_of([case.pk for case in found])
    rows = [(line(case), pieces(officer, case, parts.get(case.pk, []), at)) for case in found]
    values = {"rows": rows, "news": sum(bool(row.news) for _line, row in rows)}
    return show(request, "desk/parted.html", values, here="desk:parted")


@needs("case.see")
@require_POST
def seen(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """The news of the parts have been looked at; back to where the button stood."""
    back = reverse("desk:parted") if request.POST.get("back") == "list" else case_url(case_id)

    def look() -> str:
        look_at_parts(
            case_id=case_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        )
        return _("Marked as seen. It returns to the top when a part moves again.")

    return carried_out(request, case_id, look, partial(told, request, back), back=back)


def told(request: DeskRequest, back: str, error: CodedError) -> HttpResponse:
    """A refusal of a single button, said on the page it stood on."""
    messages.error(request, said(error))
    return HttpResponseRedirect(back)


TYPED = ("target", "note", "text", "number", "submission_key")
Deed = Callable[[DeskRequest, UUID], str]


def on_a_page(request: DeskRequest, case_id: UUID, template: str, deed: Deed) -> HttpResponse:
    """Show the form; sent, do the deed and go back with its words, or show what was refused and typed."""
    if request.method != "POST":
        return page(request, file_for(request, case_id), template)

    def again(error: CodedError) -> HttpResponse:
        status = HTTPStatus.CONFLICT if error.code in OVERTAKEN else HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, file_for(request, case_id), template, error=said(error), status=status)

    return carried_out(request, case_id, partial(deed, request, case_id), again)


def page(
    request: DeskRequest, file: CaseFile, template: str, *, error: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    post, language = request.POST, get_language() or ""
    category = post.get("category", "" if template == "desk/split.html" else file.case.category)
    values = {
        "case": file.case,
        "case_id": str(file.case.pk),
        "typed": {name: post.get(name, "") for name in TYPED},
        "error": error,
        "targets": targets(file, number(post.get("target", "")), timezone.now()),
        "categories": chosen(category_options(language), category if category.isalnum() else ""),
    }
    return show(request, template, values, here="desk:worklist", part="form", status=status)


@needs("case.dispatch")
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Give a part of the case to one office."""
    return on_a_page(request, case_id, "desk/part.html", _give)


def _give(request: DeskRequest, case_id: UUID) -> str:
    post = request.POST.get
    made = add_part(
        case_id=case_id, post_id=number(post("target", "")) or 0, note=post("note", ""),
        category=post("category", ""), by=request.officer, at=timezone.now(),
        submission=submission_key(request),
    )  # fmt: skip
    return _("Part %(number)s is with %(post)s.") % {"number": made.number, "post": made.owner_name}


@needs("case.register")
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Make the second matter of a report a case of its own."""
    return on_a_page(request, case_id, "desk/split.html", _split)


def _split(request: DeskRequest, case_id: UUID) -> str:
    post = request.POST.get
    second = split_case(
        case_id=case_id, text=post("text", ""), category=post("category", ""), note=post("note", ""),
        by=request.officer, at=timezone.now(), seen_version=number(post("seen_version", "")) or 0,
        submission=submission_key(request),
    )  # fmt: skip
    return _("The second matter is case %(number)s. The reporter hears of both.") % {"number": second.number}


@needs("case.see")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Link the case to another one."""
    return on_a_page(request, case_id, "desk/link.html", _link)


def _link(request: DeskRequest, case_id: UUID) -> str:
    post = request.POST.get
    link_cases(
        case_id=case_id, number=post("number", ""), reason=post("note", ""), by=request.officer,
        at=timezone.now(), submission=submission_key(request),
    )  # fmt: skip
    return _("Linked. Both cases show it.")


@needs("case.see")
@require_POST
def unlink(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Take a link back."""

    def end() -> str:
        unlink_cases(
            case_id=case_id, other=read_id(request.POST.get("other", "")), by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip
        return _("The link was removed. Both histories keep a record of it.")

    return carried_out(request, case_id, end, partial(told, request, case_url(case_id)))
