"""One case as a PDF: the same facts and story as on its page, numbers masked, who took it out at the foot."""

import base64
from dataclasses import dataclass
from datetime import datetime
from html import escape
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import print_case
from weiwang.cases.actions.files import photo_path
from weiwang.cases.actions.privacy import Contacts
from weiwang.cases.queries import CaseFile
from weiwang.kernel.faults import CodedError
from weiwang.kernel.masking import mask_text
from weiwang.kernel.printing import typeset
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer
from weiwang.web.desk import casefile, words
from weiwang.web.desk.cases import answer, file_for, read_typed
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.offers import Typed
from weiwang.web.ui.faults import said
from weiwang.web.ui.gates import confirmed
from weiwang.web.ui.parts import Entry

TEMPLATE = Path(__file__).parent / "data" / "case.typ"
PHOTOS = 12


@needs("case.see")
@require_POST
@confirmed
def paper(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """The case as a file to keep or to print; what for is asked and recorded, the contact only by right."""
    file, at = file_for(request, case_id), timezone.now()
    asked, with_contact = read_typed(request), request.POST.get("contact") == "yes"
    try:
        contacts = print_case(
            case_id=case_id, by=request.officer, at=at, purpose=asked.note, with_contact=with_contact,
            submission=asked.submission or None,
        )  # fmt: skip
    except AlreadyDoneError:  # the same press again: the same paper, without what only its first one may show
        contacts = None
    except CodedError as error:
        typed = Typed(step="paper", note=asked.note, error=said(error))
        return answer(request, case_id, status=HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed)
    facts = Sheet(request.officer, file, at, asked.note, contacts).facts()
    made = HttpResponse(typeset(TEMPLATE, facts).pdf, content_type="application/pdf")
    name = f"{file.case.number}.pdf"
    made["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    made["Cache-Control"] = "private, no-store"
    return made


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the paper. `contacts` are there when they were asked for with the right to see them."""

    officer: Officer
    file: CaseFile
    at: datetime
    purpose: str
    contacts: Contacts | None

    def facts(self) -> dict[str, object]:
        """Everything the template prints; numbers in words are masked as in every list that leaves."""
        case, language = self.file.case, get_language() or ""
        page = casefile.page(self.officer, self.file, at=self.at)
        papers = [f"{one.label} ({one.words})" for one in page["papers"]]  # type: ignore[attr-defined]
        rows = [[fact.label, mask_text(strip_tags(str(fact.value)))] for fact in page["facts"]]  # type: ignore[attr-defined]
        return {
            "language": "en" if language.startswith("en") else "zh",
            "place": territory.place_head(case.place).name,
            "words": _words(),
            "number": case.number,
            "title": mask_text(case.title),
            "state": words.state_words()[case.state].word,
            "urgent": case.urgent,
            "promise": page["promise"],
            "facts": [*rows, *([[_("Papers (PDF)"), " · ".join(papers)]] if papers else [])],
            "text": mask_text(case.text),
            "answer": mask_text(case.answer),
            "photos": self._photos(),
            "contacts": self._contact_rows(),
            "contact_note": self._contact_note(),
            "story": [_line(casefile.moment(chapter)) for chapter in self.file.timeline],
            "printed": self._printed(),
        }

    def _photos(self) -> list[list[str]]:
        shown = zip(self.file.photos, casefile.shown_photos(self.file), strict=True)
        kept = [(photo_path(photo, small=True), one.label) for photo, one in shown]
        return [[_picture(path), label] for path, label in kept[:PHOTOS] if path.is_file()]

    def _contact_rows(self) -> list[list[str]]:
        found = self.contacts
        if found is None:
            return []
        rows = [[_("Name"), found.name], [_("Telephone"), found.phone], [_("E-mail"), found.email]]
        rows += [
            [_("Joined"), " ".join(filter(None, (one.name, one.phone, one.email)))] for one in found.joined
        ]
        return [[label, value] for label, value in rows if value]

    def _contact_note(self) -> str:
        if self.contacts is not None:
            return _("In clear for the purpose below; keep this paper locked away and destroy it afterwards.")
        if self.file.has_reporter:
            return _("A contact was left; it is not on this paper.")
        return _("No contact was left.")

    def _printed(self) -> str:
        what = {
            "name": self.officer.name,
            "moment": f"{timezone.localtime(self.at):%Y-%m-%d %H:%M}",
            "purpose": mask_text(self.purpose),
        }
        return _("Taken out by %(name)s, %(moment)s, for: %(purpose)s. Numbers in texts are masked.") % what


def _line(entry: Entry) -> list[str]:
    return [f"{entry.at:%Y-%m-%d %H:%M}", entry.label, entry.who, mask_text(entry.body)]


def _picture(path: Path) -> str:
    """A photo inside a drawing, which is what the template can read from words."""
    data = base64.b64encode(path.read_bytes()).decode()
    width, height = 320, 240
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="#eef1f4"/>'
        f'<image width="{width}" height="{height}" preserveAspectRatio="xMidYMid meet" '
        f'xlink:href="data:image/jpeg;base64,{escape(data)}"/></svg>'
    )


def _words() -> dict[str, str]:
    return {
        "title": _("Case sheet"), "urgent": _("Urgent"), "text": _("What was reported"),
        "photos": _("Photos"), "answer": _("Answer to the reporter"), "reporter": _("Who reported"),
        "story": _("What happened"), "when": _("When"), "what": _("Action taken"),
        "who": _("By whom, and what was said"),
        "missing": _("Characters this typeface lacks:"),
    }  # fmt: skip
