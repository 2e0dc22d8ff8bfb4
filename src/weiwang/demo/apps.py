from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "weiwang.demo"
    label = "demo"
