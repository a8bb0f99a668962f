"""Keeps Python's collector of reference cycles away from what stays for as long as the server runs.

Rasa, spaCy and the model are several hundred thousand objects. A full collection looks at every one of them, and the
visitors of that moment wait; so they are set aside once they are loaded. What messages leave behind is still collected.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS = 20_000
"""New objects until the youngest are looked through; Python's own 700 come together several times within one message."""


@contextmanager
def held() -> Iterator[None]:
    """Collects nothing while the server loads: of what is loaded, next to nothing can go."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def settle() -> None:
    """Sets everything that is loaded now aside; called once, when the server is about to serve.

    It does not collect first: a fifth of a second for two hundred objects.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
