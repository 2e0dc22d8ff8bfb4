from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "weiwang.accounts"
    label = "accounts"
