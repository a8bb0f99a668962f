"""Tells whether a message is in another language than English, and in which, with the py3langid library and checks of its own.

Short messages with typos and drug names look foreign to any language identifier, so common English words in the message
outweigh it: a false "I can only read English" to a frightened English speaker is the worse mistake.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot.language.safety_tongue_rules import listed, load_tongues
from bot.language.safety_tongue_rules import words as folded_words

_WORD = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_CHAT = "im ive id ill dont cant wont isnt didnt doesnt wasnt whats thats hows wheres whos u r ur pls plz thx ok nope yep".split()
# Words that English shares with other languages say nothing.
_SHARED = frozenset(
    "a an as at an com de die do du en er es fast hat i in is it la me mi no on pan par per rot se so son un war was".split()
)
# Languages typed in Latin letters that the identifier was not trained on; words no English message holds, two needed.
_ROMANISED = {
    "hi-Latn": frozenset(  # Hindi, Urdu
        "hai hain hoon hu mujhe mera meri mere kya kaise kaun kab kahan nahi nahin aap apko aapko kyun ilaj dawa dard bukhar "
        "batao bataiye chahiye karna karo raha rahi gaya gayi iska uska bhi aur".split()
    ),
    "tl": frozenset(
        "ako ang ng mga ko po opo yung naman kumusta ano paano saan gamot sakit aking natin wala meron".split()
    ),
    "ar-Latn": frozenset("ana enti kifak shou shu wein habibi dawa3 mara6 el7amdulillah".split()),
    "ta-Latn": frozenset("enakku ennoda irukku epdi eppadi marunthu nenu naku undi ela enti".split()),  # Tamil, Telugu
    "sw": frozenset("mimi nina nini ugonjwa dawa saratani tafadhali asante sana".split()),
}
_ALL_ROMANISED = frozenset().union(*_ROMANISED.values())
_SURE = 0.9
_SHARE = 0.25
_ROMANISED_WORDS = 2
# Short Spanish messages are often taken for these languages of Spain, whose speakers read Spanish too.
_READ_AS = {"ca": "es", "gl": "es", "an": "es"}
_LATIN = ("es", "pt", "fr", "de", "it", "pl", "tr", "tl", "vi", "ro")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_UKRAINIAN, _RUSSIAN, _OTHER_CYRILLIC = re.compile("[іїєґ]"), re.compile("[ыэё]"), re.compile("[ўђјљњћџѓќѕ]")
_URDU, _OTHER_ARABIC = re.compile("[ٹڈڑںےھہۓ]"), re.compile("[پچژگکیەۆ]")
_TRADITIONAL = frozenset(
    "發燒個說話療藥們媽這來後為過會嗎讓還沒點氣腫頭臉斷噁嘔難體醫問經麼時間對給應該覺識樣辦術輸轉階壓緊誰謝聽講開關親種標準測驗"
    "檢幫處繼續結論腦癱養剛殺邊衝嚨鬆輕較樂無與從將連幾塊歲週誤練驚亂暈攣癇瘓悶膚贏動學東車長門麗黃龍買賣單雙號電網頁書寫讀錢銀鐘"
)


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
    if len(_ALL_ROMANISED.intersection(words)) >= _ROMANISED_WORDS:
        return True
    english = sum(map(is_english_word, words)) / len(words)
    if english > (0 if doubtful else _SHARE):
        return False
    language, probability = _identifier().classify(text)
    return bool(language != "en" and probability >= _SURE)


def language_of(text: str) -> str | None:
    """Returns which language a message that is not English is in ("es", "zh-Hant", "hi-Latn"), or None where that is not sure.

    A language named here need not be one that the bot has words for.
    """
    if _HANGUL.search(text):
        return "ko"
    if _HAN.search(text):
        return None if _KANA.search(text) else chinese(text)
    if _CYRILLIC.search(text):
        return _in_cyrillic(text.lower())
    if _ARABIC.search(text):
        return "ur" if _URDU.search(text) else None if _OTHER_ARABIC.search(text) else "ar"
    if _DEVANAGARI.search(text):
        return "hi" if likeliest(text, ("hi", "mr", "ne")) == "hi" else None
    words = {word.lower() for word in _WORD.findall(text)}
    marked = {name: len(marks & words) for name, marks in _ROMANISED.items()}
    best = max(marked, key=marked.__getitem__)
    if marked[best] >= _ROMANISED_WORDS and list(marked.values()).count(marked[best]) == 1:
        return best
    known = _by_small_words(text, _LATIN)
    if known is not None:
        return known
    language, probability = _identifier().classify(text)
    if language == "en" or probability < _SURE:
        return None
    return _READ_AS.get(language, str(language))


def _by_small_words(text: str, languages: Sequence[str]) -> str | None:
    """The language with the most small words in a message, if it has two or more of them and no other has as many."""
    said = set(folded_words(text))
    counted = {language: len(said & _small_words()[language]) for language in languages}
    best = max(counted, key=counted.__getitem__)
    return best if counted[best] > 1 and list(counted.values()).count(counted[best]) == 1 else None


@lru_cache(maxsize=1)
def _small_words() -> dict[str, frozenset[str]]:
    return {
        language: frozenset(
            word for phrase in listed(f"{rules.common},{rules.self},{rules.others}") for word in phrase.split()
        )
        for language, rules in load_tongues().items()
    }


def _in_cyrillic(text: str) -> str | None:
    if _OTHER_CYRILLIC.search(text):
        return None
    if _UKRAINIAN.search(text):
        return "uk"
    if _RUSSIAN.search(text):
        return "ru"
    return _by_small_words(text, ("ru", "uk"))


def chinese(text: str) -> str:
    """Returns "zh-Hant" for a Chinese message with letters that only the traditional script has, else "zh-Hans"."""
    return "zh-Hans" if _TRADITIONAL.isdisjoint(text) else "zh-Hant"


def likeliest(text: str, languages: Sequence[str]) -> str:
    """Returns that one of some languages which a message is most likely in, the first where the identifier knows none."""
    ranked = (str(language) for language, _ in _identifier().rank(text))
    return next((language for language in ranked if language in languages), languages[0])


def is_english_word(word: str) -> bool:
    """Tells whether a word in small letters is a common English one that other languages do not share."""
    return word in english_words() and word not in _SHARED


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The Dale-Chall list of words that English-speaking children know, as the textstat library carries it."""
    found = find_spec("textstat")  # where it is, without loading it: it reads its rules of hyphens, which takes a while
    if found is None or found.origin is None:
        raise ImportError("The textstat library is not installed. Install what requirements.lock lists.")
    text = Path(found.origin).with_name("resources").joinpath("en", "easy_words.txt").read_text(encoding="utf-8")
    return frozenset({*(word.strip().lower() for word in text.splitlines()), *_CHAT})


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - its model takes a while to load

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)
