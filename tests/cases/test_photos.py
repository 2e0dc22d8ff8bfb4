"""Files of photos: where they lie, and that nothing stays of what was refused."""

import io
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from tests.builders import Town

from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.cases.actions.files import photo_path
from weiwang.cases.models import Photo
from weiwang.cases.rules import CaseError, Step, StepRefusedError
from weiwang.kernel.pictures import CleanPicture, clean_picture


@pytest.fixture
def picture() -> CleanPicture:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(data, "PNG")
    return clean_picture(data.getvalue())


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


def test_a_photo_of_the_first_hours_of_a_month_is_found_again(town: Town, picture: CleanPicture) -> None:
    first_of_month = datetime(2026, 12, 1, 2, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    town.report(photos=[picture], at=first_of_month)
    assert photo_path(Photo.objects.get()).read_bytes() == picture.jpeg


def test_the_second_press_leaves_no_photos_behind(town: Town, tmp_path: Path, picture: CleanPicture) -> None:
    key = str(uuid4())
    town.report(photos=[picture], by=SYSTEM, submission=key)
    kept = files(tmp_path)
    with pytest.raises(AlreadyDoneError):
        town.report(photos=[picture], by=SYSTEM, submission=key)
    assert (len(kept), files(tmp_path)) == (2, kept)


def test_a_refused_step_leaves_no_photos_behind(town: Town, tmp_path: Path, picture: CleanPicture) -> None:
    case = town.walk(town.report(), Step.REGISTER)
    with pytest.raises(StepRefusedError):
        town.step(case, Step.DISPATCH, "community", photos=[picture], target_post=town.posts["far"].pk)
    with pytest.raises(CaseError):
        town.report(photos=[picture], settled=" ")
    assert files(tmp_path) == []
