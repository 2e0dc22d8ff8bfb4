"""Saying a domain's refusal in the reader's language."""

from django.utils.translation import gettext as _

from weiwang.kernel.faults import CodedError


def said(error: CodedError) -> str:
    """The refusal as a sentence; params that are sentences themselves are translated too."""
    params = {
        name: _(value) if isinstance(value, str) and value else value for name, value in error.params.items()
    }
    return _(error.msgid) % params
