"""What would fail later is found before the start, all of it in one list, each with what to do."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from archives import write_archive
from facts import CLINIC_FILE, CONTENT_FILE, ROOT

from bot.errors import BotError
from bot.guide.content_file import content_hash
from bot.server.startup_checks import problems, refuse

SECRET = "u8Zr-4vQpLx0_wYkN2mT7sBcD5eF9gHj"


@pytest.fixture
def project(tmp_path: Path, guide_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder in which nothing is wrong."""
    for name in ("config.yml", "credentials.yml", "endpoints.yml", "clinic.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("CLINIC", "GUIDE", "BOT_SECRET", "BOT_ENV", "PROXIES", "LIMIT_SESSION", "REST_CHANNEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", guide_url)
    write_model(tmp_path)
    return tmp_path


def write_model(folder: Path, rasa: str | None = None, content: str | None = None) -> Path:
    """A file that looks like a trained model, with its stamp."""
    about = json.dumps({"rasa_open_source_version": rasa or version("rasa")}).encode()
    model = write_archive(folder / "models" / "guide.tar.gz", {"metadata.json": about})
    stamp = {"inputs": "x", "content": content or content_hash(CONTENT_FILE)}
    (model.parent / "guide.json").write_text(json.dumps(stamp), encoding="utf-8")
    return model


def found(folder: Path, **options: Any) -> list[str]:
    return problems(folder / "models" / "guide.tar.gz", **options)


def only(folder: Path, *said: str, **options: Any) -> None:
    """Checks that one problem is found, which says these words."""
    (problem,) = found(folder, **options)
    for words in said:
        assert words in problem, problem
    assert "Traceback" not in problem


def test_a_good_project_starts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(project) == []
    refuse([])
    monkeypatch.setenv("BOT_SECRET", SECRET)
    assert found(project, production=True) == []


def test_the_project_itself_starts(monkeypatch: pytest.MonkeyPatch, guide_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", guide_url)
    assert [one for one in problems(ROOT / "models" / "none.tar.gz") if "model" not in one] == []


@pytest.mark.parametrize(("secret", "said"), [(None, "not set"), ("short", "5 characters"), ("a" * 40, "guessed")])
def test_production_needs_a_good_secret(
    project: Path, secret: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if secret:
        monkeypatch.setenv("BOT_SECRET", secret)
    only(project, "BOT_SECRET", said, "Make one with", production=True)
    monkeypatch.setenv("BOT_ENV", "production")
    only(project, "BOT_SECRET", said)


def test_a_mistyped_environment_does_not_switch_the_checks_off(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_ENV", "Production")
    said = found(project)
    assert any("BOT_ENV is 'Production'" in one for one in said)
    assert any("BOT_SECRET is not set" in one for one in said)


def test_store_and_model_of_different_content(project: Path) -> None:
    write_model(project, content="0123456789")
    only(project, "different content", "01234567", "bot train")


def test_a_store_of_other_content(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.guide.store import open_guide

    other = tmp_path / "other.yml"
    other.write_text(CONTENT_FILE.read_text("utf-8") + "\n# another\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    open_guide(url, content_path=other, build=True)
    monkeypatch.setenv("DATABASE_URL", url)
    only(project, "different content", "bot guide build")


def test_a_model_without_a_stamp(project: Path) -> None:
    (project / "models" / "guide.json").unlink()
    only(project, "does not say what it was trained from", "bot train --force")


def test_a_model_of_another_rasa(project: Path) -> None:
    write_model(project, rasa="3.5.0")
    only(project, "Rasa 3.5.0", "bot train --force")


def test_no_model(project: Path) -> None:
    (project / "models" / "guide.tar.gz").unlink()
    only(project, "no trained model", "bot train")


@pytest.mark.parametrize(("url", "said"), [("sqlite:///{}/none.sqlite3", "bot guide build"),
                                           ("postgresql://u:hunter2@127.0.0.1:9/x", "cannot be reached"),
                                           ("nonsense", "DATABASE_URL cannot be used")])  # fmt: skip
def test_no_guide_store(project: Path, url: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url.format(project))
    only(project, said)
    assert "hunter2" not in str(found(project))


@pytest.mark.parametrize("name", ["config.yml", "credentials.yml", "endpoints.yml", "clinic.yml"])
def test_a_variable_that_nobody_puts_in(project: Path, name: str) -> None:
    path = project / name
    text = path.read_text("utf-8")
    path.write_text(f"{text}\n# a ${{COMMENT}} is nothing\n", encoding="utf-8")
    assert found(project) == []
    line = 'country: "${NO_SUCH}"' if name == "clinic.yml" else 'extra: "${NO_SUCH}"'
    path.write_text(text.replace("country: US", "") + f"\n{line}\n", encoding="utf-8")
    said = [one for one in found(project) if "would be taken as it stands" in one]
    assert len(said) == 1
    assert said[0].startswith(f"{name}, line ")


def test_a_variable_that_rasa_puts_in_is_fine(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "endpoints.yml").write_text("action_endpoint:\n  url: http://${ACTION_HOST}/webhook\n", encoding="utf-8")
    only(project, "endpoints.yml, line 2")
    monkeypatch.setenv("ACTION_HOST", "localhost")
    assert found(project) == []


def test_workers_need_a_store_that_they_share(project: Path) -> None:
    only(project, "2 workers", "SQLite", "--workers 1", workers=2, conversation_url="sqlite://")
    only(project, "SQLite", workers=2, conversation_url="sqlite:///file:x?mode=memory&uri=true")
    assert found(project, workers=2, conversation_url="sqlite:///x") == []
    assert found(project, workers=2, conversation_url="postgresql://host/name") == []
    only(project, "--workers is 0", workers=0)


def test_the_http_api_needs_a_token(project: Path) -> None:
    only(project, "HTTP API", "--auth-token", enable_api=True)
    assert found(project, enable_api=True, auth_token="x") == []


def test_any_page_is_too_many_for_production(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = CLINIC_FILE.read_text("utf-8").replace("origins: []", 'origins: ["*"]')
    (project / "clinic.yml").write_text(text, encoding="utf-8")
    assert found(project) == []
    monkeypatch.setenv("BOT_SECRET", SECRET)
    only(project, "web.origins", "*", production=True)


@pytest.mark.parametrize(("name", "value"), [("LIMIT_SESSION", "many"), ("PROXIES", "-1"), ("REST_CHANNEL", "perhaps"),
                                             ("SESSION_HOURS", "0")])  # fmt: skip
def test_a_setting_that_is_no_number_is_named(
    project: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    only(project, f"{name} is '{value}'")


def test_everything_is_said_at_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT_SESSION", "x")
    monkeypatch.setenv("CONVERSATIONS_URL", "sqlite://")
    write_model(project, rasa="1.0", content="0123")
    (project / "clinic.yml").write_text("name: Riverside\n", encoding="utf-8")
    said = found(project, production=True, workers=3, enable_api=True)
    assert len(said) >= 6
    with pytest.raises(BotError) as caught:
        refuse(said)
    assert str(caught.value).startswith(f"The server does not start; correct {len(said)} problems first:\n  ")
    with pytest.raises(BotError, match="correct 1 problem first"):
        refuse(said[:1])
