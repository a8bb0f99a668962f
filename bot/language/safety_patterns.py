"""Loads the rules of the safety screen from `safety.yml` and finds them in sentences.

A rule is a line of words as a nurse would write it ("<chest> [3] <pain>"). The head of `safety.yml` explains the marks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import BotError
from bot.language.safety_text import Sentence

SAFETY_FILE = Path(__file__).with_name("safety.yml")

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
# Words too common to look a rule up by.
_COMMON = frozenset(
    "i im ive id a an the my me her his she shes he hes it its is are was and or of to in on at for with up down off "
    "out over all no not dont cant wont if so be been have has had get got do does did this that".split()
)


class SafetyFileError(BotError):
    """The rules of the safety screen (`safety.yml`) are missing or not valid."""


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
    "denial", "no_denial", "denial_after", "what_if", "no_what_if", "fear", "question", "question_open",
    "question_close", "question_near", "no_question", "no_fear", "action", "owned", "experience", "now", "no_now", "past_verb", "past_time", "resolved", "fine_now", "again", "no_again",
    "threshold", "unwell", "crisis_denial", "no_crisis_denial", "crisis_question",
)  # fmt: skip
NEEDED_WORDS = (
    "self", "other", "relation", "treatment", "clause", "temperature", "not_temperature", "not_degrees", "gap_stops",
    "denial_ends", "subject", "report_verbs", "chemo_words", "helpers", "statement", "limits", "weather", "goes_on",
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


@dataclass(frozen=True)
class Match:
    """A rule found in a sentence: its name and the first word and the word after the last."""

    name: str
    start: int
    end: int


class Finder:
    """Finds named rules. A rule is only tried on sentences that hold one of its rarest words."""

    def __init__(self, named: Mapping[str, Iterable[str]], groups: Mapping[str, list[str]]) -> None:
        """Compiles the rules.

        Raises:
            SafetyFileError: a rule uses an unknown group or mark.
        """
        self.vocabulary: set[str] = set()
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        self._rules: list[tuple[str, re.Pattern[str]]] = []
        stops = "|".join(groups.get("gap_stops", ["no"]))
        for name, patterns in named.items():
            for pattern in patterns:
                expression, anchors = self._compile(pattern, groups, stops)
                number = len(self._rules)
                self._rules.append((name, expression))
                for word in anchors:
                    self._by_word.setdefault(word, []).append(number)
                if not anchors:
                    self._always.append(number)

    def find(self, sentence: Sentence) -> list[Match]:
        """Returns the matches in a sentence, in no particular order."""
        by_word = self._by_word
        numbers = set(self._always)
        for word in set(sentence.words):
            if word in by_word:
                numbers.update(by_word[word])
        matches = []
        for number in numbers:
            name, expression = self._rules[number]
            for found in expression.finditer(sentence.line):
                start = bisect_right(sentence.starts, found.start()) - 1
                end = bisect_right(sentence.starts, found.end() - 1)
                if found.end() > found.start():
                    matches.append(Match(name, start, end))
        return matches

    def _compile(self, pattern: str, groups: Mapping[str, list[str]], stops: str) -> tuple[re.Pattern[str], set[str]]:
        expression, choices = [], []
        for item in pattern.split():
            if item in ("^", "$"):
                expression.append(r"(?:^|(?<= ,))" if item == "^" else r"(?= $| , )")
                continue
            if gap := re.fullmatch(r"\[(\d+)(,?)\]", item):
                barred = "no|without|never" if gap[2] else rf"{stops}|,"
                expression.append(rf"(?: (?!(?:{barred}) )[^ ]+(?= )){{0,{gap[1]}}}?")
                continue
            if count := re.fullmatch(r"(\d+)\+", item):
                expression.append(rf" (?:{_numbers_from(int(count[1]))})(?= )")
                continue
            refused, item = item.startswith("!"), item.lstrip("!")
            optional, item = item.endswith("?"), item.rstrip("?")
            counts = [int(part[:-1]) for part in item.split("|") if re.fullmatch(r"\d+\+", part)]
            words = self._words("|".join(p for p in item.split("|") if not p.endswith("+")), groups, pattern)
            self.vocabulary.update(word for phrase in words for word in phrase.split())
            either = "|".join(sorted(map(re.escape, words), key=len, reverse=True)).replace(r"\ ", " ")
            either = "|".join([either, *map(_numbers_from, counts)])
            if refused:
                expression.append(rf"(?! (?:{either}) )")
            elif optional:
                expression.append(rf"(?: (?:{either})(?= ))?")
            else:
                expression.append(rf" (?:{either})(?= )")
                if not counts:
                    choices.append({max(phrase.split(), key=lambda w: (w not in _COMMON, len(w))) for phrase in words})
        return re.compile("".join(expression)), min(choices, default=set(), key=_cost)

    @staticmethod
    def _words(item: str, groups: Mapping[str, list[str]], pattern: str) -> list[str]:
        words: list[str] = []
        for part in item.split("|"):
            if group := re.fullmatch(r"<(\w+)>", part):
                if group[1] not in groups:
                    raise SafetyFileError(
                        f"safety.yml: the rule '{pattern}' uses <{group[1]}>, which is not under 'words'."
                    )
                words += groups[group[1]]
            elif re.fullmatch(r"[a-z0-9.]+(_[a-z0-9.]+)*", part):
                words.append(part.replace("_", " "))
            else:
                raise SafetyFileError(
                    f"safety.yml: the rule '{pattern}' has '{part}', which is no word and no known mark."
                )
        return words


def _cost(words: set[str]) -> float:
    return len(words) + 50 * len(words & _COMMON)


def _numbers_from(least: int) -> str:
    if least >= 1000:
        return r"(?:19|20)\d\d"
    digits = "|".join(str(n) for n in range(least, 10)) + ("|" if least < 10 else "")
    digits += r"(?:[1-9]\d|\d{3})" if least <= 10 else "|".join(map(str, range(least, 200)))
    return "|".join([digits, *_NUMBER_WORDS[least:], "dozen", "dozens", "countless"])
