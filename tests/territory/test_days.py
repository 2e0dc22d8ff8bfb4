"""A day begins at midnight in the sub-district, not in Greenwich."""

from datetime import UTC, date, datetime

from tests.builders import Town, contact

from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions.privacy import erase_due_reporters
from weiwang.cases.models import Reporter
from weiwang.territory.actions import create_unit
from weiwang.territory.rules import Level

HALF_PAST_TWO = datetime(2026, 11, 30, 18, 30, tzinfo=UTC)  # in the night to 1 December there


def test_a_unit_made_at_night_begins_on_the_local_day(town: Town) -> None:
    unit = create_unit(
        parent=town.units["QH0101"], level=Level.MICRO_GRID, code="QH0101-9", name="第9微网格", by=SYSTEM,
        at=HALF_PAST_TWO,
    )  # fmt: skip
    assert unit.starts_on == date(2026, 12, 1)


def test_a_contact_goes_on_its_local_day(town: Town) -> None:
    town.report(contact=contact(), at=HALF_PAST_TWO)
    assert Reporter.objects.get().erase_on == date(2029, 11, 30)
    assert erase_due_reporters(at=datetime(2029, 11, 29, 15, 59, tzinfo=UTC)) == 0
    assert erase_due_reporters(at=datetime(2029, 11, 29, 16, 1, tzinfo=UTC)) == 1
