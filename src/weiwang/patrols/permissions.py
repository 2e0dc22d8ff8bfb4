"""Who may see the patrol force of a part of the tree, and who plans it."""

from weiwang.patrols.models import Team
from weiwang.territory.rules import Officer

SEE, PLAN = "patrol.see", "patrol.plan"


def may_see(officer: Officer, path: str) -> bool:
    return officer.may(SEE, path) or officer.may(PLAN, path)


def may_plan(officer: Officer, path: str) -> bool:
    return officer.may(PLAN, path)


def seen_team(officer: Officer, team: Team | None) -> Team | None:
    """The team itself when the officer may see it."""
    return team if team is not None and may_see(officer, team.unit.path) else None
