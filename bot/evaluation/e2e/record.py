"""Turns a chat in the terminal into a test case: what was said, and what the replies were like."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from ruamel.yaml import YAML

from bot.evaluation.e2e.case_file import CaseFileError, parse_cases
from bot.evaluation.e2e.targets import Target, Turn

_LEAVE = frozenset({"quit", "exit", "/quit", "/exit", ":q"})
_START = "test_cases:\n"
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")


async def record_chat(target: Target, console: Console, file: Path) -> str | None:
    """Chats until the tester leaves, then adds the conversation to the file.

    Returns:
        The name of the new case, or None when nothing was said.

    Raises:
        CaseFileError: the file has another form, or cannot be written.
        TargetDown: the target has gone.
    """
    _text_of(file)  # fails before anything is typed
    console.print(
        f"What you type is written to {file}: make it up, and type nothing of a real person. Type quit to finish.\n",
        soft_wrap=True,
    )
    talk = await target.begin({})
    turns: list[Turn] = []
    while True:
        text = _ask(console.input, "[bold]You:[/bold] ")
        if text is None or text.strip().lower() in _LEAVE:
            break
        turn = await talk.say(text, {})
        turns.append(turn)
        console.print(f"[bold cyan]Guide:[/bold cyan] {escape(turn.shown() or '(nothing)')}\n")
    if not turns:
        return None
    name = (_ask(console.input, "Name of the test case: ") or "").strip()
    name = name or f"recorded {datetime.now():%Y-%m-%d %H:%M:%S}"
    add_case(file, name, turns)
    return name


def add_case(file: Path, name: str, turns: Sequence[Turn]) -> None:
    """Adds a case to the end of a test file, which is made where there is none.

    Raises:
        CaseFileError: the file would not be a valid test file, or cannot be written.
    """
    steps: list[dict[str, Any]] = []
    for turn in turns:
        steps += [{"user": turn.user}, {"reply": expectation(turn.reply())}]
    text = _text_of(file) + "\n" * bool(file.exists()) + _yaml({"test_case": name, "steps": steps})
    parse_cases(file, text)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CaseFileError(
            [f"{file}: cannot be written ({error.strerror}). Name another file with --record."]
        ) from error


def expectation(reply: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the `reply` step for a reply's data: what is not null, the answer's first sentence, and the choices."""
    found: dict[str, Any] = {"kind": reply.get("kind", "unclear")}
    for name in ("stage", "line", "drug", "term"):
        if reply.get(name) is not None:
            found[name] = reply[name]
    first = _SENTENCE.split(str(reply.get("text") or "").strip())[0]
    if first:
        found["contains"] = [first]
    titles = [str(choice["title"]) for choice in reply.get("choices") or ()]
    found["choices"] = titles or 0
    return found


def _text_of(file: Path) -> str:
    """Returns the file's text, or the beginning of a new one."""
    if not file.exists():
        return _START
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseFileError([f"{file}: cannot be read ({error}). Name another file with --record."]) from error
    parse_cases(file, text)
    if "test_cases" != [line.split(":")[0] for line in text.splitlines() if re.match(r"\w+:", line)][-1]:
        raise CaseFileError([f"{file}: 'test_cases' is not the last part. Move it to the end, or name another file."])
    return text if text.endswith("\n") else text + "\n"


def _yaml(case: dict[str, Any]) -> str:
    yaml: Any = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 110
    out = io.StringIO()
    yaml.dump([case], out)
    return out.getvalue()


def _ask(read: Callable[[str], str], prompt: str) -> str | None:
    try:
        return read(prompt)
    except (EOFError, KeyboardInterrupt):
        return None
