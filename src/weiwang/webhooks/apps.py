from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "weiwang.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        from weiwang.cases.events import CaseMoved  # noqa: PLC0415 -- models are there only now
        from weiwang.kernel import events  # noqa: PLC0415 -- as above
        from weiwang.webhooks.hearing import hear  # noqa: PLC0415 -- as above

        events.subscribe(CaseMoved, hear)
