"""One base for refusals that a person will read: a machine code, the plain data, an English sentence."""

from collections.abc import Mapping
from typing import ClassVar


def gettext_noop(message: str) -> str:
    """Mark a sentence for translation and leave it alone.

    The same marker as Django's, repeated so that pure rules may use the kernel without importing Django.
    """
    return message


class CodedError(ValueError):
    """Something was refused. Subclasses fill `messages`: code -> English sentence with `%(name)s` places.

    A face translates `msgid` and fills in `params`; `str()` gives the English sentence for logs and
    terminals, so params never carry personal data.
    """

    messages: ClassVar[Mapping[str, str]] = {}

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    @property
    def msgid(self) -> str:
        return self.messages[self.code]

    def __str__(self) -> str:
        return self.msgid % self.params
