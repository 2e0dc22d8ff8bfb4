"""Plain Django forms drawn by our own field template."""

from collections.abc import Iterable
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


class FilesInput(forms.ClearableFileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Up to `most` files of at most `max_bytes` each; cleans to a list, empty when none came.

    Only count, size and name are looked at here: what a file is, is decided where it is made anew.
    """

    widget = FilesInput
    accept = ""

    def __init__(self, *, most: int, max_bytes: int, **kwargs: Any) -> None:  # noqa: ANN401 - passed through
        self.most = most
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": self.accept}

    def clean(self, data: object, initial: object = None) -> list[Upload]:
        given = data if isinstance(data, (list, tuple)) else [data]
        chosen = [item for item in given if isinstance(item, UploadedFile)]
        if not chosen:
            super().clean(None, initial)
            return []
        if len(chosen) > self.most:
            raise forms.ValidationError(self.too_many() % {"count": self.most}, code="too_many")
        for file in chosen:
            self.refuse_unfit(file)
        return [super(FilesField, self).clean(file, initial) for file in chosen]

    def refuse_unfit(self, file: Upload) -> None:
        if (file.size or 0) > self.max_bytes:
            values = {"name": file.name, "size": self.max_bytes // 1_000_000}
            raise forms.ValidationError(self.too_large() % values, code="too_large")

    def too_many(self) -> str:
        """The sentence for more than `count` of them."""
        raise NotImplementedError

    def too_large(self) -> str:
        """The sentence for a file of this `name` above `size` MB."""
        raise NotImplementedError


class PhotosField(FilesField):
    """Up to `max_photos` image files; see `FilesField`."""

    accept = "image/*"

    def __init__(self, *, max_photos: int = 3, max_bytes: int = 15_000_000, **kwargs: Any) -> None:  # noqa: ANN401 - passed through
        super().__init__(most=max_photos, max_bytes=max_bytes, **kwargs)

    def too_many(self) -> str:
        return ngettext(
            "At most %(count)s photo can be sent. Remove the others and send again.",
            "At most %(count)s photos can be sent. Remove the others and send again.",
            self.most,
        )

    def too_large(self) -> str:
        return _("“%(name)s” is larger than %(size)s MB. Send a smaller photo.")

    def refuse_unfit(self, file: Upload) -> None:
        super().refuse_unfit(file)
        if extension(file.name or "") not in known_extensions():
            sentence = _("“%(name)s” is not a photo. Choose a picture taken with the camera.")
            raise forms.ValidationError(sentence % {"name": file.name}, code="not_a_photo")


def extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def known_extensions() -> Iterable[str]:
    return {*get_available_image_extensions(), "heic", "heif"}
