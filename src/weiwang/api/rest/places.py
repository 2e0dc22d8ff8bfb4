"""Which sub-district and unit a caller of the API means."""

from typing import Any

from weiwang.api.rest.problems import ApiError
from weiwang.api.rest.shapes import ReportIn
from weiwang.cases.actions import Whereabouts
from weiwang.kernel.geo import Match
from weiwang.territory import queries as territory

Place = territory.PlaceKey


def places() -> list[Place]:
    """Raises `ApiError` while none is set up."""
    found = territory.place_keys()
    if not found:
        raise ApiError("place.not_ready")
    return found


def place_at(known: list[Place], lon: float, lat: float) -> tuple[Place, territory.Landing] | None:
    """The sub-district a point lies in, and where in it; None outside every one."""
    for place in known:
        landing = territory.locate(place=place.id, lon=lon, lat=lat, version=place.boundary_version)
        if landing.located.match is not Match.OUTSIDE:
            return place, landing
    return None


def meant(report: ReportIn) -> tuple[Place, Whereabouts]:
    """The sub-district and the spot of a report. Raises `ApiError`."""
    if (report.lon is None) != (report.lat is None):
        raise ApiError("position.half")
    known = places()
    place = _named(known, report.place) if report.place else _guessed(known, report)
    unit_id = _unit(place, report.unit_code) if report.unit_code else None
    return place, Whereabouts(report.lon, report.lat, unit_id, report.address, place.boundary_version)


def _named(known: list[Place], code: str) -> Place:
    found = next((place for place in known if place.code == code), None)
    if found is None:
        raise ApiError("place.unknown", code=code)
    return found


def _guessed(known: list[Place], report: ReportIn) -> Place:
    """The only sub-district, or the one the position lies in, or the one with a unit of this code."""
    if len(known) == 1:
        return known[0]
    if report.unit_code:
        owners = [p for p in known if territory.unit_by_code(place=p.id, code=report.unit_code)]
        if len(owners) == 1:
            return owners[0]
    elif report.lon is not None and report.lat is not None:
        found = place_at(known, report.lon, report.lat)
        return found[0] if found else known[0]  # which then says that the point lies outside
    raise ApiError("place.needed")


def _unit(place: Place, code: str) -> int:
    return int(unit_meant(place.id, code).pk)


def unit_meant(place: int, code: str) -> Any:  # noqa: ANN401 -- a unit
    """The standing unit of this code. Raises `ApiError`."""
    found = territory.unit_by_code(place=place, code=code)
    if found is None:
        raise ApiError("unit.unknown", code=code)
    return found
