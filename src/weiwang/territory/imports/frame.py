"""What every import has in common: findings row by row, a preview, and one transaction that does it all."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, TypeVar

from django.db import connection
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.rules import DEPLOYMENT, Actor
from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.tables import Column, Limits, Row, RowError, Table, TableError, Unknown, read_table

SAMPLE_ROWS = 12
IMPORT_LOCK = 7266
LIMITS = Limits(cell=2_000_000)  # a cell may hold a boundary as WKT
Value = TypeVar("Value")


class ImportFaultError(CodedError):
    """What an import finds wrong, or remarkable, in a row."""

    messages: ClassVar[Mapping[str, str]] = {
        "import.level": gettext_noop(
            "This is not a level. Use subdistrict, general_grid, grid, micro_grid or dedicated_grid."
        ),
        "import.whole_number": gettext_noop("A whole number from 0 to %(limit)s is needed here."),
        "import.official_code": gettext_noop("An official code has 12 digits."),
        "import.official_code_form": gettext_noop("An official code has 9 or 12 digits."),
        "import.code_form": gettext_noop("A code has 1 to 30 letters, digits and dashes."),
        "import.twice": gettext_noop("This is the same as row %(row)s."),
        "import.parent_needed": gettext_noop("Say which unit this %(level)s stands under."),
        "import.other_unit": gettext_noop(
            "There is already a unit with the code %(code)s, of another level or under another unit."
        ),
        "import.outside_parent": gettext_noop("%(code)s reaches %(area)s m² beyond %(parent)s."),
        "import.unusual_size": gettext_noop(
            "%(households)s households are unusual for a %(level)s; %(low)s to %(high)s are usual."
        ),
        "import.no_boundary": gettext_noop("No boundary is given, so no point will be found in this unit."),
        "import.date": gettext_noop("This is not a date. Write it like 2026-11-23."),
        "import.future": gettext_noop("This lies in the future."),
        "import.no_place": gettext_noop("There is no sub-district yet. Import the divisions first."),
        "import.no_rows_for": gettext_noop("No row belongs to %(code)s."),
        "import.no_subdistrict": gettext_noop("The sub-district of this row is not in the file."),
        "import.place_code": gettext_noop("A sub-district's own code has 1 to 4 capital letters."),
        "import.feature_kind": gettext_noop(
            "This kind is not known. Use main_road, road, river, water, railway, park or wall."
        ),
        "import.feature_shape": gettext_noop("A line or an area is needed here."),
        "import.building_where": gettext_noop("Say where the building is: its unit or its position."),
        "import.building_outside": gettext_noop("The building lies outside every unit with a boundary."),
        "import.phone": gettext_noop("This does not look like a telephone number."),
        "import.other_name": gettext_noop("Row %(row)s gives another name for the same user name."),
        "import.post_needed": gettext_noop("A unit, a department or dates make sense only with a post."),
        "import.unmapped": gettext_noop(
            "%(count)s rows have a category that is not known; they become “other”: %(values)s"
        ),
        "import.map_form": gettext_noop("Write a mapping as VALUE=CODE, such as 环境保护=A01."),
    }


class Status(StrEnum):
    """What happens to a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came."""

    data: bytes
    name: str = ""

    @property
    def digest(self) -> str:
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Task:
    """One import: for which sub-district (None: the file creates it), from what, when, with which choices."""

    source: Source
    at: datetime
    place: int | None = None
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def option(self, name: str) -> str:
        return next(iter(self.options.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Sample:
    """One of the first rows that would be written; `cells` never hold texts of people."""

    row: int
    status: Status
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the file would do. With errors nothing is done; warnings stand in no way."""

    kind: str
    name: str
    digest: str
    new: int
    changed: int
    unchanged: int
    left_out: int
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]
    sample: tuple[Sample, ...]
    columns: Mapping[str, str]
    """Header of the file for each of our columns that was found."""
    ignored: tuple[str, ...]
    """Headers nobody asked for."""

    @property
    def writes(self) -> int:
        return self.new + self.changed


class ImportRefusedError(Exception):
    """Nothing was imported; `preview.errors` say why."""

    def __init__(self, seen: Preview) -> None:
        super().__init__(seen.kind, len(seen.errors))
        self.preview = seen


Do = Callable[[Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Write:
    """One row to be written, in the order of `rank`."""

    row: int
    do: Do
    rank: int = 0


class Findings:
    """Collected while a file is compared with what is there."""

    def __init__(self, columns: Mapping[str, str] | None = None, ignored: Sequence[str] = ()) -> None:
        self.columns = dict(columns or {})
        self.ignored = tuple(ignored)
        self.errors: list[RowError] = []
        self.warnings: list[RowError] = []
        self.writes: list[Write] = []
        self.sample: list[Sample] = []
        self.counts = dict.fromkeys(Status, 0)
        self.left_out = 0

    def refuse(self, row: Row, column: str, error: CodedError) -> None:
        self.errors.append(row.problem(column, error))

    def warn(self, row: Row, column: str, error: CodedError) -> None:
        self.warnings.append(row.problem(column, error))

    def attempt(self, row: Row, column: str, read: Callable[[], Value]) -> Value | None:
        """The value, or None after noting what is wrong with the cell."""
        try:
            return read()
        except CodedError as error:
            self.refuse(row, column, error)
            return None

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows whose cells can be read; the errors of the others are noted."""
        for row in table:
            self.errors.extend(row.errors)
            if not row.errors:
                yield row

    def count(
        self, row: int, status: Status, do: Do | None = None, *, rank: int = 0, **cells: object
    ) -> None:
        """Note what happens to a row, and how."""
        self.counts[status] += 1
        if do is not None:
            self.writes.append(Write(row, do, rank))
        if status is not Status.UNCHANGED and len(self.sample) < SAMPLE_ROWS:
            shown = {name: str(value) for name, value in cells.items() if value is not None}
            self.sample.append(Sample(row, status, shown))

    def preview(self, kind: str, source: Source) -> Preview:
        return Preview(
            kind, source.name, source.digest, self.counts[Status.NEW], self.counts[Status.CHANGED],
            self.counts[Status.UNCHANGED], self.left_out, _in_order(self.errors), _in_order(self.warnings),
            tuple(self.sample), self.columns, self.ignored,
        )  # fmt: skip


def _in_order(errors: Sequence[RowError]) -> tuple[RowError, ...]:
    return tuple(sorted(errors, key=lambda error: error.row))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `power` is what an officer needs to import it; `columns` are what it may hold."""

    name: str
    title: str
    columns: tuple[Column, ...]
    power: str
    build: Callable[[Task], Findings]
    needs_place: bool = True


def open_table(task: Task, columns: Sequence[Column]) -> tuple[Table, Findings]:
    """The file as a table whose header fits. Raises `TableError`."""
    table = read_table(
        task.source.data, columns, name=task.source.name, unknown=Unknown.IGNORE, limits=LIMITS
    )
    found = {name: table.header.written[name] for name in table.header.positions}
    return table, Findings(found, table.header.ignored)


def preview(kind: Kind, task: Task) -> Preview:
    """What the file would do; nothing is written. A file that is no table gives one error for row 0."""
    return _examine(kind, task).preview(kind.name, task.source)


def _examine(kind: Kind, task: Task) -> Findings:
    try:
        return kind.build(task) if task.place or not kind.needs_place else _no_place()
    except (TableError, ImportFaultError) as error:
        found = Findings()
        found.errors.append(RowError.about(0, "", error))
        return found


def _no_place() -> Findings:
    raise ImportFaultError("import.no_place")


def apply(kind: Kind, task: Task, *, by: Actor, submission: str | None = None) -> Preview:
    """Do what the preview says, all or nothing, and record it with counts and the digest of the file.

    Raises `ImportRefusedError` if a row is wrong, `AlreadyDoneError` for the same submission.
    """
    place = task.place or DEPLOYMENT
    with recorded(f"import.{kind.name}", by=by, at=task.at, place=place, submission=submission) as draft:
        _one_at_a_time(place)
        found = _examine(kind, task)
        if not found.errors:
            _write(found, by, task.at)
        done = found.preview(kind.name, task.source)
        if done.errors:
            raise ImportRefusedError(done)
        draft.concerns(
            "import", done.digest, kind=kind.name, file=task.source.name[:80], new=done.new,
            changed=done.changed, unchanged=done.unchanged, left_out=done.left_out,
        )  # fmt: skip
    return done


def _one_at_a_time(place: int) -> None:
    """Two imports of one sub-district wait for each other: the second sees what the first has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, place])


def _write(found: Findings, by: Actor, at: datetime) -> None:
    for write in sorted(found.writes, key=lambda write: write.rank):
        try:
            write.do(by, at)
        except CodedError as error:
            found.errors.append(RowError.about(write.row, "", error))
            return


def sentence(error: RowError, translate: Callable[[str], str]) -> str:
    """`row N, column C: sentence` through `translate`; words among the parameters are translated too."""
    params = {k: translate(v) if isinstance(v, str) and v else v for k, v in error.params.items()}
    told = replace(error, params=params)
    return told.text(translate) if error.row else translate(error.msgid) % params


# ---------------------------------------------------------------- cells

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,29}", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?|(\d{4})(\d{2})(\d{2})")


def read_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ImportFaultError("import.code_form")
    return text


def read_official_code(text: str) -> str:
    if text and not (len(text) == 12 and text.isdecimal() and text.isascii()):
        raise ImportFaultError("import.official_code")
    return text


def read_count(text: str, limit: int = 100_000) -> int | None:
    """A whole number, or None for an empty cell."""
    if not text:
        return None
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= limit:
        raise ImportFaultError("import.whole_number", limit=limit)
    return number


def read_day(text: str) -> date | None:
    """A date as people write it, or None for an empty cell."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    if found is None:
        raise ImportFaultError("import.date")
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        raise ImportFaultError("import.date") from None


def midnight(day: date) -> datetime:
    """The moment a day begins here."""
    return timezone.make_aware(datetime.combine(day, time()))
