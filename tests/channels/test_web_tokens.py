"""Session tokens: only ours, only in time, only for this channel; and the secret that they are signed with."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from facts import ROOT
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import web_tokens
from bot.channels.web_errors import Refused
from bot.channels.web_secret import MIN_LENGTH, session_secret, weakness
from bot.channels.web_tokens import Session, Tokens
from bot.errors import BotError

SECRET = "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj"
OTHER = "j7Hg-9fEdC5bS_2tMnKyWx0lPqV4rZ8u"
SID = "0123456789abcdef0123456789abcdef"


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token, changed; None leaves one out."""
    now = int(time.time())  # some are made when the tests are collected, and used minutes later
    made = {"sid": SID, "iat": now, "exp": now + 3600, "aud": "web", **changes}
    return {name: value for name, value in made.items() if value is not None}


def signed(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), secret, algorithm=algorithm)


def by_hand(header: dict[str, Any], body: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(body).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def refusal(header: str | None, tokens: Tokens | None = None) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        (tokens or Tokens(SECRET, 12)).read(header)
    return caught.value.status, caught.value.code


def test_a_token_names_a_session_of_its_own() -> None:
    tokens = Tokens(SECRET, 12)
    issued = [tokens.issue() for _ in range(50)]
    sessions = [tokens.read(f"Bearer {one.token}") for one in issued]
    assert len({session.sid for session in sessions}) == 50
    assert all(session.sender == f"web:{session.sid}" and len(session.sid) == 32 for session in sessions)
    assert issued[0].seconds == 12 * 3600
    assert sessions[0].expires == issued[0].expires
    assert issued[0].to_dict()["expires_in"] == 12 * 3600
    assert str(issued[0].to_dict()["expires_at"]).endswith("Z")
    read = jwt.decode(issued[0].token, SECRET, algorithms=["HS256"], audience="web")
    assert set(read) == {"sid", "iat", "exp", "aud"}


def test_the_scheme_may_be_written_in_any_case() -> None:
    assert Tokens(SECRET, 12).read(f"bearer  {signed()} ").sid == SID


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", SID])
def test_without_a_bearer_token_there_is_no_session(header: str | None) -> None:
    assert refusal(header) == (401, "token_missing")


# The tokens hold the time, so that they are no names for tests: these are the same in every process.
FORGED = {
    "another secret": signed(OTHER),
    "another audience": signed(aud="admin"),
    "no audience": signed(aud=None),
    "no session": signed(sid=None),
    "no end": signed(exp=None),
    "no beginning": signed(iat=None),
    "from the future": signed(iat=int(time.time()) + 3600),
    "a short session": signed(sid="x"),
    "a sender": signed(sid="web:" + SID),
    "capitals": signed(sid=SID.upper()),
    "a number": signed(sid=7),
    "a list": signed(sid=[SID]),
    "of another clinic": signed(clinic="elsewhere"),
    "another algorithm": signed(algorithm="HS512"),
    "too long": signed() + "x",
    "too short": signed()[:-2],
    "text": "not a token",
    "three parts": "a.b.c",
    "none": by_hand({"alg": "none", "typ": "JWT"}, claims()),
    "None": by_hand({"alg": "None", "typ": "JWT"}, claims()),
    "no signature": by_hand({"alg": "HS256", "typ": "JWT"}, claims()),
    "none by the library": jwt.encode(claims(), None, algorithm="none"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(token: str) -> None:
    assert refusal(f"Bearer {token}") == (401, "token_invalid")


def test_the_body_of_a_good_token_cannot_be_changed() -> None:
    header, _, signature = signed().split(".")
    other = base64.urlsafe_b64encode(json.dumps(claims(sid="f" * 32)).encode()).rstrip(b"=").decode()
    assert refusal(f"Bearer {header}.{other}.{signature}") == (401, "token_invalid")


def test_an_expired_token_says_so() -> None:
    assert refusal(f"Bearer {signed(iat=1, exp=int(time.time()) - 1)}") == (401, "token_expired")
    # Whoever forges one learns nothing from its time.
    assert refusal(f"Bearer {signed(OTHER, exp=1)}") == (401, "token_invalid")


@given(st.text(max_size=80) | st.text("abcdefABCDEF0123456789._-", max_size=120))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert refusal(f"Bearer {text}")[0] == 401


def test_an_ended_session_stays_ended() -> None:
    tokens = Tokens(SECRET, 12)
    token = f"Bearer {tokens.issue().token}"
    session = tokens.read(token)
    tokens.end(session)
    assert refusal(token, tokens) == (401, "session_ended")
    with pytest.raises(Refused):
        tokens.check_going(session)
    tokens.resume(session)
    assert tokens.read(token) == session


def test_ended_sessions_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_tokens, "_MOST_ENDED", 10)
    tokens = Tokens(SECRET, 12)
    later = int(time.time()) + 60
    tokens.end(Session("old", 1))
    for number in range(100):
        tokens.end(Session(f"{number:032x}", later))
    assert len(tokens._ended) == 10
    assert "old" not in tokens._ended
    assert f"{99:032x}" in tokens._ended


# the secret


@pytest.mark.parametrize(
    ("secret", "said"),
    [(None, "not set"), ("", "not set"), ("x" * 31, "31 characters"), ("ab" * 30, "2 different"),
     ("change-me-please-change-me-0123456789", "example"), ("My-Very-Secret-Password-0123456789xyz", "example")],
)  # fmt: skip
def test_a_weak_secret_is_named_without_being_shown(secret: str | None, said: str) -> None:
    found = weakness(secret)
    assert found is not None
    assert said in found
    assert not secret or secret not in found


def test_a_good_secret_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(SECRET) == MIN_LENGTH
    assert weakness(SECRET) is None
    monkeypatch.setenv("BOT_SECRET", SECRET)
    monkeypatch.setenv("BOT_ENV", "production")
    assert session_secret() == SECRET


@pytest.mark.parametrize("secret", ["", "short", "x" * 40])
def test_production_refuses_to_go_without_a_good_secret(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SECRET", secret)
    monkeypatch.setenv("BOT_ENV", "production")
    with pytest.raises(BotError, match="BOT_SECRET .* Make one with"):
        session_secret()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    monkeypatch.delenv("BOT_SECRET", raising=False)
    monkeypatch.delenv("BOT_ENV", raising=False)
    return tmp_path


def test_development_makes_a_secret_that_survives_a_restart(home: Path) -> None:
    first = session_secret()
    assert weakness(first) is None
    kept = home / "var" / "secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert session_secret() == first
    assert os.listdir(home / "var") == ["secret"]
    kept.unlink()
    assert session_secret() != first


def test_workers_that_start_together_keep_one_secret(home: Path) -> None:
    code = "from bot.channels.web_secret import session_secret; print(session_secret())"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_a_broken_file_is_said(home: Path) -> None:
    (home / "var").mkdir()
    (home / "var" / "secret").write_text("cut o", encoding="ascii")
    with pytest.raises(BotError, match="var/secret is not whole. Delete"):
        session_secret()
