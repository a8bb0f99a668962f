"""Reads test files. Whatever is wrong with one is said with file, line, value and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from bot.errors import BotError
from bot.evaluation.e2e.case import REPLY_FIELDS, Case, ReplyCheck, SlotCheck, Step
from bot.evaluation.e2e.case_shape import DOES, CaseShape, FileShape, ReplyShape, StepShape
from bot.guide.content_file import line_of

ENDINGS = (".yml", ".yaml")
_WHAT_TO_DO = {
    "value_error.missing": "add it",
    "value_error.extra": "remove it or correct its name; docs/testing.md lists the keys",
    "value_error.list.min_items": "write at least one",
    "value_error.any_str.min_length": "write a text here",
    "type_error": "docs/testing.md shows the form",
}


class CaseFileError(BotError):
    """Test files that cannot be used.

    Attributes:
        problems: one line each, with file, line, value and what to do.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        """Joins the problems into one text."""
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Returns the test files that paths name; a folder stands for every YAML file in it, at any depth.

    Raises:
        CaseFileError: a path is not there, or a folder holds none.
    """
    found: dict[Path, None] = {}
    problems = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in ENDINGS and file.is_file())
            if not inside:
                problems.append(f"{path}: there is no YAML file in this folder. Name a file or another folder.")
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None
        else:
            problems.append(f"{path}: there is no such file or folder. Check the path.")
    if problems:
        raise CaseFileError(problems)
    return list(found)


def load_cases(files: Sequence[Path]) -> list[Case]:
    """Returns the cases of all files in their order.

    Raises:
        CaseFileError: says everything that is wrong in all of them at once.
    """
    cases: list[Case] = []
    problems: list[str] = []
    for file in files:
        try:
            cases += parse_cases(file, _read(file))
        except CaseFileError as error:
            problems += error.problems
    if problems:
        raise CaseFileError(problems)
    return cases


def parse_cases(file: Path, text: str) -> list[Case]:
    """Returns the cases of one file's text.

    Raises:
        CaseFileError: see `load_cases`.
    """
    raw = _parse(file, text)
    if raw is None:
        raise CaseFileError(
            [f"{file}:1: the file is empty. Start it with 'test_cases:'; docs/testing.md has an example."]
        )
    if not isinstance(raw, dict):
        raise CaseFileError([f"{file}:1: the file is not a mapping. Start it with 'test_cases:'."])
    try:
        shape = FileShape.parse_obj(_plain(raw))
    except ValidationError as error:
        said = dict.fromkeys(_problem(file, raw, item) for item in error.errors())
        raise CaseFileError(list(said)) from error
    builder = _Builder(file, raw, shape)
    cases = [builder.case(number, case) for number, case in enumerate(shape.test_cases)]
    if builder.problems:
        raise CaseFileError(builder.problems)
    return cases


class _Builder:
    """Makes cases of a file's shape: names are looked up, lines are put on."""

    def __init__(self, file: Path, raw: Any, shape: FileShape) -> None:
        self.file, self.raw = file, raw
        self.problems: list[str] = []
        self.names: dict[str, int] = {}
        self.fixtures: dict[str, tuple[dict[str, Any], tuple[Step, ...]]] = {}
        self.metadata: dict[str, dict[str, Any]] = {}
        for number, entry in enumerate(shape.fixtures):
            for name, items in entry.items():
                self._once("fixture", name, self.fixtures, ("fixtures", number))
                self.fixtures[name] = self._fixture(items, ("fixtures", number, name))
        for number, data in enumerate(shape.metadata):
            for name, values in data.items():
                self._once("metadata", name, self.metadata, ("metadata", number))
                self.metadata[name] = values

    def case(self, number: int, shape: CaseShape) -> Case:
        """Returns one case; what is wrong with it is added to `problems`."""
        at: tuple[Any, ...] = ("test_cases", number)
        self._once("test case", shape.test_case, self.names, (*at, "test_case"))
        self.names[shape.test_case] = number
        slots: dict[str, Any] = {}
        opening: list[Step] = []
        for name in shape.fixtures:
            given = self._known("fixture", name, self.fixtures, (*at, "fixtures"))
            slots.update(given[0] if given else {})
            opening += given[1] if given else ()
        common: dict[str, Any] = {}
        for name in shape.metadata:
            common.update(self._known("metadata", name, self.metadata, (*at, "metadata")) or {})
        steps = tuple(self._step(step, common, (*at, "steps", n)) for n, step in enumerate(shape.steps))
        if steps[0].does != "user":
            self._wrong(
                (*at, "steps", 0), f"the first step is {steps[0].does!r}. Begin with 'user': there is no reply yet."
            )
        line = line_of(self.raw, (*at, "test_case"))
        return Case(shape.test_case, self.file, line, steps, frozenset(shape.tags), slots, tuple(opening))

    def _step(self, shape: StepShape, common: Mapping[str, Any], at: tuple[Any, ...]) -> Step:
        does = next(name for name in DOES if name in shape.__fields_set__)
        line = line_of(self.raw, (*at, does))
        value = getattr(shape, does)
        if isinstance(value, ReplyShape):
            return Step(does, _reply_check(value), line)
        if isinstance(value, list):
            return Step(does, tuple(_slot_checks(value)), line)
        metadata = dict(common) if does == "user" else {}
        if shape.metadata:
            metadata.update(self._known("metadata", shape.metadata, self.metadata, (*at, "metadata")) or {})
        return Step(does, value, line, metadata)

    def _fixture(self, items: list[dict[str, Any]], at: tuple[Any, ...]) -> tuple[dict[str, Any], tuple[Step, ...]]:
        slots: dict[str, Any] = {}
        opening = []
        for number, item in enumerate(items):
            for key, value in item.items():
                if key != "user":
                    slots[key] = value
                elif isinstance(value, (str, int, float)):
                    opening.append(Step("user", str(value), line_of(self.raw, (*at, number, key))))
                else:
                    self._wrong((*at, number, key), "'user' must be a text.")
        return slots, tuple(opening)

    def _once(self, what: str, name: str, known: Mapping[str, Any], at: tuple[Any, ...]) -> None:
        if name in known:
            self._wrong(at, f"the {what} {name!r} stands twice in this file. Names must differ.")

    def _known(self, what: str, name: str, known: Mapping[str, Any], at: tuple[Any, ...]) -> Any:
        if name not in known:
            there = f"This file has {', '.join(known)}" if known else f"This file has no {what}"
            self._wrong(at, f"there is no {what} {name!r}. {there}.")
        return known.get(name)

    def _wrong(self, at: tuple[Any, ...], says: str) -> None:
        self.problems.append(f"{self.file}:{line_of(self.raw, at)}: {says}")


def _reply_check(shape: ReplyShape) -> ReplyCheck:
    given = {name: tuple(getattr(shape, name)) for name in REPLY_FIELDS if name in shape.__fields_set__}
    choices = tuple(shape.choices) if isinstance(shape.choices, list) else shape.choices
    return ReplyCheck(given, tuple(shape.contains), tuple(shape.excludes), choices)


def _slot_checks(items: list[str | dict[str, Any]]) -> Iterator[SlotCheck]:
    for item in items:
        if isinstance(item, str):
            yield SlotCheck(item)
        else:
            yield from (SlotCheck(name, value, value_given=True) for name, value in item.items())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CaseFileError([f"{file}: cannot be read ({error.strerror}). Check the path and its rights."]) from error
    except UnicodeDecodeError as error:
        raise CaseFileError([f"{file}: byte {error.start} is not UTF-8. Save the file as UTF-8."]) from error


def _parse(file: Path, text: str) -> Any:
    try:
        return YAML(typ="rt").load(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise CaseFileError(
            [f"{file}:{line}: the character {error.character:#x} is not allowed in YAML. Remove it."]
        ) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = str(error.problem or error.context).split(" with value ")[0]
        raise CaseFileError(
            [
                f"{file}:{mark.line + 1 if mark else 1}: not valid YAML: {reason}. Check indentation, colons and quotes there."
            ]
        ) from error
    except (ValueError, TypeError, RecursionError) as error:
        # A date that no calendar has, or a mapping as a key: the reader says no line for these.
        raise CaseFileError([f"{file}:1: not valid YAML: {error}. Put dates and keys with signs in quotes."]) from error


def _plain(node: Any) -> Any:
    """Returns what the YAML reader gave as plain dicts, lists and texts."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return str(node) if isinstance(node, str) else node


def _problem(file: Path, raw: Any, item: Any) -> str:
    location = tuple(part for part in item["loc"] if part != "__root__")
    kind = str(item["type"])
    advice = next((f"; {text}" for key, text in _WHAT_TO_DO.items() if kind.startswith(key)), "")
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in location)
    says = {"value_error.missing": "it is missing", "value_error.extra": "there is no such key"}.get(kind, item["msg"])
    end = "" if says.endswith("?") and not advice else "."
    return f"{file}:{line_of(raw, location)}: {where or 'the file'}: {says}{advice}{end}"
