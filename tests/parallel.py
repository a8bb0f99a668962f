"""The tests in several processes (`pytest -n 2`): what stays together, and what runs while nothing else does.

A folder's tests run in one process, in their order, because they share servers, databases and models. A test with the
mark `alone` waits until the other processes have ended the test that they are at, and they wait until it has ended.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling


class Room:
    """What the tests of all processes are in: many at a time, or one that is alone. A process may be in it once."""

    def __init__(self, folder: Path) -> None:
        self._door = os.open(folder / "door", os.O_RDWR | os.O_CREAT)
        self._room = os.open(folder / "room", os.O_RDWR | os.O_CREAT)

    @contextmanager
    def entered(self, *, alone: bool) -> Iterator[None]:
        """Is in the room, when there is a place in it."""
        # Who waits to be alone stands in the door, or the others, coming and going, would never leave it the room.
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._room, fcntl.LOCK_UN)

    def close(self) -> None:
        """Lets go of the files."""
        os.close(self._door)
        os.close(self._room)


# What takes longest comes first, or one process would end with it while the others have nothing to do any more.
LONGEST = ("tests/evaluation", "tests/docs", "tests/server", "tests/widget", "tests/faults", "tests/test_cli.py",
           "tests/evaluation/e2e", "tests/channels", "tests/test_served_answers.py")  # fmt: skip

ROOM = pytest.StashKey[Room]()


class FolderByFolder(LoadScopeScheduling):
    """Hands a folder's tests to one process."""

    def _split_scope(self, nodeid: str) -> str:
        return folder_of(nodeid)


def folder_of(nodeid: str) -> str:
    """What a test is run together with: the folder of its file; a file that is in none stands for itself."""
    file = nodeid.partition("::")[0]
    folder = file.rpartition("/")[0]
    return file if folder in ("", "tests") else folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderByFolder | None:
    """Chooses what is run where, unless `--dist` says how."""
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False  # by the number of tests: the many quick ones would come first
    return FolderByFolder(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Opens the room in every process that xdist has started; in a process of its own each test is alone anyway."""
    if hasattr(config, "workerinput"):
        room = Room(Path(config.option.basetemp).parent)
        config.stash[ROOM] = room
        config.add_cleanup(room.close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the tests into the order in which their folders are handed out."""
    if ROOM in config.stash:
        first = {folder: number for number, folder in enumerate(LONGEST)}
        items.sort(key=lambda item: first.get(folder_of(item.nodeid), len(first)))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Goes into the room for a test with all that it sets up, before pytest-timeout counts its seconds."""
    room = item.config.stash.get(ROOM, None)
    if room is None:
        return (yield)
    with room.entered(alone=item.get_closest_marker("alone") is not None):
        return (yield)
