"""The numbers that `/metrics` shows, made with Prometheus' own client: counts and times only, never a text or an id.

With several workers the client's multi-process mode adds them up: the launcher sets PROMETHEUS_MULTIPROC_DIR to an empty
folder before this module is loaded, and every worker then answers for all (docs/operating.md).
"""

from __future__ import annotations

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client import REGISTRY as THIS_PROCESS
from prometheus_client.multiprocess import MultiProcessCollector

from bot.answers.question import KINDS

# A time of birth beside every number would double the page.
disable_created_metrics()  # type: ignore[no-untyped-call]
CONTENT_TYPE = CONTENT_TYPE_LATEST
SAFETY_KINDS = ("emergency", "distress")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

MESSAGES = Counter("bot_messages", "Messages answered, by channel and kind of reply.", ["channel", "kind"])
SECONDS = Histogram("bot_message_seconds", "Time from a message to its reply.", ["channel"], buckets=_SECONDS)
SAFETY = Counter("bot_safety_replies", "Replies of the safety screen, by kind.", ["channel", "kind"])
ERRORS = Counter("bot_errors", "Failures, by the type of the error.", ["where", "type"])
REFUSED = Counter("bot_refused_requests", "Requests that were refused, by reason.", ["channel", "reason"])
CLINICS = Counter("bot_clinic_messages", "Where there are several clinics: answered and failed.", ["clinic", "outcome"])
FEEDBACK = Counter("bot_feedback", "Visitors' thumbs up and down.", ["value"])


def kind_label(kind: object) -> str:
    """Returns a kind of reply as a label; whatever is none becomes "other", so that no text gets in."""
    return kind if isinstance(kind, str) and kind in KINDS else "other"


def exposition() -> bytes:
    """Returns all numbers in Prometheus' text form: of all workers in multi-process mode, else of this process."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(THIS_PROCESS)
