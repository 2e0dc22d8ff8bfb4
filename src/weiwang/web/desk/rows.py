"""The rows of the worklist, written here and not in the template: fifty are most of the page's work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from uuid import UUID

from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.cases import queries
from weiwang.cases.calendars import CalendarOf
from weiwang.cases.queries import Row
from weiwang.cases.urging import Urged, urged_among
from weiwang.web.desk import words
from weiwang.web.ui.clocks import Clockfaces
from weiwang.web.ui.templatetags.ui import state as state_badge
from weiwang.web.ui.urged import mark

NO_ID = "00000000-0000-0000-0000-000000000000"

ROW = (
    '<li class="dk-row" data-row data-id="{id}">{box}'
    '<a class="dk-title" href="{href}" data-case-link>{urgent}{urged}{title}</a>'
    '<span class="dk-number">{number}</span><span class="dk-kind">{category}</span>'
    '<span class="dk-place">{place}</span><span class="dk-state">{badge}</span>'
    '<span class="dk-due">{clock}</span><span class="dk-word">{files}{last_word}</span>{said}</li>'
)
CLOCK = (
    '<span class="ww-clock ww-tone-{tone}"><svg class="ww-ring" viewBox="0 0 20 20" aria-hidden="true">'
    '<circle class="ww-ring-all" cx="10" cy="10" r="8"></circle>{inside}</svg>'
    "<span>{words}</span></span>"
)
RING = (
    '<circle class="ww-ring-used" cx="10" cy="10" r="8" pathLength="100" stroke-dasharray="{percent} 100" '
    'transform="rotate(-90 10 10)"></circle>'
)
STILL = '<path class="ww-ring-mark" d="M8 7v6M12 7v6"></path>'
BOX = (
    '<label class="dk-choose"><input type="checkbox" class="form-check-input" form="dk-many" name="case" '
    'value="{id}:{version}" data-choose{ticked}><span class="visually-hidden">{word} {number}</span></label>'
)
ENDED = '<span class="ww-soft">{words}</span>'
FILES = (
    '<span class="dk-photos"><svg class="ww-icon" aria-hidden="true" focusable="false">'
    '<use href="{sprite}#{icon}"></use></svg>{count}</span>'
)
SAID = (
    '<span class="dk-said ww-late"><svg class="ww-icon" aria-hidden="true" focusable="false">'
    '<use href="{sprite}#circle-x"></use></svg> {words}</span>'
)
URGED = '<span class="ww-near dk-urgent">{word}</span>'
URGENT = '<span class="ww-late dk-urgent">{word}</span>'


def row_list(
    rows: Sequence[Row], at: datetime, *, choose: bool = False, said: Mapping[UUID, str] | None = None
) -> SafeString:
    """The rows as HTML, every value escaped; empty when there are none.

    `choose` puts a box before each; it is ticked where `said` has a sentence for the row, why it failed.
    """
    writer = _Writer(at, urged_among(rows), choose=choose, said=said or {})
    return SafeString("".join([writer.row(row) for row in rows]))


class _Writer:
    """What all rows share: words in the reader's language, addresses, the moment."""

    def __init__(
        self, at: datetime, waiting: Mapping[UUID, Urged], *, choose: bool, said: Mapping[UUID, str]
    ) -> None:
        self.waiting, self.said = waiting, said
        self.choose = escape(_("Select")) if choose else ""
        language = get_language() or ""
        self.clocks = Clockfaces(at, CalendarOf())
        self.badges = badges(language)
        self.names = category_names(language, queries.category_policy().digest)
        self.ends = case_ends()
        self.urgent = URGENT.format(word=escape(_("Urgent")))
        self.sprite = escape(static("vendor/icons.svg"))

    def row(self, row: Row) -> str:
        row_id = str(row.id)
        return ROW.format(
            id=row_id,
            box=self._box(row, row_id),
            href=f"{self.ends[0]}{row_id}{self.ends[1]}",
            urgent=self.urgent if row.urgent else "",
            urged=self._urged(row),
            title=escape(row.title),
            number=escape(row.number),
            category=escape(self.names.get(row.category, row.category)),
            place=escape(f"{row.unit_name} {row.address}" if row.address else row.unit_name),
            badge=self.badges[row.state],
            clock=self._clock(row),
            files=self._files("photo", row.photo_count) + self._files("file-text", row.paper_count),
            last_word=escape(row.last_word or row.owner_name),
            said=self._said(row),
        )

    def _urged(self, row: Row) -> str:
        urged = self.waiting.get(row.id)
        return URGED.format(word=escape(mark(urged))) if urged else ""

    def _files(self, icon: str, count: int) -> str:
        return FILES.format(sprite=self.sprite, icon=icon, count=count) if count else ""

    def _box(self, row: Row, row_id: str) -> str:
        if not self.choose:
            return ""
        ticked = " checked" if row.id in self.said else ""
        return BOX.format(
            id=row_id, version=row.version, word=self.choose, number=escape(row.number), ticked=ticked
        )

    def _said(self, row: Row) -> str:
        words = self.said.get(row.id)
        return SAID.format(sprite=self.sprite, words=escape(words)) if words else ""

    def _clock(self, row: Row) -> str:
        face = self.clocks.of(row)
        if face is None:
            return ENDED.format(words=f"{timezone.localtime(row.step_at):%m-%d %H:%M}")
        inside = STILL if face.percent is None else RING.format(percent=face.percent)
        return CLOCK.format(tone=face.tone, inside=inside, words=escape(face.brief))


@cache
def case_ends() -> tuple[str, str]:
    """What stands before and after the id in the address of a case: asked once for a whole list."""
    head, _no_id, tail = reverse("desk:case", args=[NO_ID]).partition(NO_ID)
    return head, tail


@lru_cache(maxsize=4)
def badges(language: str) -> Mapping[str, SafeString]:
    """Every state as icon, word and colour, in one language."""
    return {code: state_badge(word.tone, word.word, word.icon) for code, word in words.state_words().items()}


@lru_cache(maxsize=4)
def category_names(language: str, digest: str) -> Mapping[str, str]:
    """Code to name in one language; `digest` is that of the policy table, so a new table is read anew."""
    return {code: category.name(language) for code, category in queries.categories().items()}
