"""How a form's action ends: done, done before, refused with everything typed still there, or overtaken."""

from collections.abc import Callable
from http import HTTPStatus

from django.forms import BaseForm
from django.http import HttpResponse

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.web.console.frame import done
from weiwang.web.console.gates import ConsoleRequest
from weiwang.web.ui.answers import refused

# What somebody else did meanwhile, rather than what was typed.
OVERTAKEN = frozenset({"appointment.ended", "post.held", "unit.ended", "unit.has_children"})


def carry_out(
    request: ConsoleRequest, form: BaseForm, act: Callable[[], object], *, words: str, to: tuple[object, ...],
    again: Callable[[int], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Do it and go to the page `to` with a word of success, or show the form `again` with what is wrong."""
    if not form.is_valid():
        return again(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        act()
    except AlreadyDoneError:
        pass  # a second press answers as the first did
    except CodedError as error:
        return again(refused(form, error, overtaken=OVERTAKEN))
    return done(request, words, str(to[0]), *to[1:])
