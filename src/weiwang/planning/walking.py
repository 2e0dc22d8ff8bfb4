"""Who is next to whom on foot: walking links between the buildings of each community, from where they stand.

Neighbours are Delaunay edges over each compound and over each community, and the three nearest of each
building; at most 250 m inside a compound and 350 m elsewhere. Over a river or railway there is no link,
unless within 70 m of a crossing (then `road`); over a main road it is `road`; in or out of a compound it is
`wall`, as long as the way through the nearest pair of gates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.planning import spatial
from weiwang.planning.instance import KINDS, Bytes, Floats, Ints, Links

INSIDE_M, OUTSIDE_M, CROSSING_M = 250.0, 350.0, 70.0
NEAREST = 3
_SPREAD_M = 0.05  # buildings on one spot or in one line are moved by so much before they are triangulated
_BATCH = 20_000

Pairs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Land:
    """What people meet on the way, in metres.

    `water`: rivers (lines or areas) and railways. `crossings`: points where those can be crossed on foot.
    `gates`: (x, y) of the gates of a compound, by its place in the list of compounds.
    """

    roads: Sequence[BaseGeometry] = ()
    water: Sequence[BaseGeometry] = ()
    crossings: Sequence[tuple[float, float]] = ()
    gates: Mapping[int, Sequence[tuple[float, float]]] = field(default_factory=dict)


def walking_links(x: Floats, y: Floats, community: Ints, compound: Ints, land: Land) -> Links:
    """Links between buildings that stand at (x, y); `compound` -1 stands for none. Ends in rising order."""
    at = np.column_stack([x, y]).astype(np.float64)
    pairs = neighbours(at, community, compound)
    straight = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
    same = compound[pairs[:, 0]] == compound[pairs[:, 1]]
    inside = same & (compound[pairs[:, 0]] >= 0)
    near = straight <= np.where(inside, INSIDE_M, OUTSIDE_M)
    pairs, straight, same = pairs[near], straight[near], same[near]
    ways = _lines(np.stack([at[pairs[:, 0]], at[pairs[:, 1]]], axis=1))
    cut, over = _water_met(ways, land)
    over |= _met(ways, land.roads)
    kind = np.where(over, KINDS["road"], np.where(same, KINDS["open"], KINDS["wall"]))
    pairs, straight, same, kind = pairs[~cut], straight[~cut], same[~cut], kind[~cut]
    length = np.where(same, straight, _by_gates(at, pairs, compound, land.gates, straight, ~same))
    return Links(
        pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32), np.maximum(length, 1.0), _bytes(kind)
    )


def _bytes(kind: npt.NDArray[np.int64]) -> Bytes:
    return kind.astype(np.uint8)


def neighbours(at: Floats, community: Ints, compound: Ints) -> Pairs:
    """Pairs of buildings of one community that may be linked, (lower, higher), each once, of any length."""
    found = [np.empty((0, 2), np.int64)]
    for members in _grouped(community):
        found.append(_triangles(at, members))
        found.append(_nearest(at, members))
    both = community.astype(np.int64) * (int(compound.max(initial=-1)) + 2) + compound
    found += [_triangles(at, m) for m in _grouped(both) if compound[m[0]] >= 0]
    pairs = np.sort(np.vstack(found), axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    return np.unique(pairs, axis=0)


def _grouped(label: npt.NDArray[np.signedinteger]) -> Iterator[npt.NDArray[np.int64]]:
    order = np.argsort(label, kind="stable").astype(np.int64)
    if len(order):
        yield from np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def _triangles(at: Floats, members: npt.NDArray[np.int64]) -> Pairs:
    """Edges of the Delaunay triangles; all pairs of three or fewer."""
    if len(members) <= 3:
        one, other = np.triu_indices(len(members), 1)
        return np.column_stack([members[one], members[other]])
    spread = np.random.default_rng(0).normal(0, _SPREAD_M, (len(members), 2))
    corners = spatial.triangles(at[members] + spread)
    edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    return np.asarray(members[edges])


def _nearest(at: Floats, members: npt.NDArray[np.int64]) -> Pairs:
    if len(members) <= NEAREST + 1:
        return np.empty((0, 2), np.int64)
    _, near = spatial.kd_tree(at[members]).query(at[members], k=NEAREST + 1)
    return np.vstack([np.column_stack([members, members[near[:, i]]]) for i in range(1, NEAREST + 1)])


Shapes = npt.NDArray[np.object_]


def _lines(ends: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _segments(lines: Sequence[BaseGeometry]) -> Shapes:
    """The straight pieces of lines and of the edges of areas: a river with many bends is searched fast."""
    rings = [shapely.boundary(line) if shapely.get_dimensions(line) == 2 else line for line in lines]
    found = []
    for part in shapely.get_parts(np.array(rings, dtype=object)):
        corners = shapely.get_coordinates(part)
        found.append(_lines(np.stack([corners[:-1], corners[1:]], axis=1)))
    return np.concatenate(found) if found else np.empty(0, object)


def _crossed(ways: Shapes, lines: Sequence[BaseGeometry]) -> tuple[Ints, Shapes]:
    """Places of the ways that meet a line, and the pieces they meet, pair by pair."""
    pieces = _segments(lines)
    if not len(pieces) or not len(ways):
        return np.empty(0, np.int32), np.empty(0, object)
    way, piece = shapely.STRtree(pieces).query(ways, predicate="intersects")
    return way.astype(np.int32), pieces[piece]


def _met(ways: Shapes, lines: Sequence[BaseGeometry]) -> Flags:
    found = np.zeros(len(ways), bool)
    found[_crossed(ways, lines)[0]] = True
    return found


def _water_met(ways: Shapes, land: Land) -> tuple[Flags, Flags]:
    """Ways that water or rails cut off, and ways that lead over them at a crossing."""
    cut, met = np.zeros(len(ways), bool), np.zeros(len(ways), bool)
    way, pieces = _crossed(ways, land.water)
    if not len(way):
        return cut, met
    met[way] = True
    spots = shapely.get_coordinates(shapely.centroid(shapely.intersection(ways[way], pieces)))
    if len(land.crossings):
        away, _ = spatial.kd_tree(np.array(land.crossings, np.float64)).query(spots)
        cut[way[away > CROSSING_M]] = True
    else:
        cut[way] = True
    return cut, met & ~cut


def _doors(compounds: int, gates: Mapping[int, Sequence[tuple[float, float]]]) -> Floats:
    """Gates of each compound as one table, blank (NaN) where it has fewer than the most."""
    most = max((len(g) for g in gates.values()), default=0)
    table = np.full((compounds + 1, max(most, 1), 2), np.nan)
    for compound, found in gates.items():
        if found:
            table[compound, : len(found)] = found
    return table


def _by_gates(
    at: Floats,
    pairs: Pairs,
    compound: Ints,
    gates: Mapping[int, Sequence[tuple[float, float]]],
    straight: Floats,
    wanted: Flags,
) -> Floats:
    """Metres from door to door through the nearest pair of gates; straight where neither side has one."""
    table = _doors(1 + max(int(compound.max(initial=-1)), max(gates, default=-1)), gates)
    length = straight.copy()
    rows = np.flatnonzero(wanted)
    for batch in np.split(rows, range(_BATCH, len(rows), _BATCH)):
        stops = []
        for end in (pairs[batch, 0], pairs[batch, 1]):
            doors = table[compound[end]].copy()
            none = np.isnan(doors[:, 0, 0])
            doors[none, 0] = at[end[none]]
            stops.append((doors, np.hypot(*np.moveaxis(doors - at[end][:, None], 2, 0))))
        (one, from_one), (other, from_other) = stops
        between = np.hypot(*np.moveaxis(one[:, :, None] - other[:, None], 3, 0))
        ways = between + from_one[:, :, None] + from_other[:, None, :]
        length[batch] = np.nanmin(ways, axis=(1, 2)) if len(batch) else length[batch]
    return length
