"""Which post a case goes to: the nearest that may, climbing over empty chairs. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from weiwang.cases.rules import Category

LEVEL_KINDS: Mapping[str, tuple[str, ...]] = {
    "micro_grid": ("micro_grid_leader", "grid_worker", "grid_leader"),
    "grid": ("grid_worker", "grid_leader"),
    "general_grid": ("general_grid_leader",),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A post on the way up from the place of a case; nearest first in every list."""

    post_id: int
    kind: str
    name: str
    path: str
    allows: frozenset[str]
    department: str
    department_id: int | None
    holders: frozenset[int]


@dataclass(frozen=True, slots=True)
class Choice:
    post: Candidate
    rule: str
    climbed: tuple[str, ...] = ()


def nearest_with(
    power: str, posts: Sequence[Candidate], *, avoid_users: frozenset[int] = frozenset(),
    avoid_post: int | None = None,
) -> Choice | None:  # fmt: skip
    """The nearest post that allows `power` and has a holder who is not to be avoided; else the top one.

    A vacant post is passed by and named in `climbed`: a case never waits on an empty chair.
    """
    fitting = [p for p in posts if power in p.allows and p.post_id != avoid_post]
    climbed: list[str] = []
    for post in fitting:
        if post.holders - avoid_users:
            return Choice(post, f"nearest:{power}", tuple(climbed))
        climbed.append(post.name)
    return Choice(fitting[-1], f"nearest:{power}", tuple(climbed[:-1])) if fitting else None


def handler_for(category: Category, posts: Sequence[Candidate]) -> Choice | None:
    """The post that usually handles a category at this place, climbing over vacant posts."""
    kinds = LEVEL_KINDS.get(category.routes_to)
    fitting = (
        [p for kind in kinds for p in posts if p.kind == kind and "case.handle" in p.allows]
        if kinds
        else [p for p in posts if p.department == category.routes_to and "case.handle" in p.allows]
    )
    climbed: list[str] = []
    for post in fitting:
        if post.holders:
            return Choice(post, f"category:{category.code}:{category.routes_to}", tuple(climbed))
        climbed.append(post.name)
    fallback = nearest_with("case.handle", posts)
    if fallback is None:
        return None
    return Choice(fallback.post, f"fallback:{category.code}", (*climbed, *fallback.climbed))


def above(
    posts: Sequence[Candidate], closer: Candidate | None, *, avoid_users: frozenset[int]
) -> Choice | None:
    """Who judges a case the reporter is not satisfied with: higher than the post that closed it.

    At the top of the tree nobody stands higher; there another post of the same level judges.
    """
    higher = [p for p in posts if closer is None or len(p.path) < len(closer.path)]
    other = [p for p in posts if closer is not None and len(p.path) == len(closer.path)]
    other.sort(key=lambda post: post.kind != "duty_leader")
    for pool in (higher, other):
        found = nearest_with(
            "case.dispatch", pool, avoid_users=avoid_users, avoid_post=closer.post_id if closer else None
        )
        if found is not None and found.post.holders - avoid_users:
            return found
    return nearest_with("case.dispatch", posts)
