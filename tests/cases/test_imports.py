"""Importing the cases of another system."""

from collections.abc import Sequence

from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.cases.imports import CASES
from weiwang.cases.models import Case
from weiwang.territory.imports import Source, Task, apply, preview, sentence

ROWS = """工单号,标题,内容,时间,所在,性质
A1,路灯,路灯坏了三天,2026/11/2 9:05:00,梧桐路口,照明
A2,,有人占道经营,2026-11-03,,投诉
"""
COLUMNS = {
    "title": ["标题"], "text": ["内容"], "time": ["时间"], "place": ["所在"], "category": ["性质"],
    "number": ["工单号"], "map": ["照明=D02"],
}  # fmt: skip


def task(town: Town, data: str = ROWS, **options: Sequence[str]) -> Task:
    return Task(Source(data.encode(), "old.csv"), town.at, town.place, {**COLUMNS, **options})


def test_messages_become_reported_cases_with_an_owner_and_todays_clock(town: Town) -> None:
    done = apply(CASES, task(town), by=SYSTEM)
    assert (done.new, done.changed) == (2, 0)
    lamp = Case.objects.get(source_ref="A1")
    assert (lamp.channel, lamp.category, lamp.match, lamp.title) == ("import", "D02", "words", "路灯")
    assert lamp.reported_at.isoformat() == "2026-11-02T01:05:00+00:00"
    assert lamp.due_at is not None
    assert lamp.due_at > town.at
    assert lamp.owner_post_id is not None
    assert Case.objects.get(source_ref="A2").category == "Z99"
    assert Entry.objects.get(action="import.cases").data["new"] == 2


def test_the_same_file_twice_makes_no_doubles_even_without_numbers(town: Town) -> None:
    apply(CASES, task(town), by=SYSTEM)
    assert apply(CASES, task(town), by=SYSTEM).unchanged == 2
    bare = {name: given for name, given in COLUMNS.items() if name != "number"}
    job = Task(Source(ROWS.encode(), "old.csv"), town.at, town.place, bare)
    assert apply(CASES, job, by=SYSTEM).new == 2
    assert apply(CASES, job, by=SYSTEM).unchanged == 2
    assert apply(CASES, task(town, source=["other"]), by=SYSTEM).new == 2


def test_texts_never_show_in_a_preview_or_an_error(town: Town) -> None:
    bad = ROWS.replace("2026-11-03", "前天").replace("有人占道经营", "机密" * 3000)
    seen = preview(CASES, task(town, bad))
    assert [(error.row, error.code) for error in seen.errors] == [(3, "text.too_long"), (3, "import.date")]
    shown = repr(seen.sample) + "".join(sentence(error, str) for error in (*seen.errors, *seen.warnings))
    assert "路灯坏了" not in shown
    assert "机密" not in shown


def test_rows_without_words_from_the_future_or_twice_are_refused(town: Town) -> None:
    rows = "工单号,标题,内容,时间,所在,性质\nA1,,,2026-11-02,,\nA2,,树倒了,2027-01-01,,\nA3,,a,,,\nA3,,b,,,\n"
    seen = preview(CASES, task(town, rows))
    assert [(error.row, error.code) for error in seen.errors] == [
        (2, "case.no_words"), (3, "import.future"), (5, "import.twice"),
    ]  # fmt: skip


def test_unknown_categories_are_counted_and_wrong_mappings_refused(town: Town) -> None:
    seen = preview(CASES, task(town))
    assert [(w.code, w.params["count"]) for w in seen.warnings] == [("import.unmapped", 1)]
    wrong = preview(CASES, task(town, map=["照明=Q77"]))
    assert [error.code for error in wrong.errors] == ["import.map_form"]


def test_a_point_outside_is_kept_for_the_whole_sub_district(town: Town) -> None:
    rows = "内容,经度,纬度\n井盖松了,105.0,31.0\n"
    job = Task(Source(rows.encode(), "x.csv"), town.at, town.place)
    apply(CASES, job, by=SYSTEM)
    assert Case.objects.get().match == "outside"
