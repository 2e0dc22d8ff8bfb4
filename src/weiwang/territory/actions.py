"""Every write of the territory: units, boundaries, departments, posts, appointments."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from weiwang.accounts.actions import new_program, set_active, set_contract_end
from weiwang.accounts.models import User
from weiwang.accounts.rules import account_ends_at
from weiwang.audit.actions import forget, recorded
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text
from weiwang.territory import handover
from weiwang.territory.models import (
    Appointment,
    BoundaryVersion,
    Client,
    Department,
    Deputy,
    HandoverSheet,
    MapFeature,
    Post,
    Unit,
)
from weiwang.territory.queries import post_table
from weiwang.territory.rules import (
    KEY_HINT,
    LEVEL_NAMES,
    MAX_KEY_DAYS,
    MAX_PER_MINUTE,
    PARENT_LEVEL,
    Level,
    PostKind,
    Reach,
    Standin,
    TerritoryError,
    circle,
    joined_name,
    key_digest,
    read_scopes,
)

STAFF = kept_file("accounts.User", "name")
DEPUTIES = kept_file("territory.Deputy", "reason")
SHEETS = kept_file("territory.HandoverSheet", "parts")


def create_place(
    *, code: str, name: str, by: Actor, at: datetime, parent: Unit | None = None, official_code: str = "",
    boundary: BaseGeometry | None = None, is_demo: bool = False,
) -> Unit:  # fmt: skip
    """Set up a sub-district with the one post no sub-district can be without: its dispatcher.

    Every later unit, person and case belongs to it; a deployment may hold several. Raises `TerritoryError`.
    """
    if Unit.objects.filter(level=Level.SUBDISTRICT, code=code, ends_on=None).exists():
        raise TerritoryError("unit.code_taken", code=code)
    with recorded("unit.create", by=by, at=at, place=0) as draft:
        place = Unit(
            parent=parent, level=Level.SUBDISTRICT, kind="subdistrict", code=code, name=name, place=0,
            official_code=official_code, boundary=boundary, path="",
            starts_on=timezone.localdate(at), is_demo=is_demo,
        )  # fmt: skip
        place.save()
        place.place = place.pk
        place.path = f"{parent.path if parent else '/'}{place.pk}/"
        place.save(update_fields=["place", "path"])
        BoundaryVersion.objects.create(place=place.pk)
        kind = post_table().kinds["dispatcher"]
        Post.objects.create(place=place.pk, kind=kind.code, name=f"{name}{kind.zh}", unit=place)
        draft.place = place.pk
        draft.concerns("unit", place.pk, code=code)
    return place


def create_district(*, code: str, name: str, official_code: str, by: Actor, at: datetime) -> Unit:
    """Set up the district above its sub-districts. Raises `TerritoryError` for a code that is taken."""
    if Unit.objects.filter(level=Level.DISTRICT, code=code, ends_on=None).exists():
        raise TerritoryError("unit.code_taken", code=code)
    with recorded("unit.create", by=by, at=at, place=DEPLOYMENT) as draft:
        district = Unit.objects.create(
            level=Level.DISTRICT, kind="district", code=code, name=clean_text(name, 80), path="",
            official_code=official_code, starts_on=timezone.localdate(at),
        )  # fmt: skip
        district.path = f"/{district.pk}/"
        district.save(update_fields=["path"])
        draft.concerns("unit", district.pk, code=code)
    return district


def create_unit(
    *, parent: Unit, level: Level, code: str, name: str, by: Actor, at: datetime, kind: str = "",
    official_code: str = "", households: int | None = None, boundary: BaseGeometry | None = None,
    starts_on: date | None = None, submission: str | None = None,
) -> Unit:  # fmt: skip
    """Add a unit under another. Raises `TerritoryError` (wrong level, code taken)."""
    refuse_wrong_parent(level, Level(parent.level))
    place = parent.place
    if place is None:
        raise TerritoryError(
            "unit.parent_level", level=LEVEL_NAMES[level], parent=LEVEL_NAMES[Level.DISTRICT]
        )
    with recorded("unit.create", by=by, at=at, place=place, submission=submission) as draft:
        if Unit.objects.of(place).filter(code=code, ends_on=None).exists():
            raise TerritoryError("unit.code_taken", code=code)
        unit = Unit(
            place=place, parent=parent, path="", level=level, kind=kind or level, code=code,
            name=clean_text(name, 80, required=True),
            official_code=official_code, households=households, boundary=boundary,
            starts_on=starts_on or timezone.localdate(at),
        )  # fmt: skip
        try:
            unit.save()
        except IntegrityError as error:  # two people at once: the second sees the first
            raise TerritoryError("unit.code_taken", code=code) from error
        unit.path = f"{parent.path}{unit.pk}/"
        unit.save(update_fields=["path"])
        bump_boundaries(place)
        draft.concerns("unit", unit.pk, code=code)
    return unit


def refuse_wrong_parent(level: Level, parent: Level | None) -> None:
    if parent not in PARENT_LEVEL[level]:
        above = LEVEL_NAMES[parent] if parent else "-"
        raise TerritoryError("unit.parent_level", level=LEVEL_NAMES[level], parent=above)


def change_unit(
    *, unit_id: int, by: Actor, at: datetime, name: str | None = None, households: int | None = None,
    boundary: BaseGeometry | None = None, official_code: str | None = None, submission: str | None = None,
) -> Unit:  # fmt: skip
    """Change what is given. A new boundary counts at once in every process."""
    unit = Unit.objects.get(pk=unit_id)
    changes: dict[str, Any] = {
        key: value
        for key, value in {
            "name": clean_text(name, 80) if name is not None else None,
            "households": households, "boundary": boundary, "official_code": official_code,
        }.items()
        if value is not None
    }  # fmt: skip
    with recorded("unit.change", by=by, at=at, place=unit.place or 0, submission=submission) as draft:
        for key, value in changes.items():
            setattr(unit, key, value)
        unit.save(update_fields=list(changes))
        if unit.place is not None:
            bump_boundaries(unit.place)
        draft.concerns("unit", unit.pk, code=unit.code, changed=sorted(changes))
    return unit


def end_unit(
    *, unit_id: int, by: Actor, at: datetime, on: date, reason: str = "", submission: str | None = None
) -> Unit:
    """End a unit on a day; it is never deleted. Raises `TerritoryError` while units stand below it."""
    unit, words = Unit.objects.get(pk=unit_id), clean_text(reason, 200)
    with recorded(
        "unit.end", by=by, at=at, place=unit.place or 0, reason=words, submission=submission
    ) as draft:
        if Unit.objects.filter(parent=unit, ends_on=None).exists():
            raise TerritoryError("unit.has_children", code=unit.code)
        if on <= unit.starts_on:
            raise TerritoryError("unit.term", code=unit.code)
        unit.ends_on = on
        unit.save(update_fields=["ends_on"])
        if unit.place is not None:
            bump_boundaries(unit.place)
        draft.concerns("unit", unit.pk, code=unit.code)
    return unit


def bump_boundaries(place: int) -> None:
    """Tell every process that the boundaries of a sub-district have changed."""
    if not BoundaryVersion.objects.filter(place=place).update(version=F("version") + 1):
        BoundaryVersion.objects.create(place=place)


def add_map_features(
    *, place: int, features: list[tuple[str, str, BaseGeometry]], by: Actor, at: datetime,
    kinds: frozenset[str] | None = None,
) -> int:  # fmt: skip
    """Replace the base map (roads, water, railways, parks, walls) of a sub-district, or these kinds of it."""
    with recorded("map.replace", by=by, at=at, place=place) as draft:
        old = MapFeature.objects.filter(place=place)
        (old.filter(kind__in=kinds) if kinds is not None else old).delete()
        rows = [MapFeature(place=place, kind=kind, name=name, shape=shape) for kind, name, shape in features]
        MapFeature.objects.bulk_create(rows, batch_size=1000)
        bump_boundaries(place)
        draft.concerns("map", place, features=len(rows))
    return len(rows)


# ---------------------------------------------------------------- departments, posts, appointments


def create_department(*, place: int, code: str, name: str, by: Actor, at: datetime) -> Department:
    with recorded("department.create", by=by, at=at, place=place) as draft:
        department, _ = Department.objects.get_or_create(place=place, code=code, defaults={"name": name})
        draft.concerns("department", department.pk, code=code)
    return department


def create_post(
    *, unit: Unit, kind: str, by: Actor, at: datetime, name: str = "", department: Department | None = None,
    submission: str | None = None,
) -> Post:  # fmt: skip
    """Set up a post on a unit or in a department. Raises `TerritoryError` (unknown kind, wrong level)."""
    row = post_table().kind(kind)
    refuse_wrong_level(row, unit, department)
    with recorded("post.create", by=by, at=at, place=unit.place or 0, submission=submission) as draft:
        post = Post.objects.create(
            place=unit.place or 0, kind=row.code, unit=unit, department=department,
            name=name or post_name(row, unit, department),
        )  # fmt: skip
        draft.concerns("post", post.pk, kind=row.code, unit=unit.code)
    return post


def refuse_wrong_level(kind: PostKind, unit: Unit, department: Department | None) -> None:
    if kind.reach is Reach.DEPARTMENT and department is None:
        raise TerritoryError("department.unknown", code="")
    fits = kind.level == unit.level or (kind.level is Level.MICRO_GRID and unit.level == Level.DEDICATED_GRID)
    if not fits:
        raise TerritoryError("post.wrong_level", kind=kind.zh, level=LEVEL_NAMES[kind.level])


def post_name(kind: PostKind, unit: Unit, department: Department | None) -> str:
    return joined_name(department.name if department else unit.name, kind.zh)[:80]


def appoint(
    *, post_id: int, user_id: int, by: Actor, at: datetime, starts_at: datetime | None = None,
    ends_at: datetime | None = None, submission: str | None = None,
) -> Appointment:  # fmt: skip
    """Give a post to a person for a time; without an end it lasts as long as their contract.

    Raises `TerritoryError` (held already, term out of order, longer than the contract, account closed).
    """
    start = starts_at or at
    if ends_at is not None and ends_at <= start:
        raise TerritoryError("appointment.order")
    post = Post.objects.select_related("unit").get(pk=post_id)
    with recorded("post.appoint", by=by, at=at, place=post.place, submission=submission) as draft:
        found = _give(post, user_id, start, ends_at)
        draft.concerns("appointment", found.pk, post=post.pk, user=user_id)
    return found


def _give(post: Post, user_id: int, start: datetime, end: datetime | None) -> Appointment:
    Post.objects.select_for_update().get(pk=post.pk)  # two people at once: the second sees the first
    end = _within_contract(user_id, start, end)
    if post_table().kinds[post.kind].single and _held(post, start, end).exclude(user=user_id).exists():
        raise TerritoryError("post.held", post=post.name)
    try:
        with transaction.atomic():
            return Appointment.objects.create(
                place=post.place, post=post, user_id=user_id, starts_at=start, ends_at=end
            )
    except IntegrityError as error:
        raise TerritoryError("post.same_person", post=post.name) from error


def _within_contract(user_id: int, start: datetime, end: datetime | None) -> datetime | None:
    """The end of a term, which no contract outlasts. Raises `TerritoryError`, for a closed account too."""
    user = User.objects.defer("phone").get(pk=user_id)
    if not user.is_active:
        raise TerritoryError("appointment.closed", name=user.name)
    last = account_ends_at(user.works_until)
    if last is None:
        return end
    if start >= last or (end is not None and end > last):
        raise TerritoryError("appointment.contract", name=user.name, day=str(user.works_until))
    return end or last


def _held(post: Post, start: datetime, end: datetime | None) -> Any:  # noqa: ANN401 -- a queryset
    overlapping = Appointment.objects.filter(post=post).exclude(ends_at__lte=start)
    return overlapping.filter(starts_at__lt=end) if end is not None else overlapping


def end_appointment(
    *, appointment_id: int, by: Actor, at: datetime, ends_at: datetime | None = None,
    submission: str | None = None,
) -> Appointment:  # fmt: skip
    """End an appointment now or at a later moment; access ends with it.

    Raises `TerritoryError`, also when nobody else holds the post and work is open there now: `hand_over`
    passes it on. What is still open when a later moment comes goes to the post above by itself.
    """
    found = Appointment.objects.select_related("post").get(pk=appointment_id)
    moment = ends_at or at
    with recorded("post.end", by=by, at=at, place=found.place, submission=submission) as draft:
        _refuse_ending(found, moment, at)
        if moment <= at:
            _refuse_open_work(found, at)
        found.ends_at = moment
        found.save(update_fields=["ends_at"])
        draft.concerns("appointment", found.pk, post=found.post_id, user=found.user_id)
    return found


def _refuse_ending(found: Appointment, moment: datetime, at: datetime) -> None:
    if found.ends_at is not None and found.ends_at <= at:
        raise TerritoryError("appointment.ended")
    if moment <= found.starts_at:
        raise TerritoryError("appointment.order")


def _refuse_open_work(found: Appointment, at: datetime) -> None:
    if not _others_hold(found, at):
        work = handover.open_work([found.post_id], at)
        if work:
            raise TerritoryError("appointment.open_work", post=found.post.name, work=_in_short(work))


def _others_hold(found: Appointment, at: datetime) -> bool:
    others = Appointment.objects.in_force(at).filter(post=found.post_id, user__is_active=True)
    return others.exclude(user=found.user_id).exists()


def _in_short(work: Sequence[handover.Line]) -> str:
    """The first three by name, and how many there are."""
    named = "、".join(line.label for line in work[:3])
    return named if len(work) <= 3 else f"{named} …（{len(work)}）"


# ---------------------------------------------------------------- handing over


def hand_over(
    *, appointment_id: int, to_user: int | None, by: Actor, at: datetime, moment: datetime | None = None,
    note: str = "", submission: str | None = None,
) -> HandoverSheet:  # fmt: skip
    """End an appointment at a moment, appoint the successor from then on, pass all work, freeze the sheet.

    Without a successor the post is left vacant, and its work goes to the post above. Raises `TerritoryError`.
    """
    found = Appointment.objects.select_related("post__unit").get(pk=appointment_id)
    with recorded("post.hand_over", by=by, at=at, place=found.place, submission=submission) as draft:
        sheet = _pass(found, to_user, moment or at, by, at, clean_text(note, 200))
        draft.reason = sheet.note
        draft.concerns(
            "handover", sheet.pk, post=found.post_id, **{"from": found.user_id, "to": to_user},
            passed=sum(len(part["lines"]) for part in sheet.parts),
        )  # fmt: skip
    return sheet


def _pass(
    found: Appointment, to_user: int | None, moment: datetime, by: Actor, at: datetime, note: str
) -> HandoverSheet:
    _refuse_ending(found, moment, at)
    if moment < at:
        raise TerritoryError("appointment.order")
    Post.objects.select_for_update().get(pk=found.post_id)
    found.ends_at = moment
    found.save(update_fields=["ends_at"])
    if to_user is not None:
        _let_follow(found, to_user, moment)
    passing = handover.Handover(
        place=found.place, post_id=found.post_id, unit_id=found.post.unit_id, from_user=found.user_id,
        to_user=to_user, by=by, at=moment, told_at=at, others_stay=_others_hold(found, moment),
        planned=moment > at,
    )  # fmt: skip
    parts = [_area(found.post.unit), *(mover(passing) for mover in handover.movers)]
    return HandoverSheet.objects.create(
        place=found.place, post=found.post, from_user_id=found.user_id, to_user_id=to_user, at=moment,
        made_at=at, made_by=by.label, note=note, parts=[_frozen(part) for part in parts if part.lines],
    )  # fmt: skip


def _let_follow(found: Appointment, to_user: int, moment: datetime) -> None:
    if to_user == found.user_id:
        raise TerritoryError("handover.same")
    if _open_account(to_user, moment) is None:
        raise TerritoryError("handover.no_account")
    if not _held(found.post, moment, None).filter(user=to_user).exists():
        _give(found.post, to_user, moment, None)


def _area(unit: Unit) -> handover.Part:
    homes = f"{unit.households}" if unit.households is not None else ""
    return handover.Part(
        gettext_noop("Unit and its households"), (handover.Line(f"{unit.code} {unit.name}", homes),)
    )


def _frozen(part: handover.Part) -> dict[str, object]:
    return {"heading": part.heading, "lines": [[line.label, line.detail] for line in part.lines]}


def end_person(
    *, user_id: int, by: Actor, at: datetime, leave_vacant: bool = False, reason: str = "",
    submission: str | None = None,
) -> User:  # fmt: skip
    """Close an account for good: every post and deputyship of the person ends with it.

    Raises `TerritoryError` naming the work still open at posts nobody else holds; with `leave_vacant` that
    work goes to the posts above, with a handover sheet for each post.
    """
    user = User.objects.defer("phone").get(pk=user_id)
    with recorded("post.person_end", by=by, at=at, place=user.place, submission=submission) as draft:
        held = Appointment.objects.in_force(at).filter(user=user_id).select_related("post__unit")
        alone = [row for row in held if not _others_hold(row, at)]
        work = handover.open_work([row.post_id for row in alone], at)
        if work and not leave_vacant:
            raise TerritoryError("person.open_work", name=user.name, work=_in_short(work))
        for row in held:
            _pass(row, None, at, by, at, clean_text(reason, 200))
        Deputy.objects.filter(user=user_id, starts_at__gte=at).delete()
        Deputy.objects.filter(user=user_id, ends_at__gt=at).update(ends_at=at)
        Deputy.objects.filter(appointment__user=user_id, starts_at__gte=at).delete()
        Appointment.objects.filter(user=user_id, starts_at__gte=at).delete()  # never began
        user = set_active(user_id=user_id, active=False, by=by, at=at, reason=clean_text(reason, 200))
        draft.concerns("user", user_id, posts=len(held), open_work=len(work))
    return user


def change_contract(
    *, user_id: int, works_until: date | None, by: Actor, at: datetime, submission: str | None = None
) -> User:
    """Set the last day of a contract; appointments that ran to the old end, or beyond the new one, follow it.

    Raises `AccountError` for a day gone by, `TerritoryError` for an appointment that would begin later.
    """
    user = User.objects.defer("phone").get(pk=user_id)
    before, after = account_ends_at(user.works_until), account_ends_at(works_until)
    with recorded("post.contract", by=by, at=at, place=user.place, submission=submission) as draft:
        user = set_contract_end(user_id=user_id, works_until=works_until, by=by, at=at)
        current = Appointment.objects.filter(user=user_id).filter(Q(ends_at=None) | Q(ends_at__gt=at))
        for row in current.select_related("post"):
            _follow_contract(row, before, after, user)
        if after is not None:
            Deputy.objects.filter(user=user_id, starts_at__gte=after).delete()
            Deputy.objects.filter(user=user_id, ends_at__gt=after).update(ends_at=after)
        draft.concerns("user", user_id, works_until=works_until.isoformat() if works_until else None)
    return user


def _follow_contract(row: Appointment, before: datetime | None, after: datetime | None, user: User) -> None:
    too_long = after is not None and (row.ends_at is None or row.ends_at > after)
    if after is not None and row.starts_at >= after:
        raise TerritoryError("appointment.contract", name=user.name, day=str(user.works_until))
    if not too_long and (before is None or row.ends_at != before):
        return
    others = _held(row.post, row.starts_at, after).exclude(user=row.user_id)
    if not too_long and post_table().kinds[row.post.kind].single and others.exists():
        return  # somebody else follows already
    row.ends_at = after
    row.save(update_fields=["ends_at"])


# ---------------------------------------------------------------- deputies


def deputise(
    *, appointment_id: int, user_id: int, starts_at: datetime, ends_at: datetime, reason: str, by: Actor,
    at: datetime, submission: str | None = None,
) -> Deputy:  # fmt: skip
    """Let somebody act for the holder of a post while that person is away; it ends by itself.

    Raises `TerritoryError`: the holder does not hold it so long, no account, overlap, a circle of deputies.
    """
    held = Appointment.objects.select_related("post", "user").defer("user__phone").get(pk=appointment_id)
    words = clean_text(reason, 120, required=True)
    with recorded("post.deputise", by=by, at=at, place=held.place, submission=submission) as draft:
        _refuse_wrong_leave(held, starts_at, ends_at, at)
        _refuse_wrong_deputy(held, user_id, starts_at, ends_at)
        Unit.objects.select_for_update(no_key=True).get(pk=held.place)  # two halves of a circle at once
        _refuse_circle(Standin(user_id, held.user_id, starts_at, ends_at), held.place)
        try:
            with transaction.atomic():
                found = Deputy.objects.create(
                    place=held.place, appointment=held, user_id=user_id, starts_at=starts_at, ends_at=ends_at,
                    reason=words,
                )  # fmt: skip
        except IntegrityError as error:
            raise TerritoryError("deputy.overlap", post=held.post.name) from error
        draft.reason = words
        draft.concerns("deputy", found.pk, post=held.post_id, user=user_id, absent=held.user_id)
    return found


def _refuse_wrong_leave(held: Appointment, start: datetime, end: datetime, at: datetime) -> None:
    if end <= start or end <= at:
        raise TerritoryError("deputy.order")
    if start < held.starts_at or (held.ends_at is not None and held.ends_at < end):
        raise TerritoryError("deputy.term", post=held.post.name)


def _refuse_wrong_deputy(held: Appointment, user_id: int, start: datetime, end: datetime) -> None:
    if user_id == held.user_id:
        raise TerritoryError("deputy.self")
    user = _open_account(user_id, end)
    if user is None:
        raise TerritoryError("deputy.no_account")
    if _held(held.post, start, end).filter(user=user_id).exists():
        raise TerritoryError("deputy.holds", name=user.name, post=held.post.name)


def _open_account(user_id: int, until: datetime) -> User | None:
    """The account, if it is open and stays open until a moment."""
    user = User.objects.defer("phone").filter(pk=user_id, is_active=True).first()
    last = account_ends_at(user.works_until) if user else None
    return None if last is not None and last < until else user


def _refuse_circle(new: Standin, place: int) -> None:
    rows = Deputy.objects.filter(place=place, starts_at__lt=new.ends_at, ends_at__gt=new.starts_at)
    known = rows.values_list("user_id", "appointment__user_id", "starts_at", "ends_at")
    found = circle(new, [Standin(*row) for row in known])
    if found is not None:
        moment, people = found
        names = dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
        raise TerritoryError(
            "deputy.circle", day=str(timezone.localdate(moment)),
            people=" → ".join(names[person] for person in people),
        )  # fmt: skip


def end_deputy(*, deputy_id: int, by: Actor, at: datetime, submission: str | None = None) -> None:
    """End a deputyship now, or call it off before it begins. Raises `TerritoryError` when it is over."""
    found = Deputy.objects.select_related("appointment").get(pk=deputy_id)
    with recorded("post.deputy_end", by=by, at=at, place=found.place, submission=submission) as draft:
        if found.ends_at <= at:
            raise TerritoryError("deputy.ended")
        draft.concerns("deputy", found.pk, post=found.appointment.post_id, user=found.user_id)
        if found.starts_at >= at:
            found.delete()
            return
        found.ends_at = at
        found.save(update_fields=["ends_at"])


# ---------------------------------------------------------------- other programs


def create_client(
    *, place: int, post_id: int, name: str, scopes: Sequence[str], key: str, days: int, per_minute: int,
    by: Actor, at: datetime, submission: str | None = None,
) -> Client:  # fmt: skip
    """Let another program act by a post. `key` is shown by the face once; only its digest is kept.

    Raises `TerritoryError`, `TextError`, `AlreadyDoneError` (same submission).
    """
    with recorded("client.create", by=by, at=at, place=place, submission=submission) as draft:
        post = (
            Post.objects.filter(place=place, pk=post_id).filter(Q(ends_at=None) | Q(ends_at__gt=at)).first()
        )
        if post is None:
            raise TerritoryError("client.post_over")
        if not 1 <= days <= MAX_KEY_DAYS:
            raise TerritoryError("client.term", days=MAX_KEY_DAYS)
        if not 1 <= per_minute <= MAX_PER_MINUTE:
            raise TerritoryError("client.rate", limit=MAX_PER_MINUTE)
        called = clean_text(name, 30, required=True)
        found = Client.objects.create(
            place=place, name=called, post=post, user=new_program(place=place, name=called, at=at),
            key_digest=key_digest(key), key_hint=key[:KEY_HINT],
            scopes=read_scopes(scopes, post_table().kinds[post.kind]), per_minute=per_minute, created_at=at,
            ends_at=at + timedelta(days=days),
        )  # fmt: skip
        draft.concerns("client", found.pk, name=called, post=post.pk, scopes=found.scopes, days=days)
    return found


def revoke_client(
    *, client_id: int, by: Actor, at: datetime, reason: str, submission: str | None = None
) -> Client:
    """Take a key back; the next request with it is refused. Raises `TerritoryError`, `TextError`."""
    found = Client.objects.get(pk=client_id)
    words = clean_text(reason, 200, required=True)
    with recorded(
        "client.revoke", by=by, at=at, place=found.place, reason=words, submission=submission
    ) as draft:
        changed = Client.objects.filter(pk=client_id, revoked_at=None).update(revoked_at=at)
        if not changed:
            raise TerritoryError("client.revoked")
        found.revoked_at = at
        draft.concerns("client", found.pk, name=found.name)
    return found


# ---------------------------------------------------------------- retention


def forget_old(*, at: datetime) -> int:
    """Delete deputyships and handover sheets, and close and empty accounts of former staff, when it is time.

    Somebody is former staff who has held no post, and not signed in, for as long as `policies/retention.yaml`
    says. The row stays, for histories point to it; the name, the telephone and the password go.
    """
    accounts, deputies, sheets = (at - one.read(settings.POLICIES).table for one in (STAFF, DEPUTIES, SHEETS))
    later = Q(ends_at=None) | Q(ends_at__gt=accounts)
    there = Appointment.objects.filter(later).values("user"), Deputy.objects.filter(later).values("user")
    former = User.objects.filter(created_at__lt=accounts, is_program=False).exclude(name="")
    former = former.exclude(Q(last_login__gt=accounts) | Q(pk__in=there[0]) | Q(pk__in=there[1]))
    return (
        forget("post.deputy_forget", Deputy.objects.filter(ends_at__lt=deputies), kind="deputy", at=at)
        + forget("post.handover_forget", HandoverSheet.objects.filter(at__lt=sheets), kind="handover", at=at)
        + forget("account.forget", former, kind="user", at=at, blank=_nobody())
    )


def _nobody() -> dict[str, object]:
    """What stands in the account of somebody who left long ago."""
    return {
        "username": Concat(Value("former-"), Cast("pk", CharField())), "name": "", "phone": None,
        "phone_index": None, "password": make_password(None), "is_active": False, "last_login": None,
    }  # fmt: skip
