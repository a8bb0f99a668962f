"""Typing slips in the small words that decide what a message asks: "secnd", "aftre", "treatmant", "wokring".

Names of drugs and stages are corrected by `bot.language.spelling` against the guide; this is for ordinary words, which are
few, so that their likely slips can be written down once and looked up: a letter left out, two swapped, one doubled, or a
vowel for another. The first letter is always right, as it nearly always is.
"""

from __future__ import annotations

from functools import lru_cache

_WORDS = (
    "about after afterwards advanced already answer appointment because before between carry chemo chemotherapy clinic combination "
    "coming completed currently different difference doctor doctors doing earlier explain failed failing fails "
    "finish finished first follow following follows fourth further given gives giving happen happening happens hospital "
    "initial instead kind know known later locally lumpectomy lymph maintenance mastectomy meaning means metastasis "
    "metastatic mother next normal normally nothing offered oncologist operation option options order patient patients please "
    "positive previous progressed progression question questions radiotherapy reason recurrence respond responded response "
    "second secondary sequence several shrink shrinking should sister something spread stage standard start started starting "
    "starts stop stopped stopping stops surgeon surgery targeted that then therapy thing third through treat treated treating "
    "treatment treatments tumour understand usual usually what when where which with without work worked working works would"
).split()
# Slips that are words themselves, or another word's slip.
_NOT_SLIPS = frozenset(
    "abut altered bout cam care carry chum clan comb coming cook crime curly docs don ding earl fail falls files fist fished flow "
    "foal form frist gien gin give gave going hat he hem hen hers host in its knew kin kin kind kinds kond late latter lately "
    "latest loaf mean men meals mass mother mater net nest nets not net noting opinion opion "
    "ordeal pat patent patents pat plea please "
    "pleas pose poss quest reign respond rest sage sager sales sad scar second seal shed shin shout sit sitter slope son sport "
    "spread stag stare stared stares staring star stars starring step steps stat state stead stop stops strat sting tat tats ten "
    "tend than tat thai that there their them then they thin thing think tin ting through trough treat threat threats tread trat "
    "tum usual wat wen were wet what wheat wham whet when where why who whose wit with witch wont wok word wore world worm wold "
    "afterward farther fellow forth stepping stoop though complete stats shrunk shrank metastases stepped tumor positivo moaning "
    "thorough dong mans mens teat firs chem hast clonic sops tarts moaned stooped tramped waking stared faltered reigns foiled "
    "clinch clinical staged stages stager after afar tater afer ordered older border folow fallow follow hallows sees".split()
)
_VOWELS = "aeiou"
_SHORTEST = 4


def slip_of(word: str) -> str | None:
    """Returns the ordinary word that a lower-case word is a slip of, or None.

    >>> slip_of("secnd")
    'second'
    """
    return _table().get(word)


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    words = frozenset(_WORDS)
    meant: dict[str, set[str]] = {}
    for word in _WORDS:
        for slip in _slips(word):
            meant.setdefault(slip, set()).add(word)
    return {
        slip: next(iter(found))
        for slip, found in meant.items()
        if len(found) == 1 and slip not in words and slip not in _NOT_SLIPS
    }


def _slips(word: str) -> set[str]:
    """Returns the likely slips in a word; none of a word too short to be known again."""
    if len(word) < _SHORTEST:
        return set()
    places = range(1, len(word))
    left_out = {word[:k] + word[k + 1 :] for k in places} if len(word) > _SHORTEST else set()
    swapped = {word[:k] + word[k + 1] + word[k] + word[k + 2 :] for k in range(1, len(word) - 1)}
    doubled = {word[:k] + word[k] + word[k:] for k in places}
    vowel = {word[:k] + other + word[k + 1 :] for k in places if word[k] in _VOWELS for other in _VOWELS}
    return (left_out | swapped | doubled | (vowel if len(word) > _SHORTEST + 1 else set())) - {word}
