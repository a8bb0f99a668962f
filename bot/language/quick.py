"""A quick model beside the intent model, for messages so plain that they need no sentence encoder.

It reads the same words and flags, and instead of the encoder's sentence vector the mean of the vectors that the encoder
gives the message's words one by one; those are computed once, at training. When its best intent leads by far, it agrees with
the whole model (docs/intent-model.md has the figures), and the encoder, which takes most of a message's time, is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bot.language.features import Matrix, Row
from bot.language.linear import BlockRegression

_WORD = re.compile(r"\w+|\?")
_ROUNDS = 40
_DIMENSIONS = 96


class WordVectors:
    """Vectors of words, and of messages as the mean of their words', rarer words counting more."""

    def __init__(self, words: Sequence[str], vectors: Matrix) -> None:
        """Takes words, and their vectors, already weighted: shape (number of words, dimensions)."""
        self.words = list(words)
        self.vectors = vectors
        self._places = {word: place for place, word in enumerate(self.words)}

    @classmethod
    def learn(cls, texts: Sequence[str], encode: Callable[[Sequence[str]], Matrix]) -> WordVectors:
        """Encodes the words of texts, takes off what all share, and weights each by how few texts it stands in."""
        counts = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
        words = sorted(counts)
        vectors = encode(words)
        weights = np.log(len(texts) / np.array([counts[word] for word in words]))
        return cls(words, ((vectors - vectors.mean(axis=0)) * weights[:, None]).astype(np.float32))

    def of(self, texts: Sequence[str]) -> Matrix:
        """Returns the vectors of texts, of length 1 (or 0 where no word is known); shape (number of texts, dimensions)."""
        sums = np.zeros((len(texts), self.vectors.shape[1]), dtype=np.float32)
        for row, text in enumerate(texts):
            known = [place for word in _WORD.findall(text.lower()) if (place := self._places.get(word)) is not None]
            if known:
                sums[row] = self.vectors[known].sum(axis=0)
        lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))
        vectors: Matrix = sums / np.where(lengths > 0, lengths, 1)[:, None]
        return vectors


class QuickModel:
    """A linear model over words, word vectors and flags.

    Attributes:
        linear: the trained classifier.
        word_vectors: the vectors of the words.
        turn: what `narrow` turns vectors with, shape (dimensions of the vectors, dimensions kept); set by `remember`.
        basis: the examples as `narrow` returns them, for their closeness; set by `remember`.
    """

    def __init__(self, linear: BlockRegression, word_vectors: WordVectors) -> None:
        """Takes the parts, already trained."""
        self.linear = linear
        self.word_vectors = word_vectors
        self.basis: Matrix = np.empty((0, 0), dtype=np.float32)
        self.turn: Matrix = np.empty((0, 0), dtype=np.float32)

    @classmethod
    def learn(
        cls, words: Any, flags: list[Matrix], marked: Sequence[str], intents: Sequence[str],
        encode: Callable[[Sequence[str]], Matrix], C: float,
    ) -> QuickModel:  # fmt: skip
        """Learns from the examples' sparse features, weighted flags (none or one block), marked texts and intents."""
        word_vectors = WordVectors.learn(marked, encode)
        vectors = word_vectors.of(marked)
        # Words that stand once cost time here and say little; their coefficients stay 0.
        kept = np.flatnonzero(np.asarray((words != 0).sum(axis=0)).ravel() > 1)
        small = BlockRegression(C=C, max_iter=_ROUNDS, tol=1e-2).fit([words[:, kept], vectors, *flags], intents)
        coef = np.zeros((len(small.classes_), words.shape[1] + small.coef_.shape[1] - len(kept)), dtype=np.float32)
        coef[:, kept] = small.coef_[:, : len(kept)]
        coef[:, words.shape[1] :] = small.coef_[:, len(kept) :]
        linear = BlockRegression()
        linear.restore(small.classes_, coef, small.intercept_)
        quick = cls(linear, word_vectors)
        quick.remember(vectors)
        return quick

    def remember(self, vectors: Matrix) -> None:
        """Keeps the examples for the closeness of later messages.

        Their vectors are turned to the few directions in which they differ most: looking through thousands of long vectors
        takes longer than everything else here.
        """
        _, directions = np.linalg.eigh(vectors.T.astype(float) @ vectors)
        self.turn = np.ascontiguousarray(directions[:, ::-1][:, :_DIMENSIONS], dtype=np.float32)
        self.basis = self.narrow(vectors)

    def narrow(self, vectors: Matrix) -> Matrix:
        """Returns vectors turned to the main directions, of length 1."""
        turned = vectors @ self.turn
        narrowed: Matrix = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), np.float32(1e-9))
        return narrowed

    def chances(self, row: Row, vector: Matrix, flags: Matrix) -> tuple[Matrix, float]:
        """Returns the probabilities of the intents, and by how much the best leads (the log of its odds to the second)."""
        chances: Matrix = self.linear.predict_one(*row, np.concatenate([vector, flags]))
        second, best = np.partition(chances, -2)[-2:]
        return chances, float(np.log(best / max(second, 1e-30)))


def encode_in_two(encode: Callable[[Sequence[str]], Matrix], texts: Sequence[str]) -> Matrix:
    """Encodes many texts in two threads."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only to train

    if len(texts) < 200:
        return np.asarray(encode(texts), dtype=np.float32)
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(encode, [texts[::2], texts[1::2]]))
    joined = np.empty((len(texts), parts[0].shape[1]), dtype=np.float32)
    joined[::2], joined[1::2] = parts
    return joined
