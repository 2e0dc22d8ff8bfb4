"""What stands in the form of every step, written here and not in the template: most of the case page."""

from collections.abc import Sequence
from html import escape
from typing import Protocol

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from weiwang.web.ui.templatetags.ui import icon

LONG = 120  # characters of a note from which its field is tall
NOTE_HEAD = (
    '<label class="ww-label" for="note-{code}">{label}{optional}</label>'
    '<p class="ww-help" id="help-{code}">{words}</p>'
)
NOTE_FIELD = (
    '<textarea class="form-control" id="note-{code}" name="note" rows="{rows}" maxlength="2000" '
    'aria-describedby="help-{code}"{required}>{note}</textarea>'
)


PREVIEW = (
    '<button type="submit" class="btn{primary}" name="do" value="preview" hx-post="{url}" '
    'hx-target="#preview-{code}" hx-select="#preview-{code}" hx-swap="outerHTML" hx-disabled-elt="this">{eye}'
    "<span>{word}</span></button>"
)


class Choice(Protocol):
    """One post to choose."""

    @property
    def post_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def chosen(self) -> bool: ...


TARGET = (
    '<label class="ww-choice" data-choice><span class="ww-choice-box"><input class="form-check-input" '
    'type="radio" name="target" value="{id}"{checked} required></span><span>{name}{note}</span></label>'
)


def target_list(posts: Sequence[Choice]) -> SafeString:
    """The posts to choose from, every value escaped."""
    return SafeString(
        "".join(
            TARGET.format(
                id=escape(post.post_id), checked=" checked" if post.chosen else "", name=escape(post.name),
                note=f"<small>{escape(post.note)}</small>" if post.note else "",
            )
            for post in posts
        )
    )  # fmt: skip


def effect_list(clock: str, tells: Sequence[str], closing: str) -> SafeString:
    """What a step does, line by line; every value escaped."""
    lines = [("clock", clock)]
    if tells:
        lines.append(("message", " ".join([_("The reporter reads:"), *(f"“{words}”" for words in tells)])))
    else:
        lines.append(("eye-off", _("The reporter is not told.")))
    if closing:
        lines.append(("circle-check", _("Complete when: %(closing)s") % {"closing": closing}))
    items = "".join(f"<li>{icon(sign)}<span>{escape(line)}</span></li>" for sign, line in lines)
    return SafeString(f'<ul class="dk-effects">{items}</ul>')


def note_head(code: str, label: str, words: str, *, required: bool) -> SafeString:
    """The label of the words and who reads them, every value escaped."""
    if_any = f' <span class="ww-optional">{escape(_("(if there is something to say)"))}</span>'
    return SafeString(
        NOTE_HEAD.format(
            code=code, label=escape(label), words=escape(words), optional="" if required else if_any
        )
    )


def note_field(code: str, note: str, *, required: bool) -> SafeString:
    """The field for the words, every value escaped."""
    rows = 10 if len(note) > LONG else 4 if required else 2
    return SafeString(
        NOTE_FIELD.format(
            code=code, rows=rows, note=escape(f"\n{note}" if note.startswith("\n") else note),
            required=" required" if required else "",
        )
    )  # fmt: skip


def preview_button(code: str, url: str, *, first: bool, primary: bool) -> SafeString:
    """What shows beforehand what the reporter gets; `first`: nothing is sent without it."""
    word = escape(_("Preview, then send") if first else _("Preview"))
    return SafeString(
        PREVIEW.format(
            code=code, url=url, eye=icon("eye"), word=word, primary=" btn-primary" if primary else ""
        )
    )
