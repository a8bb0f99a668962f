"""Trains the Rasa model, but only when something it depends on has changed."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
import zlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from bot import settings
from bot.errors import BotError, ModelError
from bot.guide.build import build_store
from bot.guide.content_file import content_hash
from bot.guide.store import open_engine
from bot.server.quiet import quiet_rasa
from bot.server.unpacking import unpacked

MODEL_NAME = "guide"
UNFINISHED_NAME = "guide-unfinished"
_INPUTS = ("config.yml", "domain.yml", "nlu", "stories")


def models_folder() -> Path:
    """Returns the folder for trained models."""
    return settings.home() / "models"


def model_file() -> Path:
    """Returns the path of the trained model, whether it is there or not."""
    return models_folder() / f"{MODEL_NAME}.tar.gz"


def stamp_file() -> Path:
    """Returns the file that says what the model was trained from."""
    return models_folder() / f"{MODEL_NAME}.json"


def inputs_hash() -> str:
    """Returns a hash over all the model depends on: project files, the content file, and the code of `bot.language`."""
    home = settings.home()
    files: list[Path] = []
    for name in _INPUTS:
        path = home / name
        files += sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".yaml")) if path.is_dir() else [path]
    language = settings.PACKAGE / "language"
    files += sorted(p for p in language.rglob("*") if p.suffix in (".py", ".yml"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode())
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise ModelError(
                f"{path.name} cannot be read in {home} ({error.strerror}). Run this in the project folder, or set "
                "BOT_HOME to it."
            ) from error
    digest.update(content_hash(settings.guide_file()).encode())
    return digest.hexdigest()


def is_trained() -> bool:
    """Tells whether there is a model and it was trained from what is there now."""
    if not model_file().is_file() or not stamp_file().is_file():
        return False
    try:
        stamp = json.loads(stamp_file().read_text(encoding="utf-8"))
    except ValueError:
        return False
    return isinstance(stamp, dict) and stamp.get("inputs") == inputs_hash()


def train_if_needed(*, force: bool = False) -> bool:
    """Builds the store and trains the model when their inputs changed.

    Returns:
        True when a model was trained, False when the one that is there is up to date.

    Raises:
        ContentError: the content file is not valid.
        StoreError: the store cannot be built.
        ModelError: training failed.
    """
    build_store(open_engine(), settings.guide_file())
    if not force and is_trained():
        return False
    stamp_file().unlink(missing_ok=True)
    # Taken before training: what is edited meanwhile is trained next time.
    stamp = {"inputs": inputs_hash(), "content": content_hash(settings.guide_file())}
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    quiet_rasa()
    import rasa.model_training  # noqa: PLC0415 - slow to load, and not needed when nothing changed
    from rasa.shared.exceptions import RasaException  # noqa: PLC0415

    home = settings.home()
    before = Path.cwd()
    os.chdir(home)  # Rasa resolves module paths and its cache from the working folder
    try:
        result = rasa.model_training.train(
            domain="domain.yml",
            config="config.yml",
            training_files=["nlu", "stories"],
            output=str(models_folder()),
            fixed_model_name=UNFINISHED_NAME,
            force_training=force,
        )
    except RasaException as error:
        if isinstance(error.__cause__, BotError):  # one of our components said what is wrong
            raise error.__cause__ from error
        raise ModelError(f"Training failed: {str(error).strip()} Correct that and run `bot train` again.") from error
    finally:
        os.chdir(before)
    if result.code != 0 or not result.model:
        raise ModelError("Training failed; the lines above say why. Correct that and run `bot train` again.")
    # The old model serves until the new one is whole.
    os.replace(models_folder() / f"{UNFINISHED_NAME}.tar.gz", model_file())
    stamp_file().write_text(json.dumps(stamp), encoding="utf-8")
    return True


def trained_model() -> Path:
    """Returns the model file.

    Raises:
        ModelError: there is none, or it is not one that the installed Rasa can load.
    """
    path = model_to_serve()
    check_model(path)
    return path


def model_to_serve() -> Path:
    """Returns the model file; whether it can be loaded, the start-up checks tell.

    Raises:
        ModelError: there is none.
    """
    path = model_file()
    _must_be_there(path)
    return path


@lru_cache(maxsize=4)
def _made_by(path: Path, changed: int) -> str | None:
    """Returns the Rasa version that made a model; kept, because looking takes a third of a second."""
    folder = unpacked(path)
    if folder is not None:
        return str(json.loads((folder / "metadata.json").read_text(encoding="utf-8"))["rasa_open_source_version"])
    with tarfile.open(path) as archive:
        about = archive.extractfile("metadata.json")
        return str(json.load(about)["rasa_open_source_version"]) if about else None


def check_model(path: Path) -> None:
    """Makes sure that a model can be loaded.

    Raises:
        ModelError: there is none, or it is not one that the installed Rasa can load.
    """
    _must_be_there(path)
    # Rasa itself would only log that it cannot load the model, and serve without one.
    try:
        made_by = _made_by(path, path.stat().st_mtime_ns)
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} cannot be read as a trained model ({type(error).__name__}). Make it again with `bot train --force`."
        ) from error
    installed = version("rasa")
    if made_by != installed:
        raise ModelError(
            f"{path.name} was trained with Rasa {made_by}, but {installed} is installed. Run `bot train --force`."
        )


def _must_be_there(path: Path) -> None:
    if not path.is_file():
        raise ModelError(f"There is no trained model in {path.parent}. Make one with `bot train` (or `make run`).")
