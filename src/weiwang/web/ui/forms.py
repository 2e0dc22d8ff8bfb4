"""Plain Django forms drawn by our own field template."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import get_available_image_extensions
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    Upload = UploadedFile[Any]
else:
    Upload = UploadedFile  # generic only in the type stubs


class Renderer(DjangoTemplates):
    """Every `{{ form }}` and `{{ form.name.as_field_group }}` looks like the rest of the page."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


class Form(forms.Form):
    """Base of the faces' forms: no colons after labels, our field template, errors tied to their fields."""

    default_renderer = Renderer()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed through
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class PhotosInput(forms.ClearableFileInput):
    """A file input that takes several photos at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(forms.FileField):
    """Up to `max_photos` image files of at most `max_bytes` each; cleans to a list, empty when none came.

    Only count, size and name are looked at here: whether it is an image is decided where it is re-encoded.
    """

    widget = PhotosInput

    def __init__(self, *, max_photos: int = 3, max_bytes: int = 15_000_000, **kwargs: Any) -> None:  # noqa: ANN401 - passed through
        self.max_photos = max_photos
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/*"}

    def clean(self, data: object, initial: object = None) -> list[Upload]:
        given = data if isinstance(data, (list, tuple)) else [data]
        chosen = [item for item in given if isinstance(item, UploadedFile)]
        if not chosen:
            super().clean(None, initial)
            return []
        self.refuse_too_many(chosen)
        for photo in chosen:
            self.refuse_unfit(photo)
        return [super(PhotosField, self).clean(photo, initial) for photo in chosen]

    def refuse_too_many(self, chosen: Sequence[Upload]) -> None:
        if len(chosen) > self.max_photos:
            sentence = ngettext(
                "At most %(count)s photo can be sent. Remove the others and send again.",
                "At most %(count)s photos can be sent. Remove the others and send again.",
                self.max_photos,
            )
            raise forms.ValidationError(sentence % {"count": self.max_photos}, code="too_many")

    def refuse_unfit(self, photo: Upload) -> None:
        if (photo.size or 0) > self.max_bytes:
            sentence = _("“%(name)s” is larger than %(size)s MB. Send a smaller photo.")
            raise forms.ValidationError(
                sentence % {"name": photo.name, "size": self.max_bytes // 1_000_000}, code="too_large"
            )
        if extension(photo.name or "") not in known_extensions():
            sentence = _("“%(name)s” is not a photo. Choose a picture taken with the camera.")
            raise forms.ValidationError(sentence % {"name": photo.name}, code="not_a_photo")


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def known_extensions() -> Iterable[str]:
    return {*get_available_image_extensions(), "heic", "heif"}
