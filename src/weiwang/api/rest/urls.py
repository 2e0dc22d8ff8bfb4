from django.urls import path, re_path

from weiwang.api.rest import map_data, v1

app_name = "rest"
urlpatterns = [
    path("map/<int:place>/config.json", map_data.config, name="map-config"),
    path("map/<int:place>/<slug:name>.geojson", map_data.layer, name="map-layer"),
    path("v1/openapi.json", v1.openapi_json, name="openapi"),
    path("v1/", v1.urls()),
    re_path(r"^v1/.*$", v1.unknown),
]
