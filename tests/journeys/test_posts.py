"""A leader goes on leave, a deputy acts, the post is handed over: in a browser."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.accounts.models import Confirmation
from weiwang.cases.models import Case
from weiwang.territory.models import HandoverSheet


def test_leave_deputy_and_handover(visitor: Callable[..., Visitor], town: Town) -> None:
    case = town.report()
    gridhead, worker = town.posts["gridhead"], town.users["worker"]
    now = timezone.localtime()

    leader = visitor()
    leader.sign_in("community")
    page = leader.open(f"/desk/teams/posts/{gridhead.pk}/")
    page.get_by_text("安排请假代理").click()
    page.locator("input[name=person]").first.fill("worker")
    page.locator("input[name=starts_at]").fill(f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}")
    page.locator("input[name=ends_at]").fill(f"{now + timedelta(hours=8):%Y-%m-%dT%H:%M}")
    page.locator("input[name=reason]").fill("年休假")
    page.get_by_role("button", name="安排", exact=True).click()
    expect(page.get_by_text("已安排，到时自动开始、自动结束。")).to_be_visible()
    expect(page.get_by_text(f"{worker.name}代理")).to_be_visible()
    assert leader.serious_axe_violations() == []

    deputy = visitor()
    deputy.sign_in("worker")
    page = deputy.open(f"/desk/cases/{case.pk}/")
    expect(page.get_by_role("button", name="受理并派遣").first).to_be_visible()

    admin = visitor()
    admin.sign_in("admin")
    page = admin.open(f"/desk/teams/posts/{gridhead.pk}/")
    page.get_by_role("button", name="不交接，直接结束任职").click()
    expect(page.get_by_text(case.number)).to_be_visible()  # open work is named, nothing has ended
    page.get_by_text("办理交接", exact=True).click()
    page.locator("form[action*=hand-over] input[name=person]").fill("worker")
    page.locator("input[name=note]").fill("轮岗")
    page.get_by_role("button", name="确认交接").click()
    expect(page.get_by_role("heading", name="岗位交接单")).to_be_visible()
    expect(page.get_by_text(case.number)).to_be_visible()
    assert admin.serious_axe_violations() == []
    sheet = HandoverSheet.objects.get()
    assert sheet.to_user_id == worker.pk
    assert Case.objects.get(pk=case.pk).owner_post_id == gridhead.pk


def test_personal_data_opens_after_the_promise(visitor: Callable[..., Visitor], town: Town) -> None:
    Confirmation.objects.all().delete()
    somebody = visitor(phone=True)
    somebody.sign_in("community")
    page = somebody.open("/account/confidentiality?next=/account/me")
    page.get_by_label("我已阅读并承诺遵守").check()
    page.get_by_role("button", name="确认承诺").click()
    page.wait_for_url("**/account/me")
    expect(page.get_by_text("已确认，请继续刚才的操作。")).to_be_visible()
    assert somebody.serious_axe_violations() == []
