"""Evens out sentence vectors before they are compared, so that half of the encoder's layers are enough.

The vectors of one field's messages differ mostly in a few directions, which say little about what is asked (how long a message
is, that it is a question). Here each direction is scaled by how much the examples differ in it; then fewer directions and fewer
layers tell intents apart as well as all of them did before (docs/intent-model.md has the figures).
"""

from __future__ import annotations

import numpy as np

from bot.language.features import Matrix

DIRECTIONS = 255
FEWEST = 1500  # fewer examples than this do not show how vectors differ: theirs stay as they are
# The share of a vector that all have in common, beside what tells them apart: it only sets the scale of the cosines, which
# is that of the whole encoder, so that a closeness of .7 means what it meant with all layers.
COMMON = 0.43
# What makes up for it in the classifier, where what tells messages apart shall weigh as much as without a common part.
WEIGHT = float(1 / np.sqrt(1 - COMMON))
_LEAST = 1e-3  # a direction in which examples differ by less than this share of the most counts as that much


class Directions:
    """The main directions of sentence vectors, scaled alike.

    Each is divided by the fourth root of the examples' variance along it: the square root would make all directions equal, and
    the smallest are chance.

    Attributes:
        mean: what all vectors share, taken off; shape (dimensions,).
        turn: shape (dimensions, number of directions).
    """

    def __init__(self, mean: Matrix, turn: Matrix) -> None:
        """Takes what `learn` found, or what a file kept."""
        self.mean = mean
        self.turn = turn

    @classmethod
    def learn(cls, vectors: Matrix, most: int = DIRECTIONS) -> Directions:
        """Learns from the examples' vectors, shape (number of examples, dimensions)."""
        mean = vectors.mean(axis=0, dtype=float)
        apart = vectors - mean
        spread, directions = np.linalg.eigh(apart.T @ apart / len(vectors))
        scale = np.maximum(spread, max(_LEAST * float(spread[-1]), 1e-12)) ** -0.25
        turn = (directions * scale)[:, ::-1][:, :most]
        return cls(mean.astype(np.float32), np.ascontiguousarray(turn, dtype=np.float32))

    def of(self, vectors: Matrix) -> Matrix:
        """Returns vectors along the directions, and one number that is the same for all; rows of length 1."""
        # einsum for few messages: see BlockRegression.predict_one.
        apart = vectors - self.mean
        turned = np.einsum("ij,jk->ik", apart, self.turn) if len(vectors) < 8 else apart @ self.turn
        lengths = np.sqrt(np.einsum("ij,ij->i", turned, turned))[:, None]
        evened = np.empty((len(turned), turned.shape[1] + 1), dtype=np.float32)
        evened[:, :-1] = turned * (np.float32(np.sqrt(1 - COMMON)) / np.maximum(lengths, np.float32(1e-9)))
        evened[:, -1] = np.sqrt(COMMON)
        return evened
