"""What can be wrong with a table, a row or a cell: codes, plain data, and one English sentence each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from weiwang.kernel.faults import CodedError, gettext_noop

MESSAGES: dict[str, str] = {
    # the file
    "too_large": gettext_noop("The file is larger than %(limit)s MB. Split it and try again."),
    "empty_file": gettext_noop("The file is empty."),
    "not_xlsx": gettext_noop("This is not an Excel workbook (.xlsx). Open it in Excel and save it as .xlsx."),
    "old_excel": gettext_noop(
        "This Excel file is in the old format or has a password. Save it as .xlsx without a password."
    ),
    "damaged": gettext_noop("The workbook is damaged or unusual. Open it in Excel and save it again."),
    "unpacks_too_large": gettext_noop("The workbook is far larger inside than it looks, and was not opened."),
    "encoding": gettext_noop("The text cannot be read. Save the file as “CSV UTF-8” or as .xlsx."),
    "broken_quotes": gettext_noop(
        "The quotation marks around row %(row)s do not match, or a cell has no end."
    ),
    "broken_json": gettext_noop("This is not a valid GeoJSON file."),
    "no_features": gettext_noop("The GeoJSON file must be a FeatureCollection with features."),
    # its columns and rows
    "missing_columns": gettext_noop("These columns are missing: %(columns)s."),
    "unknown_columns": gettext_noop("These columns are not known: %(columns)s. Remove or rename them."),
    "duplicate_column": gettext_noop("The columns “%(first)s” and “%(second)s” mean the same. Keep one."),
    "too_many_columns": gettext_noop("The table has more than %(limit)s columns."),
    "too_many_rows": gettext_noop("The table has more than %(limit)s rows. Split it and try again."),
    "too_many_cells": gettext_noop("The table stretches too far. Delete stray cells far from the others."),
    "no_rows": gettext_noop("The table has a header but no rows."),
    # one row
    "long_row": gettext_noop("The row has more cells than the header."),
    "missing_value": gettext_noop("A value is needed here."),
    "long_cell": gettext_noop("The text is longer than %(limit)s characters."),
    "control_character": gettext_noop("The text holds an invisible character that is not allowed."),
    "nested_value": gettext_noop("Only a single value may stand here."),
    "long_number": gettext_noop(
        "A number this long loses its last digits in Excel. Format the column as text and enter it again."
    ),
    "bad_feature": gettext_noop("This is not a GeoJSON feature."),
    # writing
    "sheet_full": gettext_noop("The list is too long for one sheet. Choose CSV or narrow it down."),
    "text_too_long_for_sheet": gettext_noop("A text is too long for an Excel cell. Choose CSV."),
    # where an error stands
    "at_cell": gettext_noop("Row %(row)s, column “%(column)s”: %(problem)s"),
    "at_row": gettext_noop("Row %(row)s: %(problem)s"),
}


class TableError(CodedError):
    """A whole table was refused, or could not be written."""

    messages: ClassVar[Mapping[str, str]] = MESSAGES


class CellError(CodedError):
    """One cell was refused. The reader turns it into a `RowError`."""

    messages: ClassVar[Mapping[str, str]] = MESSAGES


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong where.

    `row` counts as the file does, from 1 with the header. `column` is the header as written, or empty when
    the whole row is meant. `params` never hold the value of the cell: it may be personal.
    """

    row: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=lambda: MESSAGES, repr=False, compare=False)

    @classmethod
    def about(cls, row: int, column: str, error: CodedError) -> Self:
        """Return the error of a cell for any coded refusal, such as that of a boundary."""
        return cls(row, column, error.code, error.params, error.messages)

    @property
    def msgid(self) -> str:
        return self.messages[self.code]

    def text(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence with its place, through `translate` (such as gettext)."""
        place = MESSAGES["at_cell" if self.column else "at_row"]
        problem = translate(self.msgid) % self.params
        return translate(place) % {"row": self.row, "column": self.column, "problem": problem}
