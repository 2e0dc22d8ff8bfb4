"""The worklist: what is mine, what is open, what is late; narrowed by chips that live in the URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.cases import permissions, queries
from weiwang.cases.dispatching import QUEUES
from weiwang.cases.queries import Filters
from weiwang.cases.rules import Category, State
from weiwang.cases.urging import urged_of
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer
from weiwang.web.desk import colleagues, places, words
from weiwang.web.desk.cause_lists import cause_name, cause_options
from weiwang.web.desk.colleagues import Colleague
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.rows import NO_ID, case_ends, row_list
from weiwang.web.ui.addresses import address
from weiwang.web.ui.pages import wants_part
from weiwang.web.ui.parts import Chip, Tab, Tone
from weiwang.web.ui.urged import sentence

WORDS_LIMIT = 60
VIEWS: Mapping[str, str] = {
    "mine": gettext_noop("Mine"),
    "open": gettext_noop("All open"),
    "late": gettext_noop("Late"),
    "closed": gettext_noop("Closed"),
    "all": gettext_noop("Everything"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL says: the filters, the unit and the post chosen, where to go on, whether the map is open.

    `who` are words in which a post is looked for, as long as they do not name one alone.
    """

    filters: Filters
    unit: places.Ground | None
    cursor: str
    with_map: bool
    page: str = "desk:worklist"
    post: Colleague | None = None
    who: str = ""
    offered: Sequence[Colleague] = ()

    def href(self, **changes: str) -> str:
        """The worklist with some filters changed; an empty value drops one."""
        unit = str(self.unit.id) if self.unit else ""
        f = self.filters
        now = {
            "view": f.view,
            "state": f.state,
            "category": f.category,
            "unit": unit,
            "channel": f.channel,
            "department": f.department,
            "cause": f.cause,
            "post": str(f.post) if f.post else "",
            "since": f.since.isoformat() if f.since else "",
            "until": f.until.isoformat() if f.until else "",
            "q": f.words,
        }
        now["map"] = "1" if self.with_map else ""
        kept = {name: value for name, value in (now | changes).items() if value}
        return f"{address(self.page)}?{urlencode(kept)}"

    def offers(self) -> list[tuple[str, Colleague]]:
        """The posts that fit the words, each with the address of its worklist."""
        view = "open" if self.filters.view == "mine" else self.filters.view
        return [(self.href(view=view, post=str(one.id)), one) for one in self.offered]

    def whole(self) -> str:
        """The same view without any filter."""
        kept = {"view": self.filters.view} | ({"map": "1"} if self.with_map else {})
        return f"{address(self.page)}?{urlencode(kept)}"


def read_asked(request: DeskRequest, at: datetime, query: QueryDict | None = None) -> Asked:
    """Read the URL, or a query sent along; what is not known is left out, never an error."""
    get, on = (request.GET if query is None else query).get, timezone.localdate(at)
    view, unit_id = get("view", ""), get("unit", "")
    unit = (
        places.ground_of(request.officer, int(unit_id), on)
        if unit_id.isascii() and unit_id.isdigit() and len(unit_id) < 19
        else None
    )
    category = get("category", "")
    post, who, offered = _post(request.officer, get("post", ""), get("who", ""), at)
    known = category in queries.categories() or (len(category) == 1 and category.isalpha())
    filters = Filters(
        view=view if view in VIEWS or view in QUEUES else "mine",
        state=get("state", "") if get("state", "") in set(State) else "",
        category=category if known else "",
        under=unit.path if unit else "",
        words=" ".join(get("q", "").replace("\x00", "").split())[:WORDS_LIMIT],
        channel=get("channel", "") if get("channel", "") in words.CHANNELS else "",
        department=_department(get("department", ""), request.officer),
        since=_day(get("since", "")),
        until=_day(get("until", "")),
        post=post.id if post else None,
        cause=get("cause", "") if get("cause", "") in queries.causes() else "",
    )
    if post and filters.view == "mine":  # what another post has now
        filters = replace(filters, view="open")
    return Asked(filters, unit, get("cursor", ""), get("map") == "1", post=post, who=who, offered=offered)


def _post(
    officer: Officer, chosen_id: str, words: str, at: datetime
) -> tuple[Colleague | None, str, Sequence[Colleague]]:
    """The post whose worklist it is; or the words and the posts they fit, when not exactly one."""
    who = colleagues.clean_words(words)
    if not who:
        return (colleagues.by_id(officer, chosen_id, at) if chosen_id else None), "", ()
    found = colleagues.by_words(officer, who, at)
    return (found[0], "", ()) if len(found) == 1 else (None, who, found)


def _department(code: str, officer: Officer) -> str:
    return code if code and code in departments(officer) else ""


def _day(text: str) -> date | None:
    """A day as `2026-11-26`; anything else is none."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-26") else None
    except ValueError:
        return None


def departments(officer: Officer) -> Mapping[str, str]:
    """The departments of the officer's sub-districts: code to name."""
    return _departments(officer.places, places.half_minute())


@lru_cache(maxsize=16)
def _departments(among: tuple[int, ...], _half_minute: int) -> Mapping[str, str]:
    return {row.code: row.name for place in among for row in territory.departments(place)}


@needs("case.see")
@require_safe
def worklist(request: DeskRequest) -> HttpResponse:
    """One page of cases. Words alone search everywhere, not only among mine."""
    at = timezone.now()
    asked = read_asked(request, at)
    if asked.filters.words and "view" not in request.GET:
        asked = replace(asked, filters=replace(asked.filters, view="all"))
    visible = permissions.visible_to(request.officer)
    page = _page(visible, request.officer, asked, at)
    only_rows = bool(asked.cursor) and wants_part(request)
    if not only_rows:
        page |= _around(visible, request.officer, asked, at)
        page["urged"] = _urged(visible, request.officer, at) if asked.filters.view == "mine" else ()
    return show(
        request, "desk/worklist.html", page, here="desk:worklist", part="rows" if only_rows else "list"
    )


def _page(visible: permissions.Visible, officer: Officer, asked: Asked, at: datetime) -> dict[str, object]:
    posts = [holding.post_id for holding in officer.holdings]
    found = queries.worklist(visible, filters=asked.filters, posts=posts, at=at, cursor=asked.cursor)
    more = asked.href(cursor=found.next) if found.next else ""
    return {
        "rows": row_list(found.rows, at),
        "more": more,
        "may_dispatch": officer.may("case.dispatch"),
        "asked": asked,
        "here_url": asked.href(),
    }


def _around(visible: permissions.Visible, officer: Officer, asked: Asked, at: datetime) -> dict[str, object]:
    """Tabs, chips and pick lists beside the rows."""
    on = timezone.localdate(at)
    posts = [holding.post_id for holding in officer.holdings]
    counts = queries.counts(visible, posts=posts, at=at, of_post=asked.filters.post)
    return {
        "tabs": _tabs(asked, counts),
        "chips": filter_chips(asked, officer),
        "clear_url": asked.whole(),
        "map_url": asked.href(map="" if asked.with_map else "1"),
        "map_config": f"{address('desk:map')}?{asked.href().partition('?')[2]}" if asked.with_map else "",
        "picks": pick_lists(officer, asked, on),
        "case_base": NO_ID.join(case_ends()),
        "no_id": NO_ID,
        "query": asked.href().partition("?")[2],
        "export_url": address("desk:export") if officer.may("case.export") else "",
        "may_find_phone": officer.may("reporter.reveal"),
    }


@dataclass(frozen=True, slots=True)
class Waits:
    """A case of one's own posts about which somebody waits for an answer."""

    title: str
    href: str
    said: str


def _urged(visible: permissions.Visible, officer: Officer, at: datetime) -> Sequence[Waits]:
    ends, posts = case_ends(), [holding.post_id for holding in officer.holdings]
    return [
        Waits(one.title, f"{ends[0]}{one.id}{ends[1]}", sentence(one.urged, at))
        for one in urged_of(visible, posts)
    ]


def _tabs(asked: Asked, counts: Mapping[str, int]) -> list[Tab]:
    tones: Mapping[str, Tone] = {"late": "late" if counts["late"] else "quiet"}
    return [
        Tab(
            label=_(word),
            href=asked.href(view=view),
            count=counts.get(view),
            current=asked.filters.view == view,
            tone=tones.get(view, "quiet"),
        )
        for view, word in VIEWS.items()
        if not (view == "mine" and asked.post)
    ]


def _department_name(code: str, officer: Officer) -> str:
    return departments(officer).get(code, code)


def _chips_of_days(asked: Asked, officer: Officer) -> list[Chip]:
    """The chips of department, first and last day."""
    f, found = asked.filters, list[Chip]()
    if f.department:
        found.append(Chip(label=_department_name(f.department, officer), href=asked.href(department="")))
    if f.since:
        words_since = _("from %(day)s on") % {"day": date_format(f.since, "SHORT_DATE_FORMAT")}
        found.append(Chip(label=words_since, href=asked.href(since="")))
    if f.until:
        words_until = _("up to %(day)s") % {"day": date_format(f.until, "SHORT_DATE_FORMAT")}
        found.append(Chip(label=words_until, href=asked.href(until="")))
    return found


def filter_chips(asked: Asked, officer: Officer) -> list[Chip]:
    f = asked.filters
    found = []
    if f.words:
        found.append(Chip(label=_("“%(words)s”") % {"words": f.words}, href=asked.href(q="")))
    if f.state:
        found.append(Chip(label=words.state_words()[f.state].word, href=asked.href(state="")))
    if f.category:
        found.append(Chip(label=category_name(f.category), href=asked.href(category="")))
    if asked.unit:
        found.append(Chip(label=asked.unit.name, href=asked.href(unit="")))
    if asked.post:
        found.append(Chip(label=str(asked.post), href=asked.href(post="")))
    found += _chips_of_days(asked, officer)
    if f.cause:
        found.append(Chip(label=cause_name(f.cause), href=asked.href(cause="")))
    if f.channel:
        found.append(Chip(label=words.channel_word(f.channel), href=asked.href(channel="")))
    return found


def category_name(code: str) -> str:
    """The name of a category, or of a major group of them when the code is one letter."""
    table, language = queries.categories(), get_language() or ""
    if code in table:
        return table[code].name(language)
    major = next((row for row in table.values() if row.major == code), None)
    if major is None:
        return code
    return major.major_en if language.startswith("en") else major.major_zh


# ---------------------------------------------------------------- pick lists


def pick_lists(officer: Officer, asked: Asked, on: date) -> dict[str, SafeString]:
    language, now = get_language() or "", places.half_minute()
    paths = officer.paths("case.see") or ("",)
    return {
        "state": chosen(_state_options(language), asked.filters.state),
        "category": chosen(category_options(language), asked.filters.category),
        "cause": chosen(cause_options(language), asked.filters.cause),
        "channel": chosen(_channel_options(language), asked.filters.channel),
        "department": chosen(_department_options(officer.places, now), asked.filters.department),
        "unit": chosen(
            _unit_options(officer.places, paths, on, now), str(asked.unit.id) if asked.unit else ""
        ),
    }


def chosen(options: SafeString, value: str) -> SafeString:
    """The same options with one of them selected. `value` has been checked by the caller."""
    return (
        SafeString(options.replace(f'value="{value}"', f'value="{value}" selected', 1)) if value else options
    )


@lru_cache(maxsize=4)
def _state_options(language: str) -> SafeString:
    rows = ((code, word.word) for code, word in words.state_words().items() if code != State.DRAFT)
    return format_html_join("", '<option value="{}">{}</option>', rows)


@lru_cache(maxsize=4)
def _channel_options(language: str) -> SafeString:
    return format_html_join(
        "", '<option value="{}">{}</option>', ((c, _(w)) for c, w in words.CHANNELS.items())
    )


@lru_cache(maxsize=16)
def _department_options(among: tuple[int, ...], half_minute: int) -> SafeString:
    rows = _departments(among, half_minute).items()
    return format_html_join("", '<option value="{}">{}</option>', rows)


def category_options(language: str) -> SafeString:
    """Every category, grouped by major."""
    return _category_options(language, queries.category_policy().digest)


@lru_cache(maxsize=8)
def _category_options(language: str, digest: str) -> SafeString:
    majors: dict[str, list[Category]] = {}
    for category in queries.categories().values():
        majors.setdefault(category.major, []).append(category)
    english = language.startswith("en")
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        (
            (rows[0].major_en if english else rows[0].major_zh, _category_rows(rows, language))
            for rows in majors.values()
        ),
    )


def _category_rows(rows: Sequence[Category], language: str) -> SafeString:
    said = ((c.code, " ".join(c.keywords), c.name(language)) for c in rows)
    return format_html_join("", '<option value="{}" data-words="{}">{}</option>', said)


@lru_cache(maxsize=64)
def _unit_options(among: tuple[int, ...], paths: tuple[str, ...], on: date, _half_minute: int) -> SafeString:
    units = tuple(g for place in among for g in places.grounds(place, on))
    return format_html_join(
        "",
        "{}{}",
        (
            (
                format_html('<option value="{}">{}</option>', str(group.id), group.name),
                format_html_join(
                    "",
                    '<option value="{}">　{} {}</option>',
                    ((str(u.id), group.name, u.name) for u in group.units),
                ),
            )
            for group in places.groups(units, paths)
        ),
    )
