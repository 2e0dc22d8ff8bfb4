from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "weiwang.web.desk"
    label = "desk"
