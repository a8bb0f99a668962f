"""What a message names, as the questions need it: the stage that holds now, the drugs that are over, the terms."""

from __future__ import annotations

import re

from bot.answers.reading import Reading

_NOW = re.compile(
    r"\b(?:now|currently|turned|become|became|so its|but its|back as|progressed to|upstaged|meant|mean)\W+(?:\w+\W+){0,3}$",
    re.I,
)
_THEN = re.compile(r"\b(?:was|were|originally|initially|used to be|back in|years? ago|first dx|started)\b")
# A place that cancer has reached: what it was before is over.
_REACHED = re.compile(
    r"\b(?:liver|lungs?|bones?|brain|spine|skull|pelvis|hips?|ribs?|sternum|pleura|peritoneum|vertebrae|femur|kidneys?|"
    r"organs?|everywhere|elsewhere)\W*$",
    re.I,
)
_FEARED = re.compile(r"\b(?:worr\w+|scared|afraid|frightened|terrified|fear\w*|dread\w*|hope|hoping|check\w*)\b", re.I)
_BUT = re.compile(r"\bbut\b")
_EITHER = re.compile(r"\bor\b|\bvs\b|/")
_TAIL_NEXT = re.compile(r"[^\w.?!;]*(?:\w+[^\w.?!;]+)?next\b", re.I)
_HEAD_NEXT = re.compile(
    r"\b(?:is it|is that|want (?:me|her|him|them|us) on|put (?:me|her|him|us) on|start (?:me|her|him) on|"
    r"to (?:get|get to|get onto|reach|be given|be offered|qualify for|move on to)|"
    r"(?:do|will|would|should) (?:i|we|you|they|she|he|people) "
    r"(?:get|go on|go onto|move to|have)|move(?:d)? (?:on )?to|onto)\W+(?:\w+\W+){0,2}$",
    re.I,
)
_OVER_BEFORE = re.compile(
    r"\b(?:after|following|once|since|had|post|finished|done with|"
    r"been through|completed)\W+(?:(?:the|my|her|his|a|an|all|that)\W+)*$",
    re.I,
)
_OVER_AFTER = re.compile(
    r"\W*(?:(?:is|was|are|were|all|has been|went|now)\W+){0,2}(?:done|over|"
    r"finished|complete|completed|out of the way|behind|ticked|under)\b",
    re.I,
)
_FROM_TO = re.compile(r"\b(?:from|straight)\b.{0,40}\b(?:to|onto)\W+$", re.I)
# Terms that say what is treated rather than what is asked about, besides the name of the guide's own cancer, which is
# marked by `bot.answers.own_cancer`. A guide without one of these words never meets it here.
_BACKGROUND = frozenset(
    {"HER2", "HER2-positive", "luminal B", "lymph nodes", "subtype", "locally advanced", "metastatic"}
)


def current_stage(reading: Reading) -> str | None:
    """Returns the stage that holds now: of "was stage 2, now mets" the latter, of "stage 2 or 3" neither."""
    stages = reading.values("stage")
    if len(stages) < 2:
        return stages[0] if stages else None
    mentions = [m for m in reading.mentions if m.kind == "stage" and not m.negated]
    for mention in mentions:
        if _NOW.search(reading.text[max(0, mention.start - 40) : mention.start]):
            return mention.value
    for mention in mentions:
        if _REACHED.search(reading.text[mention.start : mention.end]) and not _FEARED.search(reading.text):
            return mention.value  # "six years on from a little stage 1 it's in my lung"
    if _THEN.search(reading.text.lower()) or "correct" in reading.cues:
        return mentions[-1].value
    between = reading.text[mentions[0].end : mentions[-1].start].lower()
    moved = re.search(r"\bfrom\W+(?:a\W+)?$", reading.text[: mentions[0].start], re.I)
    if moved and len(mentions) > 1 and re.match(r"\W*(?:up )?(?:to|into)\b", reading.text[mentions[0].end :], re.I):
        return mentions[1].value  # "moved from stage 2 to stage 4"
    if _BUT.search(between):  # "he thinks it's stage 2, but the letter says IIIA"
        return mentions[-1].value
    if _EITHER.search(between):
        return None
    return mentions[0].value


def asked_terms(reading: Reading) -> tuple[str, ...]:
    """Returns the terms named, without the names of stages."""
    stages = [m for m in reading.mentions if m.kind == "stage"]
    terms = [m for m in reading.mentions if m.kind == "term" and not m.negated and not m.value.startswith("Stage ")]
    apart = [m for m in terms if not any(m.start < other.end and other.start < m.end for other in stages)]
    return tuple(dict.fromkeys(m.value for m in apart))


def therapies(reading: Reading) -> tuple[str, ...]:
    """Returns the kinds of therapy named (surgery, maintenance ...)."""
    return tuple(term for term in asked_terms(reading) if term not in _BACKGROUND | reading.own)


def therapies_over(reading: Reading) -> tuple[str, ...]:
    """Returns the kinds of therapy that a sequence starts from: of "is chemo always after the op" only the operation."""
    named = therapies(reading)
    if len(named) < 2:
        return named
    over = [
        m.value
        for m in reading.mentions
        if m.kind == "term" and not m.negated and m.value in named
        if _OVER_BEFORE.search(reading.text[: m.start]) or _OVER_AFTER.match(reading.text[m.end :])
    ]
    return tuple(dict.fromkeys(over)) or named


def drugs_over(reading: Reading) -> tuple[str, ...]:
    """Returns the drugs that a sequence starts from; in "THP quit, is it Enhertu next" Enhertu is only the guess."""
    drugs = reading.values("drug")
    mentions = [m for m in reading.mentions if m.kind == "drug" and not m.negated]
    if len(drugs) < 2:
        return drugs
    last = mentions[-1]
    guessed = (
        _FROM_TO.search(reading.text[: last.start])
        or _TAIL_NEXT.match(reading.text[last.end :])
        or _HEAD_NEXT.search(reading.text[: last.start])
    )
    return tuple(drug for drug in drugs if drug != last.value) if guessed else drugs
