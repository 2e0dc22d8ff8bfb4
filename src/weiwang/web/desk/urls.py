from django.urls import include, path

from weiwang.web.desk import board, boards, cases, corrections, grids, helping, home, intake, maps, worklist

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("cases/", worklist.worklist, name="worklist"),
    path("cases/map.json", maps.config, name="map"),
    path("cases/points.geojson", maps.points, name="points"),
    path("cases/new/", intake.intake, name="intake"),
    path("cases/new/kinds/", helping.kinds, name="intake-kinds"),
    path("cases/new/near/", helping.near, name="intake-near"),
    path("cases/<uuid:case_id>/", cases.case, name="case"),
    path("cases/<uuid:case_id>/step/", cases.step, name="step"),
    path("cases/<uuid:case_id>/reporter/", cases.reveal, name="reveal"),
    path("cases/<uuid:case_id>/place/", corrections.reroute, name="reroute"),
    path("cases/<uuid:case_id>/taken/", intake.taken, name="taken"),
    path("joined/<uuid:joined_id>/", intake.joined, name="joined"),
    path("photos/<uuid:photo_id>.jpg", cases.photo, name="photo"),
    path("board/", board.board, name="board"),
    path("grids/", grids.grids, name="grids"),
    path("grids/<int:unit_id>/", grids.grid, name="grid"),
    path("grids/<int:unit_id>/board.pdf", boards.one, name="notice-board"),
    path("grids/<int:unit_id>/boards.pdf", boards.below, name="notice-boards"),
    path("grids/map.json", grids.map_config, name="grids-map"),
    path("plans/", include("weiwang.web.desk.planning.urls")),
    path("teams/", include("weiwang.web.desk.teams.urls")),
]
