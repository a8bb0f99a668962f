"""`bot benchmark intents` and the table of `bot benchmark latency`: figures mean what they say, bad files are named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from bot.errors import BotError
from bot.evaluation import benchmark_intents as module
from bot.evaluation import benchmark_latency as latency
from bot.evaluation.benchmark_intents import DataError, benchmark_intents, figures, read_csv
from bot.language.features import TextFeatures, flags_of, without_names
from bot.language.intent_model import IntentModel
from bot.language.linear import BlockRegression
from bot.language.threshold import OUTSIDE, best_threshold, learn_threshold

TOPICS = {
    "price": ["how much is it", "what does it cost", "price please", "tell me the price", "cost of the big one",
              "is it expensive", "how much for two", "what is the price of a bed"],
    "delivery": ["when will it arrive", "where is my order", "delivery time", "how long does shipping take",
                 "my parcel is late", "track my order", "when do you deliver", "is my order on its way"],
    "returns": ["i want to send it back", "how do i return it", "return policy", "can i get a refund",
                "money back please", "refund for my order", "i want to return the bed", "exchange it for another"],
    "hours": ["when do you open", "opening hours", "are you open on sunday", "what time do you close",
              "is the shop open today", "hours of the shop", "open late", "closing time"],
    "contact": ["phone number please", "how can i call you", "what is your email", "contact details",
                "i want to speak to someone", "give me a number to call", "who can i talk to", "email address"],
}  # fmt: skip
ASKED = [("how much does the bed cost", "price"), ("when does my order arrive", "delivery"), ("refund please", "returns"),
         ("are you open today", "hours"), ("xylophone quiz", "NONE"), ("purple elephants", "NONE")]  # fmt: skip


class LetterPairs:
    """An encoder for tests: unit vectors of pairs of letters."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = np.full((len(texts), 97), 0.01)
        for row, text in enumerate(texts):
            for a, b in zip(text.lower(), text.lower()[1:], strict=False):
                rows[row, (ord(a) * 31 + ord(b)) % 97] += 1
        vectors: npt.NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return vectors


def write(path: Path, rows: Sequence[tuple[str, str]], header: str = "sentence,label") -> Path:
    path.write_text("\n".join([header, *(f'"{a}",{b}' for a, b in rows)]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def train(tmp_path: Path) -> Path:
    return write(tmp_path / "train.csv", [(text, name) for name, texts in TOPICS.items() for text in texts])


@pytest.fixture
def test(tmp_path: Path) -> Path:
    return write(tmp_path / "test.csv", ASKED)


def test_it_gives_the_promised_figures(train: Path, test: Path) -> None:
    result = benchmark_intents(train, test, "NONE", encoder=LetterPairs(), ablation=True)
    assert {"mcc", "threshold", "in_scope_accuracy", "oos_recall", "best_mcc", "best_threshold"} <= result.keys()
    assert result["best_mcc"] >= result["mcc"] > 0
    assert result["sizes"] == {"train": 40, "intents": 5, "test": 6, "test_out_of_scope": 2}
    assert len(result["ablation"]) == 6 + len(module.CANDIDATES)
    assert json.loads(json.dumps(result)) == result


def test_the_same_run_gives_the_same_figures(train: Path, test: Path) -> None:
    first, second = (benchmark_intents(train, test, "NONE", encoder=LetterPairs()) for _ in range(2))
    assert {**first, "seconds": 0} == {**second, "seconds": 0}


def test_the_threshold_does_not_depend_on_the_test_file(train: Path, test: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", [("hello there", "NONE"), ("how much", "price"), ("zzz", "NONE")])
    first, second = (benchmark_intents(train, path, "NONE", encoder=LetterPairs()) for path in (test, other))
    keys = ("threshold", "settings", "expected_from_training_data")
    assert [first[key] for key in keys] == [second[key] for key in keys]


def test_without_sentences_from_outside_their_recall_is_not_said(train: Path, tmp_path: Path) -> None:
    inside = write(tmp_path / "inside.csv", ASKED[:4])
    assert benchmark_intents(train, inside, encoder=LetterPairs())["oos_recall"] is None


def test_figures_are_those_of_hint3() -> None:
    truth, guesses, scores = ["a", "b", "OUT", "OUT"], ["a", "a", "b", "a"], [0.9, 0.9, 0.2, 0.9]
    mcc, accuracy, recall = figures(truth, guesses, scores, 0.5, "OUT")
    assert (accuracy, recall) == (0.5, 0.5)
    assert mcc == pytest.approx((2 * 4 - (1 * 3 + 1 * 0 + 2 * 1)) / np.sqrt((16 - 10) * (16 - 6)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"text,label\nhello,greet\n", "sentence not found"),
        (b"sentence\nhello\n", "label not found"),
        (b"", "label and sentence not found"),
        (b"sentence,label\n", "has no rows"),
        (b"sentence,label\nhello,\n", "line 2"),
        (b"sentence,label\nhello\n", "line 2"),
        (b"sentence,label\n\xff\xfe,greet\n", "UTF-8"),
        (b"sentence,label\nhello,greet\nhi,greet\n", "at least two labels"),
        (b"sentence,label\nhello,greet\nzzz,NO_NODES_DETECTED\n", "--oos-label"),
    ],
)
def test_bad_training_files_are_named(content: bytes, said: str, test: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        benchmark_intents(path, test, encoder=LetterPairs())
    assert "bad.csv" in str(caught.value)


def test_a_missing_file_is_named(test: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.csv: cannot be read"):
        benchmark_intents(tmp_path / "gone.csv", test, encoder=LetterPairs())


def test_a_byte_order_mark_quotes_and_commas_are_read(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes('\ufeffsentence,label\n"one, two",a\nthree,b\n'.encode())
    assert read_csv(path).sentences == ["one, two", "three"]


def test_the_threshold_keeps_known_apart_from_unknown() -> None:
    rows = [("a", "a", 0.9, 0.9)] * 20 + [("b", "b", 0.8, 0.8)] * 20 + [(OUTSIDE, "a", 0.3, 0.3)] * 20
    chosen = best_threshold(rows)
    assert 0.3 * 0.3**0.5 < chosen.value < 0.8 * 0.8**0.5
    assert (chosen.mcc, chosen.in_scope_accuracy, chosen.oos_recall) == (pytest.approx(1), 1, 1)


def test_too_few_intents_give_no_threshold() -> None:
    model = IntentModel().fit(["hello", "hi", "bye", "see you"], ["greet", "greet", "goodbye", "goodbye"])
    assert learn_threshold(model).value == model.threshold == 0


def test_the_regression_is_scikit_learns() -> None:
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(90, 12)).astype(np.float32)
    names = np.array(["a", "b", "c"])[(rows[:, 0] > 0).astype(int) + (rows[:, 1] > 0.5)]
    plain = LogisticRegression(C=2.0, max_iter=500, tol=1e-6, class_weight="balanced").fit(rows, names)
    blocks = [sparse.csr_matrix(rows[:, :8]), rows[:, 8:]]
    ours = BlockRegression(C=2.0, max_iter=500, tol=1e-6).fit(blocks, names)
    assert ours.predict_proba(blocks) == pytest.approx(plain.predict_proba(rows), abs=2e-3)


def test_one_message_is_read_as_scikit_learn_reads_it() -> None:
    texts = [text for found in TOPICS.values() for text in found]
    features = TextFeatures()
    whole = features.fit_transform(features.prepare(texts)).toarray()
    assert features.transform(features.prepare(texts)).toarray() == pytest.approx(whole, abs=1e-6)
    assert features.transform(features.prepare(["", "zzz"])).nnz == 0


class Named:
    """A mention for tests."""

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind, self.start, self.end = kind, start, end


def test_names_give_way_to_their_kind() -> None:
    text = "is Verzenio after Enhertu first?"
    found = [Named("other_drug", 3, 11), Named("drug", 18, 25), Named("term", 18, 25), Named("ordinal", 26, 31)]
    assert without_names(text, found) == "is xotherdrug after xdrug first?"
    assert flags_of(text, found)[:6] == [1, 0, 0, 1, 1, 1]


def test_the_latency_table_says_all() -> None:
    times: dict[str, Any] = {"bot": latency.summary([0.004, 0.006]), "diet": latency.summary([0.04, 0.06])}
    said = latency.table(
        {**times, "ratio_median": 0.1, "ratio_p95": 0.1, "messages": 2, "diet_training": {"epochs": 1}}
    )
    assert "5.00 ms" in said and "50.00 ms" in said and "0.100" in said


def test_latency_asks_questions_of_the_evaluation_set() -> None:
    assert len(latency.questions(30)) == 30 == len(set(latency.questions(30)))
    assert latency.questions(30) == latency.questions(30)


def test_latency_without_the_evaluation_set_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    with pytest.raises(BotError, match="questions.jsonl cannot be read"):
        latency.questions(30)
