"""The private link and the query code of a case: derived from a secret, so nothing about them is stored.

The link opens everything the reporter may read and do; the six-digit code, together with the number, opens
the same page for somebody who has only a slip of paper.
"""

import base64
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac


def private_token(case_id: UUID) -> str:
    """22 characters, 128 bits of HMAC-SHA256 under the deployment's signing key."""
    digest = salted_hmac("weiwang.cases.link", str(case_id), algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def query_code(case_id: UUID) -> str:
    """Six digits to read out on the telephone; tries are limited by the face that asks for it."""
    digest = salted_hmac("weiwang.cases.code", str(case_id), algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def token_fits(case_id: UUID, token: str) -> bool:
    return constant_time_compare(private_token(case_id), token)


def code_fits(case_id: UUID, code: str) -> bool:
    return constant_time_compare(query_code(case_id), code.strip())
