"""Which cases an officer may see, and what they may do with one."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from weiwang.cases.models import Case
from weiwang.cases.rules import Standing, State, Step, possible_steps
from weiwang.territory.rules import Officer, Reach


def visible_to(officer: Officer) -> "QuerySet[Case]":
    """Every case this officer may see: by the part of the tree, by department, or because it is theirs.

    Cases of restricted categories are seen only by those who have them and by posts with that power.
    """
    scopes = [
        Q(place=h.place, unit_path__startswith=h.unit_path)
        & (Q() if "case.see_restricted" in h.allows else Q(restricted=False))
        for h in officer.holdings
        if "case.see" in h.allows and h.reach is Reach.UNIT
    ]
    departments = officer.departments("case.see")
    if departments:
        scopes.append(Q(department__in=departments))
    posts = [h.post_id for h in officer.holdings]
    scopes.append(Q(owner_post__in=posts))
    scopes.append(Q(handler_post__in=posts))
    return Case.objects.filter(place__in=officer.places).filter(reduce(or_, scopes))


def powers_over(
    officer: Officer, *, unit_path: str, department_id: int | None, owner_post_id: int | None
) -> frozenset[str]:
    """The powers an officer's posts give over one case."""
    found: set[str] = set()
    for holding in officer.holdings:
        by_unit = holding.reach is Reach.UNIT and unit_path.startswith(holding.unit_path)
        by_department = holding.department_id is not None and holding.department_id == department_id
        if by_unit or by_department or holding.post_id == owner_post_id:
            found |= holding.allows
    return frozenset(found)


def may_see(officer: Officer, case: Case) -> bool:
    return visible_to(officer).filter(pk=case.pk).exists()


def standing(case: Case) -> Standing:
    return Standing(State(case.state), case.owner_post_id, frozenset(case.handler_users))


def steps_for(officer: Officer, case: Case) -> list[Step]:
    powers = powers_over(
        officer, unit_path=case.unit_path, department_id=case.department_id, owner_post_id=case.owner_post_id
    )
    return possible_steps(
        standing(case), user_id=officer.user_id, powers=powers, holds_owner=officer.holds(case.owner_post_id)
    )


def may_reveal(officer: Officer, case: Case) -> bool:
    return "reporter.reveal" in powers_over(
        officer, unit_path=case.unit_path, department_id=None, owner_post_id=None
    )
