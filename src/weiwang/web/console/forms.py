"""The forms of the console: plain fields; the domains decide what is allowed."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from weiwang.territory.rules import MAX_KEY_DAYS, MAX_PER_MINUTE
from weiwang.web.ui.forms import Form

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class UnitForm(Form):
    name = forms.CharField(label=pgettext_lazy("unit", "Name"), max_length=80)
    households = forms.IntegerField(label=_("Households"), required=False, min_value=0, max_value=100_000)
    official_code = forms.RegexField(
        r"^[0-9]{12}$", label=_("Official code"), required=False,
        error_messages={"invalid": _("An official code has 12 digits.")},
    )  # fmt: skip


class NewUnitForm(Form):
    level = forms.ChoiceField(label=_("Level"))
    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9-]{0,29}$", label=_("Code"), max_length=30,
        help_text=_("Letters, digits and dashes, such as QH0305-012; it shows the position and stays."),
        error_messages={"invalid": _("A code has 1 to 30 letters, digits and dashes.")},
    )  # fmt: skip
    name = forms.CharField(label=pgettext_lazy("unit", "Name"), max_length=80)
    households = forms.IntegerField(label=_("Households"), required=False, min_value=0, max_value=100_000)


class BoundaryForm(Form):
    file = forms.FileField(label=_("GeoJSON file"), required=False)
    text = forms.CharField(
        label=_("Boundary as GeoJSON or WKT"), required=False, widget=forms.Textarea(attrs={"rows": 8})
    )


class PostForm(Form):
    kind = forms.ChoiceField(label=_("Kind of post"))
    unit = forms.CharField(
        label=_("Unit"), max_length=30, help_text=_("The code of the unit, such as QH0305.")
    )
    department = forms.ChoiceField(label=_("Department"), required=False)
    name = forms.CharField(
        label=pgettext_lazy("post", "Name"), max_length=80, required=False,
        help_text=_("Only where a unit has several of them, such as one building head for each building."),
    )  # fmt: skip


class AppointForm(Form):
    username = forms.CharField(label=_("User name"), max_length=60)
    starts_on = forms.DateField(
        label=_("First day"), required=False, widget=DAY, help_text=_("From now on when empty.")
    )
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=DAY,
        help_text=_("Access ends by itself after this day; without a day it goes on."),
    )  # fmt: skip


class ContractForm(Form):
    works_until = forms.DateField(
        label=_("Last day of the contract"), required=False, widget=DAY,
        help_text=_("For contract and temporary staff: sign-in and appointments end after this day."),
    )  # fmt: skip


class PersonForm(Form):
    username = forms.CharField(
        label=_("User name"), max_length=60, help_text=_("Small letters and digits, such as wanghong.")
    )
    name = forms.CharField(label=_("Name"), max_length=60)
    phone = forms.RegexField(
        r"^[0-9+() -]{5,20}$", label=_("Telephone"), required=False,
        help_text=_("Stored encrypted; never shown in lists."),
        error_messages={"invalid": _("This does not look like a telephone number.")},
    )  # fmt: skip
    works_until = forms.DateField(
        label=_("Last day of the contract"), required=False, widget=DAY,
        help_text=_("For contract and temporary staff: sign-in and appointments end after this day."),
    )  # fmt: skip


class ClientForm(Form):
    name = forms.CharField(
        label=pgettext_lazy("program", "Name"), max_length=30,
        help_text=_("What histories show beside the post, such as the name of the city's platform."),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("What the key may do"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing beyond what the post allows. Give as little as the program needs."),
    )  # fmt: skip
    days = forms.IntegerField(label=_("Days the key lasts"), initial=365, min_value=1, max_value=MAX_KEY_DAYS)
    per_minute = forms.IntegerField(
        label=_("Requests a minute"), initial=120, min_value=1, max_value=MAX_PER_MINUTE
    )


class NewsForm(Form):
    url = forms.CharField(
        label=_("Address"), max_length=500,
        help_text=_("Where the program listens, such as https://platform.example.gov.cn/weiwang."),
    )  # fmt: skip


class ReasonForm(Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class UploadForm(Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV, Excel (.xlsx) or GeoJSON, at most 32 MB."))
