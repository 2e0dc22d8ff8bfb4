"""After the retention a case is cleared: its words go, its figures and its chain stay."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image
from tests.builders import Town, contact

from weiwang.audit.models import Entry
from weiwang.audit.rules import RESIDENT, SYSTEM
from weiwang.cases.actions import add_part, take_step
from weiwang.cases.actions.clearing import (
    CLEARED,
    clear_due_cases,
    counts,
    hold_case,
    release_case,
    term,
)
from weiwang.cases.actions.files import photo_path
from weiwang.cases.actions.joining import join_case
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Event, Joined, Photo, Reminder, Reporter
from weiwang.cases.queries import HistoryFault, public_pulse, verify_histories
from weiwang.cases.rules import CaseError, Step
from weiwang.kernel.pictures import clean_picture
from weiwang.kernel.retention import kept

SOON = timedelta(days=1)


def closed(town: Town, text: str = "三楼路灯不亮，王阿姨家门口。", **more: Any) -> Case:
    return town.walk(town.report(text, contact=contact(), **more), until=Step.CLOSE)


def picture() -> Any:
    file = BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    return clean_picture(BytesIO(file.getvalue()))


def after(town: Town, more: timedelta = SOON) -> datetime:
    return town.at + term() + more


def test_the_term_is_that_of_the_signed_table() -> None:
    rows = [{"model": "cases.Case", "fields": ["text"], "keep": {"days": 30}}]
    assert kept("cases.Case", "text")({"fields": rows}) == timedelta(days=30)
    for wrong in ([], [{"model": "cases.Case", "fields": ["text"], "keep": {"days": 0}}]):
        with pytest.raises(ValueError, match=r"cases\.Case\.text"):
            kept("cases.Case", "text")({"fields": wrong})


def test_words_place_and_photos_go_and_figures_and_chain_stay(town: Town) -> None:
    case = closed(town, photos=[picture()])
    [photo] = Photo.objects.filter(case=case)
    paths = [photo_path(photo), photo_path(photo, small=True)]
    before = public_pulse(town.place, since=town.at - SOON)
    assert clear_due_cases(at=after(town)) == 1
    row = Case.objects.get(pk=case.pk)
    assert (row.title, row.text, row.address, row.lon, row.answer, row.last_word) == (
        CLEARED,
        "",
        "",
        None,
        "",
        "",
    )
    assert (row.number, row.category, row.unit_id, row.state) == (
        case.number, case.category, case.unit_id, case.state,
    )  # fmt: skip
    assert (row.reported_at, row.closed_at) == (case.reported_at, case.closed_at)
    assert not Event.objects.filter(case=case, note__isnull=False).exists()
    assert not Reporter.objects.filter(case=case).exists()
    assert [path.exists() for path in paths] == [False, False]
    assert not Photo.objects.filter(case=case).exists()
    assert not any(isinstance(found, HistoryFault) for found in verify_histories())
    assert public_pulse(town.place, since=town.at - SOON) == before


def test_the_record_says_how_many_and_by_which_rule(town: Town) -> None:
    case = closed(town)
    clear_due_cases(at=after(town))
    data: Mapping[str, object] = Entry.objects.get(action="case.clear").data
    assert (data["cleared"], data["days"], data["cases"]) == (1, 1825, [case.number])
    assert clear_due_cases(at=after(town)) == 0


@pytest.mark.parametrize("early", [timedelta(0), -SOON])
def test_nothing_goes_before_its_time(town: Town, early: timedelta) -> None:
    case = closed(town)
    assert clear_due_cases(at=(case.closed_at or town.at) + term() + early) == 0


def test_an_open_case_is_never_cleared(town: Town) -> None:
    town.walk(town.report(), until=Step.SIGN)
    assert clear_due_cases(at=after(town, timedelta(days=4000))) == 0


def test_words_of_neighbours_and_of_reminders_go_too(town: Town) -> None:
    case = town.walk(town.report(contact=contact()), until=Step.SIGN)
    join_case(case_id=case.pk, text="我家也是。", by=RESIDENT, at=town.at, channel="portal")
    town.step(case, Step.REMIND, "community", "王阿姨催了三次。")
    town.walk_on(Case.objects.get(pk=case.pk), until=Step.CLOSE)
    clear_due_cases(at=after(town))
    assert not Joined.objects.filter(case=case).exists()
    assert set(Reminder.objects.filter(case=case).values_list("said", flat=True)) == {""}


def test_a_held_case_stays_until_it_is_released(town: Town) -> None:
    case, at = closed(town), after(town)
    hold_case(number=case.number, reason="行政复议。", by=SYSTEM, at=town.at)
    with pytest.raises(CaseError, match="held"):
        hold_case(number=case.number, reason="再一次", by=SYSTEM, at=town.at)
    assert clear_due_cases(at=at) == 0
    release_case(number=case.number, by=SYSTEM, at=town.at)
    assert clear_due_cases(at=at) == 1
    with pytest.raises(CaseError, match="cleared"):
        hold_case(number=case.number, reason="太晚", by=SYSTEM, at=town.at)


def test_a_part_stays_as_long_as_the_case_it_belongs_to_is_held(town: Town) -> None:
    main = town.walk(town.report(), until=Step.SIGN)
    part = add_part(
        case_id=main.pk, post_id=town.posts["housing"].pk, note="查产权。", by=town.officer("dispatcher"),
        at=town.at,
    )  # fmt: skip
    for step, who, note in (
        (Step.SIGN, "housing", ""), (Step.HANDLE, "housing", "查过。"), (Step.CHECK, "community", ""),
        (Step.CLOSE, "community", "产权清楚。"),
    ):  # fmt: skip
        part = town.step(part, step, who, note)
    assert clear_due_cases(at=after(town)) == 0  # the main case is open
    town.walk_on(Case.objects.get(pk=main.pk), until=Step.CLOSE)
    hold_case(number=main.number, reason="诉讼。", by=SYSTEM, at=town.at)
    assert clear_due_cases(at=after(town)) == 0
    release_case(number=main.number, by=SYSTEM, at=town.at)
    assert clear_due_cases(at=after(town)) == 2


def test_nothing_more_happens_to_a_cleared_case(town: Town) -> None:
    case = closed(town)
    clear_due_cases(at=after(town))
    with pytest.raises(CaseError, match="cleared"):
        take_step(
            case_id=case.pk, step=Step.REOPEN, by=town.officer("community"), at=town.at,
            seen_version=case.version, note="再办。",
        )  # fmt: skip


def test_files_left_by_a_killed_run_go_with_the_next(town: Town) -> None:
    case = closed(town, photos=[picture()])
    Case.objects.filter(pk=case.pk).update(cleared_on=town.at.date())  # the words went, then it was killed
    [photo] = Photo.objects.filter(case=case)
    clear_due_cases(at=town.at)
    assert (photo_path(photo).exists(), Photo.objects.filter(case=case).exists()) == (False, False)


def test_the_command_counts_first_and_clears_when_told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = closed(town)
    Case.objects.filter(pk=case.pk).update(closed_at=town.at - term() - timedelta(days=4000))
    [count] = counts(at=town.at)
    assert (count.cases, count.photos) == (1, 0)

    def said(*words: str) -> str:
        out = StringIO()
        call_command("clear", *words, stdout=out)
        return out.getvalue()

    assert "nothing was changed" in said()
    assert Case.objects.get(pk=case.pk).text
    said("hold", case.number, "--reason", "复议")
    assert case.number in said("holds")
    assert "cleared: 0" in said("--yes")
    said("release", case.number)
    assert "cleared: 1" in said("--yes")
    with pytest.raises(CommandError):
        said("hold", "QH0000-00000-0", "--reason", "x")
    assert settings.POLICIES.is_dir()


def test_the_pages_of_a_cleared_case_open_and_say_so(town: Town) -> None:
    case = closed(town, photos=[picture()])
    clear_due_cases(at=after(town))
    client = Client()
    client.force_login(town.users["community"])
    for url in (
        f"/desk/cases/{case.pk}/",
        f"/field/cases/{case.pk}",
        f"/c/{case.pk}/{private_token(case.pk)}/",
    ):
        page = client.get(url)
        assert (page.status_code, CLEARED in page.content.decode()) == (200, True)
        assert "王阿姨" not in page.content.decode()
