from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "weiwang.cases"
    label = "cases"

    def ready(self) -> None:
        from weiwang.cases.actions.handing import open_at_posts, pass_cases  # noqa: PLC0415 -- models are there only now
        from weiwang.territory import handover  # noqa: PLC0415 -- as above

        handover.takes_part(pass_cases)
        handover.takes_stock(open_at_posts)
