"""The chart of a community: nothing overlaps, everything is on the sheet."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from weiwang.bodies.layout import Bar, Box, Column, Plan, fitted, lanes, plan, text_width, wrapped

GROUPS = ["owners_committee", "property_company", "villager_group"]


@st.composite
def communities(draw: st.DrawFn) -> tuple[list[Column], list[Bar]]:
    sizes = draw(st.lists(st.integers(0, 30), max_size=12))
    columns = [Column(n, range(1000 * n + 1, 1000 * n + size + 1)) for n, size in enumerate(sizes)]
    some = st.frozensets(st.integers(0, max(len(sizes) - 1, 0)), max_size=4 if sizes else 0)
    bars = draw(st.lists(st.tuples(st.sampled_from(GROUPS), some), max_size=15))
    ordered = sorted(enumerate(bars), key=lambda row: row[1][0])
    return columns, [Bar(key, group, over) for key, (group, over) in ordered]


def boxes(drawn: Plan) -> list[Box]:
    leaves = [box for column in drawn.columns for box in column.leaves.values()]
    heads = [column.head for column in drawn.columns]
    return [drawn.head, *heads, *leaves, *(bar.box for bar in drawn.bars), *drawn.labels.values()]


@given(communities())
def test_no_two_boxes_overlap_and_all_are_on_the_sheet(community: tuple[list[Column], list[Bar]]) -> None:
    drawn = plan(*community)
    everything = boxes(drawn)
    assert [pair for pair in combinations(everything, 2) if pair[0].overlaps(pair[1])] == []
    assert all(box.width > 0 and box.height > 0 and box.x >= 0 and box.y >= 0 for box in everything)
    assert all(box.right <= drawn.width and box.bottom <= drawn.height for box in everything)


@given(communities())
def test_everything_given_is_drawn_once_and_in_its_column(community: tuple[list[Column], list[Bar]]) -> None:
    columns, bars = community
    drawn = plan(columns, bars)
    assert [column.key for column in drawn.columns] == [column.key for column in columns]
    for column, placed in zip(columns, drawn.columns, strict=True):
        assert list(placed.leaves) == list(column.leaves)
        assert all(placed.band.x <= b.x and b.right <= placed.band.right for b in placed.leaves.values())
    assert sorted(bar.key for bar in drawn.bars) == sorted(bar.key for bar in bars if bar.columns)


@given(communities())
def test_a_bar_covers_the_columns_of_its_scope_and_no_other(
    community: tuple[list[Column], list[Bar]],
) -> None:
    drawn, known = plan(*community), {bar.key: bar for bar in community[1]}
    for bar in drawn.bars:
        covered = {
            number
            for number, column in enumerate(drawn.columns)
            if any(part.overlaps(Box(column.head.x, part.y, column.head.width, 1)) for part in bar.parts)
        }
        assert covered == known[bar.key].columns


@given(st.lists(st.frozensets(st.integers(0, 9), min_size=1), max_size=20))
def test_bars_of_one_row_never_meet(scopes: list[frozenset[int]]) -> None:
    rows = lanes(Bar(key, "a", over) for key, over in enumerate(scopes))
    assert sum(len(row) for row in rows) == len(scopes)
    for row in rows:
        assert all(max(a.columns) < min(b.columns) for a, b in pairwise(row))


def test_the_largest_community_fits_a_landscape_sheet() -> None:
    columns = [Column(n, range(100 * n, 100 * n + 9)) for n in range(7)]
    bars = [Bar(n, GROUPS[n % 3], frozenset({n % 7})) for n in range(14)]
    drawn = plan(columns, sorted(bars, key=lambda bar: bar.group))
    assert 1.2 < drawn.width / drawn.height < 2.2


@given(st.text(), st.integers(20, 300), st.integers(8, 20))
def test_words_stay_inside_their_box(text: str, width: int, size: int) -> None:
    assert text_width(fitted(text, width, size), size) <= max(width, text_width("…", size))
    lines = wrapped(text, width, size, 2)
    assert len(lines) <= 2
    assert all(text_width(line, size) <= max(width, 2 * size) for line in lines)


def test_lines_break_at_spaces_where_there_are_some() -> None:
    assert wrapped("courtyard governance committee", 120, 12, 2) == ["courtyard", "governance commit…"]
    assert wrapped("院落（小区）治理委员会", 96, 12, 2) == ["院落（小区）治理", "委员会"]
