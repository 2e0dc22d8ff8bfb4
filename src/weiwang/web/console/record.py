"""The record of who did what: for those who audit. Reading it writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from weiwang.accounts.queries import names, user_named
from weiwang.audit import queries
from weiwang.cases.rules import STEP_NAMES
from weiwang.territory.imports.frame import midnight
from weiwang.web.console.frame import show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.parts import Tab

PAGE = 50
GROUPS: Mapping[str, str] = {
    "": gettext_noop("Everything"),
    "reporter.reveal": gettext_noop("Views of personal data"),
    "account.": gettext_noop("Accounts and sign-ins"),
    "post.": gettext_noop("Posts"),
    "unit.": gettext_noop("Units"),
    "import.": gettext_noop("Imports"),
    "case.": gettext_noop("Cases"),
    "body.": gettext_noop("Self-governance bodies"),
    "party.": gettext_noop("Party branches"),
    "client.": gettext_noop("Other programs"),
    "webhook.": gettext_noop("News for other programs"),
}
ACTIONS: Mapping[str, str] = {
    "account.sign_in": gettext_noop("signed in"),
    "account.sign_out": gettext_noop("signed out"),
    "account.lock_out": gettext_noop("locked out after failures"),
    "account.second_factor_on": gettext_noop("second factor set up"),
    "account.second_factor_off": gettext_noop("second factor taken away"),
    "account.second_factor_renewed": gettext_noop("recovery codes renewed"),
    "account.second_factor_failed": gettext_noop("second factor wrong"),
    "account.create": gettext_noop("account made"),
    "account.change": gettext_noop("account corrected"),
    "account.reset_password": gettext_noop("new first password given"),
    "account.change_password": gettext_noop("password changed"),
    "account.confirm_confidentiality": gettext_noop("confidentiality confirmed"),
    "account.close": gettext_noop("account closed"),
    "account.reopen": gettext_noop("account opened again"),
    "body.create": gettext_noop("body set up"),
    "body.change": gettext_noop("body changed"),
    "body.end": gettext_noop("body ended"),
    "body.reveal": gettext_noop("names and telephones of a body viewed"),
    "body.member.add": gettext_noop("member of a body added"),
    "body.member.change": gettext_noop("member of a body changed"),
    "body.document.add": gettext_noop("document of a body saved"),
    "body.document.withdraw": gettext_noop("document of a body withdrawn"),
    "building.keep": gettext_noop("buildings kept"),
    "case.feedback": gettext_noop("feedback given"),
    "case.report": gettext_noop("case reported"),
    "case.reroute": gettext_noop("case rerouted"),
    "case.cause": gettext_noop("cause of a case recorded"),
    "case.print": gettext_noop("case exported as PDF"),
    "case.urgency": gettext_noop("urgency of a case changed"),
    "client.create": gettext_noop("key of a program made"),
    "client.revoke": gettext_noop("key of a program revoked"),
    "webhook.create": gettext_noop("address for news of cases added"),
    "webhook.end": gettext_noop("address for news of cases ended"),
    "webhook.resend": gettext_noop("news of a case sent again"),
    "demo.load": gettext_noop("demonstration loaded"),
    "department.create": gettext_noop("department set up"),
    "line.keep": gettext_noop("public telephones entered"),
    "map.replace": gettext_noop("base map replaced"),
    "party.area": gettext_noop("responsibility area set"),
    "party.area_end": gettext_noop("responsibility area ended"),
    "party.branch": gettext_noop("Party branch set up"),
    "party.branch_end": gettext_noop("Party branch ended"),
    "party.care": gettext_noop("micro-grid put in care"),
    "party.care_end": gettext_noop("care of a micro-grid ended"),
    "party.home": gettext_noop("home of a member recorded"),
    "party.leave": gettext_noop("membership ended"),
    "party.link": gettext_noop("household linked"),
    "party.look": gettext_noop("names of a branch viewed"),
    "party.member": gettext_noop("member admitted"),
    "party.move": gettext_noop("move between branches decided"),
    "party.propose": gettext_noop("moves between branches proposed"),
    "party.secretary": gettext_noop("secretary named"),
    "party.unlink": gettext_noop("household unlinked"),
    "post.appoint": gettext_noop("somebody appointed"),
    "account.contract": gettext_noop("contract changed"),
    "case.reassign": gettext_noop("case passed to the post above"),
    "post.contract": gettext_noop("post contract followed"),
    "post.deputise": gettext_noop("deputy arranged"),
    "post.deputy_end": gettext_noop("deputyship ended"),
    "post.hand_over": gettext_noop("post handed over"),
    "post.person_end": gettext_noop("person left"),
    "post.create": gettext_noop("post set up"),
    "post.end": gettext_noop("appointment ended"),
    "reporter.erase": gettext_noop("contacts erased on their date"),
    "reporter.reveal": gettext_noop("contact of a reporter viewed"),
    "reporter.correct": gettext_noop("contact of a reporter corrected"),
    "unit.change": gettext_noop("unit changed"),
    "unit.create": gettext_noop("unit added"),
    "unit.end": gettext_noop("unit ended"),
    "import.divisions": gettext_noop("divisions imported"),
    "import.units": gettext_noop("units imported"),
    "import.buildings": gettext_noop("buildings imported"),
    "import.features": gettext_noop("base map imported"),
    "import.staff": gettext_noop("staff imported"),
    "import.cases": gettext_noop("cases imported"),
    "import.members": gettext_noop("Party members imported"),
    "party.import": gettext_noop("Party members imported from a file"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, ready to show."""

    seq: int
    at: datetime
    what: str
    action: str
    who: str
    label: str
    address: str
    about: str
    reason: str


@require_safe
@needs("audit.read")
def record(request: ConsoleRequest) -> HttpResponse:
    """Newest first; narrowed by `action` (its beginning), `who` (user name), `since` and `until`."""
    wanted = {
        name: request.GET.get(name, "").strip() for name in ("action", "who", "since", "until", "about")
    }
    before = request.GET.get("before", "")
    found = _entries(request.place, wanted, int(before) if before.isdecimal() else None)
    more, rows = found[PAGE:], found[:PAGE]
    people = names(row.user_id for row in rows if row.user_id is not None)
    context = {
        "lines": [_line(row, people) for row in rows], "wanted": wanted,
        "tabs": [
            Tab(label=_(word), href=_address({**wanted, "action": group}), current=wanted["action"] == group)
            for group, word in GROUPS.items()
        ],
        "older": _address({**wanted, "before": str(rows[-1].pk)}) if more else "",
        "newer": _address(wanted) if before else "",
    }  # fmt: skip
    return show(request, "record", context, here="console:record")


def _entries(place: int, wanted: Mapping[str, str], before: int | None) -> list[Any]:
    user = user_named(wanted["who"]) if wanted["who"] else None
    if wanted["who"] and user is None:
        return []
    until = _day(wanted["until"])
    return queries.entries(
        place=place, action=wanted["action"], user_id=user.pk if user else None, before=before,
        since=midnight(since) if (since := _day(wanted["since"])) else None,
        until=midnight(until + timedelta(days=1)) if until else None, limit=PAGE + 1,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _line(row: Any, people: Mapping[int, str]) -> Line:  # noqa: ANN401 -- an entry
    about = f"{row.object_type} {row.data.get('number') or row.data.get('code') or row.object_id}".strip()
    return Line(
        row.seq, row.at, _(_plain(row.action)), row.action,
        people.get(row.user_id or 0, ""), row.label, row.address or "", about[:60], row.reason,
    )  # fmt: skip


def _plain(action: str) -> str:
    """The words for an action; a step of a case has those of the case page."""
    steps: Mapping[str, str] = {step.value: name for step, name in STEP_NAMES.items()}
    return ACTIONS.get(action) or steps.get(action.removeprefix("case."), action)


def _address(wanted: Mapping[str, str]) -> str:
    return f"{reverse('console:record')}?{urlencode({k: v for k, v in wanted.items() if v})}"


@require_safe
@needs("audit.read")
def chain(request: ConsoleRequest) -> HttpResponse:
    """Whether the record of this sub-district holds, computed now from every entry."""
    return show(request, "chain", {"state": queries.verify_chain(request.place)}, here="console:record")
