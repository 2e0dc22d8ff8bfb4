"""A private Weiwang for benchmarks and fault tests: own folder, own port, own database, own processes.

Everything is found and ended by the ids of processes started here.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from weiwang.config.embedded import server_in

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class House:
    """`weiwang run` in a folder of its own."""

    var: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "WEIWANG_VAR": str(self.var), "WEIWANG_DEMO": "none", "WEIWANG_REPORTS_PER_HOUR": "100000000",
            "WEIWANG_WORKERS": "2", "PORT": str(self.port), "DATABASE_URL": "",
        }  # fmt: skip
        return {**os.environ, **own, **self.settings}

    def weiwang(self, *arguments: str, seconds: int = 900) -> str:
        """Run one verb of the command to its end. Raises `CalledProcessError`."""
        done = subprocess.run(
            [sys.executable, "-m", "weiwang.config.command", *arguments], env=self.environment, check=True,
            capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
        return done.stdout

    def start(self) -> float:
        """Start it and wait until it is ready; returns the seconds that took."""
        began = time.monotonic()
        with (self.var / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "weiwang.config.command", "run", "--port", str(self.port)],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            self.wait_until_ready()
        except RuntimeError:
            self.stop()
            raise
        return time.monotonic() - began

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"Weiwang did not start; see {self.var}/run.log")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End it as Ctrl-C would; what is left after half a minute is ended hard."""
        if self.process is None:
            return
        everything = [self.process.pid, *below(self.process.pid)]
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            for pid in everything:
                kill(pid)
            self.process.wait()
        self.process = None

    # ------------------------------------------------------------ its processes

    @property
    def web_master(self) -> int:
        """The process that listens and keeps the web workers."""
        return self._part("weiwang.config.web")

    @property
    def web_workers(self) -> list[int]:
        return [pid for pid in below(self.web_master) if "resource_tracker" not in command_of(pid)]

    @property
    def worker(self) -> int:
        return self._part("weiwang.config.command\0worker")

    @property
    def postmaster(self) -> int:
        found = server_in(self.var).postmaster_pid
        if found is None:
            raise RuntimeError("the database is not running")
        return found

    def _part(self, words: str) -> int:
        if self.process is None:
            raise RuntimeError("Weiwang is not running")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:  # one killed a moment ago is on its way back
            for pid in children(self.process.pid):
                if words in command_of(pid):
                    return pid
            time.sleep(0.05)
        raise RuntimeError(f"no process {words!r}; see {self.var}/run.log")

    def cpu_seconds(self) -> float:
        """Processor time used so far by the web server and the database together."""
        web, base = self.web_master, self.postmaster
        pids = [web, *below(web), base, *below(base)]
        return sum(own_seconds(pid) for pid in pids) + ended_children_seconds(base)

    def web_worker_megabytes(self) -> list[float]:
        """Memory of each process that answers requests (PSS)."""
        return [pss(pid) / 1024 for pid in self.web_workers]

    def megabytes(self) -> float:
        """Memory of web server and worker, shared pages divided among those who share them (PSS)."""
        tops = [self.web_master, self.worker]
        return sum(pss(pid) for top in tops for pid in [top, *below(top)]) / 1024


def children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(word) for word in (task / "children").read_text().split()]
    return found


def below(pid: int) -> list[int]:
    """Every descendant of a process."""
    direct = children(pid)
    return direct + [one for child in direct for one in below(child)]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _times(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]
    except OSError:
        return ["0"] * 4


def own_seconds(pid: int) -> float:
    user, system, *_ = _times(pid)
    return (int(user) + int(system)) / TICKS


def ended_children_seconds(pid: int) -> float:
    *_, user, system = _times(pid)
    return (int(user) + int(system)) / TICKS


def pss(pid: int) -> int:
    """Kilobytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
