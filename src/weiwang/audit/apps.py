from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "weiwang.audit"
    label = "audit"
