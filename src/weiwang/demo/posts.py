"""What the people of the demo did about their posts: promises, leave, a handover, the end of a contract."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from weiwang.accounts.models import Confirmation, User
from weiwang.accounts.queries import promise
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.territory import actions
from weiwang.territory.keys import new_key
from weiwang.territory.models import Appointment, Post, Unit

PROMISED = timedelta(days=60)  # before the demo was loaded
HEADS = 12  # building heads, each leading the micro-grid as well


def keep_promises(users: Iterable[User], *, at: datetime) -> None:
    """Everybody has confirmed the promise, so that personal data opens with a reason."""
    version = promise().version
    Confirmation.objects.bulk_create(
        [Confirmation(place=user.place, user=user, version=version, at=at - PROMISED) for user in users],
        batch_size=1000,
    )


def change_posts(place: int, *, at: datetime, known: Iterable[str]) -> None:
    """Two leaves, a handover, a contract about to end, building heads; never the people one signs in as."""
    by = _administrator(place)
    leaders = _holders(place, "grid_leader", known)
    workers = {row.post.unit_id: row for row in _holders(place, "grid_worker", known)}
    pairs = [(row, workers[row.post.unit_id]) for row in leaders if row.post.unit_id in workers]
    pairs = [(leader, worker) for leader, worker in pairs if leader.user_id != worker.user_id]
    for (leader, worker), days, reason in zip(pairs, (0, 6), ("年休假", "参加区级培训"), strict=False):
        actions.deputise(
            appointment_id=leader.pk, user_id=worker.user_id, starts_at=at + timedelta(days=days),
            ends_at=at + timedelta(days=days + 4), reason=reason, by=by, at=at,
        )  # fmt: skip
    for leader, worker in pairs[-1:]:
        actions.hand_over(appointment_id=leader.pk, to_user=worker.user_id, note="社区工作轮岗", by=by, at=at)
    _micro_grids(place, at, known, by)
    _let_programs_in(place, at, by)


# Who is let in by the post of a dispatcher, with which scopes. Their keys are thrown away: nobody has them.
PROGRAMS = {
    "市民热线平台": ("case.report", "case.see", "case.follow_up"),
    "随手拍小程序": ("case.report", "case.see"),
}


def _let_programs_in(place: int, at: datetime, by: Actor) -> None:
    post = Post.objects.filter(place=place, kind="dispatcher").order_by("pk").first()
    if post is None:
        return
    for name, scopes in PROGRAMS.items():
        actions.create_client(
            place=place, post_id=post.pk, name=name, scopes=scopes, key=new_key(), days=365, per_minute=120,
            by=by, at=at,
        )  # fmt: skip


def _administrator(place: int) -> Actor:
    """Whoever keeps the posts; the system itself where there is nobody."""
    found = Appointment.objects.filter(place=place, post__kind="administrator").select_related("post").first()
    return Actor(label=found.post.name, user_id=found.user_id, post_id=found.post_id) if found else SYSTEM


def _holders(place: int, kind: str, known: Iterable[str]) -> list[Appointment]:
    held = Appointment.objects.filter(place=place, post__kind=kind).exclude(user__username__in=list(known))
    return list(held.select_related("post").order_by("post__unit__code", "pk"))


def _micro_grids(place: int, at: datetime, known: Iterable[str], by: Actor) -> None:
    leaders = _holders(place, "micro_grid_leader", known)
    for row in leaders[-2:]:
        until = timezone.localdate(at) + timedelta(days=20)
        actions.change_contract(user_id=row.user_id, works_until=until, by=by, at=at)
    units = Unit.objects.in_bulk([row.post.unit_id for row in leaders[:HEADS]])
    heads = Post.objects.bulk_create(
        Post(
            place=place, kind="building_head", unit=units[row.post.unit_id], name=f"{number % 9 + 1}栋楼栋长"
        )
        for number, row in enumerate(leaders[:HEADS])
    )
    Appointment.objects.bulk_create(
        Appointment(place=place, post=post, user_id=row.user_id, starts_at=row.starts_at)
        for post, row in zip(heads, leaders[:HEADS], strict=True)
    )
