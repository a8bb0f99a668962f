"""Unpacks a model while the libraries are being loaded, so that a start reads the archive once and waits for little of it.

Decompressing leaves Python's interpreter free, so a second core does it beside the imports.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# Large, since after each block the thread waits for its turn beside the imports.
_BLOCK = 1 << 20


class Unpacking:
    """A model archive that is being unpacked into a folder of its own, which goes when the process ends."""

    def __init__(self, model: Path) -> None:
        """Begins in a thread; what goes wrong is told by `folder`."""
        self.model = model
        self._changed = _changed(model)
        self._folder = tempfile.TemporaryDirectory(prefix="guide-model-")
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._unpack, name="unpacking")
        self._thread.start()

    def _unpack(self) -> None:
        try:
            with self.model.open("rb") as packed:
                archive: tarfile.TarFile = tarfile.open(  # type: ignore[call-overload] # copybufsize is not in its types
                    fileobj=_Gunzip(packed), mode="r|", bufsize=_BLOCK, copybufsize=_BLOCK
                )
                with archive:
                    archive.extractall(self._folder.name, filter="data")  # refuses names that lead out of the folder
        except Exception as error:  # noqa: BLE001 - told to whoever asks for the folder
            self._error = error

    def folder(self) -> Path | None:
        """Waits until all is unpacked, and returns where; None when the model was replaced meanwhile.

        Raises:
            OSError: the file cannot be read, or there is no room for what is in it.
            EOFError: it ends too early.
            tarfile.TarError: it is no archive, or holds a name that leads out of the folder.
            zlib.error: it is damaged.
        """
        self._thread.join()
        if _changed(self.model) != self._changed:
            return None
        if self._error is not None:
            raise self._error
        return Path(self._folder.name)

    def drop(self) -> None:
        """Removes the folder."""
        self._thread.join()
        self._folder.cleanup()


_begun: Unpacking | None = None


@contextmanager
def ahead(model: Path) -> Iterator[None]:
    """Unpacks a model while the body runs, and removes what was unpacked in the end.

    Nothing is unpacked where there is no such file, which the start-up checks tell.
    """
    global _begun
    _begun = Unpacking(model) if model.is_file() else None
    try:
        yield
    finally:
        if _begun is not None:
            _begun.drop()
            _begun = None


def unpacked(model: Path) -> Path | None:
    """Returns the folder into which a model was unpacked; None outside `ahead`, or when the model was replaced since.

    Raises:
        OSError, EOFError, tarfile.TarError, zlib.error: as `Unpacking.folder`.
    """
    return _begun.folder() if _begun is not None and _begun.model == model else None


class _Gunzip(io.RawIOBase):
    """Reads what a gzip file holds in larger blocks than Python's own reader, which decompresses 8 kB at a time."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def read(self, size: int = -1) -> bytes:
        found = self._gzip.decompress(self._gzip.unconsumed_tail, size) if self._gzip.unconsumed_tail else b""
        while not found and not self._gzip.eof:
            block = self._packed.read(_BLOCK)
            if not block:
                raise EOFError("The archive ends too early.")
            found = self._gzip.decompress(block, size)
        return found


def _changed(model: Path) -> tuple[int, int]:
    about = model.stat()
    return about.st_mtime_ns, about.st_size
