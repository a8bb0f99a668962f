"""One run of `bot test`: choose the cases, reach the bot, run, report."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from bot import settings
from bot.clinic import load_clinic
from bot.errors import BotError
from bot.evaluation.e2e.always import AlwaysChecks
from bot.evaluation.e2e.case_file import CaseFileError
from bot.evaluation.e2e.command import DOWN_CODE, FAILED_CODE, PASSED_CODE, USAGE_CODE
from bot.evaluation.e2e.coverage import coverage
from bot.evaluation.e2e.html import page
from bot.evaluation.e2e.junit import junit
from bot.evaluation.e2e.live_server import LiveServer
from bot.evaluation.e2e.record import record_chat
from bot.evaluation.e2e.results import RunResult, StoriesResult
from bot.evaluation.e2e.runner import run_cases
from bot.evaluation.e2e.selection import Chosen, Selection, choose
from bot.evaluation.e2e.target_http import open_live
from bot.evaluation.e2e.targets import Target, TargetDown
from bot.evaluation.e2e.terminal import Bar, print_run
from bot.evaluation.e2e.transcript import as_data
from bot.guide.content_file import load_content

SUITE = Path("tests") / "e2e"
STORIES = Path("tests") / "conversations"


@dataclass(frozen=True)
class Asked:
    """The options of `bot test`."""

    paths: Sequence[str] = ()
    url: str | None = None
    channel: str | None = None
    serve: bool = False
    name: str | None = None
    tags: Sequence[str] = ()
    skip_tags: Sequence[str] = ()
    parallel: int | None = None
    repeat: int = 1
    shuffle: bool = False
    seed: int | None = None
    fail_fast: bool = False
    junit: Path | None = None
    json_file: Path | None = None
    html: Path | None = None
    coverage: bool = False
    rasa: bool | None = None
    record: Path | None = None

    def live(self) -> bool:
        """Tells whether a server is tested, and not the model in this process."""
        return self.serve or self.url is not None

    def runs_stories(self) -> bool:
        """Tells whether Rasa's own tests run: where it was not said, only when everything runs in process."""
        chosen = self.paths or self.name is not None or self.tags or self.skip_tags
        return not (self.live() or chosen) if self.rasa is None else self.rasa


def run_session(asked: Asked, console: Console | None = None, agent: Any = None) -> int:
    """Runs what was asked for, prints it, and returns the exit code.

    Args:
        asked: the options.
        console: where to print; the terminal if left out.
        agent: a loaded agent to use for the model in this process; loaded here if left out.
    """
    screen = console or Console(highlight=False)
    try:
        if asked.record is not None:
            return asyncio.run(_record(asked, asked.record, screen, agent))
        seed = (asked.seed if asked.seed is not None else random.randrange(10**6)) if asked.shuffle else None  # noqa: S311
        chosen = choose(_selection(asked, seed))
        run = replace(asyncio.run(_run(asked, chosen, screen, agent)), seed=seed)
        _write_reports(asked, run)
    except CaseFileError as error:
        screen.print(str(error), style="red", markup=False, soft_wrap=True)
        return USAGE_CODE
    except (TargetDown, BotError) as error:
        screen.print(str(error), style="red", markup=False, soft_wrap=True)
        return DOWN_CODE
    print_run(screen, run)
    if run.down:
        return DOWN_CODE
    return PASSED_CODE if run.passed() else FAILED_CODE


def _selection(asked: Asked, seed: int | None) -> Selection:
    paths = asked.paths or (_shown_path(settings.home() / SUITE),)
    return Selection(paths, asked.name, asked.tags, asked.skip_tags, asked.repeat, seed)


async def _run(asked: Asked, chosen: Chosen, screen: Console, agent: Any) -> RunResult:
    content, clinic = load_content(settings.guide_file()), load_clinic()
    checks = AlwaysChecks(content, clinic)
    if asked.runs_stories() or not asked.live():
        agent = agent or _load_agent(screen)
    async with _target(asked, screen, agent) as (target, said):
        start = time.perf_counter()
        with Bar(screen, len(chosen.cases)) as bar:
            ran = await run_cases(
                chosen.cases,
                target,
                checks,
                parallel=asked.parallel or target.parallel,
                fail_fast=asked.fail_fast,
                done=bar.done,
            )
        seconds = time.perf_counter() - start
        stopped = f"{ran.stopped}{said()}" if ran.down else ran.stopped
        run = RunResult(target.name, ran.results, seconds, chosen.left_out, stopped=stopped, down=ran.down)
    if asked.coverage:
        run = replace(run, coverage=coverage(ran.results, content, sees_inside=target.sees_inside))
    if asked.runs_stories() and not ran.stopped:
        run = replace(run, stories=await _stories(screen, agent))
    return run


@asynccontextmanager
async def _target(asked: Asked, screen: Console, agent: Any) -> AsyncIterator[tuple[Target, Callable[[], str]]]:
    """Opens what is tested, and closes it; with it comes what a server that was started here wrote last."""
    server = LiveServer() if asked.serve else None
    with server or nullcontext():
        target: Target
        if server is not None:
            screen.print("[dim]Starting a server ...[/dim]")
            target = await server.ready(asked.channel)
        elif asked.url is not None:
            target = await open_live(asked.url, asked.channel)
        else:
            from bot.evaluation.e2e.target_model import ModelTarget  # noqa: PLC0415 - loads Rasa

            target = ModelTarget(agent)
            await target.open()
        try:
            yield target, lambda: f"\nThe server said:\n{server.said()}" if server is not None else ""
        finally:
            await target.close()


def _load_agent(screen: Console) -> Any:
    from bot.guide.store import open_guide  # noqa: PLC0415
    from bot.server.quiet import quiet_rasa  # noqa: PLC0415
    from bot.server.training import trained_model  # noqa: PLC0415

    model = trained_model()
    open_guide()  # fails here, readably, rather than at the first message
    screen.print("[dim]Loading the model ...[/dim]")
    quiet_rasa()
    from bot.evaluation.e2e.target_model import load_agent  # noqa: PLC0415 - slow; the checks above come first

    return load_agent(model)


async def _stories(screen: Console, agent: Any) -> StoriesResult:
    from bot.evaluation.e2e.rasa_stories import run_stories  # noqa: PLC0415

    screen.print("[dim]Running Rasa's own conversation tests ...[/dim]")
    return await run_stories(agent, settings.home() / STORIES)


async def _record(asked: Asked, file: Path, screen: Console, agent: Any) -> int:
    async with _target(asked, screen, None if asked.live() else agent or _load_agent(screen)) as (target, _):
        name = await record_chat(target, screen, file)
    if name is None:
        screen.print("Nothing was said, so nothing was written.")
    else:
        screen.print(f"Added {name!r} to {file}. Read it, and leave only what must stay as it is.", markup=False)
    return PASSED_CODE


def _write_reports(asked: Asked, run: RunResult) -> None:
    reports: tuple[tuple[Path | None, str, Callable[[], str]], ...] = (
        (asked.junit, "--junit", lambda: junit(run)),
        (asked.json_file, "--json", lambda: json.dumps(as_data(run), indent=2, ensure_ascii=False) + "\n"),
        (asked.html, "--html", lambda: page(run)),
    )
    for file, option, text in reports:
        if file is None:
            continue
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text(), encoding="utf-8")
        except OSError as error:
            raise CaseFileError(
                [f"{file}: cannot be written ({error.strerror}). Name another file with {option}."]
            ) from error


def _shown_path(path: Path) -> str:
    """Returns a path as it is written from the working folder, where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
