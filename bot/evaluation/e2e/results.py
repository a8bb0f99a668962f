"""What a run found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.evaluation.e2e.case import Case
from bot.evaluation.e2e.targets import Turn

PASSED, FAILED, ERROR, NOT_RUN = "passed", "failed", "error", "not run"


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be.

    Attributes:
        line: the line of the step in the test file.
        what: what was looked at: a field of the reply, or a rule that every reply keeps.
        expected: in words, or the value.
        got: the same.
    """

    line: int
    what: str
    expected: str
    got: str

    def sentence(self) -> str:
        """Returns it on one line."""
        return f"line {self.line}: {self.what}: expected {_one_line(self.expected)}, got {_one_line(self.got)}"


@dataclass(frozen=True)
class Exchange:
    """One turn with what was wrong with it."""

    line: int
    turn: Turn
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class CaseResult:
    """How one case went.

    Attributes:
        status: PASSED, FAILED, ERROR (it could not be checked; `why` says so) or NOT_RUN (the run stopped before it).
    """

    case: Case
    status: str
    exchanges: tuple[Exchange, ...] = ()
    seconds: float = 0.0
    why: str = ""

    def problems(self) -> list[Problem]:
        """Returns everything that was wrong, in order."""
        return [problem for exchange in self.exchanges for problem in exchange.problems]

    def summary(self) -> str:
        """Returns the first problem, or why it is an error."""
        found = self.problems()
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return self.why or (found[0].sentence() + more if found else "")


@dataclass(frozen=True)
class StoriesResult:
    """How Rasa's own conversation tests went: `failed` is Rasa's report on the stories that went wrong."""

    total: int
    correct: int
    names: Sequence[str] = ()
    failed: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class RunResult:
    """A whole run.

    Attributes:
        left_out: how many cases were not selected.
        seed: of `--shuffle`.
        stopped: why the run ended early, empty when it did not.
        stories: None where Rasa's own tests were not run.
        coverage: see `bot.evaluation.e2e.coverage`; None where it was not asked for.
    """

    target: str
    cases: Sequence[CaseResult]
    seconds: float
    left_out: int = 0
    seed: int | None = None
    stopped: str = ""
    down: bool = False
    stories: StoriesResult | None = None
    coverage: Mapping[str, Any] | None = field(default=None)

    def count(self, status: str) -> int:
        """Returns how many cases have a status."""
        return sum(result.status == status for result in self.cases)

    def passed(self) -> bool:
        """Tells whether everything that was selected ran and went as written."""
        stories = self.stories is None or self.stories.correct == self.stories.total
        return stories and not self.down and all(result.status == PASSED for result in self.cases)

    def sentence(self) -> str:
        """Returns the outcome in one sentence."""
        said = [f"{self.count(status)} {status}" for status in (PASSED, FAILED, ERROR, NOT_RUN) if self.count(status)]
        turns = sum(len(result.exchanges) for result in self.cases)
        text = f"{', '.join(said) or 'no cases'} ({turns} replies, {self.seconds:.1f} s, {self.target})"
        if self.left_out:
            text += f"; {self.left_out} left out"
        if self.stories is not None:
            text += f"; Rasa's conversation tests: {self.stories.correct} of {self.stories.total} as written"
        return text + "."


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 160 else flat[:157] + "..."
