"""Telegram over HTTP: the running server, updates of the shape that Telegram's library reads, a stand-in of the Bot API."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest
from aiogram.types import Update
from facts import DISCLAIMER, WORDING
from messaging_server import Chatting
from platform_rules import offered, shown_text
from stand_ins import TELEGRAM_SECRET, TELEGRAM_USERNAME, Sent, Trouble
from web_server import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
HOOK = "/webhooks/telegram/webhook"
_numbers = itertools.count(1)


def update(
    text: str | None = None, chat: int | None = None, person: int = 7, kind: str = "private", **more: Any
) -> dict[str, Any]:
    """An update with a message, as Telegram sends it."""
    number = next(_numbers)
    message = {"message_id": number, "date": 1718000000, "chat": {"id": chat or 10_000 + number, "type": kind},
               "from": {"id": person, "is_bot": False, "first_name": "A"}}  # fmt: skip
    if text is not None:
        message["text"] = text
    found = {"update_id": 900_000 + number, "message": {**message, **more}}
    assert Update(**found).message.chat.type == kind
    return found


def pressed(sent: Sent, value: str, person: int = 7) -> dict[str, Any]:
    number = next(_numbers)
    found = {"update_id": 900_000 + number, "callback_query": {
        "id": f"q{number}", "from": {"id": person, "is_bot": False, "first_name": "A"}, "chat_instance": "1", "data": value,
        "message": {"message_id": 5, "date": 1718000000, "chat": {"id": int(sent.to), "type": "private"}, "text": "x"},
    }}  # fmt: skip
    assert Update(**found).callback_query.data == value
    return found


def send(chatting: Chatting, data: Any, secret: str | None = TELEGRAM_SECRET) -> Answer:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    return chatting.request("POST", HOOK, data, **headers)


def ask(chatting: Chatting, text: str | None, **more: Any) -> Sent:
    data = update(text, **more)
    to = str(data["message"]["chat"]["id"])
    before = len([each for each in chatting.platforms.sent if each.to == to])
    assert send(chatting, data).status == 200
    return chatting.platforms.to(to, before + 1)[-1]


def test_a_treatment_reply_has_the_facts_the_source_and_the_disclaimer(chatting: Chatting) -> None:
    text = shown_text("telegram", ask(chatting, "what comes after Enhertu").body)
    assert "Tukysa" in text and "Source:" in text and DISCLAIMER in text
    assert "https://bot.clinic.example/guide#stage-metastatic-line-3-step-1" in text


def test_a_clarification_has_a_keyboard_and_a_press_is_heard_and_answered(chatting: Chatting) -> None:
    sent = ask(chatting, "what comes after herceptin")
    assert send(chatting, pressed(sent, offered("telegram", sent.body)[-1])).status == 200
    picked = chatting.platforms.to(sent.to, 2)[-1]
    assert "Source:" in picked.body["text"]
    assert chatting.platforms.asked[-2].endswith("answerCallbackQuery")


def test_an_emergency_comes_first_and_bold(chatting: Chatting) -> None:
    body = ask(chatting, "i cant breathe").body
    bold = body["entities"][0]
    assert body["text"][bold["offset"] : bold["length"]].startswith("This could be an emergency. Call 911 now")
    assert bold["offset"] == 0
    assert DISCLAIMER in body["text"]


def test_what_is_not_understood_is_said(chatting: Chatting) -> None:
    text = ask(chatting, "fnord blorp").body["text"]
    assert DISCLAIMER in text and "Source:" not in text


@pytest.mark.parametrize("command", ["/start", "/help", "/start deep-link", f"/help@{TELEGRAM_USERNAME}"])
def test_its_commands_are_served(chatting: Chatting, command: str) -> None:
    text = ask(chatting, command).body["text"]
    assert WORDING["automated"] in text
    assert "a patient guide" in text


@pytest.mark.parametrize("text", ["/restart", '/inform{"stage": "2"}', "//restart", "\u200b/restart"])
def test_typed_commands_trigger_nothing(chatting: Chatting, text: str) -> None:
    first = ask(chatting, "what comes after Enhertu")
    ask(chatting, text, chat=int(first.to))
    assert WORDING["automated"] not in ask(chatting, "what comes after Enhertu", chat=int(first.to)).body["text"]


@pytest.mark.parametrize(("secret", "status", "reason"), [
    (None, 401, "unsigned"), ("", 401, "unsigned"), ("a-webhook-secret-of-telegraM", 403, "forged"),
    (TELEGRAM_SECRET + "x", 403, "forged"), ("\u00e9", 403, "forged"),
])  # fmt: skip
def test_what_telegram_did_not_send_is_refused(
    chatting: Chatting, secret: str | None, status: int, reason: str
) -> None:
    data = update("what comes after Enhertu")
    before = chatting.refused("telegram", reason)
    assert send(chatting, data, secret).error == (status, reason)
    assert chatting.refused("telegram", reason) == before + 1
    assert chatting.platforms.none_to(str(data["message"]["chat"]["id"]), 0.1)


def test_a_repeat_is_answered_once(chatting: Chatting) -> None:
    data = update("what comes after Enhertu")
    to = str(data["message"]["chat"]["id"])
    assert {send(chatting, data).status for _ in range(3)} == {200}
    chatting.platforms.to(to)
    time.sleep(0.3)
    assert len(chatting.platforms.to(to)) == 1


@pytest.mark.parametrize("media", [
    {"sticker": {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
    {"voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
    {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]},
    {"location": {"latitude": 1.0, "longitude": 2.0}},
], ids=lambda media: next(iter(media)))  # fmt: skip
def test_what_is_not_words_gets_an_honest_reply(chatting: Chatting, media: dict[str, Any]) -> None:
    text = ask(chatting, None, **media).body["text"]
    assert "I can only read words." in text and DISCLAIMER in text


def test_a_picture_s_caption_is_read(chatting: Chatting) -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    assert (
        ask(chatting, None, photo=photo, caption="i cant breathe")
        .body["text"]
        .startswith("This could be an emergency.")
    )
    text = ask(chatting, None, photo=photo, caption="what comes after Enhertu").body["text"]
    assert "Tukysa" in text and "I cannot see pictures" in text


def test_what_needs_no_answer_gets_none(chatting: Chatting) -> None:
    message = update("what comes after Enhertu", chat=31)["message"]
    bot = {**message["from"], "is_bot": True}
    for data in (
        {"update_id": 1, "edited_message": message},
        {"update_id": 2, "channel_post": {**message, "chat": {"id": 31, "type": "channel"}}},
        {"update_id": 3, "message": {**message, "from": bot}},
        {"update_id": 4, "my_chat_member": {}},
        {"update_id": 5},
        {"update_id": 6, "message": {"chat": {"id": 31, "type": "private"}}},
        {"update_id": 7, "message": {**{k: v for k, v in message.items() if k != "text"}, "new_chat_title": "t"}},
        {"update_id": 8, "message": {**message, "chat": {"id": 31, "type": "channel"}}},
        {"update_id": 9, "callback_query": {"id": "1", "from": message["from"], "data": "x"}},
        {"message": message},
        {"update_id": 10, "message": {**message, "chat": {"type": "private"}}},
    ):
        assert send(chatting, data).status == 200
    assert chatting.platforms.none_to("31", 0.3)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 9000])
def test_a_body_that_is_no_update_is_refused(chatting: Chatting, body: bytes) -> None:
    answer = chatting.request("POST", HOOK, body, raw=True, X_Telegram_Bot_Api_Secret_Token=TELEGRAM_SECRET)
    assert answer.error == (400, "unreadable")


def test_an_empty_message_gets_a_reply(chatting: Chatting) -> None:
    assert DISCLAIMER in ask(chatting, "   ").body["text"]


def test_in_a_group_it_speaks_when_addressed_and_keeps_people_apart(chatting: Chatting) -> None:
    group = {"chat": -500, "kind": "supergroup"}
    for text in ("what comes after Enhertu", "@someone_else what comes after Enhertu", "/start@other_bot", "/other"):
        assert send(chatting, update(text, **group)).status == 200
    assert chatting.platforms.none_to("-500", 0.3)
    first = ask(chatting, f"@{TELEGRAM_USERNAME.upper()} what comes after Enhertu", person=1, **group)
    assert "Tukysa" in first.body["text"]
    assert first.body["reply_parameters"]["message_id"]
    other = ask(chatting, f"and after that? @{TELEGRAM_USERNAME}", person=2, **group)
    assert "Source:" not in other.body["text"]
    own = {"message_id": 1, "date": 1, "chat": {"id": -500, "type": "supergroup"}, "from": {"id": 4242, "is_bot": True,
           "first_name": "b"}}  # fmt: skip
    assert "Source:" in ask(chatting, "and after that?", person=1, reply_to_message=own, **group).body["text"]
    assert "a patient guide" in ask(chatting, "/start", person=3, **group).body["text"]


def test_a_busy_telegram_is_asked_again_when_it_says(chatting: Chatting) -> None:
    chatting.platforms.trouble["telegram"].append(Trouble(429, {"ok": False, "parameters": {"retry_after": 1}}))
    data = update("what comes after Enhertu")
    began = time.monotonic()
    send(chatting, data)
    [sent] = chatting.platforms.to(str(data["message"]["chat"]["id"]))
    assert sent.at - began >= 0.9


def test_messages_of_one_person_are_answered_in_their_order(chatting: Chatting) -> None:
    chatting.platforms.trouble["telegram"].append(Trouble(500))  # the first reply goes out late
    for text in ("what comes after Enhertu", "i cant breathe", "what does maintenance mean"):
        assert send(chatting, update(text, chat=88)).status == 200
    first, second, third = (each.body["text"] for each in chatting.platforms.to("88", 3))
    assert "Tukysa" in first
    assert second.startswith("This could be an emergency.")
    assert "aintenance" in third
