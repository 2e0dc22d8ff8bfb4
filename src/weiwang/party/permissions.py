"""Who reads names, who changes assignments: by the grid of the branch."""

from weiwang.territory.rules import NotAllowedError, Officer


def may_see_names(officer: Officer, path: str) -> bool:
    return officer.may("party.see", path)


def keeper(officer: Officer, path: str) -> Officer:
    """The officer acting by the post that keeps the branches at a grid. Raises `NotAllowedError`."""
    if not officer.may("party.keep", path):
        raise NotAllowedError("party.keep")
    return officer.by_power("party.keep", path)


def reader(officer: Officer, path: str) -> Officer:
    """The officer acting by the post that may read names there. Raises `NotAllowedError`."""
    if not may_see_names(officer, path):
        raise NotAllowedError("party.see")
    return officer.by_power("party.see", path)
