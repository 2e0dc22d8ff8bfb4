"""Signing in, the second factor, one's own pages.

The library's pages are mounted one by one under its own names: no self-registration, no e-mail, no reset by
mail.
"""

from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.urls import include, path
from django.views.decorators.cache import never_cache

from weiwang.web.account import confidentiality, forms, views

own = [
    path("", views.home, name="home"),
    path("me", views.me, name="me"),
    path("password", views.password, name="password"),
    path("confidentiality", confidentiality.confidentiality, name="confidentiality"),
]


def _page(name: str) -> str:
    return f"account_face/{name}.html"


sign_in = account.LoginView.as_view(template_name=_page("sign_in"), form_class=forms.SignInForm)
sign_out = account.LogoutView.as_view(template_name=_page("sign_out"))
again = account.ReauthenticateView.as_view(template_name=_page("again"), form_class=forms.AgainForm)
code = factor.AuthenticateView.as_view(template_name=_page("code"), form_class=forms.CodeForm)
code_again = factor.ReauthenticateView.as_view(template_name=_page("again"), form_class=forms.CodeAgainForm)
second_factor = factor.IndexView.as_view(template_name=_page("second_factor"))
set_up = totp.ActivateTOTPView.as_view(template_name=_page("set_up"), form_class=forms.FirstCodeForm)
take_off = totp.DeactivateTOTPView.as_view(template_name=_page("take_off"))
codes = recovery.ViewRecoveryCodesView.as_view(template_name=_page("recovery_codes"))
new_codes = recovery.GenerateRecoveryCodesView.as_view(template_name=_page("new_codes"))
download = recovery.DownloadRecoveryCodesView.as_view(template_name="account_face/recovery_codes.txt")


def _mine(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    return login_required(never_cache(view))


urlpatterns = [
    path("", include((own, "account"))),
    path("login/", sign_in, name="account_login"),
    path("login/code/", code, name="mfa_authenticate"),
    path("logout/", never_cache(sign_out), name="account_logout"),
    path("again/", _mine(again), name="account_reauthenticate"),
    path("again/code/", _mine(code_again), name="mfa_reauthenticate"),
    path("second-factor/", _mine(second_factor), name="mfa_index"),
    path("second-factor/on/", _mine(set_up), name="mfa_activate_totp"),
    path("second-factor/off/", _mine(take_off), name="mfa_deactivate_totp"),
    path("second-factor/codes/", _mine(codes), name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", _mine(new_codes), name="mfa_generate_recovery_codes"),
    path("second-factor/codes/file/", _mine(download), name="mfa_download_recovery_codes"),
]
