"""Photos of reports that were never sent do not stay."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture
from weiwang.web.portal import waiting

PICTURE = CleanPicture(b"jpeg", 4, 3, b"small", "x")
PAPER = CleanPaper(b"%PDF-", 2, "x")


def test_a_kept_picture_comes_back_by_its_ticket() -> None:
    kept = waiting.keep([PICTURE], at=timezone.now())
    found, gone = waiting.redeem(waiting.ticket(kept))
    assert not gone
    assert [(one.jpeg, one.width) for one in waiting.pictures_in(found)] == [(b"jpeg", 4)]
    assert waiting.papers_in(found) == []


def test_a_kept_paper_comes_back_and_goes_like_a_picture() -> None:
    now = timezone.now()
    kept = waiting.keep([PAPER, PICTURE], at=now)
    found, gone = waiting.redeem(waiting.ticket(kept), dropped=[kept[1].id])
    assert (gone, [(one.pdf, one.pages) for one in waiting.papers_in(found)]) == (False, [(b"%PDF-", 2)])
    with translation.override("en"):
        assert (found[0].words, found[0].data_uri) == ("2 pages, 1 KB", "")
    assert waiting.sweep(at=now + timedelta(minutes=121)) == 3


def test_pictures_go_after_two_hours() -> None:
    now = timezone.now()
    waiting.keep([PICTURE], at=now)
    assert waiting.sweep(at=now + timedelta(minutes=119)) == 0
    assert waiting.sweep(at=now + timedelta(minutes=121)) == 2
    assert list(waiting.folder().iterdir()) == []


def test_a_full_folder_keeps_no_more(monkeypatch: Any) -> None:
    monkeypatch.setattr(waiting, "MOST_FILES", 2)
    assert len(waiting.keep([PICTURE, PICTURE], at=timezone.now())) == 1


def test_a_ticket_cannot_be_changed() -> None:
    kept = waiting.ticket(waiting.keep([PICTURE], at=timezone.now()))
    assert waiting.redeem(kept[:-1] + ("A" if kept[-1] != "A" else "B")) == ([], True)


def test_the_sweep_runs_by_itself() -> None:
    assert "weiwang.web.portal.jobs.sweep_waiting_photos" in app.tasks
    assert "weiwang.cases.jobs.erase_reporters" in app.tasks
    assert "weiwang.web.account.jobs.clear_sessions" in app.tasks


def test_sweeping_an_empty_place_is_no_fault(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "nowhere"
    assert waiting.sweep(at=timezone.now()) == 0
    assert not waiting.folder().exists()
