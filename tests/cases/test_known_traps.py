"""Faults that other systems of casework have, or had for years: each must not come back here.

The traps of counting time stand in `tests/kernel/test_due_oracle.py::TRAPS`; these need cases.
"""

from datetime import timedelta

from tests.builders import Town, contact

from weiwang.cases.actions import Whereabouts, add_note, report_case, reroute_case
from weiwang.cases.models import Case
from weiwang.cases.rules import Step


def test_a_report_without_a_category_has_its_due_times_too(town: Town) -> None:
    """Signalen set a deadline only when a category was chosen, and had to fill in the others later."""
    case = report_case(
        place=town.place, text="不知道归谁管", where=Whereabouts(104.0005, 30.7005),
        by=town.officer("community"),
        at=town.at, channel="phone",
    )  # fmt: skip
    assert case.due_at is not None
    assert case.due_at > town.at
    assert case.promised_at >= case.due_at


def test_the_first_contact_stays_due_whatever_limits_begin_anew(town: Town) -> None:
    """Zammad let the time of an update overrule that of the first response."""
    case = town.report(contact=contact())
    due, first = case.contact_due_at, case.due_at
    assert due == town.at + timedelta(hours=24)
    add_note(
        case_id=case.pk, note="已通知班组。", by=town.officer("community"), at=town.at + timedelta(minutes=5)
    )
    found = Case.objects.get(pk=case.pk)
    assert (found.contact_due_at, found.due_at, found.contacted_at) == (due, first, None)
    moved = town.walk(found, Step.SIGN)
    assert (moved.contact_due_at, moved.contacted_at) == (due, None)
    assert moved.due_at != first


def test_a_category_put_right_twice_ends_where_it_began(town: Town) -> None:
    """GLPI lost what was used of a limit, and its pauses, when another limit was set."""
    case = town.report()
    for category, minutes in (("A01", 20), ("D02", 40)):
        case = reroute_case(
            case_id=case.pk, by=town.officer("community"), at=town.at + timedelta(minutes=minutes),
            seen_version=case.version, reason="选错", category=category,
        )  # fmt: skip
    assert (case.due_at, case.clock_at) == (town.report().due_at, town.at)
