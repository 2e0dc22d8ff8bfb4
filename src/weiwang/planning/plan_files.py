"""A plan as two CSV files: `plan.csv`, a line a piece; `exceptions.csv`, a line a broken rule."""

import csv
from pathlib import Path

from weiwang.planning.engine import Plan
from weiwang.planning.instance import InstanceError
from weiwang.planning.previous import PlanRow

HEAD = ("building_id", "unit_no", "floor_from", "floor_to", "micro_id", "grid_id")
EXCEPTION_HEAD = ("level", "group_id", "code", "note", "note_en")


def write(plan: Plan, out: Path | str) -> None:
    """Write both files into the folder, which is made if need be. The same plan gives the same bytes."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "plan.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(
            (r.building, r[1] or "", r[2] or "", r[3] or "", r.micro, r.grid) for r in plan.rows()
        )
    with (folder / "exceptions.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EXCEPTION_HEAD)
        writer.writerows(
            (e.level, e.group, e.code, e.sentence("zh"), e.sentence("en")) for e in plan.exceptions
        )


def read(path: Path | str) -> list[PlanRow]:
    """Lines of an earlier plan; raises `InstanceError` naming the line that cannot be read."""
    file_path = Path(path) / "plan.csv"
    try:
        with file_path.open(newline="", encoding="utf-8-sig") as file:
            return [_row(number, row) for number, row in enumerate(csv.DictReader(file), 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InstanceError(f"{file_path.name}: {error}") from error


def _row(number: int, row: dict[str, str]) -> PlanRow:
    try:
        stairwell, low, high = (int(row.get(name) or 0) for name in HEAD[1:4])
        return PlanRow(row["building_id"], stairwell, low, high, row["micro_id"], row["grid_id"])
    except (KeyError, ValueError) as error:
        raise InstanceError(f"plan.csv:{number}: cannot be read ({error})") from error
