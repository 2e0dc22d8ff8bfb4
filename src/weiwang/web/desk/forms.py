"""The forms of the desk that are more than one step."""

from django import forms
from django.utils.translation import gettext_lazy as _

from weiwang.web.ui.attached import CleanPapersField
from weiwang.web.ui.forms import Form, PhotosField


class IntakeForm(Form):
    """A report taken for a caller; category, place lists and the map stand beside it in the template."""

    text = forms.CharField(
        label=_("What is it about"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the caller's words: what, since when, what is wanted."),
    )
    address = forms.CharField(
        label=_("The place in words"),
        max_length=160,
        required=False,
        help_text=_("Street or compound with the number of the house, or how to find it."),
    )
    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    name = forms.CharField(label=_("Name of the caller"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("Stored encrypted; shown only to posts with that right, each time with a reason."),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
        help_text=_("The caller is told there how it goes."),
    )
    photos = PhotosField(required=False, max_photos=3, label=_("Photos"))
    papers = CleanPapersField(required=False)
