from importlib import import_module

from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "weiwang.web.account"
    label = "account_face"  # allauth has the label "account"

    def ready(self) -> None:
        import_module("weiwang.web.account.signals")  # connects itself to the libraries
