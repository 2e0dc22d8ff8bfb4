from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "weiwang.api.rest"
    label = "rest"
