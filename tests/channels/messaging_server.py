"""The running server with the messaging channels, as the tests of each channel see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stand_ins import StandIn
from web_server import Client


@dataclass
class Chatting(Client):
    """`bot serve` in a process of its own, and the platforms that it talks to."""

    platforms: StandIn
    process: Any = None
    log: Path = Path()

    def refused(self, channel: str, reason: str) -> float:
        """How many requests were refused, as the metrics say."""
        page = self.request("GET", "/metrics").body.decode()
        label = f'bot_refused_requests_total{{channel="{channel}",reason="{reason}"}}'
        return sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith(label))
