"""What processes use, as Linux tells it: memory and processor time, children included."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path


def memory_mb(pids: Iterable[int]) -> float:
    """Returns the resident memory of processes and all their descendants, in MB. Memory they share counts for each."""
    return sum(_resident(member) for pid in pids for member in family(pid)) / 1024


def cpu_seconds(pids: Iterable[int]) -> float:
    """Returns the user and system time that processes and their descendants have used so far.

    A child that has ended counts with its parent, as far as the parent has waited for it.
    """
    return sum(_processor(member) for pid in pids for member in family(pid))


def family(pid: int) -> list[int]:
    """Returns a process and all its descendants."""
    found = [pid]
    for number in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{number}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _resident(pid: int) -> float:
    """Returns a process's resident memory in KB."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return float(line.split()[1])
    except OSError:
        pass
    return 0.0


def _processor(pid: int) -> float:
    """Returns a process's user and system time in seconds, with that of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
