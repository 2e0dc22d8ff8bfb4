from django.urls import include, path

from weiwang.config import health
from weiwang.web.field import calendar_feed

handler500 = "weiwang.config.middleware.server_fault"
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("ui/", include("weiwang.web.ui.urls")),
    path("account/", include("weiwang.web.account.urls")),
    path("field/", include("weiwang.web.field.urls")),
    path("desk/", include("weiwang.web.desk.urls")),
    path("console/", include("weiwang.web.console.urls")),
    path("calendar/<str:token>.ics", calendar_feed.feed, name="calendar"),
    path("open311/", include("weiwang.api.open311.urls")),
    path("api/", include("weiwang.api.rest.urls")),
    path("", include("weiwang.web.portal.urls")),
]
