"""Sealing of single fields (phone, ID number, contact name) with keys kept outside the database.

Keys are text, `id:base64` separated by commas or lines, the first one active: it seals, all of them open.
To rotate, put a new key in front (`with_new_key`), seal again whatever `needs_resealing`, compute its blind
index again, then drop the old key.

A sealed value is: version (1 byte, 1) | length of the key id (1 byte) | key id | nonce (12 bytes) |
AES-256-GCM ciphertext with its 16-byte tag. The associated data is everything before the nonce plus the
context, for example `reporter.phone:<row id>`, so that a value copied to another field or row does not open
there. Nonces are random: one key seals up to 2**32 values safely (NIST SP 800-38D, 8.3), so rotate before
that.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from weiwang.kernel.faults import CodedError, gettext_noop

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
VERSION: Final = 1
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)
_MOBILE: Final = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})", re.ASCII)
_LANDLINE: Final = re.compile(r"(?:(?:\+|00)86)?0?([1-9]\d{8,10})", re.ASCII)
_ID_NUMBER: Final = re.compile(r"\d{17}[\dX]", re.ASCII)
_SPACED: Final = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc().·_\u200b-\u200f\u2060\ufeff]+")


class SealError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "seal.no_keys": gettext_noop("No sealing key is set. Nothing personal can be stored or read."),
        "seal.key_form": gettext_noop("Sealing key %(number)s is not of the form id:base64 of 32 bytes."),
        "seal.key_twice": gettext_noop("The sealing key id %(key)s is used twice."),
        "seal.not_sealed": gettext_noop("This value is not a sealed value, or part of it is missing."),
        "seal.unknown_key": gettext_noop(
            "This value was sealed with key %(key)s, which is not among the set keys."
        ),
        "seal.not_opened": gettext_noop(
            "This value does not open: the key is not the one that sealed it, "
            "the value was altered, or it belongs to another field or row."
        ),
        "seal.file_open_to_others": gettext_noop(
            "The key file %(path)s can be read by other users. Take their rights away: chmod 600 %(path)s"
        ),
        "seal.file_unreadable": gettext_noop("The key file %(path)s cannot be read."),
    }


@dataclass(frozen=True, slots=True)
class Key:
    """One master key of 32 bytes. Its secret never shows in a representation."""

    id: str
    secret: bytes = field(repr=False)

    def __str__(self) -> str:
        return f"{self.id}:{base64.b64encode(self.secret).decode()}"

    def derive(self, use: str) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"weiwang {use}".encode()).derive(self.secret)


class Sealer:
    """Seals and opens text. Safe to share between threads."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise SealError("seal.no_keys")
        self._keys = tuple(keys)
        self._active = keys[0]
        self._ciphers = {key.id: AESGCM(key.derive("seal 1")) for key in keys}
        self._index_keys: dict[tuple[str, str], bytes] = {}

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises `SealError` if `text` holds no key or one that is not `id:base64`."""
        return cls(read_keys(text))

    def seal(self, text: str, context: str) -> bytes:
        """Return `text` sealed for one place: `context`, such as `table.field:row`, is needed to open it."""
        head = _head(self._active.id)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._active.id].encrypt(nonce, text.encode(), head + context.encode())
        return head + nonce + sealed

    def open(self, sealed: bytes | memoryview, context: str) -> str:
        """Return the text. Raises `SealError` for a wrong key, place or value."""
        head, key_id, rest = _parts(bytes(sealed))
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealError("seal.unknown_key", key=key_id)
        try:
            text = cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + context.encode())
        except InvalidTag as error:
            raise SealError("seal.not_opened") from error
        return text.decode()

    def needs_resealing(self, sealed: bytes | memoryview) -> bool:
        """True if `sealed` was made with another key than the active one."""
        return _parts(bytes(sealed))[1] != self._active.id

    def blind_index(self, text: str, purpose: str) -> bytes:
        """Return 32 bytes by which equal texts can be found without opening them.

        Equal means equal after `normalise`. `purpose` (for example `reporter.phone`) keeps the indexes of
        different fields apart. It follows the active key.
        """
        return self._index(self._active, text, purpose)

    def blind_indexes(self, text: str, purpose: str) -> list[bytes]:
        """Return the indexes under all keys, the active one first: what to look for while a rotation runs."""
        return [self._index(key, text, purpose) for key in self._keys]

    def _index(self, key: Key, text: str, purpose: str) -> bytes:
        index_key = self._index_keys.get((key.id, purpose))
        if index_key is None:
            index_key = self._index_keys[key.id, purpose] = key.derive(f"index 1 {purpose}")
        return hmac.digest(index_key, normalise(text).encode(), hashlib.sha256)


def normalise(text: str) -> str:
    """Return one spelling for what people mean as the same.

    Mobile numbers become 11 digits and landlines `0` + area code + number, whatever width, spaces, dashes
    or +86 they were typed with; ID numbers lose spaces and get a capital X; other text loses differences of
    width, case and repeated spaces.
    """
    narrow = unicodedata.normalize("NFKC", text).strip()
    tight = _SPACED.sub("", narrow).upper()
    if mobile := _MOBILE.fullmatch(tight):
        return mobile[1]
    if _ID_NUMBER.fullmatch(tight):
        return tight
    if tight.startswith(("0", "+86")) and (landline := _LANDLINE.fullmatch(tight)):
        return "0" + landline[1]
    return " ".join(_folded(narrow).split())


def _folded(text: str) -> str:
    # Folding twice is what Unicode asks for (NFKC_Casefold): once may leave a letter that folds again.
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def read_keys(text: str) -> list[Key]:
    """Return the keys in `text`, the active one first. Raises `SealError` without repeating any secret."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    entries = [entry.strip() for entry in ",".join(lines).split(",") if entry.strip()]
    keys = [_read_key(entry, number) for number, entry in enumerate(entries, 1)]
    ids = [key.id for key in keys]
    for key_id in ids:
        if ids.count(key_id) > 1:
            raise SealError("seal.key_twice", key=key_id)
    if not keys:
        raise SealError("seal.no_keys")
    return keys


def generate_keys() -> str:
    """Return the text of one new key."""
    return str(Key(f"k{secrets.token_hex(3)}", secrets.token_bytes(KEY_BYTES)))


def with_new_key(text: str) -> str:
    """Return `text` with a new active key before the old ones: the first step of a rotation."""
    return "\n".join([generate_keys(), *map(str, read_keys(text))])


def load_or_create_key_file(path: Path) -> str:
    """Return the text of the key file, made with one new key (mode 0600) if there is none.

    Two processes starting at once agree on one file. Raises `SealError` if others may read or write it, or
    if it holds no good key.
    """
    if not path.exists():
        _create(path, generate_keys() + "\n")
    text = _read_private(path)
    read_keys(text)
    return text.strip()


def _create(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all, and never replaces a file that came first.
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was faster; its key is as good as ours
    finally:
        draft.unlink()


def _read_private(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SealError("seal.file_unreadable", path=path) from error
    # Reading by a group is left to the administrator: services often run beside a group of their own.
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise SealError("seal.file_open_to_others", path=path)
    return text


def _read_key(entry: str, number: int) -> Key:
    key_id, _, secret = entry.partition(":")
    try:
        raw = base64.b64decode(secret.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES or not _KEY_ID.fullmatch(key_id.strip()):
        raise SealError("seal.key_form", number=number)
    return Key(key_id.strip(), raw)


def _head(key_id: str) -> bytes:
    return bytes([VERSION, len(key_id)]) + key_id.encode("ascii")


def _parts(sealed: bytes) -> tuple[bytes, str, bytes]:
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise SealError("seal.not_sealed")
    end = 2 + sealed[1]
    if len(sealed) < end + NONCE_BYTES + TAG_BYTES or not sealed[2:end].isascii():
        raise SealError("seal.not_sealed")
    return sealed[:end], sealed[2:end].decode("ascii"), sealed[end:]
