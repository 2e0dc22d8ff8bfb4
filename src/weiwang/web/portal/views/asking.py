"""The extra questions of the kind that was chosen on the report page."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from weiwang.cases import queries as cases
from weiwang.cases.questions import check_answers
from weiwang.web.portal.frame import show
from weiwang.web.portal.places import Place, in_a_place
from weiwang.web.ui.questions import Questions


def questions_for(code: str, sent: QueryDict | None) -> Questions:
    """The questions of a category; none for an unknown one, which is refused elsewhere."""
    category = cases.categories().get(code)
    asked = category.questions if category else ()
    return Questions(sent, code=code, asked=asked, check=check_answers)


@require_POST
@in_a_place
def questions(request: HttpRequest, place: Place) -> HttpResponse:
    """The part with the questions of the kind just chosen. Posted, so that answers stand in no log."""
    found = questions_for(request.POST.get("category", ""), request.POST)
    return show(request, place, "parts/questions.html", {"questions": found})
