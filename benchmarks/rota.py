"""How good and how fast a rota is proposed: `python -m benchmarks.rota [PEOPLE] [WEEKS] [--work SECONDS]`.

By default 60 people for 4 weeks: three teams, twelve beats, leave for one in four. The baseline, a greedy
planner that fills day after day, runs on the same instance in the same run.
"""

import argparse
import platform
import random
import time
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from weiwang.patrols.rules import read_patrols
from weiwang.patrols.solving import WORK, Beat, Plan, Problem, Staff, cost_of, greedy, propose

POLICY = Path(__file__).resolve().parents[1] / "policies" / "patrols.yaml"
TEAMS = 3


def instance(people: int, weeks: int, seed: int = 7) -> Problem:
    """Three teams of equal size on four beats each; need about five sixths of what the limits allow."""
    dice, days = random.Random(seed), weeks * 7
    table = read_patrols(yaml.safe_load(POLICY.read_text(encoding="utf-8")))
    beats = [
        Beat(team * 10 + number, team, {"early": 1, "late": 1, "night": 1 if number <= 3 else 0})
        for team in range(1, TEAMS + 1)
        for number in range(1, 5)
    ]
    staff = [
        Staff(number, {1 + number % TEAMS: frozenset(range(days))}, _leave(dice, days))
        for number in range(1, people + 1)
    ]
    return Problem(
        date(2026, 11, 30), days, tuple(table.templates.values()), table.limits, tuple(staff), tuple(beats)
    )


def _leave(dice: random.Random, days: int) -> frozenset[int]:
    if dice.random() >= 0.25:
        return frozenset()
    first, length = dice.randrange(days), dice.randrange(2, 8)
    return frozenset(range(first, min(days, first + length)))


def row(name: str, plan: Plan, wall: float, bound: float) -> str:
    gap = 100 * (plan.cost - bound) / plan.cost if plan.cost else 0.0
    cells = (name, plan.status, plan.missing, plan.cost, f"{gap:.1f} %", f"{plan.seconds:.2f}", f"{wall:.2f}")
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=int, nargs="?", default=60)
    parser.add_argument("weeks", type=int, nargs="?", default=4)
    parser.add_argument("--work", type=float, default=WORK)
    chosen = parser.parse_args()
    problem = instance(chosen.people, chosen.weeks)
    heads = sum(sum(beat.needs.values()) for beat in problem.beats) * problem.days
    print(
        f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {platform.machine()}"
    )
    print(
        f"{chosen.people} people, {chosen.weeks} weeks, {len(problem.beats)} beats, {heads} heads to place\n"
    )
    print("| planner | status | heads missing | cost | gap | CPU s | wall s |\n|---|---|--:|--:|--:|--:|--:|")
    began = time.monotonic()
    plain = greedy(problem)
    plain_wall, began = time.monotonic() - began, time.monotonic()
    plan = propose(problem, work=chosen.work)
    print(row("greedy, day by day", plain, plain_wall, plan.bound))
    print(row("CP-SAT, one worker", plan, time.monotonic() - began, plan.bound))
    assert cost_of(problem, plan.duties) == plan.cost


if __name__ == "__main__":
    main()
