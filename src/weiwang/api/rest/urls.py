from django.urls import path

from weiwang.api.rest import map_data

app_name = "rest"
urlpatterns = [
    path("map/<int:place>/config.json", map_data.config, name="map-config"),
    path("map/<int:place>/<slug:name>.geojson", map_data.layer, name="map-layer"),
]
