from django.urls import path

from weiwang.web.ui import views

app_name = "ui"
urlpatterns = [path("preferences", views.preferences, name="preferences")]
