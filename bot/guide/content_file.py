"""Reads a content file and checks it; every problem names file, line, value and what to do."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from bot.errors import ContentError
from bot.guide.content import Content
from bot.guide.content_rules import Problem, broken_rules

_WHAT_TO_DO = {
    "value_error.missing": "add this field (docs/content.md lists the fields)",
    "value_error.extra": "remove this field or correct its name (docs/content.md lists the fields)",
    "value_error.date": "write a date as YYYY-MM-DD",
    "type_error": "write a value of the right type (docs/content.md lists the fields)",
}


class _Constructor(RoundTripConstructor):
    """Leaves a date that no calendar has (2025-13-45) as text, so that the check of its field names the line."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            return self.construct_scalar(node)


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def content_hash(path: Path) -> str:
    """Returns the SHA-256 of the content file, by which store and model know what they were built from."""
    return hashlib.sha256(_read(path)).hexdigest()


def load_content(path: Path) -> Content:
    """Reads and checks a content file.

    Raises:
        ContentError: the file is missing, is not YAML, or breaks a rule; all problems are listed at once.
    """
    raw = _parse(path, _read(path))
    if not isinstance(raw, dict):
        raise ContentError([f"{path.name}:1: the file is not a mapping. Start it with 'guide:'."])
    try:
        content = Content.parse_obj(raw)
    except ValidationError as error:
        raise ContentError([_shape_problem(path, raw, item) for item in error.errors()]) from error
    problems = [_located(path, raw, problem) for problem in broken_rules(content)]
    if problems:
        raise ContentError(problems)
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContentError(
            [f"{path}: cannot be read ({error.strerror}). Set GUIDE to a content file, or restore this one."]
        ) from error


def _parse(path: Path, data: bytes) -> Any:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContentError(
            [f"{path.name}:{line}: byte {error.start} ({data[error.start]:#x}) is not UTF-8. Save the file as UTF-8."]
        ) from error
    yaml = YAML(typ="rt")
    yaml.Constructor = _Constructor
    try:
        return yaml.load(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ContentError(
            [f"{path.name}:{line}: the character {error.character:#x} is not allowed in YAML. Remove it."]
        ) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        # A duplicate key is reported with both of its values, which may be half of the file.
        reason = str(error.problem or error.context).split(" with value ")[0]
        raise ContentError(
            [f"{path.name}:{line}: not valid YAML: {reason}. Check indentation, colons and quotes there."]
        ) from error


def _shape_problem(path: Path, raw: Any, item: Any) -> str:
    location = tuple(item["loc"])
    kind = str(item["type"])
    advice = next((text for key, text in _WHAT_TO_DO.items() if kind.startswith(key)), "correct the value")
    value = _value_at(raw, location)
    said = "" if kind == "value_error.missing" else f" value {_short(value)}:"
    where = ".".join(str(part) for part in location)
    return f"{path.name}:{line_of(raw, location)}: {where}:{said} {item['msg']}; {advice}."


def _located(path: Path, raw: Any, problem: Problem) -> str:
    return f"{path.name}:{line_of(raw, problem.at)}: {_short(problem.value)}: {problem.says}"


def _short(value: Any) -> str:
    text = repr(str(value)) if isinstance(value, str) else repr(value)
    return text if len(text) <= 90 else text[:87] + "..."


def _value_at(raw: Any, location: tuple[Any, ...]) -> Any:
    node = raw
    for part in location:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def line_of(raw: Any, location: tuple[Any, ...]) -> int:
    """Returns the line (from 1) of the deepest part of a location that exists in a file.

    Args:
        raw: what ruamel's round-trip reader made of the file.
        location: keys and places in lists, from the top down.
    """
    node, line = raw, 1
    for part in location:
        marks = getattr(node, "lc", None)
        try:
            if marks is not None:
                line = (marks.key(part) if isinstance(node, dict) else marks.item(part))[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return int(line)
