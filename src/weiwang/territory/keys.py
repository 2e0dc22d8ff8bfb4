"""Keys for other programs."""

import secrets

from weiwang.territory.rules import KEY_PREFIX


def new_secret() -> str:
    """What signs the news for a program."""
    return "whsec_" + secrets.token_urlsafe(32)


def new_key() -> str:
    """A key of 256 random bits; the prefix lets scanners for leaked secrets find it."""
    return KEY_PREFIX + secrets.token_urlsafe(32)
