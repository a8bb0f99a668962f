"""The terminal chat: numbered choices, clean ways out, and nothing on the screen but the conversation."""

from __future__ import annotations

import asyncio
import builtins
import io
import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest
from commands import BOT, environment
from facts import DISCLAIMER, ROOT, WORDING
from rich.console import Console
from trained import the_model

from bot.server import chat as module


class Echo:
    """Stands in for the model: repeats what it was sent, marked up as a visitor might."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def say(self, text: str) -> dict[str, Any]:
        self.heard.append(text)
        return {"full_text": f"[bold]{text}[/bold]\n1. a choice"}


def talk(monkeypatch: pytest.MonkeyPatch, *typed: str | type[BaseException]) -> tuple[list[str], str]:
    """Runs the chat's loop over what is typed; an exception stands for what a key does."""
    left = iter(typed)

    def read(prompt: object = "") -> str:
        line = next(left, EOFError)
        if isinstance(line, str):
            return line
        raise line

    monkeypatch.setattr(builtins, "input", read)
    screen, echo = io.StringIO(), Echo()
    asyncio.run(module._talk(echo, Console(file=screen, width=200)))  # type: ignore[arg-type]
    return echo.heard, screen.getvalue()


@pytest.mark.parametrize(
    "leave", ["quit", "exit", "QUIT", " quit ", "/quit", "/stop", ":q", EOFError, KeyboardInterrupt]
)
def test_it_ends_when_the_visitor_leaves(leave: str | type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    heard, _ = talk(monkeypatch, "hello", leave, "not heard")
    assert heard == ["hello"]


def test_everything_else_is_sent_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = ["2", "", "/restart", "quit it?", "[red]x[/red]", "\U0001f600"]
    assert talk(monkeypatch, *typed)[0] == typed


def test_a_reply_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _, screen = talk(monkeypatch, "what comes next")
    assert "Guide: [bold]what comes next[/bold]\n1. a choice" in screen


# the real thing


TYPED = ["what comes after herceptin", "2", "and after that?", "", "/restart", "what is stage 2 ring 07700 900123"]


@pytest.fixture(scope="module")
def chats() -> Iterator[tuple[subprocess.Popen[str], tuple[subprocess.Popen[bytes], int]]]:
    """Two chats, started together: one reads a pipe, one a terminal."""
    the_model()
    piped = subprocess.Popen(
        [*BOT, "chat"], cwd=ROOT, env=environment(COLUMNS="200"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    ours, theirs = pty.openpty()
    on_terminal = subprocess.Popen(
        [*BOT, "chat"], cwd=ROOT, env=environment(TERM="xterm", COLUMNS="200"), stdin=theirs, stdout=theirs,
        stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    yield piped, (on_terminal, ours)
    for process in (piped, on_terminal):
        if process.poll() is None:
            process.kill()
        process.wait()
    os.close(ours)


@pytest.mark.model
@pytest.mark.slow
def test_a_chat_through_a_pipe(chats: Any) -> None:
    piped, _ = chats
    out, err = piped.communicate("\n".join([*TYPED, "quit", "not heard"]) + "\n", timeout=180)
    assert piped.returncode == 0
    replies = out.split("Guide: ")[1:]
    assert len(replies) == len(TYPED)
    assert all(DISCLAIMER in reply for reply in replies)
    assert "Which stage do you mean?" in replies[0]
    # The second of the choices offered is what "2" picks.
    assert "1. Stage 1\n2. Metastatic" in replies[0]
    assert "Metastatic, first-line" in replies[1]
    assert "Enhertu" in replies[1]
    assert "Xeloda" in replies[2]
    assert str(WORDING["unclear"]["empty"]).split(".")[0] in replies[3]
    assert "In stage 2" in replies[5]
    assert out.rstrip().endswith("Goodbye.")
    # No log line, warning or progress bar beside the conversation.
    assert err == ""
    for noise in ("WARNING", "INFO", "DEBUG", "tensorflow", "it/s]", "Traceback", "\x1b["):
        assert noise not in out, out


@pytest.mark.model
@pytest.mark.slow
def test_a_chat_in_a_terminal_ends_at_control_d(chats: Any) -> None:
    _, (process, terminal) = chats

    def read_until(words: str, seconds: float = 180) -> str:
        text, end = "", time.monotonic() + seconds
        while words not in text and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    text += os.read(terminal, 65536).decode(errors="replace")
                except OSError:
                    break
        assert words in text, text
        return text

    start = read_until("You:")
    assert "Type quit to leave" in start
    os.write(terminal, b"what is kadcyla\n")
    answer = read_until("You:", 60)
    assert "ado-trastuzumab emtansine" in answer
    os.write(terminal, b"\x04")
    end = read_until("Goodbye.", 60)
    assert process.wait(timeout=30) == 0
    for noise in ("WARNING", "INFO", "Traceback", "tensorflow", "it/s]"):
        assert noise not in start + answer + end
