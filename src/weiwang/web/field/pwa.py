"""What makes the face stand on a phone's first screen: a manifest, and one page for when there is no network.

The service worker keeps that page and its style, nothing else: no list, no case, no name stays on the phone.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

INK, PAGE = "#1d4380", "#f4f6f8"


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    icons = [
        {
            "src": static(f"field/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ((192, "any"), (512, "any"), (512, "maskable"))
    ]
    document = {
        "name": _("Weiwang for the grid"),
        "short_name": _("Weiwang"),
        "start_url": reverse("field:today"),
        "scope": reverse("field:today"),
        "display": "standalone",
        "background_color": PAGE,
        "theme_color": INK,
        "icons": icons,
        "shortcuts": [{"name": pgettext("field", "Report"), "url": reverse("field:report")}],
    }
    return JsonResponse(document, content_type="application/manifest+json")


@require_safe
@cache_control(max_age=0, no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    context = {"offline": reverse("field:offline"), "style": static("field/offline.css")}
    return render(request, "field/service-worker.js", context, content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(max_age=3600)
def offline(request: HttpRequest) -> HttpResponse:
    """In both languages at once: it was stored before the reader last chose one."""
    return render(request, "field/offline.html")
