"""The tests in several processes: who is in the room with whom, and what is run where."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import commands
import pytest
from facts import ROOT
from parallel import LONGEST, Room, folder_of


class Visit(threading.Thread):
    """Somebody who goes into the room and stays until told to leave; each has files of its own, as a process has."""

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        super().__init__(daemon=True)
        self._room, self._alone = Room(folder), alone
        self.inside, self._leave = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self._room.entered(alone=self._alone):
            self.inside.set()
            self._leave.wait(20)
        self._room.close()

    def waits(self) -> bool:
        return not self.inside.wait(0.2)

    def leave(self) -> None:
        self._leave.set()
        self.join(20)


def test_who_need_not_be_alone_are_in_the_room_together(tmp_path: Path) -> None:
    first, second = Visit(tmp_path), Visit(tmp_path)
    assert first.inside.wait(20) and second.inside.wait(20)
    first.leave()
    second.leave()


def test_who_is_alone_waits_for_the_others_and_they_wait(tmp_path: Path) -> None:
    before = Visit(tmp_path)
    assert before.inside.wait(20)
    alone = Visit(tmp_path, alone=True)
    assert alone.waits()
    after = Visit(tmp_path)
    assert after.waits(), "who comes later goes in before who waits to be alone"
    before.leave()
    assert alone.inside.wait(20)
    assert after.waits()
    alone.leave()
    assert after.inside.wait(20)
    after.leave()


def test_what_fails_in_the_room_leaves_it(tmp_path: Path) -> None:
    room = Room(tmp_path)
    with pytest.raises(ZeroDivisionError), room.entered(alone=True):
        raise ZeroDivisionError
    other = Visit(tmp_path, alone=True)
    assert other.inside.wait(20)
    other.leave()


@pytest.mark.parametrize(("node", "folder"), [
    ("tests/test_cli.py::test_a[tests/guide/x.py::y]", "tests/test_cli.py"), ("tests/guide/test_a.py::test_b", "tests/guide"),
    ("tests/guide/review/test_a.py::TestB::test_c", "tests/guide/review"), ("test_a.py::test_b", "test_a.py"),
])  # fmt: skip
def test_a_test_runs_with_its_folder(node: str, folder: str) -> None:
    assert folder_of(node) == folder


def test_what_comes_first_is_there() -> None:
    assert [name for name in LONGEST if not (ROOT / name).exists()] == []


TESTS = """
import os, time, pytest
def said(what):
    with open({log!r}, "a") as log:
        log.write(f"{{time.monotonic()}} {{os.environ['PYTEST_XDIST_WORKER']}} {folder} {{what}}\\n")
@pytest.mark.parametrize("number", range(6))
def test_usual(number):
    said("begins")
    time.sleep(0.1)
    said("ends")
@pytest.mark.alone
def test_alone():
    said("alone begins")
    time.sleep(0.5)
    said("alone ends")
"""


def test_two_processes_share_the_folders_and_stop_for_who_is_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for folder in ("one", "two", "three"):
        (tmp_path / folder).mkdir()
        text = TESTS.format(log=str(log), folder=folder)
        (tmp_path / folder / f"test_{folder}.py").write_text(text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = alone\n", encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "parallel", "-n", "2", "--basetemp", str(tmp_path / "temp")],
        cwd=tmp_path, env=env | {"PYTHONPATH": str(ROOT / "tests")}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1].startswith("21 passed"), done.stdout + done.stderr
    lines = [
        line.split(" ", 3) for line in sorted(log.read_text().splitlines(), key=lambda line: float(line.split()[0]))
    ]
    workers = {
        folder: {worker for _, worker, where, _ in lines if where == folder} for folder in ("one", "two", "three")
    }
    assert all(len(found) == 1 for found in workers.values()), workers
    assert set.union(*workers.values()) == {"gw0", "gw1"}
    said = [what for *_, what in lines]
    at = [number for number, what in enumerate(said) if what == "alone begins"]
    assert len(at) == 3 and all(said[number + 1] == "alone ends" for number in at), said
    for number in at:
        before = said[:number]
        assert before.count("begins") == before.count("ends"), said


def test_each_process_has_ports_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for worker in ("gw0", "gw1"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        commands._ports.cache_clear()
        found.append({commands.free_port() for _ in range(50)})
    commands._ports.cache_clear()
    assert all(20_000 <= port < 21_000 for port in found[0]) and len(found[0]) == 50
    assert all(21_000 <= port < 22_000 for port in found[1]) and len(found[1]) == 50
