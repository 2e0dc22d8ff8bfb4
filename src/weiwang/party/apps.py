from django.apps import AppConfig


class PartyConfig(AppConfig):
    name = "weiwang.party"
    label = "party"
