from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "weiwang.web.ui"
    label = "ui"
