from django.urls import path

from weiwang.web.portal.views import asking, case, duties, grid, helping, home, mine, open_cases, report

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("place", home.place, name="place"),
    path("privacy", home.privacy, name="privacy"),
    path("duties", duties.duties, name="duties"),
    path("report", report.report, name="report"),
    path("report/buildings", report.buildings, name="buildings"),
    path("report/spot", report.spot, name="spot"),
    path("report/kinds", helping.kinds, name="kinds"),
    path("report/questions", asking.questions, name="questions"),
    path("report/near", helping.near, name="near"),
    path("report/near/<uuid:photo_id>.jpg", helping.near_photo, name="near-photo"),
    path("grid", grid.grid, name="grid"),
    path("grid/<slug:code>", grid.unit, name="unit"),
    path("grid/<slug:code>/board.pdf", grid.notice_board, name="board"),
    path("cases", open_cases.cases, name="cases"),
    path("cases/map.json", open_cases.cases_map, name="cases-map"),
    path("cases/points.geojson", open_cases.cases_points, name="cases-points"),
    path("follow", case.follow, name="follow"),
    path("mine", mine.mine, name="mine"),
    path("mine/forget", mine.forget, name="forget"),
    path("c/<uuid:case_id>/<str:token>/", case.case, name="case"),
    path("c/<uuid:case_id>/<str:token>/sent", case.sent, name="sent"),
    path("c/<uuid:case_id>/<str:token>/keep", mine.keep, name="keep"),
    path("c/<uuid:case_id>/<str:token>/answer", case.answer, name="answer"),
    path("c/<uuid:case_id>/<str:token>/feedback", case.feedback, name="feedback"),
    path("c/<uuid:case_id>/<str:token>/photo/<uuid:photo_id>/<slug:size>.jpg", case.photo, name="photo"),
    path("c/<uuid:case_id>/<str:token>/paper/<uuid:paper_id>.pdf", case.paper, name="paper"),
]
