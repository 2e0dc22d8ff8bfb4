from django.apps import AppConfig


class WhistlesConfig(AppConfig):
    name = "weiwang.whistles"
    label = "whistles"
