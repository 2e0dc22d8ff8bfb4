"""Members come in by file, each into the branch of their grid; nobody is moved by a file."""

from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.party.imports import MEMBERS
from weiwang.party.models import Branch, Member
from weiwang.territory.imports import Source, Task, apply, preview

TABLE = "姓名,网格,同意日期,门牌\n张安,QH0101,2026-10-01,2-301\n李宁,QH0102,2026-10-02,\n"


def task(town: Town, text: str) -> Task:
    return Task(Source(text.encode(), "members.csv"), town.at, town.place)


def test_a_file_takes_members_into_the_branch_of_their_grid(town: Town) -> None:
    branch = Branch.objects.create(
        place=town.place, grid=town.units["QH0101"], name="第1网格党支部", starts_on=town.at.date()
    )
    apply(MEMBERS, task(town, TABLE), by=SYSTEM)
    found = {row.name: (row.branch_id, row.door) for row in Member.objects.all()}
    assert found == {"张安": (branch.pk, "2-301"), "李宁": (None, "")}
    again = preview(MEMBERS, task(town, TABLE))
    assert (again.new, again.unchanged) == (0, 2)


def test_wrong_rows_are_named_and_nothing_is_written(town: Town) -> None:
    bad = (
        "姓名,网格,同意日期,楼栋编号\n,QH0101,2026-10-01,\n王平,XX,2026-10-01,\n"
        "赵和,QH0101,2027-10-01,\n孙立,QH0101,昨天,\n周正,QH0101,2026-10-01,无此楼\n"
    )
    seen = preview(MEMBERS, task(town, bad))
    assert [(error.row, error.column) for error in seen.errors] == [
        (2, "姓名"), (3, "网格"), (4, "同意日期"), (5, "同意日期"), (6, "楼栋编号"),
    ]  # fmt: skip
    assert Member.objects.count() == 0
