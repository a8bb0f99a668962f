"""Splits a message into sentences of corrected words, for the safety screen.

Each word keeps its place in the text, so that evidence can be pointed at. Nothing here knows what is dangerous.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

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
