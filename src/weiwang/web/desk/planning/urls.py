from django.urls import path

from weiwang.web.desk.planning import adopting, community, compare, dedicated, lists, maps, overview, paper

urlpatterns = [
    path("", overview.plans, name="plans"),
    path("new/", overview.new, name="plan-new"),
    path("buildings/", lists.new, name="plan-list-new"),
    path("buildings/<int:listing_id>/", lists.one, name="plan-list"),
    path("buildings/<int:listing_id>/keep/", lists.keep, name="plan-list-keep"),
    path("compare/", compare.compare, name="plan-compare"),
    path("<int:plan_id>/", overview.plan, name="plan"),
    path("<int:plan_id>/pause/", overview.pause, name="plan-pause"),
    path("<int:plan_id>/resume/", overview.resume, name="plan-resume"),
    path("<int:plan_id>/discard/", overview.discard, name="plan-discard"),
    path("<int:plan_id>/redraw/", overview.redraw, name="plan-redraw"),
    path("<int:plan_id>/review/", adopting.review, name="plan-review"),
    path("<int:plan_id>/adopt/", adopting.adopt, name="plan-adopt"),
    path("<int:plan_id>/withdraw/", adopting.withdraw, name="plan-withdraw"),
    path("<int:plan_id>/report.pdf", paper.whole, {"ending": "pdf"}, name="plan-report"),
    path("<int:plan_id>/report.docx", paper.whole, {"ending": "docx"}, name="plan-document"),
    path(
        "<int:plan_id>/<int:part_id>/report.pdf", paper.community, {"ending": "pdf"}, name="plan-part-report"
    ),
    path(
        "<int:plan_id>/<int:part_id>/report.docx",
        paper.community,
        {"ending": "docx"},
        name="plan-part-document",
    ),
    path("<int:plan_id>/map.json", maps.config, name="plan-map"),
    path("<int:plan_id>/shapes.geojson", maps.shapes, name="plan-shapes"),
    path("<int:plan_id>/<int:part_id>/", community.community, name="plan-part"),
    path("<int:plan_id>/<int:part_id>/map.json", community.config, name="plan-part-map"),
    path("<int:plan_id>/<int:part_id>/shapes.geojson", community.shapes, name="plan-part-shapes"),
    path("<int:plan_id>/<int:part_id>/houses.geojson", community.houses, name="plan-houses"),
    path("<int:plan_id>/<int:part_id>/change/", community.change, name="plan-change"),
    path("<int:plan_id>/<int:part_id>/dedicated/", dedicated.dedicated, name="plan-dedicated"),
    path("<int:plan_id>/<int:part_id>/regroup/", community.regroup, name="plan-regroup"),
    path("<int:plan_id>/<int:part_id>/back/", community.step_back, name="plan-back"),
    path("<int:plan_id>/<int:part_id>/redraw/", community.redraw, name="plan-part-redraw"),
    path("<int:plan_id>/<int:part_id>/groups/<int:group_id>/", community.group, name="plan-group"),
    path("<int:plan_id>/<int:part_id>/bonds/<int:bond_id>/", community.unbind, name="plan-unbind"),
]
