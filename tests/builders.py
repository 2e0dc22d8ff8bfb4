"""A small sub-district built through the real actions: what tests need, in sight.

The town is a chessboard near 104.00E 30.70N. Community 1 lies west, 2 lies east; each has two grids, each
grid two micro-grids of 0.001 degrees a side:

    QH01 | QH02          micro-grid QH0101-1 covers lon 104.000-104.001, lat 30.700-30.701,
                         QH0101-2 lies north of it, QH0102-1 east of it, and so on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import shapely
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from weiwang.accounts.actions import create_user
from weiwang.accounts.models import Confirmation, User
from weiwang.accounts.queries import promise
from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import Contact, Whereabouts, report_case, take_step
from weiwang.cases.models import Case
from weiwang.cases.rules import Step
from weiwang.ledger.actions import keep_buildings
from weiwang.ledger.models import Building
from weiwang.territory import actions, queries
from weiwang.territory.models import Department, Post, Unit
from weiwang.territory.rules import Level, Officer

PASSWORD = "a long enough word"


@cache
def _hash() -> str:
    """Argon2 is slow on purpose; one hash serves everybody in the tests."""
    return make_password(PASSWORD)


@dataclass
class Town:
    """The sub-district with its units by code, posts by name and people by user name."""

    unit: Unit
    at: datetime
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)

    @property
    def place(self) -> int:
        return self.unit.pk

    def officer(self, username: str, at: datetime | None = None) -> Officer:
        """The person with the posts they hold at a moment (the town's own by default)."""
        user = self.users[username]
        return queries.officer(user_id=user.pk, name=user.name, at=at or self.at)

    def person(self, username: str, kind: str, unit: str, department: str = "") -> User:
        """Somebody new on a new post."""
        user = create_user(
            place=self.place,
            username=username,
            name=f"张{username}",
            by=SYSTEM,
            at=self.at - timedelta(days=30),
        )
        user.password = _hash()
        user.save(update_fields=["password"])
        confirm(user, self.at - timedelta(days=30))
        post = actions.create_post(
            unit=self.units[unit],
            kind=kind,
            by=SYSTEM,
            at=self.at,
            department=self.departments.get(department),
        )
        actions.appoint(
            post_id=post.pk, user_id=user.pk, by=SYSTEM, at=self.at, starts_at=self.at - timedelta(days=30)
        )
        self.users[username], self.posts[username] = user, post
        return user

    def report(
        self,
        text: str = "路灯不亮，晚上走路看不见。",
        *,
        lon: float = 104.0005,
        lat: float = 30.7005,
        **more: Any,
    ) -> Case:
        """A resident's report at a point (micro-grid QH0101-1 by default)."""
        where = more.pop("where", None) or Whereabouts(lon=lon, lat=lat)
        options: dict[str, Any] = {
            "category": "D02",
            "channel": "portal",
            "by": SYSTEM,
            "at": self.at,
            **more,
        }
        return report_case(place=self.place, text=text, where=where, **options)

    def step(self, case: Case, step: Step, username: str, note: str = "", **more: Any) -> Case:
        """One step by one person, who has just looked at the case."""
        seen = Case.objects.get(pk=case.pk).version
        options: dict[str, Any] = {"at": self.at, "seen_version": seen, "note": note, **more}
        return take_step(case_id=case.pk, step=step, by=self.officer(username), **options)

    def walk(self, case: Case, until: Step) -> Case:
        """Carry a case along the ordinary way up to and including a step."""
        return self._along(case, ORDINARY_WAY, until)

    def walk_on(self, case: Case, until: Step) -> Case:
        """The same from where the case stands: it was signed for."""
        return self._along(case, ORDINARY_WAY[3:], until)

    def _along(self, case: Case, way: Sequence[tuple[Step, str, str]], until: Step) -> Case:
        for step, username, note in way:
            more = {"target_post": self.posts["city"].pk} if step is Step.DISPATCH else {}
            case = self.step(case, step, username, note, **more)
            if step is until:
                break
        return case


ORDINARY_WAY: Sequence[tuple[Step, str, str]] = (
    (Step.REGISTER, "community", ""),
    (Step.DISPATCH, "community", ""),
    (Step.SIGN, "city", ""),
    (Step.START, "city", ""),
    (Step.HANDLE, "city", "已更换灯泡，夜间试亮正常。"),
    (Step.CHECK, "community", "到场看过，亮了。"),
    (Step.CLOSE, "community", "您反映的路灯已修好，感谢您的提醒。"),
)

PEOPLE = (
    ("dispatcher2", "dispatcher", "QH", ""),
    ("duty", "duty_leader", "QH", ""),
    ("city", "department_handler", "QH", "city_management"),
    ("city2", "department_handler", "QH", "city_management"),
    ("housing", "department_handler", "QH", "housing"),
    ("auditor", "auditor", "QH", ""),
    ("admin", "administrator", "QH", ""),
    ("community", "general_grid_leader", "QH01", ""),
    ("community2", "general_grid_leader", "QH02", ""),
    ("liaison", "liaison_leader", "QH01", ""),
    ("gridhead", "grid_leader", "QH0101", ""),
    ("worker", "grid_worker", "QH0101", ""),
    ("gridhead2", "grid_leader", "QH0102", ""),
    ("leader", "micro_grid_leader", "QH0101-1", ""),
    ("leader2", "micro_grid_leader", "QH0101-2", ""),
    ("far", "micro_grid_leader", "QH0202-2", ""),
)


def build_town(at: datetime) -> Town:
    """Set everything up through the actions, a month before `at`."""
    before = at - timedelta(days=30)
    unit = actions.create_place(
        code="QH", name="清河湾街道", by=SYSTEM, at=before, boundary=_box(0, 0, 4, 2), is_demo=True
    )
    town = Town(unit, at, {"QH": unit})
    for community in (1, 2):
        west = 2 * (community - 1)
        add_unit(
            town,
            "QH",
            Level.GENERAL_GRID,
            f"QH0{community}",
            f"{'梧桐桃源'[west : west + 2]}社区",
            _box(west, 0, 2, 2),
        )
        for grid in (1, 2):
            code = f"QH0{community}0{grid}"
            add_unit(town, code[:4], Level.GRID, code, f"第{grid}网格", _box(west + grid - 1, 0, 1, 2), 400)
            for micro in (1, 2):
                box = _box(west + grid - 1, micro - 1, 1, 1)
                add_unit(town, code, Level.MICRO_GRID, f"{code}-{micro}", f"第{micro}微网格", box, 60)
    for code, name in (("city_management", "城管办"), ("housing", "住建办")):
        town.departments[code] = actions.create_department(
            place=unit.pk, code=code, name=name, by=SYSTEM, at=before
        )
    for person in PEOPLE:
        town.person(*person)
    _fill_first_dispatcher(town, before)
    _buildings(town)
    return town


def _fill_first_dispatcher(town: Town, before: datetime) -> None:
    user = create_user(place=town.place, username="dispatcher", name="张调度", by=SYSTEM, at=before)
    user.password = _hash()
    user.save(update_fields=["password"])
    confirm(user, before)
    post = Post.objects.filter(unit=town.unit, kind="dispatcher").earliest("pk")
    actions.appoint(post_id=post.pk, user_id=user.pk, by=SYSTEM, at=before)
    town.users["dispatcher"], town.posts["dispatcher"] = user, post


def confirm(user: User, at: datetime) -> None:
    """Everybody in the town has confirmed confidentiality: then, and today for tests by today's clock."""
    Confirmation.objects.bulk_create(
        Confirmation(place=user.place, user=user, version=promise().version, at=moment)
        for moment in (at, timezone.now())
    )


def add_unit(
    town: Town,
    parent: str,
    level: Level,
    code: str,
    name: str,
    box: shapely.Polygon,
    households: int | None = None,
) -> Unit:
    town.units[code] = actions.create_unit(
        parent=town.units[parent], level=level, code=code, name=name, by=SYSTEM,
        at=town.at - timedelta(days=30),
        boundary=box, households=households, kind="community" if level is Level.GENERAL_GRID else "",
    )  # fmt: skip
    return town.units[code]


def _buildings(town: Town) -> None:
    rows = [
        Building(
            place=town.place, unit=unit, code=f"{code}-B1", address=f"梧桐路{number}号", name=f"{number}栋",
            households=60, floors=6, stairwells=2,
            lon=unit.boundary.centroid.x, lat=unit.boundary.centroid.y,
        )
        for number, (code, unit) in enumerate(town.units.items(), 1)
        if unit.level == Level.MICRO_GRID
    ]  # fmt: skip
    keep_buildings(place=town.place, rows=rows, by=SYSTEM, at=town.at, source="tests")


def _box(x: int, y: int, width: int, height: int) -> shapely.Polygon:
    """A rectangle in thousandths of a degree from the south-west corner of the town."""
    west, south = round(104 + x / 1000, 6), round(30.7 + y / 1000, 6)
    return shapely.box(west, south, round(west + width / 1000, 6), round(south + height / 1000, 6))


def contact() -> Contact:
    return Contact("李四", "13800000001")
