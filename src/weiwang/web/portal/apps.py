from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "weiwang.web.portal"
    label = "portal"
