"""Cases from another system: messages with time, place in words and category.

Which column is which is said with options, since every system has its own headers:

    text=[标题, 内容]  time=[时间]  place=[区, 河流]  category=[性质]  number=[编号]  map=[环境保护=A01]

Several columns of one kind are joined. A row is found again by its number (with `source` before it, if the
numbers of several systems meet), else by a fingerprint of what it says, so nothing is imported twice. Texts
never appear in a preview, a message or a log.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from weiwang.audit.rules import Actor
from weiwang.cases.actions import Whereabouts, report_case
from weiwang.cases.actions.report import TEXT_LIMIT, UNSORTED
from weiwang.cases.queries import categories, source_refs
from weiwang.cases.rules import CaseError
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.geo import Point, read_point
from weiwang.kernel.tables import Column, Row, RowError
from weiwang.kernel.text import clean_text
from weiwang.territory.imports.frame import Findings, ImportFaultError, Kind, Status, Task, open_table

CHANNEL = "import"
ADDRESS_LIMIT = 160
FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("标题 (title)", "title", "主题", "留言主题"),
    "text": ("内容 (text)", "text", "留言详情", "诉求内容", "问题描述", "description"),
    "time": ("时间 (time)", "time", "留言时间", "上报时间", "reported_at"),
    "place": ("地点 (place)", "place", "地址", "address"),
    "category": ("类别 (category)", "category", "一级标签", "分类"),
    "number": ("编号 (number)", "number", "留言编号", "工单编号"),
    "lon": ("经度 (lon)", "lon", "lng", "longitude"),
    "lat": ("纬度 (lat)", "lat", "latitude"),
}
JOINED = ("text", "place")
DEFAULT = tuple(Column(name, aliases, required=name == "text") for name, aliases in FIELDS.items())
_TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?"
)
_LISTED, _SHORT = 12, 16


@dataclass(frozen=True, slots=True)
class Message:
    """One row, read."""

    ref: str
    text: str
    address: str
    spot: Point | None
    reported_at: datetime
    category: str


def build(task: Task) -> Findings:
    columns = columns_for(task.options)
    table, found = open_table(task, columns)
    mapping = read_mapping(task.options.get("map", ()))
    unmapped: Counter[str] = Counter()
    rows: list[tuple[Row, Message]] = []
    for row in found.rows(table):
        message = _read(found, row, columns, task, mapping, unmapped)
        if message is not None:
            rows.append((row, message))
    _compare(found, rows, task.place or 0)
    if unmapped:
        error = ImportFaultError("import.unmapped", count=unmapped.total(), values=listed(unmapped))
        found.warnings.append(RowError.about(0, "", error))
    return found


def columns_for(options: Mapping[str, Sequence[str]]) -> tuple[Column, ...]:
    """The columns to look for: those named by the options, else the usual headers.

    A column of its own for every header of a joined field: `text`, `text.1`, ...
    """
    columns: list[Column] = []
    named = {header for field in FIELDS for header in options.get(field, ())}
    for field, aliases in FIELDS.items():
        given = options.get(field, ())
        usual = tuple(alias for alias in aliases if alias not in named)
        if not given and not (field == "title" and "text" in options):
            columns.append(Column(field, usual, required=field == "text"))
        many = given if field in JOINED else given[:1]
        columns += [Column(f"{field}.{n}" if n else field, (header,)) for n, header in enumerate(many)]
    return tuple(columns)


def _joined(row: Row, field: str, columns: Iterable[Column], by: str) -> str:
    names = [column.name for column in columns if column.name == field or column.name.startswith(f"{field}.")]
    return by.join(filter(None, (row.values[name] for name in names)))


def _read(
    found: Findings, row: Row, columns: Sequence[Column], task: Task, mapping: Mapping[str, str],
    unmapped: Counter[str],
) -> Message | None:  # fmt: skip
    before = len(found.errors)
    values = row.values
    words = "\n".join(filter(None, (values.get("title", ""), _joined(row, "text", columns, "\n"))))
    text = found.attempt(row, "text", lambda: _text(words))
    address = found.attempt(
        row, "place", lambda: clean_text(_joined(row, "place", columns, " "), ADDRESS_LIMIT)
    )
    time = found.attempt(row, "time", lambda: read_time(values.get("time", ""), task.at))
    spot = found.attempt(row, "lon", lambda: _spot(values))
    if len(found.errors) > before or text is None or time is None:
        return None
    written = values.get("category", "")
    category = mapping.get(written) or known_category(written)
    if category is None:
        unmapped[written] += 1
    ref = _reference(task.option("source"), values.get("number", ""), text, values.get("time", ""))
    return Message(ref, text, address or "", spot, time, category or UNSORTED)


def _text(words: str) -> str:
    text = clean_text(words, TEXT_LIMIT)
    if not text:
        raise CaseError("case.no_words")
    return text


def read_time(text: str, at: datetime) -> datetime:
    """A moment in local time as people and Excel write it; `at` for an empty cell."""
    if not text:
        return at
    moment = _moment(text)
    if moment > at:
        raise ImportFaultError("import.future")
    return moment


def read_due(text: str) -> datetime | None:
    """The moment a limit ends; a day without a time means its last minute. None for an empty cell."""
    if not text:
        return None
    moment = _moment(text)
    return moment if ":" in text else moment.replace(hour=23, minute=59)


def _moment(text: str) -> datetime:
    parts = _TIME.fullmatch(text.strip())
    if parts is None:
        raise ImportFaultError("import.date")
    try:
        return timezone.make_aware(datetime(*(int(part or 0) for part in parts.groups())))  # type: ignore[arg-type] # noqa: DTZ001 -- made aware here
    except ValueError:
        raise ImportFaultError("import.date") from None


def _spot(values: Mapping[str, str]) -> Point | None:
    lon, lat = values.get("lon", ""), values.get("lat", "")
    return read_point(lon, lat) if lon or lat else None


def _reference(source: str, number: str, text: str, time: str) -> str:
    own = number or "#" + sha256(f"{time}\x1f{text}".encode()).hexdigest()[:24]
    return f"{source}:{own}"[:80] if source else own[:80]


# ---------------------------------------------------------------- categories


def read_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """`VALUE=CODE` pairs. Raises `ImportFaultError` for another form or a code that is not in the table."""
    found: dict[str, str] = {}
    for pair in pairs:
        value, sign, code = pair.rpartition("=")
        if not sign or not value or code.strip() not in categories():
            raise ImportFaultError("import.map_form")
        found[value.strip()] = code.strip()
    return found


def known_category(written: str) -> str | None:
    """The code of a category written as code, slug or name."""
    for code, category in categories().items():
        if written in {code, category.slug, category.zh, category.en}:
            return code
    return None


def listed(unmapped: Counter[str]) -> str:
    """The values with their counts; long ones are no categories and are not shown."""
    short = [(value or "-", count) for value, count in unmapped.most_common() if len(value) <= _SHORT]
    listed = ", ".join(f"{value} ({count})" for value, count in short[:_LISTED])
    return listed + (" …" if len(unmapped) > min(len(short), _LISTED) else "")


# ---------------------------------------------------------------- comparing


def _compare(found: Findings, rows: Sequence[tuple[Row, Message]], place: int) -> None:
    known = source_refs(place=place, among=(message.ref for _, message in rows))
    seen: dict[str, int] = {}
    for row, message in rows:
        if message.ref in seen:
            found.refuse(row, "number", ImportFaultError("import.twice", row=seen[message.ref]))
            continue
        seen[message.ref] = row.number
        if message.ref in known:
            found.count(row.number, Status.UNCHANGED)
            continue
        day = f"{message.reported_at:%Y-%m-%d}"
        do = _report(message, place)
        found.count(row.number, Status.NEW, do, number=message.ref, time=day, category=message.category)


def _report(message: Message, place: int) -> Callable[[Actor, datetime], object]:
    spot = message.spot
    where = Whereabouts(spot.lon if spot else None, spot.lat if spot else None, address=message.address)
    return lambda by, at: report_case(
        place=place, text=message.text, where=where, by=by, at=at, channel=CHANNEL, accept_outside=True,
        category=message.category, source_ref=message.ref, reported_at=message.reported_at,
    )  # fmt: skip


CASES = Kind("cases", gettext_noop("Cases from another system"), DEFAULT, "import.run", build)
