"""Reads for the console and for the jobs."""

from datetime import datetime
from uuid import UUID

from weiwang.kernel import glance
from weiwang.webhooks.models import Delivery, Endpoint
from weiwang.webhooks.rules import Outcome

PAGE = 50
LISTENERS = "webhooks.listeners"
glance.register(
    LISTENERS, "SELECT count(*) FROM webhooks_endpoint one WHERE one.place = {place} AND one.ended_at IS NULL"
)


def endpoints_of(client_id: int) -> list[Endpoint]:
    """The addresses of a program, those that still hear first."""
    found = Endpoint.objects.filter(client=client_id).defer("secret")
    return sorted(found, key=lambda one: (one.ended_at is not None, -one.pk))


def has_listeners(place: int) -> bool:
    """Whether any program hears of the cases of a sub-district; asked at every move of a case."""
    known = glance.number(LISTENERS, place)
    return bool(known) if known is not None else Endpoint.objects.filter(place=place, ended_at=None).exists()


def endpoint(*, place: int, endpoint_id: int) -> Endpoint | None:
    found = Endpoint.objects.filter(place=place, pk=endpoint_id)
    return found.select_related("client").defer("secret").first()


def log(endpoint_id: int, *, limit: int = PAGE) -> list[Delivery]:
    """The latest deliveries with the number of their case, newest first."""
    found = (
        Delivery.objects.filter(endpoint=endpoint_id).select_related("case").order_by("-created_at", "-id")
    )
    return list(found.only(*_LOGGED)[:limit])


_LOGGED = (
    "id", "step", "outcome", "attempts", "next_at", "status", "fault", "created_at", "tried_at",
    "case__number",
)  # fmt: skip


def overdue(*, at: datetime, limit: int = 500) -> list[UUID]:
    """Deliveries whose next attempt should have been made: their job was lost."""
    found = Delivery.objects.filter(outcome=Outcome.WAITING, next_at__lt=at).order_by("next_at")
    return list(found.values_list("pk", flat=True)[:limit])
