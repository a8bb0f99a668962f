"""The `bot` command: what each part prints, and that every mistake ends with status 1 and a sentence that says what to do."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from archives import write_archive
from commands import BOT, LOOPBACK, bot, environment, fails_readably, free_port
from facts import CONTENT_FILE, ROOT
from trained import the_model
from typer.testing import CliRunner

from bot.cli import app

COMMANDS = ("test", "run", "serve", "train", "chat", "check", "explain", "guide")


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'guide.sqlite3'}"


@pytest.fixture
def broken_guide(tmp_path: Path) -> Path:
    """A content file with one unknown drug."""
    path = tmp_path / "broken.yml"
    text = CONTENT_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("drugs: [Enhertu]", "drugs: [Enhertoo]", 1), encoding="utf-8")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder of its own that has everything but a model."""
    home = tmp_path / "project"
    home.mkdir()
    for name in ("config.yml", "domain.yml", "clinic.yml", "credentials.yml", "endpoints.yml"):
        shutil.copy(ROOT / name, home / name)
    for name in ("nlu", "stories"):
        shutil.copytree(ROOT / name, home / name)
    return home


# what it prints


def test_without_a_command_it_lists_them() -> None:
    for done in (bot(), bot("--help")):
        assert "Usage" in done.stdout + done.stderr
        assert all(f" {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert "Usage" in done.stdout


@pytest.mark.parametrize("args", [("dance",), ("train", "--fast"), ("explain",), ("serve", "--port", "many")])
def test_an_unknown_command_or_option_is_refused(args: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, args).exit_code == 2


def test_the_installed_command_is_the_same() -> None:
    script = Path(sys.executable).with_name("bot")
    assert script.is_file()
    done = subprocess.run([script, "--help"], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    assert all(f" {name} " in done.stdout for name in COMMANDS)


def test_the_store_is_built_once(store: str) -> None:
    first, second, forced = (bot("guide", "build", *args, DATABASE_URL=store) for args in ((), (), ("--force",)))
    assert (first.returncode, first.stdout) == (0, "Built the guide store.\n")
    assert (second.returncode, second.stdout) == (0, "The guide store is up to date.\n")
    assert (forced.returncode, forced.stdout) == (0, "Built the guide store.\n")


def test_the_content_file_is_checked() -> None:
    done = bot("guide", "check")
    assert done.returncode == 0
    assert done.stdout.startswith("her2-positive.yml is valid: 12 treatments, 7 drugs,")


def test_the_project_passes_its_own_check() -> None:
    done = bot("check")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("0 errors")


def test_a_failed_check_names_what_it_found(project: Path) -> None:
    rules = project / "stories" / "rules.yml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("- rule: sequence", "- rule: treatment"), encoding="utf-8"
    )
    done = bot("check", BOT_HOME=project)
    assert done.returncode == 1
    assert "error: rule 'treatment' stands 2 times" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 errors")
    assert done.stderr == ""


@pytest.mark.model
def test_an_up_to_date_model_is_not_trained_again() -> None:
    the_model()
    done = bot("train")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "The model is up to date."
    assert done.stderr == ""


@pytest.mark.model
def test_a_message_is_explained() -> None:
    the_model()
    done = bot("explain", "what comes after enhurtu")
    assert done.returncode == 0, done.stderr
    assert "drug=Enhertu" in done.stdout
    assert "Reply:     sequence" in done.stdout
    assert "Traceback" not in done.stderr


# mistakes


@pytest.mark.parametrize("command", [("guide", "build"), ("guide", "check"), ("train",), ("chat",)])
def test_a_broken_content_file_is_named(command: tuple[str, ...], broken_guide: Path, store: str) -> None:
    done = bot(*command, GUIDE=broken_guide, DATABASE_URL=store)
    fails_readably(done, "broken.yml", "Enhertoo", "1 problem", lines=4)


def test_run_stops_at_a_broken_content_file(broken_guide: Path, store: str) -> None:
    done = bot("run", "--port", str(free_port()), GUIDE=broken_guide, DATABASE_URL=store)
    fails_readably(done, "broken.yml", "Enhertoo", lines=4)


@pytest.mark.parametrize("content", ["", "guide: [", "- a\n- b\n", "\x00"])
def test_a_content_file_of_another_form_is_named(content: str, tmp_path: Path, store: str) -> None:
    (tmp_path / "odd.yml").write_text(content, encoding="utf-8")
    done = bot("guide", "build", GUIDE=tmp_path / "odd.yml", DATABASE_URL=store)
    fails_readably(done, "odd.yml", lines=40)


def test_a_missing_content_file_is_named(tmp_path: Path, store: str) -> None:
    fails_readably(bot("guide", "build", GUIDE=tmp_path / "none.yml", DATABASE_URL=store), "none.yml", lines=3)


def test_serving_without_a_model_says_what_to_do(project: Path) -> None:
    done = bot("serve", "--port", str(free_port()), BOT_HOME=project)
    fails_readably(done, "There is no trained model", "bot train")


@pytest.fixture
def with_model(project: Path) -> Path:
    """A project folder with a model that says what it is and holds nothing: the checks come before it is loaded."""
    write_model(project, {"rasa_open_source_version": version("rasa")})
    return project


def write_model(project: Path, about: object) -> None:
    """Writes a model file that holds nothing but this about itself."""
    write_archive(project / "models" / "guide.tar.gz", {"metadata.json": json.dumps(about).encode()})


def test_serving_without_a_store_says_what_to_do(with_model: Path) -> None:
    done = bot("serve", "--port", str(free_port()), BOT_HOME=with_model)
    fails_readably(done, "There is no guide store", "bot guide build")


def test_serving_with_a_broken_clinic_file_says_what_to_do(with_model: Path, store: str) -> None:
    assert bot("guide", "build", DATABASE_URL=store).returncode == 0
    (with_model / "clinic.yml").write_text("name: [\n", encoding="utf-8")
    port = str(free_port())
    done = bot("serve", "--port", port, BOT_HOME=with_model, DATABASE_URL=store)
    fails_readably(done, "clinic.yml", "not valid YAML")
    (with_model / "clinic.yml").write_text("name: Riverside\nhours: always\n", encoding="utf-8")
    done = bot("serve", "--port", port, BOT_HOME=with_model, DATABASE_URL=store)
    fails_readably(done, "clinic.yml", "phone", "emergency_number", lines=5)
    (with_model / "clinic.yml").unlink()
    fails_readably(bot("serve", "--port", port, BOT_HOME=with_model, DATABASE_URL=store), "clinic.yml", "CLINIC")


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_port_in_use_says_what_to_do(command: str, with_model: Path, store: str) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        done = bot(command, "--port", str(port), BOT_HOME=with_model, DATABASE_URL=store)
    fails_readably(done, f"Port {port} on {LOOPBACK} cannot be used", "another port")


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_number_that_is_no_port_says_what_to_do(command: str, with_model: Path) -> None:
    fails_readably(bot(command, "--port", "70000", BOT_HOME=with_model), "70000 is no port")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "postgresql://bot:hunter2@127.0.0.1:1/guide",
        "oracle://bot:hunter2@db/guide",
        "sqlite:////no/such/x.db",
    ],
)
def test_a_database_that_cannot_be_had_says_what_to_do(url: str) -> None:
    done = bot("guide", "build", DATABASE_URL=url)
    fails_readably(done, "DATABASE_URL", lines=2)
    assert "hunter2" not in done.stdout + done.stderr


def test_a_folder_that_is_no_project_says_what_to_do(tmp_path: Path) -> None:
    done = bot("train", BOT_HOME=tmp_path)
    fails_readably(done, "config.yml cannot be read", "BOT_HOME")
    done = bot("serve", BOT_HOME=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'x.db'}")
    fails_readably(done, "There is no trained model")


def test_a_model_that_is_none_says_what_to_do(with_model: Path) -> None:
    model = with_model / "models" / "guide.tar.gz"
    whole = model.read_bytes()
    bot("guide", "build", BOT_HOME=with_model)  # a missing store would be told first
    for content in (b"", b"not an archive", whole[: len(whole) // 2]):
        model.write_bytes(content)
        done = bot("serve", "--port", str(free_port()), BOT_HOME=with_model)
        fails_readably(done, "cannot be read as a trained model", "bot train --force", lines=2)
    write_model(with_model, {"rasa_open_source_version": "3.5.0"})
    fails_readably(bot("serve", BOT_HOME=with_model), "trained with Rasa 3.5.0", "bot train --force", lines=2)
    write_model(with_model, [])
    fails_readably(bot("serve", BOT_HOME=with_model), "cannot be read as a trained model", lines=2)


def test_commands_are_run_from_this_checkout() -> None:
    code = "import bot; print(bot.__file__)"
    done = subprocess.run([BOT[0], "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parents[1] == ROOT
