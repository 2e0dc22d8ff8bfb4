from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "weiwang.web.console"
    label = "console"
