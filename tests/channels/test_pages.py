"""The routes of the pages: caching, compression, what other origins may read, and what happens when the store is gone."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from facts import ROOT
from hypothesis import given
from hypothesis import strategies as st
from sanic import Sanic, response
from sanic.http import Http
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.touchup.service import TouchUp

from bot.channels.pages import attach
from bot.clinic import Clinic
from bot.pages.widget_files import widget_files, without_comments

_touch_up = TouchUp.run


def _touch_up_once(app: Sanic) -> None:
    """Sanic rewrites its own HTTP class when an application starts, and fails when it does so again in one process."""
    if Http.http1_request_header.__code__.co_filename.endswith(".py"):
        _touch_up(app)


TouchUp.run = _touch_up_once

Answer = tuple[int, dict[str, str], bytes]


def call(
    paths: list[str], store_url: str, headers: dict[str, str] | None = None, greeting: bool = False
) -> list[Answer]:
    """Serves the pages on a free loopback port and gets each path: status, headers and the bytes as they were sent."""
    app = Sanic(f"pages_{len(Sanic._app_registry)}")
    if greeting:

        @app.get("/")
        async def hello(request: Request) -> HTTPResponse:
            return response.text("Hello from Rasa")

    attach(app, store_url=store_url)

    async def run() -> list[Answer]:
        listening = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        home = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            async with aiohttp.ClientSession(auto_decompress=False) as session:
                found = []
                for path in paths:
                    async with session.get(home + path, headers=headers or {}) as got:
                        found.append((got.status, {k.lower(): v for k, v in got.headers.items()}, await got.read()))
                return found
        finally:
            server.close()
            listening.close()

    return asyncio.run(run())


def version() -> str:
    return widget_files().version


def test_the_tag_s_file_is_short_lived_and_leads_to_files_that_last(guide_url: str) -> None:
    [(status, headers, body)] = call(["/widget/guide-chat.js"], guide_url)
    assert status == 200 and headers["content-type"].startswith("text/javascript")
    assert body == f'import "./{version()}/guide-chat.js";\n'.encode() or headers["content-encoding"] == "gzip"
    assert "max-age=300" in headers["cache-control"] and "immutable" not in headers["cache-control"]
    names = [path.relative_to(ROOT / "bot" / "widget").as_posix() for path in (ROOT / "bot" / "widget").rglob("*.js")]
    assert len(names) > 10
    for name, (status, headers, body) in zip(
        names,
        call([f"/widget/{version()}/{name}" for name in names], guide_url, {"Accept-Encoding": "gzip"}),
        strict=True,
    ):
        assert status == 200, name
        assert "immutable" in headers["cache-control"] and headers["vary"] == "Accept-Encoding"
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert headers["x-content-type-options"] == "nosniff"
        assert gzip.decompress(body) == widget_files().modules[name].plain


def test_an_older_version_s_address_still_answers_but_is_not_kept(guide_url: str) -> None:
    old, plain = call(["/widget/0123456789abcdef/panel.js"], guide_url, {"Accept-Encoding": "identity"}) + call(
        [f"/widget/{version()}/panel.js"], guide_url, {"Accept-Encoding": "identity"}
    )
    assert (old[0], old[1]["cache-control"], old[2]) == (200, "no-cache", plain[2])
    assert "content-encoding" not in old[1]


def test_a_browser_that_has_the_file_is_told_so(guide_url: str) -> None:
    [(_, headers, _)] = call(["/widget/guide-chat.js"], guide_url)
    [(status, _, body)] = call(["/widget/guide-chat.js"], guide_url, {"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    ["/widget/x/none.js", "/widget/x/../../settings.py", "/widget/x/%2e%2e/%2e%2e/clinic.yml", "/widget/x/types.d.ts"],
)
def test_no_other_file_can_be_had(guide_url: str, path: str) -> None:
    [(status, _, body)] = call([path], guide_url)
    assert status == 404 and b"def " not in body and b"phone" not in body


def test_leaving_comments_out_changes_no_code() -> None:
    for path in (ROOT / "bot" / "widget").rglob("*.js"):
        kept = without_comments(path.read_bytes()).decode().splitlines()
        lines = path.read_text(encoding="utf-8").splitlines()
        at = 0
        for line in kept:
            at = lines.index(line, at) + 1
        left_out = [line.strip() for line in lines if line not in kept]
        assert [line for line in left_out if not re.match(r"/\*\*|\*|//|/\* ", line)] == [], path.name


@given(st.lists(st.sampled_from(["a = 1; // b", "/* x */", "  // y", '"/*"', "b();", "/** z\n * w */"]), max_size=8))
def test_only_whole_lines_of_comment_are_left_out(parts: list[str]) -> None:
    code = [part for part in parts if not part.strip().startswith(("/*", "//"))]
    assert without_comments("".join(f"{part}\n" for part in parts).encode()).decode().splitlines() == code


def test_the_clinic_s_facts_are_public_and_complete(guide_url: str, clinic: Clinic) -> None:
    [(status, headers, body)] = call(["/webhooks/web/clinic"], guide_url)
    facts = json.loads(body)
    assert status == 200 and headers["access-control-allow-origin"] == "*"
    for name in ("name", "phone", "hours", "country", "emergency_number", "crisis_line", "crisis_name", "privacy_url"):
        assert facts[name] == getattr(clinic, name)
    assert facts["guide"]["date"] == "September 2025"
    assert 1 <= len(facts["starters"]) <= 4


def test_without_the_store_the_facts_stay_and_the_pages_say_so(tmp_path: Path, clinic: Clinic) -> None:
    missing = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    guide, facts, row, demo = call(["/guide", "/webhooks/web/clinic", "/guide/row?stage=1", "/"], missing)
    assert guide[0] == 503 and clinic.phone.encode() in guide[2] and b"Traceback" not in guide[2]
    assert facts[0] == 200 and json.loads(facts[2])["phone"] == clinic.phone and "guide" not in json.loads(facts[2])
    assert row[0] == 503 and json.loads(row[2])["error"]["code"] == "unavailable"
    assert demo[0] == 200


@pytest.mark.parametrize("greeting", [True, False])
def test_the_demonstration_stands_at_the_root(guide_url: str, clinic: Clinic, greeting: bool) -> None:
    [(status, headers, body)] = call(["/"], guide_url, greeting=greeting)
    html = body.decode()
    assert status == 200 and clinic.name in html
    assert "This clinic is made up." in html
    assert '<script type="module" src="/widget/guide-chat.js"></script>' in html and "<guide-chat " in html
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("query", ["", "?stage=metastatic&line=2", "?stage=9&line=99", "?line=²", "?stage=%00&line=-1"])
def test_the_guide_answers_every_place(guide_url: str, query: str) -> None:
    [(status, headers, body)] = call([f"/guide{query}"], guide_url)
    assert status == 200 and b"Treatment map" in body
    assert headers["referrer-policy"] == "no-referrer"


def test_a_stage_that_is_not_there_has_no_row(guide_url: str) -> None:
    found: list[Any] = call(["/guide/row?stage=9", "/guide/row", "/guide/row?stage=2"], guide_url)
    assert [status for status, _, _ in found] == [404, 404, 200]
