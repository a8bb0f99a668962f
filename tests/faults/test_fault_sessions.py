"""Forged, expired and replayed tokens, guessed sessions, and two tabs of one session."""

from __future__ import annotations

import base64
import json
import secrets
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from raw import connect, message, read
from serving import SECRET, Served, reply_of
from web_server import API, Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
NOW = int(time.time())
ROUTES = (("POST", "/message"), ("GET", "/history"), ("DELETE", "/session"), ("POST", "/feedback"))
BODY = {"message": "and after that?", "value": "up", "turn": 1}


def sid_of(token: str) -> str:
    """The session that a token names; anybody can read that."""
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sid"])


def use(served: Served, token: str) -> list[Answer]:
    """Tries every route with a token."""
    return [
        served.request(method, f"{API}{path}", BODY if method == "POST" else None, Authorization=f"Bearer {token}")
        for method, path in ROUTES
    ]


def claims(sid: str, **changes: Any) -> dict[str, Any]:
    made = {"sid": sid, "iat": NOW, "exp": NOW + 3600, "aud": "web", **changes}
    return {name: value for name, value in made.items() if value is not None}


@pytest.fixture(scope="module")
def victim(single: Served) -> str:
    """The token of a visitor who has asked something."""
    token = single.session()
    assert single.say(token, "what comes after Enhertu", "mine").status == 200
    return token


def test_forged_tokens_are_refused(single: Served, victim: str) -> None:
    sid = sid_of(victim)
    head, payload, signature = victim.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    other = jwt.encode(claims(secrets.token_hex(16)), SECRET, algorithm="HS256").split(".")[1]
    forged = [
        jwt.encode(claims(sid), "z" + SECRET, algorithm="HS256"),  # another secret
        jwt.encode(claims(sid), SECRET * 2, algorithm="HS512"),
        jwt.encode(claims(sid), SECRET * 2, algorithm="HS384"),
        jwt.encode(claims(sid), SECRET * 3, algorithm="HS256"),
        jwt.encode(claims(sid, aud="rest"), SECRET, algorithm="HS256"),
        jwt.encode(claims(sid, aud=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(sid, exp=None), SECRET, algorithm="HS256"),
        jwt.encode(claims(sid, iat=NOW + 99_999), SECRET, algorithm="HS256"),
        jwt.encode(claims(sid.upper() + "0"), SECRET, algorithm="HS256"),
        jwt.encode(claims(f"../{sid}"), SECRET, algorithm="HS256"),
        jwt.encode(claims(sid, clinic="another"), SECRET, algorithm="HS256"),
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{head}.{payload}.",
        f"{head}.{other}.{signature}",  # another session under this signature
        f"{head}.{payload}.{signature[::-1]}",
        f"{victim}.{victim}",
        sid,
        f"web:{sid}",
    ]
    for token in forged:
        for answer in use(single, token):
            assert answer.error == (401, "token_invalid"), (token, answer.body)
    assert len(single.history(victim)) == 2  # untouched


def test_expired_tokens_are_refused(single: Served, victim: str) -> None:
    expired = jwt.encode(claims(sid_of(victim), iat=NOW - 9000, exp=NOW - 1), SECRET, algorithm="HS256")
    for answer in use(single, expired):
        assert answer.error == (401, "token_expired")
    short = jwt.encode(claims(secrets.token_hex(16), exp=int(time.time()) + 2), SECRET, algorithm="HS256")
    assert single.say(short, "what is stage 2").status == 200
    time.sleep(2.1)
    assert single.say(short, "what is stage 3").error == (401, "token_expired")


def test_a_token_is_no_good_after_its_chat_was_deleted(single: Served) -> None:
    token = single.session()
    assert single.say(token, "what comes after Enhertu", "one").status == 200
    assert single.request("DELETE", f"{API}/session", Authorization=f"Bearer {token}").status == 204
    for answer in use(single, token):
        assert answer.error == (401, "session_ended")
    assert single.say(token, "what comes after Enhertu", "one").error == (401, "session_ended")  # replayed


def test_nobody_gets_another_s_answer_or_conversation(single: Served, victim: str) -> None:
    stranger = single.session()
    sid, before = sid_of(victim), single.history(victim)
    # The same id of a message in another conversation is another message.
    assert reply_of(single.say(stranger, "and after that?", "mine"))["kind"] == "clarify"
    for sender in (f"web:{sid}", f"web: {sid}", "web:"):
        answer = single.request("POST", "/webhooks/rest/webhook", {"sender": sender, "message": "and after that?"})
        assert answer.status == 400, answer.body
        assert "web:" in answer.json["error"]
        assert sid not in answer.json["error"]
    for sender in (sid, victim, f" web:{sid}", f"WEB:{sid}", f"web\u200b:{sid}"):
        answer = single.request("POST", "/webhooks/rest/webhook", {"sender": sender, "message": "and after that?"})
        assert reply_of(Answer(200, {}, json.dumps({"messages": answer.json}).encode()))["kind"] == "clarify"
    for path in (f"/conversations/web:{sid}/tracker", f"/conversations/{sid}/messages", f"{API}/history?sid={sid}"):
        assert single.request("GET", path).status in (401, 404)
    assert single.history(victim) == before
    assert reply_of(single.say(victim, "and after that?"))["kind"] == "sequence"


@pytest.mark.alone
def test_two_tabs_at_once_are_answered_in_order_and_without_waiting_a_second(single: Served) -> None:
    token, waits, asked = single.session(), [], []
    for number in range(10):
        place = number % 3 + 1
        texts = (f"what is stage {place}", f"and what comes after stage {place}")
        tabs = [connect(single.port) for _ in texts]
        began = time.perf_counter()
        for tab, text in zip(tabs, texts, strict=True):
            tab.sendall(message(token, text, f"{number}-{len(asked)}"))
            asked.append(text)
            time.sleep(0.002)
        for tab in tabs:
            assert read(tab, seconds=20).statuses == [200]
            tab.close()
        waits.append(time.perf_counter() - began)
    # Stock Rasa looks once a second whether it is the second message's turn.
    assert statistics.median(waits) < 0.8, waits
    turns = single.history(token)
    assert [turn["user"] for turn in turns[::2]] == asked
    for question, answer in zip(turns[::2], turns[1::2], strict=True):
        assert answer["bot"]["stage"] == question["user"][-1]


def test_both_tabs_see_what_was_sent_twice_once(single: Served) -> None:
    token = single.session()
    with ThreadPoolExecutor(8) as tabs:
        answers = list(tabs.map(lambda _: single.say(token, "what comes after Enhertu", "same"), range(8)))
    assert {answer.body for answer in answers} == {answers[0].body}
    assert len(single.history(token)) == 2
