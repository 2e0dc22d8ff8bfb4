from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "weiwang.plans"
    label = "plans"
