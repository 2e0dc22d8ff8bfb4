"""Making a case urgent at the desk."""

from collections.abc import Callable

from django.test import Client
from tests.builders import Town

from weiwang.cases.models import Case
from weiwang.cases.rules import Step

Desk = Callable[[str], Client]


def test_a_case_is_made_urgent_with_a_reason_and_the_page_says_so(town: Town, desk: Desk) -> None:
    case = town.walk(town.report(category="C01"), Step.SIGN)
    version = Case.objects.get(pk=case.pk).version
    sent = {"step": "urgency", "urgent": "yes", "note": "已有墙面开裂", "seen_version": version}
    url = f"/desk/cases/{case.pk}/urgency/"
    assert desk("dispatcher").post(url, sent | {"note": ""}).status_code == 422
    page = desk("dispatcher").post(url, sent, follow=True).text
    assert "The case is urgent now" in page
    assert "Urgent from now on." in page
    assert "Not urgent after all" in desk("dispatcher").get(f"/desk/cases/{case.pk}/?more=1").text
    stale = desk("dispatcher").post(url, sent)
    assert (stale.status_code, "Somebody else has moved this case" in stale.text) == (409, True)
    assert desk("city").post(url, sent).status_code == 403
    assert "urgency/" not in desk("city").get(f"/desk/cases/{case.pk}/?more=1").text
