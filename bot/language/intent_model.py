"""The intent model: sparse text features, sentence vectors and vocabulary flags into one linear classifier.

It is plain scikit-learn, used by the Rasa component in `bot.language.intents` and, without the vocabulary, by
`bot benchmark intents`. Confidence is not the classifier's probability but how near the message lies to known examples:
on public real traffic that tells unknown questions from known ones far better (docs/how-it-works.md).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

Matrix = npt.NDArray[np.float32]


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
    """One intent for a message: the classifier's probability and the confidence from closeness (both 0 to 1)."""

    intent: str
    probability: float
    confidence: float
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True)
class Settings:
    """What the model is made of.

    Attributes:
        C: inverse regularisation of the logistic regression.
        vector_weight: weight of the sentence vectors beside the sparse features.
        flag_weight: weight of the vocabulary flags.
        neighbours: how many of the nearest examples of an intent the closeness is the mean of.
        seed: random seed.
    """

    C: float = 20.0
    vector_weight: float = 1.5
    flag_weight: float = 0.7
    neighbours: int = 3
    seed: int = 42


class IntentModel:
    """Learns intents from example sentences and guesses the intents of a message."""

    def __init__(self, settings: Settings | None = None, encoder: Encoder | None = None) -> None:
        """Takes the settings, and an encoder where sentence vectors are wanted."""
        self.settings = settings or Settings()
        self.encoder = encoder
        self._sparse = FeatureUnion(
            [
                (
                    "word",
                    TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b|\?"),
                ),
                (
                    "char",
                    TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
                ),
            ]
        )
        self.linear = LogisticRegression(
            C=self.settings.C,
            max_iter=60,
            tol=1e-2,
            solver="lbfgs",
            class_weight="balanced",
            random_state=self.settings.seed,
        )

    def fit(
        self,
        texts: Sequence[str],
        intents: Sequence[str],
        flags: npt.NDArray[np.float32] | None = None,
    ) -> IntentModel:
        """Learns from examples.

        Args:
            texts: the example sentences.
            intents: the intent of each.
            flags: optional vocabulary flags, one row per text.

        Raises:
            ValueError: fewer than two intents, or lengths differ.
        """
        if len(texts) != len(intents):
            raise ValueError(f"{len(texts)} texts but {len(intents)} intents. Give one intent per text.")
        if len(set(intents)) < 2:
            raise ValueError("Intent training needs examples of at least two intents. Add examples under nlu/.")
        words = self._sparse.fit_transform([text.lower() for text in texts])
        vectors = self._vectors(texts)
        with warnings.catch_warnings():
            # It is stopped early on purpose: more rounds take time and change no answer.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.linear.fit(self._join(words, vectors, flags), list(intents))
        self.remember(texts, intents, words, vectors)
        return self

    def remember(self, texts: Sequence[str], intents: Sequence[str], words: Any, vectors: Matrix | None) -> None:
        """Keeps the examples for the closeness of later messages."""
        self.texts = list(texts)
        self.labels = np.asarray(intents)
        self._known_words = sparse.csr_matrix(words, dtype=np.float32)
        self.known_vectors = vectors

    def words(self, texts: Sequence[str]) -> Any:
        """Returns the sparse features of texts, one row each."""
        return self._sparse.transform([text.lower() for text in texts])

    def vectorizers(self) -> dict[str, TfidfVectorizer]:
        """The sparse vectorizers by name, to be kept and restored."""
        return dict(self._sparse.transformer_list)

    @property
    def intents(self) -> list[str]:
        """The intents it knows, in the classifier's order."""
        return [str(name) for name in self.linear.classes_]

    def guess(
        self, texts: Sequence[str], flags: npt.NDArray[np.float32] | None = None, *, top: int = 3
    ) -> list[list[Guess]]:
        """Returns, for each text, its best intents, the most probable first."""
        words = self.words(texts)
        vectors = self._vectors(texts)
        probabilities = self.linear.predict_proba(self._join(words, vectors, flags))
        closeness = self._closeness(words, vectors)
        return [
            [self._one_guess(int(k), probabilities[row], closeness[row]) for k in np.argsort(-probabilities[row])[:top]]
            for row in range(len(texts))
        ]

    def _one_guess(self, index: int, probabilities: Any, closeness: Any) -> Guess:
        intent = str(self.linear.classes_[index])
        mine = np.flatnonzero(self.labels == intent)
        nearest = mine[np.argsort(-closeness[mine])[: self.settings.neighbours]]
        near = float(np.mean(closeness[nearest])) if len(nearest) else 0.0
        return Guess(
            intent,
            float(probabilities[index]),
            max(0.0, min(1.0, near)),
            tuple(Neighbour(self.texts[i], intent, float(closeness[i])) for i in nearest),
        )

    def _vectors(self, texts: Sequence[str]) -> Matrix | None:
        return None if self.encoder is None else np.asarray(self.encoder.encode(list(texts)), dtype=np.float32)

    def _join(self, words: Any, vectors: Matrix | None, flags: npt.NDArray[np.float32] | None) -> Any:
        blocks = [words]
        if vectors is not None:
            blocks.append(sparse.csr_matrix(vectors * self.settings.vector_weight))
        if flags is not None:
            blocks.append(sparse.csr_matrix(flags * self.settings.flag_weight))
        return sparse.hstack(blocks, format="csr") if len(blocks) > 1 else words

    def _closeness(self, words: Any, vectors: Matrix | None) -> npt.NDArray[np.float32]:
        """Cosine to every known example: of the sentence vectors where there are any, else of the sparse features."""
        if vectors is not None and self.known_vectors is not None:
            return np.asarray(vectors @ self.known_vectors.T)
        return np.asarray((words @ self._known_words.T).todense(), dtype=np.float32) / 2.0
