"""The extra questions of a category while a report is taken at the desk."""

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from weiwang.cases import queries
from weiwang.cases.questions import check_answers
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.ui.questions import Questions


def questions_for(sent: QueryDict) -> Questions:
    """The questions of the chosen category; none for an unknown one, which is refused elsewhere."""
    code = sent.get("category", "")
    category = queries.categories().get(code)
    asked = category.questions if category else ()
    return Questions(sent, code=code, asked=asked, check=check_answers)


@needs("case.intake")
@require_POST
def questions(request: DeskRequest) -> HttpResponse:
    """The part with the questions of the category just chosen."""
    return render(request, "ui/parts/questions.html", {"questions": questions_for(request.POST)})
