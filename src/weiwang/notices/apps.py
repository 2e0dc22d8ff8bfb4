from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "weiwang.notices"
    label = "notices"
