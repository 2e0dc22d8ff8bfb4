"""Where the desk begins for somebody: the first place their posts open."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from weiwang.web.desk.frame import PLACES, may_enter, show
from weiwang.web.desk.gates import DeskRequest, needs


@needs()
@require_safe
def home(request: DeskRequest) -> HttpResponse:
    for powers, name, _word, _icon in PLACES:
        if may_enter(request.officer, powers):
            return HttpResponseRedirect(reverse(name))
    return show(request, "desk/nothing_here.html", {}, here="desk:home")
