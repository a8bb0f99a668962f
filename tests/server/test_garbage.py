"""What is loaded is set aside; what messages leave behind is still collected."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.server import garbage


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


class Node:
    def __init__(self) -> None:
        self.me = self


def test_what_is_loaded_is_not_looked_through_again() -> None:
    loaded = [Node() for _ in range(100)]
    garbage.settle()
    assert gc.get_freeze_count() > 100
    assert gc.get_threshold()[0] == garbage.NEW_OBJECTS
    assert not any(isinstance(one, Node) for one in gc.get_objects())
    assert loaded[0].me is loaded[0]


def test_what_comes_later_is_collected_by_itself() -> None:
    garbage.settle()
    gone = weakref.ref(Node())
    kept = [[] for _ in range(2 * garbage.NEW_OBJECTS)]  # type: list[list[object]]
    assert gone() is None
    assert len(kept) > garbage.NEW_OBJECTS
