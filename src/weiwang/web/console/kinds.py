"""The kinds of file that can be imported, from every domain, in the order a place is set up."""

from collections.abc import Mapping

from weiwang.cases.imports import CASES
from weiwang.cases.order_sheets import HOTLINE
from weiwang.ledger.imports import BUILDINGS
from weiwang.party.imports import MEMBERS
from weiwang.territory.imports import DIVISIONS, FEATURES, STAFF, UNITS, Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (DIVISIONS, UNITS, BUILDINGS, FEATURES, STAFF, MEMBERS, CASES, HOTLINE)
}
