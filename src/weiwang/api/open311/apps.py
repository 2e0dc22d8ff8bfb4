from django.apps import AppConfig


class Open311Config(AppConfig):
    name = "weiwang.api.open311"
    label = "open311"
