"""What is composed once gives the same rows as what is composed anew, at any moment."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import pytest
from tests.builders import Town

from weiwang.cases import permissions, queries
from weiwang.cases.composed import Seen, _with_codes
from weiwang.cases.queries import Filters
from weiwang.cases.rules import State, Step


class Odd(StrEnum):
    """A code that cannot be written out as it is."""

    ONE = "o'ne"


VIEWS = ("mine", "open", "late", "closed", "all")


def anew(visible: permissions.Visible) -> permissions.Visible:
    """The same cases without the name of their scope, so that nothing is kept."""
    return visible.all()


@pytest.mark.parametrize("username", ["dispatcher", "community", "housing", "worker"])
def test_every_tab_shows_at_every_moment_what_composing_anew_shows(
    town: Town, at: datetime, username: str
) -> None:
    town.walk(town.report(), Step.DISPATCH)
    town.report("家里有人需要帮助。", category="G01")
    officer = town.officer(username)
    posts = [holding.post_id for holding in officer.holdings]
    for moment in (at, at + timedelta(days=9), at):
        visible = permissions.visible_to(officer)
        assert queries.counts(visible, posts=posts, at=moment) == queries.counts(
            anew(visible), posts=posts, at=moment
        )
        for view in VIEWS:
            shown, same = (
                queries.worklist(cases, filters=Filters(view=view), posts=posts, at=moment)
                for cases in (visible, anew(visible))
            )
            assert shown == same


def test_late_moves_with_the_moment_of_asking(town: Town, at: datetime) -> None:
    town.report()
    visible = permissions.visible_to(town.officer("dispatcher"))
    late = [
        queries.counts(visible, posts=[], at=moment)["late"] for moment in (at, at + timedelta(days=9), at)
    ]
    assert late == [0, 1, 0]


def test_a_narrowed_set_has_no_name(town: Town) -> None:
    visible = permissions.visible_to(town.officer("dispatcher"))
    assert isinstance(visible, Seen)
    assert visible.scope is not None
    assert [found.scope for found in (visible.filter(urgent=True), visible.all())] == [None, None]


def test_other_posts_are_another_scope_at_once(town: Town, at: datetime) -> None:
    town.report()
    officer = town.officer("dispatcher")
    assert queries.counts(permissions.visible_to(officer), posts=[], at=at)["open"] == 1
    nobody = replace(officer, holdings=())
    assert queries.counts(permissions.visible_to(nobody), posts=[], at=at) == {
        "mine": 0, "open": 0, "late": 0,
    }  # fmt: skip


def test_whoever_may_see_all_of_a_sub_district_asks_for_the_sub_district_alone(town: Town) -> None:
    whole, part = (
        str(permissions.visible_to(town.officer(name)).query) for name in ("dispatcher", "community")
    )
    assert ("unit_path" in whole.partition(" WHERE ")[2], "unit_path" in part.partition(" WHERE ")[2]) == (
        False, True,
    )  # fmt: skip


def test_codes_stand_in_the_statement_and_what_people_type_never_does() -> None:
    typed, code = "it's 100% %s", State.CLOSED
    assert _with_codes("a LIKE '%%s' AND b = %s AND c IN (%s, %s)", (typed, code, 7)) == (
        "a LIKE '%%s' AND b = %s AND c IN ('closed', %s)", (typed, 7),
    )  # fmt: skip
    assert _with_codes("b = %s", (Odd.ONE,)) == ("b = %s", (Odd.ONE,))
