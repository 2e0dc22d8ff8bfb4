from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "weiwang.ledger"
    label = "ledger"
