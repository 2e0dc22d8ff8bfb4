"""The private page: progress without names, and the reporter's last word."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from tests.builders import Town, contact
from tests.web.portal.conftest import Send, picture

from weiwang.audit.rules import RESIDENT
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import State, Step


def _path(case: Case, more: str = "") -> str:
    return f"/c/{case.pk}/{private_token(case.pk)}/{more}"


def _say(visitor: Client, case: Case, **fields: Any) -> Any:
    return visitor.post(_path(case, "feedback"), {"submission_key": str(uuid.uuid4()), **fields})


@pytest.fixture
def case(town: Town) -> Case:
    return town.report(contact=contact(), by=RESIDENT)


def test_the_page_tells_steps_posts_and_promise(visitor: Client, town: Town, case: Case) -> None:
    town.step(case, Step.REGISTER, "community", "秘密备注")
    page = visitor.get(_path(case)).content.decode()
    assert "Your report was accepted and registered." in page
    assert town.posts["community"].name in page
    assert "You will hear by" in page
    assert "You get the answer" in page


def test_the_page_shows_no_names_no_internal_notes_and_no_contact(
    visitor: Client, town: Town, case: Case
) -> None:
    town.walk(case, until=Step.CHECK)
    page = visitor.get(_path(case)).content.decode()
    assert not any(user.name in page for user in town.users.values())
    for hidden in ("到场看过", "已更换灯泡", "李四", "13800000001"):
        assert hidden not in page


def test_the_answer_stands_on_the_page_when_the_case_is_closed(
    visitor: Client, town: Town, case: Case
) -> None:
    town.walk(case, until=Step.CLOSE)
    page = visitor.get(_path(case)).content.decode()
    assert "您反映的路灯已修好" in page
    assert "Are you satisfied?" in page
    assert "You will hear by" not in page


def test_private_pages_stay_out_of_search_engines_and_caches(visitor: Client, case: Case) -> None:
    for page in (_path(case), _path(case, "sent")):
        answer = visitor.get(page)
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]


def test_a_changed_link_leads_nowhere_and_says_what_to_do(visitor: Client, case: Case, town: Town) -> None:
    other = town.report()
    for wrong in (
        f"/c/{case.pk}/{private_token(other.pk)}/",
        f"/c/{uuid.uuid4()}/{private_token(case.pk)}/",
        f"/c/{case.pk}/x/sent",
    ):
        answer = visitor.get(wrong)
        assert answer.status_code == 404
        assert "This link is not complete" in answer.content.decode()
    assert visitor.post(f"/c/{case.pk}/x/feedback", {"satisfied": "yes"}).status_code == 404


def test_satisfied_ends_the_case(visitor: Client, town: Town, case: Case) -> None:
    town.walk(case, until=Step.CLOSE)
    assert _say(visitor, case, satisfied="yes")["Location"] == _path(case)
    case.refresh_from_db()
    assert (case.state, case.satisfied) == (State.FOLLOWED_UP, True)
    assert "You were satisfied" in visitor.get(_path(case)).content.decode()


def test_not_satisfied_needs_a_word_and_goes_up(visitor: Client, town: Town, case: Case) -> None:
    town.walk(case, until=Step.CLOSE)
    refused = _say(visitor, case, satisfied="no")
    assert refused.status_code == 422
    assert "Please say in a word what is not right" in refused.content.decode()
    _say(visitor, case, satisfied="no", reasons=["came_back"], remark="Since yesterday.")
    case.refresh_from_db()
    assert (case.state, case.reopened) == (State.REGISTERED, 1)
    page = visitor.get(_path(case)).content.decode()
    assert "It came back" in page
    assert "Since yesterday." in page
    assert "You will hear by" in page


def test_a_remark_with_a_mistake_is_kept(visitor: Client, town: Town, case: Case) -> None:
    town.walk(case, until=Step.CLOSE)
    answer = _say(visitor, case, satisfied="no", remark="x" * 501)
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()


def test_the_same_feedback_sent_twice_counts_once(visitor: Client, town: Town, case: Case) -> None:
    town.walk(case, until=Step.CLOSE)
    key = str(uuid.uuid4())
    first = _say(visitor, case, satisfied="no", remark="no", submission_key=key)
    again = _say(visitor, case, satisfied="no", remark="no", submission_key=key)
    assert (first.status_code, again["Location"]) == (302, first["Location"])
    case.refresh_from_db()
    assert case.reopened == 1


def test_feedback_that_comes_too_late_meets_the_new_state(visitor: Client, town: Town, case: Case) -> None:
    town.walk(case, until=Step.CLOSE)
    _say(visitor, case, satisfied="yes")
    late = _say(visitor, case, satisfied="no", remark="but")
    assert late.status_code == 409
    assert "You have already told us" in late.content.decode()


def test_feedback_before_the_answer_is_refused(visitor: Client, case: Case) -> None:
    assert _say(visitor, case, satisfied="yes").status_code == 409


def test_somebody_whose_report_was_not_accepted_may_object(visitor: Client, town: Town, case: Case) -> None:
    town.step(case, Step.REJECT, "community", "不属于本街道职责，请拨打 12345。")
    page = visitor.get(_path(case)).content.decode()
    assert "不属于本街道职责" in page
    assert "Do you see it differently?" in page
    assert "Yes, I am satisfied" not in page
    _say(visitor, case, satisfied="no", remark="It is yours.")
    case.refresh_from_db()
    assert case.state == State.REGISTERED


def test_photos_are_shown_behind_the_private_link_only(visitor: Client, send: Send) -> None:
    send(photos=[picture()])
    case, photo = Case.objects.get(), Photo.objects.get()
    page = visitor.get(_path(case)).content.decode()
    address = _path(case, f"photo/{photo.pk}/small.jpg")
    assert address in page
    answer = visitor.get(address)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    assert visitor.get(f"/c/{case.pk}/x/photo/{photo.pk}/small.jpg").status_code == 404
    assert visitor.get(_path(case, f"photo/{uuid.uuid4()}/full.jpg")).status_code == 404


def test_photos_of_the_result_wait_for_the_answer(visitor: Client, town: Town, case: Case) -> None:
    from weiwang.kernel.pictures import clean_picture

    town.walk(case, until=Step.START)
    town.step(case, Step.HANDLE, "city", "换好了。", photos=[clean_picture(picture())])
    address = _path(case, f"photo/{Photo.objects.get().pk}/full.jpg")
    assert visitor.get(address).status_code == 404
    town.step(case, Step.CHECK, "community")
    town.step(case, Step.CLOSE, "community", "换好了，谢谢。")
    assert visitor.get(address).status_code == 200


# ---------------------------------------------------------------- number and code


@pytest.mark.parametrize("shape", ["{0}", " {0} ", "{0:.3} {0:.6}"])
def test_number_and_code_open_the_same_page_however_they_are_typed(
    visitor: Client, case: Case, shape: str
) -> None:
    code = query_code(case.pk)
    written = {"{0:.3} {0:.6}": f"{code[:3]} {code[3:]}"}.get(shape, shape.format(code))
    answer = visitor.post("/follow", {"number": f" {case.number.lower().replace('-', ' ')}", "code": written})
    assert answer["Location"] == _path(case)


def test_full_width_characters_are_understood(visitor: Client, case: Case) -> None:
    def wide(text: str) -> str:
        return "".join(chr(ord(c) + 0xFEE0) for c in text)

    answer = visitor.post("/follow", {"number": wide(case.number), "code": wide(query_code(case.pk))})
    assert answer["Location"] == _path(case)


def test_a_wrong_number_or_code_is_said_without_telling_which_exists(visitor: Client, case: Case) -> None:
    code = query_code(case.pk)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answer = visitor.post("/follow", {"number": case.number, "code": wrong})
    assert answer.status_code == 422
    assert "do not belong together" in answer.content.decode()
    unreadable = visitor.post("/follow", {"number": "hello", "code": code})
    assert "This is not a case number" in unreadable.content.decode()
    assert re.search(r'value="hello"', unreadable.content.decode())


def test_ten_wrong_codes_are_enough_for_a_while_and_right_ones_do_not_count(
    visitor: Client, case: Case
) -> None:
    right = {"number": case.number, "code": query_code(case.pk)}
    wrong = right | {"code": f"{(int(right['code']) + 1) % 1_000_000:06d}"}
    assert [visitor.post("/follow", right).status_code for _ in range(12)] == [302] * 12
    assert [visitor.post("/follow", wrong).status_code for _ in range(11)] == [422] * 10 + [429]
    locked = visitor.post("/follow", right)
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) <= 600
    assert visitor.get(_path(case)).status_code == 200


def test_one_number_cannot_be_guessed_from_many_addresses(visitor: Client, case: Case) -> None:
    wrong = {"number": case.number, "code": f"{(int(query_code(case.pk)) + 1) % 1_000_000:06d}"}
    answers = [visitor.post("/follow", wrong, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(31)]
    assert answers == [422] * 30 + [429]
