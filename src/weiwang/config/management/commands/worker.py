from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the background jobs, one after another, until stopped."

    def handle(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 -- Django's signature
        call_command("procrastinate", "worker", "--concurrency", "2", "--delete-jobs", "successful")
