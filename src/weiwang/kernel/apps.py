from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "weiwang.kernel"
    label = "kernel"
