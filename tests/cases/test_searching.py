"""What the worklist finds, page by page, is what reading every case one after another finds."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.builders import Town

from weiwang.cases import facets, permissions, queries
from weiwang.cases.models import Case
from weiwang.cases.queries import Filters
from weiwang.cases.rules import FINAL, State
from weiwang.kernel.ids import new_id
from weiwang.kernel.text import bigrams

ENDED = ("closed", "void", "followed_up", "rejected")
RUNNING = ("registered", "dispatched", "handling", "reported")
PARTS = ("路灯不亮", "学府巷17号", "小区门口", "楼道积水", "充电桩", "车棚", "3栋2单元")
WORDS = ("路灯", "车", "学府巷17号", "17号", "3栋", "楼道 路灯", "充电桩 3栋", "小区门口", "灯不", "没有的词")
WHO = ("dispatcher", "community", "gridhead", "leader", "city")
COPY = """
INSERT INTO cases_case ({columns}) SELECT {values} FROM cases_case c WHERE c.id = %(of)s
"""


def many(town: Town, number: int = 90) -> None:
    """Cases of every kind: copies of one, each with its own words, place, state, people and moment."""
    first, dice = town.report("小区门口的路灯不亮。"), Random(7)
    units = [unit for code, unit in town.units.items() if "-" in code]
    columns = [str(field.column) for field in Case._meta.concrete_fields]
    for count in range(number):
        ended, unit = dice.random() < 0.7, dice.choice(units)
        owner = town.posts[dice.choice(("city", "community", "gridhead", "leader"))].pk
        text = "，".join(dice.sample(PARTS, dice.randrange(1, 4)))
        own: dict[str, Any] = {
            "id": str(new_id()), "number": f"QH2512-{count:05}-X", "text": text, "unit_id": unit.pk,
            "unit_path": unit.path, "state": dice.choice(ENDED if ended else RUNNING),
            "owner_post_id": None if ended else owner, "handler_post_id": owner if ended else None,
            "category": dice.choice(("A01", "A02", "D02")), "channel": dice.choice(("portal", "desk")),
            "helper_posts": [town.posts["leader2"].pk] if dice.random() < 0.05 else None,
            "department_id": town.departments["city_management"].pk if dice.random() < 0.3 else None,
            "restricted": dice.random() < 0.1,
            # several share a moment, so that pages are cut between equal ones
            "reported_at": town.at - timedelta(hours=dice.randrange(0, 40)),
        }  # fmt: skip
        given = {name: f"%({name})s" for name in own} | {"search": "to_tsvector('simple', %(pairs)s)"}
        given |= dict.fromkeys(("due_at", "clock_at"), "NULL") if ended else {}
        values = ", ".join(given.get(column, f"c.{column}") for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                COPY.format(columns=", ".join(columns), values=values),
                own | {"of": first.pk, "pairs": bigrams(text)},
            )


def one_by_one(town: Town, username: str, filters: Filters) -> list[UUID]:
    """The plain way: every case is read, and looked at."""
    officer = town.officer(username)
    rows = [
        case
        for case in Case.objects.select_related("department")
        if permissions.may_see(officer, case) and passes(case, filters)
    ]
    return [case.pk for case in sorted(rows, key=lambda case: (case.reported_at, case.pk), reverse=True)]


def passes(case: Case, f: Filters) -> bool:
    views: Mapping[str, bool] = {"all": True, "closed": State(case.state) in FINAL}
    day = timezone.localdate(case.reported_at)
    with_post = case.owner_post_id == f.post or (
        State(case.state) in FINAL and case.handler_post_id == f.post
    )
    return all((
        views[f.view], not f.state or case.state == f.state, case.category.startswith(f.category),
        not f.channel or case.channel == f.channel, case.unit_path.startswith(f.under),
        not f.department or (case.department is not None and case.department.code == f.department),
        f.post is None or with_post, f.since is None or day >= f.since, f.until is None or day <= f.until,
        all(word in case.text.replace("，", "|") for word in f.words.split()),
    ))  # fmt: skip


def paged(town: Town, username: str, filters: Filters, at: datetime) -> Iterator[UUID]:
    officer, cursor = town.officer(username), ""
    while True:
        page = queries.worklist(
            permissions.visible_to(officer), filters=filters, posts=[h.post_id for h in officer.holdings],
            at=at, cursor=cursor, limit=9,
        )  # fmt: skip
        yield from (row.id for row in page.rows)
        cursor = page.next
        if not cursor:
            return


def drawn(town: Town, number: int) -> Iterator[tuple[str, Filters]]:
    dice, units = Random(23), list(town.units.values())
    choices: Mapping[str, Callable[[], Any]] = {
        "state": lambda: dice.choice((*ENDED, *RUNNING)),
        "category": lambda: dice.choice(("A", "A01", "D02")),
        "channel": lambda: dice.choice(("portal", "desk", "phone")), "under": lambda: dice.choice(units).path,
        "department": lambda: "city_management", "words": lambda: dice.choice(WORDS),
        "post": lambda: town.posts[dice.choice(("city", "leader"))].pk,
        "since": lambda: date(2026, 11, dice.randrange(15, 17)),
        "until": lambda: date(2026, 11, dice.randrange(15, 17)),
    }  # fmt: skip
    for count in range(number):
        asked = dice.sample(sorted(choices), dice.randrange(1, 4))
        view = dice.choice(("all", "all", "closed"))
        yield WHO[count % len(WHO)], Filters(view=view, **{name: choices[name]() for name in asked})


@pytest.mark.parametrize("latest", [0, 12, queries.LATEST])
def test_every_page_is_what_reading_all_cases_gives(
    town: Town, at: datetime, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    many(town)
    monkeypatch.setattr(queries, "LATEST", latest)
    found = 0
    for who, filters in drawn(town, 40):
        expected = one_by_one(town, who, filters)
        assert list(paged(town, who, filters, at)) == expected, (who, filters)
        found += len(expected)
    assert found > 100


def test_what_is_rare_is_gathered_by_words_and_facets_in_one_index(town: Town) -> None:
    filters = Filters(view="all", words="学府巷17号", category="A01", state="closed", under="/1/")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = queries._gathered(Case.objects.all(), filters, town.officer("community").holdings).explain()
    assert "cases_case_search" in plan
    asked = plan.partition("Index Cond")[2]
    assert all(operator in asked for operator in ("@@", "@>", "&&")), plan


@pytest.mark.parametrize(("words", "statements"), [("没有的词", 2), ("，", 1)])
def test_few_statements_are_asked_when_nothing_is_found(
    town: Town, at: datetime, monkeypatch: pytest.MonkeyPatch, words: str, statements: int
) -> None:
    many(town, 20)
    monkeypatch.setattr(queries, "LATEST", 5)
    visible = permissions.visible_to(town.officer("dispatcher"))
    with CaptureQueriesContext(connection) as asked:
        page = queries.worklist(visible, filters=Filters(view="all", words=words), posts=[], at=at)
    assert (page.rows, len(asked)) == ([], statements)


def test_somebody_over_a_whole_sub_district_is_not_looked_for_by_unit(town: Town) -> None:
    assert facets.seen_through(town.officer("dispatcher").holdings) == []
    codes = facets.seen_through(town.officer("community").holdings)
    post = town.posts["community"].pk
    assert set(codes) == {f"p{post}", str(post), f"u{town.units['QH01'].pk}"}


@pytest.mark.parametrize("latest", [0, 12, queries.LATEST])
def test_words_ask_the_same_number_of_statements_whether_nothing_few_or_much_is_found(
    town: Town, at: datetime, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    many(town, 40)
    monkeypatch.setattr(queries, "LATEST", latest)
    visible, asked = permissions.visible_to(town.officer("dispatcher")), set()
    for words in (*WORDS, "没有的词"):
        for limit in (1, 3, 9):
            with CaptureQueriesContext(connection) as seen:
                queries.worklist(
                    visible, filters=Filters(view="all", words=words), posts=[], at=at, limit=limit
                )
            asked.add(len(seen))
    assert asked == {2}
