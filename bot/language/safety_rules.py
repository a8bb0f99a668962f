"""Reads messages and rules for the safety screen, and finds the one in the other.

`Reader` splits a message into sentences of corrected words, each with its place in the text, so that evidence can be
pointed at. `load_rules` reads `safety.yml`, whose head explains how a rule is written; `Finder` finds rules in sentences.
Nothing here knows what is dangerous.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Extra, ValidationError
from rapidfuzz.distance import OSA
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.errors import BotError

SAFETY_FILE = Path(__file__).with_name("safety.yml")

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
# Words too common to look a rule up by.
_COMMON = frozenset(
    "i im ive id a an the my me her his she shes he hes it its is are was and or of to in on at for with up down off "
    "out over all no not dont cant wont if so be been have has had get got do does did this that "
    "what whats how one like just when about want go going need will they now since back with feel stop then know tell "
    "would can you should today but are were after here as take more much".split()
)


# A decimal number, a word (apostrophes inside it are dropped later), the end of a sentence, a pause.
_PIECE = re.compile(
    r"(?P<gene>\bher-?2)|(?P<number>\d+(?:[.,]\d+)?)|(?P<word>[^\W\d_](?:'*[^\W\d_])*)|(?P<pause>,|\.{2,}|[()–—:…]|\s-+\s|/\s)"
    r"|(?P<stop>[.!?;\n]+)|(?P<degree>[°º])|(?P<plus>[&+])"
)
_QUOTES = str.maketrans(dict.fromkeys("’‘ʼ`´′\u200b\u200c\u200d\u2060\ufeff\u00ad", "'") | {"\u00a0": " ", "º": "°"})
_DOUBLED = re.compile(r"(.)\1")
_STRETCH = re.compile(r"(.)\1{2,}")

_LONGEST = 60  # words of one sentence that are read together; a longer one is read in overlapping parts
_OVERLAP = 20
_LONGEST_WORD = 30


@dataclass
class Sentence:
    """Some words that belong together.

    Attributes:
        words: the corrected lower-case words; "," stands for a pause.
        spans: where each word stands in the message.
        line: the words as one string, each after a space, with a space at the end.
        fresh_from: matches that begin before this word were already seen in the part before.
        starts: where each word begins in `line`, in order.
    """

    words: list[str]
    spans: list[tuple[int, int]]
    fresh_from: int = 0
    line: str = field(init=False)
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.line = " " + " ".join(self.words) + " "
        self.starts = []
        at = 0
        for word in self.words:
            self.starts.append(at)
            at += len(word) + 1


def plain(text: str) -> str:
    """Returns the text in lower case without accents, each character in its old place."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain_character, text.translate(_QUOTES)))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    base = unicodedata.normalize("NFKD", character)[:1].lower()
    return base[:1] or character


class Reader:
    """Splits messages into sentences of corrected words."""

    def __init__(
        self,
        sign_words: Iterable[str],
        lesser_words: Iterable[str],
        short_forms: Mapping[str, str],
        joined: Mapping[str, str],
        ordinary: Iterable[str],
    ) -> None:
        """Takes the words worth correcting to and the words that must be left alone.

        Args:
            sign_words: words of the signs; those of five letters and more are corrected to.
            lesser_words: words of the context, corrected to when no sign word is as near.
            short_forms: a word as patients write it, mapped to the word or words it means.
            joined: two words ("can not"), mapped to the one the rules use ("cant").
            ordinary: words that look like a misspelt sign word and are none ("cheat", "never").
        """
        self._short = {key: value.split() for key, value in short_forms.items()}
        self._joined = {tuple(key.split()): value for key, value in joined.items()}
        self._joinable = frozenset(first for first, _ in self._joined)
        self._signs = frozenset(sign_words)
        words = sorted(self._signs | frozenset(lesser_words))
        self._known = frozenset(words) | frozenset(ordinary) | frozenset(self._short)
        self._rank = {word: rank for rank, word in enumerate(w for w in words if len(w) >= 5)}
        self._near: dict[str, list[str]] = {}
        for word in self._rank:
            for form in _with_letters_left_out(word, allowed_slips(len(word))):
                self._near.setdefault(form, []).append(word)
        self._corrected: dict[str, str] = {}

    def correct(self, word: str) -> str:
        """Returns the sign word that a word of four letters or more misspells, or the word itself."""
        if len(word) < 4 or len(word) > _LONGEST_WORD or word in self._known:
            return word
        found = self._corrected.get(word)
        if found is None:
            found = self._search(word)
            if len(self._corrected) < 20_000:
                self._corrected[word] = found
        return found

    def _search(self, word: str) -> str:
        short = _STRETCH.sub(r"\1", word)
        double = _STRETCH.sub(r"\1\1", word)
        for form in (short, double):
            if form != word and form in self._known:
                return form
        best, best_score = short if len(short) < len(word) else word, 99.0
        single = _DOUBLED.sub(r"\1", word)  # a letter hit twice is the commonest slip
        near: set[str] = set()
        for form in _with_letters_left_out(word, allowed_slips(len(word) + 1)):
            near.update(self._near.get(form, ()))
        for candidate in near:
            slips = OSA.distance(word, candidate)
            if slips > allowed_slips(len(candidate)):
                continue
            score = slips + 0.3 * (candidate[0] != word[0]) + 0.1 * (candidate[-1] != word[-1])
            score += 0.05 * (len(candidate) > len(word)) + 0.07 * (len(candidate) < len(word))
            score += 0.08 * (candidate not in self._signs)
            score -= 0.2 * (candidate == single) + 0.15 * (sorted(candidate) == sorted(word))
            if (score, self._rank[candidate]) < (best_score, self._rank.get(best, 0)):
                best, best_score = candidate, score
        return best

    def read(self, text: str) -> list[Sentence]:
        """Returns the sentences of a message."""
        sentences: list[tuple[list[str], list[tuple[int, int]]]] = []
        words: list[str] = []
        spans: list[tuple[int, int]] = []
        for piece in _PIECE.finditer(plain(text)):
            kind, span = piece.lastgroup, piece.span()
            if kind == "stop":
                if words:
                    sentences.append((words, spans))
                    words, spans = [], []
                continue
            if kind == "pause":
                if words and words[-1] != ",":
                    words.append(",")
                    spans.append(span)
                continue
            if kind == "number":
                new = [piece.group().replace(",", ".")]
            elif kind == "gene":
                new = ["her2"]  # so that it is no "her"
            elif kind == "word":
                word = piece.group().replace("'", "")
                new = self._short.get(word) or [self.correct(word)]
            else:
                new = ["degrees" if kind == "degree" else "and"]
            for word in new:
                if words and words[-1] in self._joinable and (words[-1], word) in self._joined:
                    words[-1] = self._joined[words[-1], word]
                    spans[-1] = (spans[-1][0], span[1])
                else:
                    words.append(word)
                    spans.append(span)
        if words:
            sentences.append((words, spans))
        return [part for sentence in _join_scraps(sentences) for part in _parts(*sentence)]


def allowed_slips(length: int) -> int:
    """Returns how many slips (insert, drop, replace, swap) a sign word of this length may carry."""
    if length < 5:
        return 0
    return 1 if length < 8 else 2


def _with_letters_left_out(word: str, count: int) -> set[str]:
    forms = {word}
    last = forms
    for _ in range(count):
        last = {form[:i] + form[i + 1 :] for form in last for i in range(len(form))}
        forms |= last
    return forms


def _join_scraps(
    sentences: list[tuple[list[str], list[tuple[int, int]]]],
) -> list[tuple[list[str], list[tuple[int, int]]]]:
    """Joins sentences of one or two words ("cant. breathe. properly") to the scrap before them."""
    joined: list[tuple[list[str], list[tuple[int, int]]]] = []
    scraps = False
    for words, spans in sentences:
        short = len(words) <= 2
        if joined and short and scraps and len(joined[-1][0]) < _LONGEST:
            joined[-1][0].extend(words)
            joined[-1][1].extend(spans)
        else:
            joined.append((words, spans))
        scraps = short
    return joined


def _parts(words: list[str], spans: list[tuple[int, int]]) -> list[Sentence]:
    if len(words) <= _LONGEST:
        return [Sentence(words, spans)]
    step = _LONGEST - _OVERLAP
    return [
        Sentence(words[at : at + _LONGEST], spans[at : at + _LONGEST], _OVERLAP // 2 if at else 0)
        for at in range(0, max(1, len(words) - _OVERLAP), step)
    ]


_NUMBER_VALUES = {
    "ninety": 90.0, "hundred": 100.0, "thirty": 30.0, "forty": 40.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0,
    "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "zero": 0.0, "oh": 0.0,
}  # fmt: skip
_TENS = frozenset({"thirty", "ninety", "hundred", "forty"})


@dataclass(frozen=True)
class Number:
    """A number in a sentence, in digits or in words ("thirty eight point five").

    Attributes:
        value: what it says.
        exact: it has a decimal place.
        start: its first word.
        end: the word after its last.
    """

    value: float
    exact: bool
    start: int
    end: int


def numbers(words: list[str]) -> Iterable[Number]:
    """Yields the numbers of at least 20 in a row of words."""
    at = 0
    while at < len(words):
        word = words[at]
        if word[0].isdecimal():
            end, value = at + 1, float(word)
            exact = "." in word
            if not exact and words[end : end + 1] == ["point"] and len(words) > end + 1:
                tenth = words[end + 1]
                exact, end = True, end + 2
                value += float(tenth) / 10 if tenth in "0123456789" else _NUMBER_VALUES.get(tenth, 0.0) / 10
            yield Number(value, exact, at, end)
            at = end
        elif word in _TENS:
            value, end = _NUMBER_VALUES[word], at + 1
            while end < len(words) and words[end] in _NUMBER_VALUES | {"and": 0.0}:
                value += _NUMBER_VALUES.get(words[end], 0.0)
                end += 1
            exact = words[end : end + 1] == ["point"]
            if exact:
                value += _NUMBER_VALUES.get(words[end + 1] if len(words) > end + 1 else "", 0.0) / 10
                end += 2
            yield Number(value, exact, at, min(end, len(words)))
            at = end
        else:
            at += 1


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


@dataclass(frozen=True)
class Match:
    """A rule found in a sentence: its name and the first word and the word after the last."""

    name: str
    start: int
    end: int


class Finder:
    """Finds named rules. A rule is only tried on sentences that hold a word of each of its items."""

    def __init__(self, named: Mapping[str, Iterable[str]], groups: Mapping[str, list[str]]) -> None:
        """Compiles the rules.

        Raises:
            SafetyFileError: a rule uses an unknown group or mark.
        """
        self.vocabulary: set[str] = set()
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        self._rules: list[tuple[str, re.Pattern[str], list[set[str]]]] = []
        stops = "|".join(groups.get("gap_stops", ["no"]))
        for name, patterns in named.items():
            for pattern in patterns:
                expression, needed = self._compile(pattern, groups, stops)
                number = len(self._rules)
                self._rules.append((name, expression, needed[1:]))
                for word in needed[0] if needed else ():
                    self._by_word.setdefault(word, []).append(number)
                if not needed:
                    self._always.append(number)

    def find(self, sentence: Sentence) -> list[Match]:
        """Returns the matches in a sentence, in no particular order."""
        by_word = self._by_word
        words = set(sentence.words)
        numbers = set(self._always)
        for word in words:
            if word in by_word:
                numbers.update(by_word[word])
        matches = []
        for number in sorted(numbers):
            name, expression, needed = self._rules[number]
            for item in needed:
                if words.isdisjoint(item):
                    break
            else:
                for found in expression.finditer(sentence.line):
                    start = bisect_right(sentence.starts, found.start()) - 1
                    end = bisect_right(sentence.starts, found.end() - 1)
                    if found.end() > found.start():
                        matches.append(Match(name, start, end))
        return matches

    def _compile(
        self, pattern: str, groups: Mapping[str, list[str]], stops: str
    ) -> tuple[re.Pattern[str], list[set[str]]]:
        """Returns the expression of a rule, and for each of its items the words of which one must occur."""
        expression: list[str] = []
        needed: list[set[str]] = []
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
                    needed.append({max(phrase.split(), key=lambda w: (w not in _COMMON, len(w))) for phrase in words})
        return re.compile("".join(expression)), sorted(needed, key=_cost)

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
