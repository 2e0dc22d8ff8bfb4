"""Who sees duty lists, who keeps them, who calls an event."""

from weiwang.duties.models import DutyList
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError, Officer

SEE, KEEP, START = "duty.see", "duty.keep", "duty.start"


def list_path(found: DutyList) -> str:
    """The unit a list is for: the sub-district, or the micro-grid it adds to."""
    return str(territory.unit(found.unit_id or found.place).path)


def may_see(officer: Officer, found: DutyList) -> bool:
    """Lists of posts are seen by every post of the place; additions by those over the micro-grid."""
    if found.place not in officer.places or not officer.may(SEE):
        return False
    return found.unit_id is None or officer.may(SEE, list_path(found))


def may_keep(officer: Officer, found: DutyList) -> bool:
    return officer.may(KEEP, list_path(found))


def keeper(officer: Officer, path: str) -> Officer:
    """The officer acting by the post that keeps lists here. Raises `NotAllowedError`."""
    if not officer.may(KEEP, path):
        raise NotAllowedError(KEEP)
    return officer.by_power(KEEP, path)
