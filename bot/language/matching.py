"""The patterns by which spaCy finds stages, lines, drugs, terms and outside names in a message.

`add_patterns` fills spaCy's own matchers from the vocabulary; `bot.language.entities` turns their matches into mentions.
All patterns look at NORM, which holds the corrected lower-case word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spacy.language import Language
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from bot.language.outside import Outside
from bot.language.vocabulary import Vocabulary

STAGE_WORDS = ["stage", "stages", "staged", "staging", "stg", "stge", "satge", "stag", "satage", "st", "st."]
ORDINALS = {
    "1": 1, "1st": 1, "first": 1, "frist": 1, "fisrt": 1, "initial": 1,
    "2": 2, "2nd": 2, "second": 2, "secound": 2, "sencond": 2,
    "3": 3, "3rd": 3, "third": 3, "thrid": 3,
    "4th": 4, "fourth": 4, "forth": 4,
}  # fmt: skip
_ORDINAL_WORDS = [word for word in ORDINALS if not word.isdigit()]
COUNTED = {"one": 1, "two": 2, "three": 3, "1": 1, "2": 2, "3": 3}
_LINE_NOUNS = [
    "line", "lines", "lin", "lne", "ine",
    "treatment", "treatments", "treatmnt", "tx", "txt", "therapy", "therapies", "drug", "drugs",
    "option", "options", "lot", "regimen", "med", "meds", "medicine", "choice", "step",
]  # fmt: skip
# What may stand after a bare "first/second/third" that means a line: the end, or one of these. "second opinion", "2nd
# year" and "first visit" are thereby no lines.
AFTER_ORDINAL = frozenset([
    "?", ".", ",", "!", ";", "-", "for", "in", "at", "then", "off", "with", "and", "or", "when", "if", "after", "before",
    "now", "please", "pls", "again", "is", "does", "do", "one", "thing", "go", "up", "stage", "on", "usually", "normally",
    "these", "chemo", "surgery", "than", "as", "to", "of", "here", "there", "i", "1", "aswell", "too", "also",
    "tho", "though", "thx", "thanks", "xx", "x",
    "drugs", "they", "would", "come", "comes",
])  # fmt: skip
_SPREAD_VERBS = [
    "spread", "spreading", "spreads", "gone", "went", "moved", "travelled", "traveled", "mets", "metastases", "recurred",
    "secondary", "secondaries", "progression", "progressed", "spots", "lesion", "lesions", "cancer", "back", "tumours",
    "tumors", "tumour", "tumor", "it", "its", "spred", "jumped", "metastasised", "metastasized", "turned", "reached", "into",
]  # fmt: skip
_ORGANS = [
    "liver", "lung", "lungs", "bone", "bones", "brain", "spine", "skull", "pelvis", "hip", "hips", "ribs", "rib",
    "adrenal", "organs", "organ", "elsewhere", "sternum", "pleura", "ovaries", "ovary", "peritoneum", "vertebrae", "femur",
    "adrenals", "kidney", "kidneys", "pancreas", "spleen", "scapula", "backbone", "meninges", "marrow",
]  # fmt: skip
# "Mum's is in her lungs now".
_OWNERS = [
    "mums", "moms", "mams", "mum", "mom", "mam", "dads", "dad", "hers", "his", "mine", "wifes", "wife", "sisters", "sister",
    "husbands", "nans", "grans", "aunts", "partners", "friends", "cancer",
]  # fmt: skip
_GOES = [
    "goes", "go", "going", "gets", "get", "comes", "came", "come", "shows", "showed", "shown", "showing", "popped", "pops",
    "appeared", "appears", "landed", "lands", "settled", "settles", "sitting", "sits", "growing", "travels",
]  # fmt: skip
# What follows an organ where no cancer has spread to it: "in my liver tests", "going to the bone clinic".
OF_AN_ORGAN = frozenset([
    "scan", "scans", "test", "tests", "biopsy", "clinic", "specialist", "ward", "doctor", "function", "functions", "pain",
    "pains", "ache", "aches", "density", "health", "strength", "problems", "trouble", "injection", "injections", "results",
    "bloods", "enzymes", "readings", "mri", "ct", "xray", "replacement", "hurts", "hurt", "aching", "sore", "stuff",
])  # fmt: skip
HURTS = frozenset([
    "pain", "pains", "painful", "ache", "aches", "achy", "aching", "sore", "hurt", "hurts", "hurting", "bad", "affect",
    "affects", "damage", "damages", "harm", "harmful", "scan", "scans", "stiff", "twinge", "twinges", "cramp", "cramps",
])  # fmt: skip


def add_patterns(nlp: Language, vocabulary: Vocabulary, outside: Outside) -> tuple[PhraseMatcher, Matcher]:
    """Returns the phrase matcher (names) and the token matcher (numbers, order, spread) for a vocabulary."""
    phrases = PhraseMatcher(nlp.vocab, attr="NORM")
    for label, texts in (
        ("stage", vocabulary.stages),
        ("line", vocabulary.lines),
        ("drug", vocabulary.drugs),
        ("term", vocabulary.terms),
        ("shorthand", vocabulary.shorthands),
        ("other_drug", _not_ours(outside.other_drugs, vocabulary)),
        ("other_cancer", _not_ours(outside.other_cancers, vocabulary)),
        ("other_type", _not_ours(outside.not_our_type, vocabulary)),
        ("stage_zero", _not_ours(outside.before_stage_1, vocabulary)),
    ):
        phrases.add(label, [_pattern(nlp, text) for text in texts])
    tokens = Matcher(nlp.vocab)
    for label, patterns in _token_patterns(sorted(vocabulary.numerals)).items():
        tokens.add(label, patterns)
    return phrases, tokens


def _not_ours(names: Iterable[str], vocabulary: Vocabulary) -> list[str]:
    """Returns the outside names without those that this guide holds: a guide to lung cancer is about lung cancer."""
    held = {**vocabulary.drugs, **vocabulary.stages, **vocabulary.terms}
    about = f" {vocabulary.cancer} "
    return [name for name in names if name not in held and f" {name} " not in about]


def _pattern(nlp: Language, text: str) -> Doc:
    """Makes a pattern with the NORM that messages get: the lower-case word, not spaCy's own spelling variants."""
    doc = nlp.make_doc(text)
    for token in doc:
        token.norm_ = token.lower_
    return doc


def _token_patterns(numerals: list[str]) -> dict[str, list[list[dict[str, Any]]]]:
    number = {"NORM": {"REGEX": r"^(?:\d|zero|one|two|too|three|four|five|six|i{1,3}|iv|v)(?:[abcABC]|(?<=\d)s)?\.?$"}}
    stage_word = {"NORM": {"IN": STAGE_WORDS}}
    filler = {
        "NORM": {"IN": ["is", "at", "-", ":", "#", "now", "a", "number", "no", "like", "of"]},
        "OP": "?",
    }
    joiner = {"NORM": {"IN": ["or", "and", "vs", "versus", "to", "/", "-", ",", "&", "not"]}}
    ordinal = {"NORM": {"IN": _ORDINAL_WORDS}}
    spread = {"NORM": {"IN": _SPREAD_VERBS}}
    small = {"NORM": {"IN": ["to", "in", "into", "on", "at", "the", "my", "her", "his", "their", "of", "now", "mums",
                             "moms", "both", "and", "her2", "up", "a", "few", "new", "is", "was", "been",
                             "other", "'s", "s", "also", "gone", "your", "our", "yr", "it", "all", "got",
                             "found", "just", "one", "left", "right", "as", "well", "lining", "top", "base", "side"]},
             "OP": "*"}  # fmt: skip
    organ = {"NORM": {"IN": _ORGANS}}
    gone = {
        "NORM": {"IN": ["spread", "spreads", "spreading", "spred", "gone", "went", "travelled", "traveled", "moved"]}
    }
    any_word = {"IS_PUNCT": False, "NORM": {"NOT_IN": ["or", "if", "not", "could", "before"]}, "OP": "?"}
    cancer = {"NORM": {"IN": ["her2", "cancer", "bc", "disease", "breast", "her2-positive", "her2+"]}}
    carrying = {"NORM": {"IN": ["for", "with", "treat", "treats", "have", "has"]}}
    inside = {"NORM": {"IN": ["in", "into", "on"]}}
    her2 = {"NORM": {"IN": ["her2", "her2+", "positive"]}}
    owner = {"NORM": {"IN": _OWNERS}}
    has = {"NORM": {"IN": ["is", "'s", "s", "has", "now", "been", "gone"]}, "OP": "*"}
    goes = {"NORM": {"IN": _GOES}}
    way = {"NORM": {"IN": ["up", "back", "out", "over", "again", "straight", "all"]}, "OP": "*"}
    whither = {"NORM": {"IN": ["to", "in", "into", "on", "onto"]}}
    whose = {"NORM": {"IN": ["the", "my", "her", "his", "both", "our", "mums", "moms"]}, "OP": "?"}
    beside = {"NORM": {"IN": ["and", "+", "&", "/", ",", "plus"]}}
    breast = {"NORM": "breast", "OP": "?"}
    far = {"NORM": {"IN": ["everywhere", "body", "places", "elsewhere"]}}
    return {
        "stage_number": [
            [stage_word, filler, number],
            [stage_word, filler, number, joiner, number],
            [stage_word, filler, number, joiner, number, joiner, number],
        ],
        "stage_glued": [[{"NORM": {"REGEX": r"^(?:stage|stg|st)[-.]?(?:\d|iv|i{1,3})[abc]?$"}}]],
        "stage_ordinal": [[{"NORM": {"IN": [*_ORDINAL_WORDS]}}, {"NORM": "-", "OP": "?"}, stage_word]],
        "stage_roman": [[{"NORM": {"REGEX": r"^(?:(?:ii|iii)[abc]?|[123][abc])$"}}]],
        "spread_when": [[{"NORM": {"IN": ["when", "once"]}}, {"NORM": {"IN": ["it", "its"]}},
                         {"NORM": {"IN": ["'s", "s", "has", "is", "had"]}, "OP": "?"}, {"NORM": {"IN": ["spread", "spred"]}}]],
        "spread": [[spread, small, organ], [gone, small, far], [gone, {"NORM": "all"}, {"NORM": {"IN": ["over", "around"]}}],
                   [gone, any_word, any_word, any_word, any_word, small, organ],
                   [carrying, {"NORM": {"IN": ["spread", "spred"]}}, cancer],
                   [her2, inside, breast, small, organ],
                   [owner, has, inside, small, organ], [goes, way, whither, small, organ],
                   [organ, {"NORM": {"IN": ["mets", "secondaries", "metastases", "metastasis", "ones", "deposits", "lesions",
                                            "tumours", "tumors"]}}]],
        "spread_named": [[inside, whose, organ], [organ, beside, whose, organ]],
        "line_noun": [
            [{"NORM": {"IN": _LINE_NOUNS}}, {"NORM": {"IN": ["number", "no", "no.", "num", "#", "nr"]}},
             {"NORM": {"IN": list(COUNTED)}}],
            [ordinal, {"NORM": {"IN": ["line", "lin", "lne"]}}, {"NORM": "of"},
             {"NORM": {"IN": ["treatment", "treatments", "therapy", "therapies", "chemo", "drugs", "attack", "defence"]}}],
            [ordinal, {"NORM": {"IN": ["-", "her2", "main", "actual", "proper", "targeted", "of", "set"]}, "OP": "*"},
             {"NORM": {"IN": _LINE_NOUNS}}],
        ],
    }  # fmt: skip
