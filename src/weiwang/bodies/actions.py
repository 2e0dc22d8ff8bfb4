"""Every write of the bodies: founding, changing, ending, members, papers, and the look at a telephone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from weiwang.accounts import queries as accounts
from weiwang.audit.actions import Draft, forget, recorded
from weiwang.bodies.models import Body, BodyUnit, Document, Member
from weiwang.bodies.permissions import keeper, keeper_of, visible_body
from weiwang.bodies.queries import ScopeUnit, kinds, members_of, scope_of, units_of
from weiwang.bodies.rules import (
    MAX_DOCUMENTS,
    BodyError,
    BodyKind,
    looks_like_phone,
    refuse_scope,
    refuse_term,
)
from weiwang.kernel.ids import new_id
from weiwang.kernel.papers import MAGIC, clean_paper
from weiwang.kernel.pictures import PictureError, clean_picture
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text
from weiwang.territory.rules import NotAllowedError, Officer

NAME, SHORT, REASON = 80, 60, 200
CONTACTS = kept_file("bodies.Body", "contact_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyForm:
    """What somebody typed about a body. `unit_ids` are the units it stands for."""

    kind: str
    name: str
    unit_ids: Collection[int]
    term_starts_on: date
    term_ends_on: date | None = None
    compound: str = ""
    contact_name: str = ""
    phone: str | None = None  # None leaves the number as it is

    def clean(self) -> dict[str, object]:
        """The columns, cleaned. Raises `BodyError`, `TextError`."""
        refuse_term(self.term_starts_on, self.term_ends_on)
        values: dict[str, object] = {
            "kind": _kind_named(self.kind).code,
            "name": clean_text(self.name, NAME, required=True),
            "compound": clean_text(self.compound, NAME),
            "contact_name": clean_text(self.contact_name, SHORT),
            "term_starts_on": self.term_starts_on,
            "term_ends_on": self.term_ends_on,
        }
        return values if self.phone is None else {**values, "phone": _clean_phone(self.phone)}


def _kind_named(code: str) -> BodyKind:
    """Raises `BodyError` for a kind that is not in the policy."""
    known = kinds()
    if code not in known:
        raise BodyError("body.unknown_kind", kind=code)
    return known[code]


def _clean_phone(text: str) -> str:
    """Raises `BodyError` for what is no telephone number; empty stays empty."""
    number = clean_text(text, 30)
    if number and not looks_like_phone(number):
        raise BodyError("body.phone")
    return number


def create_body(
    *, place: int, form: BodyForm, by: Officer, at: datetime, submission: str | None = None
) -> Body:
    """Found a body. Raises `BodyError` (scope, term, name taken), `NotAllowedError`."""
    values = form.clean()
    scope = _checked_scope(place=place, form=form)
    actor = keeper(by, scope)
    with recorded("body.create", by=actor, at=at, place=place, submission=submission) as draft:
        try:
            with transaction.atomic():
                body = Body.objects.create(place=place, founded_on=form.term_starts_on, **values)
        except IntegrityError as error:
            raise BodyError("body.name_taken") from error
        BodyUnit.objects.bulk_create(
            BodyUnit(place=place, body=body, unit_id=unit.id, starts_on=body.founded_on) for unit in scope
        )
        draft.concerns("body", body.pk, kind=body.kind, units=[unit.id for unit in scope])
    return body


def _checked_scope(*, place: int, form: BodyForm) -> list[ScopeUnit]:
    """The units a body is to stand for. Raises `BodyError` (none, elsewhere, crossing communities)."""
    scope = units_of(place=place, unit_ids=form.unit_ids)
    if len(scope) != len(set(form.unit_ids)):
        raise BodyError("body.scope_place")
    refuse_scope(_kind_named(form.kind), [unit.community or None for unit in scope])
    return scope


def change_body(
    *,
    body_id: int,
    seen_version: int,
    form: BodyForm,
    by: Officer,
    at: datetime,
    submission: str | None = None,
) -> Body:
    """Change a body, its term, its scope. Raises `BodyError` (as for a new one, stale), `NotAllowedError`."""
    values = form.clean()
    keeper_of(by, body_id)
    place = Body.objects.values_list("place", flat=True).get(pk=body_id)
    scope = _checked_scope(place=place, form=form)
    actor = keeper(by, scope)
    with recorded("body.change", by=actor, at=at, place=place, submission=submission) as draft:
        body = _open_body(body_id, seen_version)
        changed = sorted(name for name, value in values.items() if getattr(body, name) != value)
        for name in changed:
            setattr(body, name, values[name])
        body.founded_on = min(body.founded_on, body.term_starts_on)
        body.version += 1
        _save(body)
        _rescope(body, scope, timezone.localdate(at))
        draft.concerns("body", body.pk, changed=changed, units=[unit.id for unit in scope])
    return body


def _open_body(body_id: int, seen_version: int | None = None) -> Body:
    """The body, locked, as long as it stands and nobody else has changed it. Raises `BodyError`."""
    body = Body.objects.select_for_update().get(pk=body_id)
    if body.ended_on is not None:
        raise BodyError("body.ended")
    if seen_version is not None and body.version != seen_version:
        raise BodyError("body.stale")
    return body


def _save(body: Body) -> None:
    try:
        with transaction.atomic():
            body.save()
    except IntegrityError as error:
        raise BodyError("body.name_taken") from error


def _rescope(body: Body, scope: Collection[ScopeUnit], on: date) -> None:
    """From today it stands for these units; what it stood for before stays known by date."""
    wanted = {unit.id for unit in scope}
    present = BodyUnit.objects.filter(body=body, ends_on=None)
    known = set(present.values_list("unit_id", flat=True))
    gone = present.exclude(unit_id__in=wanted)
    gone.filter(starts_on__gte=on).delete()  # put in and taken out on one day: it never stood for it
    gone.filter(starts_on__lt=on).update(ends_on=on)
    first = min(on, body.founded_on) if body.founded_on > on else on
    again = BodyUnit.objects.filter(body=body, ends_on=on, unit_id__in=wanted - known)
    resumed = set(again.values_list("unit_id", flat=True))
    again.update(ends_on=None)
    BodyUnit.objects.bulk_create(
        BodyUnit(place=body.place, body=body, unit_id=unit_id, starts_on=first)
        for unit_id in sorted(wanted - known - resumed)
    )


def end_body(
    *, body_id: int, on: date, reason: str, by: Officer, at: datetime, submission: str | None = None
) -> Body:
    """End a body on a day; it is kept, with members and papers. Raises `BodyError`, `NotAllowedError`."""
    actor, words = keeper_of(by, body_id), clean_text(reason, REASON)
    if not words:
        raise BodyError("body.reason_needed")
    place = Body.objects.values_list("place", flat=True).get(pk=body_id)
    with recorded("body.end", by=actor, at=at, place=place, submission=submission, reason=words) as draft:
        body = _open_body(body_id)
        if on < body.founded_on:
            raise BodyError("body.end_order")
        body.ended_on, body.end_reason, body.version = on, words, body.version + 1
        body.save(update_fields=["ended_on", "end_reason", "version"])
        open_members = Member.objects.filter(body=body).filter(Q(ends_on=None) | Q(ends_on__gt=on))
        open_members.filter(starts_on__lt=on).update(ends_on=on)
        draft.concerns("body", body.pk, on=on.isoformat())
    return body


# ---------------------------------------------------------------- members


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberForm:
    """What somebody typed about a member."""

    name: str
    role: str = ""
    starts_on: date
    ends_on: date | None = None  # the first day no longer a member
    office_phone: str | None = None  # None leaves the number as it is
    user_id: int | None = None

    def clean(self) -> dict[str, object]:
        """The columns, cleaned. Raises `BodyError`, `TextError`."""
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise BodyError("member.order")
        values: dict[str, object] = {
            "name": clean_text(self.name, SHORT, required=True),
            "role": clean_text(self.role, 40),
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "user_id": self.user_id,
        }
        return (
            values
            if self.office_phone is None
            else {**values, "office_phone": _clean_phone(self.office_phone)}
        )


def add_member(
    *, body_id: int, form: MemberForm, by: Officer, at: datetime, submission: str | None = None
) -> Member:
    """Raises `BodyError` (order of days, member already, body ended), `NotAllowedError`."""
    values, actor = form.clean(), keeper_of(by, body_id)
    place = Body.objects.values_list("place", flat=True).get(pk=body_id)
    with recorded("body.member.add", by=actor, at=at, place=place, submission=submission) as draft:
        _refuse_stranger(form.user_id, place)
        member = Member(place=place, body=_open_body(body_id), **values)
        _save_member(member)
        draft.concerns("body", body_id, member=member.pk)
    return member


def change_member(
    *, member_id: int, form: MemberForm, by: Officer, at: datetime, submission: str | None = None
) -> Member:
    """Put a member right or end the membership. Raises `BodyError`, `NotAllowedError`."""
    values = form.clean()
    member = Member.objects.get(pk=member_id)
    actor = keeper_of(by, member.body_id)
    with recorded("body.member.change", by=actor, at=at, place=member.place, submission=submission) as draft:
        _refuse_stranger(form.user_id, member.place)
        _open_body(member.body_id)
        changed = sorted(name for name, value in values.items() if getattr(member, name) != value)
        for name in changed:
            setattr(member, name, values[name])
        _save_member(member)
        draft.concerns("body", member.body_id, member=member.pk, changed=changed)
    return member


def _refuse_stranger(user_id: int | None, place: int) -> None:
    """Raises `BodyError` for an account of another sub-district."""
    user = accounts.user(user_id) if user_id is not None else None
    if user_id is not None and (user is None or user.place != place):
        raise BodyError("member.account")


def _save_member(member: Member) -> None:
    try:
        with transaction.atomic():
            member.save()
    except IntegrityError as error:
        raise BodyError("member.twice") from error


# ---------------------------------------------------------------- the look at a telephone


@dataclass(frozen=True, slots=True)
class Shown:
    """What a look with a reason shows: the telephone of the body, names and telephones of its members."""

    contact_name: str
    phone: str
    names: dict[int, str]
    phones: dict[int, str]


def reveal_contact(*, body_id: int, by: Officer, at: datetime, reason: str) -> Shown:
    """Names and telephones in clear; who looked, when and why stays in the record.

    Raises `BodyError` (unknown body, no reason), `NotAllowedError`.
    """
    words = clean_text(reason, REASON)
    if not words:
        raise BodyError("body.reason_needed")
    body = visible_body(by, body_id)
    if body is None:
        raise BodyError("body.unknown")
    with recorded("body.reveal", by=_looking(by, body_id), at=at, place=body.place, reason=words) as draft:
        draft.concerns("body", body.pk, fields=["contact_name", "phone", "members"])
    members = members_of(body_id)
    phones = {member.pk: member.office_phone or "" for member in members}
    return Shown(body.contact_name, body.phone or "", {m.pk: m.name for m in members}, phones)


def _looking(by: Officer, body_id: int) -> Officer:
    """The officer by the post that sees the body, below or above its scope. Raises `NotAllowedError`."""
    for unit in scope_of(body_id):
        for path in by.paths("body.see"):
            if unit.path.startswith(path) or path.startswith(unit.path):
                return by.by_power("body.see", unit.path if unit.path.startswith(path) else path)
    raise NotAllowedError("body.see")


# ---------------------------------------------------------------- papers


def document_path(document: Document) -> Path:
    """Outside the web root, under the month in UTC; only the view that knows who asks opens it."""
    month = document.added_at.astimezone(UTC)
    folder = Path(settings.MEDIA_ROOT) / str(document.place) / "bodies" / f"{month:%Y/%m}"
    return folder / f"{document.pk}.{document.kind}"


def add_document(
    *, body_id: int, title: str, data: bytes, by: Officer, at: datetime, submission: str | None = None
) -> Document:
    """Keep a PDF or a picture made clean.

    Raises `BodyError`, `PaperError`, `PictureError`, `NotAllowedError`.
    """
    actor, words = keeper_of(by, body_id), clean_text(title, NAME, required=True)
    kind, content = _clean_document(data=data)
    place = Body.objects.values_list("place", flat=True).get(pk=body_id)
    with recorded("body.document.add", by=actor, at=at, place=place, submission=submission) as draft:
        body = _open_body(body_id)
        if Document.objects.filter(body=body, withdrawn_at=None).count() >= MAX_DOCUMENTS:
            raise BodyError("document.too_many", limit=MAX_DOCUMENTS)
        document = Document(
            id=new_id(), place=place, body=body, title=words, kind=kind, size=len(content),
            sha256=sha256(content).hexdigest(), added_at=at,
        )  # fmt: skip
        document.save()
        _write(document, content, draft)
        draft.concerns("body", body_id, document=str(document.pk), sha256=document.sha256)
    return document


def _clean_document(*, data: bytes) -> tuple[str, bytes]:
    """`pdf` or `jpg` with what will be kept. Raises `BodyError`, `PaperError`, `PictureError`."""
    if data.startswith(MAGIC):
        return "pdf", clean_paper(data).pdf
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) and data:
        raise BodyError("document.kind")
    try:
        return "jpg", clean_picture(data).jpeg
    except PictureError as error:
        if error.code == "picture.broken":
            raise BodyError("document.broken") from error
        raise


def _write(document: Document, content: bytes, draft: Draft) -> None:
    path = document_path(document)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.undo.append(partial(path.unlink, missing_ok=True))
        path.write_bytes(content)
    except OSError as error:  # a full disk
        raise BodyError("document.not_kept") from error


def withdraw_document(
    *, document_id: UUID, by: Officer, at: datetime, submission: str | None = None
) -> Document:
    """Take a paper back: its file is deleted, that it was there stays known. Raises `BodyError`."""
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise BodyError("document.unknown")
    actor = keeper_of(by, document.body_id)
    with recorded(
        "body.document.withdraw", by=actor, at=at, place=document.place, submission=submission
    ) as draft:
        locked = Document.objects.select_for_update().get(pk=document_id)
        if locked.withdrawn_at is not None:
            raise BodyError("document.unknown")
        locked.withdrawn_at = at
        locked.save(update_fields=["withdrawn_at"])
        transaction.on_commit(partial(document_path(locked).unlink, missing_ok=True))
        draft.concerns("body", document.body_id, document=str(document.pk))
    return locked


# ---------------------------------------------------------------- retention


def forget_ended(*, at: datetime) -> int:
    """Contacts, members and papers of bodies that ended longer ago than `policies/retention.yaml` says.

    That the body was there stays. A file goes before its row: no row of a file that is left ever does.
    """
    today = timezone.localdate(at)
    ended = Body.objects.filter(ended_on__lt=today - CONTACTS.read(settings.POLICIES).table)
    papers = Document.objects.filter(body__in=ended)
    for paper in papers:
        document_path(paper).unlink(missing_ok=True)
    known = ended.exclude(contact_name="", phone="")
    return (
        forget("body.forget", known, kind="body", at=at, blank={"contact_name": "", "phone": ""})
        + forget("body.member.forget", Member.objects.filter(body__in=ended), kind="body", at=at)
        + forget("body.document.forget", papers, kind="body", at=at)
    )
