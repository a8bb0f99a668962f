"""Content files as YAML that is written back as a person left it: comments, order, quotes and long lines stay."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.errors import BotError
from bot.guide.content_file import load_content


class _Representer(RoundTripRepresenter):
    """Writes an empty value as `null`, as the content files do."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def as_yaml() -> Any:
    """Returns the reader and writer."""
    yaml: Any = YAML(typ="rt")
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def read(path: Path) -> Any:
    """Reads a content file with its comments, without checking it.

    Raises:
        BotError: it cannot be read, or is no YAML mapping with a `guide`.
    """
    try:
        loaded = as_yaml().load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BotError(f"{path}: cannot be read ({error.strerror}). Name a content file.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise BotError(f"{path.name}: not valid YAML ({str(error).splitlines()[0]}). Correct it first.") from error
    if not isinstance(loaded, dict) or not isinstance(loaded.get("guide"), dict):
        raise BotError(f"{path.name}: it has no 'guide:' at its start, so it is no content file. Name another one.")
    return loaded


def text_of(content: Any) -> str:
    """Returns the YAML text of a content file."""
    out = io.StringIO()
    as_yaml().dump(content, out)
    return out.getvalue()


def replace_checked(path: Path, text: str) -> None:
    """Writes a content file if the new text is valid, at once and whole; else the old file stays as it was.

    Raises:
        ContentError: the new text breaks a rule.
        BotError: the file cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".review-", dir=path.parent) as folder:
            fresh = Path(folder) / path.name
            fresh.write_text(text, encoding="utf-8")
            load_content(fresh)
            fresh.chmod(path.stat().st_mode & 0o777)
            os.replace(fresh, path)
    except OSError as error:
        raise BotError(
            f"{path}: cannot be written ({error.strerror}). Nothing was changed; check the file's folder."
        ) from error


def quoted(text: str) -> str:
    """Returns a text that is written in quotes where it would be read as a number."""
    return DoubleQuotedScalarString(text) if text.isdigit() else text
