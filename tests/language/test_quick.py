"""The quick model: its word vectors, when it answers alone, and when the whole model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from test_intent_model import INTENTS, TEXTS, LetterCounts

from bot.language.features import TextFeatures
from bot.language.intent_model import IntentModel, Settings
from bot.language.quick import WordVectors, encode_in_two

NEW = "what comes after kadcyla then"


class CountingEncoder(LetterCounts):
    """Letter counts that remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += texts
        return super().encode(texts)


def trained(sure: float | None) -> tuple[IntentModel, CountingEncoder]:
    encoder = CountingEncoder()
    model = IntentModel(Settings(sure=sure), encoder).fit(TEXTS, INTENTS)
    encoder.asked.clear()
    return model, encoder


def test_a_message_is_the_mean_of_its_words_and_rare_words_count_more() -> None:
    words = WordVectors.learn(["a b", "a c", "a c"], lambda words: np.eye(3, dtype=np.float32)[: len(words)])
    assert words.words == ["a", "b", "c"]
    assert np.linalg.norm(words.vectors[0]) == 0  # stands in every text, so it says nothing
    assert np.linalg.norm(words.vectors[1]) > np.linalg.norm(words.vectors[2]) > 0
    both, known, unknown = words.of(["B, c!", "b", "zzz"])
    assert both == pytest.approx((words.vectors[1] + words.vectors[2]) / np.linalg.norm(words.vectors[1:].sum(axis=0)))
    assert np.linalg.norm(known) == pytest.approx(1)
    assert not unknown.any()


def test_a_sure_message_needs_no_encoder_and_an_unsure_one_does() -> None:
    always, unused = trained(sure=0.0)
    assert always.guess([NEW])[0][0].intent == "sequence"
    assert unused.asked == []
    never, used = trained(sure=1e9)
    assert never.guess([NEW])[0][0].intent == "sequence"
    assert used.asked == [NEW]


def test_the_runners_up_of_a_sure_guess_are_left_out_unless_the_guess_is_doubted() -> None:
    sure, _ = trained(sure=0.0)
    (every,) = sure.guess([NEW])
    assert len(every) == 3
    assert sure.guess([NEW], doubted=()) == [every[:1]]
    assert sure.guess([NEW], doubted={"sequence"}) == [every]
    unsure, _ = trained(sure=1e9)
    assert len(unsure.guess([NEW], doubted=())[0]) == 3


def test_without_the_setting_there_is_no_quick_model() -> None:
    model, encoder = trained(sure=None)
    model.guess([NEW])
    assert model.quick is None
    assert encoder.asked == [NEW]


def test_an_unsure_message_gets_the_whole_models_guess() -> None:
    with_quick, _ = trained(sure=1e9)
    without, _ = trained(sure=None)
    assert with_quick.guess([NEW, "zzz", ""]) == without.guess([NEW, "zzz", ""])


def test_a_sure_message_that_is_near_to_no_example_is_read_by_the_encoder() -> None:
    model, encoder = trained(sure=0.0)
    model.threshold = 1.0
    model.guess([NEW])
    assert encoder.asked == [NEW]


def test_sure_and_unsure_messages_may_stand_together() -> None:
    model, encoder = trained(sure=0.0)
    texts = ["hello there", NEW, "stage 2?"]
    assert model.quick is not None
    rows = model.features.rows(model.features.prepare(texts))
    vectors = model.quick.word_vectors.of(texts)
    none = np.empty(0, dtype=np.float32)
    leads = [model.quick.chances(row, vector, none)[1] for row, vector in zip(rows, vectors, strict=True)]
    model.settings = replace(model.settings, sure=sorted(leads)[1])
    together = model.guess(texts)
    assert encoder.asked == [texts[int(np.argmin(leads))]]
    for text, guesses in zip(texts, together, strict=True):
        alone = model.guess([text])[0]
        assert [g.intent for g in alone] == [g.intent for g in guesses]
        assert [g.confidence for g in alone] == pytest.approx([g.confidence for g in guesses], abs=1e-5)


def test_the_lead_is_the_log_of_the_odds() -> None:
    model, _ = trained(sure=0.0)
    assert model.quick is not None
    [row] = model.features.rows(model.features.prepare([NEW]))
    chances, lead = model.quick.chances(row, model.quick.word_vectors.of([NEW])[0], np.empty(0, dtype=np.float32))
    second, best = sorted(chances)[-2:]
    assert lead == pytest.approx(np.log(best / second), rel=1e-4)


def test_one_row_alone_is_turned_as_among_others() -> None:
    model, _ = trained(sure=0.0)
    assert model.quick is not None
    vectors = model.quick.word_vectors.of(TEXTS)
    for row, narrowed in zip(vectors, model.quick.narrow(vectors), strict=True):
        assert model.quick.narrow(row[None, :])[0] == pytest.approx(narrowed, abs=1e-5)


def test_two_threads_keep_the_order() -> None:
    texts = [f"text {number}" * (number % 7 + 1) for number in range(301)]
    encoder = LetterCounts()
    assert encode_in_two(encoder.encode, texts) == pytest.approx(encoder.encode(texts))


def test_parts_of_words_are_remembered_for_words_of_the_examples_only() -> None:
    features = TextFeatures()
    features.fit_transform(features.prepare(TEXTS))
    before = features.transform(features.prepare(["what about margaret smith"])).toarray()
    again = features.transform(features.prepare(["what about margaret smith"])).toarray()
    assert (before == again).all()
    remembered: set[str] = {word for reader in features._readers or () for word in reader._parts}
    assert remembered == {"what"}


def test_names_that_are_known_are_not_looked_for_again() -> None:
    class Finder:
        vocabulary: Any = None
        asked = 0

        def find(self, text: str) -> Sequence[Any]:
            self.asked += 1
            return []

    finder = Finder()
    model = IntentModel(finder=finder).fit(TEXTS, INTENTS)
    finder.asked = 0
    texts = [NEW, "hello"]
    assert model.guess(texts, mentions=[[], None]) == model.guess(texts)
    assert finder.asked == 1 + 2
