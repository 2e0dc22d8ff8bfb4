"""One English word, one Chinese word: all catalogues are read as one."""

from collections import defaultdict
from collections.abc import Iterator

from weiwang.config.translations import apps

Wording = tuple[str, tuple[str, ...]]


def wordings() -> Iterator[tuple[Wording, tuple[str, ...], str]]:
    """Every message of every app: its context and English, its Chinese, and the app."""
    for app in apps():
        for message in app.catalog():
            if message.id:
                yield (message.context or "", _whole(message.id)), _whole(message.string), app.folder.name


def _whole(words: object) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)  # type: ignore[arg-type]


def test_the_guard_reads_the_catalogues() -> None:
    assert len({app for _, _, app in wordings()}) > 5


def test_the_same_english_is_the_same_chinese_in_every_app() -> None:
    """Only one of two translations would ever be shown, on the pages of both. A context tells them apart."""
    chinese: defaultdict[Wording, dict[tuple[str, ...], str]] = defaultdict(dict)
    for english, translation, app in wordings():
        chinese[english].setdefault(translation, app)
    assert {english: said for english, said in chinese.items() if len(said) > 1} == {}
