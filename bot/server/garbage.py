"""Keeps Python's collector of reference cycles away from what stays for as long as the server runs.

Rasa, spaCy and the model are several hundred thousand objects. A full collection looks at every one of them, and the
visitors of that moment wait; so they are set aside once they are loaded. What messages leave behind is still collected.
"""

from __future__ import annotations

import gc

NEW_OBJECTS = 20_000
"""New objects until the youngest are looked through; Python's own 700 come together several times within one message."""


def settle() -> None:
    """Sets everything that is loaded now aside; called once, when the server is about to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
