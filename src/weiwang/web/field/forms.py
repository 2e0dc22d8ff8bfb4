"""What is typed on a phone in the field."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from weiwang.cases.offering import Details
from weiwang.cases.rules import Category, Step
from weiwang.kernel.pictures import CleanPicture, PictureError, clean_picture
from weiwang.web.ui.attached import CleanPapersField
from weiwang.web.ui.clocks import limit_words
from weiwang.web.ui.faults import said
from weiwang.web.ui.forms import Form, PhotosField

MAX_PHOTOS = 3
NO_DETAILS = Details()


class CleanPhotosField(PhotosField):
    """Photos as clean pictures; what is no picture is refused in words."""

    def clean(self, data: object, initial: object = None) -> list[CleanPicture]:  # type: ignore[override]
        return [cleaned(photo) for photo in super().clean(data, initial)]


def cleaned(photo: Any) -> CleanPicture:  # noqa: ANN401 -- an uploaded file
    try:
        return clean_picture(photo)
    except PictureError as error:
        raise forms.ValidationError(f"“{photo.name}”: {said(error)}", code=error.code) from error


def photos_field() -> CleanPhotosField:
    return CleanPhotosField(label=gettext_lazy("Photos"), max_photos=MAX_PHOTOS, required=False)


def words_field(label: Any, *, rows: int) -> forms.CharField:  # noqa: ANN401 -- a lazy sentence
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, widget=area)


class ReportForm(Form):
    """Photo, category, send. Words only without a category, a place only if it is not one's own unit."""

    use_required_attribute = False  # a note is needed only beside the tick

    photos = photos_field()
    papers = CleanPapersField(required=False)
    category = forms.ChoiceField(label=gettext_lazy("What is it"), required=False)
    text = words_field(gettext_lazy("In a few words"), rows=3)
    unit = forms.TypedChoiceField(label=gettext_lazy("Where"), coerce=int)
    address = forms.CharField(label=gettext_lazy("Exact place"), required=False, max_length=160)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    settled = forms.BooleanField(label=gettext_lazy("Settled on the spot"), required=False)
    note = words_field(gettext_lazy("What was done"), rows=2)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 -- passed through
        units: Sequence[tuple[int, str]],
        table: Iterable[Category],
        **kwargs: Any,  # noqa: ANN401 -- passed through
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table = {category.code: category for category in table}
        choice: Any = self.fields["unit"]
        choice.choices = units
        kinds: Any = self.fields["category"]
        kinds.choices = [("", ""), *((code, code) for code in self.table)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("category") and not (data.get("text") or "").strip() and "text" not in self.errors:
            self.add_error("text", _("Choose what it is, or say it in a few words."))
        if data.get("settled"):
            self._settling(data)
        return data

    def _settling(self, data: dict[str, Any]) -> None:
        category = self.table.get(data.get("category") or "")
        if category is None:
            self.add_error("settled", _("Choose what it is; only then can it be settled on the spot."))
        elif not category.self_handled:
            self.add_error(
                "settled",
                _("A matter of this kind cannot be settled on the spot. Send it on without the tick."),
            )
        if not (data.get("note") or "").strip():
            self.add_error("note", _("Write in a few words what was done."))

    def words(self) -> str:
        """What is reported: the words, or the name of the category alone."""
        text: str = self.cleaned_data["text"].strip()
        return text or self.table[self.cleaned_data["category"]].zh


PHOTO_STEPS = frozenset({Step.HANDLE, Step.SETTLE, Step.VERIFIED, Step.CHECK, Step.REWORK})


class StepForm(Form):
    """One step of one case: the version looked at, and words, photos or a target where they belong."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = words_field(gettext_lazy("Words"), rows=3)
    target = forms.TypedChoiceField(label=gettext_lazy("Who is to handle it"), coerce=int, empty_value=None)
    longer = forms.ChoiceField(label=gettext_lazy("How much more time"), widget=forms.RadioSelect)
    review_on = forms.DateField(
        label=gettext_lazy("Review on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    channel = forms.ChoiceField(label=gettext_lazy("Legal channel"))
    photos = photos_field()
    papers = CleanPapersField(required=False)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 -- passed through
        step: Step,
        targets: Sequence[tuple[int, str]] = (),
        more: Details = NO_DETAILS,
        needs_note: bool,
        **kwargs: Any,  # noqa: ANN401 -- passed through
    ) -> None:
        super().__init__(*args, auto_id=f"{step}-%s", **kwargs)
        self.fields["note"].required = needs_note
        if needs_note:
            self.fields["note"].error_messages["required"] = _("Write in a few words what was done or why.")
        choice: Any = self.fields["target"]
        choice.choices = targets
        if not targets:
            del self.fields["target"]
        if step not in PHOTO_STEPS:
            del self.fields["photos"], self.fields["papers"]
        self._offer(more)

    def _offer(self, more: Details) -> None:
        """Keep only what can be chosen with this step."""
        language, fields = get_language() or "", self.fields
        longer: Any = fields["longer"]
        longer.choices = [(text, limit_words(text)) for text in more.longer]
        channel: Any = fields["channel"]
        channel.choices = [
            ("", _("Choose")),
            *((each.code, f"{each.name(language)} · {each.where(language)}") for each in more.channels),
        ]
        if more.review_from and more.review_to:
            fields["review_on"].widget.attrs |= {"min": str(more.review_from), "max": str(more.review_to)}
        offered = {"longer": more.longer, "review_on": more.review_to, "channel": more.channels}
        for name in [name for name, choices in offered.items() if not choices]:
            del fields[name]
