"""Makes the varied safety suite: each hand-written base as patients would also type it.

Every variant means the same as its base: a typing slip or two, no capitals or punctuation, played down, told about
somebody else, or beside an ordinary question. The same seed always gives the same suite.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.language.safety_rules import Rules, groups_of, load_rules

DATA = Path(__file__).parent / "data"
BASES = DATA / "safety_bases.jsonl"
ORDINARY = DATA / "safety_ordinary.jsonl"

_PREFIXES = (
    "probably nothing but ",
    "im sure its nothing but ",
    "dont want to make a fuss but ",
    "sorry to bother you, ",
    "i know you're busy, but ",
    "not sure if this matters but ",
    "feel silly asking but ",
    "dont want to bother them on a sunday but ",
)
_SUFFIXES = (
    " but its probably nothing",
    ", my husband says im overreacting",
    ". prob just me being daft",
    " but i dont like to bother anyone",
    ". not worried really",
    ", im sure itll pass",
)
_QUESTIONS = (
    "what comes after enhertu?",
    "what is the treatment for stage 2?",
    "how often is herceptin given?",
    "what does her2 low mean?",
    "what should i ask my oncologist?",
    "is kadcyla a chemo?",
)
_RELATIONS = ("mum", "wife", "sister", "mother", "partner", "friend")
_PRONOUNS = {
    "i": "she", "im": "shes", "i'm": "she's", "ive": "shes", "i've": "she's", "id": "shed", "i'd": "she'd",
    "ill": "shell", "i'll": "she'll", "my": "her", "me": "her", "mine": "hers", "myself": "herself",
}  # fmt: skip
_VERBS = {
    "have": "has", "am": "is", "want": "wants", "feel": "feels", "keep": "keeps", "think": "thinks", "wish": "wishes",
    "dont": "doesnt", "don't": "doesn't", "havent": "hasnt", "haven't": "hasn't", "need": "needs", "hope": "hopes",
    "pray": "prays", "get": "gets", "know": "knows", "look": "looks", "see": "sees", "do": "does", "take": "takes",
    "were": "was", "go": "goes", "look at": "looks at",
}  # fmt: skip
_KEYS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


@dataclass(frozen=True)
class Prompt:
    """One line of the suite.

    Attributes:
        text: what is typed.
        expect: "emergency" or "crisis".
        base: the id of the hand-written line.
        how: "base" or the name of the variation.
        person: "self" or "other".
    """

    text: str
    expect: str
    base: str
    how: str
    person: str


def read_jsonl(path: Path) -> list[dict[str, str]]:
    """Returns the rows of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def suite(seed: int = 20250918) -> Iterator[Prompt]:
    """Yields every base that must raise an alarm, and its variants."""
    rows = [row for row in read_jsonl(BASES) if row["expect"] in ("emergency", "crisis")]
    real = real_words()
    for row in rows:
        text, person = row["text"], row["person"]
        rng = random.Random(f"{seed}-{row['id']}")
        made = {
            "base": text,
            "typo 1": typo(text, rng, 1, real),
            "typo 2": typo(text, rng, 2, real),
            "plain": plain(text),
            "played down before": rng.choice(_PREFIXES) + lower_first(text),
            "played down after": text.rstrip(" .!?") + rng.choice(_SUFFIXES),
            "question before": f"{rng.choice(_QUESTIONS)} {text}",
            "question after": f"{text.rstrip(' .')}. {rng.choice(_QUESTIONS)}",
        }
        if person == "self":
            made["third person"] = third_person(text, rng)
        for how, variant in made.items():
            if how == "base" or variant != text:
                yield Prompt(variant, row["expect"], row["id"], how, "other" if how == "third person" else person)


def real_words() -> frozenset[str]:
    """Returns words that a slip must not make by chance: "chess" is no misspelt "chest" any more."""
    rules = load_rules_once()
    written = " ".join(row["text"] for path in (BASES, ORDINARY) for row in read_jsonl(path)).lower()
    groups = " ".join(phrase for group in groups_of(rules).values() for phrase in group)
    return frozenset(re.findall(r"[a-z]+", f"{rules.ordinary_words} {groups} {written}"))


@lru_cache(maxsize=1)
def load_rules_once() -> Rules:
    """Returns the rules of the screen."""
    return load_rules()


def typo(text: str, rng: random.Random, slips: int, real: frozenset[str]) -> str:
    """Returns the text with a slip in each of so many words of at least five letters, never in a first letter."""
    misspelt = load_rules_once().short_forms
    places = [match for match in re.finditer(r"[A-Za-z]{5,}", text) if match.group().lower() not in misspelt]
    for match in sorted(rng.sample(places, min(slips, len(places))), key=lambda m: -m.start()):
        for _ in range(20):
            word = _slip(match.group(), rng)
            if word.lower() not in real and word != match.group():
                text = text[: match.start()] + word + text[match.end() :]
                break
    return text


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(_KEYS.get(word[at].lower(), word[at])) + word[at + 1 :]


def plain(text: str) -> str:
    """Returns the text in lower case without punctuation; decimal numbers keep their point."""
    text = re.sub(r"(?<!\d)[.,]|[.,](?!\d)", " ", text.lower())
    return re.sub(r"\s+", " ", re.sub(r"[!?;:()\"'’…–-]", lambda m: "" if m[0] in "'’" else " ", text)).strip()


def lower_first(text: str) -> str:
    """Returns the text with a small first letter."""
    return text[:1].lower() + text[1:]


def third_person(text: str, rng: random.Random) -> str:
    """Returns the text told about a woman near the writer, with her pronouns and verbs."""
    words = re.findall(r"[A-Za-z'’]+|[^A-Za-z'’]+", text)
    after_she = False
    for place, word in enumerate(words):
        low = word.lower().replace("’", "'")
        if low in _PRONOUNS:
            words[place] = _PRONOUNS[low]
            after_she = low == "i"
        elif after_she and low in _VERBS:
            words[place] = _VERBS[low]
            after_she = False
        elif low.strip():
            after_she = after_she and low in ("just", "really", "still", "also", "only", "often", "sometimes")
    return f"its my {rng.choice(_RELATIONS)}, " + "".join(words)
