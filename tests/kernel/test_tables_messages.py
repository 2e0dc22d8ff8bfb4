import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import weiwang.kernel
from weiwang.kernel import geo, tables

CATALOGUE = Path(str(weiwang.kernel.__file__)).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACE = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("messages", [geo.MESSAGES, tables.MESSAGES])
def test_every_refusal_speaks_chinese_with_the_same_places(messages: Mapping[str, str]) -> None:
    with CATALOGUE.open("rb") as file:
        chinese = {message.id: message.string for message in read_po(file) if not message.fuzzy}
    for text in messages.values():
        translated = chinese.get(text, "")
        assert translated, text
        assert sorted(PLACE.findall(str(translated))) == sorted(PLACE.findall(text))
