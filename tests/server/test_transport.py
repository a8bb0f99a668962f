"""Errors of the web server become readable answers; failures become the honest text, without the error's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from facts import DISCLAIMER
from sanic.exceptions import (
    InvalidUsage,
    MethodNotSupported,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)
from structlog.testing import capture_logs
from web_server import API, echo, serving

from bot.clinic import load_clinic
from bot.server import transport
from bot.server.transport import error_answer

PLANTED = "ring me on 07700 900123"


def said(error: Exception) -> tuple[int, dict[str, Any], dict[str, str]]:
    with capture_logs() as logs:
        answer = error_answer(error)
    assert "900123" not in str(logs)
    assert answer.body is not None
    assert b"900123" not in answer.body
    return answer.status, json.loads(answer.body)["error"], dict(answer.headers)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidUsage(PLANTED), 400, "bad_request"),
        (NotFound(PLANTED), 404, "not_found"),
        (MethodNotSupported(PLANTED, "GET", {"POST"}), 405, "method_not_allowed"),
        (RequestTimeout(PLANTED), 408, "too_slow"),
        (PayloadTooLarge(PLANTED), 413, "body_too_large"),
    ],
)
def test_what_a_client_did_wrong_is_said(error: Exception, status: int, code: str) -> None:
    found, body, headers = said(error)
    assert (found, body["code"]) == (status, code)
    assert body["text"].endswith(".")
    assert status != 405 or headers["Allow"] == "POST"


@pytest.mark.parametrize(
    ("error", "status"), [(ServiceUnavailable(PLANTED), 503), (KeyError(PLANTED), 500), (RuntimeError(), 500)]
)
def test_a_failure_gives_whom_to_call(error: Exception, status: int) -> None:
    found, body, _ = said(error)
    assert found == status
    for words in (load_clinic().phone, load_clinic().emergency_number, DISCLAIMER):
        assert words in body["text"]


def test_the_limits_are_set_whatever_sanic_s_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRET", "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj")
    monkeypatch.setenv("SANIC_REQUEST_MAX_SIZE", "100000000")
    with serving(echo) as server:
        config = server.app.config
        assert config.REQUEST_MAX_SIZE == transport.REQUEST_MAX_BYTES == 65_536
        assert config.REQUEST_TIMEOUT <= 10
        assert config.RESPONSE_TIMEOUT <= 30
        assert config.ACCESS_LOG is False
        assert server.request("GET", f"{API}/none").error == (404, "not_found")
