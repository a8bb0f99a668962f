"""SciPy's L-BFGS without bounds. Written for SciPy 1.10; gives the same figures to the bit.

`scipy.optimize.fmin_l_bfgs_b` makes a tuple of bounds for each parameter and walks over all of them in Python, several times,
even where there are no bounds. The intent model has more than a million parameters, so that took an eighth of the training.
This calls the same Fortran routine with the same settings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import _lbfgsb

Array = npt.NDArray[Any]

_PRECISION = 1e7
"""SciPy's default for `factr`: stop when a round gains less than this times the precision of a float."""
_STEPS = 20
"""SciPy's default for the steps of one line search."""


def minimise(
    loss: Callable[[Array], tuple[float, Array]], start: Array, *, memory: int, rounds: int, tolerance: float
) -> Array:
    """Returns where a function is least, as far as it was found.

    Args:
        loss: gives the function's value and its slope at a point; both of `start`'s shape.
        start: where to begin, shape (n,).
        memory: past steps that are kept.
        rounds: how many at most.
        tolerance: no slope is steeper there.
    """
    size = len(start)
    whole = _lbfgsb.types.intvar.dtype
    point = np.array(start, dtype=np.float64)
    value, slope = np.array(0.0), np.zeros(size)
    none = np.zeros(size)  # bounds, which the kind 0 says are not there
    kinds = np.zeros(size, whole)
    room = np.zeros(2 * memory * size + 5 * size + 11 * memory * memory + 8 * memory)
    more_room = np.zeros(3 * size, whole)
    task, said = np.zeros(1, "S60"), np.zeros(1, "S60")
    switches, numbers, figures = np.zeros(4, whole), np.zeros(44, whole), np.zeros(29)
    task[:] = "START"
    done = 0
    while True:
        _lbfgsb.setulb(
            memory, point, none, none, kinds, value, slope, _PRECISION, tolerance, room, more_room, task, -1, said,
            switches, numbers, figures, _STEPS,
        )  # fmt: skip
        wish = task.tobytes()
        if wish.startswith(b"FG"):
            value, slope = loss(point)  # type: ignore[assignment]
        elif wish.startswith(b"NEW_X"):
            done += 1
            if done >= rounds:
                task[:] = "STOP"
        else:
            return point
