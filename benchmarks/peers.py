"""Our plans beside those of libraries: `python -m benchmarks.peers [FOLDER ...] [--write]`.

Same buildings, cuts, links and judge (`benchmarks.scoring`). Each library gets what it can use: per
walkable part first grids (as many as keep 400 households each), inside them micro-grids (65 each). Needs the
packages of `requirements/bench.in`; one that is missing is named. Without a folder a drawn town is taken.
"""

import argparse
import importlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from tests.planning.places import town

from benchmarks.scoring import Judge, Score
from weiwang.planning import engine, instance
from weiwang.planning.atoms import PieceLinks, link_pieces

HEAD = (
    "| | m/household | avoidable | exceptions | micro in range % | grid in range % | roads crossed | CPU s |"
)
RESULTS = Path(__file__).parent / "results" / "planning.md"
BARRIER = np.array(
    [30.0, 330.0, 630.0, 1.0]
)  # metres added to an open link, a wall, a main road; same building


@dataclass(slots=True)
class Part:
    """Pieces that hang together: households, metres, links as (a, b, weight), heavier when nearer."""

    pieces: list[int]
    weight: list[int]
    at: np.ndarray
    edges: list[tuple[int, int, float]]

    def sub(self, members: Sequence[int]) -> "Part":
        seat = {v: i for i, v in enumerate(members)}
        edges = [(seat[a], seat[b], w) for a, b, w in self.edges if a in seat and b in seat]
        return Part(
            [self.pieces[v] for v in members], [self.weight[v] for v in members], self.at[members], edges
        )

    def near(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.pieces]
        for a, b, _ in self.edges:
            found[a].append(b)
            found[b].append(a)
        return found


Split = Callable[[Part, int, int, int], Sequence[int]]
"""A label for each piece of a part that shall fall into k groups of low..high households."""


def metis(part: Part, k: int, low: int, high: int) -> Sequence[int]:
    pymetis = importlib.import_module("pymetis")
    near: list[list[tuple[int, int]]] = [[] for _ in part.pieces]
    for a, b, weight in part.edges:
        scaled = max(1, round(weight * 1000))
        near[a].append((b, scaled))
        near[b].append((a, scaled))
    start = np.cumsum([0, *map(len, near)]).tolist()
    flat = [link for links in near for link in links]
    return list(
        pymetis.part_graph(
            k, xadj=start, adjncy=[b for b, _ in flat], eweights=[w for _, w in flat],
            vweights=[max(1, w) for w in part.weight], recursive=True,
        )[1]
    )  # fmt: skip


def k_means(part: Part, k: int, low: int, high: int) -> Sequence[int]:
    """Counts points: a piece becomes as many as it has thirteenths of a group, and goes with most of them."""
    method = importlib.import_module("k_means_constrained").KMeansConstrained
    unit = (low + high) / 26
    times = [max(1, round(weight / unit)) for weight in part.weight]
    n = sum(times)
    least, most = min(int(low / unit), n // k), max(int(high / unit), -(-n // k))
    owner = np.repeat(np.arange(len(times)), times)
    points = part.at[owner]
    found = np.asarray(method(k, size_min=least, size_max=most, random_state=0, n_init=3).fit_predict(points))
    return [int(np.bincount(found[owner == v]).argmax()) for v in range(len(times))]


def spopt(part: Part, k: int, low: int, high: int) -> Sequence[int]:
    """Keeps groups connected, knows no sizes; gives up where one of its groups becomes empty."""
    graph, region = importlib.import_module("libpysal.weights"), importlib.import_module("spopt.region")
    w = graph.W(dict(enumerate(part.near())), silence_warnings=True)
    np.random.seed(0)  # noqa: NPY002 -- the library draws from the old generator
    model = region.RegionKMeansHeuristic(part.at, k, w)
    model.solve()
    return list(model.labels_)


def gerrychain(part: Part, k: int, low: int, high: int) -> Sequence[int]:
    chain, tree = importlib.import_module("gerrychain"), importlib.import_module("gerrychain.tree")
    nx = importlib.import_module("networkx")
    graph = nx.Graph()
    graph.add_nodes_from((i, {"w": weight}) for i, weight in enumerate(part.weight))
    graph.add_edges_from((a, b) for a, b, _ in part.edges)
    random.seed(0)
    target = sum(part.weight) / k
    loose = min(0.99, max((high - target) / target, 0.1))
    label = tree.recursive_tree_part(
        chain.Graph.from_networkx(graph), range(k), target, "w", loose,
        method=lambda *a, **kw: tree.bipartition_tree(*a, **{**kw, "max_attempts": 2000}),
    )  # fmt: skip
    return [label[i] for i in range(len(part.pieces))]


PEERS: dict[str, tuple[str, Split]] = {
    "METIS recursive (pymetis)": ("pymetis", metis),
    "k-means-constrained": ("k_means_constrained", k_means),
    "spopt RegionKMeans": ("spopt", spopt),
    "gerrychain recursive_tree_part": ("gerrychain", gerrychain),
}


def parts(made: engine.Plan, links: PieceLinks) -> Iterator[Part]:
    """The walkable parts of the map, in pieces."""
    tail = np.repeat(np.arange(len(made.pieces.building)), np.diff(links.start))
    near = 1000.0 / (links.length + BARRIER[links.kind])
    keep = tail < links.to
    b = made.pieces.building
    xy = np.column_stack([made.instance.buildings.x[b], made.instance.buildings.y[b]])
    edges = list(zip(tail[keep].tolist(), links.to[keep].tolist(), near[keep].tolist(), strict=True))
    whole = Part(list(range(len(b))), made.pieces.households.tolist(), xy, edges)
    ways, left = whole.near(), set(range(len(b)))
    while left:
        members = [left.pop()]
        for v in members:
            more = left.intersection(ways[v])
            left -= more
            members += more
        yield whole.sub(sorted(members))


def by_peer(made: engine.Plan, split: Split) -> tuple[engine.Plan, int]:
    """The plan a library makes of the same pieces, and how often it gave up (its part then stays whole)."""
    limits = made.instance.limits
    micro, grid = np.zeros_like(made.micro), np.zeros_like(made.grid)
    micros, grids, failed = 0, 0, 0
    for part in parts(made, link_pieces(made.instance, made.pieces)):
        labels, gave_up = _try(split, part, limits.grid.target, limits.grid.low, limits.grid.high)
        failed += gave_up
        for g in sorted(set(labels)):
            inner = part.sub([i for i, label in enumerate(labels) if label == g])
            grid[inner.pieces] = grids
            small, gave_up = _try(split, inner, limits.micro.target, limits.micro.low, limits.micro.high)
            failed += gave_up
            seat = {m: micros + i for i, m in enumerate(sorted(set(small)))}
            micro[inner.pieces] = [seat[m] for m in small]
            grids, micros = grids + 1, micros + len(seat)
    names = ([f"M{i}" for i in range(micros)], [f"G{i}" for i in range(grids)])
    return replace(made, micro=micro, grid=grid, micro_ids=names[0], grid_ids=names[1], exceptions=[]), failed


def _try(split: Split, part: Part, target: float, low: int, high: int) -> tuple[Sequence[int], bool]:
    k = min(max(1, round(sum(part.weight) / target)), len(part.pieces))
    if k == 1:
        return [0] * len(part.pieces), False
    try:
        return split(part, k, low, high), False
    except Exception:  # noqa: BLE001 -- whatever a library says when it cannot
        return [0] * len(part.pieces), True


def rows(place: instance.Instance) -> Iterator[str]:
    """A line of the table for us and for each library."""
    before = time.process_time()
    made = engine.plan(place)
    yield _row("Weiwang", Judge(made).score(), time.process_time() - before, 0)
    for name, (module, split) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            yield f"| {name} | not installed | | | | | | |"
            continue
        before = time.process_time()
        plan, failed = by_peer(made, split)
        used = time.process_time() - before
        yield _row(name, Judge(plan).score(), used, failed)


def _row(name: str, score: Score, cpu: float, failed: int) -> str:
    gave_up = f" (gave up {failed} times)" if failed else ""
    return (
        f"| {name}{gave_up} | {score.cost:.1f} | {score.avoidable} | {score.exceptions} | "
        f"{100 * score.micro_in_range:.1f} | {100 * score.grid_in_range:.1f} | {score.roads} | {cpu:.1f} |"
    )


def main() -> None:
    """Print the tables, and keep them with `--write`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--write", action="store_true", help=f"into {RESULTS.name}")
    args = parser.parse_args()
    places: list[tuple[str, Any]] = [(folder.name, instance.read(folder)) for folder in args.folders]
    lines = [f"# Plans beside other libraries\n\n{datetime.now(UTC):%Y-%m-%d}, `python -m benchmarks.peers`."]
    for name, place in places or [("a drawn town", town(1, blocks=6))]:
        lines += [
            f"\n## {name}: {len(place.buildings.ids):,} buildings, {place.households:,} households\n",
            HEAD,
            "|---|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for line in rows(place):
            lines.append(line)
            print(line, flush=True)
    if args.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
