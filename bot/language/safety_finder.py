"""Finds the rules of the safety screen in sentences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.language.safety_rules import SafetyFileError, compiled
from bot.language.safety_sentences import Sentence

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


@dataclass(frozen=True)
class Match:
    """A rule found in a sentence: its name and the first word and the word after the last."""

    name: str
    start: int
    end: int


_Items = dict[str, tuple[str, set[str] | None]]


class Finder:
    """Finds named rules. A rule is only tried on sentences that hold a word of each of its items."""

    def __init__(self, named: Mapping[str, Iterable[str]], groups: Mapping[str, list[str]]) -> None:
        """Takes the rules.

        Raises:
            SafetyFileError: a rule uses an unknown group or mark.
        """
        self.vocabulary: set[str] = set()
        read: _Items = {}  # the same items stand in many rules
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        # Over a thousand rules: each is compiled when a message first calls for it, which most never do.
        self._rules: list[tuple[str, str, list[set[str]]]] = []
        stops = "|".join(groups.get("gap_stops", ["no"]))
        for name, patterns in named.items():
            for pattern in patterns:
                expression, needed = self._expression_of(pattern, groups, stops, read)
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
                for found in compiled(expression).finditer(sentence.line):
                    start = bisect_right(sentence.starts, found.start()) - 1
                    end = bisect_right(sentence.starts, found.end() - 1)
                    if found.end() > found.start():
                        matches.append(Match(name, start, end))
        return matches

    def _expression_of(
        self, pattern: str, groups: Mapping[str, list[str]], stops: str, read: _Items
    ) -> tuple[str, list[set[str]]]:
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
            if item not in read:
                read[item] = self._item(item, groups, pattern)
            either, one_of = read[item]
            if refused:
                expression.append(rf"(?! (?:{either}) )")
            elif optional:
                expression.append(rf"(?: (?:{either})(?= ))?")
            else:
                expression.append(rf" (?:{either})(?= )")
                if one_of is not None:
                    needed.append(one_of)
        return "".join(expression), sorted(needed, key=_cost)

    def _item(self, item: str, groups: Mapping[str, list[str]], pattern: str) -> tuple[str, set[str] | None]:
        """Returns the alternatives of an item as an expression, and the words of which one must occur (none where it counts)."""
        counts = [int(part[:-1]) for part in item.split("|") if re.fullmatch(r"\d+\+", part)]
        words = self._words("|".join(p for p in item.split("|") if not p.endswith("+")), groups, pattern)
        self.vocabulary.update(word for phrase in words for word in phrase.split())
        either = "|".join(sorted(map(re.escape, words), key=len, reverse=True)).replace(r"\ ", " ")
        either = "|".join([either, *map(_numbers_from, counts)])
        if counts:
            return either, None
        return either, {max(phrase.split(), key=lambda w: (w not in _COMMON, len(w))) for phrase in words}

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
