"""The extra questions of the kind that was chosen in the field."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from weiwang.cases import queries
from weiwang.cases.questions import check_answers
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.questions import Questions


def questions_for(code: str, sent: QueryDict | None) -> Questions:
    """The questions of a category; none for an unknown one, which is refused elsewhere."""
    category = queries.categories().get(code)
    asked = category.questions if category else ()
    return Questions(sent, code=code, asked=asked, check=check_answers)


@require_POST
@field_officer
def questions(request: FieldRequest) -> HttpResponse:
    """The part with the questions of the kind just chosen."""
    found = questions_for(request.POST.get("category", ""), request.POST)
    return render(request, "ui/parts/questions.html", {"questions": found})
