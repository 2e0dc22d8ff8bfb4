"""Who plays which part in a case: the people of the world by post, and the way up from a place."""

from dataclasses import dataclass

from weiwang.demo.specs import PostSpec, World


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting by one of their posts."""

    username: str
    post: PostSpec


class Cast:
    """The staff of a world, found by post. `leaves` are the micro-grids and dedicated grids."""

    def __init__(self, world: World) -> None:
        self._holders: dict[PostSpec, list[str]] = {}
        for person in world.people:
            for post in person.posts:
                self._holders.setdefault(post, []).append(person.username)
        self.parents = {unit.code: unit.parent_code for unit in world.units}
        self.leaves = {unit.code for unit in world.units if unit.level in {"micro_grid", "dedicated_grid"}}
        self.departments = world.departments
        self._whole = world.place.code
        self._names = {unit.code: unit.name for unit in world.units}

    def on(self, kind: str, unit_code: str | None, turn: int = 0) -> Actor | None:
        """Who holds this kind of post on this unit; `turn` chooses among several."""
        if unit_code is None:
            return None
        post = PostSpec(kind, unit_code)
        holders = self._holders.get(post)
        return Actor(holders[turn % len(holders)], post) if holders else None

    def centre(self, turn: int) -> Actor:
        """One of the dispatchers of the sub-district."""
        post = PostSpec("dispatcher", self._whole)
        holders = self._holders[post]
        return Actor(holders[turn % len(holders)], post)

    def department(self, code: str, turn: int) -> Actor:
        post = PostSpec("department_handler", self._whole, code)
        holders = self._holders[post]
        return Actor(holders[turn % len(holders)], post)

    def way_up(self, unit_code: str, turn: int) -> list[Actor]:
        """Those who may register, dispatch, check and close for a place, nearest first."""
        parent = self.parents[unit_code]
        community = parent if "-Z" in unit_code else self.parents[str(parent)]
        found = (
            self.on("grid_leader", parent),
            self.on("general_grid_leader", community),
            self.on("dispatcher", self._whole, turn),
            self.on("duty_leader", self._whole, turn),
        )
        return [actor for actor in found if actor is not None]

    def walkers(self, unit_code: str) -> list[Actor]:
        """Those who walk the place: the leader of the micro-grid and the worker of the grid."""
        found = (self.on("micro_grid_leader", unit_code), self.on("grid_worker", self.parents[unit_code]))
        return [actor for actor in found if actor is not None]

    def office(self, actor: Actor) -> str:
        """What an actor's office is called in an answer."""
        if actor.post.department is not None:
            return self.departments[actor.post.department]
        return self._names[actor.post.unit_code]
