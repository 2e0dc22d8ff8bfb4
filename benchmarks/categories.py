"""How well categories are told apart, beside the plain way: `python -m benchmarks.categories --data DIR`.

Five-fold cross-validation; copies of one message, also as word tokens, always stay on one side. Nothing of
the messages is printed. Takes about five minutes on two cores.
"""

import argparse
import csv
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from weiwang.suggesting.features import Text
from weiwang.suggesting.likeness import twins
from weiwang.suggesting.model import Calibration
from weiwang.suggesting.training import train

LABEL, RAW = "一级标签", ("留言主题", "留言详情")
FOLDS = 5

Row = tuple[tuple[str, ...], str]
Places = npt.NDArray[np.int64]


def rows(path: Path, columns: Sequence[str]) -> list[Row]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [(tuple(row[name] for name in columns), row[LABEL]) for row in csv.DictReader(lines)]


def ours(learn: Sequence[Row], ask: Sequence[Row], sharpness: float) -> tuple[list[str], list[float]]:
    model = train([row[0] for row in learn], [row[1] for row in learn], measure=False)
    model = replace(model, calibration=Calibration(sharpness))
    answers = model.best([Text.of(row[0]) for row in ask])
    return [one.label for one in answers], [one.confidence for one in answers]


def plain(counts: sp.csr_matrix, labels: npt.NDArray[np.str_], learn: Places, ask: Places) -> list[str]:
    """TF-IDF of 1 to 3 characters and a linear support vector machine."""
    weigh = TfidfTransformer(sublinear_tf=True)
    machine = LinearSVC().fit(weigh.fit_transform(counts[learn]), labels[learn])
    return list(machine.predict(weigh.transform(counts[ask])))


def counted(all_rows: Sequence[Row]) -> sp.csr_matrix:
    texts = ["".join("".join(row[0]).split()) for row in all_rows]
    return sp.csr_matrix(CountVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2).fit_transform(texts))


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    said, was = np.array(sure), np.array(right, dtype=float)
    band = np.minimum((said * 10).astype(int), 9)
    return float(
        sum(abs(said[band == one].sum() - was[band == one].sum()) for one in np.unique(band)) / len(said)
    )


def compare(
    name: str,
    all_rows: Sequence[Row],
    learned: npt.NDArray[np.bool_],
    sets: dict[str, Places],
    sharpness: float,
) -> None:
    """Learn from the rows that are `learned` and of other groups; answer every row of the sets once."""
    labels = np.array([row[1] for row in all_rows])
    groups, counts = twins([Text.of(row[0]) for row in all_rows]), counted(all_rows)
    given = {"plain": labels.copy(), "ours": labels.copy()}
    sure = np.zeros(len(labels))
    for learn, ask in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels, groups):
        teachers = learn[learned[learn]]
        mine = ours([all_rows[place] for place in teachers], [all_rows[place] for place in ask], sharpness)
        given["ours"][ask], sure[ask] = mine
        given["plain"][ask] = plain(counts, labels, teachers, ask)
    for what, places in sets.items():
        f1 = {
            way: f1_score(labels[places], np.array(answers)[places], average="macro")
            for way, answers in given.items()
        }
        right = (np.array(given["ours"]) == labels)[places]
        error = calibration_error(list(sure[places]), list(right))
        print(
            f"| {name} | {what} | {len(places)} | {f1['plain']:.3f} | **{f1['ours']:.3f}** | {error:.3f} |",
            flush=True,
        )


def speed(learn: Sequence[Row], ask: Sequence[Row]) -> float:
    """Print time and memory; answers the sharpness found in training."""
    begun = time.process_time()
    model = train([row[0] for row in learn], [row[1] for row in learn])
    trained, begun = time.process_time() - begun, time.process_time()
    for _ in range(3):
        model.best([Text.of(row[0]) for row in ask])
    rate = 3 * len(ask) / (time.process_time() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"training on {len(learn)}: {trained:.0f} s of CPU with its own cross-validation; ", end="")
    print(f"answering: {rate:,.0f} messages a second on one core; peak memory {peak:.0f} MB", flush=True)
    return model.calibration.sharpness


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files of messages")
    args = parser.parse_args()
    if not args.data.is_dir():
        sys.stderr.write(f"{args.data} is not here: these messages are not shipped\n")
        return 0
    tokens, raw = (
        rows(args.data / "a2_full_tokens.csv", ("tokens",)),
        rows(args.data / "a2_labelled.csv", RAW),
    )
    every, small = [*tokens, *raw], np.arange(len(raw))
    is_token = np.arange(len(every)) < len(tokens)
    sharpness = speed(tokens, raw)
    print(
        "\n| learned from | asked | messages | plain, macro-F1 | ours, macro-F1 | ours, calibration error |"
    )
    print("|---|---|---|---|---|---|")
    asked = {"other word tokens": np.flatnonzero(is_token), "real messages": np.flatnonzero(~is_token)}
    compare("4/5 of the large set", every, is_token, asked, sharpness)
    compare("4/5 of the small set", raw, np.ones(len(raw), bool), {"real messages": small}, sharpness)
    return 0


if __name__ == "__main__":
    sys.exit(main())
