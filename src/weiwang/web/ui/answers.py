"""How a form that acts is read, and how it is answered when the domain refuses."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from types import MappingProxyType

from django.forms import BaseForm
from django.http import HttpRequest

from weiwang.kernel.faults import CodedError
from weiwang.web.ui.faults import said

NO_FIELDS: Mapping[str, str] = MappingProxyType({})


def submission_key(request: HttpRequest) -> str | None:
    """The key that makes a form sent twice one deed."""
    return request.POST.get("submission_key") or None


def refused(
    form: BaseForm, error: CodedError, *, overtaken: Collection[str], fields: Mapping[str, str] = NO_FIELDS
) -> HTTPStatus:
    """Say the refusal at its field of the form, or at its head; the status of the page that shows it.

    409 for the codes in `overtaken`, what somebody else did meanwhile; 422 for what can be mended by typing.
    """
    field = fields.get(error.code)
    form.add_error(field if field in form.fields else None, said(error))
    return HTTPStatus.CONFLICT if error.code in overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
