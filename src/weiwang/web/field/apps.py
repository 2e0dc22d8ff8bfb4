from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "weiwang.web.field"
    label = "field"
