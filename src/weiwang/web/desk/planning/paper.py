"""The report of a plan, as a PDF to print and as a Word document to write on in."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.plans import permissions
from weiwang.plans.paper.document import document
from weiwang.plans.paper.report import report
from weiwang.plans.queries import PartRow, PlanRow
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.planning.frame import language, part_for, plan_for
from weiwang.web.ui.papers import DOCX, PDF, paper_answer


@needs(permissions.SEE)
@require_safe
def whole(request: DeskRequest, plan_id: int, ending: str) -> HttpResponse:
    """The report of the whole sub-district: a map for each community, a table for each grid."""
    return _answer(request, plan_for(request, plan_id), None, ending)


@needs(permissions.SEE)
@require_safe
def community(request: DeskRequest, plan_id: int, part_id: int, ending: str) -> HttpResponse:
    """The report of one community: a map and a table for each grid."""
    part = part_for(request, plan_id, part_id)
    return _answer(request, part.plan, part, ending)


def _answer(request: DeskRequest, found: PlanRow, part: PartRow | None, ending: str) -> HttpResponse:
    at, said = timezone.now(), language()
    what = f"{found.pk}-{part.pk}" if part else f"{found.pk}"
    of = f"{found.name} {part.unit.name}" if part else found.name
    as_pdf = ending == "pdf"
    return paper_answer(
        request, tag=f"plan-{what}-{found.version}-{found.round}-{found.state}-{said}-{ending}",
        name=_("Plan of the grids %(name)s") % {"name": of} + f".{ending}",
        make=lambda: report(found, at=at, language=said, part=part).pdf
        if as_pdf
        else document(found, at=at, language=said, part=part),
        public=False, kind=PDF if as_pdf else DOCX,
    )  # fmt: skip
