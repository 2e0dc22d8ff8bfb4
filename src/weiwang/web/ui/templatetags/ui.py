"""The components as template tags: `{% load ui %}`. Small ones are built here, larger ones are templates."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Final

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
)
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from weiwang.web.ui.moments import dated
from weiwang.web.ui.parts import Chip, Entry, Fact, NavItem, Step, Tab, Tone, clock_tone

register = template.Library()

TONE_ICONS: Final[Mapping[str, str]] = {
    "action": "circle-dot",
    "late": "alert-triangle",
    "near": "hourglass",
    "cleared": "circle-check",
    "quiet": "circle-dashed",
}
NOTHING: Final = SafeString("")


@cache
def _sprite() -> str:
    return static("vendor/icons.svg")


def _part(name: str, **values: object) -> SafeString:
    return render_to_string(f"ui/parts/{name}.html", values)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> SafeString:
    """An icon, hidden from screen readers; its word stands beside it. `size`: "", "lg", "xl"."""
    kind = f"ww-icon ww-icon-{size}" if size else "ww-icon"
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        kind,
        _sprite(),
        name,
    )


@register.simple_tag
@lru_cache(maxsize=512)
def state(tone: Tone, label: str, icon_name: str = "") -> SafeString:
    """A state as icon, word and colour together."""
    return format_html(
        '<span class="ww-state ww-tone-{}">{}<span>{}</span></span>',
        tone,
        icon(icon_name or TONE_ICONS[tone]),
        label,
    )


@register.simple_tag
def clock_ring(percent: int | None, words: str, tone: Tone | None = None) -> SafeString:
    """How much of the time is used (None: the clock stands still), with the words that say it."""
    colour = tone or clock_tone(percent)
    return format_html(
        '<span class="ww-clock ww-tone-{}"><svg class="ww-ring" viewBox="0 0 20 20" aria-hidden="true">'
        '<circle class="ww-ring-all" cx="10" cy="10" r="8"></circle>{}</svg><span>{}</span></span>',
        colour,
        _ring_inside(percent),
        words,
    )


def _ring_inside(percent: int | None) -> SafeString:
    if percent is None:
        return SafeString('<path class="ww-ring-mark" d="M8 7v6M12 7v6"></path>')
    used = max(0, min(100, percent))
    mark = '<path class="ww-ring-mark" d="M10 6v5M10 13.8v.2"></path>' if percent >= 100 else ""
    return format_html(
        '<circle class="ww-ring-used" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{} 100" '
        'transform="rotate(-90 10 10)"></circle>{}',
        used,
        mark_safe(mark),  # noqa: S308 - one of two literals above
    )


@register.simple_tag
def submission_key(key: str = "", *, with_words: bool = False) -> SafeString:
    """The hidden idempotency key of a form; pass the earlier key when a refused form is shown again.

    `with_words` is for a form that makes something new: a browser that goes back brings the words into a
    fresh page, and with this the key they were sent under too, so that sending again makes no second one.
    """
    kind = SafeString('type="text" hidden data-with-words' if with_words else 'type="hidden"')
    return format_html('<input {} name="submission_key" value="{}">', kind, key or str(uuid.uuid4()))


@register.simple_tag
def widget(bound: BoundField) -> SafeString:
    """The control of a form field with the classes of our look."""
    return bound.as_widget(attrs={"class": control_class(bound)})


def control_class(bound: BoundField) -> str:
    """The class for a control; one a form gave itself stays in front."""
    control = bound.field.widget
    own = str(control.attrs.get("class", ""))
    if isinstance(control, (CheckboxInput, CheckboxSelectMultiple, RadioSelect)):
        kind = "form-check-input"
    elif isinstance(control, Select):
        kind = "form-select"
    else:
        kind = "form-control ww-file" if isinstance(control, FileInput) else "form-control"
    invalid = "is-invalid" if bound.errors else ""
    return " ".join(filter(None, (own, kind, invalid)))


@register.filter
def moment(at: datetime) -> str:
    """A date and time as people write it, in local time; the year only when it is not the present one."""
    local = timezone.localtime(at)
    same_year = local.year == timezone.localtime().year
    return dated(local, _("M j, H:i") if same_year else _("M j, Y, H:i"))


@register.filter
def is_check(bound: BoundField) -> bool:
    """True for a single yes-no box, whose label stands behind it."""
    return isinstance(bound.field.widget, CheckboxInput)


@register.filter
def is_choice_list(bound: BoundField) -> bool:
    """True for radio buttons and check lists, which are grouped in a fieldset."""
    return isinstance(bound.field.widget, (CheckboxSelectMultiple, RadioSelect))


@register.inclusion_tag("ui/forms/field.html")
def field(
    bound: BoundField, label: str = "", help_text: str = "", *, hide_label: bool = False
) -> dict[str, object]:
    """One form field: label, help, control, error; works with any Django form."""
    return {"field": bound, "label": label, "help_text": help_text, "hide_label": hide_label}


@register.inclusion_tag("ui/parts/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, object]:
    """What is wrong with the whole form, at its top, with links to the fields concerned."""
    return {"form": form}


@register.inclusion_tag("ui/parts/photo_picker.html")
def photo_picker(
    bound: BoundField, label: str = "", help_text: str = "", max_photos: int = 3, *, camera: bool = False
) -> dict[str, object]:
    """Choose or take photos; with scripts they are previewed and made smaller before they are sent.

    The inner `<input type="file" name=… multiple>` works alone. `camera` opens the camera first on phones.
    """
    return {"field": bound, "label": label, "help_text": help_text, "max": max_photos, "camera": camera}


@register.inclusion_tag("ui/parts/paper_picker.html")
def paper_picker(bound: BoundField, help_text: str = "") -> dict[str, object]:
    """Choose papers (PDF), folded away until somebody has one; `help_text` says who will read them."""
    field = bound.field
    return {"field": bound, "help_text": help_text, "most": field.most, "limit": field.max_bytes // 1_000_000}  # type: ignore[attr-defined]


@register.inclusion_tag("ui/parts/paper_list.html")
def paper_list(papers: Iterable[object]) -> dict[str, object]:
    """Papers (PDF) as links that fetch them: values of `ui.attached.PaperLine`."""
    return {"papers": papers}


@register.inclusion_tag("ui/parts/position.html")
def position_button(lon: BoundField, lat: BoundField) -> dict[str, object]:
    """“Use my position”: asks the device only when pressed and fills the two inputs (WGS-84 degrees)."""
    return {"lon": lon, "lat": lat}


@register.inclusion_tag("ui/parts/map.html")
def place_map(
    config_url: str,
    label: str,
    mode: str = "view",
    lon_id: str = "",
    lat_id: str = "",
    kind: str = "",
    *,
    opened: bool = True,
    shape_id: str = "",
) -> dict[str, object]:
    """A map fed by the document at `config_url`; loaded when shown. Mode "pick" fills two inputs, "draw" one.

    `kind` "tall" takes the height of the window; `opened` False waits for a press (on phones, beside a case).
    """
    return {
        "url": config_url,
        "label": label,
        "mode": mode,
        "lon_id": lon_id,
        "lat_id": lat_id,
        "shape_id": shape_id,
        "kind": kind,
        "opened": opened,
    }


@register.simple_block_tag
def page_header(content: str, title: str, lead: str = "", back: str = "", back_label: str = "") -> SafeString:
    """The head of a page: way back, title, one line, and the block's content as its actions."""
    return _part(
        "page_header", title=title, lead=lead, back=back, back_label=back_label, actions=_inner(content)
    )


@register.simple_block_tag
def card(content: str, title: str = "", icon_name: str = "", note: str = "", kind: str = "") -> SafeString:
    """A panel. `kind`: "", "flush" (tables to the edge), "late", "near", "cleared", "action"."""
    return _part("card", title=title, icon_name=icon_name, note=note, kind=kind, content=_inner(content))


@register.simple_block_tag
def table(content: str, label: str, kind: str = "") -> SafeString:
    """A table that scrolls inside its own frame on narrow screens; content is thead and tbody."""
    return _part("table", label=label, kind=kind, content=_inner(content))


@register.simple_block_tag
def empty(content: str, title: str, text: str = "", icon_name: str = "inbox") -> SafeString:
    """Nothing here yet: what will appear, and as content the next step."""
    return _part("empty", title=title, text=text, icon_name=icon_name, content=_inner(content))


@register.simple_block_tag
def notice(content: str, tone: Tone = "action", title: str = "", icon_name: str = "") -> SafeString:
    """A note inside the page (also for "you may not do this" and "this went wrong")."""
    shown = icon_name or {"action": "info-circle", "quiet": "info-circle", "near": "alert-triangle"}.get(
        tone, TONE_ICONS[tone]
    )
    return _part("notice", tone=tone, title=title, icon_name=shown, content=_inner(content))


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:  # noqa: A002 - reads like the attribute it becomes
    """A dialog opened by `data-opens="id"`; content is the form it holds."""
    return _part("dialog", id=id, title=title, content=_inner(content))


@register.simple_block_tag
def bulk_bar(content: str, for_id: str) -> SafeString:
    """Appears when rows of the form `for_id` are chosen; content is the buttons."""
    return _part("bulk_bar", for_id=for_id, content=_inner(content))


@register.simple_block_tag
def masked(content: str, value: str) -> SafeString:
    """A masked personal value; content is the way to see it (a reveal button or link), if there is one."""
    return _part("masked", value=value, reveal=_inner(content))


def _inner(content: str) -> SafeString:
    """The rendered inside of a block tag: Django has escaped its variables already."""
    return mark_safe(content.strip())  # noqa: S308


@register.simple_tag
def nav_items(items: Iterable[NavItem]) -> SafeString:
    """The places of a rail or a bottom bar; written here, for every page draws them twice."""
    return SafeString("".join([_nav_item(item) for item in items]))


@lru_cache(maxsize=512)  # every page draws the same
def _nav_item(item: NavItem) -> SafeString:
    key = format_html(' data-key="{}" data-key-label="{}"', item.key, item.label) if item.key else NOTHING
    return format_html(
        '<a class="ww-nav-item" href="{}"{}{}>{}<span class="ww-nav-word">{}</span>{}</a>',
        item.href,
        SafeString(' aria-current="page"') if item.current else NOTHING,
        key,
        icon(item.icon),
        item.label,
        _count(item),
    )


def _count(item: NavItem) -> SafeString:
    if item.count_id:
        hidden = NOTHING if item.count else SafeString(" hidden")
        return format_html('<span class="ww-count" id="{}"{}>{}</span>', item.count_id, hidden, item.count)
    return format_html('<span class="ww-count">{}</span>', item.count) if item.count else NOTHING


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Iterable[Tab], label: str) -> dict[str, object]:
    """Saved views of one list, with counts; `label` names the set for screen readers."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/parts/chips.html")
def chips(items: Iterable[Chip], clear: str = "") -> dict[str, object]:
    """The filters in force, each with a way to drop it; `clear` is the list without any."""
    return {"items": items, "clear": clear}


@register.inclusion_tag("ui/parts/facts.html")
def facts(items: Iterable[Fact], kind: str = "") -> dict[str, object]:
    """A data list; `kind` "wide" sets two columns of pairs on wide screens."""
    return {"items": items, "kind": kind}


@register.inclusion_tag("ui/parts/steps.html")
def steps(items: Iterable[Step]) -> dict[str, object]:
    """Progress like a parcel's, newest promise last."""
    return {"items": items}


@register.simple_tag
def timeline(items: Iterable[Entry]) -> SafeString:
    """What happened, in the order given; written here, for a case that was passed around has dozens."""
    year, this_year, another = timezone.localtime().year, _("M j, H:i"), _("M j, Y, H:i")
    said = []
    for entry in items:
        local = timezone.localtime(entry.at)
        line = _MOMENT.format(
            tone=entry.tone,
            icon=icon(entry.icon),
            label=conditional_escape(entry.label),
            who=f"<span>{conditional_escape(entry.who)}</span>" if entry.who else "",
            iso=local.isoformat(),
            at=dated(local, this_year if local.year == year else another),
            body=_BODY.format(linebreaksbr(entry.body)) if entry.body else "",
        )
        said.append(line)
    return SafeString(f'<ol class="ww-timeline">{"".join(said)}</ol>')


_MOMENT: Final = (
    '<li class="ww-moment ww-tone-{tone}"><span class="ww-moment-mark">{icon}</span><div>'
    '<p class="ww-moment-line"><strong>{label}</strong>{who}<time datetime="{iso}">{at}</time></p>{body}'
    "</div></li>"
)
_BODY: Final = '<p class="ww-moment-body">{}</p>'


@register.inclusion_tag("ui/parts/pager.html")
def pager(older: str = "", newer: str = "", note: str = "") -> dict[str, object]:
    """Keyset paging: URLs of the older and the newer rows; an empty one is left out."""
    return {"older": older, "newer": newer, "note": note}


@register.inclusion_tag("ui/parts/stat.html")
def stat(
    label: str, value: object, note: str = "", tone: Tone = "quiet", href: str = ""
) -> dict[str, object]:
    """One number with its name; a link leads to the rows it counts."""
    return {"label": label, "value": value, "note": note, "tone": tone, "href": href}
