"""Holds the conversations, several at a time, and collects what was wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.evaluation.e2e.always import AlwaysChecks
from bot.evaluation.e2e.assertions import cannot_check, check_step, kinds_expected
from bot.evaluation.e2e.case import Case, Step
from bot.evaluation.e2e.results import ERROR, FAILED, NOT_RUN, PASSED, CaseResult, Exchange
from bot.evaluation.e2e.targets import Talk, Target, TargetDown

Done = Callable[[CaseResult], None]


@dataclass
class Ran:
    """The results in the order of the cases, and why the run ended early."""

    results: list[CaseResult]
    stopped: str = ""
    down: bool = False


@dataclass
class _Conversation:
    """What the checks need to know of a conversation so far."""

    talk: Talk
    going: bool
    said: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)


async def run_cases(
    cases: Sequence[Case],
    target: Target,
    checks: AlwaysChecks,
    *,
    parallel: int = 1,
    fail_fast: bool = False,
    done: Done = lambda result: None,
) -> Ran:
    """Runs all cases against an open target.

    Args:
        cases: in the order to run them in.
        target: see `bot.evaluation.e2e.targets`.
        checks: what every reply is held to.
        parallel: how many conversations at a time.
        fail_fast: begin no further case after the first that did not pass.
        done: called after each case.
    """
    found: dict[int, CaseResult] = {}
    ran = Ran([])
    waiting = iter(enumerate(cases))

    async def work() -> None:
        for number, case in waiting:
            if ran.stopped:
                return
            try:
                result = await run_case(case, target, checks)
            except TargetDown as down:
                ran.stopped, ran.down = ran.stopped or str(down), True
                result = CaseResult(case, ERROR, why=str(down))
            found[number] = result
            done(result)
            if fail_fast and result.status != PASSED:
                ran.stopped = ran.stopped or f"--fail-fast: stopped at {case.title()!r}."

    await asyncio.gather(*(work() for _ in range(max(1, parallel))))
    ran.results = [found.get(n) or CaseResult(case, NOT_RUN, why=ran.stopped) for n, case in enumerate(cases)]
    return ran


async def run_case(case: Case, target: Target, checks: AlwaysChecks) -> CaseResult:
    """Runs one case to its end: a wrong reply does not stop it, so that the report shows the whole conversation.

    Raises:
        TargetDown: the target has gone.
    """
    why = cannot_check(case, target)
    if why:
        return CaseResult(case, ERROR, why=why)
    start = time.perf_counter()
    # Slots set beforehand stand for a conversation that has begun: its first reply was given.
    conversation = _Conversation(await target.begin(case.slots), going=bool(case.slots))
    for step in case.opening:
        await _say(conversation, step, [], checks)
    for user, expected in _turns(case.steps):
        await _say(conversation, user, expected, checks)
    exchanges = tuple(conversation.exchanges)
    status = FAILED if any(exchange.problems for exchange in exchanges) else PASSED
    return CaseResult(case, status, exchanges, time.perf_counter() - start)


async def _say(conversation: _Conversation, user: Step, expected: list[Step], checks: AlwaysChecks) -> None:
    turn = await conversation.talk.say(user.value, user.metadata)
    problems = checks.check(
        turn,
        user.line,
        said_before="\n".join(conversation.said),
        first=not conversation.going and not conversation.exchanges,
        kinds=kinds_expected(expected),
    )
    problems += [problem for step in expected for problem in check_step(step, turn)]
    conversation.said.append(user.value)
    conversation.exchanges.append(Exchange(user.line, turn, tuple(problems)))


def _turns(steps: Sequence[Step]) -> list[tuple[Step, list[Step]]]:
    """Each user's message with the steps up to the next one."""
    turns: list[tuple[Step, list[Step]]] = []
    for step in steps:
        if step.does == "user":
            turns.append((step, []))
        else:
            turns[-1][1].append(step)
    return turns
