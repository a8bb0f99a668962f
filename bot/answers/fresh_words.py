"""The questions what a drug is and what a word means."""

from __future__ import annotations

import re

from bot.answers.fresh_sequence import BEFORE_SURGERY, EITHER, WHERE
from bot.answers.lines_said import asked_line, line_mentions
from bot.answers.named import asked_terms, therapies
from bot.answers.question import Memory, Question
from bot.answers.reading import Reading

_PART_OF = re.compile(
    r"\b(?:part of|added|included|in the mix|(?:do|does|would|will|is|are) .{0,40}\b(?:get|given|have|add|use)\b|as well|on top)\b",
    re.I,
)
_FRONTLINE = re.compile(r"\bfront[ -]?line\b", re.I)
_MEANING = re.compile(
    r"\b(?:mean\w*|defin\w*|stands? for|explain|called)\b|\bwhen (?:they|he|she|the \w+|people|doctors) (?:say|says|talk|talks)\b|"
    r"\bis that like\b|\bas in what\b|\blines? of what\b|\ba line\b|\blines?\b.{0,12}\bas in\b",
    re.I,
)
_SAME_THERE = re.compile(
    r"\b(?:is|are|would|does|do)\b.{0,15}\b(?:that|it|this|they|"
    r"those)\b.{0,25}\b(?:same|true|apply|different|too|as well|go for)\b",
    re.I,
)
_CHEMO_FIRST = re.compile(
    r"\bchemo\w*(?: \w+){0,2} (?:first|before|ahead)\b.{0,25}\b(?:op|operation|surgery|mastectomy|lumpectomy)\b", re.I
)
_SO_IT_MEANS = re.compile(r"\b(?:does|do|would|is) (?:that|it|this) mean\b|\bso (?:that|it) means\b", re.I)
_WHAT_DOES = re.compile(r"\bwhat (?:does|do|is) (?:the word |they mean by )?[\"']?$", re.I)
_MEAN = re.compile(r"[\"']?(?: even| actually| really)? mean\b", re.I)
_WHAT_IS = re.compile(r"\bwhat(?:'?s| is| would be)\W+(?:the |her |his |my )?$", re.I)
_CALLED = re.compile(r"\b(?:call|calls|called|names?)\b", re.I)
_COMPARED = ("HER2", "HER2-positive", "chemotherapy", "surgery")


def means(reading: Reading) -> bool:
    """Tells whether a message asks what a word means."""
    return _MEANING.search(reading.text) is not None


def asks_what_it_means(reading: Reading) -> bool:
    """Tells whether the only stage that a message names is one that it asks about: "does that mean it has spread"."""
    so = _SO_IT_MEANS.search(reading.text)
    return so is not None and all(m.start >= so.end() for m in reading.mentions if m.kind == "stage")


def drug_question(reading: Reading, stage: str | None, memory: Memory) -> Question:
    """Returns the question of a message that asks what a drug is, or where in the guide it stands."""
    drugs, thread = reading.values("drug"), memory.thread
    explicit = line_mentions(reading)
    if drugs and stage and len({m.value for m in explicit}) == 1:
        # "Is Enhertu second line for mets": the row says so, or that the drug does not stand there.
        return Question("treatment", stage=stage, line=int(explicit[0].value), drugs=drugs[:1])
    if drugs and stage and _PART_OF.search(reading.text) and not EITHER.search(reading.text):
        return Question("treatment", stage=stage, drugs=drugs[:1])
    if drugs:
        return Question("drug_info", drugs=drugs[:1], stage=stage)
    terms = [
        term for term in asked_terms(reading) if term not in ("HER2", "HER2-positive", "chemotherapy", *reading.own)
    ]
    if terms:
        return Question("definition", term=terms[0])
    for earlier in (memory.last, thread):
        if earlier is not None and earlier.drugs and earlier.kind != "sequence":
            return Question("drug_info", drugs=earlier.drugs[:1])
    if thread is not None and thread.stage and thread.line:
        return Question("drug_info", stage=thread.stage, line=thread.line, position=thread.position)
    return Question("drug_info")


def word_question(reading: Reading, stage: str | None, memory: Memory) -> Question:
    """Returns the question of a message that asks what a word, a line or a stage is."""
    last, thread = memory.last, memory.thread
    terms = asked_terms(reading)
    special = [term for term in terms if term not in _COMPARED and term not in reading.own]
    at = thread if thread is not None and thread.stage else Question("treatment")
    placed = last is not None and last.kind in ("treatment", "sequence") and last.stage is not None
    if placed and last is not None and stage not in (None, last.stage) and _SAME_THERE.search(reading.text):
        return last.with_(stage=stage, position=None, drugs=(), therapies=())  # "is that true for stage 3 too"
    so = _SO_IT_MEANS.search(reading.text)
    before = [m.value for m in reading.mentions if so and m.kind == "term" and not m.negated and m.end <= so.start()]
    if before:  # "Locally advanced, does that mean it has spread": the word before is the one to explain
        return Question("definition", term=before[0])
    explained = last is not None and last.kind == "definition" and last.term
    # "Is it the same treatment as HER2-positive" asks about the word just explained, not about what it is compared with.
    if explained and last is not None and not special and "that" in reading.cues:
        if not terms or {"same", "compare", "why"} & reading.cues:
            return Question("definition", term=last.term, stage=at.stage, line=at.line)
    word = _word_meant(reading)
    if word is not None:
        return word
    line = asked_line(reading)
    lines = line_mentions(reading)
    if stage is not None and lines and not means(reading) and _WHAT_IS.search(reading.text[: lines[-1].start]):
        return Question("treatment", stage=stage, line=line)  # "my daughter is metastatic, what is frontline"
    if stage is not None and therapies(reading) and not means(reading) and WHERE.search(reading.text):
        return Question("treatment", stage=stage, therapies=therapies(reading))
    if "why" in reading.cues and BEFORE_SURGERY.search(reading.text) and not means(reading):
        return Question("definition", term="neoadjuvant")
    early = _CHEMO_FIRST.search(reading.text) or BEFORE_SURGERY.search(reading.text) and not means(reading)
    if {"chemotherapy", "surgery"} <= set(terms) and early:
        return Question("definition", term="neoadjuvant")
    if terms:
        return Question("definition", term=(special or list(terms))[0], stage=stage)
    if reading.names("drug"):
        return Question("drug_info", drugs=reading.values("drug")[:1])
    if reading.names("line") or (line is not None and "start" not in reading.cues):
        of_the_word = _FRONTLINE.search(reading.text) and stage is None and at.stage is None
        if _MEANING.search(reading.text) or of_the_word:
            return Question("definition", term="frontline")
        return Question("treatment", stage=stage or at.stage, line=line)
    if stage is not None:
        return Question("definition", stage=stage)
    if _MEANING.search(reading.text) and re.search(r"\blines?\b", reading.text, re.I):
        return Question("definition", term="frontline")
    if explained and last is not None:
        return Question("definition", term=last.term, stage=at.stage, line=at.line)
    shown = _CALLED.search(reading.text) is not None or "that" in reading.cues
    if last is not None and last.kind == "sequence" and last.direction == "after" and at.line is not None and shown:
        return Question(
            "drug_info", stage=at.stage, line=at.line, position=at.position
        )  # what was shown, not what is over
    if last is not None and last.drugs and last.kind in ("drug_info", "sequence"):
        return Question("drug_info", drugs=last.drugs[:1])
    if at.line is not None:
        return Question("definition", stage=at.stage, line=at.line)
    return Question("definition")


def at_stage_of_word(question: Question, reading: Reading) -> Question:
    """Adds to a question what a word means the stage that the word names: "locally advanced" is stage 3."""
    if question.kind != "definition" or question.term is None or question.stage is not None:
        return question
    words = [m for m in reading.mentions if m.kind == "term" and m.value == question.term]
    stages = [m for m in reading.mentions if m.kind == "stage" and not m.negated]
    named = [stage.value for word in words for stage in stages if stage.start < word.end and word.start < stage.end]
    return question.with_(stage=named[0]) if named else question


def _word_meant(reading: Reading) -> Question | None:
    """The word or stage that stands between "what does" and "mean": of "it's metastatic HER2, what does metastatic mean" that."""
    for mention in reading.mentions:
        asked = _WHAT_DOES.search(reading.text[: mention.start]) and _MEAN.match(reading.text[mention.end :])
        if asked and mention.kind == "term" and not mention.value.startswith("Stage "):
            return Question("definition", term=mention.value)
        if asked and mention.kind == "stage":
            return Question("definition", stage=mention.value)
    return None
