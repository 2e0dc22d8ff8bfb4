"""Language, theme and type size: kept in the reader's own cookies, never in an account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from weiwang.web.ui.context import THEME_COOKIE, THEMES, TYPE_COOKIE, TYPES

ONE_YEAR = 365 * 24 * 3600


def way_back(request: HttpRequest) -> str:
    """The page the reader came from, if it is one of ours; otherwise the front page."""
    wanted = request.POST.get("next", "")
    ours = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=ours, require_https=request.is_secure()):
        return wanted
    return "/"


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Store each known choice that was sent; unknown ones are left alone."""
    known = (
        ("language", settings.LANGUAGE_COOKIE_NAME, [code for code, _ in settings.LANGUAGES]),
        ("theme", THEME_COOKIE, THEMES),
        ("type", TYPE_COOKIE, TYPES),
    )
    response = HttpResponseRedirect(way_back(request))
    for field, cookie, choices in known:
        value = request.POST.get(field)
        if value is not None and value in choices:
            response.set_cookie(
                cookie, value, max_age=ONE_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
            )
    return response
