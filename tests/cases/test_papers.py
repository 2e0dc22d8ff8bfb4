"""Papers (PDF) of cases: who may read which, that nothing stays of what was refused, and when they go."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.builders import Town
from tests.papers import clean

from weiwang.audit.rules import RESIDENT, SYSTEM, AlreadyDoneError
from weiwang.cases import queries
from weiwang.cases.actions import add_note, answer_question, join_case
from weiwang.cases.actions.clearing import clear_due_cases, counts, term
from weiwang.cases.actions.files import FilesError, paper_path, sweep_left_over
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Joined, Paper
from weiwang.cases.permissions import visible_to
from weiwang.cases.progress import by_token
from weiwang.cases.rules import Step, StepRefusedError


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


def read_by_reporter(case: Case) -> list[str]:
    seen = by_token(case.pk, private_token(case.pk))
    assert seen is not None
    return [paper.stage for paper in seen.papers]


def test_a_paper_is_kept_with_pages_and_size_and_counted(town: Town) -> None:
    case = town.report(papers=[clean(2)])
    paper = Paper.objects.get()
    assert (paper.stage, paper.pages, paper.size) == ("report", 2, len(clean(2).pdf))
    assert paper_path(paper).read_bytes() == clean(2).pdf
    assert Case.objects.get(pk=case.pk).paper_count == 1


def test_the_reporter_reads_the_result_at_the_end_and_no_inner_paper(town: Town) -> None:
    case = town.report(by=RESIDENT, papers=[clean()])
    town.walk(case, until=Step.START)
    community = town.officer("community")
    add_note(case_id=case.pk, note="内部材料。", by=community, at=town.at, papers=[clean()])
    town.step(case, Step.HANDLE, "city", "修好了。", papers=[clean()])
    assert read_by_reporter(case) == ["report"]
    town.step(case, Step.CHECK, "community", "看过。")
    add_note(case_id=case.pk, note="维修通知。", by=community, at=town.at, public=True, papers=[clean()])
    assert sorted(read_by_reporter(case)) == ["report", "told"]
    town.step(case, Step.CLOSE, "community", "您反映的路灯已修好。")
    assert sorted(read_by_reporter(case)) == ["report", "result", "told"]


def test_whoever_joined_reads_the_result_and_no_paper_of_another_reporter(town: Town) -> None:
    case = town.report(by=RESIDENT, papers=[clean()])
    joined = join_case(
        case_id=case.pk, text="我家也是。", by=RESIDENT, at=town.at, channel="portal", papers=[clean()]
    )
    town.walk(case, until=Step.START)
    town.step(case, Step.HANDLE, "city", "修好了。", papers=[clean()])
    town.step(case, Step.CHECK, "community", "看过。")
    town.step(case, Step.CLOSE, "community", "已修好。")
    seen = by_token(joined.pk, private_token(Joined.objects.get().pk))
    assert seen is not None
    assert [paper.stage for paper in seen.papers] == ["result"]
    assert "joined" not in read_by_reporter(case)
    assert Case.objects.get().paper_count == 3


def test_the_reporter_answers_with_a_paper(town: Town) -> None:
    case = town.walk(town.report(by=RESIDENT), until=Step.START)
    town.step(case, Step.ASK_REPORTER, "city", "有收据吗？")
    answer_question(case_id=case.pk, words="有的，见附件。", at=town.at, papers=[clean()])
    assert read_by_reporter(case) == ["reply"]


def test_a_paper_opens_for_those_who_see_the_case(town: Town) -> None:
    town.report(papers=[clean()])
    paper = Paper.objects.get()
    seen = {name: queries.paper(visible_to(town.officer(name)), paper.pk) for name in ("community", "far")}
    assert (seen["community"], seen["far"]) == (paper, None)


def test_the_second_press_and_a_refused_step_leave_no_paper_behind(town: Town, tmp_path: Path) -> None:
    key = str(uuid4())
    case = town.report(papers=[clean()], by=SYSTEM, submission=key)
    kept = files(tmp_path)
    with pytest.raises(AlreadyDoneError):
        town.report(papers=[clean()], by=SYSTEM, submission=key)
    with pytest.raises(StepRefusedError):
        town.step(case, Step.CLOSE, "community", "说明", papers=[clean()])
    with pytest.raises(StepRefusedError):
        add_note(case_id=case.pk, note=" ", by=town.officer("community"), at=town.at, papers=[clean()])
    assert (len(kept), files(tmp_path)) == (1, kept)


def test_four_papers_are_too_many_and_nothing_stays(town: Town, tmp_path: Path) -> None:
    with pytest.raises(FilesError, match="At most"):
        town.report(papers=[clean()] * 4)
    assert (files(tmp_path), Case.objects.exists()) == ([], False)


def test_a_full_disk_is_said_and_leaves_neither_case_nor_half_a_file(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FilesError, match="cannot be stored"):
        town.report(papers=[clean()])
    assert (files(tmp_path), Case.objects.exists()) == ([], False)


def test_papers_go_with_their_case(town: Town) -> None:
    case = town.walk(town.report(papers=[clean()]), until=Step.CLOSE)
    path = paper_path(Paper.objects.get())
    later = (case.closed_at or town.at) + term() * 2
    (count,) = counts(at=later)
    assert (count.cases, count.papers, path.exists()) == (1, 1, True)
    assert clear_due_cases(at=later) == 1
    assert (Paper.objects.exists(), path.exists(), Case.objects.get().paper_count) == (False, False, 0)


def left_behind(beside: Path, name: str, *, at: Any, hours: float) -> Path:
    path = beside.parent / name
    path.write_bytes(b"%PDF-")
    os.utime(path, (at.timestamp() - hours * 3600,) * 2)
    return path


def test_what_a_killed_process_left_is_swept_a_day_later(town: Town) -> None:
    town.report(papers=[clean()])
    kept = paper_path(Paper.objects.get())
    os.utime(kept, (town.at.timestamp() - 90_000,) * 2)
    old = left_behind(kept, f"{uuid4()}.pdf", at=town.at, hours=25)
    young = left_behind(kept, f"{uuid4()}.pdf", at=town.at, hours=23)
    assert sweep_left_over(at=town.at) == 0  # two of three are unknown: somebody else's folder
    for _ in range(2):
        town.report(papers=[clean()])
    other = left_behind(kept, "README.txt", at=town.at, hours=500)
    assert sweep_left_over(at=town.at) == 1
    assert [path.exists() for path in (kept, old, young, other)] == [True, False, True, True]
