"""The forms of signing in and of one's own password."""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from weiwang.web.ui.forms import Form

LONGEST_PASSWORD = 200  # a longer one only costs time


class SignInForm(LoginForm):
    """User names are small letters: `Zhang` and `zhang` are one person and one count of failures."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name"), _("Password")
        password.help_text = ""
        name.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        password.widget.attrs = {"autocomplete": "current-password", "maxlength": LONGEST_PASSWORD}

    def clean_login(self) -> str:
        login: str = super().clean_login()
        return login.lower()


class AgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""
        password.widget.attrs = {"autocomplete": "current-password", "maxlength": LONGEST_PASSWORD}


def _code_field(field: forms.Field, label: Any, *, digits_only: bool) -> None:  # noqa: ANN401 -- lazy text
    field.label = label
    field.widget.attrs = {"autocomplete": "one-time-code", "autocapitalize": "none", "maxlength": "16"}
    if digits_only:
        field.widget.attrs |= {"inputmode": "numeric"}


class CodeForm(codes.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        _code_field(self.fields["code"], _("Code from the app, or a recovery code"), digits_only=False)


class CodeAgainForm(codes.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        _code_field(self.fields["code"], _("Code from the app, or a recovery code"), digits_only=False)


class FirstCodeForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- passed through
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        _code_field(self.fields["code"], _("Six digits that the app shows now"), digits_only=True)


def _password(label: Any, completes: str) -> forms.CharField:  # noqa: ANN401 -- lazy text
    attrs = {"autocomplete": completes}
    return forms.CharField(
        label=label, max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput(attrs=attrs)
    )


class PasswordForm(Form):
    """One's own new password; the old one shows that it is the owner who asks."""

    old = _password(_("Present password"), "current-password")
    new = _password(_("New password"), "new-password")
    again = _password(_("New password once more"), "new-password")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- the account
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new"].help_text = _(
            "Ten characters or more, not only digits, no common password, nothing like your user name. "
            "A short sentence is easy to remember."
        )

    def clean_old(self) -> str:
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("The present password is not correct."), code="old")
        return old

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        new = given.get("new", "")
        if new and new == given.get("old"):
            self.add_error("new", _("The new password must differ from the present one."))
        elif new and new != given.get("again", new):
            self.add_error("again", _("The two new passwords are not the same."))
        elif new:
            self._judge(new)
        return given

    def _judge(self, new: str) -> None:
        try:
            validate_password(new, self.user)
        except forms.ValidationError as error:
            self.add_error("new", error)
