"""A bare number among small words, where stages are counted: "my sister was a 3", "same for 2", "no wait its 3".

Read word by word: nothing may be left over but words of talk, of people and of putting right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBERS = {
    "1": 1, "one": 1, "i": 1, "2": 2, "two": 2, "ii": 2, "3": 3, "three": 3, "iii": 3, "4": 4, "four": 4, "iv": 4,
}  # fmt: skip
_WORD = re.compile(r"[\w']+")
_TALK = frozenset(
    "oh ah er erm um uh ok okay k right so and n but well also then now yes yeah too again please pls plz thanks ta "
    "x xx lol though tho only just all hmm fine good great thank sorry a an the in at on to of my what whats how "
    "say about with first really still you your me told asking ask case do does tell also think reckon believe guess "
    "maybe probably thought as restaged staged upstaged downstaged".split()
)
_PUTS_RIGHT = frozenset(
    "fat finger fingers thumb thumbs autocorrect no nope nah wait sorry oops whoops actually correction typo mistake "
    "wrong misread misheard read reread letter "
    "ugh argh double q question thing one "
    "says said scrap forget that meant mean not hang checked looked found apparently here instead".split()
)
_PERSON = frozenset(
    "i im ive she shes he hes it its her hers his him my mine mum mums mom moms mam ma mother dad dads father "
    "sister sisters sis brother brothers bro friend friends mate mates aunt aunts auntie aunty gran grans nan nans "
    "nana granny cousin cousins niece wife wifes husband husbands hubby daughter daughters partner partners "
    "neighbour neighbours neighbor boss colleague you youre they theyre we were older younger other lady woman "
    "someone".split()
)
_BE = frozenset("is was were am are be been im shes hes its youre theyre got has had have at".split())
_MEANS = frozenset("same for if".split())
_SMALL = _TALK | _PUTS_RIGHT | _PERSON | _BE | _MEANS
_COUNTED_WORDS = frozenset("two three four ii iii iv".split())
_AFTER_ONE = frozenset("a for its is was were im shes hes".split())
_MOST = 14
_STAGE = re.compile(r"\bstages? ?(?:[1-4]|one|two|three|four|i{1,3}|iv)\b", re.I)
_LINE = re.compile(
    r"\b(?:[123]|1st|2nd|3rd|first|second|third|one|two|three)[\s-]*lines?\b|\blines? ?(?:[123]|two|three)\b", re.I
)


@dataclass(frozen=True)
class NumberAlone:
    """The number, where it stands, and whether the words around it say that it counts stages."""

    number: int
    start: int
    end: int
    of_a_stage: bool


def number_alone(text: str) -> NumberAlone | None:
    """Returns the one bare number of a message that holds nothing else but small words; None for all other messages."""
    found: list[re.Match[str]] = []
    words: list[str] = []
    denied = False
    for word in _WORD.finditer(text):
        said = word.group().lower().replace("'", "")
        is_one = said == "one" and words and words[-1] in _AFTER_ONE
        if (said.isdigit() and said in NUMBERS) or said in _COUNTED_WORDS or is_one:
            if words and words[-1] == "not":
                denied = True  # "2 not 3"
            else:
                found.append(word)
        elif said not in _SMALL:
            return None
        words.append(said)
    if len(found) != 1 or len(words) > _MOST or re.search(r"\d[.,/%]\d|[%£$€]", text):
        return None
    told = set(words)
    somebody = bool(told & _BE) and bool(told & _PERSON)
    return NumberAlone(
        NUMBERS[found[0].group().lower()], *found[0].span(), of_a_stage=somebody or denied or bool(told & _MEANS)
    )


def counts_stages(said: str | None) -> bool:
    """Tells whether the question before counted stages rather than lines, so that a bare "3?" counts them too."""
    if not said:
        return False
    alone = number_alone(said)
    if alone is not None:
        return alone.of_a_stage
    stages, lines = [list(pattern.finditer(said)) for pattern in (_STAGE, _LINE)]
    return bool(stages) and (not lines or stages[-1].start() > lines[-1].start())


__all__ = ["NUMBERS", "NumberAlone", "counts_stages", "number_alone"]
