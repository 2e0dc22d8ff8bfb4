"""“Me too”: one more person for a case, with their own words, contact and link."""

from datetime import timedelta

import pytest
from tests.builders import Town, contact

from weiwang.audit.rules import RESIDENT, AlreadyDoneError
from weiwang.cases.actions import erase_due_reporters, join_case, reveal_reporter
from weiwang.cases.actions.report import KEEP_REPORTER
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case, Event, Joined
from weiwang.cases.permissions import case_file
from weiwang.cases.progress import by_code, by_token
from weiwang.cases.queries import categories, verify_histories
from weiwang.cases.rules import CaseError, Step


def join(town: Town, case: Case, **more: object) -> Joined:
    options = {"text": "我家楼下也黑", "by": RESIDENT, "at": town.at, "channel": "portal", **more}
    return join_case(case_id=case.pk, **options)  # type: ignore[arg-type]


def test_joining_leaves_version_owner_and_clock_and_stays_in_the_chain(town: Town) -> None:
    case = town.report()
    join(town, case, contact=contact())
    after = Case.objects.get(pk=case.pk)
    assert (after.version, after.owner_post_id, after.due_at) == (
        case.version,
        case.owner_post_id,
        case.due_at,
    )
    event = Event.objects.get(case=case, step="join")
    assert (event.public, event.note) == (False, None)
    assert [type(found) for found in verify_histories()] == [Case]


def test_the_link_of_one_who_joined_shows_the_end_and_nothing_of_the_first_reporter(town: Town) -> None:
    case = town.report("路灯不亮，我住二单元三楼。")
    joined = join(town, case)
    town.walk(case, until=Step.CLOSE)
    seen = by_token(joined.pk, private_token(joined.pk))
    assert seen is not None
    assert (seen.text, seen.number, seen.joined) == ("我家楼下也黑", case.number, True)
    assert seen.answer == Case.objects.get(pk=case.pk).answer
    assert not seen.may_be_reopened
    assert by_code(case.number, query_code(joined.pk)) == seen
    assert by_token(joined.pk, private_token(case.pk)) is None


def test_what_has_ended_or_is_restricted_cannot_be_joined(town: Town) -> None:
    ended = town.walk(town.report(), until=Step.CLOSE)
    with pytest.raises(CaseError, match="ended"):
        join(town, ended)
    code = next(code for code, row in categories().items() if row.restricted)
    with pytest.raises(CaseError, match="no such case"):
        join(town, town.report(category=code))
    assert Joined.objects.count() == 0


def test_the_same_press_twice_joins_once(town: Town) -> None:
    case = town.report()
    first = join(town, case, submission="k")
    with pytest.raises(AlreadyDoneError) as done:
        join(town, case, submission="k")
    assert done.value.object_id == str(first.pk)


def test_contacts_are_shown_with_a_reason_and_go_on_their_date(town: Town) -> None:
    case = town.report()
    joined = join(town, case, contact=contact())
    by = town.officer("dispatcher")
    found = reveal_reporter(case_id=case.pk, by=by, at=town.at, reason="回电")
    assert [(one.name, one.phone) for one in found.joined] == [("李四", "13800000001")]
    file = case_file(by, case.pk)
    assert file is not None
    assert (file.has_reporter, [one.pk for one in file.joined]) == (True, [joined.pk])
    assert erase_due_reporters(at=town.at + KEEP_REPORTER - timedelta(days=1)) == 0
    assert erase_due_reporters(at=town.at + KEEP_REPORTER) == 1
