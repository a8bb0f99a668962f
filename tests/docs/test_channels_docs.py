"""docs/channels.md: every variable and platform stands in it, and every picture is what the renderer makes."""

from __future__ import annotations

import re
import sys

import pytest
from asking import Ask
from facts import ROOT

from bot.answers.question import Question
from bot.channels.messaging.command import calls_for, ways
from bot.channels.messaging.platforms import CHANNELS
from bot.channels.messaging.shown import shown

sys.path.append(str(ROOT / "tests" / "channels"))
from drawings import drawing  # noqa: E402

PAGE = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
HOW = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
TITLES = {"slack": "Slack", "telegram": "Telegram", "messenger": "Facebook Messenger", "sms": "SMS", "whatsapp": "WhatsApp",
          "teams": "Microsoft Teams"}  # fmt: skip
REPLIES = {
    "A treatment": Question("treatment", stage="metastatic", line=2),
    "A question back": Question("sequence", drugs=("Herceptin",), direction="after"),
    "An emergency": Question("emergency", topic="emergency"),
    "Not understood": Question("unclear"),
}


def rendering(way: str, ask: Ask) -> str:
    """The part of the page that shows a platform's messages."""
    parts = [f"### {TITLES[way]}: what people see\n"]
    for name, question in REPLIES.items():
        calls = calls_for(way, shown(ask(question).to_dict(), "https://bot.clinic.example"))
        made = drawing(way, [call.json if call.json is not None else call.form for call in calls])
        parts.append(f"{name}:\n\n```text\n{made}\n```\n")
    return "\n".join(parts)


@pytest.mark.parametrize("way", TITLES)
def test_the_pictures_are_what_is_sent(way: str, ask: Ask) -> None:
    assert rendering(way, ask) in PAGE


def test_every_way_has_pictures() -> None:
    assert set(ways()) == set(TITLES)


@pytest.mark.parametrize(
    "name", sorted({"PUBLIC_URL", *(name for kind in CHANNELS for name in kind.platform.variables)})
)
def test_every_variable_stands_in_the_docs(name: str) -> None:
    assert f"| `{name}` |" in PAGE
    assert f"`{name}`" in HOW


def test_no_variable_is_named_that_is_not_read() -> None:
    read = {"PUBLIC_URL", *(name for kind in CHANNELS for name in kind.platform.variables)}
    named = set(re.findall(r"\b(?:SLACK|TELEGRAM|MESSENGER|TWILIO|TEAMS)_[A-Z_]+\b", PAGE))
    assert named <= read


@pytest.mark.parametrize("kind", CHANNELS)
def test_every_webhook_stands_in_the_docs(kind: type) -> None:
    assert f"/webhooks/{kind.name()}/webhook" in PAGE  # type: ignore[attr-defined]
