"""Messenger over HTTP: the running server, signed batches of events, and a stand-in of the Send API."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from typing import Any

import pytest
from facts import DISCLAIMER, WORDING
from messaging_server import Chatting
from platform_rules import offered, shown_text
from stand_ins import MESSENGER_SECRET, MESSENGER_VERIFY, Sent, Trouble
from web_server import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
HOOK = "/webhooks/messenger/webhook"
PAGE = "1000"
_numbers = itertools.count(1)


def event(text: str | None = None, person: str | None = None, **more: Any) -> dict[str, Any]:
    number = next(_numbers)
    message: dict[str, Any] = {"mid": f"m_{number}"} | ({"text": text} if text is not None else {})
    return {"sender": {"id": person or f"77{number}"}, "recipient": {"id": PAGE}, "timestamp": 1718000000000 + number,
            "message": {**message, **more}}  # fmt: skip


def batch(*events: dict[str, Any]) -> bytes:
    return json.dumps(
        {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [each]} for each in events]}
    ).encode()


def signature(body: bytes, secret: str = MESSENGER_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(chatting: Chatting, body: bytes, sign: str | None = None) -> Answer:
    return chatting.request("POST", HOOK, body, X_Hub_Signature_256=sign if sign is not None else signature(body))


def ask(chatting: Chatting, text: str | None, **more: Any) -> Sent:
    data = event(text, **more)
    to = data["sender"]["id"]
    before = len([each for each in chatting.platforms.sent if each.to == to])
    answer = send(chatting, batch(data))
    assert (answer.status, answer.body) == (200, b"EVENT_RECEIVED")
    return chatting.platforms.to(to, before + 1)[-1]


def test_a_treatment_reply_has_the_facts_the_source_and_the_disclaimer(chatting: Chatting) -> None:
    text = shown_text("messenger", ask(chatting, "what comes after Enhertu").body)
    assert "Tukysa" in text and "Source:" in text and DISCLAIMER in text
    assert "https://bot.clinic.example/guide#" in text


def test_a_clarification_has_quick_replies_and_a_tap_answers(chatting: Chatting) -> None:
    sent = ask(chatting, "what comes after herceptin")
    title = sent.body["message"]["quick_replies"][-1]["title"]
    assert title in sent.body["message"]["text"]  # quick replies vanish, the numbers stay
    tap = {"quick_reply": {"payload": offered("messenger", sent.body)[-1]}}
    assert "Source:" in shown_text("messenger", ask(chatting, title, person=sent.to, **tap).body)


def test_an_emergency_comes_first(chatting: Chatting) -> None:
    text = shown_text("messenger", ask(chatting, "i cant breathe").body)
    assert text.startswith("This could be an emergency. Call 911 now")
    assert DISCLAIMER in text


def test_what_is_not_understood_is_said(chatting: Chatting) -> None:
    text = shown_text("messenger", ask(chatting, "fnord blorp").body)
    assert DISCLAIMER in text and "Source:" not in text


def test_get_started_is_a_greeting(chatting: Chatting) -> None:
    data = {"sender": {"id": "555"}, "recipient": {"id": PAGE}, "timestamp": 1, "postback": {"title": "Get started",
            "payload": "/restart", "mid": "p1"}}  # fmt: skip
    assert send(chatting, batch(data)).status == 200
    assert WORDING["automated"] in shown_text("messenger", chatting.platforms.to("555")[0].body)


def test_every_event_of_a_batch_is_answered(chatting: Chatting) -> None:
    both = event("what comes after Enhertu", "601"), event("i cant breathe", "602")
    assert send(chatting, batch(*both)).status == 200
    assert "Tukysa" in shown_text("messenger", chatting.platforms.to("601")[0].body)
    assert "911" in shown_text("messenger", chatting.platforms.to("602")[0].body)


@pytest.mark.parametrize(("how", "status", "reason"), [
    ("unsigned", 401, "unsigned"), ("forged", 403, "forged"), ("sha1", 403, "forged"), ("other body", 403, "forged"),
    ("odd", 403, "forged"),
])  # fmt: skip
def test_what_meta_did_not_sign_is_refused(chatting: Chatting, how: str, status: int, reason: str) -> None:
    body = batch(event("what comes after Enhertu", "603"))
    sign = signature(body)
    if how == "unsigned":
        sign = ""
    elif how == "forged":
        sign = signature(body, "0" * 32)
    elif how == "sha1":
        sign = "sha1=" + hmac.new(MESSENGER_SECRET.encode(), body, hashlib.sha1).hexdigest()
    elif how == "other body":
        body = body.replace(b"Enhertu", b"Kadcyla")
    else:
        sign = "sha256=\u00e9"
    before = chatting.refused("messenger", reason)
    assert send(chatting, body, sign).error == (status, reason)
    assert chatting.refused("messenger", reason) == before + 1
    assert chatting.platforms.none_to("603", 0.1)


@pytest.mark.parametrize(("query", "status", "body"), [
    (f"hub.mode=subscribe&hub.verify_token={MESSENGER_VERIFY}&hub.challenge=1158201444", 200, b"1158201444"),
    ("hub.mode=subscribe&hub.verify_token=wrong-one&hub.challenge=1158201444", 403, None),
    ("hub.mode=subscribe&hub.challenge=1158201444", 401, None),
    (f"hub.mode=other&hub.verify_token={MESSENGER_VERIFY}&hub.challenge=1", 401, None),
    ("", 401, None),
])  # fmt: skip
def test_the_address_is_confirmed_to_who_knows_the_verify_token(
    chatting: Chatting, query: str, status: int, body: Any
) -> None:
    answer = chatting.request("GET", f"{HOOK}?{query}")
    assert answer.status == status
    assert body is None or answer.body == body
    assert answer.headers["content-type"].split(";")[0] in ("text/plain", "application/json")


def test_a_repeat_is_answered_once(chatting: Chatting) -> None:
    body = batch(event("what comes after Enhertu", "604"))
    assert {send(chatting, body).status for _ in range(3)} == {200}
    chatting.platforms.to("604")
    time.sleep(0.3)
    assert len(chatting.platforms.to("604")) == 1


@pytest.mark.parametrize("kind", ["image", "audio", "video", "file", "location", "fallback"])
def test_what_is_not_words_gets_an_honest_reply(chatting: Chatting, kind: str) -> None:
    text = shown_text("messenger", ask(chatting, None, attachments=[{"type": kind, "payload": {}}]).body)
    assert "I can only read words." in text and DISCLAIMER in text


def test_what_needs_no_answer_gets_none(chatting: Chatting) -> None:
    plain = event("what comes after Enhertu", "605")
    bare = {k: v for k, v in plain.items() if k != "message"}
    body = batch({**plain, "message": {**plain["message"], "is_echo": True}}, {**bare, "delivery": {"watermark": 1}},
                 {**bare, "read": {"watermark": 1}}, {**bare, "reaction": {"emoji": "x"}}, {**bare, "message_edit": {"mid": "m"}},
                 {**plain, "sender": {"id": PAGE}}, {"message": plain["message"]}, bare)  # fmt: skip
    assert send(chatting, body).status == 200
    for odd in (
        {"object": "page"},
        {"object": "page", "entry": 7},
        {"object": "page", "entry": [{"messaging": [None]}]},
    ):
        assert send(chatting, json.dumps(odd).encode()).status == 200
    assert send(chatting, b'{"object": "user"}').error == (400, "unreadable")
    assert chatting.platforms.none_to("605", 0.3)


def test_a_rate_limit_of_the_graph_api_is_waited_for(chatting: Chatting) -> None:
    chatting.platforms.trouble["messenger"].append(Trouble(400, {"error": {"code": 613, "message": "calls"}}))
    assert "Tukysa" in shown_text("messenger", ask(chatting, "what comes after Enhertu").body)


def test_what_the_platform_refuses_for_good_is_not_sent_again(chatting: Chatting) -> None:
    chatting.platforms.trouble["messenger"].append(
        Trouble(400, {"error": {"code": 10, "message": "outside the window"}})
    )
    data = event("what comes after Enhertu", "606")
    asked = len(chatting.platforms.asked)
    assert send(chatting, batch(data)).status == 200
    assert chatting.platforms.none_to("606", 1.5)
    assert len(chatting.platforms.asked) == asked + 1
