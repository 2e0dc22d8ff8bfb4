from django.urls import path

from weiwang.web.desk.teams import overview

urlpatterns = [
    path("", overview.overview, name="teams"),
]
