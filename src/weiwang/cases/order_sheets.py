"""Sheets of a hotline: columns are remembered for each source; a known number is brought up to date.

    source=[12345]  number=[工单编号]  text=[诉求内容]  due=[办理时限]  map=[路灯问题=D02]

What is not named is looked for under what the source remembers, then under the usual headings. Names,
telephone numbers and texts never appear in a preview, a message or a log.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from weiwang.audit.rules import Actor
from weiwang.cases.actions.hotline import OrderRow, change_order, keep_source, take_order
from weiwang.cases.actions.report import TEXT_LIMIT, UNSORTED, Contact
from weiwang.cases.imports import ADDRESS_LIMIT, known_category, listed, read_due, read_mapping, read_time
from weiwang.cases.models import OrderSource
from weiwang.cases.orders import DEFAULT_ANSWERS, known_orders, source_coded
from weiwang.cases.rules import CaseError, read_phone
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.tables import Column, Row, RowError
from weiwang.kernel.text import clean_text
from weiwang.territory.imports.frame import Findings, ImportFaultError, Kind, Status, Task, Write, open_table

FIELDS: Mapping[str, tuple[str, ...]] = {
    "number": ("工单编号 (number)", "number", "工单编号", "工单号", "工单编码", "受理编号"),
    "text": ("诉求内容 (text)", "text", "诉求内容", "工单内容", "问题描述", "反映内容", "内容"),
    "title": ("工单标题 (title)", "title", "工单标题", "诉求标题", "标题"),
    "time": ("受理时间 (time)", "time", "受理时间", "登记时间", "来电时间", "时间"),
    "due": ("办理时限 (due)", "due", "办理时限", "截止时间", "要求办结时间", "到期时间"),
    "place": ("事发地址 (place)", "place", "事发地址", "诉求地址", "地址", "地点"),
    "category": ("诉求类别 (category)", "category", "诉求类别", "问题分类", "分类", "类别"),
    "caller": ("来电人 (caller)", "caller", "来电人", "诉求人", "联系人", "姓名"),
    "phone": ("来电号码 (phone)", "phone", "来电号码", "联系电话", "联系方式", "电话"),
}
NEEDED = frozenset({"number", "text"})
NUMBER_LIMIT = 60
DEFAULT_CODE, DEFAULT_NAME = "12345", "12345 热线"
COLUMNS = tuple(Column(name, aliases, required=name in NEEDED) for name, aliases in FIELDS.items())


def build(task: Task) -> Findings:
    code, place = task.option("source") or DEFAULT_CODE, task.place or 0
    source = source_coded(place=place, code=code)
    remembered = source.columns if source else {}
    given = {name: task.option(name) for name in FIELDS if task.option(name)}
    categories = {**(source.categories if source else {}), **read_mapping(task.options.get("map", ()))}
    columns = columns_for({**remembered, **given})
    table, found = open_table(task, columns)
    unmapped: Counter[str] = Counter()
    rows = [
        (row, order)
        for row in found.rows(table)
        if (order := _read(found, row, task.at, categories, unmapped)) is not None
    ]
    _compare(found, rows, source, place, code)
    _remember(found, source, place, code, {**remembered, **given}, categories)
    if unmapped:
        error = ImportFaultError("import.unmapped", count=unmapped.total(), values=listed(unmapped))
        found.warnings.append(RowError.about(0, "", error))
    return found


def columns_for(chosen: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns to look for: one that was chosen counts alone, and for nothing else."""
    taken = set(chosen.values())
    return tuple(
        Column(
            name,
            (chosen[name],) if chosen.get(name) else tuple(a for a in aliases if a not in taken),
            required=name in NEEDED,
        )
        for name, aliases in FIELDS.items()
    )


def _read(
    found: Findings, row: Row, at: datetime, categories: Mapping[str, str], unmapped: Counter[str]
) -> OrderRow | None:
    before, values = len(found.errors), row.values
    words = "\n".join(dict.fromkeys(filter(None, (values.get("title", ""), values["text"]))))
    text = found.attempt(row, "text", lambda: clean_text(words, TEXT_LIMIT))
    number = found.attempt(row, "number", lambda: clean_text(values["number"], NUMBER_LIMIT))
    time = found.attempt(row, "time", lambda: read_time(values.get("time", ""), at))
    address = found.attempt(row, "place", lambda: clean_text(values.get("place", ""), ADDRESS_LIMIT))
    phone = found.attempt(row, "phone", lambda: read_phone(values.get("phone", "")))
    caller = found.attempt(row, "caller", lambda: clean_text(values.get("caller", ""), 60))
    due = found.attempt(row, "due", lambda: read_due(values.get("due", "")))
    if not text or not number:
        _refuse_empty(found, row, "text" if not text else "number", before)
    if len(found.errors) > before or not text or not number or time is None:
        return None
    written = values.get("category", "")
    category = categories.get(written) or (known_category(written) if written else UNSORTED)
    if category is None:
        unmapped[written] += 1
    contact = Contact(caller or "", phone or "", "", "zh-hans")
    return OrderRow(number, text, time, due, address or "", category or UNSORTED, contact)


def _refuse_empty(found: Findings, row: Row, column: str, before: int) -> None:
    if len(found.errors) == before:
        found.refuse(row, column, CaseError("case.no_words" if column == "text" else "hotline.no_number"))


def _compare(
    found: Findings, rows: Sequence[tuple[Row, OrderRow]], source: OrderSource | None, place: int, code: str
) -> None:
    known = known_orders(source_id=source.pk, among=(order.number for _, order in rows)) if source else {}
    seen: dict[str, int] = {}
    for row, order in rows:
        if order.number in seen:
            found.refuse(row, "number", ImportFaultError("import.twice", row=seen[order.number]))
            continue
        seen[order.number] = row.number
        there = known.get(order.number)
        shown = {
            "number": order.number, "time": f"{order.received_at:%Y-%m-%d}", "category": order.category,
            "due": f"{order.due_at:%Y-%m-%d %H:%M}" if order.due_at else "",
        }  # fmt: skip
        if there is None:
            found.count(row.number, Status.NEW, _take(order, place, code), rank=1, **shown)
        elif there.fingerprint != order.fingerprint:
            found.count(row.number, Status.CHANGED, _change(order, there.case_id), rank=1, **shown)
        else:
            found.count(row.number, Status.UNCHANGED)


def _take(order: OrderRow, place: int, code: str) -> Callable[[Actor, datetime], object]:
    def do(by: Actor, at: datetime) -> object:
        source = source_coded(place=place, code=code)
        if source is None:
            raise CaseError("hotline.no_source", code=code)
        return take_order(place=place, source_id=source.pk, row=order, by=by, at=at)

    return do


def _change(order: OrderRow, case_id: object) -> Callable[[Actor, datetime], object]:
    return lambda by, at: change_order(order_id=case_id, row=order, by=by, at=at)  # type: ignore[arg-type]  # a UUID


def _remember(
    found: Findings, source: OrderSource | None, place: int, code: str, columns: Mapping[str, str],
    categories: Mapping[str, str],
) -> None:  # fmt: skip
    """Keep what was said about the columns, and the source itself when it is new: before the first order."""
    if source is not None and source.columns == columns and source.categories == categories:
        return
    name = source.name if source else (DEFAULT_NAME if code == DEFAULT_CODE else code)
    answers = source.answers if source and source.answers else DEFAULT_ANSWERS

    def do(by: Actor, at: datetime) -> object:
        return keep_source(
            place=place, code=code, name=name, columns=columns, categories=categories, answers=answers, by=by,
            at=at,
        )  # fmt: skip

    found.writes.append(Write(0, do, rank=0))


HOTLINE = Kind("hotline", gettext_noop("Orders of a hotline (12345)"), COLUMNS, "hotline.keep", build)
