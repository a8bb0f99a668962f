"""What every channel tells as a message is answered, refused or failed: one line of log, and the numbers of `/metrics`.

Nothing here takes a text or a sender, so neither can leak.
"""

from __future__ import annotations

import os
from typing import Any

import structlog

from bot import __version__
from bot.server import logs, metrics
from bot.tenants.current import current

logger = structlog.stdlib.get_logger(__name__)


def answered(channel: str, messages: list[dict[str, Any]], seconds: float) -> None:
    """Counts one answered message.

    Args:
        channel: the channel's name.
        messages: what was uttered; only the kind of reply is read.
        seconds: how long it took.
    """
    kind = metrics.kind_label(kind_of(messages))
    metrics.MESSAGES.labels(channel, kind).inc()
    metrics.SECONDS.labels(channel).observe(seconds)
    if kind in metrics.SAFETY_KINDS:
        metrics.SAFETY.labels(channel, kind).inc()
    ms = round(seconds * 1000, 1)
    clinic = _clinic("answered")
    logs.say(logger, __name__, "message", channel=channel, kind=kind, ms=ms, worker=os.getpid(), **clinic)


def failed(where: str, error: BaseException) -> None:
    """Counts a failure. Only the error's type is kept: its text may hold what the visitor typed."""
    metrics.ERRORS.labels(where, type(error).__name__).inc()
    logger.error("failed", where=where, error=type(error).__name__, worker=os.getpid(), **_clinic("failed"))


def refused(channel: str, reason: str) -> None:
    """Counts a request that was refused."""
    metrics.REFUSED.labels(channel, reason).inc()
    logger.info("refused", channel=channel, reason=reason, worker=os.getpid())


def server(state: str) -> None:
    """Notes that the server is "serving" or "stopping"."""
    logger.info("server", state=state, version=__version__, worker=os.getpid())


def feedback(value: str) -> None:
    """Counts a visitor's thumb, "up" or "down"."""
    metrics.FEEDBACK.labels(value).inc()


def _clinic(outcome: str) -> dict[str, str]:
    """Counts for the chosen one of several clinics, and returns what the log says of it; there are as many keys as files."""
    tenant = current()
    if tenant is None:
        return {}
    metrics.CLINICS.labels(tenant.key, outcome).inc()
    return {"clinic": tenant.key}


def kind_of(messages: list[dict[str, Any]]) -> object:
    """Returns the kind of the reply that a turn's messages carry, or None."""
    for message in reversed(messages):
        try:
            return message["custom"]["data"]["reply"]["kind"]
        except (KeyError, TypeError):
            continue
    return None
