"""A `bot serve` of the tests' own in a process of its own: started, waited for, ended."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from commands import BOT, LOOPBACK
from facts import ROOT


def wait_until(true: Callable[[], bool], seconds: float = 60, said: Callable[[], str] = str) -> None:
    """Waits until something holds; who does not answer yet is asked again. `said` tells more where it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if true():
                return
        time.sleep(0.1)
    raise AssertionError(f"it did not come to be within {seconds:.0f} seconds. {said()}")


def start_bot(
    port: int, env: Mapping[str, str], out: Path, err: Path | None = None, *options: str
) -> subprocess.Popen[bytes]:
    """Starts `bot serve`; what it prints is added to `out`, and its errors to `err` or to `out` as well."""
    with out.open("ab") as printed, (err or out).open("ab") as errors:
        return subprocess.Popen(
            [*BOT, "serve", "--port", str(port), *options], cwd=ROOT, env=env, stdin=subprocess.DEVNULL,
            stdout=printed, stderr=errors,
        )  # fmt: skip


def end(process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Ends a process in order; one that takes longer is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def bot_serving(
    port: int, env: Mapping[str, str], out: Path, err: Path | None = None, *options: str, seconds: float = 120
) -> Iterator[subprocess.Popen[bytes]]:
    """Yields a `bot serve` (see `start_bot`) that is ready; it is ended afterwards."""
    process = start_bot(port, env, out, err, *options)

    def said() -> str:
        return "".join(path.read_text(errors="replace") for path in (out, err) if path is not None)

    def ready() -> bool:
        assert process.poll() is None, said()
        asking = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        with contextlib.closing(asking):
            asking.request("GET", "/ready")
            return asking.getresponse().status == 200

    try:
        wait_until(ready, seconds, said)
        yield process
    finally:
        end(process)
