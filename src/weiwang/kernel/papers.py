"""Papers from outside, made safe: a PDF is read and written anew by a process with little memory and time.

What is kept shows the same pages and nothing else (`kernel.paper_reading`). A paper is never shown by our own
pages: `download_headers` are those of every answer that carries one.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar, Final

from django.conf import settings

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.pictures import Readable

PROGRAM: Final = Path(__file__).with_name("paper_reading.py")
MAGIC: Final = b"%PDF-"
SECONDS: Final = 25.0  # by the clock on the wall; by the processor's there are fewer
WAIT: Final = 30.0  # seconds for one's turn
# The one who reads needs to find its interpreter, and nothing that is secret.
HANDED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "LANG")
_one_at_a_time: Final = Lock()  # so that a process of the web server never pays for two of them


class PaperError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "paper.empty": gettext_noop("The file is empty. Please choose the paper again."),
        "paper.too_large": gettext_noop(
            "The paper is larger than %(limit)s MB. Scan it with less detail or send only some of its pages."
        ),
        "paper.not_a_pdf": gettext_noop(
            "This file is not a PDF. Save or scan the paper as PDF, or send a photo of it."
        ),
        "paper.broken": gettext_noop("The PDF is damaged or incomplete. Please save or scan it once more."),
        "paper.locked": gettext_noop(
            "The PDF is protected by a password. Save it without one and send it again."
        ),
        "paper.acts": gettext_noop(
            "The PDF holds a program or a form that sends something. Print it into a new PDF and send that."
        ),
        "paper.encloses": gettext_noop(
            "Other files are hidden inside this PDF. Send the pages without the attachments."
        ),
        "paper.too_many_pages": gettext_noop(
            "The paper has more than %(pages)s pages. Send only the pages that matter."
        ),
        "paper.too_much": gettext_noop(
            "This PDF is too complicated to be looked at safely. Print it into a new PDF and send that."
        ),
        "paper.busy": gettext_noop(
            "Papers cannot be looked at just now. Send it without the paper, or try again in a minute."
        ),
    }


@dataclass(frozen=True, slots=True)
class CleanPaper:
    """`pdf` as it is kept; `sha256` is its hexadecimal digest."""

    pdf: bytes
    pages: int
    sha256: str


def clean_paper(source: bytes | Readable) -> CleanPaper:
    """Return the paper written anew. Raises `PaperError` for whatever is no sound and harmless PDF.

    An open file is read to the limit (`WEIWANG_PAPER_MB`) at most. One paper at a time in each process.
    """
    data = _bytes_of(source)
    if not _one_at_a_time.acquire(timeout=WAIT):
        raise PaperError("paper.busy")
    try:
        said, pdf = _read_apart(data)
    finally:
        _one_at_a_time.release()
    if "fault" in said:
        raise PaperError(f"paper.{said['fault']}", pages=300)
    if len(pdf) > 2 * settings.PAPER_BYTES:
        raise _too_large()
    return CleanPaper(pdf, int(said["pages"]), hashlib.sha256(pdf).hexdigest())


def _bytes_of(source: bytes | Readable) -> bytes:
    data = source if isinstance(source, bytes) else source.read(settings.PAPER_BYTES + 1)
    if not data:
        raise PaperError("paper.empty")
    if len(data) > settings.PAPER_BYTES:
        raise _too_large()
    if not data.startswith(MAGIC):
        raise PaperError("paper.not_a_pdf")
    return data


def _too_large() -> PaperError:
    return PaperError("paper.too_large", limit=settings.PAPER_BYTES // 1_000_000)


def _read_apart(data: bytes) -> tuple[Mapping[str, str], bytes]:
    """What the process apart said. Killed by its limits, or by us after `SECONDS`, it found it too much."""
    handed = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 -- our own program, and no shell
            [sys.executable, "-I", str(PROGRAM)], input=data, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=SECONDS, env=handed, cwd="/", check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"fault": "too_much"}, b""
    except OSError as error:  # no process or memory to be had
        raise PaperError("paper.busy") from error
    head, line_end, pdf = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line_end:
        return {"fault": "too_much"}, b""
    return json.loads(head), pdf


def download_headers(name: str) -> Mapping[str, str]:
    """How a paper leaves: as a file to keep, never as a page of ours, whatever a browser makes of its bytes.

    `name` is ASCII and ours: what a file was called by whoever sent it is not kept.
    """
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
