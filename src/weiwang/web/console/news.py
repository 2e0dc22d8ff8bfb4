"""News of cases for other programs: where they go, what became of each, and sending one again."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.other_names import OTHER_NAMES
from weiwang.cases.rules import STEP_NAMES
from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.territory import queries as territory
from weiwang.territory.keys import new_secret
from weiwang.web.console.answers import carry_out
from weiwang.web.console.clients import client_page, known
from weiwang.web.console.forms import NewsForm
from weiwang.web.console.frame import done, show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.forms import Form
from weiwang.web.ui.parts import Tone
from weiwang.webhooks import actions, jobs, queries
from weiwang.webhooks.rules import OUTCOME_NAMES, Outcome

HERE = "console:clients"
FAULTS = {
    "name": gettext_noop("the name leads nowhere"),
    "private": gettext_noop("the address lies in a private network"),
    "connection": gettext_noop("nobody answers there"),
    "slow": gettext_noop("the answer took too long"),
    "tls": gettext_noop("the certificate is not good"),
    "key": gettext_noop("the key no longer works"),
    "ended": gettext_noop("the address was ended"),
}
TONES: dict[Outcome, tuple[Tone, str]] = {
    Outcome.WAITING: ("near", "clock"),
    Outcome.DELIVERED: ("cleared", "check"),
    Outcome.FAILED: ("late", "alert-triangle"),
}


def _by(request: ConsoleRequest) -> Any:  # noqa: ANN401 -- an officer
    return request.officer.by_power("api.manage", territory.place_head(request.place).path)


@require_POST
@needs("api.manage")
def create(request: ConsoleRequest, client_id: int) -> HttpResponse:
    """A new address. The secret that signs its news is in this one answer and nowhere else."""
    row, form = known(request, client_id), NewsForm(request.POST)
    if form.is_valid():
        secret = new_secret()
        try:
            made = actions.create_endpoint(
                client_id=row.pk, url=form.cleaned_data["url"], secret=secret, by=_by(request),
                at=timezone.now(), submission=submission_key(request),
            )  # fmt: skip
        except AlreadyDoneError as before:
            words = _("This was done before, and the secret was shown then. End the address and add it anew.")
            return done(request, words, "console:news", int(before.object_id))
        except CodedError as error:
            refused(form, error, overtaken=(), fields={"webhook.url": "url"})
        else:
            return show(request, "news_secret", {"endpoint": made, "secret": secret}, here=HERE)
    return client_page(request, row.pk, news=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_safe
@needs("api.manage")
def log(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    return log_page(request, endpoint_id)


def log_page(
    request: ConsoleRequest, endpoint_id: int, *, form: Form | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    endpoint = _known(request, endpoint_id)
    names = {**{step.value: name for step, name in STEP_NAMES.items()}, **OTHER_NAMES}
    rows = [
        (
            row,
            _(names.get(row.step, row.step)),
            _(OUTCOME_NAMES[Outcome(row.outcome)]),
            *TONES[Outcome(row.outcome)],
            _why(row),
        )
        for row in queries.log(endpoint.pk)
    ]
    context = {"endpoint": endpoint, "rows": rows, "form": form or Form()}
    return show(request, "news", context, here=HERE, status=status)


def _why(row: Any) -> str:  # noqa: ANN401 -- a delivery
    """What the other side said to the last attempt."""
    if row.fault:
        return _(FAULTS.get(row.fault, row.fault))
    return f"HTTP {row.status}" if row.status else ""


def _known(request: ConsoleRequest, endpoint_id: int) -> Any:  # noqa: ANN401 -- an address
    found = queries.endpoint(place=request.place, endpoint_id=endpoint_id)
    if found is None:
        raise Http404
    return found


@require_POST
@needs("api.manage")
def end(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """Send no more news there."""
    endpoint, form = _known(request, endpoint_id), Form(request.POST)

    def act() -> object:
        return actions.end_endpoint(
            endpoint_id=endpoint.pk, by=_by(request), at=timezone.now(), submission=submission_key(request)
        )

    return carry_out(
        request, form, act, words=_("News is no longer sent there."),
        to=("console:client", endpoint.client_id),
        again=lambda status: log_page(request, endpoint.pk, form=form, status=status),
    )  # fmt: skip


@require_POST
@needs("api.manage")
def again(request: ConsoleRequest, endpoint_id: int, delivery_id: UUID) -> HttpResponse:
    """Send one piece of news again, from the first attempt on."""
    endpoint, form = _known(request, endpoint_id), Form(request.POST)
    if delivery_id not in {row.pk for row in queries.log(endpoint.pk)}:
        raise Http404

    def act() -> object:
        return actions.send_again(
            delivery_id=delivery_id, by=_by(request), at=timezone.now(), plan=jobs.plan,
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("It is sent again."), to=("console:news", endpoint.pk),
        again=lambda status: log_page(request, endpoint.pk, form=form, status=status),
    )  # fmt: skip
