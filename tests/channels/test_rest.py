"""The REST channel: bad input gets a readable error, no two visitors share a conversation, and silence never happens."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from facts import DISCLAIMER, WORDING
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage
from sanic import Sanic
from structlog.testing import capture_logs

from bot.answers.reply import Reply
from bot.channels.rest import MAX_SENDER, BadRequest, GuideRestInput, answer_message, read_body
from bot.clinic import Clinic

Handler = Callable[[UserMessage], Any]
SECRET = "ring me on 07700 900123"


def body(value: object) -> bytes:
    return json.dumps(value).encode()


# reading the body


def test_sender_message_and_metadata_are_read() -> None:
    data = {"sender": "me", "message": "after tdxd?", "metadata": {"page": 3}}
    assert read_body(body(data)) == ("me", "after tdxd?", {"page": 3})


@pytest.mark.parametrize("message", [None, 7, 1.5, True, [], ["a"], {}, {"text": "a"}])
def test_a_message_that_is_no_text_counts_as_empty(message: object) -> None:
    assert read_body(body({"sender": "me", "message": message})) == ("me", "", None)
    assert read_body(body({"sender": "me"})) == ("me", "", None)


@pytest.mark.parametrize("data", [{"message": "hi"}, {"sender": None}, {"sender": ""}, {}])
def test_without_a_sender_everybody_gets_a_conversation_of_their_own(data: dict[str, Any]) -> None:
    senders = {read_body(body(data))[0] for _ in range(5)}
    assert len(senders) == 5
    assert all(len(sender) == 32 and sender != "default" for sender in senders)


def test_a_number_is_a_sender() -> None:
    assert read_body(body({"sender": 42, "message": "hi"}))[0] == "42"
    assert read_body(body({"sender": 0, "message": "hi"}))[0] == "0"


@pytest.mark.parametrize("sender", [True, 1.5, ["a"], {"id": 1}, "x" * (MAX_SENDER + 1)])
def test_an_unusable_sender_is_refused(sender: object) -> None:
    with pytest.raises(BadRequest, match=f"'sender' must be a text of at most {MAX_SENDER} characters"):
        read_body(body({"sender": sender, "message": "hi"}))


def test_the_longest_sender_is_taken() -> None:
    assert read_body(body({"sender": "x" * MAX_SENDER}))[0] == "x" * MAX_SENDER


@pytest.mark.parametrize("metadata", ["a", 7, [1], None, True])
def test_metadata_of_another_form_is_left_out(metadata: object) -> None:
    assert read_body(body({"sender": "me", "message": "hi", "metadata": metadata}))[2] is None


NOT_JSON = [b"{", b"{'a': 1}", b"hello", b"\xff\xfe", b"[1,", b'{"sender": "me", "message": "hi"', b"{" * 100_000,
            b"[" * 100_000]  # fmt: skip
NOT_AN_OBJECT = [b"", b"null", b"[]", b'["a"]', b'"hello"', b"7", b"true"]


@pytest.mark.parametrize("raw", NOT_JSON, ids=range(len(NOT_JSON)))
def test_broken_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="not valid JSON"):
        read_body(raw)


@pytest.mark.parametrize("raw", NOT_AN_OBJECT)
def test_anything_but_an_object_is_refused(raw: bytes) -> None:
    with pytest.raises(BadRequest, match="not a JSON object"):
        read_body(raw)


@given(st.binary(max_size=60) | st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9),
                                             lambda x: st.lists(x, max_size=3) | st.dictionaries(
                                                 st.sampled_from(["sender", "message", "metadata"]), x),
                                             max_leaves=6).map(lambda x: json.dumps(x).encode()))  # fmt: skip
def test_any_body_is_read_or_refused(raw: bytes) -> None:
    try:
        sender, text, metadata = read_body(raw)
    except BadRequest as error:
        assert "Send" in str(error) or "'sender'" in str(error)
    else:
        assert sender
        assert isinstance(text, str)
        assert metadata is None or isinstance(metadata, dict)


# answering


async def _says_hello(message: UserMessage) -> None:
    await message.output_channel.send_text_message(message.sender_id, f"heard {message.text}")
    await message.output_channel.send_custom_json(message.sender_id, {"data": {"reply": {"kind": "chitchat"}}})


async def _is_silent(message: UserMessage) -> None:
    pass


async def _utters_text_only(message: UserMessage) -> None:
    await message.output_channel.send_text_message(message.sender_id, "half a reply")


async def _breaks(message: UserMessage) -> None:
    raise RuntimeError(f"could not handle {message.text}")


async def _breaks_halfway(message: UserMessage) -> None:
    await _utters_text_only(message)
    raise KeyError(message.text)


async def _times_out(message: UserMessage) -> None:
    raise asyncio.TimeoutError


async def _is_cancelled(message: UserMessage) -> None:
    raise asyncio.CancelledError


def answered(handler: Handler, text: str = SECRET) -> list[dict[str, Any]]:
    return asyncio.run(answer_message(handler, "me", text, "rest"))


def test_what_was_uttered_is_returned() -> None:
    assert answered(_says_hello, "hi") == [
        {"recipient_id": "me", "text": "heard hi"},
        {"recipient_id": "me", "custom": {"data": {"reply": {"kind": "chitchat"}}}},
    ]


@pytest.mark.parametrize("handler", [_is_silent, _utters_text_only, _breaks, _breaks_halfway, _times_out])
def test_any_failure_becomes_an_honest_reply(
    handler: Handler, clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        messages = answered(handler)
    text, data = messages[0]["text"], messages[1]["custom"]["data"]["reply"]
    assert len(messages) == 2
    assert clinic.phone in text
    assert DISCLAIMER in text
    assert WORDING["automated"] in text
    assert (data["kind"], data["stage"], data["passages"], data["choices"]) == ("unclear", None, [], [])
    assert set(data) == set(Reply("unclear", "").to_dict())
    assert SECRET not in caplog.text
    assert "900123" not in json.dumps(messages)


def test_a_failure_is_logged_by_its_type() -> None:
    with capture_logs() as logs:
        answered(_breaks)
    assert [(line["event"], line["where"], line["error"]) for line in logs] == [("failed", "rest", "RuntimeError")]
    assert "900123" not in str(logs)


@pytest.mark.parametrize(("env", "asked", "served"), [("production", "", False), ("production", "on", True),
                                                      ("development", "", True), ("development", "off", False)])  # fmt: skip
def test_in_production_the_channel_must_be_asked_for(
    env: str, asked: str, served: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_ENV", env)
    monkeypatch.setenv("REST_CHANNEL", asked)
    assert bool(GuideRestInput().blueprint(_says_hello)._future_routes) == served


def test_a_visitor_who_left_is_not_answered() -> None:
    with pytest.raises(asyncio.CancelledError):
        answered(_is_cancelled)


# over HTTP


URL = "/webhooks/rest/webhook"
CALLS = {
    "health": ("GET", "/webhooks/rest/", b""),
    "right": ("POST", URL, body({"sender": "me", "message": "hi"})),
    "streamed": ("POST", URL + "?stream=true", body({"sender": "me", "message": "hi"})),
    "broken": ("POST", URL, b"{"),
    "listed": ("POST", URL, b"[]"),
    "bad sender": ("POST", URL, body({"sender": ["me"], "message": "hi"})),
    "failing": ("POST", URL, body({"sender": "me", "message": SECRET})),
    "failing streamed": ("POST", URL + "?stream=true", body({"sender": "me", "message": SECRET})),
    "no sender": ("POST", URL, body({"message": "hi"})),
}


async def _says_hello_or_breaks(message: UserMessage) -> None:
    await (_breaks if message.text == SECRET else _says_hello)(message)


@pytest.fixture(scope="module")
def over_http() -> dict[str, tuple[int, str, str]]:
    """Serves the channel on a free loopback port and makes all calls: status, body and content type of each."""
    app = Sanic("rest_channel_alone")
    app.blueprint(GuideRestInput().blueprint(_says_hello_or_breaks), url_prefix="/webhooks/rest")

    async def run() -> dict[str, tuple[int, str, str]]:
        listening = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        home = f"http://127.0.0.1:{listening.getsockname()[1]}"
        found = {}
        try:
            async with aiohttp.ClientSession() as session:
                for name, (method, path, data) in CALLS.items():
                    async with session.request(method, home + path, data=data) as got:
                        found[name] = (got.status, await got.text(), got.content_type)
        finally:
            server.close()
            listening.close()
        return found

    return asyncio.run(run())


def test_the_routes_answer_over_http(over_http: dict[str, tuple[int, str, str]]) -> None:
    assert over_http["health"][:2] == (200, '{"status":"ok"}')
    status, text, kind = over_http["right"]
    assert (status, json.loads(text)[0], kind) == (200, {"recipient_id": "me", "text": "heard hi"}, "application/json")
    status, lines, kind = over_http["streamed"]
    assert (status, kind) == (200, "text/event-stream")
    assert [json.loads(line) for line in lines.splitlines()] == json.loads(text)


@pytest.mark.parametrize("name", ["broken", "listed", "bad sender"])
def test_bad_input_over_http_is_a_readable_error(name: str, over_http: dict[str, tuple[int, str, str]]) -> None:
    status, text, kind = over_http[name]
    assert (status, list(json.loads(text)), kind) == (400, ["error"], "application/json")


@pytest.mark.parametrize("name", ["failing", "failing streamed"])
def test_a_failure_over_http_is_answered(name: str, over_http: dict[str, tuple[int, str, str]]) -> None:
    status, text, _ = over_http[name]
    messages = [json.loads(line) for line in text.splitlines()] if "streamed" in name else json.loads(text)
    assert status == 200
    assert messages[1]["custom"]["data"]["reply"]["kind"] == "unclear"
    assert "900123" not in text


def test_the_reply_names_the_conversation_that_was_made(over_http: dict[str, tuple[int, str, str]]) -> None:
    assert len(json.loads(over_http["no sender"][1])[0]["recipient_id"]) == 32


def test_rasa_finds_the_channel_under_the_name_of_its_own() -> None:
    assert GuideRestInput.name() == "rest"
    assert isinstance(GuideRestInput.from_credentials(None), GuideRestInput)
