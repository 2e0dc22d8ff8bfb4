from django.urls import path

from weiwang.web.desk.whistles import board, page

urlpatterns = [
    path("", board.board, name="whistles"),
    path("new/", board.blow, name="whistle-new"),
    path("history/", board.history, name="whistle-history"),
    path("waiting/", board.waiting, name="waiting"),
    path("warnings/<uuid:warning_id>/take/", board.take, name="warning-take"),
    path("<uuid:whistle_id>/", page.whistle, name="whistle"),
    path("<uuid:whistle_id>/calls/<int:call_id>/", page.answer, name="whistle-answer"),
    path("<uuid:whistle_id>/end/", page.end, name="whistle-end"),
    path("<uuid:whistle_id>/judge/", page.judge, name="whistle-judge"),
]
