"""The keys that Teams' tokens are signed with: fetched once, again when a new one is used, and not when they cannot be had."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from stand_ins import ISSUER, TEAMS_APP, StandIn, Trouble, key_pair

from bot.channels import teams_tokens
from bot.channels.messaging.incoming import Refused
from bot.channels.teams_tokens import SigningKeys, check_token

BODY = json.dumps({"channelId": "msteams", "serviceUrl": "https://s.example/"}).encode()


@pytest.fixture
def platforms() -> Iterator[StandIn]:
    found = StandIn()
    yield found
    found.close()


def header(key: Any) -> str:
    claims = {"iss": ISSUER, "aud": TEAMS_APP, "exp": int(time.time()) + 60, "serviceurl": "https://s.example"}
    return "Bearer " + jwt.encode(claims, key, algorithm="RS256", headers={"kid": "one"})


def outcome(keys: SigningKeys, *headers: str) -> list[int]:
    """The status of each request, all sent at once; 200 for one that is let in."""

    async def one(text: str) -> int:
        try:
            await check_token(text, BODY, TEAMS_APP, keys)
        except Refused as refused:
            return refused.status
        return 200

    async def run() -> list[int]:
        found = await asyncio.gather(*map(one, headers))
        await keys.outgoing.close()
        return list(found)

    return asyncio.run(run())


def test_many_at_once_ask_for_the_keys_once(platforms: StandIn) -> None:
    keys = SigningKeys(f"{platforms.base}/openid")
    assert outcome(keys, *[header(platforms.key)] * 5) == [200] * 5
    assert platforms.asked == ["GET /openid", "GET /keys"]


def test_forged_tokens_do_not_make_us_ask_again_and_again(platforms: StandIn) -> None:
    keys = SigningKeys(f"{platforms.base}/openid")
    other = header(key_pair())
    unknown = "Bearer " + jwt.encode({}, key_pair(), algorithm="RS256", headers={"kid": "two"})
    assert outcome(keys, other, unknown, unknown, unknown) == [403] * 4
    assert len(platforms.asked) == 2


def test_keys_that_are_old_are_asked_for_again(platforms: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = SigningKeys(f"{platforms.base}/openid")

    async def run() -> None:
        first = await keys.key("one")
        monkeypatch.setattr(teams_tokens, "BETWEEN_LOADS_SECONDS", 0.0)
        monkeypatch.setattr(teams_tokens, "KEPT_SECONDS", 0.0)
        platforms.key = key_pair()
        second = await keys.key("one")
        assert first is not None and second is not None
        assert first[0].key.public_numbers() != second[0].key.public_numbers()
        monkeypatch.setattr(platforms, "_openid", lambda *_: Trouble(404))  # from now on the old ones must do
        assert await keys.key("one") == second
        await keys.outgoing.close()

    asyncio.run(run())


def test_without_keys_the_platform_shall_send_it_later(platforms: StandIn) -> None:
    assert outcome(SigningKeys("http://127.0.0.1:1/openid"), header(platforms.key)) == [503]


def test_metadata_of_someone_else_is_not_believed(platforms: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams_tokens, "ISSUER", "https://other.example")
    assert outcome(SigningKeys(f"{platforms.base}/openid"), header(platforms.key)) == [503]
