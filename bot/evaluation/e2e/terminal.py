"""What `bot test` prints: a progress bar, each case that did not pass with what was expected and got, and one last line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from bot.evaluation.e2e.coverage import coverage_lines
from bot.evaluation.e2e.results import NOT_RUN, PASSED, CaseResult, Exchange, Problem, RunResult

_LONG = 60


class Bar:
    """The progress bar. Where the output is no terminal, nothing is drawn."""

    def __init__(self, console: Console, total: int) -> None:
        """Takes the number of cases."""
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("Conversations", total=total)
        self._wrong = 0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def done(self, result: CaseResult) -> None:
        """Moves on by one case."""
        self._wrong += result.status != PASSED
        said = f"Conversations ({self._wrong} not passed)" if self._wrong else "Conversations"
        self._progress.update(self._task, advance=1, description=said)


def print_run(console: Console, run: RunResult) -> None:
    """Prints what did not pass, the coverage where it was asked for, and the outcome."""
    for result in run.cases:
        if result.status not in (PASSED, NOT_RUN):
            for text, style in case_lines(result):
                console.print(Text(text, style=style), soft_wrap=True)
            console.print()
    if run.stories is not None and run.stories.failed:
        console.print(Text("FAILED  Rasa's conversation tests", style="bold red"))
        console.print(Text(run.stories.failed.rstrip() + "\n"), soft_wrap=True)
    if run.coverage is not None:
        _print_coverage(console, run.coverage)
    if run.seed is not None:
        console.print(Text(f"The order was shuffled: --shuffle --seed {run.seed} repeats it."))
    if run.stopped:
        console.print(Text(f"Stopped early: {run.stopped}", style="bold red"), soft_wrap=True)
    console.print(Text(run.sentence(), style="bold green" if run.passed() else "bold red"), soft_wrap=True)


def case_lines(result: CaseResult) -> Iterator[tuple[str, str]]:
    """Yields what went wrong in a case as lines with their styles."""
    yield f"{result.status.upper()}  {result.case.title()}", "bold red"
    yield f"  {result.case.place()}", "dim"
    if result.why:
        yield f"  {result.why}", ""
    for exchange in result.exchanges:
        if exchange.problems:
            yield from _exchange_lines(result, exchange)


def _exchange_lines(result: CaseResult, exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield f"  You: {exchange.turn.user!r}", "bold"
    for problem in exchange.problems:
        yield f"    {result.case.file}:{problem.line}: {problem.what}", ""
        yield from (("      " + text, style) for text, style in difference(problem))
    shown = exchange.turn.shown()
    if shown and not any(problem.got == shown for problem in exchange.problems):
        yield "    the reply:", "dim"
        yield from ((f"      | {line}", "dim") for line in shown.split("\n"))


def difference(problem: Problem) -> Iterator[tuple[str, str]]:
    """Yields expected and got; long texts as a difference line by line, where they are alike."""
    old, new = problem.expected.split("\n"), problem.got.split("\n")
    alike = difflib.SequenceMatcher(None, problem.expected, problem.got).ratio() > 0.4
    if problem.what == "bot" and alike and max(len(problem.expected), len(problem.got)) > _LONG:
        styles = {"-": "red", "+": "green", "?": "dim", " ": ""}
        for line in difflib.ndiff(old, new):
            yield line.rstrip("\n"), styles[line[0]]
        return
    yield f"expected: {old[0]}", "red"
    yield from ((f"          {line}", "red") for line in old[1:])
    yield f"got:      {new[0]}", "green"
    yield from ((f"          {line}", "green") for line in new[1:])


def _print_coverage(console: Console, found: Mapping[str, Any]) -> None:
    console.print(Text("Coverage", style="bold"))
    for line in coverage_lines(found):
        console.print(Text(f"  {line}"), soft_wrap=True)
