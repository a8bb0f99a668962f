"""scikit-learn's logistic regression, trained in a third of the time.

Same model, same loss, same optimiser (L-BFGS); only the arithmetic is arranged for our input, which is a wide sparse part
beside a narrow dense one: float32, the dense part as a dense matrix, and coefficients in the order in which they are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bot.language.minimising import minimise

Array = npt.NDArray[Any]
Blocks = Sequence[Any]
_MEMORY = 6  # past steps that L-BFGS keeps; each costs time in every round


class BlockRegression(LogisticRegression):
    """Multinomial logistic regression on several blocks of columns, classes weighted to equal shares.

    `coef_`, `intercept_` and `classes_` are as in `LogisticRegression`, but `coef_` has a row for each class with two
    classes too. Takes C, max_iter and tol from there.
    """

    def fit(self, blocks: Blocks, y: Sequence[str]) -> BlockRegression:
        """Trains.

        Args:
            blocks: matrices with one row for each example, CSR or dense.
            y: the class of each example.
        """
        self.classes_, numbers = np.unique(np.asarray(y), return_inverse=True)
        size, kinds = len(numbers), len(self.classes_)
        parts = [_float32(block) for block in blocks]
        turned = [part.T.tocsr() if sparse.issparse(part) else part.T for part in parts]
        ends = np.cumsum([part.shape[1] for part in parts])
        weights = (self.C * size / (kinds * np.bincount(numbers)))[numbers].astype(np.float32)
        truth = np.zeros((size, kinds), dtype=np.float32)
        truth[np.arange(size), numbers] = 1
        columns = int(ends[-1])

        def loss(flat: Array) -> tuple[float, Array]:
            table = flat.reshape(columns + 1, kinds).astype(np.float32)
            logs = _log_softmax(_margins(parts, ends, table[:-1], table[-1]))
            error = (np.exp(logs) - truth) * weights[:, None]
            slope = np.empty((columns + 1, kinds))
            for part, end in zip(turned, ends, strict=True):
                slope[end - part.shape[0] : end] = part @ error
            slope[:-1] += table[:-1]
            slope[-1] = error.sum(axis=0)
            value = -float(weights @ logs[np.arange(size), numbers]) + 0.5 * float(np.vdot(table[:-1], table[:-1]))
            return value, slope.ravel()

        start = np.zeros((columns + 1) * kinds)
        flat = minimise(loss, start, memory=_MEMORY, rounds=self.max_iter, tolerance=self.tol)
        table = flat.reshape(columns + 1, kinds).astype(np.float32)
        self.restore(self.classes_, table[:-1].T, table[-1])
        return self

    def restore(self, classes: Array, coef: Array, intercept: Array) -> None:
        """Sets what was learnt: shapes (classes,), (classes, columns) and (classes,)."""
        self.classes_, self.intercept_ = np.asarray(classes), intercept
        self._by_column = np.ascontiguousarray(coef.T)
        self.coef_ = self._by_column.T
        self.n_features_in_ = coef.shape[1]

    def predict_proba(self, blocks: Blocks) -> Array:
        """Returns the probability of each class, shape (number of rows, number of classes)."""
        parts = [_float32(block) for block in blocks]  # another type would make SciPy copy the whole table
        ends = np.cumsum([part.shape[1] for part in parts])
        chances: Array = np.exp(_log_softmax(_margins(parts, ends, self._by_column, self.intercept_)))
        return chances

    def predict_one(self, columns: Array, values: Array, dense: Array) -> Array:
        """Returns the probabilities for one row, shape (number of classes,), without making a matrix of it.

        Whoever serves calls `one_thread` first.

        Args:
            columns: the columns of the sparse block that are not zero.
            values: what stands there.
            dense: the other blocks, joined.
        """
        margins = values @ self._by_column[columns] + self.intercept_
        if len(dense):
            margins += dense @ self._by_column[len(self._by_column) - len(dense) :]
        chances: Array = np.exp(_log_softmax(margins[None, :]))[0]
        return chances


def one_thread() -> None:
    """Lets BLAS take one thread in this process from now on: for a process that reads single messages.

    It would share out even the small products of one message, and then each message waits for a free processor (0.04 ms
    became 3 ms beside another busy process).
    """
    threadpool_limits(1, user_api="blas")


def _margins(blocks: Blocks, ends: Array, table: Array, intercept: Array) -> Array:
    margins = np.tile(intercept, (blocks[0].shape[0], 1))
    for block, end in zip(blocks, ends, strict=True):
        margins += block @ table[end - block.shape[1] : end]
    return margins


def _log_softmax(margins: Array) -> Array:
    margins = margins - margins.max(axis=1, keepdims=True)
    logs: Array = margins - np.log(np.exp(margins).sum(axis=1, keepdims=True))
    return logs


def _float32(block: Any) -> Any:
    if sparse.issparse(block):
        return block.tocsr().astype(np.float32, copy=False)
    return np.ascontiguousarray(block, dtype=np.float32)
