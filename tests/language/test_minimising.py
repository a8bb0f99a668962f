"""Our call of SciPy's L-BFGS gives what SciPy's own gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import fmin_l_bfgs_b, rosen, rosen_der

from bot.language.minimising import minimise


def valley(point: Any) -> tuple[float, Any]:
    return float(rosen(point)), rosen_der(point)


@pytest.mark.parametrize(("memory", "rounds", "tolerance"), [(6, 3, 1e-2), (6, 40, 1e-2), (10, 500, 1e-8), (1, 1, 0.0)])
def test_it_ends_at_the_same_point_to_the_bit(memory: int, rounds: int, tolerance: float) -> None:
    start = np.random.default_rng(7).normal(size=50)
    theirs, _, _ = fmin_l_bfgs_b(valley, start, m=memory, maxiter=rounds, pgtol=tolerance)
    ours = minimise(valley, start, memory=memory, rounds=rounds, tolerance=tolerance)
    assert np.array_equal(ours, theirs)
    assert not np.array_equal(ours, start)


def test_it_finds_the_least_value_and_leaves_the_start_alone() -> None:
    start = np.full(10, 3.0)
    assert minimise(valley, start, memory=6, rounds=1000, tolerance=1e-9) == pytest.approx(np.ones(10), abs=1e-5)
    assert np.array_equal(start, np.full(10, 3.0))
