"""Every command block that a page marks as runnable does what the page says, in a fresh copy of the project."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import LOOPBACK
from facts import ROOT
from runnable import OWN_COPY, Block, BlockFailed, Copy, Terminal, blocks, matches, run_page, unexplained
from test_docs import files_of_the_project
from trained import the_model

PATHS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PATHS}
PAGES = {page: blocks(page, text) for page, text in TEXTS.items()}
RUN = [page for page, found in PAGES.items() if any(block.runnable for block in found)]


def shares(page: str) -> bool:
    """Tells whether a page changes nothing, so that it can use the copy and the server that others use."""
    starts = {block.text.split("#")[0].strip() for block in PAGES[page] if block.server}
    return OWN_COPY not in TEXTS[page] and not any(block.file for block in PAGES[page]) and starts <= {"make run"}


def new_copy(folder: Path) -> Copy:
    return Copy(folder, ROOT, files_of_the_project(), the_model())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """One copy with one server, for all pages that change nothing."""
    copy = new_copy(tmp_path_factory.mktemp("shared") / "guide-chat")
    try:
        copy.serve(Block("the tests", 0, "sh", ("runnable", "server"), "make run\n"))
        yield copy
    finally:
        copy.stop()


@pytest.mark.model
@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_do_what_it_says(page: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if shares(page):
        run_page(PAGES[page], request.getfixturevalue("shared"), served=True)
        return
    copy = new_copy(tmp_path / "guide-chat")
    try:
        run_page(PAGES[page], copy)
    finally:
        copy.stop()


def test_every_block_of_commands_is_run_or_says_why_not() -> None:
    assert [wrong for found in PAGES.values() for wrong in unexplained(found)] == []


@pytest.mark.parametrize("name", ["web-team", "content-editor", "integrator", "tester", "operator", "reviewer"])
def test_every_tutorial_is_run(name: str) -> None:
    found = PAGES[f"docs/tutorials/{name}.md"]
    assert sum(block.runnable for block in found) >= 4
    assert any("printed" in block.marks for block in found)


# That these tests can fail


def page(*lines: str) -> list[Block]:
    return blocks("page.md", "\n".join(lines) + "\n")


class Nowhere:
    """A copy without a project: for blocks that need none."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.env = folder, {"PATH": "/usr/bin:/bin"}

    typed = shown = staticmethod(lambda text: text)


def failure(folder: Path, *lines: str) -> str:
    with pytest.raises(BlockFailed) as raised:
        run_page(page(*lines), Nowhere(folder))  # type: ignore[arg-type]
    return str(raised.value)


def test_a_block_that_fails_is_named_with_what_it_printed(tmp_path: Path) -> None:
    said = failure(tmp_path, "# Page", "", "```sh runnable", "echo first", "false", "echo second", "```")
    assert said.startswith("page.md:3: it ended with status 1")
    assert "$ false" in said and said.endswith("It printed:\n    first")


def test_a_failure_in_a_pipe_is_one(tmp_path: Path) -> None:
    assert "status 1" in failure(tmp_path, "```sh runnable", "false | cat", "```")


def test_other_output_than_the_page_shows_is_a_failure(tmp_path: Path) -> None:
    lines = ["```sh runnable", "echo one; echo two", "```", "It prints:", "```text printed"]
    assert "line 5" in failure(tmp_path, *lines, "one", "three", "```")
    assert run_page(page(*lines, "one", "...", "```"), Nowhere(tmp_path)) == 1  # type: ignore[arg-type]


def test_a_block_that_is_meant_to_fail_has_to(tmp_path: Path) -> None:
    assert "status 0" in failure(tmp_path, "```sh runnable fails", "true", "```")
    assert run_page(page("```sh runnable fails", "false", "```"), Nowhere(tmp_path)) == 1  # type: ignore[arg-type]


def test_variables_stay_from_block_to_block_and_others_are_not_run(tmp_path: Path) -> None:
    lines = ["```sh runnable", "NAME=there", "```", "```sh not-run=yours", "NAME=gone", "```", "   ```sh runnable",
             "   echo $NAME", "   ```", "   ```text printed", "   there", "   ```"]  # fmt: skip
    assert run_page(page(*lines), Nowhere(tmp_path)) == 2  # type: ignore[arg-type]


def test_a_block_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, {"PATH": "/usr/bin:/bin"})
    begun = time.monotonic()
    assert terminal.run("echo before\nsleep 300\n", seconds=0.5) == (None, "before\n")
    assert time.monotonic() - begun < 30


def test_what_is_shown_may_leave_things_out() -> None:
    assert matches("a ... d\n", "a b\nc d") and matches("...", "") and matches("[x]  \n", "\n[x]")
    assert matches("a\n...\nb", "a\nb") and matches("a\n...\nb", "a\nx\ny\nb") and matches("a ...\n...", "a b\nc")
    assert not matches("a", "ab") and not matches("a ... d", "a b c")


@pytest.mark.parametrize("info", ["sh", "sh not-run=later", "sh runnabel", "bash server"])
def test_a_block_without_a_reason_is_found(info: str) -> None:
    assert unexplained(page(f"```{info}", "true", "```")) != []


def test_a_reason_is_enough() -> None:
    assert unexplained(page("```sh not-run=minutes", "true", "```", "```text", "any", "```")) == []


def test_the_copy_has_a_port_of_its_own(shared: Copy) -> None:
    assert shared.port != 5005 and shared.ready()
    assert shared.typed("curl http://localhost:5005/ready") == f"curl http://localhost:{shared.port}/ready"
    assert LOOPBACK not in shared.shown(f"http://localhost:{shared.port}/ready")
