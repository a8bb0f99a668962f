"""The command blocks of the documentation: found, and run as a reader runs them, in a fresh copy of the project.

How a page marks its blocks, in the words behind the language of a fence, stands in CONTRIBUTING.md ("Documentation").
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from commands import LOOPBACK, environment, free_port

SHELL = ("sh", "bash")
# Why a block of commands is not run by the tests.
REASONS = {
    "minutes": "it takes minutes",
    "goes-on": "it goes on until it is stopped",
    "outside": "it asks a server of somebody else, such as a messaging platform or a package index",
    "yours": "it holds a file, an address or a secret of the reader's",
    "typing": "somebody types meanwhile",
    "elsewhere": "another page or test runs it",
}
OWN_COPY = "<!-- own copy -->"
PORTS_SHOWN = (5005, 8000)  # the bot's, and that of a page beside it
SECONDS = 60  # for one block
SECONDS_TO_START = 90

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]+)\n(?P<body>.*?)^(?P=indent)``` *$", re.DOTALL | re.MULTILINE)


class BlockFailed(AssertionError):
    """A block did not do what its page says."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its page and line, the language, the words behind it, and what is in it."""

    page: str
    line: int
    language: str
    marks: tuple[str, ...]
    text: str

    @property
    def runnable(self) -> bool:
        return self.language in SHELL and "runnable" in self.marks

    @property
    def server(self) -> bool:
        """It goes on in a terminal of its own until the page ends or the next one starts."""
        return self.runnable and "server" in self.marks

    @property
    def fails(self) -> bool:
        """Its last command is meant to end with another status than 0."""
        return self.runnable and "fails" in self.marks

    @property
    def file(self) -> str | None:
        """The file that the reader saves the block as."""
        return next((mark[5:] for mark in self.marks if mark.startswith("file=")), None)

    @property
    def why_not_run(self) -> str | None:
        return next((mark[8:] for mark in self.marks if mark.startswith("not-run=")), None)

    def wrong(self, why: str, printed: str) -> BlockFailed:
        """What is said of a block that failed."""
        command = textwrap.indent(self.text.rstrip(), "    $ ")
        shown = textwrap.indent(printed.strip() or "(nothing)", "    ")
        return BlockFailed(f"{self.page}:{self.line}: {why}\n{command}\n  It printed:\n{shown}")


def blocks(page: str, text: str) -> list[Block]:
    """All fenced blocks of a page that name a language, in order."""
    found = []
    for fence in _FENCE.finditer(text):
        language, *marks = fence["info"].split()
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Block(page, line, language, tuple(marks), textwrap.dedent(fence["body"])))
    return found


def unexplained(found: Iterable[Block]) -> list[str]:
    """Blocks of commands that say neither that they are run nor why not, and marks that nobody knows."""
    wrong = []
    for block in found:
        where = f"{block.page}:{block.line}"
        known = {"runnable", "server", "fails", "printed"}
        odd = [mark for mark in block.marks if mark not in known and not mark.startswith(("file=", "not-run="))]
        wrong += [f"{where}: {mark!r} is no mark of a block" for mark in odd]
        if block.language in SHELL and not block.runnable and not block.file and block.why_not_run not in REASONS:
            wrong.append(f"{where}: mark the block as runnable, or say not-run= and one of {', '.join(REASONS)}")
    return wrong


def matches(expected: str, printed: str) -> bool:
    """Tells whether what was printed is what the page shows; `...` there stands for anything, on a line of its own for lines."""
    pattern = ""
    for line in expected.strip().splitlines():
        whole = line.strip() == "..."
        pattern += r"(?:[^\n]*\n)*" if whole else "(?s:.*)".join(map(re.escape, line.rstrip().split("..."))) + r"\n"
    text = "".join(f"{line.rstrip()}\n" for line in printed.strip().splitlines())
    return re.fullmatch(pattern, text) is not None


class Terminal:
    """A shell in which the blocks of a page are run one after the other, so that its variables stay."""

    END = "== end of the block:"

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._script = folder.parent / f"{folder.name}-block.sh"
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def run(self, text: str, *, fails: bool = False, seconds: float = SECONDS) -> tuple[int | None, str]:
        """Runs commands; every one of them must succeed, unless the block is meant to fail.

        Returns:
            The status, None when the time was over, and what was printed on both outputs.
        """
        self._script.write_text(text, encoding="utf-8")
        strict = "set +e" if fails else "set -eo pipefail"
        assert self._bash.stdin is not None
        self._bash.stdin.write(f"{strict}; . {self._script} </dev/null; printf '\\n{self.END} %s\\n' $?\n".encode())
        self._bash.stdin.flush()
        return self._read(time.monotonic() + seconds)

    def _read(self, end: float) -> tuple[int | None, str]:
        assert self._bash.stdout is not None
        printed = b""
        while True:
            ready, _, _ = select.select([self._bash.stdout], [], [], max(0, end - time.monotonic()))
            piece = os.read(self._bash.stdout.fileno(), 65536) if ready else b""
            printed += piece
            text = printed.decode(errors="replace")
            if done := re.search(rf"\n{self.END} (\d+)\n$", text):
                return int(done[1]), text[: done.start()]
            if not piece:  # the shell ended at a command that failed, or the time is over
                self.close()
                return (self._bash.returncode if ready else None), text

    def close(self) -> None:
        """Ends the shell and everything that it started."""
        stop(self._bash)


def stop(process: subprocess.Popen[bytes], seconds: float = 40) -> None:
    """Stops a process with its children: asks first, and kills what does not listen."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except (ProcessLookupError, PermissionError):
            pass
        try:
            process.wait(timeout=seconds)
            break
        except subprocess.TimeoutExpired:
            continue


class Copy:
    """A fresh copy of the project, as if it had just been cloned and set up, with the trained model and a port of its own."""

    def __init__(self, folder: Path, root: Path, files: Iterable[Path], model: Path) -> None:
        self.folder, self._ports = folder, dict(zip(PORTS_SHOWN, (free_port(), free_port()), strict=True))
        self._server: subprocess.Popen[bytes] | None = None
        self._log = folder.parent / f"{folder.name}-server.log"
        for path in files:
            target = folder / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        self._link(model, folder / "models" / model.name)
        shutil.copy(model.with_name("guide.json"), folder / "models" / "guide.json")
        self._link(root / "var" / "encoder", folder / "var" / "encoder")
        # What setup leaves behind, without the download: it has been run before the tests.
        self._program("scripts/setup", "echo 'Setup is up to date.'")
        for name, words in (("python", ""), ("bot", "-m bot "), ("rasa", "-m rasa ")):
            self._program(f".venv/bin/{name}", f'exec {sys.executable} {words}"$@"')
        home = folder.parent / f"{folder.name}-home"
        home.mkdir()
        # What `make test` says to a `make` within it, which would print more than the reader's.
        left_out = ("CONVERSATIONS_URL", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
        kept = {name: value for name, value in environment().items() if name not in left_out}
        self.env = kept | {"HOME": str(home), "PORT": str(self.port), "PYTHONPATH": str(folder), "COLUMNS": "120"}

    @property
    def port(self) -> int:
        """The bot's port."""
        return self._ports[PORTS_SHOWN[0]]

    @staticmethod
    def _link(target: Path, at: Path) -> None:
        at.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            at.symlink_to(target)

    def _program(self, name: str, line: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\n{line}\n", encoding="utf-8")
        path.chmod(0o755)

    def serve(self, block: Block) -> str:
        """Starts what a block starts, waits until it is ready, and returns what it printed."""
        self.stop()
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                ["bash", "-c", self.typed(block.text)], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + SECONDS_TO_START
        while not self.ready():
            printed = self._log.read_text(encoding="utf-8", errors="replace")
            if self._server.poll() is not None:
                raise block.wrong(f"the server ended with status {self._server.returncode}", printed)
            if time.monotonic() > end:
                raise block.wrong(f"the server was not ready after {SECONDS_TO_START} seconds", printed)
            time.sleep(0.2)
        return self.shown(self._log.read_text(encoding="utf-8", errors="replace"))

    def ready(self) -> bool:
        """Tells whether the server answers that it can reply."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def stop(self) -> None:
        """Stops the server, if one was started."""
        if self._server is not None:
            stop(self._server)
            self._server = None

    def typed(self, text: str) -> str:
        """A command as it is typed here: the copy has other ports than the pages show."""
        for there, here in self._ports.items():
            text = text.replace(f"localhost:{there}", f"localhost:{here}").replace(
                f"http.server {there}", f"http.server {here}"
            )
        return text

    def shown(self, text: str) -> str:
        """What was printed, as the pages show it."""
        for there, here in self._ports.items():
            text = text.replace(f"localhost:{here}", f"localhost:{there}")
        return text.replace(str(self.folder), "~/guide-chat")

    def save(self, block: Block) -> None:
        """Saves a block as the file that it names."""
        target = self.folder / str(block.file)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self.typed(block.text), encoding="utf-8")


def run_page(found: list[Block], copy: Copy, *, served: bool = False) -> int:
    """Runs the blocks of one page in order.

    Args:
        found: the page's blocks.
        copy: where to run them.
        served: the copy's server runs already and is what the page's own would be.

    Returns:
        How many blocks were run.

    Raises:
        BlockFailed: one did not do what the page says.
    """
    terminal, done = Terminal(copy.folder, copy.env), 0
    try:
        for block, after in zip(found, [*found[1:], None], strict=True):
            if block.file:
                copy.save(block)
            if not block.runnable:
                continue
            done += 1
            printed = "" if block.server and served else _run(block, copy, terminal)
            expected = after if after is not None and "printed" in after.marks else None
            if expected is not None and not (block.server and served) and not matches(expected.text, printed):
                raise block.wrong(f"what it prints is not what line {expected.line} shows", printed)
    finally:
        terminal.close()
    return done


def _run(block: Block, copy: Copy, terminal: Terminal) -> str:
    if block.server:
        return copy.serve(block)
    status, raw = terminal.run(copy.typed(block.text), fails=block.fails)
    printed = copy.shown(raw)
    if status is None:
        raise block.wrong(f"it was not done after {SECONDS} seconds", printed)
    if (status != 0) != block.fails:
        raise block.wrong(f"it ended with status {status}", printed)
    return printed
