"""One body: its facts, members and papers, and the forms that keep them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.accounts.queries import user_named
from weiwang.audit.rules import AlreadyDoneError
from weiwang.bodies import actions, permissions, queries
from weiwang.bodies.actions import Shown
from weiwang.bodies.queries import ScopeUnit
from weiwang.bodies.rules import REMARKS, BodyError, remarks, term_state
from weiwang.kernel.faults import CodedError
from weiwang.kernel.masking import mask_name, mask_phone
from weiwang.kernel.papers import download_headers
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.bodies import kind_choices, kind_name, kind_of, term_words
from weiwang.web.desk.teams.bodies_forms import (
    BodyEditForm,
    EndForm,
    MemberEditForm,
    PaperForm,
    body_values,
    member_values,
    scope_choice,
)
from weiwang.web.desk.teams.chart import TONES
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.faults import said
from weiwang.web.ui.gates import confirmed

OVERTAKEN = frozenset({"body.stale", "body.ended"})  # what somebody else did meanwhile
FIELDS = {
    "body.name_taken": "name", "body.term_order": "term_ends_on", "body.phone": "phone",
    "member.order": "last_on", "member.twice": "name", "member.account": "username",
    "body.end_order": "on", "body.reason_needed": "reason",
}  # fmt: skip
PICTURE_MOST = 15 * 1024 * 1024


def find(request: DeskRequest, body_id: int) -> tuple[Any, list[ScopeUnit]]:
    """A body within the officer's reach, and what it stands for. Raises `Http404`."""
    body = permissions.visible_body(request.officer, body_id)
    if body is None:
        raise Http404
    return body, queries.scope_of(body_id)


def find_kept(request: DeskRequest, body_id: int) -> tuple[Any, list[ScopeUnit]]:
    """A body this officer keeps. Raises `Http404`, `NotAllowedError`."""
    body, scope = find(request, body_id)
    if not permissions.may_keep(request.officer, scope):
        raise NotAllowedError("body.keep")
    return body, scope


# ---------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Person:
    """A member as shown: masked unless the post keeps the body, or after a look with a reason."""

    id: int
    name: str
    role: str
    starts_on: object
    ends_on: object
    phone: str
    is_over: bool


@needs("body.see")
@require_safe
def body(request: DeskRequest, body_id: int) -> HttpResponse:
    return page(request, body_id)


def page(
    request: DeskRequest, body_id: int, *, shown: Shown | None = None, reason: str = "", error: str = "",
    forms: Mapping[str, BaseForm] | None = None, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """The page of a body; `shown` is what a look with a reason opened, `forms` those that were refused."""
    found, scope = find(request, body_id)
    on, keeps = timezone.localdate(timezone.now()), permissions.may_keep(request.officer, scope)
    clear = keeps and request.has_confirmed()  # type: ignore[attr-defined]
    people = [person(one, on, clear=clear, shown=shown) for one in queries.members_of(body_id)]
    state = term_state(found.term_ends_on, on)
    kind = kind_of(found.kind)
    values = {
        "body": found, "scope": scope, "kind": kind_name(found.kind), "state": term_words(state),
        "tone": TONES.get(state, ""), "keeps": keeps and found.ended_on is None, "keeper": keeps,
        "communities": list({unit.community_id: unit.community for unit in scope}.items()),
        "people": people, "names_hidden": not clear and shown is None and bool(people),
        "contact": contact_said(found, clear=clear, shown=shown), "phone": phone_said(found, shown),
        "papers": queries.documents_of(body_id) if keeps else [], "reason": reason, "error": error,
        "is_open": shown is not None, "remarks": [] if found.ended_on else remarks_said(found, people),
        "laws": [w for w in (law(kind.term_law), law(kind.members_law)) if w] if kind else [],
        "member_form": MemberEditForm(initial={"starts_on": on}, auto_id="member-%s"),
        "paper_form": PaperForm(auto_id="paper-%s"),
        "end_form": EndForm(auto_id="end-%s", initial={"on": on}),
        **(forms or {}),
    }  # fmt: skip
    return show_tab(request, "desk/teams/body.html", values, tab="desk:bodies", status=status)


def law(words: Any) -> str:  # noqa: ANN401 -- Words of a policy
    return str(words.in_language(get_language() or ""))


def person(member: Any, on: Any, *, clear: bool, shown: Shown | None) -> Person:  # noqa: ANN401 -- a row, a day
    name = member.name if clear or shown is not None else mask_name(member.name)
    phone = member.office_phone or ""
    return Person(
        member.pk, name, member.role, member.starts_on, member_values(member)["last_on"],
        (shown.phones.get(member.pk, "") if shown else mask_phone(phone)) if phone else "",
        member.ends_on is not None and member.ends_on <= on,
    )  # fmt: skip


def contact_said(body: Any, *, clear: bool, shown: Shown | None) -> str:  # noqa: ANN401 -- a row of the bodies
    return str(body.contact_name if clear or shown is not None else mask_name(body.contact_name))


def phone_said(body: Any, shown: Shown | None) -> str:  # noqa: ANN401 -- a row of the bodies
    if not body.phone:
        return ""
    return shown.phone if shown is not None else mask_phone(body.phone)


def remarks_said(body: Any, people: list[Person]) -> list[str]:  # noqa: ANN401 -- a row of the bodies
    kind = kind_of(body.kind)
    if kind is None:
        return []
    present = sum(not one.is_over for one in people)
    found = remarks(kind, members=present, starts_on=body.term_starts_on, ends_on=body.term_ends_on)
    return [_(REMARKS[remark]) % numbers for remark, numbers in found]


@needs("body.see")
@require_POST
@confirmed
def contact(request: DeskRequest, body_id: int) -> HttpResponse:
    """Names and telephones, shown once in this answer; the look and its reason are in the record."""
    find(request, body_id)
    reason = request.POST.get("reason", "")
    try:
        shown = actions.reveal_contact(body_id=body_id, by=request.officer, at=timezone.now(), reason=reason)
    except CodedError as error:
        return page(
            request, body_id, reason=reason, error=said(error), status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return page(request, body_id, shown=shown)


# ---------------------------------------------------------------- how a form's action ends


def carry_out(
    request: DeskRequest, form: BaseForm, act: Callable[[], Any], *, words: str,
    to: Callable[[Any], str], again: Callable[[int], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Do it and go to the address `to`, or show the form again with what is wrong."""
    if not form.is_valid():
        return again(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        done = act()
    except AlreadyDoneError as before:
        return HttpResponseRedirect(to(before))
    except CodedError as error:
        return again(refused(form, error, overtaken=OVERTAKEN, fields=FIELDS))
    messages.success(request, words)
    return HttpResponseRedirect(to(done))


def address_of(body_id: object) -> str:
    return reverse("desk:body", args=[body_id])


# ---------------------------------------------------------------- a new one, a changed one, the end


@needs("body.keep")
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def create(request: DeskRequest) -> HttpResponse:
    form = edit_form(request.POST if posted(request) else None, request.POST or request.GET)

    def act() -> Any:  # noqa: ANN401 -- a row of the bodies
        return actions.create_body(
            place=place_of(request), form=form.as_typed(ticked(request), keeps_phone=False),
            by=request.officer, at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    def again(status: int = HTTPStatus.OK) -> HttpResponse:
        return edit_page(request, form, place=place_of(request), ticks=ticked(request), status=status)

    if not posted(request):
        return again()
    return carry_out(
        request, form, act, words=_("The body was set up. Add its members next."), again=again,
        to=lambda done: address_of(getattr(done, "object_id", None) or done.pk),
    )  # fmt: skip


@needs("body.keep")
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def edit(request: DeskRequest, body_id: int) -> HttpResponse:
    found, scope = find_kept(request, body_id)
    first = body_values(found)
    form = edit_form(request.POST if posted(request) else None, request.POST or first)
    ticks = ticked(request) if request.method == "POST" else [unit.id for unit in scope]

    def act() -> Any:  # noqa: ANN401 -- a row of the bodies
        return actions.change_body(
            body_id=body_id, seen_version=form.cleaned_data["version"] or 0,
            form=form.as_typed(ticks, keeps_phone=True), by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    def again(status: int = HTTPStatus.OK) -> HttpResponse:
        return edit_page(request, form, place=found.place, ticks=ticks, status=status, body=found)

    if not posted(request):
        return again()
    return carry_out(
        request,
        form,
        act,
        words=_("The body was changed."),
        again=again,
        to=lambda _done: address_of(body_id),
    )


def posted(request: DeskRequest) -> bool:
    """Whether the form is to be carried out, not only shown with another community's grids."""
    return request.method == "POST" and "show" not in request.POST


def edit_form(data: Any, first: Mapping[str, Any]) -> BodyEditForm:  # noqa: ANN401 -- what was sent
    plain = {name: value for name, value in first.items() if name != "community"}
    form = BodyEditForm(data, initial=plain)
    form.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]
    return form


def ticked(request: DeskRequest) -> list[int]:
    """The units ticked, in the order of the page."""
    found = (number(text) for text in request.POST.getlist("units"))
    return list(dict.fromkeys(unit_id for unit_id in found if unit_id is not None))


def place_of(request: DeskRequest) -> int:
    """The sub-district a new body belongs to."""
    return next(holding.place for holding in request.officer.holdings if "body.keep" in holding.allows)


def edit_page(
    request: DeskRequest, form: BodyEditForm, *, place: int, ticks: list[int], body: Any = None,  # noqa: ANN401 -- a row
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    shown = number((request.POST or request.GET).get("community", ""))
    on = timezone.localdate(timezone.now())
    values = {
        "form": form, "body": body, "typed_key": request.POST.get("submission_key", ""),
        "scope": scope_choice(request.officer, place=place, ticked=ticks, shown=shown, on=on),
        "has_phone": bool(body and body.phone),
    }  # fmt: skip
    return show_tab(request, "desk/teams/body_edit.html", values, tab="desk:bodies", status=status)


@needs("body.keep")
@require_POST
@confirmed
def end(request: DeskRequest, body_id: int) -> HttpResponse:
    """End a body; it stays in the list of those that have ended."""
    find_kept(request, body_id)
    form = EndForm(request.POST, auto_id="end-%s")

    def act() -> object:
        return actions.end_body(
            body_id=body_id, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"],
            by=request.officer, at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The body has ended. It stays in the list of those that have ended."),
        to=lambda _done: address_of(body_id),
        again=lambda status: page(request, body_id, forms={"end_form": form}, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- members


def account_of(username: str) -> int | None:
    """The id of an account. Raises `BodyError` where there is none."""
    if not username.strip():
        return None
    user = user_named(username)
    if user is None:
        raise BodyError("member.account")
    return int(user.pk)


@needs("body.keep")
@require_POST
@confirmed
def add_member(request: DeskRequest, body_id: int) -> HttpResponse:
    find_kept(request, body_id)
    form = MemberEditForm(request.POST, auto_id="member-%s")

    def act() -> object:
        user_id = account_of(form.cleaned_data["username"])
        return actions.add_member(
            body_id=body_id, form=form.as_typed(user_id=user_id, keeps_phone=False), by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The member was added."), to=lambda _done: address_of(body_id),
        again=lambda status: page(request, body_id, forms={"member_form": form}, status=status),
    )  # fmt: skip


@needs("body.keep")
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
def member(request: DeskRequest, body_id: int, member_id: int) -> HttpResponse:
    """Put one member right, or give the last day."""
    found, _scope = find_kept(request, body_id)
    one = next((each for each in queries.members_of(body_id) if each.pk == member_id), None)
    if one is None:
        raise Http404
    form = MemberEditForm(request.POST if request.method == "POST" else None, initial=member_values(one))

    def act() -> object:
        user_id = account_of(form.cleaned_data["username"])
        return actions.change_member(
            member_id=member_id, form=form.as_typed(user_id=user_id, keeps_phone=True), by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    def again(status: int = HTTPStatus.OK) -> HttpResponse:
        values = {
            "form": form, "body": found, "member_id": member_id, "has_phone": bool(one.office_phone),
            "typed_key": request.POST.get("submission_key", ""),
        }  # fmt: skip
        return show_tab(request, "desk/teams/body_member.html", values, tab="desk:bodies", status=status)

    if request.method != "POST":
        return again()
    return carry_out(
        request,
        form,
        act,
        words=_("The member was changed."),
        to=lambda _done: address_of(body_id),
        again=again,
    )


# ---------------------------------------------------------------- papers


@needs("body.keep")
@require_POST
@confirmed
def add_paper(request: DeskRequest, body_id: int) -> HttpResponse:
    find_kept(request, body_id)
    form = PaperForm(request.POST, request.FILES, auto_id="paper-%s")

    def act() -> object:
        file = form.cleaned_data["file"]
        if file.size > max(PICTURE_MOST, settings.PAPER_BYTES):  # refused unread
            raise BodyError("document.too_large", limit=settings.PAPER_BYTES // 1_000_000)
        return actions.add_document(
            body_id=body_id, title=form.cleaned_data["title"], data=file.read(), by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The document was saved."), to=lambda _done: address_of(body_id),
        again=lambda status: page(request, body_id, forms={"paper_form": form}, status=status),
    )  # fmt: skip


def paper_kept(request: DeskRequest, document_id: UUID) -> Any:  # noqa: ANN401 -- a row of the papers
    """A paper of a body this officer keeps. Raises `Http404`."""
    found = queries.document(paths=request.officer.paths("body.keep"), document_id=document_id)
    if found is None or not permissions.may_keep(request.officer, queries.scope_of(found.body_id)):
        raise Http404
    return found


@needs("body.keep")
@require_safe
@confirmed
def paper(request: DeskRequest, document_id: UUID) -> FileResponse:
    """The file itself: a PDF always as a download, a picture as a picture, never as a page."""
    found = paper_kept(request, document_id)
    path = actions.document_path(found)
    if not path.is_file():
        raise Http404
    is_pdf = found.kind == "pdf"
    answer = FileResponse(
        path.open("rb"), as_attachment=is_pdf, filename=f"{found.title}.{found.kind}",
        content_type="application/pdf" if is_pdf else "image/jpeg",
    )  # fmt: skip
    for name, value in download_headers("").items() if is_pdf else ():
        answer.headers.setdefault(name, value)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@needs("body.keep")
@require_POST
@confirmed
def withdraw_paper(request: DeskRequest, document_id: UUID) -> HttpResponse:
    """Take a paper back; its file is deleted at once."""
    found = paper_kept(request, document_id)
    try:
        actions.withdraw_document(
            document_id=document_id, by=request.officer, at=timezone.now(), submission=submission_key(request)
        )
        messages.success(request, _("The document was withdrawn and its file deleted."))
    except AlreadyDoneError:
        pass  # a second press answers as the first did
    except CodedError as error:
        messages.error(request, said(error))
    return HttpResponseRedirect(address_of(found.body_id))
