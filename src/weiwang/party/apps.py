from django.apps import AppConfig


class PartyConfig(AppConfig):
    name = "weiwang.party"
    label = "party"

    def ready(self) -> None:
        from weiwang.party.handing import pass_households  # noqa: PLC0415 -- models are there only now
        from weiwang.territory import handover  # noqa: PLC0415 -- as above

        handover.takes_part(pass_households)
