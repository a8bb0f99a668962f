"""Makes the pictures of the chat in docs/images again, from the real server in the system's Chromium: `make screenshots`.

Each picture is one entry of SHOTS: how wide the window is, whether it is dark, and what a visitor does. What is shown can be
learnt from the name of the file.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bot.errors import BotError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PHONE, DESKTOP, PAPER = (390, 844), (1280, 800), (794, 1180)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
COLOURS = 256  # of a picture's palette: the pages are flat, and a third of the size is enough
START_SECONDS = 120


@dataclass(frozen=True)
class Shot:
    """One picture: its file's name, the window, and what is done before it is taken."""

    name: str
    window: tuple[int, int]
    act: Callable[[Page], Page | Locator]
    dark: bool = False


def ask(*questions: str) -> Callable[[Page], Page]:
    """Opens the chat and asks; the picture is of the page."""

    def act(page: Page) -> Page:
        _open(page)
        for question in questions:
            _say(page, question)
        return page

    return act


def _open(page: Page) -> None:
    page.locator("guide-chat button.launcher").click()
    page.locator("guide-chat .welcome .choices").wait_for()


def _say(page: Page, question: str, answer: str = ".said") -> None:
    turns = page.locator("guide-chat .turn")
    before = turns.count()
    page.locator("guide-chat textarea").fill(question)
    page.locator("guide-chat textarea").press("Enter")
    turns.nth(before).locator(answer).wait_for()


def _welcome(page: Page) -> Page:
    _open(page)
    return page


def _offline(page: Page) -> Page:
    _open(page)
    page.context.set_offline(True)
    _say(page, "what comes after Enhertu", ".failure")
    return page


def _place(page: Page) -> Page:
    _open(page)
    _say(page, "what comes after Enhertu")
    page.get_by_role("button", name="See where this is").last.click()
    page.locator("guide-chat .turn").last.locator(".row > li").first.wait_for()
    page.get_by_role("button", name="Hide where this is").last.scroll_into_view_if_needed()
    return page


def _list(page: Page) -> Page:
    _open(page)
    for words in (
        "add: will my hair grow back?",
        "add: can i drive?",
        "add: who can i call at night?",
        "what's on my list",
    ):
        _say(page, words)
    return page


def _paper(button: str, *said: str) -> Callable[[Page], Page]:
    """Opens the page that a button of the chat prints from."""

    def act(page: Page) -> Page:
        _open(page)
        for words in said:
            _say(page, words)
        with page.context.expect_page() as opened:
            page.get_by_role("button", name=button).last.click()
        opened.value.wait_for_load_state()
        return opened.value

    return act


def _guide(page: Page) -> Page:
    page.goto(page.url.rstrip("/") + "/guide")
    return page


def _map(page: Page) -> Locator:
    page.goto(page.url.rstrip("/") + "/guide?stage=metastatic&line=2")
    return page.locator("#map svg").first


SHOTS = (
    Shot("welcome-phone", PHONE, _welcome),
    Shot("answer-desktop", DESKTOP, ask("what comes after Enhertu")),
    Shot("clarify-phone-dark", PHONE, ask("what comes after herceptin"), dark=True),
    Shot("emergency-phone", PHONE, ask("i cant breathe")),
    Shot("emergency-desktop-dark", DESKTOP, ask("i cant breathe"), dark=True),
    Shot("distress-phone", PHONE, ask("i dont want to live anymore")),
    Shot("error-phone", PHONE, _offline),
    Shot("place-phone", PHONE, _place),
    Shot("my-list-phone", PHONE, _list),
    Shot("my-list-printed", PAPER, _paper("Print or save my list", "add: will my hair grow back?", "add: can i drive?",
                                          "add: who can i call at night?", "what's on my list")),
    Shot("print", DESKTOP, _paper("Print or save this chat", "what comes after Enhertu", "i cant breathe")),
    Shot("guide-phone", PHONE, _guide),
    Shot("map", DESKTOP, _map),
)  # fmt: skip


def take(browser: Browser, address: str, shot: Shot) -> bytes:
    """Returns one picture as PNG, in a palette."""
    scale = 1.5 if shot.window == PHONE else 1
    context = browser.new_context(
        viewport={"width": shot.window[0], "height": shot.window[1]}, device_scale_factor=scale, reduced_motion="reduce",
        color_scheme="dark" if shot.dark else "light",
    )  # fmt: skip
    context.set_default_timeout(15_000)
    try:
        page = context.new_page()
        page.goto(address)
        raw = shot.act(page).screenshot()
    finally:
        context.close()
    made = io.BytesIO()
    Image.open(io.BytesIO(raw)).convert("RGB").quantize(COLOURS).save(made, "PNG", optimize=True)
    return made.getvalue()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless.

    Raises:
        BotError: there is none.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needed for this alone

    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        raise BotError(
            "There is no Chromium to take pictures with. Install it (on Debian and Ubuntu: apt-get install chromium)."
        )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextlib.contextmanager
def server(home: Path) -> Iterator[str]:
    """The bot's server on a free port of this machine, with conversations that nobody keeps.

    Raises:
        BotError: it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "CONVERSATIONS_URL": f"sqlite:///{folder}/conversations.sqlite3", "LIMIT_SESSION": "1000"}
        command = [sys.executable, "-m", "bot", "serve", "--port", str(port)]
        running = subprocess.Popen(command, cwd=home, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(running, f"http://127.0.0.1:{port}/ready")
            yield f"http://127.0.0.1:{port}/"
        finally:
            running.terminate()
            running.wait(timeout=40)


def _wait(running: subprocess.Popen[bytes], ready: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(ready, timeout=5).close()
            return
        except OSError as error:
            if running.poll() is not None or time.monotonic() > end:
                raise BotError("The server does not start. Run `bot serve` to see why.") from error
        time.sleep(0.2)


def main() -> None:
    """Writes all pictures, or those that are named."""
    root = Path(__file__).resolve().parents[2]
    wanted = [shot for shot in SHOTS if len(sys.argv) < 2 or shot.name in sys.argv[1:]]
    with server(root) as address, chromium() as browser:
        for shot in wanted:
            (root / "docs" / "images" / f"{shot.name}.png").write_bytes(take(browser, address, shot))
            print(f"Wrote docs/images/{shot.name}.png.", flush=True)


if __name__ == "__main__":
    try:
        main()
    except BotError as error:
        sys.exit(str(error))
