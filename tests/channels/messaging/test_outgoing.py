"""Calls to platforms: to their own host only, within a time, again when that may help, and no longer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from stand_ins import SLACK_TOKEN, StandIn, Trouble

from bot.channels.messaging.outgoing import Call, NotDelivered, Outgoing
from bot.channels.slack import judge

BODY = {"channel": "D1", "text": "t", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "t"}}]}


@pytest.fixture(scope="module")
def platforms() -> Iterator[StandIn]:
    found = StandIn()
    yield found
    found.close()


def send(
    platforms: StandIn, *trouble: Trouble, path: str = "/slack/chat.postMessage", **more: Any
) -> tuple[Any, int, float]:
    """Returns what came back or the error, how many tries it took, and how long."""
    platforms.trouble["slack"].extend(trouble)
    before, began = len(platforms.asked), time.monotonic()

    async def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {SLACK_TOKEN}"}

    async def run() -> Any:
        outgoing = Outgoing((f"{platforms.base}/slack",), headers, judge, seconds=0.5, first_wait=0.02)
        try:
            return await outgoing.send(Call(f"{platforms.base}{path}", json=BODY, **more))
        except NotDelivered as error:
            return error
        finally:
            await outgoing.close()

    found = asyncio.run(run())
    platforms.trouble["slack"].clear()
    return found, len(platforms.asked) - before, time.monotonic() - began


def test_it_is_sent_again_until_it_is_taken(platforms: StandIn) -> None:
    found, tries, _ = send(
        platforms, Trouble(500), Trouble(hang_up=True), Trouble(200, {"ok": False, "error": "ratelimited"})
    )
    assert found["ok"] is True
    assert tries == 4


def test_it_waits_as_long_as_it_is_asked_to(platforms: StandIn) -> None:
    found, tries, seconds = send(platforms, Trouble(429, headers={"Retry-After": "1"}))
    assert found["ok"] is True
    assert tries == 2 and seconds >= 1


@pytest.mark.parametrize(("trouble", "tries"), [
    (Trouble(400), 1), (Trouble(403), 1), (Trouble(200, {"ok": False, "error": "channel_not_found"}), 1),
    (Trouble(429, headers={"Retry-After": "3600"}), 1), (Trouble(302, headers={"Location": "http://elsewhere.example/"}), 1),
    (Trouble(500), 5),
])  # fmt: skip
def test_it_is_given_up(platforms: StandIn, trouble: Trouble, tries: int) -> None:
    found, counted, _ = send(platforms, *[trouble] * 5)
    assert isinstance(found, NotDelivered)
    assert counted == tries


def test_a_platform_that_hangs_is_not_waited_for(platforms: StandIn) -> None:
    found, tries, seconds = send(platforms, Trouble(200, {"ok": True}, seconds=2))
    assert found["ok"] is True
    assert tries == 2 and seconds < 2


def test_a_courtesy_is_tried_once(platforms: StandIn) -> None:
    found, tries, _ = send(platforms, Trouble(500), needed=False)
    assert isinstance(found, NotDelivered) and tries == 1


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:1/slack/x", "https://slack.com.elsewhere.example/api/x", "https://slack.com/other", "http://slack.com/api/x",
    "https://user@slack.com/api/x", "https://slack.com/api/../x", "https://slack.com:444/api/x", "file:///api", "", "https://[/api",
    "https://slack.com/apix", "//slack.com/api/x",
])  # fmt: skip
def test_no_other_address_is_called(url: str) -> None:
    outgoing = Outgoing(("https://slack.com/api",))
    assert outgoing.may_call("https://slack.com/api/chat.postMessage")
    assert not outgoing.may_call(url)
    with pytest.raises(NotDelivered, match="not the platform's"):
        asyncio.run(outgoing.send(Call(url)))
