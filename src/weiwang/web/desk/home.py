"""Where the desk begins for somebody: the first place their posts open.

Who sends cases on and has none of their own waiting begins at the dispatch desk: an empty worklist tells them
nothing while hundreds wait to be sent.
"""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from weiwang.cases import permissions, queries
from weiwang.territory.rules import Officer
from weiwang.web.desk.frame import PLACES, may_enter, show
from weiwang.web.desk.gates import DeskRequest, needs


@needs()
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    if may_enter(request.officer, ("case.dispatch",)) and not _has_own(request.officer):
        return HttpResponseRedirect(reverse("desk:dispatch"))
    for powers, name, _word, _icon in PLACES:
        if may_enter(request.officer, powers):
            return HttpResponseRedirect(reverse(name))
    return show(request, "desk/nothing_here.html", {}, here="desk:home")


def _has_own(officer: Officer) -> bool:
    posts = [holding.post_id for holding in officer.holdings]
    return queries.counts(permissions.visible_to(officer), posts=posts, at=timezone.now())["mine"] > 0
