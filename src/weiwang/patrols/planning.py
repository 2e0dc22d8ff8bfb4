"""From the tables to the problem of the search: who belongs where, who is away, what stands already."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from weiwang.patrols import queries
from weiwang.patrols.models import Proposal
from weiwang.patrols.queries import AROUND, CARRIED, Away, Cell, Person
from weiwang.patrols.rules import SATURDAY
from weiwang.patrols.solving import Beat, Duty, Problem, Staff


def problem_of(proposal: Proposal, *, today: date) -> Problem:
    """What a proposal has to solve; days already past are left as they are."""
    first = max(proposal.first, today)
    last = proposal.first + timedelta(weeks=proposal.weeks, days=-1)
    return problem(unit_id=proposal.unit_id, first=first, last=last)


def problem(*, unit_id: int, first: date, last: date, as_it_stands: bool = False) -> Problem:
    """The teams of one unit from a day to another, both included.

    Unlocked shifts are free to be planned anew; `as_it_stands` takes them as fixed.
    """
    table, days = queries.table(), (last - first).days + 1
    teams = [team.pk for team in queries.teams_of(unit_id=unit_id)]
    people = [person for person in queries.people(teams=teams, first=first, last=last) if not person.gone]
    users = {person.user_id for person in people}
    around = queries.cells_of(users=users, first=first - CARRIED, last=last + AROUND)
    walks = queries.beats(teams=teams)
    away = queries.leave_of(users=users, first=first, last=last + timedelta(days=1))
    kept = [cell for cell in around if as_it_stands or _is_fixed(cell, unit_id, first, last)]
    kept = [cell for cell in kept if _counts(cell, first)]
    return Problem(
        first=first, days=days, templates=tuple(table.templates.values()), limits=table.limits,
        staff=_staff(people, away, [cell for cell in around if cell.day < first], first, days),
        beats=tuple(Beat(walk.id, walk.team_id, walk.needs) for walk in walks),
        fixed=tuple(_duty(cell, first, {walk.id for walk in walks}) for cell in kept),
    )  # fmt: skip


def _counts(cell: Cell, first: date) -> bool:
    """Whether working time can reach a shift from the first day, and its person is still there."""
    return cell.stands and cell.day >= first - AROUND and cell.template in queries.table().templates


def _is_fixed(cell: Cell, unit_id: int, first: date, last: date) -> bool:
    """Whether a shift stays: locked, outside the days, of another unit."""
    return cell.locked or not first <= cell.day <= last or cell.unit_id != unit_id


def _duty(cell: Cell, first: date, own: set[int]) -> Duty:
    return Duty(
        (cell.day - first).days, cell.template, cell.beat_id if cell.beat_id in own else 0, cell.user_id
    )


def _staff(
    people: Iterable[Person], away: Iterable[Away], past: Iterable[Cell], first: date, days: int
) -> tuple[Staff, ...]:
    member: dict[int, dict[int, frozenset[int]]] = defaultdict(dict)
    for person in people:
        end = (person.ends_on - first).days + 1 if person.ends_on else days
        span = frozenset(range(max(0, (person.starts_on - first).days), min(days, end)))
        terms = member[person.user_id]
        terms[person.team_id] = terms.get(person.team_id, frozenset()) | span
    absent: dict[int, set[int]] = defaultdict(set)
    for leave in away:
        absent[leave.user_id] |= set(range((leave.first - first).days, (leave.last - first).days + 1))
    nights, weekends = _carried(past)
    return tuple(
        Staff(user, terms, frozenset(absent[user]), nights[user], weekends[user])
        for user, terms in sorted(member.items())
    )


def _carried(past: Iterable[Cell]) -> tuple[Counter[int], Counter[int]]:
    """Nights and weekend shifts of the weeks before, so that those who had fewer come first."""
    kinds, nights, weekends = queries.table().templates, Counter[int](), Counter[int]()
    for cell in past:
        nights[cell.user_id] += cell.template in kinds and kinds[cell.template].night
        weekends[cell.user_id] += cell.day.weekday() >= SATURDAY
    return nights, weekends
