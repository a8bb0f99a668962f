"""The intent model: sparse text features, sentence vectors and vocabulary flags into one linear classifier.

It is plain scikit-learn, used by the Rasa component in `bot.language.components.intents` and, without the vocabulary, by
`bot benchmark intents`. How sure it is comes from two sides: the classifier's probability, and how near the message lies
to a known example of that intent. What each part gives, and how the threshold is chosen: docs/intent-model.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.language.features import Finder, Matrix, Row, TextFeatures
from bot.language.linear import BlockRegression
from bot.language.quick import QuickModel, encode_in_two

# From this lead on (log odds) the product trusts the quick model: in cross-validation on nlu/ it then is right as often as
# the whole one (docs/intent-model.md).
SURE = 2.25
# So many of the classifier's best intents are ranked anew by their nearest examples, and so much a cosine of 1 weighs.
RANKED = 3
SHARPNESS = 15.0


_WORD = re.compile(r"\w+")
_FEW = 3
_EMPTY = frozenset(
    "a an the of to in on at by for with from as it its is be am are was were if so than or and but".split()
)
_SAME = 0.95  # as good as equal to an example


class Encoder(Protocol):
    """Turns texts into unit vectors, one row each (see `bot.language.encoder`)."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Returns an array of shape (number of texts, dimensions)."""


@dataclass(frozen=True)
class Neighbour:
    """A known example near a message."""

    text: str
    intent: str
    closeness: float


@dataclass(frozen=True)
class Guess:
    """One intent for a message: its probability and the confidence from closeness (both 0 to 1).

    `understood` is False when its `score` is below the threshold that the model learnt.
    """

    intent: str
    probability: float
    confidence: float
    neighbours: tuple[Neighbour, ...]
    understood: bool = True

    @property
    def score(self) -> float:
        """How much the guess is worth, 0 to 1; below `IntentModel.threshold` the message counts as not understood."""
        return float(score(self.probability, self.confidence))


def score(probability: Any, closeness: Any) -> Any:
    """Joins probability and closeness to one figure, 0 to 1; takes numbers or arrays."""
    return np.sqrt(probability) * closeness


@dataclass(frozen=True)
class Settings:
    """What the model is made of. The defaults were chosen by cross-validation on nlu/ alone (docs/intent-model.md).

    Attributes:
        C: inverse regularisation of the logistic regression.
        vector_weight: weight of the sentence vectors beside the sparse features.
        flag_weight: weight of the vocabulary flags.
        neighbours: how many of the nearest examples are kept as reasons.
        nearest: the closeness is the mean over so many of them.
        char_min_df: in how many examples a part of a word must stand to count.
        rounds: at most so many rounds of the logistic regression.
        sure: when the quick model's best intent leads by this much (log odds), the encoder is left out; None for never.
        seed: random seed of cross-validation; the training itself leaves nothing to chance.
    """

    C: float = 20.0
    vector_weight: float = 1.5
    flag_weight: float = 0.4
    neighbours: int = 3
    nearest: int = 3
    char_min_df: int = 2
    rounds: int = 40
    sure: float | None = None
    seed: int = 42


class IntentModel:
    """Learns intents from example sentences and guesses the intents of a message.

    Attributes:
        threshold: a best guess with a lower `score` counts as not understood; 0 until `learn_threshold` of
            `bot.language.threshold` or a model file sets it.
        basis: what closeness is measured on: the examples' vectors, or their sparse features without an encoder.
        training_rows: the classifier's input, kept by `fit` for `learn_threshold`; not in a loaded model.
    """

    training_rows: list[Any] | None = None

    def __init__(
        self, settings: Settings | None = None, encoder: Encoder | None = None, finder: Finder | None = None
    ) -> None:
        """Takes the settings, an encoder where sentence vectors are wanted, and a finder where there is a vocabulary."""
        self.settings = settings or Settings()
        self.encoder = encoder
        self.features = TextFeatures(finder, char_min_df=self.settings.char_min_df)
        self.linear = new_classifier(self.settings)
        self.threshold = 0.0
        self.quick: QuickModel | None = None

    def fit(self, texts: Sequence[str], intents: Sequence[str], flags: Matrix | None = None) -> IntentModel:
        """Learns from examples.

        Args:
            texts: the example sentences.
            intents: the intent of each.
            flags: flags of the caller's own instead of the finder's, one row per text.

        Raises:
            ValueError: fewer than two intents, or lengths differ.
        """
        if len(texts) != len(intents):
            raise ValueError(f"{len(texts)} texts but {len(intents)} intents. Give one intent per text.")
        if len(set(intents)) < 2:
            raise ValueError("Intent training needs examples of at least two intents. Add examples under nlu/.")
        messages = self.features.prepare(texts)
        words = self.features.fit_transform(messages)
        encode = self.encoder.encode if self.encoder is not None else None
        vectors = None if encode is None else encode_in_two(encode, messages.marked)
        flags = messages.flags if flags is None else flags
        self.training_rows = [words, *self._join(vectors, flags)]
        quick: Future[QuickModel] | None = None
        with ThreadPoolExecutor(2) as pool:  # SciPy and ONNX Runtime let other threads run meanwhile
            if self.settings.sure is not None and encode is not None:
                beside = self._join(None, flags)
                quick = pool.submit(QuickModel.learn, words, beside, messages.marked, intents, encode, self.settings.C)
            self.linear.fit(self.training_rows, list(intents))
        self.remember(texts, intents, messages.marked, words if vectors is None else vectors)
        if quick is not None:
            self.remember_quick(quick.result())
        return self

    def remember(self, texts: Sequence[str], intents: Sequence[str], marked: Sequence[str], basis: Any) -> None:
        """Keeps the examples for the closeness of later messages.

        Args:
            texts: the examples.
            intents: the intent of each.
            marked: the examples with names taken out, as the encoder reads them.
            basis: what closeness is measured on, one row each: their vectors, or the sparse features without an encoder.
        """
        self.texts = list(texts)
        self.labels = np.asarray(intents)
        self.basis = basis
        self._rows = {name: np.flatnonzero(self.labels == name) for name in self.intents}
        self._known = self._by_intent(basis)
        self.marked = list(marked)
        self._spoken = {word for text in texts for word in _WORD.findall(text.lower())} - _EMPTY
        self._places = {_key(text): place for place, text in enumerate(marked)}

    def remember_quick(self, quick: QuickModel) -> None:
        """Takes the quick model, and keeps its examples for the closeness of later messages."""
        self.quick = quick
        self._known_quick = self._by_intent(quick.basis)

    @property
    def intents(self) -> list[str]:
        """The intents it knows, in the classifier's order."""
        return [str(name) for name in self.linear.classes_]

    def guess(
        self, texts: Sequence[str], flags: Matrix | None = None, *, top: int = 3,
        mentions: Sequence[Sequence[Any] | None] | None = None, doubted: Collection[str] | None = None,
    ) -> list[list[Guess]]:  # fmt: skip
        """Returns, for each text, its best intents, the most probable first.

        Args:
            texts: the messages.
            flags: flags of the caller's own, if the model was trained with such.
            top: how many intents for each.
            mentions: what the finder found in each text, where that is known already.
            doubted: where given, and the quick model is sure of an intent that is not among these, that intent alone is
                returned: how near the others' examples are takes longer to find out than all else the quick model does.
        """
        if not len(texts):
            return []
        messages = self.features.prepare(texts, mentions)
        rows = self.features.rows(messages)
        flags = messages.flags if flags is None else flags
        found = self._guess_quickly(rows, messages.marked, flags, top, doubted)
        open_ = [place for place, guesses in enumerate(found) if not guesses]
        if not open_:
            return self._heard(texts, found)
        vectors = self._vectors([messages.marked[place] for place in open_])
        basis: Any = self.features.matrix([rows[place] for place in open_]) if vectors is None else vectors
        dense = self._join(vectors, None if flags is None else flags[open_])
        for nth, place in enumerate(open_):
            beside = np.concatenate([block[nth] for block in dense]) if dense else np.empty(0, dtype=np.float32)
            chances = self.linear.predict_one(*rows[place], beside)
            guesses = self._best(chances, basis[nth], self._known, max(top, RANKED))
            guesses = guesses if vectors is None else _ranked_by_nearness(guesses)
            found[place] = [replace(g, understood=g.score >= self.threshold) for g in guesses[:top]]
        return self._heard(texts, found)

    def _heard(self, texts: Sequence[str], found: list[list[Guess]]) -> list[list[Guess]]:
        """Marks what is made of no word that any example holds, "of" and the like aside: letters alone tell nothing."""
        for place, text in enumerate(texts):
            words = _WORD.findall(text.lower())
            if len(words) <= _FEW and not any(word in self._spoken for word in words):
                known = found[place] and found[place][0].confidence >= _SAME
                found[place] = found[place] if known else [replace(g, understood=False) for g in found[place]]
        return found

    def _guess_quickly(
        self, rows: list[Row], marked: list[str], flags: Matrix | None, top: int, doubted: Collection[str] | None
    ) -> list[list[Guess]]:
        """Returns the guesses of the quick model where it is sure, and an empty list where it is not."""
        found: list[list[Guess]] = [[] for _ in rows]
        if self.quick is None or self.settings.sure is None:
            return found
        vectors = self.quick.word_vectors.of(marked)
        weighted = self._join(None, flags)
        for place, row in enumerate(rows):
            beside = weighted[0][place] if weighted else np.empty(0, dtype=np.float32)
            chances, lead = self.quick.chances(row, vectors[place], beside)
            if lead >= self.settings.sure:
                here = self.quick.narrow(vectors[place : place + 1])[0]
                alone = doubted is not None and str(self.linear.classes_[chances.argmax()]) not in doubted
                guesses = self._best(chances, here, self._known_quick, 1 if alone else top)
                found[place] = guesses if guesses[0].score >= self.threshold else []
        return found

    def _best(self, chances: Any, here: Any, known: dict[str, Any], top: int) -> list[Guess]:
        best = np.argsort(-chances)[:top]
        return [self._one_guess(str(self.linear.classes_[k]), float(chances[k]), here, known) for k in best]

    def _by_intent(self, basis: Any) -> dict[str, Any]:
        return {name: basis[rows] for name, rows in self._rows.items()}

    def _join(self, vectors: Matrix | None, flags: Matrix | None) -> list[Matrix]:
        """Returns the dense part of the classifier's input: weighted vectors, then weighted flags."""
        blocks = []
        if vectors is not None:
            blocks.append(vectors * np.float32(self.settings.vector_weight))
        if flags is not None:
            blocks.append(np.asarray(flags, dtype=np.float32) * np.float32(self.settings.flag_weight))
        return blocks

    def _one_guess(self, intent: str, probability: float, here: Any, known: dict[str, Any]) -> Guess:
        closeness = closeness_to(here, known[intent])[0]
        most = max(self.settings.neighbours, self.settings.nearest)
        order = _nearest_first(closeness, most)
        nearest = closeness[order].tolist()
        averaged = nearest[: self.settings.nearest]
        near = sum(averaged) / len(averaged)
        rows = self._rows[intent][order[: self.settings.neighbours]].tolist()
        reasons = tuple(Neighbour(self.texts[row], intent, cosine) for row, cosine in zip(rows, nearest, strict=False))
        return Guess(intent, probability, max(0.0, min(1.0, near)), reasons)

    def _vectors(self, marked: list[str]) -> Matrix | None:
        """Encodes messages, except those that equal an example but for capitals, which the encoder does not see."""
        if self.encoder is None:
            return None
        places = [self._places.get(_key(text)) for text in marked]
        vectors = np.empty((len(marked), self.basis.shape[1]), dtype=np.float32)
        new = [row for row, place in enumerate(places) if place is None]
        if new:
            vectors[new] = self.encoder.encode([marked[row] for row in new])
        for row, place in enumerate(places):
            if place is not None:
                vectors[row] = self.basis[place]
        return vectors


def _nearest_first(closeness: npt.NDArray[np.float32], most: int) -> npt.NDArray[np.intp]:
    """Returns the places of the largest few, the largest first, without sorting all the others."""
    if len(closeness) > most:
        few: npt.NDArray[np.intp] = closeness.argpartition(-most)[-most:]  # np.argpartition does the same, slower
        order: npt.NDArray[np.intp] = few[np.lexsort((few, -closeness[few]))]
        return order
    return np.argsort(-closeness, kind="stable")


def rank_by_nearness(chances: Any, nearest: Any) -> Any:
    """Returns the probabilities of the best few intents, once the nearest example of each has been asked as well.

    The classifier and the nearest example err on different messages: the product of both is right more often than either
    (docs/intent-model.md).

    Args:
        chances: the classifier's probabilities, best few only; shape (n, RANKED).
        nearest: the cosine of the nearest example of each of those intents; same shape.

    Returns:
        Probabilities of the same shape, whose rows add up to what the rows of `chances` add up to.
    """
    chances, nearest = np.asarray(chances, dtype=float), np.asarray(nearest, dtype=float)
    logits = 0.5 * np.log(np.maximum(chances, 1e-12)) + SHARPNESS * nearest
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True) * chances.sum(axis=1, keepdims=True)


def _ranked_by_nearness(guesses: list[Guess]) -> list[Guess]:
    few = guesses[:RANKED]
    nearest = [guess.neighbours[0].closeness for guess in few]
    chances = rank_by_nearness([[guess.probability for guess in few]], [nearest])[0]
    few = [replace(guess, probability=float(chance)) for guess, chance in zip(few, chances, strict=True)]
    return sorted(few, key=lambda guess: -guess.probability) + guesses[RANKED:]


def new_classifier(settings: Settings) -> BlockRegression:
    """Returns an untrained classifier; it is stopped early on purpose, as more rounds take time and change few answers."""
    return BlockRegression(C=settings.C, max_iter=settings.rounds, tol=1e-2)


def closeness_to(here: Any, known: Any) -> npt.NDArray[np.float32]:
    """Returns the cosines of rows to known rows: of sentence vectors, or of sparse features.

    Args:
        here: rows of shape (n, d), or one row of shape (d,).
        known: rows of shape (m, d), all of the same length.

    Returns:
        An array of shape (n, m).
    """
    if not sparse.issparse(here):
        return np.asarray(np.atleast_2d(here @ known.T))
    lengths = np.sqrt(here.multiply(here).sum(axis=1)) @ np.sqrt(known.multiply(known).sum(axis=1)).T
    return np.asarray((here @ known.T).toarray() / np.maximum(lengths, 1e-9), dtype=np.float32)


def _key(text: str) -> str:
    return " ".join(text.lower().split())
