"""Finds red flags and wishes to die in messages that are not in English, by the rules of `safety_tongues.yml`.

An ordinary English message costs one look at the beginnings of its words: each rule in Latin letters holds a word that no
English message holds, and is only tried where that word may be. Questions and stories of the past are not told apart from
what happens now: an alarm too many is the lesser harm.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.language.safety_rules import compiled
from bot.language.safety_tongue_rules import (
    FOLDS,
    HEAD,
    JOINED,
    STOP,
    Rule,
    TongueRules,
    compile_rules,
    fold,
    listed,
    load_tongues,
)
from bot.language.tongues import chinese, english_words, is_english_word, likeliest

_HEADS = re.compile(rf"(?<![a-z])[a-z]{{2,{HEAD}}}")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)|(?P<word>(?:[^\W\d_]|[\u0900-\u0963\u0966-\u097f])+)|(?P<stop>[.!?\n\u0964\u061f\u3002]+)|"
    r"(?P<comma>[,\u060c\u3001])"
)
_SCRIPTS = {
    "ru": re.compile(r"[\u0400-\u052f]"),
    "uk": re.compile(r"[\u0400-\u052f]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "ur": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
}
_FOREIGN_SCRIPT = re.compile(r"[\u0400-\u052f\u0600-\u06ff\u0900-\u097f\u4e00-\u9fff\uac00-\ud7a3]")
# One short foreign word alone counts only where the rest of the message is not English.
_SHORT = 6
_REACH = 200  # characters before a sign in which the person is looked for
_ENGLISH_SHARE = 0.5
_GRAVEST_FIRST = ("active", "self_harm", "passive")


@dataclass(frozen=True)
class TongueAlarm:
    """An alarm in another language.

    Attributes:
        language: its name, as in `bot/answers/tongues.yml` ("es", "zh-Hant").
        kind: "emergency" or "crisis".
        signs: as in `bot.language.safety.Verdict`.
        person: "self" or "other", as far as it can be told.
        spans: where the evidence stands in the text.
    """

    language: str
    kind: str
    signs: tuple[str, ...]
    person: str
    spans: tuple[tuple[int, int], ...]


class _Message:
    """A message in the two forms that rules are looked for in: folded words in a line, and folded characters."""

    def __init__(self, text: str, folded: str) -> None:
        self.text = text
        self.folded = folded
        places = range(len(text) + 1)
        if len(folded) != len(text) or not text.isascii():
            places = [at for at, ch in enumerate(text) for _ in FOLDS.get(ord(ch), ch)] + [len(text)]  # type: ignore[assignment]
        self._places = places
        self.words: list[str] = []
        self._spans: list[tuple[int, int]] = []
        for token in _TOKEN.finditer(folded):
            kind = token.lastgroup
            said = {"stop": STOP, "comma": ","}.get(kind or "", token.group().replace(",", "."))
            self.words.append(said)
            self._spans.append(token.span())
        self.line = " " + " ".join(self.words) + " "
        self._starts = [0]
        for word in self.words:
            self._starts.append(self._starts[-1] + len(word) + 1)

    def characters(self, start: int, end: int) -> tuple[int, int]:
        """Returns where a span of the folded text stands in the message."""
        return self._places[start], self._places[end - 1] + 1

    def in_text(self, start: int, end: int) -> tuple[int, int]:
        """Returns where a span of the line stands in the message."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        return self._places[self._spans[first][0]], self._places[self._spans[last][1] - 1] + 1


@dataclass(frozen=True)
class _Found:
    language: str
    rule: Rule
    span: tuple[int, int]
    foreign: frozenset[str]
    other: bool


class _Denials:
    """The phrases of one language that say no, and those that tell whom a message is about."""

    def __init__(self, language: str, rules: TongueRules) -> None:
        self._pad = "" if language in JOINED else " "
        self._before = {"emergency": self._ends(rules.denied), "crisis": self._ends(rules.wish_denied)}
        self._after = {"emergency": self._begins(rules.denied_after), "crisis": self._begins(rules.wish_denied_after)}
        self._no = frozenset(word for word in listed(rules.wish_denied) if " " not in word)
        self._common = frozenset(word for part in listed(f"{rules.common},{rules.self}") for word in part.split())
        self._self = tuple(f"{self._pad}{word}{self._pad}" for word in listed(rules.self))
        self._others = tuple(f"{self._pad}{word}{self._pad}" for word in listed(rules.others))

    def _ends(self, text: str) -> tuple[str, ...]:
        return tuple(f"{self._pad}{phrase}{self._pad}" for phrase in listed(text))

    def _begins(self, text: str) -> tuple[str, ...]:
        return tuple(f"{self._pad}{phrase}" for phrase in listed(text))

    def knows(self, said: Iterable[str]) -> int:
        """Returns how many words are small words of this language."""
        return sum(word in self._common for word in said)

    def denies(self, line: str, start: int, end: int, rule: Rule) -> bool:
        """Tells whether a sign is said not to be there: "sin fiebre", or "will nicht sterben" of a wish."""
        if line.endswith(self._before[rule.kind], max(0, start - _REACH), start + len(self._pad)):
            return True
        if line.startswith(self._after[rule.kind], end):
            return True
        inside = line[start:end].split()
        return rule.sign == "active" and not rule.says_no and not self._no.isdisjoint(inside)

    def of_other(self, line: str, end: int) -> bool:
        """Tells whether the last person named shortly before a sign, or in it, is somebody else."""
        begin, end = max(0, end - _REACH), end + len(self._pad)
        other = max((line.rfind(word, begin, end) for word in self._others), default=-1)
        return other > max((line.rfind(word, begin, end) for word in self._self), default=-1)


class TongueScreen:
    """Screens messages by the rules of one file."""

    def __init__(self, path: Path | None = None) -> None:
        """Loads and checks the rules, by default those of `safety_tongues.yml` beside this module.

        Raises:
            SafetyFileError: the file cannot be read or has a mistake; the text names it.
        """
        loaded = load_tongues(path)
        common = frozenset(word[:HEAD] for word in english_words())
        self._rules: dict[str, list[Rule]] = {
            language: compile_rules(language, rules, common) for language, rules in loaded.items()
        }
        self._denials = {language: _Denials(language, rules) for language, rules in loaded.items()}
        self._by_head: dict[str, list[tuple[str, Rule]]] = {}
        for language, found in self._rules.items():
            for rule in found if language not in _SCRIPTS else ():
                for head in rule.heads[0]:
                    self._by_head.setdefault(head, []).append((language, rule))
        self._heads = frozenset(self._by_head)

    @property
    def rules(self) -> dict[str, list[Rule]]:
        """The rules by language, for the tests that hold all of them to something."""
        return self._rules

    def find(self, text: str) -> TongueAlarm | None:
        """Returns the alarm that a message raises in another language. Never raises for any text."""
        folded = text.lower() if text.isascii() else fold(text)
        said = frozenset(_HEADS.findall(folded))
        heads = self._heads & said
        foreign = not text.isascii() and _FOREIGN_SCRIPT.search(text) is not None
        if not heads and not foreign:
            return None
        rules = {
            id(rule): (language, rule)
            for head in heads
            for language, rule in self._by_head[head]
            if not any(said.isdisjoint(needed) for needed in rule.heads)
        }
        tried = list(rules.values())
        if foreign:
            tried += self._of_scripts(text)
        return self._look(text, folded, tried) if tried else None

    def _of_scripts(self, text: str) -> list[tuple[str, Rule]]:
        return [
            (language, rule)
            for language, script in _SCRIPTS.items()
            if language in self._rules and script.search(text)
            for rule in self._rules[language]
        ]

    def _look(self, text: str, folded: str, tried: list[tuple[str, Rule]]) -> TongueAlarm | None:
        message = _Message(text, folded)
        found = [match for language, rule in tried for match in self._matches(message, language, rule)]
        found = self._not_english(found, message)
        return self._alarm(found, message) if found else None

    def _matches(self, message: _Message, language: str, rule: Rule) -> Iterable[_Found]:
        joined = language in JOINED
        line = message.folded if joined else message.line
        denials = self._denials[language]
        for match in compiled(rule.expression).finditer(line):
            start, end = match.span()
            if start == end or denials.denies(line, start, end, rule):
                continue
            said = frozenset(word for word in match.group().split() if word.isalpha() and not is_english_word(word))
            span = message.characters(start, end) if joined else message.in_text(start, end)
            yield _Found(language, rule, span, said, denials.of_other(line, end))

    @staticmethod
    def _not_english(found: list[_Found], message: _Message) -> list[_Found]:
        """Returns what counts: one short foreign word in an English message may be a slip of the keys."""
        sure = [match for match in found if match.language in _SCRIPTS]
        latin = [match for match in found if match.language not in _SCRIPTS and match.foreign]
        said = frozenset(word for match in latin for word in match.foreign)
        if len(said) < 2 and not any(len(word) >= _SHORT for word in said):
            spoken = [word for word in message.words if word.isalpha()]
            english = sum(is_english_word(word) for word in spoken)
            if english >= _ENGLISH_SHARE * len(spoken):
                latin = []
        return sure + latin

    def _alarm(self, found: list[_Found], message: _Message) -> TongueAlarm:
        language = self._likeliest(found, message)
        wishes = [match for match in found if match.rule.kind == "crisis"]
        flags = [match.rule.sign for match in sorted(found, key=_place) if match.rule.kind == "emergency"]
        mine = [match for match in wishes or found if match.language == language] or wishes or found
        other = all(match.other for match in mine) if wishes else min(mine, key=_place).other
        kinds = sorted({match.rule.sign for match in wishes}, key=_GRAVEST_FIRST.index)
        said = ["other_report"] if wishes and other else kinds
        return TongueAlarm(
            language=language,
            kind="crisis" if wishes else "emergency",
            signs=tuple(dict.fromkeys([*said, *flags])),
            person="other" if other else "self",
            spans=merged(match.span for match in found),
        )

    def _likeliest(self, found: list[_Found], message: _Message) -> str:
        """The language of most of the words that matched; of several the one that knows most of the message."""
        counted = Counter(match.language for match in found for _ in match.foreign or [""])
        known = {language: self._denials[language].knows(message.words) for language in counted}
        score = {language: (count, known[language]) for language, count in counted.items()}
        tied = [language for language in score if score[language] == max(score.values())]
        best = tied[0] if len(tied) == 1 else likeliest(message.text, tied)
        return chinese(message.text) if best == "zh" else best


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Returns spans in order, those that touch or overlap as one."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def _place(match: _Found) -> tuple[int, int]:
    return match.span
