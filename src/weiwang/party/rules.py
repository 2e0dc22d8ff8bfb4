"""Grid Party branches: where a branch may stand, whom it may take in, what it may care for.

Membership is held only for these assignments. Nothing here is counted by person or compares persons.
"""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.territory.rules import Level

NAME, DOOR, REASON = 60, 20, 200
# Where a branch stands (支部建在网格上), and what may be in its care (包联).
BRANCH_LEVELS = frozenset({Level.GRID, Level.DEDICATED_GRID})
CARE_LEVELS = frozenset({Level.MICRO_GRID, Level.DEDICATED_GRID})


class PartyError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "branch.unknown": gettext_noop("This branch is not there."),
        "branch.level": gettext_noop("A branch stands on a grid, not on a community or a micro-grid."),
        "branch.taken": gettext_noop("%(grid)s already has a branch."),
        "branch.ended": gettext_noop("This branch has ended; it is kept as it was."),
        "branch.order": gettext_noop("A branch cannot end before the day after it began."),
        "branch.has_members": gettext_noop("The branch still has %(count)s members; assign them first."),
        "branch.other_grid": gettext_noop(
            "The member lives in %(home)s; the branch of %(branch)s admits only members who live there."
        ),
        "member.unknown": gettext_noop("This member is not there."),
        "member.left": gettext_noop("This member has left; nothing more can be assigned."),
        "member.secretary": gettext_noop("The secretary must be a member of this branch."),
        "member.consent": gettext_noop(
            "Membership is held only with the person's own consent; give its date."
        ),
        "member.order": gettext_noop("The day of leaving cannot lie before the day of joining."),
        "member.building": gettext_noop("Choose a building of this sub-district."),
        "member.building_grid": gettext_noop("This building stands in another grid than the one chosen."),
        "member.future": gettext_noop("This day lies in the future."),
        "member.account": gettext_noop("There is no account with this user name here."),
        "care.community": gettext_noop("%(unit)s lies in another community than the branch."),
        "care.level": gettext_noop("Only micro-grids and dedicated grids are put in care."),
        "care.taken": gettext_noop("%(unit)s is already in the care of %(branch)s."),
        "link.taken": gettext_noop("This household is already looked after by a member."),
        "link.door": gettext_noop("Say which door, for example 2-301."),
        "area.outside": gettext_noop("A responsibility area lies inside the grid of its branch."),
        "area.shape": gettext_noop("This is no area that can be drawn. Please draw it again."),
        "move.done": gettext_noop("This move has been decided already."),
        "unit.unknown": gettext_noop("Choose a unit of your part of the tree."),
    }


def refuse_branch_on(level: str) -> None:
    """Raises `PartyError` unless a branch may stand on a unit of this level."""
    if level not in BRANCH_LEVELS:
        raise PartyError("branch.level")


def refuse_care(*, unit: str, level: str, path: str, community_path: str) -> None:
    """Raises `PartyError` unless the unit may be in the care of a branch of this community."""
    if level not in CARE_LEVELS:
        raise PartyError("care.level")
    if not path.startswith(community_path):
        raise PartyError("care.community", unit=unit)


def community_of(path: str) -> str:
    """The path of the community a grid stands in: everything above the grid."""
    return path.rstrip("/").rpartition("/")[0] + "/"


def needs_move(*, home_grid: int | None, branch_grid: int | None) -> bool:
    """Whether a member lives in another grid than that of the branch; without a home nothing is proposed."""
    return home_grid is not None and branch_grid is not None and home_grid != branch_grid


def refuse_leaving(joined_on: date, left_on: date, today: date) -> None:
    """Raises `PartyError` for a day before the joining, or one that has not come yet."""
    if left_on < joined_on:
        raise PartyError("member.order")
    if left_on > today:
        raise PartyError("member.future")


def grid_of(*, level: str, unit_id: int, parent_id: int | None) -> int | None:
    """The grid a building lies in, from the unit it stands on; None for one that stands higher."""
    if level == Level.MICRO_GRID:
        return parent_id
    return unit_id if level in BRANCH_LEVELS else None
