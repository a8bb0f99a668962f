"""The widget's files as they are served: compressed once, under an address that changes when any of them changes.

A page names `/widget/guide-chat.js` for ever, so that file must not be kept long. It only imports the real module from
a folder named after the content of all files, and those may be kept for a year: a browser never mixes two versions.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "widget"
ENTRY = "guide-chat.js"
SHORT = "public, max-age=300, stale-while-revalidate=86400"
FOR_GOOD = "public, max-age=31536000, immutable"
NOT_KEPT = "no-cache"

# Comments that fill whole lines, as the modules' style has it; a comment behind code stays.
_COMMENTS = re.compile(rb"^[ \t]*/\*.*?\*/[ \t]*\n|^[ \t]*//[^\n]*\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class WidgetFile:
    """One file: its bytes, plain and compressed, and the tag that tells versions apart."""

    plain: bytes
    packed: bytes
    etag: str


@dataclass(frozen=True)
class WidgetFiles:
    """All files of one version. `version` is a digest of their names and contents."""

    version: str
    entry: WidgetFile
    modules: dict[str, WidgetFile]


@lru_cache(maxsize=1)
def widget_files() -> WidgetFiles:
    """Reads the files; once, because a running server must not serve halves of two versions."""
    paths = sorted(path for path in FOLDER.rglob("*.js"))
    contents = {path.relative_to(FOLDER).as_posix(): without_comments(path.read_bytes()) for path in paths}
    digest = hashlib.sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    version = digest.hexdigest()[:16]
    return WidgetFiles(
        version=version,
        entry=_packed(f'import "./{version}/{ENTRY}";\n'.encode()),
        modules={name: _packed(content) for name, content in contents.items()},
    )


def without_comments(module: bytes) -> bytes:
    """Returns a module without the comments that fill whole lines: a third of what would be sent. No other change."""
    return _COMMENTS.sub(b"", module)


def _packed(content: bytes) -> WidgetFile:
    return WidgetFile(content, gzip.compress(content, 9, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:16]}"')
