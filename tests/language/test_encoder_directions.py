"""Evening out vectors: what it takes off, what it keeps, and that it is the same for one text as for many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bot.language.encoder_directions import COMMON, DIRECTIONS, Directions

Matrix = npt.NDArray[np.float32]


def vectors(rows: int = 600, width: int = 300) -> Matrix:
    """Unit vectors that differ by chance, a hundred times more in the first direction than in the last, and share a mean."""
    rng = np.random.default_rng(7)
    made = rng.normal(size=(rows, width)) * np.geomspace(1, 0.01, width) + np.eye(width)[-1] * 2
    unit: Matrix = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_rows_have_unit_length_and_a_part_that_all_share() -> None:
    evened = Directions.learn(vectors()).of(vectors())
    assert evened.shape == (600, DIRECTIONS + 1)
    assert evened.dtype == np.float32
    assert np.linalg.norm(evened, axis=1) == pytest.approx(1, abs=1e-5)
    assert evened[:, -1] ** 2 == pytest.approx(COMMON, abs=1e-6)


def test_large_directions_weigh_less_than_they_did_and_still_more_than_small_ones() -> None:
    given = vectors()
    spread = given.var(axis=0)
    turned = (given - given.mean(axis=0)) @ Directions.learn(given).turn
    evened = turned.var(axis=0)
    assert evened[0] / evened[200] == pytest.approx(
        np.sqrt(np.sort(spread)[::-1][0] / np.sort(spread)[::-1][200]), rel=0.3
    )
    assert (np.diff(evened) < 1e-6).all()


def test_one_vector_alone_is_turned_as_among_others() -> None:
    directions = Directions.learn(vectors())
    together = directions.of(vectors())
    for row in range(5):
        assert directions.of(vectors()[row : row + 1])[0] == pytest.approx(together[row], abs=1e-5)


def test_fewer_examples_than_dimensions_are_enough() -> None:
    few = vectors(rows=5)
    evened = Directions.learn(few).of(few)
    assert np.isfinite(evened).all()
    alike = evened @ evened.T
    assert alike.diagonal() == pytest.approx(1, abs=1e-4)
    assert alike[~np.eye(5, dtype=bool)].max() < 0.9


def test_equal_examples_and_the_mean_itself_give_finite_numbers() -> None:
    same = np.tile(vectors(rows=1), (4, 1))
    evened = Directions.learn(same).of(same)
    assert np.isfinite(evened).all()
    assert evened[0] == pytest.approx(evened[1])
