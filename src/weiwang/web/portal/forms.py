"""The forms of the portal. Texts are cleaned by the rules of the house, with their own sentences."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from weiwang.cases.actions import Contact
from weiwang.cases.actions.files import FilesError
from weiwang.cases.actions.keeping import promises
from weiwang.cases.rules import CaseError, read_email, read_phone
from weiwang.kernel.faults import CodedError
from weiwang.kernel.papers import CleanPaper, PaperError, clean_paper
from weiwang.kernel.pictures import CleanPicture, PictureError, clean_picture
from weiwang.kernel.text import clean_text
from weiwang.web.ui.attached import PAPERS, PapersField
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form, PhotosField

T = TypeVar("T")
PHOTOS = 3
TEXT, ADDRESS, NAME, REMARK = 4000, 120, 60, 500
# The field a refusal of the casework is shown at.
FIELD_OF = {
    "case.no_words": "text",
    "case.category": "category",
    "case.outside": "address",
    "case.no_place": "address",
    "contact.phone": "phone",
    "join.ended": "text",
    "contact.email": "email",
    "photo.too_many": "photos",
    "paper.too_many": "papers",
}


class CleanText(forms.CharField):
    """Text as the house stores it; the refusal is the house's own sentence."""

    def __init__(self, *, limit: int, **more: Any) -> None:  # noqa: ANN401 -- passed through
        self.limit = limit
        super().__init__(strip=False, **more)
        self.validators = []  # NUL and all other control characters are refused below, in one sentence

    def to_python(self, value: Any) -> str:  # noqa: ANN401 -- Django's signature
        return _read(lambda text: clean_text(text, self.limit), super().to_python(value) or "")


class Email(forms.CharField):
    def to_python(self, value: Any) -> str:  # noqa: ANN401 -- Django's signature
        return _read(read_email, super().to_python(value) or "")


class Phone(forms.CharField):
    def to_python(self, value: Any) -> str:  # noqa: ANN401 -- Django's signature
        return _read(read_phone, super().to_python(value) or "")


def _read(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text)
    except CodedError as error:
        raise ValidationError(said(error), code=error.code) from error


class ReportForm(Form):
    """Everything is optional but the words and some place."""

    text = CleanText(
        limit=TEXT,
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy("Say it as you would to a neighbour: what, since when, how bad."),
        error_messages={"required": gettext_lazy("Please say in a few words what this is about.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    category = forms.CharField(required=False, max_length=12)
    photos = PhotosField(required=False, max_photos=PHOTOS, label=gettext_lazy("Photos"))
    papers = PapersField(required=False)
    photos_shown = forms.BooleanField(
        required=False,
        label=gettext_lazy("Neighbours who are about to report the same may see a small picture (optional)"),
    )
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    unit = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label=gettext_lazy("Community or village")
    )
    find = CleanText(limit=60, required=False, label=gettext_lazy("Address or building"))
    building = forms.IntegerField(required=False, widget=forms.HiddenInput)
    address = CleanText(
        limit=ADDRESS,
        required=False,
        label=gettext_lazy("The place in your own words"),
        help_text=gettext_lazy("For example: behind building 3, next to the bicycle shed."),
    )
    name = CleanText(
        limit=NAME,
        required=False,
        label=gettext_lazy("How may we call you?"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = Phone(
        required=False,
        label=gettext_lazy("Telephone"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    email = Email(
        required=False,
        label=gettext_lazy("E-mail"),
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email", "inputmode": "email"}),
    )

    def __init__(self, *args: Any, units: Sequence[tuple[int, str]], **more: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **more)
        self.fields["unit"].choices = [("", _("— please choose —")), *units]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A half position is none."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("lon") is None or data.get("lat") is None:
            data["lon"] = data["lat"] = None
        return data

    @property
    def contact(self) -> Contact:
        data = self.cleaned_data
        return Contact(data["name"], data["phone"], data["email"], get_language() or "")

    def refuse(self, error: CodedError) -> None:
        """Show a refusal of the casework at the field it is about."""
        field = FIELD_OF.get(error.code) if isinstance(error, CaseError) else None
        self.add_error(field, ValidationError(said(error), code=error.code))


def cleaned_photos(files: Iterable[Any], room: int) -> tuple[list[CleanPicture], list[str]]:
    """The sound pictures among the files, at most `room`, and a sentence for each other one."""
    return _cleaned(clean_picture, files, room, FilesError("photo.too_many", limit=PHOTOS))


def cleaned_papers(files: Iterable[Any], room: int) -> tuple[list[CleanPaper], list[str]]:
    """The sound papers among the files, in the same way."""
    return _cleaned(clean_paper, files, room, FilesError("paper.too_many", limit=PAPERS))


def _cleaned(
    clean: Callable[[Any], T], files: Iterable[Any], room: int, full: FilesError
) -> tuple[list[T], list[str]]:
    found: list[T] = []
    refusals: list[str] = []
    for file in files:
        if len(found) == room:
            refusals.append(said(full))
            break
        try:
            found.append(clean(file))
        except (PictureError, PaperError) as error:
            refusals.append(_("“%(name)s”: %(why)s") % {"name": file.name, "why": said(error)})
    return found, refusals


class FollowForm(Form):
    number = forms.CharField(
        max_length=60,
        label=gettext_lazy("Number of the report"),
        help_text=gettext_lazy("For example QH2611-00448-K. Capitals, spaces and dashes do not matter."),
        error_messages={"required": gettext_lazy("Please enter the number of the report.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    code = forms.CharField(
        max_length=30,
        label=gettext_lazy("Query code"),
        help_text=gettext_lazy("The six digits you were given with it."),
        error_messages={"required": gettext_lazy("Please enter the six digits of the query code.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AnswerForm(Form):
    """The answer to a question of those who handle the report."""

    words = CleanText(
        limit=TEXT,
        label=gettext_lazy("Your answer"),
        error_messages={"required": gettext_lazy("Please write your answer.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField(required=False, max_photos=PHOTOS, label=gettext_lazy("Photos"))
    papers = PapersField(required=False)


class FeedbackForm(Form):
    """Satisfied or not, and why. The reasons are those of `policies/reporters.yaml`."""

    reasons = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("What is not right?"),
        widget=forms.CheckboxSelectMultiple,
    )
    remark = CleanText(
        limit=REMARK,
        required=False,
        label=gettext_lazy("In your own words"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, satisfied: bool = False, **more: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **more)
        language = get_language() or ""
        reasons = promises().reasons(satisfied=satisfied).values()
        self.fields["reasons"].choices = [(reason.code, reason.name(language)) for reason in reasons]  # type: ignore[attr-defined]
        if satisfied:
            self.fields["reasons"].label = _("What was good?")
