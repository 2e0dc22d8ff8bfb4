"""What every page of the field face shows around its content."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from weiwang.territory.rules import Officer
from weiwang.web.field.attention import UNREAD, attention
from weiwang.web.ui.parts import NavItem


def frame(officer: Officer, here: str, *, waiting: int = 0) -> dict[str, object]:
    """The names of one's own units and what waits for an answer above, the four places below."""
    now = attention(officer)
    return {
        "my_units": my_units(officer),
        "attention": now,
        "nav": nav(officer, here, {"today": waiting, "messages": now.unread}),
        "draft_name": draft_name(officer),
    }


def nav(officer: Officer, here: str, counts: Mapping[str, int]) -> list[NavItem]:
    places = (
        ("today", pgettext("field", "Today"), "checklist", "case.see"),
        ("report", pgettext("field", "Report"), "camera-plus", "case.report"),
        ("grid", pgettext("field", "My grid"), "grid-dots", "unit.see"),
        ("messages", pgettext("field", "Messages"), "bell", "case.see"),
    )
    return [
        NavItem(
            label=label, href=reverse(f"field:{name}"), icon=icon, current=name == here,
            count=counts.get(name, 0), count_id=UNREAD if name == "messages" else "",
        )
        for name, label, icon, power in places
        if officer.may(power)
    ]  # fmt: skip


def my_units(officer: Officer) -> str:
    """`第3微网格`, or the smallest of several units and how many more there are."""
    names = list(
        dict.fromkeys(h.unit_name for h in sorted(officer.holdings, key=lambda h: -len(h.unit_path)))
    )
    if len(names) < 2:
        return "".join(names)
    return _("%(name)s and %(count)s more") % {"name": names[0], "count": len(names) - 1}


def my_posts(officer: Officer) -> list[int]:
    return [holding.post_id for holding in officer.holdings]


def draft_name(officer: Officer) -> str:
    """Under which name a phone keeps this person's unsent words; says nothing about who it is."""
    return salted_hmac("weiwang.web.field.draft", str(officer.user_id), algorithm="sha256").hexdigest()[:16]
