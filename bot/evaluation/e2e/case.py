"""A test case as the runner uses it: what is said, and what is expected of each reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPLY_FIELDS = ("kind", "stage", "line", "drug", "term", "asked")
"""Fields of the reply contract (docs/rest.md) that a `reply` step compares as they are."""


@dataclass(frozen=True)
class SlotCheck:
    """A slot by name; with `value_given`, its value too. Of a mapping only the parts written down are compared."""

    name: str
    value: Any = None
    value_given: bool = False

    def said(self) -> str:
        """Returns the check as a person would write it."""
        return f"{self.name}: {self.value!r}" if self.value_given else self.name


@dataclass(frozen=True)
class ReplyCheck:
    """What a `reply` step expects.

    Attributes:
        fields: for each of `REPLY_FIELDS` that was written down, the values that are right. None stands for null.
        contains: what the visitor must see, wherever it stands; case and line breaks do not matter.
        excludes: what the visitor must not see.
        choices: titles of the choices in their order, or how many there are; None where nothing was said.
    """

    fields: Mapping[str, tuple[Any, ...]]
    contains: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    choices: tuple[str, ...] | int | None = None


@dataclass(frozen=True)
class Step:
    """One step, and the line of the file that it stands in.

    Attributes:
        does: `user`, `bot`, `utter`, `slot_was_set`, `slot_was_not_set` or `reply`.
        value: a text, a tuple of `SlotCheck`, or a `ReplyCheck`.
        metadata: sent with a user's message.
    """

    does: str
    value: Any
    line: int
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One conversation.

    Attributes:
        slots: set before the conversation starts (from fixtures).
        opening: what the visitor says first (from fixtures); those replies are held to the rules for every reply.
        run: which repetition this is, from 1.
        runs: how many there are.
    """

    name: str
    file: Path
    line: int
    steps: tuple[Step, ...]
    tags: frozenset[str] = frozenset()
    slots: Mapping[str, Any] = field(default_factory=dict)
    opening: tuple[Step, ...] = ()
    run: int = 1
    runs: int = 1

    def title(self) -> str:
        """Returns the name, with the repetition where there are several."""
        return f"{self.name} [{self.run}/{self.runs}]" if self.runs > 1 else self.name

    def place(self) -> str:
        """Returns file and line."""
        return f"{self.file}:{self.line}"
