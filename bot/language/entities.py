"""Finds what a message names: stages, lines, drugs and terms in their normal form, and names from outside the guide.

spaCy's English tokenizer splits a message, the corrected word goes into NORM, and spaCy's matchers look there. Nothing is
learned: the words come from the store, so a new drug in the content file is understood as soon as the model is built.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from bot.language.english import english
from bot.language.matching import AFTER_ORDINAL, COUNTED, HURTS, OF_AN_ORGAN, ORDINALS, STAGE_WORDS, add_patterns
from bot.language.outside import load_outside
from bot.language.spelling import Spelling
from bot.language.vocabulary import Vocabulary

_NUMBER = re.compile(
    r"(\d|zero|one|two|too|three|four|five|six|iv|i{1,3}|v)(?:[abc]|(?<=\d)s)?\.?$"
)  # "do all stage 1s ..."
# A number misspelt beside the word "stage"; elsewhere these are words of their own.
_SLIPS = {
    "thre": "three", "tree": "three", "thee": "three", "threee": "three", "thrre": "three", "tow": "two", "twoo": "two",
    "tw": "two", "fore": "four", "foru": "four", "fourr": "four", "won": "one", "oen": "one", "onee": "one",
}  # fmt: skip
# What a number beside a stage counts, when it is not a stage itself.
_COUNTED = frozenset(
    "cm cms mm nodes node lymph positive years yrs year yr months month weeks week days kids children boys girls lumps "
    "tumours tumors spots cycles rounds chemos ops of out x times".split()
)
_ROMAN = re.compile(r"(?:iv|v|i{1,3})[abc]?\.?")
# "Stage ll", "stage lV": small letters L for capital letters I.
_LIKE_ROMAN = re.compile(r"(?=.*l)[lI]{1,3}[abcABC]?|lV")
# What "not" before these says is not said of the name behind them.
_FAILS = frozenset(
    "work working worked help helping helped respond responding hold holding shrink enough touch stick tolerate hack stand stomach "
    "manage handle take cope".split()
)
# "What stage I am": the letter is no number.
_I_DO = frozenset("am m 'm was have had 've ve will would".split())
_NEGATIONS = frozenset({"not", "isnt", "wasnt", "arent", "nt", "n't", "never", "without"})
_AFTER_SECONDARY = frozenset(
    "bc breast cancer has now and or in to please her2 disease diagnosis stage i is what so with pls mine".split()
)
_WORDS_TO_SPELL = ("stage", "metastatic", "neoadjuvant", "maintenance", "luminal", "conjugate", "taxane", "secondaries",
                   "secondary", "surgery", "chemotherapy", "frontline", "metastases", "oncologist", "targeted",
                   "second")  # fmt: skip


@dataclass(frozen=True)
class Mention:
    """One thing a message names.

    Attributes:
        kind: stage, line, ordinal, drug, term, other_drug, other_cancer, other_type or stage_zero.
        value: the normal form ("metastatic", "2", "Enhertu").
        start: first character in the message.
        end: the character after the last.
        negated: the message says that it is not this ("not stage 2").
    """

    kind: str
    value: str
    start: int
    end: int
    negated: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields as a dictionary."""
        return dict(vars(self))  # dataclasses.asdict does the same in ten times the time


class MentionFinder:
    """Finds mentions in messages; made once per model, safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Builds the spaCy matchers from the vocabulary."""
        self.vocabulary = vocabulary
        self._nlp = english()
        names = {
            word
            for text in (*vocabulary.drugs, *vocabulary.stages)
            for word in text.replace("-", " ").split()
            if len(word) >= 5
        }
        self._spelling = Spelling(sorted({*names, *_WORDS_TO_SPELL}))
        self._phrases, self._tokens = add_patterns(self._nlp, vocabulary, load_outside())

    def tokens(self, text: str) -> Doc:
        """Returns the spaCy document of a message, with corrected words in NORM."""
        doc = self._nlp.make_doc(text)
        for token in doc:
            token.norm_ = self._spelling.correct(token.lower_) or token.lower_
            if token.i and token.norm_ in _SLIPS and doc[token.i - 1].norm_ in STAGE_WORDS:
                token.norm_ = _SLIPS[token.norm_]
            if token.i and _LIKE_ROMAN.fullmatch(token.text) and doc[token.i - 1].norm_ in STAGE_WORDS:
                token.norm_ = token.lower_.replace("l", "i")
        return doc

    def find(self, text: str) -> list[Mention]:
        """Returns the mentions of a message in the order in which they stand."""
        return self.find_in(self.tokens(text))

    def find_in(self, doc: Doc) -> list[Mention]:
        """Returns the mentions of a document that `tokens` made."""
        found: list[Mention] = []
        spans: dict[str, list[Span]] = {}
        for key, start, end in (*self._phrases(doc), *self._tokens(doc)):
            spans.setdefault(doc.vocab.strings[key], []).append(doc[start:end])
        for label, group in spans.items():
            for span in filter_spans(group):
                found += self._mentions(label, span)
        found += _bare_ordinals(doc)
        return _without_overlaps(found)

    def _mentions(self, label: str, span: Span) -> list[Mention]:
        text = "".join(token.norm_ + token.whitespace_ for token in span).strip()
        negated = _is_negated(span)

        def mention(kind: str, value: str) -> Mention:
            return Mention(kind, value, span.start_char, span.end_char, negated)

        if label == "stage" and text == "secondary" and span.end < len(span.doc) and span.doc[span.end].is_alpha:
            if span.doc[span.end].norm_ not in _AFTER_SECONDARY:
                return []  # "secondary school", "secondary infection"
        if label in ("stage", "drug", "term"):
            known: dict[str, str] = getattr(self.vocabulary, label + "s")
            return [mention(label, known[_look_up(text, known)])]
        if label == "line":
            return [mention("line", str(self.vocabulary.lines[_look_up(text, self.vocabulary.lines)]))]
        if label == "shorthand":
            drugs, terms = self.vocabulary.shorthands[_look_up(text, self.vocabulary.shorthands)]
            return [mention("drug", name) for name in drugs] + [mention("term", name) for name in terms]
        if label in ("other_drug", "other_cancer", "other_type", "stage_zero"):
            return [mention(label, text)]
        if label == "line_noun":
            word = next(token.norm_ for token in span if token.norm_ in ORDINALS or token.norm_ in COUNTED)
            return [mention("line", str(ORDINALS.get(word) or COUNTED[word]))]
        if label == "spread_when" and span.end < len(span.doc) and span.doc[span.end].is_alpha:
            return []  # "when it has spread to the nodes": how far is said by what follows
        if label == "spread_named" and not _names_the_spread(span):
            return []
        if label in ("spread", "spread_named") and span.end < len(span.doc):
            if span.doc[span.end].norm_ in OF_AN_ORGAN:
                return []  # "going to the bone clinic"
        if label in ("spread", "spread_when", "spread_named"):
            stage = self.vocabulary.spread_stage
            return [mention("stage", stage)] if stage else []
        return self._stage_numbers(label, span, negated)

    def _stage_numbers(self, label: str, span: Span, negated: bool) -> list[Mention]:
        if (
            label == "stage_roman"
            and span.start
            and span.doc[span.start - 1].norm_ in ("grade", "gr", "g", *STAGE_WORDS)
        ):
            return []
        if label == "stage_ordinal":
            values = [str(ORDINALS[span[0].norm_])]
        elif label == "stage_glued":
            values = re.findall(r"(?:\d|iv|i{1,3})(?=[abc]?$)", span.text.lower())
        else:
            numbers = [token for token in span if _NUMBER.fullmatch(token.norm_) and not _is_pronoun(token, span)]
            values = [token.norm_ for token in numbers[:1]]
            values += [token.norm_ for token in numbers[1:] if _is_another_stage(token, numbers[0])]
        found = []
        for value in values:
            number = _NUMBER.fullmatch(value)
            base = number.group(1) if number else value
            base = "two" if base == "too" else base  # "stage too", as a phone hears it
            stage = self.vocabulary.numerals.get(base)
            place = next((token for token in span if token.norm_ == value), None)
            start, end = (place.idx, place.idx + len(place)) if place is not None else (span.start_char, span.end_char)
            wrong = negated or (place is not None and place.i > span.start and span.doc[place.i - 1].norm_ == "not")
            if stage is not None:
                found.append(Mention("stage", stage, start if len(values) > 1 else span.start_char, end, wrong))
            else:
                kind = "stage_zero" if base in ("0", "zero") else "stage_unknown"
                found.append(Mention(kind, base, span.start_char, end, wrong))
        return found


def shared_finder(vocabulary: Vocabulary) -> MentionFinder:
    """Returns the finder for a vocabulary; two that hold the same get the same finder."""
    return _finder_for(json.dumps(vocabulary.to_dict()))


@lru_cache(maxsize=2)
def _finder_for(vocabulary: str) -> MentionFinder:
    return MentionFinder(Vocabulary.from_dict(json.loads(vocabulary)))


def _names_the_spread(span: Span) -> bool:
    """Tells whether organs stand where a spread is told: "brain + liver, what is first", not "sore hips and ribs"."""
    doc = span.doc
    if any(token.norm_ in HURTS for token in doc[max(0, span.start - 4) : span.end + 3]):
        return False
    ends = span.end == len(doc) or doc[span.end].is_punct
    starts = span.start == 0 or doc[span.start - 1].is_punct
    return starts and (ends or doc[span.start].norm_ not in ("in", "into", "on"))


def _is_pronoun(token: Token, span: Span) -> bool:
    """Tells whether a stage's number is the word "I": "nobody has said what stage I am", but not "stage I, am 40"."""
    doc, after = span.doc, token.i + 1
    if token.lower_ != "i" or after >= len(doc) or doc[after].lower_ not in _I_DO:
        return False
    asked = span.start > 0 and doc[span.start - 1].norm_ in ("what", "which", "whatever", "the")
    return asked or doc[after].lower_ in ("am", "m", "'m")


def _is_another_stage(token: Token, first: Token) -> bool:
    """Tells whether a number after a stage is a stage too: not in "stage 2, 3cm", "stage 3, 5 nodes" or "stage 3 and I"."""
    doc, after = token.doc, token.i + 1
    if token.norm_ in ("i", "v") and not _ROMAN.fullmatch(first.norm_):
        return False
    following = doc[after].norm_ if after < len(doc) else ""
    ends = following in ("", "or", "and", "vs", "versus", "to", "&") or not following[:1].isalnum()
    if doc[token.i - 1].norm_ == ",":
        return ends
    return ends or following not in _COUNTED


def _bare_ordinals(doc: Doc) -> list[Mention]:
    """Finds "first", "2nd", "third" that stand alone; "second opinion" and "2nd year" are not meant."""
    found = []
    for token in doc:
        number = ORDINALS.get(token.norm_)
        if number is None or token.norm_.isdigit():
            continue
        if token.i > 1 and doc[token.i - 1].norm_ == "the" and doc[token.i - 2].norm_ in ("on", "since", "by", "until"):
            continue  # "had my lumpectomy on the 3rd" is a date
        if token.i + 1 == len(doc) or doc[token.i + 1].norm_ in AFTER_ORDINAL or doc[token.i + 1].is_space:
            negated = _is_negated(doc[token.i : token.i + 1])
            found.append(Mention("ordinal", str(number), token.idx, token.idx + len(token), negated))
    return found


def _look_up(text: str, known: dict[str, Any]) -> str:
    """Finds the key that a matched text stands for; spacing around hyphens and signs may differ from the key."""
    if text in known:
        return text
    squeezed = re.sub(r"\s+", "", text)
    return next(key for key in known if re.sub(r"\s+", "", key) == squeezed)


def _is_negated(span: Span) -> bool:
    before = span.doc[max(0, span.start - 2) : span.start]
    if not len(before):
        return False
    # "no nodes, stage 1" and "no, stage 2" deny nothing about the stage; "no mets" and "not a stage 2" do.
    if len(before) > 1 and before[0].lower_ == "without":  # "Herceptin without chemo stage 1" denies the chemo
        before = before[1:]
    if len(before) > 1 and (before[-1].lower_ in _FAILS or before[-1].lower_[:1].isdigit()):
        return False  # "what if Herceptin doesn't work stage 1", "it's not 3, it's in my liver"
    return before[-1].lower_ == "no" or any(token.lower_ in _NEGATIONS for token in before)


# When two kinds claim the same words, the more specific reading wins; a stage and a term may share a word.
_RANK = {"drug": 0, "other_drug": 1, "other_cancer": 2, "other_type": 2, "stage_zero": 3, "stage": 4, "line": 5,
         "term": 6, "ordinal": 7, "stage_unknown": 8}  # fmt: skip


def _without_overlaps(found: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(set(found), key=lambda m: (-(m.end - m.start), _RANK[m.kind], m.value)):
        rivals = [m for m in kept if m.start < mention.end and mention.start < m.end]
        same_words = all((m.start, m.end) == (mention.start, mention.end) for m in rivals)
        pair = {mention.kind, *(m.kind for m in rivals)}
        allowed = pair <= {"drug", "term"} and same_words or pair == {"stage", "term"} or pair == {"stage", "drug"}
        if not rivals or allowed:
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.start, m.end, m.kind, m.value))
