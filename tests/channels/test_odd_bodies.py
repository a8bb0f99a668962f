"""Signed requests of odd forms: whatever stands where, the answer is never an error of the server."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import test_messenger
import test_slack
import test_teams
import test_telegram
from messaging_server import Chatting
from web_server import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
JUNK: tuple[Any, ...] = (None, 7, "", "x", [], {}, [None], True)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a body."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def spoiled(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with one value after another left out, or replaced by junk."""
    for number, path in enumerate(places(body)):
        for how in range(3):
            made = copy.deepcopy(body)
            node = made
            for key in path[:-1]:
                node = node[key]
            if how == 0:
                del node[path[-1]]
            else:
                node[path[-1]] = JUNK[(number * 2 + how) % len(JUNK)]
            yield made


def bodies(channel: str, chatting: Chatting) -> tuple[dict[str, Any], Callable[[dict[str, Any]], Answer]]:
    if channel == "slack":
        return test_slack.event("hi", files=[{"id": "F"}], thread_ts="1.1"), lambda data: test_slack.send(
            chatting, data
        )
    if channel == "telegram":
        photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        return test_telegram.update("hi", photo=photo), lambda data: test_telegram.send(chatting, data)
    if channel == "messenger":
        batch = json.loads(
            test_messenger.batch(test_messenger.event("hi", quick_reply={"payload": "hi"}, attachments=[{}]))
        )
        return batch, lambda data: test_messenger.send(chatting, json.dumps(data).encode())
    mention = [{"type": "mention", "mentioned": {"id": "28:x"}}]
    activity = test_teams.activity(chatting, "hi", entities=mention, attachments=[{"contentType": "a/b"}])
    return activity, lambda data: test_teams.send(chatting, data)


@pytest.mark.parametrize("channel", ["slack", "telegram", "messenger", "teams"])
def test_no_body_makes_the_server_fail(chatting: Chatting, channel: str) -> None:
    body, send = bodies(channel, chatting)
    allowed = {200, 400, 403} if channel == "teams" else {200, 400}  # Teams' token names fields of the body
    seen = {}
    for data in spoiled(body):
        answer = send(data)
        seen[answer.status] = data
    assert set(seen) <= allowed, {status: data for status, data in seen.items() if status not in allowed}
    chatting.platforms.wrong.clear()  # an answer to junk may be junk to the platform


def test_a_button_press_of_an_odd_form(chatting: Chatting) -> None:
    for payload in ("", "[]", "{", "{}", '{"type": "block_actions"}', '{"type": "block_actions", "actions": [7]}',
                    '{"type": "block_actions", "actions": [{"value": "x"}]}', '{"type": "view_submission"}'):  # fmt: skip
        assert test_slack.form(chatting, payload=payload).status in (200, 400)
    assert test_slack.form(chatting, nothing="x").error == (400, "unreadable")
    assert test_slack.form(chatting, command="/guide").status == 200
