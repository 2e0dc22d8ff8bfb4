"""Fixed grid, person and duty on one page: what there is, who stands for it, what is missing."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from weiwang.territory import queries as territory
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab


@needs("unit.see")
@require_safe
def overview(request: DeskRequest) -> HttpResponse:
    """What the officer's part of the tree consists of."""
    counts = territory.standing_by_level(
        paths=request.officer.paths("unit.see"), on=timezone.localdate(timezone.now())
    )
    return show_tab(request, "desk/teams/overview.html", {"counts": counts}, tab="desk:teams")
