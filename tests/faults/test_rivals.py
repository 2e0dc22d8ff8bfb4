"""Two people, one case; a full disk; a clock that jumps: in one process, on the test database."""

import resource
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from PIL import Image
from tests.builders import Town, build_town

from weiwang.audit.rules import RESIDENT, SYSTEM
from weiwang.cases.actions import take_step
from weiwang.cases.models import Case, Event, Photo
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import CaseError, State, Step, StepRefusedError
from weiwang.kernel.pictures import CleanPicture, clean_picture
from weiwang.territory.actions import create_unit
from weiwang.territory.rules import Level, TerritoryError

pytestmark = pytest.mark.fault


@pytest.fixture
def town(transactional_db: None, at: Any) -> Town:
    """Committed, so that two threads see it."""
    return build_town(at)


def picture(tmp_path: Path) -> CleanPicture:
    path = tmp_path / "noise.png"
    Image.effect_noise((900, 900), 90).save(path)
    return clean_picture(path.read_bytes())


def test_of_two_officers_at_the_same_moment_exactly_one_registers(town: Town) -> None:
    case, results, together = town.report(), list[str](), threading.Barrier(2)

    def register(username: str) -> None:
        officer = town.officer(username)
        together.wait()
        try:
            take_step(case_id=case.pk, step=Step.REGISTER, by=officer, at=town.at, seen_version=case.version)
            results.append("done")
        except StepRefusedError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=[name]) for name in ("community", "dispatcher")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done", "step.stale"]
    assert Event.objects.filter(case=case, step=Step.REGISTER).count() == 1


def test_of_two_units_with_one_code_at_the_same_moment_exactly_one_is_there(town: Town) -> None:
    results, together = list[str](), threading.Barrier(2)

    def create() -> None:
        together.wait()
        try:
            create_unit(
                parent=town.units["QH0101"], level=Level.MICRO_GRID, code="QH0101-9", name="第9微网格",
                by=SYSTEM, at=town.at,
            )  # fmt: skip
            results.append("done")
        except TerritoryError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done", "unit.code_taken"]


def test_a_full_disk_refuses_the_photo_and_leaves_nothing_half_written(town: Town, tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    photo = picture(tmp_path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))  # no file may grow beyond one page
    try:
        with pytest.raises(CaseError, match="cannot be stored"):
            town.report(photos=[photo], by=RESIDENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert (Case.objects.count(), Photo.objects.count()) == (0, 0)
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_a_clock_that_jumps_back_breaks_no_chain_and_loses_no_step(town: Town) -> None:
    case = town.report()
    town.step(case, Step.REGISTER, "community")

    back = town.at - timedelta(hours=3)
    moved = town.step(case, Step.DISPATCH, "community", at=back, target_post=town.posts["city"].pk)

    assert moved.state == State.DISPATCHED
    assert [event.seq for event in Event.objects.filter(case=case).order_by("seq")] == [1, 2, 3]
    assert all(isinstance(found, Case) for found in verify_histories())
