"""The guide kept in memory: every query is asked once, and again when the store was built anew.

A reply needs about twenty queries, which cost more than all else that the bot does for a message. The rows are immutable and
change only when the store is built, so they are kept; before each message `refresh` looks whether the store still stands
as it did.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import Engine

from bot.guide import tables as t
from bot.guide.queries import Guide


class KeptGuide(Guide):
    """A `Guide` that keeps the answers to its queries until the store changes."""

    def __init__(self, engine: Engine) -> None:
        """Takes an engine on a store that `bot.guide.build` has built."""
        super().__init__(engine)
        self._answers: dict[Hashable, Any] = {}
        self._stands: Any = None
        self._files: Any = None
        name = engine.url.database
        of_file = engine.dialect.name == "sqlite" and bool(name) and name != ":memory:"
        self._path = str(Path(str(name))) if of_file else None

    def refresh(self) -> None:
        """Forgets everything if the store was changed since the last call.

        A SQLite file that nobody touched is known by its date and size alone; any other store is asked one query.

        Raises:
            StoreError: the store does not answer.
        """
        files = self._file_marks()
        if files is not None and files == self._files:
            return
        try:
            stands = self._marks()
        except BaseException:
            self._answers.clear()
            self._stands = self._files = None
            raise
        if stands != self._stands:
            self._answers.clear()
        self._stands, self._files = stands, files

    def _file_marks(self) -> tuple[tuple[int, int, int], ...] | None:
        """Returns inode, size and date of the SQLite file and of its write-ahead log; None where there is no file."""
        if self._path is None:
            return None
        marks = []
        for path in (self._path, self._path + "-wal"):
            try:
                found = os.stat(path)
            except OSError:
                if path is self._path:
                    return None
                continue
            marks.append((found.st_ino, found.st_size, found.st_mtime_ns))
        return tuple(marks)

    def _marks(self) -> tuple[Any, ...]:
        """Returns what changes when the store is built anew or loses a table.

        Raises:
            StoreError: the store does not answer.
        """
        content = tuple(tuple(row) for row in self._rows(select(t.guide.c.content_hash)))
        if self._path is None:
            return content
        return (*content, tuple(self._rows(text("PRAGMA schema_version"))[0]))


_OPEN = frozenset({list, dict})


def _kept(name: str) -> Callable[..., Any]:
    ask = getattr(Guide, name)

    @wraps(ask)
    def method(self: KeptGuide, *args: Any, **kwargs: Any) -> Any:
        key = (name, args, tuple(sorted(kwargs.items()))) if kwargs else (name, args)
        try:
            answer = self._answers[key]
        except KeyError:
            answer = self._answers[key] = ask(self, *args, **kwargs)
        # The rows are immutable, the lists around them are not.
        return answer.copy() if type(answer) in _OPEN else answer

    return method


for _name in (
    "info", "stages", "stage", "lines", "treatments", "places_of_drug", "places_of_therapy", "next_step", "previous_step",
    "drugs", "drug", "drug_passages", "term", "terms", "passage", "passages", "questions", "aliases", "spread_stage",
    "families",
):  # fmt: skip
    setattr(KeptGuide, _name, _kept(_name))
