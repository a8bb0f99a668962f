"""A real browser, the bot's server, and a clinic's website on another origin, for the tests of the widget."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chatting import DESKTOP, LISTEN, Chat, Site, Visit
from commands import BOT, LOOPBACK, environment, free_port, lacking
from facts import CLINIC_FILE, ROOT, read_yaml
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from ruamel.yaml import YAML
from trained import the_model

SECONDS_TO_START = 150


def find_chromium() -> str | None:
    """The path of the system's Chromium, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives each test in a real browser a second try, which the closing line counts.

    On a machine that does something else as well, Chromium may answer later than a test waits. What fails twice fails.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Chromium for a module's tests.

    Not longer: while Playwright runs, its event loop does, and other tests could not run one of their own.
    """
    path = find_chromium()
    if path is None:
        lacking("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def bot_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server: the widget's files, the pages, and the web channel."""
    port = free_port()
    folder = tmp_path_factory.mktemp("widget")
    log = folder / "server.log"
    command, env = server_command(port, folder)
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    url = f"http://{LOOPBACK}:{port}"
    try:
        end = time.monotonic() + SECONDS_TO_START
        while True:
            assert server.poll() is None, log.read_text()
            try:
                urllib.request.urlopen(f"{url}/webhooks/web/clinic", timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)


def server_command(port: int, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The real server, for any website and without limits."""
    the_model()
    clinic = read_yaml(CLINIC_FILE) | {"web": {"origins": ["*"]}}
    written = folder / "clinic.yml"
    with written.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(clinic, file)
    limits = dict.fromkeys(("LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"), "100000")
    return [*BOT, "serve", "--port", str(port)], environment(CLINIC=written, **limits)


@pytest.fixture(scope="session")
def site(bot_url: str) -> Iterator[Site]:
    """The website; `/` and `/other` are there from the start."""
    made = Site("", bot_url)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, headers = made.pages.get(self.path.split("?")[0], ("", {}))
            self.send_response(200 if html else 404)
            for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
    made.url = f"http://{LOOPBACK}:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.add("/")
    made.add("/other")
    yield made
    server.shutdown()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Opens a page in a fresh context: visit(address, viewport=..., ...); `page_only` is a page without the widget."""
    contexts: list[BrowserContext] = []

    def go(address: str = "", page_only: str = "", **options: Any) -> Chat:
        options.setdefault("viewport", DESKTOP)
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        context.add_init_script(LISTEN)
        contexts.append(context)
        chat = Chat(context.new_page())
        chat.page.goto(page_only or address or site.url + "/")
        if not page_only:
            chat.find(".launcher, .panel").first.wait_for()
        return chat

    yield go
    for context in contexts:
        context.close()
