"""The report of a plan, as a PDF."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.plans import permissions
from weiwang.plans.paper.report import report
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.frame import language, part_for, plan_for
from weiwang.web.ui.papers import pdf_answer


@needs(permissions.SEE)
@require_safe
def whole(request: DeskRequest, plan_id: int) -> HttpResponse:
    """The report of the whole sub-district: a map for each community, a table for each grid."""
    found = plan_for(request, plan_id)
    at, said = timezone.now(), language()
    return pdf_answer(
        request, tag=f"plan-{found.pk}-{found.version}-{found.round}-{found.state}-{said}",
        name=_("Plan of the grids %(name)s") % {"name": found.name} + ".pdf",
        make=lambda: report(found, at=at, language=said).pdf, public=False,
    )  # fmt: skip


@needs(permissions.SEE)
@require_safe
def community(request: DeskRequest, plan_id: int, part_id: int) -> HttpResponse:
    """The report of one community: a map and a table for each grid."""
    part = part_for(request, plan_id, part_id)
    found, at, said = part.plan, timezone.now(), language()
    return pdf_answer(
        request, tag=f"plan-{found.pk}-{part.pk}-{found.version}-{found.round}-{found.state}-{said}",
        name=_("Plan of the grids %(name)s") % {"name": f"{found.name} {part.unit.name}"} + ".pdf",
        make=lambda: report(found, at=at, language=said, part=part).pdf, public=False,
    )  # fmt: skip
