"""First passwords: made by the machine, easy to read out and to type, changed at the first sign-in."""

import secrets

_LETTERS = "abcdefghjkmnpqrstuvwxyz"  # no i, l, o: they look like 1 and 0
_DIGITS = "23456789"


def first_password() -> str:
    """Three groups such as `kwpe-73fd-m9xa`: 12 characters, 58 bits."""
    groups = ["".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(4)) for _ in range(3)]
    return "-".join(groups)
