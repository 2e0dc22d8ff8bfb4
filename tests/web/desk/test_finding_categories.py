"""The box above the categories: the sentences in both languages, and a whole list where no script runs."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.builders import Town

from weiwang.cases.queries import categories

Desk = Callable[[str], Client]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            ("Chosen: {name}.", "Chosen now: {name}.", "{count} categories fit", "No category fits these"),
        ),
        ("zh-hans", ("已选：{name}。", "目前选的是：{name}。", "有 {count} 个类别符合", "没有符合的类别")),
    ],
)
def test_every_form_with_categories_has_the_list_and_the_sentences(
    town: Town, desk: Desk, language: str, sentences: tuple[str, ...]
) -> None:
    case = town.report()
    client = desk("dispatcher")
    for url in ("/desk/cases/new/", f"/desk/cases/{case.pk}/place/", "/desk/cases/?view=open"):
        page = client.get(url, headers={"accept-language": language}).text
        box = page[page.index("data-pick") : page.index("</select>", page.index("data-pick"))]
        assert all(sentence in box for sentence in sentences), url
        assert box.count("<option value=") >= len(categories()), url
        assert 'role="status"' in box
        assert box.index("hidden") < box.index("<select"), url
