"""Slack over HTTP: the running server, requests signed by Slack's own library, and a stand-in of Slack's API."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from facts import DISCLAIMER, WORDING
from messaging_server import Chatting
from platform_rules import offered, shown_text
from slack_sdk.signature import SignatureVerifier
from stand_ins import SLACK_SECRET, Sent, Trouble
from web_server import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
HOOK = "/webhooks/slack/webhook"
_numbers = itertools.count(1)


def signed(body: bytes, secret: str = SLACK_SECRET, ago: float = 0) -> dict[str, str]:
    """Slack's two headers, made by Slack's library."""
    moment = str(int(time.time() - ago))
    signature = SignatureVerifier(secret).generate_signature(timestamp=moment, body=body)
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": str(signature)}


def event(text: str = "", place: str | None = None, person: str = "U1", **changes: Any) -> dict[str, Any]:
    """An event as Slack sends it: a direct message, unless changed."""
    number = next(_numbers)
    inner = {"type": "message", "user": person, "text": text, "ts": f"1718000000.{number:06}", "team": "T1",
             "channel": place or f"D{number}", "channel_type": "im", "event_ts": f"1718000000.{number:06}",
             "client_msg_id": f"c-{number}"}  # fmt: skip
    return {"token": "old", "team_id": "T1", "api_app_id": "A1", "type": "event_callback", "event_id": f"Ev{number:08}",
            "event_time": 1718000000, "event": {**inner, **changes},
            "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}]}  # fmt: skip


def send(chatting: Chatting, data: dict[str, Any], **headers: str) -> Answer:
    body = json.dumps(data).encode()
    return chatting.request("POST", HOOK, body, Content_Type="application/json", **signed(body), **headers)


def ask(chatting: Chatting, text: str, **more: Any) -> Sent:
    """Sends a direct message and returns what came back."""
    data = event(text, **more)
    before = [each for each in chatting.platforms.sent if each.to == data["event"]["channel"]]
    answer = send(chatting, data)
    assert answer.status == 200, answer.body
    return chatting.platforms.to(data["event"]["channel"], len(before) + 1)[-1]


def form(chatting: Chatting, **fields: str) -> Answer:
    body = urlencode(fields).encode()
    kind = "application/x-www-form-urlencoded"
    return chatting.request("POST", HOOK, body, Content_Type=kind, **signed(body))


def press(chatting: Chatting, place: str, value: str, **changes: Any) -> Answer:
    """Presses a button, as Slack tells it."""
    number = next(_numbers)
    payload = {"type": "block_actions", "user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}, "channel": {"id": place},
               "container": {"type": "message", "message_ts": "1.2"}, "message": {"ts": "1.2"}, "trigger_id": f"t{number}",
               "actions": [{"type": "button", "action_id": "choice_1", "block_id": "b", "value": value,
                            "action_ts": f"1718000001.{number:06}"}]}  # fmt: skip
    return form(chatting, payload=json.dumps({**payload, **changes}))


def test_a_treatment_reply_has_the_facts_the_source_and_the_disclaimer(chatting: Chatting) -> None:
    sent = ask(chatting, "what comes after Enhertu")
    text = shown_text("slack", sent.body)
    assert "Tukysa" in text and "third-line" in text
    assert DISCLAIMER in text and "Source:" in text
    assert "https://bot.clinic.example/guide#stage-metastatic-line-3-step-1" in text
    assert DISCLAIMER in sent.body["text"]


def test_a_clarification_has_buttons_and_picking_one_answers(chatting: Chatting) -> None:
    sent = ask(chatting, "what comes after herceptin")
    texts = offered("slack", sent.body)
    assert len(texts) >= 2
    assert press(chatting, sent.to, texts[-1]).status == 200
    picked = chatting.platforms.to(sent.to, 2)[-1]
    assert "Source:" in shown_text("slack", picked.body)
    assert "Which" not in shown_text("slack", picked.body)


def test_a_typed_number_picks_too(chatting: Chatting) -> None:
    sent = ask(chatting, "what comes after herceptin")
    assert "Source:" in shown_text("slack", ask(chatting, "2", place=sent.to).body)


def test_an_emergency_comes_first_in_large_letters(chatting: Chatting) -> None:
    body = ask(chatting, "i cant breathe").body
    assert body["blocks"][0]["type"] == "header"
    assert body["blocks"][0]["text"]["text"].startswith("This could be an emergency. Call 911 now")
    assert body["text"].startswith("This could be an emergency.")
    assert DISCLAIMER in shown_text("slack", body)


def test_what_is_not_understood_is_said(chatting: Chatting) -> None:
    text = shown_text("slack", ask(chatting, "fnord blorp").body)
    assert DISCLAIMER in text
    assert "Source:" not in text


def test_typed_commands_trigger_nothing(chatting: Chatting) -> None:
    first = ask(chatting, "what comes after Enhertu")
    ask(chatting, "/restart", place=first.to)
    again = ask(chatting, "what comes after Enhertu", place=first.to)
    assert WORDING["automated"] not in shown_text("slack", again.body)  # the conversation was not begun anew


@pytest.mark.parametrize(("how", "status", "reason"), [
    ("unsigned", 401, "unsigned"), ("forged", 403, "forged"), ("other body", 403, "forged"), ("old", 403, "stale"),
    ("from the future", 403, "stale"), ("no time", 401, "unsigned"), ("odd time", 403, "forged"),
    ("odd signature", 403, "forged"),
])  # fmt: skip
def test_what_slack_did_not_sign_is_refused(chatting: Chatting, how: str, status: int, reason: str) -> None:
    data = event("what comes after Enhertu")
    body = json.dumps(data).encode()
    headers = signed(body)
    if how == "unsigned":
        headers = {}
    elif how == "forged":
        headers = signed(body, secret="another" * 4)
    elif how == "other body":
        body = body.replace(b"Enhertu", b"Kadcyla")
    elif how == "old":
        headers = signed(body, ago=301)
    elif how == "from the future":
        headers = signed(body, ago=-400)
    elif how == "no time":
        del headers["X-Slack-Request-Timestamp"]
    elif how == "odd time":
        headers["X-Slack-Request-Timestamp"] = "soon"
    else:
        headers["X-Slack-Signature"] = "v0=\u00e9"
    before = chatting.refused("slack", reason)
    answer = chatting.request("POST", HOOK, body, Content_Type="application/json", **headers)
    assert answer.error == (status, reason)
    assert chatting.refused("slack", reason) == before + 1
    assert chatting.platforms.none_to(data["event"]["channel"], 0.1)


def test_the_address_is_confirmed(chatting: Chatting) -> None:
    answer = send(chatting, {"type": "url_verification", "challenge": "3eZbrw1aB", "token": "old"})
    assert (answer.status, answer.body) == (200, b"3eZbrw1aB")


def test_a_repeat_is_answered_once(chatting: Chatting) -> None:
    data = event("what comes after Enhertu")
    for number in range(3):
        answer = send(chatting, data, X_Slack_Retry_Num=str(number), X_Slack_Retry_Reason="http_timeout")
        assert answer.status == 200
    chatting.platforms.to(data["event"]["channel"])
    assert send(chatting, data).status == 200
    time.sleep(0.4)
    assert len(chatting.platforms.to(data["event"]["channel"])) == 1


@pytest.mark.parametrize("changes", [
    {"bot_id": "B1"}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"subtype": "bot_message"},
    {"subtype": "channel_join"}, {"type": "reaction_added"}, {"channel_type": "channel"}, {"channel_type": "mpim"},
    {"user": None}, {"type": None},
], ids=str)  # fmt: skip
def test_what_needs_no_answer_gets_none(chatting: Chatting, changes: dict[str, Any]) -> None:
    data = event("what comes after Enhertu", **changes)
    assert send(chatting, data).status == 200
    assert chatting.platforms.none_to(data["event"]["channel"], 0.2)


@pytest.mark.parametrize("data", [{}, {"type": "event_callback"}, {"type": "event_callback", "event": {"type": "message", "user":
                                  "U1", "channel_type": "im"}}, {"type": "event_callback", "event": []}], ids=str)  # fmt: skip
def test_an_event_of_an_odd_form_is_no_error(chatting: Chatting, data: dict[str, Any]) -> None:
    assert send(chatting, data).status == 200


def test_a_mention_in_a_channel_is_answered_in_its_thread_each_person_apart(chatting: Chatting) -> None:
    def mention(text: str, person: str, ts: str) -> None:
        data = event(f"<@UBOT> {text}", place="C77", person=person, type="app_mention", channel_type=None, ts=ts)
        assert send(chatting, data).status == 200

    mention("what comes after Enhertu", "U1", "10.1")
    assert "Tukysa" in shown_text("slack", chatting.platforms.to("C77/10.1")[0].body)
    mention("and after that?", "U2", "10.2")
    assert "Source:" not in shown_text("slack", chatting.platforms.to("C77/10.2")[0].body)  # knows nothing of the first
    mention("and after that?", "U1", "10.3")
    assert "Source:" in shown_text("slack", chatting.platforms.to("C77/10.3")[0].body)


def test_a_picture_gets_an_honest_reply_and_its_words_are_read(chatting: Chatting) -> None:
    files = [{"id": "F1", "mimetype": "image/png"}]
    alone = shown_text("slack", ask(chatting, "", subtype="file_share", files=files).body)
    assert "I can only read words." in alone and DISCLAIMER in alone
    with_words = shown_text("slack", ask(chatting, "what comes after Enhertu", subtype="file_share", files=files).body)
    assert "Tukysa" in with_words and "I cannot see pictures" in with_words
    urgent = shown_text("slack", ask(chatting, "i cant breathe", subtype="file_share", files=files).body)
    assert urgent.startswith("This could be an emergency.")


@pytest.mark.parametrize(("text", "expected"), [("", "a patient guide"), ("help", "a patient guide"),
                                                ("what comes after Enhertu", "Tukysa")])  # fmt: skip
def test_the_slash_command_is_served_to_its_sender_alone(chatting: Chatting, text: str, expected: str) -> None:
    path = f"c{next(_numbers)}"
    answer = form(chatting, command="/guide", text=text, team_id="T1", channel_id="C9", user_id="U1", trigger_id=f"t-{path}",
                  response_url=f"{chatting.platforms.base}/commands/{path}")  # fmt: skip
    assert (answer.status, answer.body) == (200, b"")
    sent = chatting.platforms.to(path)[0]
    assert sent.body["response_type"] == "ephemeral"
    assert expected in shown_text("slack", sent.body)


def test_nothing_is_sent_to_another_host(chatting: Chatting) -> None:
    before = len(chatting.platforms.asked)
    answer = form(chatting, command="/guide", text="help", team_id="T1", channel_id="C9", user_id="U9", trigger_id="elsewhere",
                  response_url=chatting.platforms.base.replace("127.0.0.1", "localhost") + "/commands/x")  # fmt: skip
    assert answer.status == 200
    assert chatting.platforms.none_to("x", 0.3)
    assert len(chatting.platforms.asked) == before


def test_a_busy_or_failing_slack_gets_the_reply_later_and_holds_up_nobody(chatting: Chatting) -> None:
    chatting.platforms.trouble["slack"].extend([
        Trouble(429, headers={"Retry-After": "1"}), Trouble(200, {"ok": False, "error": "internal_error"}),
    ])  # fmt: skip
    data = event("what comes after Enhertu")
    began = time.monotonic()
    assert send(chatting, data).status == 200
    assert time.monotonic() - began < 1  # Slack waits three seconds
    time.sleep(0.2)
    token = chatting.session()
    began = time.monotonic()
    assert chatting.say(token, "what comes after Enhertu").status == 200
    assert time.monotonic() - began < 1
    sent = chatting.platforms.to(data["event"]["channel"], seconds=30)
    assert len(sent) == 1
    assert sent[0].at - began >= 0.8  # it waited as long as it was asked to
    assert "Tukysa" in shown_text("slack", sent[0].body)


def test_no_word_and_no_id_of_a_person_reaches_the_log(chatting: Chatting) -> None:
    ask(chatting, "im Marigold, ring 07700 900123 about my zebrafinch", person="UMARIGOLD", place="DZEBRA")
    chatting.platforms.trouble["slack"].append(Trouble(200, {"ok": False, "error": "channel_not_found"}))
    send(chatting, event("zebrafinch", person="UMARIGOLD", place="DZEBRA"))
    assert (
        send(chatting, event("zebrafinch", "DZEBRA", "UMARIGOLD", channel_type="im", files=7, thread_ts={})).status
        == 200
    )
    odd = event("zebrafinch", "DZEBRA", "UMARIGOLD")
    del odd["event_id"]
    assert send(chatting, odd).status == 200
    time.sleep(0.5)
    said = chatting.log.read_text(encoding="utf-8")
    assert '"where": "slack.send"' in said
    assert [word for word in ("Marigold", "900123", "zebrafinch", "UMARIGOLD", "DZEBRA", "xoxb") if word in said] == []
