"""Tables from and for other people: CSV, XLSX and GeoJSON in; CSV and XLSX out.

    table = read_table(upload, [Column("code", ("代码", "code")), Column("name", ("名称", "name"))])
    for row in table:
        row.number, row.values["code"], row.errors

A file that is no table raises `TableError`; a bad cell becomes a `RowError` of its row and the rest stays.
"""

from weiwang.kernel.tables.columns import Column, Unknown
from weiwang.kernel.tables.errors import MESSAGES, CellError, RowError, TableError
from weiwang.kernel.tables.reading import Table, read_table
from weiwang.kernel.tables.rows import Limits, Row
from weiwang.kernel.tables.writing import safe_cell, write_csv, write_xlsx

__all__ = [
    "MESSAGES",
    "CellError",
    "Column",
    "Limits",
    "Row",
    "RowError",
    "Table",
    "TableError",
    "Unknown",
    "read_table",
    "safe_cell",
    "write_csv",
    "write_xlsx",
]
