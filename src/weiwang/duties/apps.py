from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "weiwang.duties"
    label = "duties"
