"""Orders of a hotline: taken in once, due when they say, brought up to date, answered back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions.hotline import hand_back
from weiwang.cases.models import Case, Event, Order, OrderSource, Reporter
from weiwang.cases.order_sheets import HOTLINE
from weiwang.cases.orders import DEFAULT_ANSWERS, answer_orders, answer_rows, latest, sources
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import Step
from weiwang.kernel.tables import write_xlsx
from weiwang.territory.imports import Preview, Source, Task, apply, preview, sentence

ROWS = """编号,诉求标题,诉求内容,登记时间,要求办结时间,事发地址,分类,姓名,电话
CD1,路灯不亮,路灯坏了三天,2026-11-15 09:05,2026-11-16 12:00,梧桐路口,照明,李四,13800000001
CD2,占道,有人占道经营,2026-11-16 08:00,2027-01-05,梧桐路,投诉,,
"""
COLUMNS = {"number": ["编号"], "map": ["照明=D02"]}
NOON = datetime(2026, 11, 16, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def task(town: Town, data: str = ROWS, *, hours: int = 0, **options: Sequence[str]) -> Task:
    at = town.at + timedelta(hours=hours)
    return Task(Source(data.encode(), "orders.csv"), at, town.place, {"source": ["12345"], **options})


def take(town: Town, data: str = ROWS, *, hours: int = 0) -> Preview:
    return apply(
        HOTLINE, task(town, data, hours=hours, number=COLUMNS["number"], map=COLUMNS["map"]), by=SYSTEM
    )


def test_orders_become_cases_and_their_limit_counts_where_it_ends_first(town: Town) -> None:
    assert take(town).new == 2
    lamp, stall = (Case.objects.get(source_ref=f"12345:{number}") for number in ("CD1", "CD2"))
    assert (lamp.channel, lamp.category, lamp.match) == ("hotline", "D02", "words")
    assert lamp.due_at == lamp.promised_at == lamp.outer_due_at == NOON
    assert stall.outer_due_at is not None
    assert stall.due_at is not None
    assert stall.due_at < stall.outer_due_at
    assert Reporter.objects.get(case=lamp).phone == "13800000001"
    assert lamp.contact_due_at == town.at + timedelta(days=1)
    assert stall.contact_due_at is None


def test_the_limit_of_the_hotline_goes_with_the_case_from_step_to_step(town: Town) -> None:
    take(town)
    lamp = Case.objects.get(source_ref="12345:CD1")
    town.step(lamp, Step.REGISTER, "dispatcher")
    lamp = town.step(lamp, Step.DISPATCH, "dispatcher", target_post=town.posts["city"].pk)
    assert lamp.due_at == NOON


def test_the_columns_of_a_source_are_remembered(town: Town) -> None:
    take(town)
    source = OrderSource.objects.get()
    assert (source.columns, source.categories) == ({"number": "编号"}, {"照明": "D02"})
    more = ROWS.splitlines()[0] + "\nCD3,,树倒了,,,,照明,,\n"
    seen = preview(HOTLINE, task(town, more))
    assert (seen.new, seen.errors, seen.warnings) == (1, (), ())


def test_a_known_number_is_brought_up_to_date_and_not_doubled(town: Town) -> None:
    take(town)
    assert take(town).unchanged == 2
    pressed = ROWS.replace("路灯坏了三天", "路灯坏了四天，催办").replace(
        "2026-11-16 12:00", "2026-11-16 18:00"
    )
    done = take(town, pressed, hours=1)
    assert (done.new, done.changed, done.unchanged) == (0, 1, 1)
    lamp = Case.objects.get(source_ref="12345:CD1")
    assert lamp.outer_due_at == NOON + timedelta(hours=6)
    assert Order.objects.get(case=lamp).pressed == 1
    news = Event.objects.get(case=lamp, step="order_changed")
    assert not news.public
    assert "四天" in str(news.note)
    assert take(town, pressed, hours=2).unchanged == 2
    assert all(isinstance(found, Case) for found in verify_histories())


def test_news_of_a_finished_case_move_nothing(town: Town) -> None:
    take(town)
    case = Case.objects.get(source_ref="12345:CD1")
    town.step(case, Step.REJECT, "dispatcher", "不属本街道。")
    take(town, ROWS.replace("三天", "五天"))
    case.refresh_from_db()
    assert (case.state, case.due_at, Order.objects.get(case=case).pressed) == ("rejected", None, 1)


def test_wrong_rows_are_named_and_nothing_personal_is_shown(town: Town) -> None:
    bad = (
        ROWS.splitlines()[0]
        + "\n,,没有编号,,,,,,\nA,,,,,,,,\nB,,x,前天,,,,,\nC,,y,,后天,,,机密人,12\nD,,z,,,,,,\nD,,z,,,,,,\n"
    )
    seen = preview(HOTLINE, task(town, bad, number=COLUMNS["number"], map=COLUMNS["map"]))
    assert [(error.row, error.code) for error in seen.errors] == [
        (2, "hotline.no_number"), (3, "case.no_words"), (4, "import.date"), (5, "contact.phone"),
        (5, "import.date"), (7, "import.twice"),
    ]  # fmt: skip
    shown = repr(seen.sample) + "".join(sentence(error, str) for error in seen.errors)
    assert "机密人" not in shown
    assert not Case.objects.exists()


def test_a_workbook_is_read_like_a_table(town: Town) -> None:
    header, *rows = (line.split(",") for line in ROWS.splitlines())
    book = BytesIO()
    write_xlsx(book, header, rows)
    job = Task(Source(book.getvalue(), "orders.xlsx"), town.at, town.place, COLUMNS)
    assert apply(HOTLINE, job, by=SYSTEM).new == 2


def test_answers_go_back_once_in_the_columns_of_the_source(town: Town) -> None:
    take(town)
    case = Case.objects.get(source_ref="12345:CD1")
    town.step(case, Step.REJECT, "dispatcher", "不属本街道，请联系市路灯所。", at=town.at)
    source = OrderSource.objects.get()
    ready = answer_orders(source_id=source.pk, place=town.place, everything=False)
    (row,) = answer_rows(ready, DEFAULT_ANSWERS)
    assert row[0] == "CD1"
    assert row[2] == "已办结"
    assert row[4:6] == ["2026-11-16 10:00", "不属本街道，请联系市路灯所。"]
    ids = [order.pk for order in ready]
    assert hand_back(source_id=source.pk, place=town.place, order_ids=ids, by=SYSTEM, at=town.at) == 1
    assert answer_orders(source_id=source.pk, place=town.place, everything=False) == []
    assert len(answer_orders(source_id=source.pk, place=town.place, everything=True)) == 2
    (seen,) = sources([town.place], at=town.at + timedelta(days=40))
    assert (seen.open, seen.late, seen.ready) == (1, 1, 0)
    assert [line.number for line in latest([town.place])] == ["CD2", "CD1"]
