"""`weiwang run`: database, web server and worker under one roof, until Ctrl-C.

The supervisor starts each part in its own process group and starts it again when it dies, with a growing
pause; a part that was killed hard takes its own children with it. Nothing is lost by that: a case that was
answered is committed, a job that was running is taken up again.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from typing import NoReturn

from weiwang.config import embedded, environment

READY_SECONDS = 120
GRACE_SECONDS = 12


@dataclass(slots=True)
class Part:
    """One process the supervisor keeps alive."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    pause: float = 0.2
    started: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, start_new_session=True)
        self.started = time.monotonic()

    def keep_alive(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        self._end_group(signal.SIGKILL)  # children that outlived their parent would hold the port
        if time.monotonic() - self.started > 30:
            self.pause = 0.2
        time.sleep(self.pause)
        self.pause = min(self.pause * 2, 10)
        print(f"weiwang: {self.name} stopped and is started again", file=sys.stderr, flush=True)
        self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        self._end_group(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_SECONDS)
        self._end_group(signal.SIGKILL)
        self.process.wait()

    def _end_group(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            return


def web_command(port: int) -> list[str]:
    return [sys.executable, "-m", "weiwang.config.web", str(port)]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "weiwang.config.command", "worker"]


def load_demo(scale: str) -> None:
    """In a process of its own, which takes the memory it needs with it. Ends this one if that fails."""
    done = subprocess.run(
        [sys.executable, "-m", "weiwang.config.command", "demo", "--scale", scale], check=False
    )
    if done.returncode:
        sys.exit(done.returncode)


def become(module: str, *arguments: str) -> NoReturn:
    """Go on as another program in this same process: nobody who waits for its id notices."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


def port_is_free(port: int) -> bool:
    """Whether the web server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.read("WEIWANG_BIND"), port))
        except OSError:
            return False
    return True


class Supervisor:
    """Runs the parts, and the embedded database if it is the one in use."""

    def __init__(self, port: int, greeting: str) -> None:
        self.port = port
        self.greeting = greeting
        self.parts = [Part("web", web_command(port)), Part("worker", worker_command())]
        # A plain flag: setting a threading.Event in a signal handler waits for ever on its own lock when a
        # second signal arrives meanwhile, as it does when `make` passes on what its whole group was sent.
        self.stopping = False

    def run(self) -> int:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        if not environment.read("DATABASE_URL"):
            embedded.ensure_running(environment.var_folder())
        try:
            for part in self.parts:
                part.start()
            self._watch()
        finally:  # whatever happens here, no part is left behind holding the port
            for part in reversed(self.parts):
                part.stop()
        print("weiwang: stopped", flush=True)
        return 0

    def _watch(self) -> None:
        announced = False
        while not self.stopping:
            self._keep_database()
            for part in self.parts:
                part.keep_alive()
            if not announced and is_ready(self.port):
                print(self.greeting, flush=True)
                announced = True
            time.sleep(0.3)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _keep_database(self) -> None:
        if not environment.read("DATABASE_URL"):
            var = environment.var_folder()
            if embedded.server_in(var).postmaster_pid is None and not self.stopping:
                self._start_database(var)

    def _start_database(self, var: Path) -> None:
        """Again at the next look if it cannot start yet: a killed server's children need a moment to go."""
        print("weiwang: the database stopped and is started again", file=sys.stderr, flush=True)
        try:
            embedded.ensure_running(var)
        except (embedded.EmbeddedDatabaseError, subprocess.SubprocessError, OSError) as error:
            print(f"weiwang: not yet: {str(error).splitlines()[-1]}", file=sys.stderr, flush=True)
            time.sleep(1)


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (HTTPException, OSError):
        return False


def welcome(port: int) -> str:
    from weiwang.demo.signins import demo_signins  # noqa: PLC0415 -- needs Django to be set up

    lines = ["", f"Weiwang 微网 is ready:  http://127.0.0.1:{port}/", ""]
    signins = demo_signins()
    if signins:
        lines += ["Demo sign-ins (fictional people), at /account/login/ :", *signins, ""]
    return "\n".join([*lines, "Stop with Ctrl-C; the data stay in " + str(environment.var_folder()), ""])


def collect_static(var: Path) -> None:
    """Hash and compress the static files when the code is newer than what was collected last."""
    from django.core.management import call_command  # noqa: PLC0415 -- needs Django to be set up

    mark = var / "static" / ".collected"
    source = environment.CHECKOUT / "src" / "weiwang"
    newest = max((f.stat().st_mtime for f in source.glob("web/*/static/**/*") if f.is_file()), default=0.0)
    if mark.exists() and mark.stat().st_mtime >= newest:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.touch()


if __name__ == "__main__":  # `weiwang run` becomes this once all is prepared, and gives its 80 MB back
    sys.exit(Supervisor(int(sys.argv[1]), sys.argv[2]).run())
