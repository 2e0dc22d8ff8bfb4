"""Whether the process lives, whether it can serve, and a few figures for a monitor."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from psycopg_pool import PoolTimeout

_OPEN = Gauge("weiwang_cases_open", "Cases that are not closed")
_JOBS = Gauge("weiwang_jobs_waiting", "Background jobs waiting or running")


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, else 503; a load balancer and `weiwang run` ask this."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations")
            migrations = cursor.fetchone()[0]
    except (DatabaseError, PoolTimeout):
        return JsonResponse({"ready": False, "database": "away"}, status=503)
    return JsonResponse({"ready": True, "migrations": migrations})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for this machine only: they tell how busy the sub-district is.

    What a proxy on this machine passes on comes from elsewhere, whatever the peer's address says.
    """
    passed_on = "HTTP_X_FORWARDED_FOR" in request.META
    if passed_on or request.META.get("REMOTE_ADDR") not in {"127.0.0.1", "::1"}:
        return HttpResponse(status=404)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM cases_case WHERE state NOT IN ('closed', 'followed_up', 'rejected')"
        )
        _OPEN.set(cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        _JOBS.set(cursor.fetchone()[0])
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
