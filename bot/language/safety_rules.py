"""Reads the rules of the safety screen: `safety.yml`, whose head explains how a rule is written."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import BotError

SAFETY_FILE = Path(__file__).with_name("safety.yml")


class SafetyFileError(BotError):
    """The rules of the safety screen (`safety.yml`) are missing or not valid."""


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """Returns the pattern of a rule, compiled when a message first calls for it: of thousands of rules most never are.

    Raises:
        re.error: the rule makes no valid expression.
    """
    return re.compile(expression)


class Sign(BaseModel):
    """One red flag, or one way to speak of death: what it is, where the rule comes from, how people say it."""

    meaning: str
    source: str = ""
    patterns: tuple[str, ...]

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True


class Readings(BaseModel):
    """Limits for measured numbers."""

    fever_celsius: float
    fever_fahrenheit: float
    rising_celsius: float
    rising_fahrenheit: float
    low_celsius: float
    oxygen: float
    pulse_high: float
    pulse_low: float

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True


class Rules(BaseModel):
    """All of `safety.yml`."""

    words: dict[str, str]
    short_forms: dict[str, str]
    joined: dict[str, str]
    readings: Readings
    emergency: dict[str, Sign]
    weak: dict[str, tuple[str, ...]]
    together: tuple[tuple[str, str, str], ...]
    crisis: dict[str, Sign]
    idioms: tuple[str, ...]
    no_wish: tuple[str, ...]
    death_words: dict[str, tuple[str, ...]]
    context: dict[str, tuple[str, ...]]
    ordinary_words: str

    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True


CONTEXT_CUES = (
    "denial", "no_denial", "denial_after", "crisis_denial", "no_crisis_denial", "crisis_question", "what_if",
    "no_what_if", "fear", "no_fear", "question", "no_question", "question_near", "question_open", "question_close",
    "experience", "owned", "action", "now", "no_now", "past_verb", "past_time", "resolved", "fine_now", "again",
    "no_again", "threshold", "unwell",
)  # fmt: skip
NEEDED_WORDS = (
    "self", "other", "relation", "treatment", "clause", "temperature", "not_temperature", "not_degrees", "gap_stops",
    "denial_ends", "subject", "report_verbs", "chemo_words", "helpers", "statement", "limits", "weather", "goes_on",
    "denial_fillers", "shows",
)  # fmt: skip
DEATH_FRAMINGS = ("history", "future", "question")


def load_rules(path: Path | None = None) -> Rules:
    """Reads and checks `safety.yml`.

    Raises:
        SafetyFileError: the file cannot be read, is no YAML, lacks a part, or has a rule that cannot be understood.
    """
    path = path or SAFETY_FILE
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SafetyFileError(f"{path}: the safety rules cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, YAMLError) as error:
        raise SafetyFileError(f"{path}: the safety rules are no valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise SafetyFileError(
            f"{path}: the safety rules must be a mapping with the parts {', '.join(Rules.__fields__)}."
        )
    try:
        rules = Rules.parse_obj(_as_text(data))
    except ValidationError as error:
        problems = [f"  {' > '.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise SafetyFileError("\n".join([f"{path}: the safety rules are not valid:", *problems])) from error
    _check_names(rules, path)
    return rules


def _as_text(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_text(value) for value in data]
    return str(data) if isinstance(data, (int, float)) else data


def _check_names(rules: Rules, path: Path) -> None:
    problems = [f"context > {name}: missing" for name in CONTEXT_CUES if name not in rules.context]
    problems += [f"context > {name}: no such cue" for name in rules.context if name not in CONTEXT_CUES]
    problems += [f"words > {name}: missing" for name in NEEDED_WORDS if name not in rules.words]
    problems += [f"death_words > {name}: no such framing" for name in rules.death_words if name not in DEATH_FRAMINGS]
    known = set(rules.weak) | set(rules.emergency)
    for first, second, sign in rules.together:
        problems += [f"together: no sign named '{name}'" for name in (first, second) if name not in known]
        if sign not in rules.emergency:
            problems.append(f"together: no emergency named '{sign}'")
    problems += [f"joined > {key}: must be two words" for key in rules.joined if len(key.split()) != 2]
    if problems:
        raise SafetyFileError("\n".join([f"{path}: the safety rules are not valid:", *(f"  {p}" for p in problems)]))


def groups_of(rules: Rules) -> dict[str, list[str]]:
    """Returns the word groups of the rules as lists."""
    return {name: [part.strip() for part in text.split(",") if part.strip()] for name, text in rules.words.items()}
