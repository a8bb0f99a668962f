"""Misspelt names: a word that is close to one known name is read as that name, with the rapidfuzz library."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

# English words close enough to a drug's or a term's name to be taken for it by distance alone.
_NOT_A_NAME = frozenset(
    "perfect perfectly inherit inherited inherits taxi taxis taxes taxon project projects reception exception "
    "perjury taco metabolic metallic metastasise node nodes taxied mood model modes total tumour tumours tumor "
    "regime regiment resident residents persistent distant existing insistent assistant consistent inherent "
    "operations options optional opinion surgeon surgeons".split()
)
_MIN_LENGTH = 5


def allowed_slips(length: int) -> int:
    """Returns how many slips (insert, delete, replace, swap) a name of this length may carry and still be read."""
    if length < _MIN_LENGTH:
        return 0
    if length <= 6:
        return 1
    return 2 if length <= 9 else 3


class Spelling:
    """Corrects single words against a fixed list of names."""

    def __init__(self, names: Iterable[str]) -> None:
        """Takes the names; only single words of at least five letters can be corrected to."""
        self._names = sorted({name for name in names if name.isalpha() and len(name) >= _MIN_LENGTH})
        self._known = frozenset(self._names)
        self._correct = lru_cache(maxsize=4096)(self._search)

    def correct(self, word: str) -> str | None:
        """Returns the name that a lower-case word means, or None if it is no misspelt name.

        A word equal to a name is not "misspelt": it gives None as well. Two names equally close give None, because a
        wrong drug would be worse than a question.
        """
        if len(word) < _MIN_LENGTH or len(word) > 24 or not word.isalpha():
            return None
        if word in self._known or word in _NOT_A_NAME:
            return None
        return self._correct(word)

    def _search(self, word: str) -> str | None:
        found = extract(
            word,
            self._names,
            scorer=OSA.distance,
            score_cutoff=allowed_slips(len(word) + 1) + 1,
            limit=2,
        )
        # Who gets the first four letters right may get one more of the others wrong: "xeloder".
        fitting = [
            (name, slips)
            for name, slips, _ in found
            if slips
            <= allowed_slips(min(len(name), len(word) + 1))
            + (name[:4] == word[:4] and len(name) < 10 and abs(len(name) - len(word)) < 2)
        ]
        if not fitting or (len(fitting) > 1 and fitting[0][1] == fitting[1][1]):
            return None
        return str(fitting[0][0])
