from django.urls import path

from weiwang.web.console import clients, home, lines, people, policies, posts, record, units, wizard

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("units/", units.units, name="units"),
    path("units/<int:unit_id>/", units.units, name="unit"),
    path("units/<int:unit_id>/change/", units.change, name="unit-change"),
    path("units/<int:unit_id>/add/", units.add, name="unit-add"),
    path("units/<int:unit_id>/boundary/", units.boundary, name="unit-boundary"),
    path("units/<int:unit_id>/line/", lines.line, name="unit-line"),
    path("units/<int:unit_id>/end/", units.end, name="unit-end"),
    path("posts/", posts.posts, name="posts"),
    path("posts/new/", posts.create, name="post-new"),
    path("posts/<int:post_id>/", posts.post, name="post"),
    path("posts/<int:post_id>/appoint/", posts.appoint, name="appoint"),
    path("appointments/<int:appointment_id>/end/", posts.end, name="appointment-end"),
    path("people/", people.people, name="people"),
    path("people/new/", people.create, name="person-new"),
    path("people/<int:user_id>/", people.person, name="person"),
    path("people/<int:user_id>/reset/", people.reset, name="person-reset"),
    path("people/<int:user_id>/contract/", people.contract, name="person-contract"),
    path("people/<int:user_id>/close/", people.close, name="person-close"),
    path("import/", wizard.kinds, name="import"),
    path("import/<slug:name>/", wizard.upload, name="import-upload"),
    path("import/look/<str:token>/", wizard.look, name="import-preview"),
    path("import/look/<str:token>/confirm/", wizard.confirm, name="import-confirm"),
    path("programs/", clients.clients, name="clients"),
    path("programs/new/", clients.create, name="client-new"),
    path("programs/<int:client_id>/", clients.client, name="client"),
    path("programs/<int:client_id>/revoke/", clients.revoke, name="client-revoke"),
    path("policies/", policies.policies, name="policies"),
    path("policies/<slug:name>/", policies.policy, name="policy"),
    path("record/", record.record, name="record"),
    path("record/chain/", record.chain, name="chain"),
]
