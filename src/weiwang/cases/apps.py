from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "weiwang.cases"
    label = "cases"
