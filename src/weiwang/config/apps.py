from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "weiwang.config"
    label = "config"
