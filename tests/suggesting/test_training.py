from functools import cache

import numpy as np
import pytest
from tests.suggesting.places import messages

from weiwang.suggesting.features import Features, Text, words_of
from weiwang.suggesting.grams import Units, frequencies, gram_of, key_of, normal
from weiwang.suggesting.likeness import twins
from weiwang.suggesting.model import Model
from weiwang.suggesting.training import TrainingError, train

TEXT = "路面坑洼路灯不亮"


@cache
def trained(*, spaced: bool = False) -> Model:
    rows = messages(300, spaced=spaced)
    return train([row[:2] for row in rows], [row[2] for row in rows], trained_on="2026-11-23")


def share_right(model: Model) -> float:
    rows = messages(200, seed=9)
    answers = model.best([Text.of(row[:2]) for row in rows])
    return sum(answer.label == row[2] for answer, row in zip(answers, rows, strict=True)) / len(rows)


def test_unseen_messages_get_their_label() -> None:
    assert share_right(trained()) > 0.95


def test_texts_cut_by_spaces_teach_what_plain_texts_are_asked() -> None:
    assert len(trained(spaced=True).features.blocks[1].keys) > 20
    assert share_right(trained(spaced=True)) > 0.95


def test_the_calibration_says_what_the_model_is_worth() -> None:
    found = trained().calibration
    assert found.texts == 300
    assert found.macro_f1 > 0.9
    assert found.error < 0.1
    assert sum(band.texts for band in found.bands) == 300


def test_confidences_of_a_text_add_up_to_one() -> None:
    shares = trained().confidences([Text.of([TEXT]), Text.of([""]), Text.of(["🙂"])])
    assert shares.sum(axis=1) == pytest.approx([1, 1, 1])


def test_suggestions_come_best_first_and_name_their_evidence() -> None:
    found = trained().suggest(TEXT)
    assert found[0].label == "道路"
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)
    assert set(trained().evidence(TEXT, "道路")) & {"路面", "坑洼", "路灯"}


def test_what_is_too_unsure_is_not_said() -> None:
    rows = messages(60)
    shy = train([row[:2] for row in rows], [row[2] for row in rows], silent_below=1.0)
    assert shy.suggest(TEXT) == []
    assert shy.best([Text.of([TEXT])])[0].label == "道路"
    assert trained().suggest("") == []


def test_the_same_texts_give_the_same_model() -> None:
    rows = messages(60)
    one, two = (train([row[:2] for row in rows], [row[2] for row in rows], seed=3) for _ in range(2))
    assert np.array_equal(one.weights, two.weights)
    assert one.calibration == two.calibration


def test_rows_without_text_or_label_teach_nothing() -> None:
    rows = [*messages(60), ("", " ", "道路"), ("路面", "", "")]
    assert sum(train([row[:2] for row in rows], [row[2] for row in rows]).examples.values()) == 60


@pytest.mark.parametrize("labels", [["道路", "道路"], ["", ""], ["道路", ""]])
def test_one_label_alone_cannot_be_learned(labels: list[str]) -> None:
    with pytest.raises(TrainingError, match="two different labels"):
        train([["路面"], ["学生"]], labels)


def test_two_texts_are_enough_but_nothing_is_measured() -> None:
    model = train([["路面坑洼"], ["学生上课"]], ["道路", "学校"])
    assert model.calibration.texts == 0
    assert model.best([Text.of(["路面"]), Text.of(["学生"])])[0].label == "道路"


def test_grams_never_reach_into_the_next_text() -> None:
    keys, rows = Units.of(["路面", "", "坑"]).grams(2)
    assert [(gram_of(key), row) for key, row in zip(keys, rows, strict=True)] == [("路面", 0)]
    assert len(Units.of([]).grams(3)[0]) == 0


def test_frequencies_count_texts_and_not_places() -> None:
    keys, counts = frequencies([Units.of(["路路路", "路面"]), Units.of(["面"])], (1,))
    assert {gram_of(key): int(count) for key, count in zip(keys, counts, strict=True)} == {"路": 2, "面": 2}


@pytest.mark.parametrize("gram", ["路", "路面坑洼", "a", "🙂"])
def test_a_gram_is_found_again_in_its_number(gram: str) -> None:
    assert gram_of(key_of(gram)) == gram


def test_writing_is_brought_to_one_form() -> None:
    assert normal(" Ａ路\u200b\n１ \x00") == "a路1"


def test_the_subject_is_the_first_of_several_columns() -> None:
    assert Text.of(["路 面", "坑洼"]) == Text("路面。坑洼", "路面")
    assert Text.of(["", "很长" * 20]).head == "很长" * 10


def test_only_texts_cut_by_spaces_teach_words() -> None:
    assert len(words_of(["路面 坑洼 路面 坑洼 路灯"] * 2)) == 3
    assert len(words_of(["This is an ordinary English sentence without anything"] * 2)) == 0
    assert len(words_of(["路面坑洼路灯"])) == 0


def test_a_text_has_length_one_and_an_unknown_text_none() -> None:
    features = Features.fit([Text.of(["路面坑洼"]), Text.of(["学生上课"])], words_of([]))
    squares = features.weigh([Text.of(["路面学生"]), Text.of(["zzz"])]).power(2).sum(axis=1)
    assert np.asarray(squares).ravel() == pytest.approx([1, 0], abs=1e-5)


def test_copies_stand_in_one_group_even_when_cut_by_spaces() -> None:
    rows = messages(40)
    texts = [Text.of(row[:2]) for row in rows]
    again = Text.of([" ".join(rows[0][0]) + rows[0][1]])
    groups = twins([*texts, again])
    assert groups[-1] == groups[0]
    assert len(set(groups.tolist())) > 30
