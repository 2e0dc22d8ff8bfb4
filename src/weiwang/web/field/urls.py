from django.urls import path

from weiwang.web.field import alarm, asking, case, duties, grid, helping, messages, pwa, report, shifts, today

app_name = "field"
urlpatterns = [
    path("", today.today, name="today"),
    path("report", report.report, name="report"),
    path("report/kinds", helping.kinds, name="kinds"),
    path("report/questions", asking.questions, name="questions"),
    path("report/near", helping.near, name="near"),
    path("report/join/<uuid:case_id>", helping.join, name="join"),
    path("alarm", alarm.alarm, name="alarm"),
    path("grid", grid.grid, name="grid"),
    path("messages", messages.messages, name="messages"),
    path("cases/<uuid:case_id>", case.case_page, name="case"),
    path("cases/<uuid:case_id>/map.json", case.case_map, name="case-map"),
    path("cases/<uuid:case_id>/point.geojson", case.case_point, name="case-point"),
    path("cases/<uuid:case_id>/<slug:name>", case.case_step, name="step"),
    path("photos/<uuid:photo_id>", case.photo, name="photo"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("offline", pwa.offline, name="offline"),
    path("duties/<uuid:task_id>/done", duties.done, name="duty-done"),
    path("duties/<uuid:task_id>/take-back", duties.taken_back, name="duty-taken-back"),
    path("shifts", shifts.shifts, name="shifts"),
    path("shifts/calendar", shifts.calendar, name="calendar"),
    path("shifts/<uuid:shift_id>", shifts.swap_choice, name="swap"),
    path("shifts/<uuid:shift_id>/offer", shifts.propose, name="swap-propose"),
    path("swaps/<int:swap_id>", shifts.answer, name="swap-answer"),
]
