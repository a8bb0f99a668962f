"""Checks the tokens that come with activities from the Bot Connector.

The rules are those of Microsoft's "Authenticate requests from the Bot Connector service to your bot": signature, issuer, audience,
time, the key's endorsement of the channel, and the claim `serviceurl`, which must be the activity's address for replies.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import Any
from urllib.parse import urlsplit

import jwt

from bot.channels.messaging.incoming import forged, json_object, stale, unchecked, unsigned
from bot.channels.messaging.outgoing import Call, NotDelivered, Outgoing

OPENID = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"
ALGORITHM = "RS256"
LEEWAY_SECONDS = 300
KEPT_SECONDS = 24 * 3600.0
BETWEEN_LOADS_SECONDS = 60.0
"""A token with an unknown key may be signed with a new one; forged ones must not make us ask all the time."""


class SigningKeys:
    """The public keys that the Bot Connector signs with, as its metadata names them."""

    def __init__(self, metadata_url: str) -> None:
        """Takes the address of the OpenID metadata; the keys must be at the same host."""
        self._url = metadata_url
        parts = urlsplit(metadata_url)
        self.outgoing = Outgoing((f"{parts.scheme}://{parts.netloc}",))
        self._keys: dict[str, tuple[jwt.PyJWK, frozenset[str]]] = {}
        self._loaded = self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, name: str) -> tuple[jwt.PyJWK, frozenset[str]] | None:
        """Returns a key with the channels that it is endorsed for, or None if there is no such key.

        Raises:
            NotDelivered: no keys can be had.
        """
        async with self._lock:
            now = time.monotonic()
            old = now - self._loaded > KEPT_SECONDS
            if (old or name not in self._keys) and now - self._asked > BETWEEN_LOADS_SECONDS:
                try:
                    await self.load()
                except NotDelivered:
                    if not self._keys:
                        raise
                self._asked = now
            return self._keys.get(name)

    async def load(self) -> None:
        """Asks for the keys.

        Raises:
            NotDelivered: they cannot be had.
        """
        metadata = await self.outgoing.send(Call(self._url, method="GET"), tries=2)
        address = metadata.get("jwks_uri") if isinstance(metadata, dict) else None
        if not isinstance(address, str) or metadata.get("issuer") != ISSUER:
            raise NotDelivered("the metadata is not the Bot Framework's")
        found = await self.outgoing.send(Call(address, method="GET"), tries=2)
        keys = {}
        for each in found.get("keys") or () if isinstance(found, dict) else ():
            try:
                keys[str(each["kid"])] = (
                    jwt.PyJWK(each, algorithm=ALGORITHM),
                    frozenset(map(str, each.get("endorsements") or ())),
                )
            except (jwt.PyJWTError, KeyError, TypeError, ValueError):
                continue  # of a kind that we do not take
        self._keys, self._loaded = keys, time.monotonic()


async def check_token(header: str, body: bytes, app_id: str, keys: SigningKeys) -> None:
    """Makes sure that an activity comes from the Bot Connector, for this app.

    Raises:
        Refused: 401 there is no token, 403 it is not right or too old, 503 the signing keys cannot be had.
    """
    scheme, _, token = header.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise unsigned()
    try:
        found = await keys.key(str(jwt.get_unverified_header(token).get("kid")))
        if found is None:
            raise forged()
        key, endorsed = found
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[ALGORITHM], audience=app_id, issuer=ISSUER, leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud"]},
        )  # fmt: skip
    except jwt.ExpiredSignatureError as error:
        raise stale() from error
    except NotDelivered as error:
        raise unchecked() from error
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise forged() from error
    activity = json_object(body)
    if str(activity.get("channelId")) not in endorsed:
        raise forged()
    named, asked = str(claims.get("serviceurl", "")), str(activity.get("serviceUrl", ""))
    if not asked or not hmac.compare_digest(named.rstrip("/").encode(), asked.rstrip("/").encode()):
        raise forged()
