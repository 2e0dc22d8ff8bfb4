"""Who may see plans, draw them, and adopt one."""

from weiwang.territory.rules import Officer

SEE, DRAW, ADOPT = "plan.see", "plan.draw", "plan.adopt"


def may_see(officer: Officer, place: int) -> bool:
    """Plans concern the whole sub-district, so a post anywhere in it that may see them is enough."""
    return place in officer.places and officer.may(SEE)


def may_draw(officer: Officer, place: int) -> bool:
    return place in officer.places and officer.may(DRAW)


def may_adopt(officer: Officer, place: int) -> bool:
    return place in officer.places and officer.may(ADOPT)
