"""Papers (PDF) with a report, a step or a note: chosen in a form, listed on a page, handed out as a file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from weiwang.kernel.papers import CleanPaper, PaperError, clean_paper, download_headers
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import FilesField, Upload

PAPERS = 3
STAGES: Mapping[str, str] = {
    "report": gettext_noop("Paper of the report"),
    "joined": gettext_noop("Paper of somebody who joined"),
    "reply": gettext_noop("Paper of an answer"),
    "result": gettext_noop("Paper of the result"),
    "note": gettext_noop("Paper with an internal note"),
    "told": gettext_noop("Paper for the reporter"),
}


class PapersField(FilesField):
    """Up to three PDF files; cleans to a list of what was sent, empty when nothing was."""

    accept = ".pdf,application/pdf"

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - passed through
        kwargs.setdefault("label", gettext_lazy("Papers (PDF)"))
        super().__init__(most=PAPERS, max_bytes=settings.PAPER_BYTES, **kwargs)

    def too_many(self) -> str:
        return ngettext(
            "At most %(count)s paper can be sent. Remove the others and send again.",
            "At most %(count)s papers can be sent. Remove the others and send again.",
            self.most,
        )

    def too_large(self) -> str:
        return _("“%(name)s” is larger than %(size)s MB. Send a smaller file, or only some of its pages.")


class CleanPapersField(PapersField):
    """The papers written anew; what is no sound and harmless PDF is refused in words."""

    def clean(self, data: object, initial: object = None) -> list[CleanPaper]:  # type: ignore[override]
        return [_cleaned(paper) for paper in super().clean(data, initial)]


def _cleaned(paper: Upload) -> CleanPaper:
    try:
        return clean_paper(paper)
    except PaperError as error:
        sentence = _("“%(name)s”: %(why)s") % {"name": paper.name, "why": said(error)}
        raise forms.ValidationError(sentence, code=error.code) from error


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper on a page: where it is fetched, which it is, how much it is."""

    href: str
    label: str
    words: str


def paper_lines(
    papers: Iterable[Any], address: Callable[[UUID], str], names: Mapping[str, str] = STAGES
) -> list[PaperLine]:
    """The papers of a case as lines, numbered."""
    return [
        PaperLine(
            address(paper.pk), f"{_(names[paper.stage])} {number}", paper_words(paper.pages, paper.size)
        )
        for number, paper in enumerate(papers, 1)
    ]


def paper_words(pages: int, size: int) -> str:
    """`2 pages, 310 KB`."""
    count = ngettext("%(count)s page", "%(count)s pages", pages) % {"count": pages}
    large = f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"
    # Translators: how many pages a paper has, and its size
    return _("%(pages)s, %(size)s") % {"pages": count, "size": large}


def paper_file(paper_id: UUID, path: Path, number: str) -> FileResponse:
    """The file under the number of its case, to keep, never shown as a page. Raises `FileNotFoundError`."""
    answer = FileResponse(path.open("rb"), content_type="application/pdf")
    for name, value in download_headers(f"{number}-{str(paper_id)[-4:]}.pdf").items():
        answer[name] = value
    return answer
