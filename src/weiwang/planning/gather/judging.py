"""What a careful colleague would ask about the map before anybody plans on it."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely

from weiwang.planning import spatial
from weiwang.planning.gather.areas import Area
from weiwang.planning.gather.cutting import COMMUNITY
from weiwang.planning.gather.houses import House
from weiwang.planning.gather.lines import Lines
from weiwang.planning.gather.notes import Notes
from weiwang.planning.instance import Links

_OVERLAP, _WORTH_SAYING = 0.3, 30


def judge_footprints(houses: Sequence[House], file: str, notes: Notes) -> None:
    """Name buildings whose outline lies for a good part on that of another."""
    drawn = [house for house in houses if house.shape is not None]
    shapes = np.array([house.shape for house in drawn], dtype=object)
    if not len(shapes):
        return
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    least = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    said: set[int] = set()
    for i in np.flatnonzero(shared > _OVERLAP * least).tolist():
        first, second = drawn[int(one[i])], drawn[int(other[i])]
        if second.row not in said:
            notes.add("overlap", file, second.row, f"= {first.row}")
        said.add(second.row)


def judge_communities(
    houses: Sequence[House],
    homes: Sequence[int],
    communities: Sequence[Area],
    links: Links,
    lines: Lines,
    notes: Notes,
) -> None:
    """Name communities that are far too large, and those that fall apart on foot."""
    held = np.array([house.households for house in houses])
    totals = np.bincount(homes, held, len(communities)).astype(int).tolist()
    for community, total in zip(communities, totals, strict=True):
        if total > COMMUNITY.high:
            notes.add("large_community", community=community.name, households=total)
    n = len(houses)
    count, part = spatial.components(links.a, links.b, n)
    sizes = np.bincount(part, held, count).astype(int)
    home_of = np.zeros(count, int)
    home_of[part] = homes
    parts = defaultdict(list)
    for i in np.flatnonzero(sizes >= _WORTH_SAYING).tolist():
        parts[int(home_of[i])].append(i)
    for home, mine in sorted(parts.items()):
        if len(mine) > 1:
            mine.sort(key=lambda i: -sizes[i])
            barrier = _between(houses, part, mine, lines)
            said = "、".join(str(sizes[i]) for i in mine[:6]) + ("……" if len(mine) > 6 else "")
            name = communities[home].name
            notes.add("split", community=name, parts=len(mine), sizes=said, barrier=barrier)


def _between(houses: Sequence[House], part: np.ndarray, mine: Sequence[int], lines: Lines) -> str:
    """What lies between the two largest parts."""
    middles = []
    for i in mine[:2]:
        members = np.flatnonzero(part == i).tolist()
        middles.append((np.median([houses[v].x for v in members]), np.median([houses[v].y for v in members])))
    way = shapely.LineString(middles)
    if any(shapely.intersects(lines.of("river"), way)):
        return "河道 (water)"
    if any(shapely.intersects(lines.of("railway"), way)):
        return "铁路 (a railway)"
    return "空地 (open ground)"
