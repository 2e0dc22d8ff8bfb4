"""Nearest neighbours, triangles and trees by SciPy, loaded at the first call.

SciPy takes 20 MB of a process; web workers and the background worker that draw no plan do without.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.spatial import KDTree

Ints = npt.NDArray[np.int32]


def kd_tree(at: npt.ArrayLike) -> "KDTree":
    """A tree that finds the nearest of `at` (n x 2, metres)."""
    from scipy.spatial import KDTree  # noqa: PLC0415 -- see above

    return KDTree(at)


def triangles(at: npt.ArrayLike) -> Ints:
    """Corners (m x 3) of the Delaunay triangles over `at` (n x 2, metres, n >= 4)."""
    from scipy.spatial import Delaunay  # noqa: PLC0415 -- see above

    return np.asarray(Delaunay(at).simplices, np.int32)


def graph(a: Ints, b: Ints, weight: npt.NDArray[np.float64], n: int) -> "csr_array":
    """The weighted graph of `n` nodes with edges from `a` to `b`."""
    from scipy.sparse import csr_array  # noqa: PLC0415 -- see above

    found: csr_array = csr_array((weight, (a, b)), shape=(n, n))
    return found


def components(a: Ints, b: Ints, n: int) -> tuple[int, Ints]:
    """How many parts `n` nodes fall into, and the part of each."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 -- see above

    count, part = connected_components(graph(a, b, np.ones(len(a)), n), directed=False)
    return int(count), np.asarray(part, np.int32)


def spanning_tree(whole: "csr_array") -> "csr_array":
    """The least spanning tree of each part, both directions."""
    from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415 -- see above

    tree = minimum_spanning_tree(whole)
    both: csr_array = tree + tree.T
    return both


def outwards(tree: "csr_array") -> tuple[Ints, Ints]:
    """Nodes in the order of a walk outwards from the first, and the one each was reached from."""
    from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415 -- see above

    order, above = breadth_first_order(tree, 0, directed=False)
    return np.asarray(order, np.int32), np.asarray(above, np.int32)
