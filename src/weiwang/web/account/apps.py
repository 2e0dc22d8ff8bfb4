from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "weiwang.web.account"
    label = "account_face"  # allauth has the label "account"
