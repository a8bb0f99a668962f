"""The intent model on a few sentences: it learns them, its closeness means something, and bad training data is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from bot.language.intent_model import IntentModel, Settings

TEXTS = [
    "what comes after enhertu",
    "what is next after herceptin",
    "which drug follows kadcyla",
    "and after that",
    "what is the treatment for stage 2",
    "how is stage 3 treated",
    "treatment for metastatic please",
    "what do they give for stage 1",
    "hello",
    "hi there",
    "good morning",
    "hello bot",
]
INTENTS = ["sequence"] * 4 + ["treatment"] * 4 + ["greet"] * 4


class LetterCounts:
    """An encoder for tests: unit vectors of letter counts."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = np.array([[text.lower().count(c) + 0.01 for c in "abcdefghijklmnopqrstuvwxyz"] for text in texts])
        vectors: npt.NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return vectors


@pytest.fixture(scope="module", params=["with vectors", "without vectors"])
def model(request: pytest.FixtureRequest) -> IntentModel:
    encoder = LetterCounts() if request.param == "with vectors" else None
    return IntentModel(encoder=encoder).fit(TEXTS, INTENTS)


def test_it_learns_its_examples(model: IntentModel) -> None:
    assert [guesses[0].intent for guesses in model.guess(TEXTS)] == INTENTS


@pytest.mark.parametrize(("text", "intent"), [("what comes after kadcyla", "sequence"), ("hello there", "greet"),
                                              ("treatment for stage 1", "treatment")])  # fmt: skip
def test_it_guesses_new_sentences(model: IntentModel, text: str, intent: str) -> None:
    assert model.guess([text])[0][0].intent == intent


def test_probabilities_and_closeness_are_shares(model: IntentModel) -> None:
    for guesses in model.guess(["what comes after kadcyla", "", "zzz", "hello " * 500], top=3):
        assert sum(guess.probability for guess in guesses) == pytest.approx(1, abs=1e-5)
        assert [guess.probability for guess in guesses] == sorted((g.probability for g in guesses), reverse=True)
        assert all(0 <= guess.confidence <= 1 for guess in guesses)


@pytest.mark.parametrize("text", TEXTS)
def test_the_nearest_example_of_a_training_sentence_is_itself(model: IntentModel, text: str) -> None:
    best = model.guess([text])[0][0]
    nearest = best.neighbours[0]
    assert (nearest.text, nearest.intent) == (text, best.intent)
    assert nearest.closeness == pytest.approx(1, abs=1e-4)


def test_the_confidence_of_a_sentence_known_three_times_is_one() -> None:
    texts = ["what comes next", "what comes next", "what comes next", "hello", "hello", "hello"]
    model = IntentModel(encoder=LetterCounts()).fit(texts, ["sequence"] * 3 + ["greet"] * 3)
    assert model.guess(["what comes next"])[0][0].confidence == pytest.approx(1, abs=1e-4)


def test_closeness_is_less_for_other_sentences(model: IntentModel) -> None:
    known = model.guess(["what comes after enhertu"])[0][0].confidence
    assert model.guess(["xylophone quiz"])[0][0].confidence < known


def test_neighbours_are_examples_of_the_guessed_intent(model: IntentModel) -> None:
    for guess in model.guess(["what comes after kadcyla"])[0]:
        assert {n.intent for n in guess.neighbours} == {guess.intent}
        assert len(guess.neighbours) == Settings().neighbours


def test_one_at_a_time_or_together_makes_no_difference(model: IntentModel) -> None:
    texts = ["what comes after kadcyla", "hi", "stage 2?"]
    for text, guesses in zip(texts, model.guess(texts), strict=True):
        alone = model.guess([text])[0]
        assert [g.intent for g in alone] == [g.intent for g in guesses]
        assert [g.probability for g in alone] == pytest.approx([g.probability for g in guesses], abs=1e-6)


def test_the_same_data_give_the_same_model() -> None:
    first, second = (IntentModel().fit(TEXTS, INTENTS) for _ in range(2))
    assert first.guess(["what now"]) == second.guess(["what now"])


def test_capital_letters_make_no_difference(model: IntentModel) -> None:
    words = IntentModel().fit(TEXTS, INTENTS)
    assert words.guess(["WHAT COMES AFTER KADCYLA"]) == words.guess(["what comes after kadcyla"])


def test_flags_are_learnt_beside_the_words() -> None:
    flags = np.eye(3, dtype=np.float32)[[0] * 4 + [1] * 4 + [2] * 4]
    model = IntentModel(Settings(flag_weight=3.0)).fit(TEXTS, INTENTS, flags)
    one = np.eye(3, dtype=np.float32)
    assert [model.guess(["zzz"], one[[row]])[0][0].intent for row in range(3)] == ["sequence", "treatment", "greet"]


def test_training_data_that_teach_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two intents"):
        IntentModel().fit(["hello", "hi"], ["greet", "greet"])
    with pytest.raises(ValueError, match="2 texts but 1 intents"):
        IntentModel().fit(["hello", "hi"], ["greet"])
    with pytest.raises(ValueError, match="at least two intents"):
        IntentModel().fit([], [])
