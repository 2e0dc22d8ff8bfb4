"""How sign-in behaves here: no self-registration, secrets of the second factor sealed like all contacts."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from weiwang.kernel.fields import sealer


class SignInAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts are made by an administrator


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return sealer().seal(text, "mfa.authenticator").hex()

    def decrypt(self, encrypted_text: str) -> str:
        return sealer().open(bytes.fromhex(encrypted_text), "mfa.authenticator")
