"""A real mail server and a real gateway on this machine, which can be told to refuse or to be away."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SMS = {
    "as": "json", "sign": "清河湾", "account": "qh", "secret": "s3cret",
    "fields": {"account": "{account}", "mobile": "{phone}", "content": "【{sign}】{text}", "ts": "1"},
    "signature": {"into": "sig", "kind": "md5", "over": "{account}{phone}{secret}"},
    "taken": {"field": "code", "is": ["0"]}, "never": ["41"], "message_id": "data.id",
}  # fmt: skip


@dataclass
class MailServer:
    """What arrived, and what the server is to answer next."""

    port: int
    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 -- the name aiosmtpd asks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        content = envelope.original_content or b""
        found = BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
        self.mails.append(found)
        return "250 OK"


@dataclass
class Gateway:
    """An SMS gateway or a WeCom robot: keeps what it was sent, answers what it is told to."""

    url: str
    answers: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer(free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    yield server
    controller.stop()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    found = Gateway("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, said = (
                found.answers.pop(0)
                if found.answers
                else (200, {"code": 0, "errcode": 0, "data": {"id": "m-1"}})
            )
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/send"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


Setting = Callable[..., Path]


@pytest.fixture
def channels_file(settings: Any, tmp_path: Path) -> Setting:
    """Write the settings of the channels, readable by us alone."""

    def write(**content: object) -> Path:
        path = tmp_path / "channels.yaml"
        path.write_text(yaml.safe_dump({"allow_inside": ["127.0.0.1"], **content}, allow_unicode=True))
        path.chmod(0o600)
        os.utime(path, ns=(0, id(content) % 10**15))
        settings.CHANNELS_FILE = path
        return path

    return write


def email_settings(port: int, **more: object) -> dict[str, object]:
    return {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "清河湾 <no-reply@qh.example>",
        **more,
    }


def sms_settings(url: str, **more: object) -> dict[str, object]:
    return {**SMS, "url": url, **more}
