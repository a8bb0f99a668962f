"""The web channel over a real socket: status codes, limits, big and slow bodies, pages of other origins, deleting."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from commands import LOOPBACK
from facts import CLINIC_FILE, DISCLAIMER
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from web_server import API, Running, echo, serving

from bot.channels import web_bodies
from bot.clinic import load_clinic
from bot.errors import StoreDown

PAGE = "https://clinic.example"
PLANTED = "ring me on 07700 900123"


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOT_ENV", "PROXIES", "LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_SECRET", "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj")


@pytest.fixture(scope="module")
def without_limits() -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOT_SECRET", "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj")
        for name in ("LIMIT_SESSION", "LIMIT_ADDRESS", "LIMIT_NEW_SESSIONS"):
            patch.setenv(name, "1000")
        with serving() as running:
            yield running


@pytest.fixture
def server(without_limits: Running) -> Running:
    """One server for all tests that change nothing about it, with what it has seen forgotten."""
    without_limits.agent.seen.clear()
    return without_limits


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_conversation(server: Running) -> None:
    begun = server.request("POST", f"{API}/session", {})
    assert begun.status == 201
    assert set(begun.json) == {"token", "expires_at", "expires_in"}
    answer = server.say(begun.json["token"], "hi", "m-1")
    assert answer.status == 200
    assert answer.json["message_id"] == "m-1"
    text, data = answer.json["messages"]
    assert text["text"] == "heard hi"
    assert data["custom"]["data"]["reply"]["kind"] == "chitchat"
    assert server.agent.seen[0].sender_id.startswith("web:")


def test_every_answer_carries_the_security_headers(server: Running) -> None:
    token = server.session()
    for answer in (server.say(token, "hi"), server.say("x", "hi"), server.request("GET", "/nothing"),
                   server.request("GET", "/health"), server.request("DELETE", f"{API}/session", **bearer(token))):  # fmt: skip
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_body"),
        (b"", "application/json", 400, "bad_body"),
        (b"[]", "application/json", 400, "bad_body"),
        (b'"hi"', "application/json", 400, "bad_body"),
        (b"\xff\xfe", "application/json", 400, "bad_body"),
        (b"[" * 15_000, "application/json", 400, "bad_body"),
        (b'{"message": 7}', "application/json", 400, "bad_body"),
        (b'{"text": "hi"}', "application/json", 400, "bad_body"),
        (b'{"message": "hi", "message_id": "a b"}', "application/json", 400, "bad_body"),
        (b'{"message": "hi"}', "text/plain", 415, "not_json"),
        (b'{"message": "hi"}', "", 415, "not_json"),
        (b"message=hi", "application/x-www-form-urlencoded", 415, "not_json"),
        (json.dumps({"message": "x" * 1001}).encode(), "application/json", 400, "message_too_long"),
        (json.dumps({"message": "x" * 16_400}).encode(), "application/json", 413, "body_too_large"),
        (json.dumps({"message": "x" * 5_000_000}).encode(), "application/json", 413, "body_too_large"),
    ],
    ids=range(15),
)
def test_a_bad_body_is_refused_readably(server: Running, body: bytes, kind: str, status: int, code: str) -> None:
    token = server.session()
    headers = bearer(token) | ({"Content-Type": kind} if kind else {})
    try:
        answer = server.request("POST", f"{API}/message", body, raw=True, **headers)
    except ConnectionError:  # the server need not read five megabytes to the end
        assert len(body) > 1_000_000
    else:
        assert answer.error == (status, code)
        assert answer.json["error"]["text"].endswith(".")
        assert b"Traceback" not in answer.body
    assert server.agent.seen == []
    assert server.say(token, "hi").status == 200


def test_a_body_in_pieces_is_counted_too(server: Running) -> None:
    token = server.session()
    head = (f"POST {API}/message HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")  # fmt: skip
    small = b'11\r\n{"message": "hi"}\r\n0\r\n\r\n'
    large = b"".join(b"1000\r\n" + b"x" * 4096 + b"\r\n" for _ in range(5)) + b"0\r\n\r\n"
    for pieces, status in ((small, b"200"), (large, b"413")):
        with socket.create_connection((LOOPBACK, server.port), timeout=20) as raw:
            raw.sendall(head.encode() + pieces)
            assert raw.recv(100).split(b" ")[1] == status


def test_a_slow_client_is_let_go_and_holds_up_nobody(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_bodies, "BODY_SECONDS", 1.0)
    token = server.session()
    with socket.create_connection((LOOPBACK, server.port), timeout=20) as slow:
        head = (f"POST {API}/message HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                "Content-Type: application/json\r\nContent-Length: 40\r\n\r\n")  # fmt: skip
        slow.sendall(head.encode() + b'{"mess')
        began = time.monotonic()
        assert server.say(token, "hi").status == 200
        assert time.monotonic() - began < 0.9
        time.sleep(0.5)
        slow.sendall(b"age")  # a trickle does not buy more time
        said = slow.recv(4096)
        assert said.startswith(b"HTTP/1.1 408")
        assert b'"too_slow"' in said
        assert b"connection: close" in said.lower()
        assert time.monotonic() - began < 5


def test_what_is_no_http_is_refused(server: Running) -> None:
    with socket.create_connection((LOOPBACK, server.port), timeout=20) as raw:
        raw.sendall(b"hello " + PLANTED.encode() + b"\r\n\r\n")
        said = raw.recv(4096)
    assert said.startswith(b"HTTP/1.1 400")
    assert b"900123" not in said


@pytest.mark.parametrize(("method", "path", "status"), [("GET", f"{API}/message", 405), ("PUT", f"{API}/session", 405),
                                                         ("GET", f"{API}/nothing", 404)])  # fmt: skip
def test_other_addresses_and_methods_are_refused_readably(server: Running, method: str, path: str, status: int) -> None:
    answer = server.request(method, path)
    assert answer.status == status
    assert set(answer.json["error"]) == {"code", "text"}


# sessions


@pytest.mark.parametrize(("method", "path"), [("POST", "message"), ("DELETE", "session"), ("GET", "history"),
                                              ("POST", "feedback")])  # fmt: skip
def test_nothing_is_done_without_a_good_token(server: Running, method: str, path: str) -> None:
    body = {"message": "hi", "value": "up", "turn": 1} if method == "POST" else None
    missing = server.request(method, f"{API}/{path}", body)
    assert missing.error == (401, "token_missing")
    assert missing.headers["www-authenticate"] == "Bearer"
    assert server.request(method, f"{API}/{path}", body, **bearer("a.b.c")).error == (401, "token_invalid")
    # Not in the address either, where logs and histories would keep it.
    token = server.session()
    assert server.request(method, f"{API}/{path}?token={token}", body).error == (401, "token_missing")
    assert server.agent.seen == []


def test_a_visitor_cannot_name_another_s_conversation(server: Running) -> None:
    mine, other = server.session(), server.session()
    server.say(other, "mine alone")
    sender = server.agent.seen[0].sender_id
    body = {"message": "hi", "sender": sender, "session": sender, "sid": sender, "metadata": {"sender": sender}}
    assert server.request("POST", f"{API}/message", body, **bearer(mine)).status == 200
    assert server.agent.seen[1].sender_id != sender
    assert server.agent.seen[1].metadata.keys() == {"message_id"}


def test_two_tabs_share_a_conversation_and_ids_do_not_clash(server: Running) -> None:
    token = server.session()
    with ThreadPoolExecutor(8) as tabs:
        answers = list(tabs.map(lambda n: server.say(token, f"tab {n}", f"tab-{n}"), range(8)))
    assert [a.json["messages"][0]["text"] for a in answers] == [f"heard tab {n}" for n in range(8)]
    assert len({message.sender_id for message in server.agent.seen}) == 1


def test_deleting_ends_the_session_for_good() -> None:
    store = InMemoryTrackerStore(Domain.empty())

    async def keep(message: UserMessage) -> None:
        tracker = await store.get_or_create_tracker(message.sender_id)
        tracker.update(UserUttered(message.text, metadata=message.metadata))
        await echo(message)
        for part in message.output_channel.messages:
            data = {name: part[name] for name in ("custom", "buttons") if name in part}
            tracker.update(BotUttered(part.get("text"), data))
        await store.save(tracker)

    with serving(keep, store) as server:
        token, other = server.session(), server.session()
        said = server.say(token, PLANTED, "m1").json
        server.say(other, "stays")
        turns = server.request("GET", f"{API}/history", **bearer(token)).json["turns"]
        assert turns == [{"user": PLANTED}, {"bot": said["messages"][1]["custom"]["data"]["reply"]}]
        assert len(store.store) == 2

        deleted = server.request("DELETE", f"{API}/session", **bearer(token))
        assert (deleted.status, deleted.body) == (204, b"")
        assert len(store.store) == 1
        assert PLANTED not in str(store.store)
        for answer in (server.say(token, "again"), server.request("GET", f"{API}/history", **bearer(token)),
                       server.request("DELETE", f"{API}/session", **bearer(token))):  # fmt: skip
            assert answer.error == (401, "session_ended")
        kept = server.request("GET", f"{API}/history", **bearer(other)).json["turns"]
        assert [turn["user"] for turn in kept if "user" in turn] == ["stays"]


class Down(StoreDown):
    """As the conversation store raises it."""


class Unreachable:
    """A store that cannot be reached."""

    async def recall(self, sender: str, message_id: str = "") -> None:
        raise Down(PLANTED)

    forget = history = recall


def test_a_store_that_is_down_is_said_honestly() -> None:
    with serving(store=Unreachable()) as server:
        token = server.session()
        for answer in (server.say(token, PLANTED), server.request("GET", f"{API}/history", **bearer(token)),
                       server.request("DELETE", f"{API}/session", **bearer(token))):  # fmt: skip
            assert answer.error == (503, "store_down")
            text = answer.json["error"]["text"]
            assert load_clinic().phone in text
            assert DISCLAIMER in text
            assert "900123" not in text
            assert int(answer.headers["retry-after"]) > 0
        # Nothing was deleted, so the visitor can ask again.
        assert server.say(token, "hi").error == (503, "store_down")


def test_a_store_that_knows_of_the_end_is_believed() -> None:
    class Knows:
        async def was_forgotten(self, sender: str) -> bool:
            return True

    with serving(store=Knows()) as server:
        assert server.say(server.session(), "hi").error == (401, "session_ended")


# limits


def test_a_session_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_SESSION", "3")
    with serving() as server:
        token, other = server.session(), server.session()
        assert [server.say(token, f"{n}").status for n in range(4)] == [200, 200, 200, 429]
        answer = server.say(token, "i have chest pain")
        assert answer.error == (429, "too_many_messages")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        text = answer.json["error"]["text"]
        assert f"wait {answer.headers['retry-after']} seconds" in text
        assert load_clinic().emergency_number in text
        assert server.say(other, "hi").status == 200
        assert len(server.agent.seen) == 4


def test_an_address_has_its_limit_however_many_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_ADDRESS", "5")
    monkeypatch.setenv("LIMIT_NEW_SESSIONS", "4")
    with serving() as server:
        tokens = [server.session() for _ in range(4)]
        fifth = server.request("POST", f"{API}/session")
        assert fifth.error == (429, "too_many_sessions")
        assert "retry-after" in fifth.headers
        # Guessing tokens counts as well.
        assert [server.say("a.b.c", "hi").status for _ in range(2)] == [401, 401]
        assert [server.say(token, "hi").status for token in tokens] == [200, 200, 200, 429]


def test_forwarded_addresses_are_believed_only_behind_our_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_NEW_SESSIONS", "1")

    def statuses(server: Running, *forwarded: str) -> list[int]:
        return [server.request("POST", f"{API}/session", X_Forwarded_For=one).status for one in forwarded]

    with serving() as server:
        assert statuses(server, "198.51.100.1", "198.51.100.2") == [201, 429]
    monkeypatch.setenv("PROXIES", "1")
    with serving() as server:
        assert statuses(server, "198.51.100.1", "198.51.100.2", "198.51.100.1") == [201, 201, 429]
        # What a visitor writes in front of our proxy's entry is not believed.
        assert statuses(server, "203.0.113.9, 198.51.100.1", "x, 198.51.100.2") == [429, 429]


# pages of other origins


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    clinic = tmp_path / "clinic.yml"
    clinic.write_text(CLINIC_FILE.read_text("utf-8").replace("origins: []", f'origins: ["{PAGE}"]'), encoding="utf-8")
    monkeypatch.setenv("CLINIC", str(clinic))
    with serving() as running:
        yield running


def preflight(server: Running, origin: str, path: str = f"{API}/message", method: str = "POST") -> Any:
    return server.request("OPTIONS", path, Origin=origin, Access_Control_Request_Method=method,
                          Access_Control_Request_Headers="authorization,content-type")  # fmt: skip


def test_a_page_on_the_list_may_talk_to_the_bot(listed: Running) -> None:
    asked = preflight(listed, PAGE)
    assert asked.status == 204
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert "DELETE" in asked.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in asked.headers
    answer = listed.say(listed.session(), "hi", Origin=PAGE)
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["vary"] == "Origin"
    # Errors too: else the page could not show them.
    refused = listed.say("a.b.c", "hi", Origin=PAGE)
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (401, PAGE)


@pytest.mark.parametrize("origin", ["https://other.example", "http://clinic.example", "https://clinic.example:444", "null",
                                    "https://clinic.example.evil.example", "https://evilclinic.example"])  # fmt: skip
def test_other_pages_are_refused(listed: Running, origin: str) -> None:
    asked = preflight(listed, origin)
    assert asked.error == (403, "origin_not_allowed")
    assert "clinic.yml" in asked.json["error"]["text"]
    answer = listed.say(listed.session(), "hi", Origin=origin)
    for one in (asked, answer):
        assert not any(name.startswith("access-control-allow") for name in one.headers)


def test_without_a_list_only_the_bot_s_own_pages_talk_to_it(server: Running) -> None:
    assert preflight(server, PAGE).status == 403
    assert preflight(server, PAGE, "/health").status == 403
    assert server.say(server.session(), "hi").status == 200


def test_the_widget_s_modules_load_on_any_page(listed: Running) -> None:
    answer = listed.request("GET", "/widget/none.js", Origin="https://other.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert preflight(listed, "https://other.example", "/widget/none.js", "GET").status == 204


# stopping


def test_a_server_that_stops_finishes_the_message_in_hand() -> None:
    async def slow(message: UserMessage) -> None:
        await asyncio.sleep(1.0)
        await echo(message)

    with ThreadPoolExecutor(1) as pool:
        with serving(slow) as server:
            token = server.session()
            waiting = pool.submit(server.say, token, "hi")
            while not server.agent.seen:
                time.sleep(0.01)
        answer = waiting.result(10)
    assert answer.status == 200
    assert answer.headers["connection"] == "close"
