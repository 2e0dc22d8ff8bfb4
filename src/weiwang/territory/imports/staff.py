"""People with their posts, one row for each post: accounts, posts and appointments.

Accounts come without a password; the administrator gives first passwords afterwards. An account is found
again by its user name, an appointment by its post, so the same file twice changes nothing. Rows that are not
in the file stay as they are: posts end by their date, never by leaving a row out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from weiwang.accounts import actions as accounts
from weiwang.accounts.models import User
from weiwang.accounts.rules import AccountError, username_fault
from weiwang.audit.rules import Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.fields import sealer
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.tables import Column, Row
from weiwang.kernel.text import clean_text
from weiwang.territory import actions
from weiwang.territory.imports.frame import (
    Findings,
    ImportFaultError,
    Kind,
    Status,
    Task,
    midnight,
    open_table,
    read_day,
)
from weiwang.territory.models import Appointment, Department, Post, Unit
from weiwang.territory.queries import post_table
from weiwang.territory.rules import Level, PostKind, Reach, TerritoryError

COLUMNS = (
    Column("username", ("用户名 (username)", "username", "账号", "登录名"), filled=True),
    Column("name", ("姓名 (name)", "name"), filled=True),
    Column("phone", ("电话 (phone)", "phone", "手机", "联系电话"), required=False),
    Column("post", ("岗位 (post)", "post", "职务"), required=False),
    Column("unit", ("单元 (unit)", "unit", "网格", "单元代码"), required=False),
    Column("department", ("部门 (department)", "department"), required=False),
    Column("starts", ("开始日期 (starts)", "starts", "start", "任职日期"), required=False),
    Column("ends", ("结束日期 (ends)", "ends", "end", "到期日期"), required=False),
)
_PHONE = re.compile(r"[0-9+() -]{5,20}", re.ASCII)


def _department_names(content: Mapping[str, Any]) -> Mapping[str, str]:
    return {code: row["zh"] for code, row in content["departments"].items()}


# The departments that cases can be sent to; a staff list may name them before they have been set up.
DEPARTMENTS = PolicyFile("categories", _department_names)


@dataclass(frozen=True, slots=True)
class Term:
    """Who holds a post from when to when."""

    username: str
    starts: datetime
    ends: datetime | None
    appointment: int | None = None

    def overlaps(self, other: "Term") -> bool:
        return (self.ends is None or other.starts < self.ends) and (
            other.ends is None or self.starts < other.ends
        )


Seat = tuple[int, str, str]  # unit id, kind of post, code of department


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One row, read: who, and which post for which time (`seat` None: only an account)."""

    row: Row
    username: str
    name: str
    phone: str
    seat: Seat | None
    term: Term | None
    open_start: bool = False


@dataclass(slots=True)
class Office:
    """What is there before the import, and what the rows read so far will have made of it."""

    place: int
    units: Mapping[str, Unit]
    departments: dict[str, Department]
    users: dict[str, User]
    posts: dict[Seat, Post] = field(default_factory=dict)
    terms: dict[Seat, list[Term]] = field(default_factory=dict)
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    rows: dict[tuple[str, Seat | None], int] = field(default_factory=dict)

    def department_code(self, text: str) -> str:
        """The code of a department given by code or name; it may stand only in the policy's table yet."""
        names = {**DEPARTMENTS.read(settings.POLICIES).table}
        names |= {code: department.name for code, department in self.departments.items()}
        for code, name in names.items():
            if text in {code, name}:
                return code
        raise TerritoryError("department.unknown", code=text[:40])


def build(task: Task) -> Findings:
    table, found = open_table(task, COLUMNS)
    rows = list(found.rows(table))
    office = _office(task.place or 0, {row.values["username"].lower() for row in rows})
    for row in rows:
        read = _read(found, row, office, task.at)
        if read is not None:
            _note(found, read, office)
    return found


def _office(place: int, usernames: set[str]) -> Office:
    standing = Unit.objects.of(place).filter(ends_on=None).defer("boundary")
    office = Office(
        place, {unit.code: unit for unit in standing},
        {d.code: d for d in Department.objects.filter(place=place, ends_on=None)},
        {user.username: user for user in User.objects.filter(username__in=usernames).defer("phone")},
    )  # fmt: skip
    codes = {department.pk: code for code, department in office.departments.items()}
    seats: dict[int, Seat] = {}
    for post in Post.objects.filter(place=place, ends_at=None).order_by("-pk"):
        seats[post.pk] = (post.unit_id, post.kind, codes.get(post.department_id or 0, ""))
        office.posts[seats[post.pk]] = post
    held = Appointment.objects.filter(place=place, post__in=seats).select_related("user")
    for row in held.order_by("starts_at"):
        term = Term(row.user.username, row.starts_at, row.ends_at, row.pk)
        office.terms.setdefault(seats[row.post_id], []).append(term)
    return office


# ---------------------------------------------------------------- reading


def _read(found: Findings, row: Row, office: Office, at: datetime) -> StaffRow | None:
    before = len(found.errors)
    values = row.values
    username = found.attempt(row, "username", lambda: _username(values["username"], office))
    name = found.attempt(row, "name", lambda: clean_text(values["name"], 60, required=True))
    phone = found.attempt(row, "phone", lambda: _phone(values["phone"]))
    seat = _seat(found, row, office)
    start = found.attempt(row, "starts", lambda: read_day(values["starts"]))
    end = found.attempt(row, "ends", lambda: read_day(values["ends"]))
    if len(found.errors) > before or username is None or name is None:
        return None
    if start and end and end < start:
        found.refuse(row, "ends", TerritoryError("appointment.order"))
        return None
    starts = midnight(start) if start else at
    ends = midnight(end + timedelta(days=1)) if end else None
    term = Term(username, starts, ends) if seat else None
    return StaffRow(row, username, name, phone or "", seat, term, start is None)


def _username(text: str, office: Office) -> str:
    login = text.lower()
    fault = username_fault(login)
    if fault:
        raise AccountError(fault, username=login)
    if login in office.users and office.users[login].place != office.place:
        raise AccountError("account.taken", username=login)
    return login


def _phone(text: str) -> str:
    if text and not _PHONE.fullmatch(text):
        raise ImportFaultError("import.phone")
    return text


def _seat(found: Findings, row: Row, office: Office) -> Seat | None:
    values = row.values
    if not values["post"]:
        if any(values[name] for name in ("unit", "department", "starts", "ends")):
            found.refuse(row, "post", ImportFaultError("import.post_needed"))
        return None
    kind = found.attempt(row, "post", lambda: post_table().kind(values["post"][:40]))
    if kind is None:
        return None
    unit = found.attempt(row, "unit", lambda: _unit(values["unit"], kind, office))
    code = found.attempt(row, "department", lambda: _department(values["department"], kind, office))
    if unit is None or code is None:
        return None
    return found.attempt(row, "unit", lambda: _fitting(kind, unit, code))


def _unit(code: str, kind: PostKind, office: Office) -> Unit:
    if not code and kind.level is Level.SUBDISTRICT:
        return next(unit for unit in office.units.values() if unit.level == Level.SUBDISTRICT)
    if code not in office.units:
        raise TerritoryError("unit.unknown", code=code[:30])
    return office.units[code]


def _department(text: str, kind: PostKind, office: Office) -> str:
    if not text and kind.reach is not Reach.DEPARTMENT:
        return ""
    return office.department_code(text)


def _fitting(kind: PostKind, unit: Unit, department: str) -> Seat:
    actions.refuse_wrong_level(kind, unit, Department() if kind.reach is Reach.DEPARTMENT else None)
    return unit.pk, kind.code, department


# ---------------------------------------------------------------- comparing


def _note(found: Findings, row: StaffRow, office: Office) -> None:
    known = office.seen.get(row.username)
    if known is not None and known[1] != row.name:
        found.refuse(row.row, "name", ImportFaultError("import.other_name", row=known[0]))
        return
    twin = office.rows.setdefault((row.username, row.seat), row.row.number)
    if twin != row.row.number:
        found.refuse(row.row, "", ImportFaultError("import.twice", row=twin))
        return
    first_row = known is None
    office.seen.setdefault(row.username, (row.row.number, row.name))
    there = office.users.get(row.username)
    corrections = _corrections(there, row) if there and first_row else {}
    held = _held(row, office)
    if held is None and row.seat is not None and not _is_free(found, row, office):
        return
    is_new = (there is None and first_row) or (row.seat is not None and held is None)
    shift = held is not None and row.term is not None and row.term.ends not in {None, held.ends}
    status = Status.NEW if is_new else Status.CHANGED if corrections or shift else Status.UNCHANGED
    do = None if status is Status.UNCHANGED else _Hire(row, office, corrections, held, shift=shift)
    if row.seat is not None and row.term is not None and held is None:
        office.terms.setdefault(row.seat, []).append(row.term)
    values = row.row.values
    found.count(row.row.number, status, do, username=row.username, post=values["post"], unit=values["unit"])


def _corrections(there: User, row: StaffRow) -> dict[str, str]:
    changes = {"name": row.name} if there.name != row.name else {}
    if row.phone and bytes(there.phone_index or b"") != sealer().blind_index(row.phone, "user.phone"):
        changes["phone"] = row.phone
    return changes


def _held(row: StaffRow, office: Office) -> Term | None:
    """The same person's term on the same post that the row speaks of."""
    if row.seat is None or row.term is None:
        return None
    own = [term for term in office.terms.get(row.seat, ()) if term.username == row.username]
    return next((term for term in own if term.appointment and term.overlaps(row.term)), None)


def _is_free(found: Findings, row: StaffRow, office: Office) -> bool:
    if row.seat is None or row.term is None or not post_table().kinds[row.seat[1]].single:
        return True
    others = [term for term in office.terms.get(row.seat, ()) if term.username != row.username]
    if any(term.overlaps(row.term) for term in others):
        post = office.posts.get(row.seat)
        name = post.name if post else row.row.values["unit"]
        found.refuse(row.row, "post", TerritoryError("post.held", post=name))
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Hire:
    """Carries out one row: account, post, appointment, in this order, whichever are missing."""

    row: StaffRow
    office: Office
    corrections: Mapping[str, str]
    held: Term | None
    shift: bool = field(kw_only=True)

    def __call__(self, by: Actor, at: datetime) -> None:
        user = self._account(by, at)
        row = self.row
        if row.seat is None or row.term is None:
            return
        if self.held is None:
            start = None if row.open_start else row.term.starts
            actions.appoint(
                post_id=self._post(row.seat, by, at).pk, user_id=user.pk, by=by, at=at, starts_at=start,
                ends_at=row.term.ends,
            )  # fmt: skip
        elif self.shift and self.held.appointment is not None:
            actions.end_appointment(appointment_id=self.held.appointment, by=by, at=at, ends_at=row.term.ends)

    def _account(self, by: Actor, at: datetime) -> User:
        row, users = self.row, self.office.users
        if row.username not in users:
            users[row.username] = accounts.create_user(
                place=self.office.place, username=row.username, name=row.name, phone=row.phone, by=by, at=at
            )
        elif self.corrections:
            accounts.change_user(user_id=users[row.username].pk, by=by, at=at, **self.corrections)
        return users[row.username]

    def _post(self, seat: Seat, by: Actor, at: datetime) -> Post:
        if seat not in self.office.posts:
            unit = next(unit for unit in self.office.units.values() if unit.pk == seat[0])
            self.office.posts[seat] = actions.create_post(
                unit=unit, kind=seat[1], department=self._department(seat[2], by, at), by=by, at=at
            )
        return self.office.posts[seat]

    def _department(self, code: str, by: Actor, at: datetime) -> Department | None:
        if not code:
            return None
        known = self.office.departments
        if code not in known:
            name = DEPARTMENTS.read(settings.POLICIES).table[code]
            known[code] = actions.create_department(
                place=self.office.place, code=code, name=name, by=by, at=at
            )
        return known[code]


STAFF = Kind("staff", gettext_noop("People with their posts"), COLUMNS, "staff.manage", build)
