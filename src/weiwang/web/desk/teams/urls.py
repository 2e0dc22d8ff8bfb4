from django.urls import path

from weiwang.web.desk.teams import bodies, bodies_page, chart, overview, posts

urlpatterns = [
    path("", overview.overview, name="teams"),
    path("posts/", posts.posts, name="posts"),
    path("posts/vacant/", posts.vacant, name="posts-vacant"),
    path("posts/leave/", posts.on_leave, name="posts-leave"),
    path("posts/leave/<int:deputy_id>/end/", posts.end_leave, name="leave-end"),
    path("posts/<int:post_id>/", posts.post, name="post"),
    path("posts/holders/<int:appointment_id>/deputise/", posts.deputise, name="deputise"),
    path("posts/holders/<int:appointment_id>/hand-over/", posts.hand_over, name="hand-over"),
    path("posts/holders/<int:appointment_id>/end/", posts.end, name="appointment-end"),
    path("posts/handovers/", posts.handovers, name="handovers"),
    path("posts/handovers/<int:sheet_id>/", posts.sheet, name="handover"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/new/", bodies_page.create, name="body-new"),
    path("bodies/<int:body_id>/", bodies_page.body, name="body"),
    path("bodies/<int:body_id>/change/", bodies_page.edit, name="body-edit"),
    path("bodies/<int:body_id>/end/", bodies_page.end, name="body-end"),
    path("bodies/<int:body_id>/contact/", bodies_page.contact, name="body-contact"),
    path("bodies/<int:body_id>/members/", bodies_page.add_member, name="body-member-add"),
    path("bodies/<int:body_id>/members/<int:member_id>/", bodies_page.member, name="body-member"),
    path("bodies/<int:body_id>/papers/", bodies_page.add_paper, name="body-paper-add"),
    path("papers/<uuid:document_id>/", bodies_page.paper, name="body-paper"),
    path("papers/<uuid:document_id>/withdraw/", bodies_page.withdraw_paper, name="body-paper-withdraw"),
    path("chart/", chart.charts, name="charts"),
    path("chart/<int:unit_id>/", chart.chart, name="chart"),
]
