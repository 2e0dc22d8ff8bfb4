from pathlib import Path

import yaml

from weiwang.suggesting.keywords import Keywords

POLICY = yaml.safe_load(
    (Path(__file__).parents[2] / "policies" / "categories.yaml").read_text(encoding="utf-8")
)
CATALOGUE = Keywords.from_policy(POLICY)


def test_the_words_of_the_catalogue_suggest_its_categories() -> None:
    found = CATALOGUE.suggest("楼下有人乱倒垃圾，臭味很大，没人清")
    assert found[0].label == "A01"
    assert 0.3 < found[0].confidence <= 0.9
    assert "乱倒垃圾" in CATALOGUE.evidence("楼下有人乱倒垃圾", "A01")


def test_every_category_is_suggested_by_its_own_name() -> None:
    for row in POLICY["categories"]:
        assert row["code"] in [one.label for one in CATALOGUE.suggest(row["zh"])]


def test_without_a_known_word_nothing_is_suggested() -> None:
    assert CATALOGUE.suggest("") == []
    assert CATALOGUE.suggest("hello") == []


def test_a_word_in_the_subject_counts_twice() -> None:
    words = Keywords.of({"a": ["路灯"], "b": ["井盖"]})
    assert [one.label for one in words.suggest(["井盖", "路灯"])] == ["b", "a"]
    assert words.suggest("路灯")[0].confidence < words.suggest(["路灯", "路灯不亮"])[0].confidence + 1e-9
