"""Rate limits of the web channel: so many requests a minute for one session, and for one address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict

from pyrate_limiter import Duration, Rate, RateItem
from pyrate_limiter.buckets.in_memory_bucket import InMemoryBucket
from sanic.request import Request

from bot.channels import web_errors

MOST_KEYS = 10_000


class Limit:
    """At most so many requests in any minute for each key.

    Only the keys that came last are kept, so that memory is bounded however many addresses ask.
    """

    def __init__(self, code: str, a_minute: int, most_keys: int = MOST_KEYS) -> None:
        """Takes the code that a refusal carries and the number of requests."""
        self._code, self._rates, self._most = code, [Rate(a_minute, Duration.MINUTE)], most_keys
        self._buckets: OrderedDict[str, InMemoryBucket] = OrderedDict()

    def __len__(self) -> int:
        """The number of keys that are kept."""
        return len(self._buckets)

    def take(self, key: str) -> None:
        """Counts one request.

        Raises:
            Refused: 429 with the seconds to wait; the refused request is not counted.
        """
        now = int(time.monotonic() * 1000)
        bucket = self._buckets.pop(key, None) or InMemoryBucket(self._rates)
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.leak(now)
        item = RateItem("request", now)
        if not bucket.put(item):
            wait = bucket.waiting(item)
            milliseconds = wait if isinstance(wait, int) else 60_000
            raise web_errors.too_many(self._code, max(1, math.ceil(milliseconds / 1000)))


def address_of(request: Request) -> str:
    """Returns the key of the address that a request comes from.

    Sanic reads X-Forwarded-For only when PROXIES says how many proxies are ours; else it is the other end of the
    connection. An IPv6 network of one household (/64) counts as one address.
    """
    try:
        address = ipaddress.ip_address(request.remote_addr.strip("[]") or request.ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
