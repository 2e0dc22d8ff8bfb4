from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    name = "weiwang.patrols"
    label = "patrols"
