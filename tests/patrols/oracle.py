"""An independent judge of rotas: reads hours and days its own way, and tries every rota of tiny instances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise, product
from math import ceil

from weiwang.patrols.solving import Duty, Problem


def hours(problem: Problem, duty: Duty) -> tuple[datetime, datetime]:
    template = next(t for t in problem.templates if t.code == duty.template)
    midnight = datetime.combine(problem.first + timedelta(days=duty.day), datetime.min.time())
    return midnight + timedelta(minutes=template.starts), midnight + timedelta(minutes=template.ends)


def day_of(problem: Problem, duty: Duty) -> date:
    return problem.first + timedelta(days=duty.day)


def faults(problem: Problem, duties: Iterable[Duty]) -> list[str]:
    """Every hard rule a proposal breaks, in words. Rules broken by the fixed shifts alone do not count."""
    new = list(duties)
    found = [*_membership(problem, new), *_heads(problem, new)]
    for person in {duty.person for duty in new}:
        own = [duty for duty in new if duty.person == person]
        before = [duty for duty in problem.fixed if duty.person == person]
        worse = Counter(_time(problem, [*own, *before])) - Counter(_time(problem, before))
        found += [f"{person}: {fault}" for fault in worse]
    return found


def _membership(problem: Problem, duties: list[Duty]) -> Iterator[str]:
    teams = {beat.id: beat.team for beat in problem.beats}
    people = {person.id: person for person in problem.staff}
    for duty in duties:
        person = people[duty.person]
        if not 0 <= duty.day < problem.days:
            yield f"{duty} lies outside the weeks"
        if duty.day not in person.member.get(teams[duty.beat], ()):
            yield f"{duty} is not in the team"
        start, end = hours(problem, duty)
        for away in person.leave:
            midnight = datetime.combine(problem.first + timedelta(days=away), datetime.min.time())
            if start < midnight + timedelta(days=1) and end > midnight:
                yield f"{duty} is on leave"


def _heads(problem: Problem, duties: list[Duty]) -> Iterator[str]:
    there = Counter((d.day, d.template, d.beat) for d in problem.fixed)
    new = Counter((d.day, d.template, d.beat) for d in duties)
    needs = {beat.id: beat.needs for beat in problem.beats}
    for (day, template, beat), count in new.items():
        if there[day, template, beat] + count > needs[beat].get(template, 0):
            yield f"too many on beat {beat}, day {day}, {template}"


def _time(problem: Problem, duties: list[Duty]) -> Iterator[str]:
    limits = problem.limits
    spans = sorted(hours(problem, duty) for duty in duties)
    for (_, end), (start, _) in pairwise(spans):
        if start - end < timedelta(hours=limits.rest_hours):
            yield "rest"
    days = Counter(day_of(problem, duty) for duty in duties)
    yield from ("two shifts on one day" for count in days.values() if count > 1)
    nights = {t.code for t in problem.templates if t.night}
    yield from _rows("days", set(days), limits.days_in_row)
    dark = {day_of(problem, duty) for duty in duties if duty.template in nights}
    yield from _rows("nights", dark, limits.nights_in_row)
    weeks: dict[tuple[int, int], timedelta] = defaultdict(timedelta)
    for duty in duties:
        start, end = hours(problem, duty)
        weeks[day_of(problem, duty).isocalendar()[:2]] += end - start
    for week, length in weeks.items():
        over = length - timedelta(hours=limits.week_hours)
        yield from [f"week {week}"] * max(0, ceil(over / timedelta(hours=1)))  # a full week takes no more


def _rows(word: str, days: set[date], most: int) -> Iterator[str]:
    for day in days:
        if all(day + timedelta(days=n) in days for n in range(most + 1)):
            yield f"{word} from {day}"


def every_rota(problem: Problem) -> Iterator[list[Duty]]:
    """Each way to give everybody at most one shift a day, on one beat; for tiny instances only."""
    choices = [None, *((t.code, beat.id) for t in problem.templates for beat in problem.beats)]
    cells = [(person.id, day) for person in problem.staff for day in range(problem.days)]
    for row in product(choices, repeat=len(cells)):
        yield [
            Duty(day, choice[0], choice[1], person)
            for (person, day), choice in zip(cells, row, strict=True)
            if choice is not None
        ]
