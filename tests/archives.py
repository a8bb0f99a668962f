"""Model archives for tests: a tar file, packed as Rasa packs a model, with no more in it than the test needs."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path


def write_archive(path: Path, files: dict[str, bytes]) -> Path:
    """Writes an archive with these files, and its folder where that is missing; returns its path."""
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w:gz") as packed:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    return path
