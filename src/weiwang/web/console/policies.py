"""The tables officials sign, as they are in force: read only, with where they come from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import get_language, gettext_noop, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.kernel.policy import Policy, PolicyError, PolicyFile
from weiwang.territory.rules import LEVEL_NAMES, Level
from weiwang.web.console.frame import show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.clocks import limit_words

Content = Mapping[str, Any]
TITLES: Mapping[str, str] = {
    "posts": gettext_noop("Kinds of post and what they allow"),
    "categories": gettext_noop("Categories and limits"),
    "calendars": gettext_noop("Working calendar"),
    "causes": gettext_noop("Causes of matters"),
    "escalation": gettext_noop("Reminders and escalation"),
    "casework": gettext_noop("More time, putting on hold, asking back"),
    "confidentiality": gettext_noop("Promise of confidentiality"),
    "retention": gettext_noop("Personal data and how long it is kept"),
    "messages": gettext_noop("Messages: what is told to whom"),
    "replies": gettext_noop("Templates for answers"),
    "reporters": gettext_noop("What those who report are promised"),
    "services": gettext_noop("Services of the communities"),
    "bodies": gettext_noop("Kinds of self-governance bodies"),
}
EXAMPLE = "示例"  # what the shipped tables say instead of a signature


class Standing(StrEnum):
    SIGNED = "signed"
    EXAMPLE = "example"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to show: a heading for every column, a cell for every heading."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def _same(content: Content) -> Content:
    return content


FILES = {name: PolicyFile(name, _same) for name in TITLES}


def standing_of(folder: Path, name: str) -> Standing:
    try:
        policy = FILES[name].read(folder)
    except PolicyError:
        return Standing.BROKEN
    return Standing.EXAMPLE if not policy.signed_by or EXAMPLE in policy.signed_by else Standing.SIGNED


@require_safe
@needs("policy.see")
def policies(request: ConsoleRequest) -> HttpResponse:
    rows = [
        (name, _(title), _read(name), standing_of(settings.POLICIES, name)) for name, title in TITLES.items()
    ]
    return show(request, "policies", {"rows": rows}, here="console:policies")


@require_safe
@needs("policy.see")
def policy(request: ConsoleRequest, name: str) -> HttpResponse:
    if name not in TITLES:
        raise Http404
    found = _read(name)
    sheets = list(SHEETS[name](found.table)) if found else []
    context = {
        "title": _(TITLES[name]), "policy": found, "sheets": sheets,
        "standing": standing_of(settings.POLICIES, name),
    }  # fmt: skip
    return show(request, "policy", context, here="console:policies")


def _read(name: str) -> Policy[Content] | None:
    try:
        return FILES[name].read(settings.POLICIES)
    except PolicyError:
        return None


# ---------------------------------------------------------------- each table as people read it


def _word(row: Any) -> str:  # noqa: ANN401 -- {zh, en}, plain text, a list or nothing
    if isinstance(row, Mapping):
        language = "en" if (get_language() or "").startswith("en") else "zh"
        return str(row.get(language, row.get("zh", "")))
    if isinstance(row, list):
        return pgettext("between things of a list", ", ").join(_word(each) for each in row)
    return "" if row is None else str(row)


def _posts(content: Content) -> Iterator[Sheet]:
    rows = [_post_row(code, kind, content["powers"]) for code, kind in content["kinds"].items()]
    columns = (_("Code"), _("Post"), _("Level"), _("Holders"), _("Second factor"), _("Allows"))
    yield Sheet(_("Kinds of post"), columns, rows)


def _post_row(code: str, kind: Content, powers: Content) -> Sequence[str]:
    holders = _("one person") if kind["holders"] == "one" else _("several")
    factor = _("required") if kind.get("second_factor") == "required" else _("optional")
    allowed = _word([powers[power] for power in kind["allows"]])
    return code, _word(kind), _(LEVEL_NAMES[Level(kind["level"])]), holders, factor, allowed


def _categories(content: Content) -> Iterator[Sheet]:
    names = {**content["departments"], **content["levels"]}
    rows = [
        (row["code"], _word(row), _word(content["majors"][row["major"]]), _word(names.get(row["routes_to"])),
         " · ".join(str(row["limits"][step]) for step in content["steps"]))
        for row in content["categories"]
    ]  # fmt: skip
    limits = " · ".join(_word(step) for step in content["steps"].values())
    columns = (_("Code"), _("Category"), _("Group"), _("Usually handled by"), limits)
    yield Sheet(_("Categories and limits"), columns, rows)
    local = [
        (row["unit"], row["category"], _word(content["steps"][row["step"]]), row["limit"], str(row["from"]),
         str(row.get("until") or ""), _word(content["sources"][row["source"]]))
        for row in content.get("limits_by_place") or ()
    ]  # fmt: skip
    if local:
        heads = (_("Unit"), _("Category"), pgettext("of a case", "Step"), pgettext("of time", "Limit"))
        yield Sheet(
            _("Limits of single places"), (*heads, _("Valid from"), _("Valid until"), _("Source")), local
        )


def _calendars(content: Content) -> Iterator[Sheet]:
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    hours = zip(names, map(_word, content["duty_hours"].values()), strict=True)
    yield Sheet(_("Duty hours"), (_("Day"), _("Hours")), [(day, on or _("off duty")) for day, on in hours])
    for year, days in content["years"].items():
        kinds = ((_("holiday"), days["holidays"]), (_("make-up workday"), days["makeup_workdays"]))
        rows = [(_date(day), kind, _word(day)) for kind, listed in kinds for day in listed]
        note = _("provisional") if days["provisional"] else ""
        yield Sheet(f"{year} {note}".strip(), (_("Day"), _("Kind"), _("Name")), sorted(rows))


def _date(day: Mapping[Any, Any]) -> str:
    return str(day.get("on", day.get(True)))  # YAML 1.1 reads a bare `on` as true


def _escalation(content: Content) -> Iterator[Sheet]:
    rows = [(_word(row), f"{row['at']} %", str(row["levels_up"])) for row in content["rungs"]]
    columns = (pgettext("column", "Message"), _("Used of the limit"), _("Levels above that are told"))
    yield Sheet(_("Reminders and escalation"), columns, rows)


def _casework(content: Content) -> Iterator[Sheet]:
    rows = [
        (_("More time that can be asked for at once"), _(", ").join(map(limit_words, content["extensions"]))),
        (_("How often more time is granted for one case"), str(content["extensions_at_most"])),
        (_("Longest time on hold, in days"), str(content["hold_days_at_most"])),
        (_("How long an answer of the reporter is waited for"), limit_words(content["wait_for_reporter"])),
    ]
    yield Sheet(_("More time, putting on hold, asking back"), (_("Rule"), _("Value")), rows)
    codes = [(code,) for code in content["community_admits"]]
    yield Sheet(_("What a community may be asked to handle"), (_("Category"),), codes)


def _retention(content: Content) -> Iterator[Sheet]:
    rows = [
        (f"{row['model']}: {_word(row['fields'])}", _word(row.get("what")), _word(row.get("purpose")),
         _word(row.get("basis")), _word(row.get("class")), _word(row.get("keep")))
        for row in content["fields"]
    ]  # fmt: skip
    columns = (_("Fields"), pgettext("column", "What"), _("Purpose"), _("Basis"), _("Class"), _("Kept for"))
    yield Sheet(_("Personal data"), columns, rows)


def _confidentiality(content: Content) -> Iterator[Sheet]:
    rows = [(_word(point),) for point in content["points"]]
    yield Sheet(_word(content["title"]), (_("What is confirmed every year"),), rows)


def _services(content: Content) -> Iterator[Sheet]:
    rows = [
        tuple(_word(row[part]) for part in ("name", "by", "takes", "bring")) for row in content["services"]
    ]
    columns = (_("Service"), _("Decided by"), _("How long"), _("Bring along"))
    yield Sheet(_("Services of the communities"), columns, rows)


def _bodies(content: Content) -> Iterator[Sheet]:
    rows = [
        (_word(kind), _("several communities") if kind["spans"] else _("one community"),
         str(kind.get("years") or ""), _word(kind.get("term_law")), _word(kind.get("members_law")))
        for kind in content["kinds"].values()
    ]  # fmt: skip
    columns = (_("Kind of body"), _("Represents"), _("Years of a term"), _("About the term"), _("Members"))
    yield Sheet(_("Kinds of self-governance bodies"), columns, rows)


def _messages(content: Content) -> Iterator[Sheet]:
    rows = [
        (
            _word(row),
            ", ".join(row["after"]) or "—",
            row["to"],
            ", ".join(row["channels"]),
            _word(row["short"]),
        )
        for row in content["messages"].values()
    ]
    columns = (_("Message"), _("After"), _("To whom"), _("By"), _("In words"))
    yield Sheet(_("Messages: what is told to whom"), columns, rows)


def _replies(content: Content) -> Iterator[Sheet]:
    rows = [
        (_word(row), ", ".join(row["steps"]), ", ".join(row["for"]),
         "\n".join(_word(part) for part in (row["parts"].values() if "parts" in row else [row["text"]])))
        for row in content["replies"]
    ]  # fmt: skip
    columns = (_("Text"), _("With the steps"), _("For the categories"), _("In words"))
    yield Sheet(_("Templates for answers"), columns, rows)


def _reporters(content: Content) -> Iterator[Sheet]:
    contact, feedback = content["contact"], content["feedback"]
    rows = [
        (_("First contact within"), str(contact["within"])),
        (_("Days for objections"), str(feedback["reopen_within_days"])),
        (_("Days until silence counts as no answer"), str(feedback["no_answer_after_days"])),
        (_("Reasons of those who are satisfied"), _word(feedback["satisfied"])),
        (_("Reasons of those who are not"), _word(feedback["dissatisfied"])),
    ]
    yield Sheet(_("What those who report are promised"), (_("Promise"), _("As set")), rows)


def _causes(content: Content) -> Iterator[Sheet]:
    rows = [(row["code"], row["zh"], row["en"], " ".join(row["for"])) for row in content["causes"]]
    yield Sheet(_("Causes of matters"), (_("Code"), _("Chinese"), _("English"), _("Offered for")), rows)


SHEETS = {
    "causes": _causes,
    "messages": _messages, "replies": _replies, "reporters": _reporters,
    "posts": _posts, "categories": _categories, "calendars": _calendars, "retention": _retention,
    "casework": _casework, "confidentiality": _confidentiality, "escalation": _escalation,
    "services": _services, "bodies": _bodies,
}  # fmt: skip
