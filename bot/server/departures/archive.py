"""Taking the model that is unpacked already. Written for Rasa 3.6.21; switched off by BOT_STOCK=archive.

`LocalModelStorage.from_model_archive` decompresses a model twice, once to look at the names and once to write the files, and
the start-up checks read it before: over a second of a start. Here `bot.server.unpacking` has done it once, while the libraries
were being loaded, with the tar filter of Python's own that refuses what TarSafe refuses. A model that was not unpacked ahead is
left to Rasa.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.server import unpacking


def install() -> Callable[[], None]:
    """Puts the quicker way in place; returns what takes it away again."""
    from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: PLC0415 - loads Rasa

    original = LocalModelStorage.__dict__["from_model_archive"]

    def from_model_archive(cls: Any, storage_path: Path, model_archive_path: str | Path) -> tuple[Any, Any]:
        """Fills the storage with an unpacked model, and returns it with what the model says of itself."""
        folder = unpacking.unpacked(Path(model_archive_path))
        if folder is None or any(storage_path.iterdir()):
            return original.__func__(cls, storage_path, model_archive_path)  # type: ignore[no-any-return]
        cls._assert_not_rasa2_archive(folder)
        metadata = cls._load_metadata(folder)
        cls._initialize_model_storage_from_model_archive(folder, storage_path)
        return cls(storage_path), metadata

    LocalModelStorage.from_model_archive = classmethod(from_model_archive)

    def undo() -> None:
        LocalModelStorage.from_model_archive = original

    return undo
