"""Who sees a whistle, who answers for a department, who decides one level up."""

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from weiwang.territory.rules import NotAllowedError, Officer, Reach
from weiwang.whistles.models import Call, EarlyWarning, Whistle

SEE, BLOW, ANSWER, RULE = "whistle.see", "whistle.blow", "whistle.answer", "whistle.rule"
RAISE, TAKE = "warning.raise", "warning.take"


def visible_to(officer: Officer) -> QuerySet[Whistle]:
    """Whistles over one's part of the tree, and those that call one's department."""
    scopes = [Q(unit_path__startswith=path) for path in officer.paths(SEE)]
    departments = officer.departments(ANSWER)
    if departments:
        called = Call.objects.filter(whistle=OuterRef("pk"), department__in=departments)
        scopes.append(Q(Exists(called)))
    found = Whistle.objects.filter(place__in=officer.places)
    return found.filter(reduce(or_, scopes)) if scopes else found.none()


def warnings_to(officer: Officer) -> QuerySet[EarlyWarning]:
    """Warnings over one's part of the tree, and those one has raised."""
    scopes = [Q(unit_path__startswith=path) for path in officer.paths(TAKE)]
    own = Q(raised_by=officer.user_id)
    return EarlyWarning.objects.filter(place__in=officer.places).filter(reduce(or_, scopes, own))


def for_department(officer: Officer, department_id: int) -> Officer:
    """The officer acting by a post of the department. Raises `NotAllowedError`."""
    for holding in officer.holdings:
        own = holding.reach is Reach.DEPARTMENT and holding.department_id == department_id
        if own and ANSWER in holding.allows:
            return officer.acting_as(holding)
    raise NotAllowedError(ANSWER)


def over(officer: Officer, power: str, path: str) -> Officer:
    """The officer acting by the post that gives this power over a unit. Raises `NotAllowedError`."""
    if not officer.may(power, path):
        raise NotAllowedError(power)
    return officer.by_power(power, path)


def leads(officer: Officer, whistle: Whistle) -> bool:
    """Who may end it: whoever holds the post that blew it, and the leaders who decide one level up."""
    return officer.holds(whistle.post_id) or officer.may(RULE, whistle.unit_path)
