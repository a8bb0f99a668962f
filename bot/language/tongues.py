"""Tells whether a message is in another language than English, with the py3langid library and a check of its own.

Short messages with typos and drug names look foreign to any language identifier, so common English words in the message
outweigh it: a false "I can only read English" to a frightened English speaker is the worse mistake.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_CHAT = "im ive id ill dont cant wont isnt didnt doesnt wasnt whats thats hows wheres whos u r ur pls plz thx ok nope yep".split()
# Words that English shares with other languages say nothing.
_SHARED = frozenset(
    "a an as at an com de die do du en er es fast hat i in is it la me mi no on pan par per rot se so son un war was".split()
)
# Languages typed in Latin letters that the identifier was not trained on; words no English message holds, two needed.
_ROMANISED = frozenset(
    "hai hain hoon hu mujhe mera meri mere kya kaise kaun kab kahan nahi nahin aap apko aapko kyun ilaj dawa dard bukhar "
    "batao bataiye chahiye karna karo raha rahi gaya gayi iska uska bhi aur "  # Hindi, Urdu
    "ako ang ng mga ko po opo yung naman kumusta ano paano saan gamot sakit aking natin wala meron "  # Tagalog
    "ana enti kifak shou shu wein habibi dawa3 mara6 el7amdulillah "  # Arabic
    "enakku ennoda irukku epdi eppadi marunthu nenu naku undi ela enti "  # Tamil, Telugu
    "mimi nina nini ugonjwa dawa saratani tafadhali asante sana".split()  # Swahili
)
_SURE = 0.9
_SHARE = 0.25
_ROMANISED_WORDS = 2


def is_other_language(text: str, *, doubtful: bool = False) -> bool:
    """Returns True when a message of some length is surely not English.

    Args:
        text: the message.
        doubtful: nothing else speaks for another language, so not one common English word may be in it.
    """
    letters = _LETTER.findall(text)
    if len(letters) < 4:
        return False
    latin = sum(ch < "\u0250" for ch in letters)
    if latin < 0.4 * len(letters):
        return True
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < 3:
        return False
    if len(_ROMANISED.intersection(words)) >= _ROMANISED_WORDS:
        return True
    english = sum(word in _english() and word not in _SHARED for word in words) / len(words)
    if english > (0 if doubtful else _SHARE):
        return False
    language, probability = _identifier().classify(text)
    return bool(language != "en" and probability >= _SURE)


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """The Dale-Chall list of words that English-speaking children know, as the textstat library carries it."""
    text = (files("textstat") / "resources" / "en" / "easy_words.txt").read_text(encoding="utf-8")
    return frozenset({*(word.strip().lower() for word in text.splitlines()), *_CHAT})


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - its model takes a while to load

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
