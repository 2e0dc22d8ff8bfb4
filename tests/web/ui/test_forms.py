"""Forms tie labels, help and errors to their fields, and look at photos before they are opened."""

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from weiwang.web.ui.forms import Form, PhotosField


class Report(Form):
    what = forms.CharField(label="What", help_text="In your words")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Road"), ("b", "Light")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)
    alone = forms.BooleanField(label="No name", required=False)
    photos = PhotosField(label="Photos", required=False, max_photos=2, max_bytes=1000)


def photo(name: str = "a.jpg", size: int = 10) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"x" * size, "image/jpeg")


def sent(*photos: SimpleUploadedFile) -> Report:
    return Report(QueryDict("what=Cover&kind=a"), MultiValueDict({"photos": list(photos)}))


def errors_of(form: Report) -> list[str]:
    with translation.override("en"):
        return [str(error) for error in form["photos"].errors]


def test_a_field_has_label_help_and_control_tied_together() -> None:
    html = Report()["what"].as_field_group()
    assert '<label class="ww-label" for="id_what">What</label>' in html
    assert 'id="id_what_helptext">In your words' in html
    assert 'aria-describedby="id_what_helptext"' in html
    assert 'class="form-control"' in html


def test_an_error_stands_beside_its_field_and_is_read_with_it() -> None:
    html = Report(QueryDict("kind=a"))["what"].as_field_group()
    assert 'id="id_what_error"' in html
    assert "id_what_error" in html.split('aria-describedby="')[1].split('"')[0]
    assert 'aria-invalid="true"' in html
    assert "is-invalid" in html


def test_what_is_optional_says_so() -> None:
    with translation.override("en"):
        form = Report()
        assert "(optional)" in form["note"].as_field_group()
        assert "(optional)" not in form["what"].as_field_group()


def test_choices_are_grouped_under_their_question() -> None:
    html = Report()["kind"].as_field_group()
    assert html.startswith('<fieldset id="id_kind" class="ww-field ww-choices"')
    assert html.count('type="radio"') == 2


def test_a_whole_form_lists_what_is_wrong_with_links() -> None:
    html = str(Report(QueryDict("")))
    assert '<a href="#id_what">What</a>' in html
    assert 'role="alert"' in html


def test_the_photo_picker_works_as_a_plain_input() -> None:
    html = Template("{% load ui %}{% photo_picker form.photos max_photos=2 camera=True %}").render(
        Context({"form": Report()})
    )
    assert 'type="file" id="id_photos" name="photos" accept="image/*" multiple capture="environment"' in html


def test_several_photos_are_taken() -> None:
    form = sent(photo("a.jpg"), photo("b.heic"))
    assert form.is_valid()
    assert [item.name for item in form.cleaned_data["photos"]] == ["a.jpg", "b.heic"]


def test_no_photo_is_an_empty_list() -> None:
    form = sent()
    assert form.is_valid()
    assert form.cleaned_data["photos"] == []


def test_too_many_photos_are_refused() -> None:
    with translation.override("en"):
        assert errors_of(sent(photo(), photo(), photo())) == [
            "At most 2 photos can be sent. Remove the others and send again."
        ]


def test_a_photo_too_large_is_refused_by_name() -> None:
    with translation.override("en"):
        [sentence] = errors_of(sent(photo("big.jpg", 2000)))
    assert "big.jpg" in sentence


def test_a_file_that_is_no_picture_is_refused() -> None:
    with translation.override("en"):
        assert errors_of(sent(photo("virus.exe"))) == [
            "“virus.exe” is not a photo. Choose a picture taken with the camera."
        ]
