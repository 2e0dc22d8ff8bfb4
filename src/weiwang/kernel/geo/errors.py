"""What can be wrong with a boundary or a point, as a code with plain data and one sentence for people."""

from collections.abc import Mapping
from typing import ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop

MESSAGES: dict[str, str] = {
    "unreadable": gettext_noop("The boundary cannot be read. Give it as GeoJSON or WKT."),
    "wrong_type": gettext_noop("A boundary must be a polygon or several polygons, but this is “%(type)s”."),
    "empty": gettext_noop("The boundary is empty."),
    "bad_coordinates": gettext_noop(
        "The boundary holds something that is not a pair of numbers (longitude, latitude)."
    ),
    "too_many_vertices": gettext_noop(
        "The boundary has more than %(limit)s corner points. Simplify it and try again."
    ),
    "too_few_points": gettext_noop("A ring needs at least three different corner points."),
    "not_closed": gettext_noop("The boundary is not closed: its last point must equal its first."),
    "swapped": gettext_noop(
        "Longitude and latitude seem to be swapped near (%(x)s, %(y)s). Longitude comes first."
    ),
    "projected": gettext_noop(
        "The coordinates near (%(x)s, %(y)s) seem to be metres. Convert them to WGS84 degrees first."
    ),
    "out_of_range": gettext_noop("The point (%(x)s, %(y)s) is outside the range of longitude and latitude."),
    "self_crossing": gettext_noop("The boundary crosses or touches itself near (%(lon)s, %(lat)s)."),
    "hole_outside": gettext_noop("A hole lies outside the boundary near (%(lon)s, %(lat)s)."),
    "parts_overlap": gettext_noop("Two rings of the boundary overlap near (%(lon)s, %(lat)s)."),
    "zero_area": gettext_noop("The boundary encloses no area."),
    "bad_point": gettext_noop("This is not a longitude and a latitude."),
}


class GeometryError(CodedError):
    """A boundary or point was refused: `code` is a key of `MESSAGES`, `params` fill its text."""

    messages: ClassVar[Mapping[str, str]] = MESSAGES
