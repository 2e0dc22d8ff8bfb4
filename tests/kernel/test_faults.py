import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import weiwang.kernel
from weiwang.kernel.faults import CodedError
from weiwang.kernel.ids import NumberError
from weiwang.kernel.pictures import PictureError
from weiwang.kernel.seal import SealError
from weiwang.kernel.text import TextError
from weiwang.kernel.worktime import CalendarError, LimitError

ERRORS: list[type[CodedError]] = [NumberError, SealError, PictureError, LimitError, CalendarError, TextError]
CHINESE = Path(weiwang.kernel.__path__[0]) / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def places(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def test_a_refusal_carries_its_code_its_data_and_a_sentence() -> None:
    refusal = PictureError("picture.too_large", limit=15)
    assert refusal.code == "picture.too_large"
    assert refusal.params == {"limit": 15}
    assert str(refusal) == "The picture is larger than 15 MB. Please choose a smaller one."


@pytest.mark.parametrize("error", ERRORS)
def test_every_sentence_is_said_in_chinese_with_the_same_data(error: type[CodedError]) -> None:
    with CHINESE.open("rb") as file:
        chinese = {entry.id: entry.string for entry in read_po(file) if not entry.fuzzy}
    for msgid in error.messages.values():
        translation = chinese.get(msgid)
        assert translation, msgid
        assert places(str(translation)) == places(msgid)


@pytest.mark.parametrize("error", ERRORS)
def test_codes_begin_with_their_kind(error: type[CodedError]) -> None:
    assert len({code.partition(".")[0] for code in error.messages}) == 1
