from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from weiwang.planning.tree import Branch, Way, cut_tree, span

LOW, HIGH = 4, 9


def price(held: int, node: int) -> float:
    return (held - 6) ** 2 + (1000.0 * (1 + LOW - held) if held < LOW else 0.0)


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Branch], list[int]]:
    n = draw(st.integers(1, 8))
    weights = draw(st.lists(st.integers(0, 6), min_size=n, max_size=n))
    small = st.integers(0, 9)
    branches = [Branch(0)] + [
        Branch(i, draw(st.integers(0, i - 1)), draw(small) / 2, draw(small), draw(small)) for i in range(1, n)
    ]
    return branches, weights


def total(branches: list[Branch], weights: list[int], part: list[int]) -> float:
    """What a cut costs, added up from the definition; infinite when a part is too large."""
    below = [weights[b.node] for b in branches]
    cost = 0.0
    for i in range(len(branches) - 1, -1, -1):
        b = branches[i]
        if b.parent < 0 or part[b.parent] != part[i]:
            cost += price(below[i], b.node) + (b.cut if b.parent >= 0 else 0.0)
            cost += float("inf") if below[i] > HIGH else 0.0
        else:
            cost += below[i] * b.walk + b.cross
            below[b.parent] += below[i]
    return cost


@given(trees())
def test_no_cut_of_a_tree_is_cheaper_than_the_one_found(tree: tuple[list[Branch], list[int]]) -> None:
    branches, weights = tree
    best = float("inf")
    for kept in product((False, True), repeat=len(branches) - 1):
        part = [0] * len(branches)
        for i in range(1, len(branches)):
            part[i] = part[branches[i].parent] if kept[i - 1] else i
        best = min(best, total(branches, weights, part))
    found = cut_tree(branches, weights, price, HIGH)
    assert abs(total(branches, weights, found) - best) < 1e-9


def test_a_spanning_forest_takes_the_easiest_links_and_leaves_out_what_is_apart() -> None:
    ways = {0: [Way(1, 5.0, 1.0), Way(2, 1.0, 1.0)], 1: [Way(2, 2.0, 7.0)], 2: [Way(1, 2.0, 7.0)], 3: []}
    branches = span(range(4), lambda v: ways[v], lambda: 1.0)
    assert [(b.node, b.parent, b.walk) for b in branches] == [
        (0, -1, 0.0),
        (2, 0, 1.0),
        (1, 1, 7.0),
        (3, -1, 0.0),
    ]
