"""Training happens when something it depends on changed, and at no other time."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
from archives import write_archive
from facts import CONTENT_FILE, ROOT

from bot import settings
from bot.errors import ContentError, ModelError
from bot.server import training
from bot.server.training import inputs_hash, is_trained, model_file, stamp_file, train_if_needed, trained_model


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own, with its own content file and store, and no model."""
    home = tmp_path / "project"
    home.mkdir()
    for name in ("config.yml", "domain.yml", "clinic.yml"):
        shutil.copy(ROOT / name, home / name)
    for name in ("nlu", "stories"):
        shutil.copytree(ROOT / name, home / name)
    shutil.copy(CONTENT_FILE, home / "guide.yml")
    monkeypatch.setenv("BOT_HOME", str(home))
    monkeypatch.setenv("GUIDE", str(home / "guide.yml"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return home


def pretend_it_was_trained() -> None:
    data = json.dumps({"rasa_open_source_version": version("rasa")}).encode()
    write_archive(model_file(), {"metadata.json": data})
    stamp_file().write_text(json.dumps({"inputs": inputs_hash()}), encoding="utf-8")


def test_without_a_model_it_is_not_trained(project: Path) -> None:
    assert not is_trained()
    with pytest.raises(ModelError, match="bot train"):
        trained_model()


def test_a_model_of_the_same_inputs_is_up_to_date(project: Path) -> None:
    pretend_it_was_trained()
    assert is_trained()
    assert trained_model() == model_file() == project / "models" / "guide.tar.gz"


@pytest.mark.parametrize("change", ["config.yml", "domain.yml", "guide.yml", "nlu/greet.yml", "stories/rules.yml",
                                    "nlu/new.yml", "nlu/deep/new.yaml"])  # fmt: skip
def test_a_change_of_any_input_asks_for_training(project: Path, change: str) -> None:
    pretend_it_was_trained()
    path = project / change
    path.parent.mkdir(exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    path.write_text(before + "\n# changed\n", encoding="utf-8")
    assert not is_trained()


def test_a_removed_input_asks_for_training(project: Path) -> None:
    pretend_it_was_trained()
    (project / "nlu" / "chitchat.yml").unlink()
    assert not is_trained()


def test_the_language_code_is_an_input(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "bot"
    shutil.copytree(settings.PACKAGE / "language", package / "language")
    monkeypatch.setattr(settings, "PACKAGE", package)
    before = inputs_hash()
    (package / "language" / "cues.py").write_text("# changed\n", encoding="utf-8")
    changed = inputs_hash()
    assert changed != before
    (package / "language" / "outside.yml").write_text("# changed\n", encoding="utf-8")
    assert inputs_hash() not in (before, changed)


@pytest.mark.parametrize("change", ["clinic.yml", "credentials.yml", "README.md", "nlu/notes.txt"])
def test_other_files_ask_for_no_training(project: Path, change: str) -> None:
    pretend_it_was_trained()
    (project / change).write_text("# changed\n", encoding="utf-8")
    assert is_trained()


@pytest.mark.parametrize("stamp", ["", "{", "[]", "null", '{"inputs": 7}', "{}"])
def test_a_broken_stamp_asks_for_training(project: Path, stamp: str) -> None:
    pretend_it_was_trained()
    stamp_file().write_text(stamp, encoding="utf-8")
    assert not is_trained()


def test_a_missing_input_is_a_readable_error(project: Path) -> None:
    (project / "config.yml").unlink()
    with pytest.raises(ModelError, match=r"config\.yml cannot be read .*BOT_HOME"):
        inputs_hash()


def test_a_broken_content_file_stops_training(project: Path) -> None:
    (project / "guide.yml").write_text("guide: [", encoding="utf-8")
    with pytest.raises(ContentError):
        train_if_needed()
    assert not model_file().exists()


def test_an_up_to_date_model_is_not_trained_again_but_the_store_is_built(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_it_was_trained()
    before = model_file().read_bytes()
    monkeypatch.setattr(training, "quiet_rasa", lambda: pytest.fail("it began to train"))
    assert train_if_needed() is False
    assert (project / "var" / "guide.sqlite3").is_file()
    assert model_file().read_bytes() == before


def test_a_failed_training_leaves_no_stamp(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa import model_training

    monkeypatch.setattr(model_training, "train", lambda **_: model_training.TrainingResult(code=1))
    monkeypatch.setattr(training, "quiet_rasa", lambda: None)
    before = Path.cwd()
    with pytest.raises(ModelError, match="Training failed"):
        train_if_needed()
    assert Path.cwd() == before
    assert not stamp_file().exists()


def test_what_is_edited_during_training_is_trained_next_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa import model_training

    def trains_while_an_editor_works(**_: object) -> model_training.TrainingResult:
        with (project / "nlu" / "chitchat.yml").open("a", encoding="utf-8") as file:
            file.write("    - one more\n")
        (project / "models" / f"{training.UNFINISHED_NAME}.tar.gz").write_bytes(b"a model")
        return model_training.TrainingResult(model="guide.tar.gz")

    monkeypatch.setattr(model_training, "train", trains_while_an_editor_works)
    monkeypatch.setattr(training, "quiet_rasa", lambda: None)
    model_file().parent.mkdir()
    assert train_if_needed() is True
    assert model_file().read_bytes() == b"a model"
    assert not is_trained()


@pytest.mark.parametrize("content", [b"", b"not an archive"])
def test_a_file_that_is_no_model_is_a_readable_error(project: Path, content: bytes) -> None:
    model_file().parent.mkdir()
    model_file().write_bytes(content)
    with pytest.raises(ModelError, match="cannot be read as a trained model"):
        trained_model()


@pytest.mark.slow
def test_contradicting_rules_stop_training(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Rasa finds these only when it trains; the project's rules and two intents are enough to see it."""
    (project / "config.yml").write_text(
        "recipe: default.v1\nassistant_id: test\nlanguage: en\npipeline:\n- name: KeywordIntentClassifier\n"
        "policies:\n- name: RulePolicy\n",
        encoding="utf-8",
    )
    rules = (project / "stories" / "rules.yml").read_text(encoding="utf-8")
    for path in (project / "nlu").glob("*.yml"):  # two intents are enough
        if path.name not in ("treatment.yml", "sequence.yml"):
            path.unlink()
    wrong = (
        "\n  - rule: treatment again\n    steps:\n      - intent: treatment\n      - action: action_default_fallback\n"
    )
    (project / "stories" / "rules.yml").write_text(rules + wrong, encoding="utf-8")
    before = Path.cwd()
    with pytest.raises(ModelError, match=r"(?s)Training failed.*treatment again.*bot train"):
        train_if_needed()
    assert not stamp_file().exists()
    assert Path.cwd() == before
