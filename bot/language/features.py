"""What the intent model reads in a message: its words, parts of its words, and the message with the names taken out.

Taking names out is what the guide's vocabulary adds: each drug, stage, line and outside name that `MentionFinder` finds is
replaced by a word for its kind ("what comes after xdrug"), so that what was learnt about one drug holds for all of them,
and for one that is added to the content file later. The flags say the same as numbers. Without a finder both are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language.shorthand import written_out

Matrix = npt.NDArray[np.float32]
Row = tuple[npt.NDArray[np.int64], Matrix]

_COUNTED = ("drug", "stage", "line", "ordinal", "term", "other_drug", "other_cancer", "other_type", "stage_zero")
_SELF = frozenset({"i", "i'm", "im", "ive", "i've", "my", "me"})
_KEPT_AS_SAID = frozenset({"term", "ordinal"})
_WORDS = r"(?u)\b\w+\b|\?"
_FEW = 100  # among so few messages no part of a word stands in too few
FLAG_NAMES = (*_COUNTED, "first person", "short", "long", "question mark")


class Finder(Protocol):
    """Finds what a message names (see `bot.language.entities.MentionFinder`)."""

    vocabulary: Any

    def find(self, text: str) -> Sequence[Any]:
        """Returns mentions with `kind`, `start` and `end`, in the order in which they stand."""


@dataclass(frozen=True)
class Prepared:
    """Messages made ready for the model.

    Attributes:
        said: the messages in lower case.
        marked: the same with names replaced by words for their kinds; without a finder, the messages as they are.
        flags: shape (number of messages, number of `FLAG_NAMES`), or None without a finder.
    """

    said: list[str]
    marked: list[str]
    flags: Matrix | None


def without_names(text: str, mentions: Sequence[Any]) -> str:
    """Returns a message with each name replaced by a word for its kind; terms and ordinals stay as they are.

    >>> from bot.language.entities import Mention
    >>> without_names("after Enhertu", [Mention("drug", "Enhertu", 6, 13)])
    'after xdrug'
    """
    kept: list[str] = []
    at = 0
    for mention in mentions:
        if mention.start < at or mention.kind in _KEPT_AS_SAID:
            continue
        kept += [text[at : mention.start], "x" + mention.kind.replace("_", "")]
        at = mention.end
    return "".join([*kept, text[at:]])


def flags_of(text: str, mentions: Sequence[Any]) -> list[float]:
    """Returns the flags of a message, one number for each of `FLAG_NAMES`: how often (at most twice), or yes and no."""
    kinds = [mention.kind for mention in mentions]
    words = text.lower().split()
    return [
        *(float(min(2, kinds.count(kind))) for kind in _COUNTED),
        float(not _SELF.isdisjoint(words)),
        float(len(words) < 4),
        float(len(words) > 25),
        float("?" in text),
    ]


class TextFeatures:
    """Turns messages into sparse rows: blocks of TF-IDF, the part of a row in each block of length 1."""

    def __init__(self, finder: Finder | None = None, *, char_min_df: int = 2) -> None:
        """Takes the finder of the guide's names, where there is one.

        Args:
            finder: finds the names; without it there are neither marked messages nor flags.
            char_min_df: in how many messages a part of a word must stand to count.
        """
        self.finder = finder
        self._readers: list[_Reader] | None = None
        self._blocks = {
            "word": TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORDS),
            "char": TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, min_df=char_min_df),
        }
        if finder is not None:
            self._blocks["marked"] = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORDS)

    def prepare(self, texts: Sequence[str], mentions: Sequence[Sequence[Any] | None] | None = None) -> Prepared:
        """Finds the names in messages and takes them out.

        Args:
            texts: the messages.
            mentions: what the finder found in each of them, where somebody asked it before; None where nobody did.
        """
        if self.finder is None:
            return Prepared([text.lower() for text in texts], list(texts), None)
        said = [written_out(text.lower()) for text in texts]
        found = mentions or [None] * len(texts)
        pairs = [
            (text, self.finder.find(text) if known is None else known) for text, known in zip(texts, found, strict=True)
        ]
        flags = np.asarray([flags_of(*pair) for pair in pairs], dtype=np.float32).reshape(len(pairs), len(FLAG_NAMES))
        return Prepared(said, [written_out(without_names(*pair).lower()) for pair in pairs], flags)

    def fit_transform(self, messages: Prepared) -> Any:
        """Learns words and weights from messages and returns their features, as `transform` does."""
        if len(messages.said) < _FEW:
            self._blocks["char"].set_params(min_df=1)
        rows = [
            block.fit_transform(messages.marked if name == "marked" else messages.said)
            for name, block in self._blocks.items()
        ]
        self._readers = None
        return sparse.hstack(rows, format="csr")

    def transform(self, messages: Prepared) -> Any:
        """Returns the features of messages: a CSR matrix of shape (number of messages, number of words known)."""
        return self.matrix(self.rows(messages))

    def matrix(self, rows: list[Row]) -> Any:
        """Returns rows as a CSR matrix."""
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        width = sum(len(block.vocabulary_) for block in self._blocks.values())
        return sparse.csr_matrix((values, columns, ends), shape=(len(rows), width), dtype=np.float32)

    def rows(self, messages: Prepared) -> list[Row]:
        """Returns, for each message, the columns of the words that it holds, and their values.

        The figures are those of scikit-learn's own `transform`, which takes ten times as long for a single message.
        """
        if self._readers is None:
            self._readers = []
            start = 0
            for name, block in self._blocks.items():
                common = self._blocks["word"].vocabulary_
                self._readers.append(_Reader(block, start, common, marked=name == "marked"))
                start += len(block.vocabulary_)
        found = []
        for said, marked in zip(messages.said, messages.marked, strict=True):
            parts = [reader.read(marked if reader.marked else said) for reader in self._readers]
            found.append((np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])))
        return found

    def vectorizers(self) -> dict[str, TfidfVectorizer]:
        """The blocks by name, to be kept and restored."""
        return dict(self._blocks)


class _Reader:
    """One block of TF-IDF, reading one message at a time."""

    def __init__(self, block: TfidfVectorizer, start: int, common: Collection[str], *, marked: bool) -> None:
        self.marked = marked
        self._start = start
        self._split = block.build_analyzer()
        self._places: dict[str, int] = block.vocabulary_
        self._idf = np.asarray(block.idf_)
        self._by_word = block.analyzer == "char_wb"
        self._common = common
        self._parts: dict[str, list[int]] = {}

    def read(self, text: str) -> Row:
        """Returns the columns of the words of a text, and their values."""
        found = self._found(text)
        known = Counter(found) if len(set(found)) < len(found) else None
        columns = np.array(found if known is None else list(known), dtype=np.int64)
        values = self._idf[columns]
        if known is not None:
            values *= 1 + np.log(np.fromiter(known.values(), dtype=float, count=len(known)))
        length = float(np.sqrt(values @ values)) or 1.0
        return columns + self._start, (values / length).astype(np.float32)

    def _found(self, text: str) -> list[int]:
        """Returns the places of all words of a text that are known, or of the parts of its words."""
        if not self._by_word:
            return [place for word in self._split(text) if (place := self._places.get(word)) is not None]
        found: list[int] = []
        for word in text.split():
            parts = self._parts.get(word)
            if parts is None:
                parts = [place for part in self._split(word) if (place := self._places.get(part)) is not None]
                if word in self._common:  # words of the examples only: what visitors type is not kept
                    self._parts[word] = parts
            found += parts
        return found
