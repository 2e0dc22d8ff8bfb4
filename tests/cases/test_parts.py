"""A case for several offices: parts with owner and clock, one voice to the reporter, one end."""

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from tests.builders import Town, contact

from weiwang.audit.queries import verify_chain
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import (
    add_part,
    answer_question,
    link_cases,
    look_at_parts,
    merge_cases,
    split_case,
    unlink_cases,
)
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case, Event, Reminder, Reporter
from weiwang.cases.permissions import may_split, steps_for, visible_to
from weiwang.cases.progress import by_code, by_token, progress
from weiwang.cases.published import Wanted, published
from weiwang.cases.queries import verify_histories
from weiwang.cases.relations import links_of, parted, parts_of
from weiwang.cases.rules import FINAL, CaseError, State, Step, StepRefusedError
from weiwang.notices.models import Delivery
from weiwang.territory.rules import NotAllowedError

BRIEF = "请住建办查清楼道灯产权，能修先修。"


def part(town: Town, case: Case, office: str = "housing", who: str = "dispatcher", **more: str) -> Case:
    return add_part(
        case_id=case.pk, post_id=town.posts[office].pk, note=more.pop("note", BRIEF), by=town.officer(who),
        at=town.at, **more,
    )  # fmt: skip


def ended(town: Town, case: Case, office: str = "housing") -> Case:
    for step, who, note in (
        (Step.SIGN, office, ""), (Step.HANDLE, office, "产权属开发商，灯已换好。"),
        (Step.CHECK, "community", ""), (Step.CLOSE, "community", "灯已换好。"),
    ):  # fmt: skip
        case = town.step(case, step, who, note)
    return case


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_a_part_is_a_case_of_its_own_with_owner_clock_and_number(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = part(town, main)
    assert (one.state, one.owner_post_id, one.department_id) == (
        State.DISPATCHED, town.posts["housing"].pk, town.departments["housing"].pk,
    )  # fmt: skip
    assert (one.parent_id, one.clock, one.due_at is not None, one.text) == (main.pk, "sign", True, BRIEF)
    assert one.number != main.number
    assert (fresh(main).version, fresh(main).state, fresh(main).due_at) == (
        main.version, main.state, main.due_at,
    )  # fmt: skip
    assert visible_to(town.officer("housing")).filter(pk=one.pk).exists()
    assert not visible_to(town.officer("housing")).filter(pk=main.pk).exists()
    assert Step.SIGN in steps_for(town.officer("housing"), fresh(one))
    assert [case.pk for case in parts_of([main.pk])[main.pk]] == [one.pk]
    assert all(isinstance(found, Case) for found in verify_histories())


def test_the_main_case_cannot_end_while_a_part_is_open(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one, two = part(town, main), part(town, main, "city2", note="请城管办清理灯杆广告。")
    main = town.walk_on(main, Step.CHECK)
    for step, note in ((Step.CLOSE, "修好了。"), (Step.VOID, "不办了")):
        with pytest.raises(StepRefusedError, match="still open"):
            town.step(main, step, "dispatcher", note)
    assert Step.CLOSE not in steps_for(town.officer("community"), fresh(main))
    ended(town, one)
    with pytest.raises(StepRefusedError, match="1 parts of this case are still open"):
        town.step(main, Step.CLOSE, "community", "修好了。")
    ended(town, two, "city2")
    assert town.step(main, Step.CLOSE, "community", "灯修好了，广告也清了。").state == State.CLOSED
    steps = list(Event.objects.filter(case=main).values_list("step", flat=True))
    assert [step for step in steps if step.startswith("part")] == ["part_made"] * 2 + ["part_ended"] * 2
    assert verify_chain(town.place).broken is None


def test_the_database_itself_keeps_a_case_open_while_its_parts_are(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    part(town, main)
    for change in (
        {"state": State.CLOSED, "owner_post": None, "due_at": None, "clock_at": None},
        {"parent_id": main.pk},
    ):
        with pytest.raises(IntegrityError, match="cases_case_parts"), transaction.atomic():
            Case.objects.filter(pk=main.pk).update(**change)


def test_only_the_main_case_speaks_to_the_reporter(town: Town) -> None:
    main = town.walk(town.report(contact=contact()), Step.SIGN)
    to_reporter = Delivery.objects.filter(about=main.pk, recipient="reporter")
    said = to_reporter.count()
    one = part(town, main)
    assert not Reporter.objects.filter(case=one).exists()
    with pytest.raises(StepRefusedError, match="Only the main case speaks"):
        town.step(town.step(one, Step.SIGN, "housing"), Step.ASK_REPORTER, "housing", "在几楼？")
    one = ended_from_signed(town, one)
    with pytest.raises(StepRefusedError, match="Only the main case speaks"):
        town.step(one, Step.FOLLOW_UP, "dispatcher")
    assert one.contact_due_at is None
    assert by_token(one.pk, private_token(one.pk)) is None
    assert by_code(one.number, query_code(one.pk)) is None
    assert Delivery.objects.filter(about=one.pk, recipient="reporter").count() == 0
    assert to_reporter.count() == said
    to_staff = Delivery.objects.filter(about=main.pk, kind="part_ended").values_list("recipient", flat=True)
    assert set(to_staff) == {f"user:{town.users['city'].pk}"}  # whoever has the main case hears of its part
    assert BRIEF not in [told.note for told in progress(fresh(main)).story]
    assert len(progress(fresh(main)).story) == len(progress(main).story)
    shown = published(places=[town.place], wanted=Wanted(), limit=10)
    assert [row.number for row in shown] == [main.number]


def ended_from_signed(town: Town, one: Case) -> Case:
    one = town.step(one, Step.HANDLE, "housing", "已换灯。")
    one = town.step(one, Step.CHECK, "community")
    return town.step(one, Step.CLOSE, "community", "灯已换好。")


def test_the_end_of_a_part_is_news_to_whoever_has_the_main_case_until_they_have_looked(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = part(town, main)
    seen = visible_to(town.officer("city"))
    assert [(case.pk, case.parts_news_at) for case in parted(seen)] == [(main.pk, None)]
    ended(town, one)
    assert [case.parts_news_at for case in parted(seen)] == [town.at]
    told = Reminder.objects.get(case=main)
    assert (told.post_id, told.said) == (town.posts["city"].pk, one.number)
    with pytest.raises(NotAllowedError):
        look_at_parts(case_id=main.pk, by=town.officer("liaison"), at=town.at)
    look_at_parts(case_id=main.pk, by=town.officer("city"), at=town.at, submission="seen")
    assert fresh(main).parts_news_at is None
    with pytest.raises(AlreadyDoneError):
        look_at_parts(case_id=main.pk, by=town.officer("city"), at=town.at, submission="seen")
    with pytest.raises(StepRefusedError, match="no parts with news"):
        look_at_parts(case_id=main.pk, by=town.officer("city"), at=town.at)


def test_a_part_that_was_not_good_enough_is_opened_again_while_the_main_case_is_open(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = ended(town, part(town, main))
    one = town.step(one, Step.REOPEN, "dispatcher", "三楼的灯还不亮。")
    assert (one.state, fresh(main).open_parts) == (State.REGISTERED, 1)
    one = town.step(one, Step.DISPATCH, "dispatcher", target_post=town.posts["housing"].pk)
    one = ended(town, one)
    main = town.walk_on(main, Step.CLOSE)
    assert main.state in FINAL
    assert steps_for(town.officer("dispatcher"), fresh(one)) == []
    with pytest.raises(StepRefusedError, match="main case has ended"):
        town.step(one, Step.REOPEN, "dispatcher", "还是不亮。")


def test_parts_are_given_by_a_post_that_dispatches_there_and_to_posts_that_handle_there(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    for who, office, error in (
        ("city", "housing", NotAllowedError),
        ("community2", "housing", NotAllowedError),
        ("dispatcher", "far", StepRefusedError),
        ("dispatcher", "auditor", StepRefusedError),
    ):
        with pytest.raises(error):
            part(town, main, office, who)
    with pytest.raises(StepRefusedError, match="write down"):
        part(town, main, note=" ")
    with pytest.raises(CaseError, match="no category"):
        part(town, main, category="Q9")
    with pytest.raises(StepRefusedError, match="may not be asked"):  # what communities do not take
        part(town, main, "worker", "community")
    one = part(town, main, submission="one")
    with pytest.raises(AlreadyDoneError):
        part(town, main, submission="one")
    with pytest.raises(StepRefusedError, match="part of another case"):
        part(town, one)
    assert fresh(main).open_parts == 1


def test_a_case_has_parts_after_it_was_accepted_and_before_it_was_handled(town: Town) -> None:
    main = town.report()
    with pytest.raises(StepRefusedError, match="reported"):
        part(town, main)
    main = town.walk(main, Step.HANDLE)
    with pytest.raises(StepRefusedError, match="handled"):
        part(town, main)


def test_parts_and_their_case_are_not_put_to_others(town: Town) -> None:
    main, other = town.walk(town.report(), Step.REGISTER), town.walk(town.report(), Step.REGISTER)
    one = part(town, main)
    for duplicate, into in ((one, other), (other, one), (main, other), (other, main), (one, main)):
        with pytest.raises(StepRefusedError, match="cannot be merged"):
            merge_cases(
                duplicate=duplicate.pk, into=into.pk, by=town.officer("dispatcher"), at=town.at,
                seen_version=fresh(duplicate).version,
            )  # fmt: skip


# ---------------------------------------------------------------- two matters in one report


def split(town: Town, case: Case, who: str = "community", **more: str) -> Case:
    options: dict[str, str] = {"text": "垃圾桶旁边堆了旧沙发。", "category": "B05", **more}
    return split_case(
        case_id=case.pk, by=town.officer(who), at=town.at, seen_version=fresh(case).version, **options
    )


def test_two_matters_in_one_report_become_two_cases_and_the_reporter_hears_of_both(town: Town) -> None:
    first = town.report("路灯不亮，垃圾桶旁边还堆了旧沙发。", contact=contact(), channel="desk")
    second = split(town, first, note="两件事，分开办")
    assert (second.state, second.category, second.unit_id) == (State.REPORTED, "B05", first.unit_id)
    assert (second.reported_at, second.promised_at >= first.promised_at) == (first.reported_at, True)
    kept = [Reporter.objects.get(case=case) for case in (first, second)]
    assert (kept[0].phone, kept[0].erase_on) == (kept[1].phone, kept[1].erase_on)
    seen = progress(fresh(first))
    assert seen.split_off == [(second.pk, second.number)]
    assert "second matter" in seen.story[-1].tells
    assert seen.story[-1].note == ""  # why it was split is for colleagues
    theirs = by_token(second.pk, private_token(second.pk))
    assert theirs is not None
    assert [told.step for told in theirs.story] == [Step.SPLIT]
    assert [(link.case.pk, link.is_split, link.is_origin) for link in links_of(second)] == [
        (first.pk, True, True)
    ]
    assert all(isinstance(found, Case) for found in verify_histories())


def test_a_split_is_taken_back_by_putting_the_second_to_the_first(town: Town) -> None:
    first = town.report()
    second = split(town, first)
    merge_cases(duplicate=second.pk, into=first.pk, by=town.officer("community"), at=town.at, seen_version=1)
    assert fresh(second).merged_into_id == first.pk


def test_a_split_needs_words_a_category_the_power_and_a_page_that_is_not_old(town: Town) -> None:
    first = town.report()
    with pytest.raises(CaseError, match="few words"):
        split(town, first, text=" ")
    with pytest.raises(CaseError, match="no category"):
        split(town, first, category="")
    with pytest.raises(NotAllowedError):
        split(town, first, "leader")
    with pytest.raises(StepRefusedError):
        split_case(
            case_id=first.pk, by=town.officer("community"), at=town.at, seen_version=0, text="x",
            category="B05",
        )  # fmt: skip
    closed = town.walk(first, Step.CLOSE)
    with pytest.raises(StepRefusedError, match="has ended"):
        split(town, closed)
    assert not may_split(town.officer("community"), fresh(closed))
    one = part(town, town.walk(town.report(), Step.REGISTER))
    with pytest.raises(StepRefusedError, match="part of another"):
        split(town, one)


# ---------------------------------------------------------------- links


def link(town: Town, case: Case, number: str, who: str = "community", reason: str = "同一栋楼的电路") -> Case:
    return link_cases(
        case_id=case.pk, number=number, reason=reason, by=town.officer(who), at=town.at
    )  # fmt: skip


def test_linked_cases_name_each_other_with_the_reason_until_it_is_taken_back(town: Town) -> None:
    one, two = town.report(), town.report("配电房有异响。")
    link(town, one, two.number.lower())
    assert [(found.case.pk, found.reason) for found in links_of(one)] == [(two.pk, "同一栋楼的电路")]
    assert [found.case.pk for found in links_of(two)] == [one.pk]
    for case, other in ((one, two), (two, one)):
        with pytest.raises(StepRefusedError, match="linked already"):
            link(town, case, other.number)
    unlink_cases(case_id=two.pk, other=one.pk, by=town.officer("community"), at=town.at)
    assert links_of(one) == links_of(two) == []
    steps = list(Event.objects.filter(case=two).order_by("seq").values_list("step", flat=True))
    assert steps == ["report", "linked", "unlinked"]
    with pytest.raises(StepRefusedError, match="not there any more"):
        unlink_cases(case_id=one.pk, other=two.pk, by=town.officer("community"), at=town.at)
    assert all(isinstance(found, Case) for found in verify_histories())


def test_links_are_made_by_whoever_has_or_registers_a_case_and_to_cases_they_see(town: Town) -> None:
    one, far = town.report(), town.report(lon=104.0035, lat=30.7015)
    for number in ("", "QH2611-00000-X", one.number[:-1], far.number):
        with pytest.raises(StepRefusedError, match="no case with this number"):
            link(town, one, number)
    with pytest.raises(StepRefusedError, match="same case"):
        link(town, one, one.number)
    with pytest.raises(NotAllowedError):
        link(town, one, far.number, "liaison")
    with pytest.raises(StepRefusedError, match="write down"):
        link(town, one, far.number, reason=" ")
    link(town, one, far.number, "dispatcher")
    main = town.walk(town.report(), Step.REGISTER)
    with pytest.raises(StepRefusedError, match="linked already"):
        link(town, main, part(town, main).number, "dispatcher")


def test_a_split_off_case_stays_linked(town: Town) -> None:
    first = town.report()
    second = split(town, first)
    with pytest.raises(StepRefusedError, match="not there any more"):
        unlink_cases(case_id=first.pk, other=second.pk, by=town.officer("community"), at=town.at)


def test_parts_of_many_cases_are_read_by_one_query(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mains = [town.walk(town.report(), Step.REGISTER) for _ in range(3)]
    for main in mains:
        part(town, main)
        part(town, main, "city")
    for some in (mains[:1], mains):
        with django_assert_num_queries(1):
            found = parts_of([main.pk for main in some])
        assert [len(found[main.pk]) for main in some] == [2] * len(some)


def test_an_answer_of_the_reporter_goes_to_the_main_case_alone(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = part(town, main)
    with pytest.raises(StepRefusedError):
        answer_question(case_id=one.pk, words="在东门", at=town.at)
