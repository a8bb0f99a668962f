"""Switching channels on: none without its credentials, and a half set up one is said, without repeating a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from commands import bot
from facts import DISCLAIMER
from stand_ins import SLACK_TOKEN, StandIn
from typer.testing import CliRunner

from bot.channels.messaging import credentials
from bot.channels.messaging.command import check_channels, preview
from bot.channels.messaging.platforms import CHANNELS, channels_switched_on
from bot.cli import app
from bot.errors import BotError
from bot.server.application import configured_channels


@pytest.fixture(scope="module")
def platforms() -> Iterator[StandIn]:
    found = StandIn()
    yield found
    found.close()


def test_every_channel_is_off_without_credentials() -> None:
    assert channels_switched_on({}) == []
    assert {finding.state for finding in check_channels({})} == {"off"}


def test_each_channel_is_switched_on_by_its_own_credentials(platforms: StandIn) -> None:
    every = platforms.variables()
    assert [channel.name() for channel in channels_switched_on(every)] == [
        "slack",
        "telegram",
        "messenger",
        "twilio",
        "teams",
    ]
    for kind in CHANNELS:
        own = {name: every[name] for name in kind.platform.variables if name in every}
        assert [channel.name() for channel in channels_switched_on(own)] == [kind.platform.name]


@pytest.mark.parametrize("name", [name for kind in CHANNELS for name in kind.platform.required])
def test_a_half_set_up_channel_is_said(platforms: StandIn, name: str) -> None:
    variables = platforms.variables()
    secret = variables.pop(name)
    with pytest.raises(BotError, match=f"only in part: {name} is not set") as raised:
        channels_switched_on(variables)
    assert secret not in str(raised.value)
    variables[name] = "\u00e9 n"
    with pytest.raises(BotError, match=f"{name} does not look right"):
        channels_switched_on(variables)


@pytest.mark.parametrize(("value", "right"), [
    ("https://bot.clinic.example", True), ("https://bot.clinic.example/chat/", True), ("http://127.0.0.1:5005", True),
    ("http://bot.clinic.example", False), ("bot.clinic.example", False), ("https://a:b@c.example", False),
    ("https://c.example/?a=1", False), ("https://[", False), ("ftp://c.example", False),
])  # fmt: skip
def test_an_address_is_checked(value: str, right: bool) -> None:
    if right:
        assert credentials.public_url({"PUBLIC_URL": value}) == value.rstrip("/")
        return
    with pytest.raises(BotError, match="PUBLIC_URL"):
        credentials.public_url({"PUBLIC_URL": value})


def test_the_check_asks_the_platforms(platforms: StandIn) -> None:
    findings = check_channels(platforms.variables())
    assert [finding.state for finding in findings] == ["on"] * 5, findings
    assert "https://bot.clinic.example/webhooks/slack/webhook" in findings[0].lines[0]


@pytest.mark.parametrize(("name", "value", "title"), [
    ("SLACK_BOT_TOKEN", "xoxb-2-wrong", "Slack"), ("TELEGRAM_BOT_TOKEN", "4242:AAwrongAAwrongAAwrongAA", "Telegram"),
    ("TELEGRAM_BOT_USERNAME", "another_bot", "Telegram"),
    ("MESSENGER_PAGE_TOKEN", "EAAwrongEAAwrongEAAwrong", "Facebook Messenger"),
    ("TWILIO_AUTH_TOKEN", "0" * 32, "Twilio (SMS and WhatsApp)"), ("TEAMS_APP_PASSWORD", "a~wrong~password", "Microsoft Teams"),
    ("TEAMS_OPENID_URL", "http://127.0.0.1:1/x", "Microsoft Teams"), ("PUBLIC_URL", "https://elsewhere.example", "Telegram"),
])  # fmt: skip
def test_the_check_says_which_credentials_are_wrong(platforms: StandIn, name: str, value: str, title: str) -> None:
    findings = check_channels({**platforms.variables(), name: value})
    assert [finding.title for finding in findings if finding.state == "wrong"] == [title]
    assert value not in " ".join(line for finding in findings for line in finding.lines) or name in ("PUBLIC_URL",)


def test_the_preview_prints_what_would_be_sent() -> None:
    reply = {
        "kind": "clarify",
        "text": "Which stage?",
        "choices": [{"number": 1, "title": "Stage 2", "text": "stage 2"}],
    }
    [call] = json.loads(preview("telegram", reply, {}))
    assert call["url"] == "https://api.telegram.org/bot<TELEGRAM_BOT_TOKEN>/sendMessage"
    assert DISCLAIMER in call["json"]["text"]
    with pytest.raises(BotError, match="There is no channel 'fax'"):
        preview("fax", reply, {})


def test_the_check_command_prints_it_and_fails(platforms: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_STOCK", "1")  # this process's Rasa is left as it is
    for name, value in {**platforms.variables(), "SLACK_BOT_TOKEN": "xoxb-2-wrong"}.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(app, ["channels", "check"])
    assert done.exit_code == 1
    assert "invalid_auth" in done.stdout and "xoxb-2-wrong" not in done.stdout
    monkeypatch.setenv("SLACK_BOT_TOKEN", SLACK_TOKEN)
    assert CliRunner().invoke(app, ["channels", "check"]).exit_code == 0


def test_the_server_makes_the_channels_that_are_set_up(platforms: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in platforms.variables().items():
        monkeypatch.setenv(name, value)
    assert [channel.name() for channel in configured_channels()][-5:] == [
        "slack",
        "telegram",
        "messenger",
        "twilio",
        "teams",
    ]
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    with pytest.raises(BotError, match="SLACK_SIGNING_SECRET is not set"):
        configured_channels()


@pytest.mark.model
@pytest.mark.slow
def test_the_preview_command_asks_the_model() -> None:
    done = bot("channels", "preview", "sms", "what comes after Enhertu")
    assert done.returncode == 0, done.stderr
    [call] = json.loads(done.stdout)
    assert "Tukysa" in call["form"]["Body"] and DISCLAIMER in call["form"]["Body"]
