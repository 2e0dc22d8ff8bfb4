from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from weiwang.config import diet
from weiwang.config.serve import become


class Command(BaseCommand):
    help = "Run the background jobs, one after another, until stopped."

    def handle(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 -- Django's signature
        with diet.watched() as grown:
            call_command("procrastinate", "worker", "--concurrency", "2", "--delete-jobs", "successful")
        if grown():
            become("weiwang.config.command", "worker")
