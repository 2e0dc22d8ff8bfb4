from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "weiwang.duties"
    label = "duties"

    def ready(self) -> None:
        from weiwang.duties.queries import pass_tasks  # noqa: PLC0415 -- models are there only now
        from weiwang.territory import handover  # noqa: PLC0415 -- as above

        handover.takes_part(pass_tasks)
