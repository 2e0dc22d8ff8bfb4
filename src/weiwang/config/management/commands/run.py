from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from weiwang.config import environment
from weiwang.config.serve import become, collect_static, load_demo, port_is_free, welcome
from weiwang.demo.signins import is_empty


class Command(BaseCommand):
    help = "Start the database, the web server and the worker, and keep them running until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(environment.read("PORT")))

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        if not port_is_free(options["port"]):
            raise CommandError(f"Port {options['port']} is in use. Choose another: PORT=8001 make run")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("messages", verbosity=0)
        collect_static(environment.var_folder())
        scale = environment.read("WEIWANG_DEMO")
        if scale != "none" and is_empty():
            self.stdout.write(f"weiwang: loading the fictional sub-district ({scale}) …")
            load_demo(scale)
        greeting = welcome(options["port"])  # now, while the database is surely there
        connection.close()
        become("weiwang.config.serve", str(options["port"]), greeting)
