"""Signing in as people do: a wrong password, a first password, a second factor, out again."""

import re
from collections.abc import Callable

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect
from tests.builders import PASSWORD, Town
from tests.journeys.conftest import Visitor

from weiwang.accounts.actions import reset_password
from weiwang.audit.rules import SYSTEM

NEW = "河堤边第三棵大柳树下"


def test_a_leader_mistypes_then_comes_in_and_leaves(visitor: Callable[..., Visitor], town: Town) -> None:
    leader = visitor(phone=True)
    page = leader.open("/field/")
    page.fill("input[name=login]", "leader")
    page.fill("input[name=password]", "wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert").first).to_contain_text("用户名或密码不正确")
    assert leader.serious_axe_violations() == []
    assert page.input_value("input[name=login]") == "leader"
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/field/")
    leader.open("/account/me")
    assert leader.serious_axe_violations() == []
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(lambda url: "/account/" not in url)
    leader.open("/field/")
    expect(page).to_have_url(re.compile("/account/login/"))


def test_a_first_password_is_changed_and_a_second_factor_set_up(
    visitor: Callable[..., Visitor], town: Town
) -> None:
    from django.utils import timezone

    reset_password(user_id=town.users["community"].pk, password=PASSWORD, by=SYSTEM, at=timezone.now())
    head = visitor(language="en")
    page = head.sign_in("community")
    page.wait_for_url("**/account/password")
    assert head.serious_axe_violations() == []
    page.fill("input[name=old]", PASSWORD)
    page.fill("input[name=new]", NEW)
    page.fill("input[name=again]", NEW)
    page.get_by_role("button", name="Change").click()
    page.wait_for_url("**/desk/**")
    head.open("/account/second-factor/on/")
    page.fill("input[name=password]", NEW)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/second-factor/on/")
    assert head.serious_axe_violations() == []
    secret = page.locator("code").inner_text()
    page.fill(
        "input[name=code]", format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    )
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url("**/second-factor/codes/")
    assert head.serious_axe_violations() == []
    assert page.locator(".ww-list code").count() == 10
