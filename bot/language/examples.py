"""Reads the training examples under nlu/ (Rasa's YAML format)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import BotError


@dataclass(frozen=True)
class Example:
    """One training sentence, its intent and the file that it stands in."""

    text: str
    intent: str
    file: str


def load_examples(folder: Path) -> list[Example]:
    """Returns all examples of a folder, in file order.

    Raises:
        BotError: a file cannot be read or is not Rasa's format; names the file.
    """
    found: list[Example] = []
    for path in sorted(folder.glob("*.yml")):
        try:
            data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
            blocks = data["nlu"]
            for block in blocks:
                lines = (line.strip() for line in block["examples"].splitlines())
                found += [Example(line[2:].strip(), block["intent"], path.name) for line in lines if line[:2] == "- "]
        except (OSError, YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
            raise BotError(
                f"nlu/{path.name} cannot be read as Rasa training data ({type(error).__name__}: {error}). Compare it "
                "with another file there."
            ) from error
    return found
