"""A patrol team of the town: five people, two beats."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
import time_machine
from tests.builders import Town

from weiwang.patrols import actions
from weiwang.patrols.models import Beat, Shift, Team

NEXT_MONDAY = date(2026, 11, 23)  # the town's today is Monday 16 November
CREW = ("worker", "gridhead", "gridhead2", "leader", "leader2")


@pytest.fixture(autouse=True)
def _monday_at_ten(at: datetime) -> Iterator[None]:
    """Jobs ask the clock, and shifts that have begun are proposed no more: the tests must not grow old."""
    with time_machine.travel(at, tick=True):
        yield


@dataclass
class Force:
    """The team with its beats, and short ways to do things to its rota."""

    town: Town
    team: Team
    beats: dict[str, Beat] = field(default_factory=dict)

    def user(self, name: str) -> int:
        return int(self.town.users[name].pk)

    def put(
        self, name: str, day: int, template: str = "early", beat: str = "老街", *, at: datetime | None = None
    ) -> Shift:
        """Somebody on a beat, `day` days after next Monday."""
        made = actions.set_shift(
            unit=self.town.unit, user_id=self.user(name), day=NEXT_MONDAY + timedelta(days=day),
            template=template, beat_id=self.beats[beat].pk, by=self.town.officer("dispatcher"),
            at=at or self.town.at,
        )  # fmt: skip
        assert made is not None
        return made

    def publish(self, week: date = NEXT_MONDAY) -> None:
        actions.publish_rota(
            unit=self.town.unit, week=week, by=self.town.officer("dispatcher"), at=self.town.at
        )


def build_force(town: Town) -> Force:
    by = town.officer("dispatcher")
    team = actions.create_team(unit=town.unit, name="一中队", by=by, at=town.at)
    for name in CREW:
        actions.add_member(
            team_id=team.pk, username=name, origin="community", role="member", by=by, at=town.at,
            starts_on=town.at.date(),
        )  # fmt: skip
    force = Force(town, team)
    for name, unit, needs in (
        ("老街", "QH01", {"early": 1, "late": 1, "night": 1}),
        ("河岸", "QH02", {"early": 1}),
    ):
        force.beats[name] = actions.keep_beat(
            team_id=team.pk, unit_id=town.units[unit].pk, name=name, needs=needs, by=by, at=town.at
        )
    return force


@pytest.fixture
def force(town: Town) -> Force:
    return build_force(town)
