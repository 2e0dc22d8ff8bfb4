"""How sign-in behaves here: no self-registration, secrets of the second factor sealed like all contacts."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from weiwang.accounts.rules import has_ended
from weiwang.kernel.fields import sealer

SAID: Mapping[str, Promise] = {
    "mfa/messages/totp_activated.txt": gettext_lazy("The second factor is on."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The second factor is off."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "New recovery codes are ready; the old ones no longer work."
    ),
}  # fmt: skip


class SignInAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; wrong name, wrong password and ended account sound the same."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy("The user name or the password is not correct."),
        "incorrect_password": gettext_lazy("The password is not correct."),
        "incorrect_code": gettext_lazy("The code is not correct. Wait for the next one and type it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 -- allauth's signature
        """Nothing: failed sign-ins are counted in the database, by `limits.TwoLimits`, not here as well."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:  # noqa: ANN401 -- allauth's signature
        user: Any = super().authenticate(request, **credentials)
        return None if user is not None and has_ended(user.works_until, timezone.localdate()) else user

    def get_client_ip(self, request: HttpRequest) -> str:
        return getattr(request, "address", None) or "0.0.0.0"  # noqa: S104 -- stands for "unknown", binds nothing

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None,
        message_context: dict[str, Any] | None = None, extra_tags: str = "",  # noqa: ARG002 -- allauth's signature
        message: str | None = None,
    ) -> None:  # fmt: skip
        """Only what a person needs to read; "you have signed in" is plain to see."""
        said = message or SAID.get(message_template or "")
        if said:
            messages.add_message(request, level, str(said), extra_tags=extra_tags)


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("The code is not correct. Wait for the next one and type it again."),
    }

    def build_totp_svg(self, url: str) -> str:
        """On white, also where the page is dark: cameras cannot read the reverse."""
        file = BytesIO()
        segno.make(url, error="m").save(file, kind="svg", scale=5, light="#fff", xmldecl=False)
        return file.getvalue().decode()

    def get_totp_issuer(self) -> str:
        return _("Weiwang")

    def encrypt(self, text: str) -> str:
        return sealer().seal(text, "mfa.authenticator").hex()

    def decrypt(self, encrypted_text: str) -> str:
        return sealer().open(bytes.fromhex(encrypted_text), "mfa.authenticator")
