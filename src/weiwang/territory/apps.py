from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "weiwang.territory"
    label = "territory"
