from django.apps import AppConfig


class BodiesConfig(AppConfig):
    name = "weiwang.bodies"
    label = "bodies"
