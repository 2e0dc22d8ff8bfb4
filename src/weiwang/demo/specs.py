"""What the demo world is made of: plain values that say all a loader needs, and nothing of how it saves.

Codes show the position in the tree:

=============  ==================  ==============================================
unit           code                example
=============  ==================  ==============================================
sub-district   letters             ``QH``
community      + two digits        ``QH03`` (general grid: a community or village)
grid           + two digits        ``QH0305``
micro-grid     + dash, 3 digits    ``QH0305-012``
dedicated grid + ``-Z``, 2 digits  ``QH03-Z01`` (school, market, office park)
building       + dash, 2 digits    ``QH0305-012-03``
=============  ==================  ==============================================

Everything is fictional. Official codes start with 99, which no province has. Phone numbers are 100 and eight
digits: mobile numbers in China start with 13 to 19, so none of them can belong to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shapely import LineString, MultiPolygon, Point, Polygon

Scale = Literal["tiny", "street"]
Geometry = LineString | Polygon | MultiPolygon | Point


@dataclass(frozen=True, slots=True)
class Place:
    """The sub-district. `centre` is (lon, lat) in WGS84; `note` says in Chinese that it is fictional."""

    code: str
    name: str
    official_code: str
    centre: tuple[float, float]
    note: str


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """One unit of the tree. `boundary` is WGS84; neighbours share every vertex of their common border."""

    code: str
    level: str  # subdistrict | general_grid | grid | micro_grid | dedicated_grid
    kind: str  # subdistrict | community | village | grid | micro_grid | school | market | office_park
    name: str
    parent_code: str | None
    official_code: str | None
    boundary: Polygon | MultiPolygon
    households: int


@dataclass(frozen=True, slots=True)
class BuildingSpec:
    """One building. `unit_code` names its micro-grid or dedicated grid."""

    code: str
    unit_code: str
    address: str
    name: str
    kind: str  # tower | walk_up | courtyard | village_house | shop | school | market | office
    floors: int
    stairwells: int
    households: int
    lon: float
    lat: float
    footprint: Polygon | None


@dataclass(frozen=True, slots=True)
class MapFeatureSpec:
    """One thing of the base map, WGS84."""

    kind: str  # main_road | road | lane | river | water | railway | park | wall
    name: str
    geometry: Geometry


@dataclass(frozen=True, slots=True)
class PostSpec:
    """A post held: its kind (`policies/posts.yaml`), the unit it stands on, and its department if any."""

    kind: str
    unit_code: str
    department: str | None = None


@dataclass(frozen=True, slots=True)
class PersonSpec:
    username: str
    name: str
    phone: str
    posts: tuple[PostSpec, ...]


@dataclass(frozen=True, slots=True)
class PartyMemberSpec:
    name: str
    grid_code: str


@dataclass(frozen=True, slots=True)
class World:
    """A whole fictional sub-district. `units` come parents first; `departments` maps code to Chinese name.

    `sign_ins` are the usernames to show as demo sign-ins, with what each person is (Chinese, English).
    """

    scale: Scale
    seed: int
    place: Place
    units: tuple[UnitSpec, ...]
    buildings: tuple[BuildingSpec, ...]
    features: tuple[MapFeatureSpec, ...]
    departments: Mapping[str, str]
    people: tuple[PersonSpec, ...]
    party_members: tuple[PartyMemberSpec, ...]
    sign_ins: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def units_of(self, level: str) -> list[UnitSpec]:
        return [unit for unit in self.units if unit.level == level]
