"""Who sees and who keeps which bodies."""

from collections.abc import Iterable

from weiwang.bodies.models import Body
from weiwang.bodies.queries import ScopeUnit, body, scope_of
from weiwang.territory.rules import NotAllowedError, Officer


def visible_body(officer: Officer, body_id: int) -> Body | None:
    """A body that stands for something on, above or below the officer's units."""
    return body(paths=officer.paths("body.see"), body_id=body_id)


def may_keep(officer: Officer, scope: Iterable[ScopeUnit]) -> bool:
    """Whether the officer's posts cover every unit a body stands for."""
    paths = [unit.path for unit in scope]
    return bool(paths) and all(officer.may("body.keep", path) for path in paths)


def keeper(officer: Officer, scope: Iterable[ScopeUnit]) -> Officer:
    """The officer acting by the post that keeps these units. Raises `NotAllowedError`."""
    units = list(scope)
    if not may_keep(officer, units):
        raise NotAllowedError("body.keep")
    return officer.by_power("body.keep", units[0].path)


def keeper_of(officer: Officer, body_id: int) -> Officer:
    """The officer acting by the post that keeps this body. Raises `NotAllowedError`."""
    return keeper(officer, scope_of(body_id))
