"""Folded templates say what plain ones say."""

from uuid import UUID

import pytest
from django.template import Context, Engine, Template, engines
from django.template.base import TextNode
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from weiwang.web.ui.folding import fold

SOURCES = (
    (
        '{% load i18n ui static %}{% translate "Search" %} 100%{% icon "search" %}'
        '{% icon "x" "lg" %}{% static "ui/page.js" %}'
    ),
    (
        '{% load i18n %}{% translate "Search" as word %}[{{ word }}]'
        '{% translate word %}{% translate "Search"|upper %}'
    ),
    (
        '{% load i18n ui %}{% for a in many %}{% if a %}{% translate "Search" %}'
        "{% else %}{% icon a %}{% endif %}{% endfor %}"
    ),
    (
        '{% url "desk:board" %}{% url "desk:grid" 7 %}{% url "desk:grid" number %}'
        '{% url "desk:board" as place %}{{ place }}'
    ),
    (
        '{% load ui i18n %}{% with a="b" %}{% icon icon_name %}'
        '{% translate "Search" context "unknown" %}{% endwith %}'
    ),
    '{% load ui i18n %}{% notice "late" "x" %}{% translate "<b>Search</b>" %}{% icon "x" %}{% endnotice %}',
)


def compiled(source: str) -> Template:
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    return Template(source, engine=engine)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_folded_template_says_the_same(source: str, language: str) -> None:
    with override(language):
        plain, folded = compiled(source), compiled(source)
        fold(folded.nodelist)
        values = {"many": [0, "x", "<y>"], "number": 9, "icon_name": "x"}
        assert folded.render(Context(values)) == plain.render(Context(values))


def test_what_is_constant_becomes_one_text() -> None:
    with override("zh-hans"):
        template = compiled(SOURCES[0])
        fold(template.nodelist)
    assert [type(node) for node in template.nodelist][1:] == [TextNode]


def test_each_language_has_its_own_copy() -> None:
    engine: Engine = engines["django"].engine  # type: ignore[attr-defined]
    with override("zh-hans"):
        chinese = engine.get_template("ui/parts/keys.html").render(Context())
    with override("en"):
        english = engine.get_template("ui/parts/keys.html").render(Context())
    assert chinese != english


@pytest.mark.parametrize("row_id", [UUID(int=7), str(UUID(int=8))])
def test_the_address_of_what_has_an_id_is_what_django_says(row_id: object) -> None:
    template = compiled('{% url "desk:case" row_id %}{% url "desk:grid" number %}')
    fold(template.nodelist)
    found = template.render(Context({"row_id": row_id, "number": 9}))
    assert found == reverse("desk:case", args=[row_id]) + reverse("desk:grid", args=[9])


def test_what_has_no_address_is_refused_as_ever() -> None:
    template = compiled('{% url "desk:case" row_id %}')
    fold(template.nodelist)
    for wrong in ("", "x", 7, None):
        with pytest.raises(NoReverseMatch):
            template.render(Context({"row_id": wrong}))
