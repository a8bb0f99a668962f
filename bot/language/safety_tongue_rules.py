"""Reads the rules of the safety screen for other languages: `safety_tongues.yml`, whose head explains how one is written.

Here words are folded (small letters, no accents) and rules become regular expressions over folded words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Extra, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.language.safety_rules import SafetyFileError

TONGUES_FILE = Path(__file__).with_name("safety_tongues.yml")
JOINED = ("zh", "ko")  # languages whose rules are made of characters, not of words between spaces
STOP = ";"  # stands for the end of a sentence among folded words
HEAD = 4  # letters of a word by which rules in Latin letters are looked up
_HOT = r"(?:(?:3[89]|4[0-2])(?:\.\d{1,2})?|37\.[5-9]\d?|100\.[4-9]\d?|10[1-6](?:\.\d{1,2})?)"  # a fever, Celsius or Fahrenheit
# Letters whose plain form Unicode does not know, or that people do not tell apart when they type.
_ODD = {"ł": "l", "ı": "i", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ـ": "", "ک": "ك", "ی": "ي", "ے": "ي", "ى": "ي",
        "ہ": "ه", "ھ": "ه", "ۃ": "ه", "ة": "ه", "ں": "ن", "ँ": "ं", "٫": "."}  # fmt: skip
_FOLDED_BLOCKS = ((0x41, 0x5B), (0xC0, 0x250), (0x300, 0x370), (0x400, 0x530), (0x600, 0x700), (0x900, 0x980),
                  (0x1E00, 0x1F00))  # fmt: skip


def _fold_character(character: str) -> str:
    base = unicodedata.normalize("NFKD", character.lower())
    kept = "".join(ch for ch in base if not unicodedata.combining(ch) or ch == "्")
    if kept and kept[0].isdecimal() and len(kept) == 1:
        return str(unicodedata.decimal(kept))
    return "".join(_ODD.get(ch, ch) for ch in kept)


FOLDS = {
    code: folded
    for start, end in _FOLDED_BLOCKS
    for code in range(start, end)
    if (folded := _fold_character(chr(code))) != chr(code)
}


def fold(text: str) -> str:
    """Returns the text in small letters without accents; of some letters (ß) two come out."""
    return text.translate(FOLDS)


class _Shape(BaseModel):
    class Config:
        """Settings that pydantic reads."""

        extra = Extra.forbid
        frozen = True


class TongueRules(_Shape):
    """The rules of one language, as the file has them."""

    words: dict[str, str] = {}
    common: str = ""
    self: str = ""
    others: str = ""
    denied: str = ""
    denied_after: str = ""
    wish_denied: str = ""
    wish_denied_after: str = ""
    emergency: dict[str, tuple[str, ...]]
    crisis: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Rule:
    """One rule, compiled.

    Attributes:
        kind: "emergency" or "crisis".
        sign: the name of the sign.
        text: the rule as written.
        expression: finds it in folded words, each after a space (or in folded characters). Compiled when it is first needed,
            since there are many and most visitors write English.
        heads: the first letters of words, one set for each item that must occur, the least English first; a message that has
            none of a set cannot match. Only of rules in Latin letters.
        says_no: the rule itself holds a word of denial ("no quiero vivir").
        choices: the words of each item that must occur.
    """

    kind: str
    sign: str
    text: str
    expression: str
    heads: tuple[frozenset[str], ...]
    says_no: bool
    choices: tuple[tuple[str, ...], ...]


def listed(text: str) -> tuple[str, ...]:
    """Returns the folded parts of a list written with commas."""
    return tuple(" ".join(words(part)) for part in text.split(",") if part.strip())


_SPOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u097f])+")


def words(text: str) -> list[str]:
    """Returns the folded words of a text."""
    return _SPOKEN.findall(fold(text))


_words_of_part = cache(words)  # of parts of rules alone: what visitors write is not kept


def load_tongues(path: Path | None = None) -> dict[str, TongueRules]:
    """Reads and checks `safety_tongues.yml`.

    Raises:
        SafetyFileError: the file cannot be read, is no YAML, or lacks a part.
    """
    path = path or TONGUES_FILE
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        return {str(name): TongueRules.parse_obj(rules) for name, rules in data.items()}
    except OSError as error:
        raise SafetyFileError(f"{path}: the safety rules cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, YAMLError, AttributeError) as error:
        raise SafetyFileError(f"{path}: the safety rules are no valid YAML mapping: {error}") from error
    except ValidationError as error:
        raise SafetyFileError(f"{path}: the safety rules are not valid: {error}") from error


def compile_rules(language: str, rules: TongueRules, common_heads: frozenset[str]) -> list[Rule]:
    """Returns the rules of one language as expressions.

    Args:
        language: its name in the file.
        rules: what the file says.
        common_heads: heads of English words, which say little.

    Raises:
        SafetyFileError: a rule uses an unknown group, or a stem that is too short.
    """
    groups = {name: [part.strip().replace(" ", "_") for part in text.split(",")] for name, text in rules.words.items()}
    denials = {word for part in (*listed(rules.wish_denied), *listed(rules.denied)) for word in part.split()}
    found = []
    for kind, signs in (("emergency", rules.emergency), ("crisis", rules.crisis)):
        for sign, patterns in signs.items():
            for pattern in patterns:
                found.append(_compile(language, kind, sign, pattern, groups, denials, common_heads))
    return found


def _compile(
    language: str,
    kind: str,
    sign: str,
    pattern: str,
    groups: Mapping[str, list[str]],
    denials: set[str],
    common_heads: frozenset[str],
) -> Rule:
    joined = language in JOINED
    between = {"zh": r"\s*", "ko": r"\s*"}.get(language, r"(?: ,)? ")
    expression: list[str] = []
    choices: list[tuple[str, ...]] = []
    for item in pattern.split():
        if gap := re.fullmatch(r"\[(\d+)\]", item):
            expression.append(rf"[^.!?。！？\n]{{0,{gap[1]}}}?" if joined else rf"(?: [^ {STOP}]+){{0,{gap[1]}}}?")
            continue
        refused, optional = item.startswith("!"), item.endswith("?")
        parts = _alternatives(item.lstrip("!").rstrip("?"), groups, pattern)
        either = "|".join(sorted((_expression(part, language, pattern) for part in parts), key=len, reverse=True))
        ends = "" if joined else r"(?= )"
        if refused:
            expression.append(rf"(?!{between}(?:{either}){ends})")
        elif optional:
            expression.append(rf"(?:{between}(?:{either}){ends})?")
        else:
            expression.append(rf"{between}(?:{either}){ends}")
            choices.append(tuple(parts))
    said = {word for choice in choices for part in choice for word in _words_of_part(part)}
    heads = () if joined else _heads(language, choices, common_heads)
    return Rule(kind, sign, pattern, "".join(expression), heads, bool(said & denials), tuple(choices))


def _alternatives(item: str, groups: Mapping[str, list[str]], pattern: str) -> list[str]:
    parts: list[str] = []
    for part in item.split("|"):
        if part == "<hot>":
            parts.append(part)
        elif group := re.fullmatch(r"<(\w+)>", part):
            if group[1] not in groups:
                raise SafetyFileError(f"safety_tongues.yml: '{pattern}' uses <{group[1]}>, which is not under 'words'.")
            parts += groups[group[1]]
        elif part:
            parts.append(part)
    return parts


def _expression(part: str, language: str, pattern: str) -> str:
    if part == "<hot>":
        return _HOT
    if language in JOINED:
        return r"\s*".join(re.escape(fold(word)) for word in part.split("_"))
    spelt = []
    for word in _spellings(part, language):
        pieces = word.split("_")
        for piece in pieces:
            if piece.endswith("*") and piece.isascii() and len(piece) < HEAD + 1:
                raise SafetyFileError(f"safety_tongues.yml: '{pattern}' has the stem '{piece}', which is too short.")
        spelt.append(" ".join(_word(piece) for piece in pieces))
    return "|".join(dict.fromkeys(spelt))


def _word(piece: str) -> str:
    plain = re.escape(piece.rstrip("*")) + ("[^ ]*" if piece.endswith("*") else "")
    return f"[وف]?{plain}" if "\u0600" <= piece[0] < "\u0700" else plain  # "and" is written as part of the word


@cache
def _spellings(part: str, language: str) -> tuple[str, ...]:
    """The folded forms of a word: in German the umlauts are also typed as two letters."""
    plain = fold(part).replace("'", "_").replace("-", "_")
    if language != "de":
        return (plain,)
    return (plain, fold(part.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")))


def _heads(language: str, choices: Iterable[tuple[str, ...]], common: frozenset[str]) -> tuple[frozenset[str], ...]:
    """The heads of each item of a rule, the item that is least like English first; each alternative gives its rarest word's."""
    found = [
        frozenset(
            min((_head(word) for word in spelt.split("_")), key=lambda head: (head in common, -len(head)))
            for part in parts
            for spelt in _spellings(part, language)
        )
        for parts in choices
        if "<hot>" not in parts
    ]
    return tuple(sorted(found, key=lambda heads: 5 * len(heads & common) + 0.01 * len(heads)))


def _head(word: str) -> str:
    return word.rstrip("*")[:HEAD]
