"""E-mail through one SMTP server, by Django's own mail classes.

The server is named by the administrator and usually stands inside the network, so its address is not judged.
The message id is made from the delivery's: a mail that leaves twice after a killed worker is one mail to the
programs that read it.
"""

import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, Self

from django.core.mail import EmailMessage, get_connection

from weiwang.notices.channels.base import (
    Handed,
    Parcel,
    RefusedError,
    SettingError,
    TryLaterError,
    UnreachableError,
)

BACKEND = "django.core.mail.backends.smtp.EmailBackend"
SECONDS = 20
AWAY = 421  # the server closes the connection: it is going down or has had enough of us


@dataclass(frozen=True, slots=True)
class Email:
    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    reply_to: str = ""
    per_minute: int = 60

    @classmethod
    def from_settings(cls, row: Mapping[str, Any]) -> Self:
        """Raises `SettingError`, `KeyError`, `ValueError`, `TypeError` for settings that cannot be used."""
        if row.get("security", "starttls") not in {"none", "starttls", "tls"}:
            raise SettingError("security: none, starttls or tls")
        if "@" not in parseaddr(str(row["sender"]))[1]:
            raise SettingError("sender with an @")
        return cls(**{**row, "port": int(row["port"]), "per_minute": int(row.get("per_minute", 60))})

    def send(self, parcel: Parcel) -> Handed:
        try:
            self._mail(parcel).send()
        except smtplib.SMTPAuthenticationError:
            raise UnreachableError("notice.sign_in") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _judged(min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code) from None
        except (smtplib.SMTPException, OSError):
            raise UnreachableError from None
        except ValueError:  # an address no mail can be sent to
            raise RefusedError from None
        return Handed(parcel.id)

    def _mail(self, parcel: Parcel) -> EmailMessage:
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        connection = get_connection(
            BACKEND, host=self.host, port=self.port, username=self.user, password=self.password,
            use_tls=self.security == "starttls", use_ssl=self.security == "tls", timeout=SECONDS,
        )  # fmt: skip
        headers = {
            "Message-ID": f"<{parcel.id}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        return EmailMessage(
            parcel.subject, parcel.text, self.sender, [parcel.address], connection=connection,
            reply_to=[self.reply_to] if self.reply_to else None, headers=headers,
        )  # fmt: skip


def _judged(code: int) -> Exception:
    if code == AWAY:
        return UnreachableError()
    return TryLaterError() if code < 500 else RefusedError()
