"""Messages that tell a stage: the answer to "which stage do you mean?", a slip put right, "and 3?", "it's in her lungs now"."""

from __future__ import annotations

import re

from bot.answers.bare import ASKS, only_parts
from bot.answers.fresh import CHITCHAT
from bot.answers.lines_said import asked_line
from bot.answers.named import asked_terms, current_stage, drugs_over, therapies_over
from bot.answers.number_alone import NUMBERS, number_alone
from bot.answers.question import ANSWERED, Memory, Question
from bot.answers.reading import Reading

_NO_STAGE = re.compile(
    r"\W*(?:(?:well|um+|er+m?|sorry|honestly|actually|i|we|she|he|they|mum|mom|dad)\W+)*"
    r"(?:don'?t|do not|dont|dunno|didn'?t|no idea|not sure|unsure|haven'?t|hasn'?t|never)\b.{0,30}"
    r"\b(?:stage|staged|know|sure|yet|told|said|say)\b.{0,20}|\W*(?:dunno|no idea|not sure|unsure)\W*",
    re.I,
)
_NUMBER_TOLD = re.compile(
    r"\W*(?:(?:um+|er+m?|well|i think|she said|he said|they said|its|"
    r"it'?s|maybe|probably)\W+)*(?P<number>[1-4]|one|two|three|four)\W+"
    r"(?:i (?:think|believe|reckon)|he said|she said|they said|it says|apparently|maybe|probably|the (?:doctor|nurse)|is what)\b",
    re.I,
)
_HAD_ALREADY = re.compile(
    r"\b(?:had|done|finished|completed|been on|already|previously|started (?:with|on)|so far)\b", re.I
)
_NO_QUESTION = (*CHITCHAT, "distress", "nlu_fallback", "off_topic", "prognosis", "personal_advice")
_SHORT = 14


def unsure_of_stage(reading: Reading) -> bool:
    """Tells whether the question for the stage is answered with "I don't know my stage": it can only be asked again."""
    return _NO_STAGE.fullmatch(reading.text) is not None and current_stage(reading) is None


def number_told_alone(reading: Reading, memory: Memory) -> Question | None:
    """The question before at the stage of a bare number (`bot.answers.stage_meant`): "sorry, its a 2", "my sister was a 3"."""
    last = memory.last if memory.last is not None and memory.last.kind in ANSWERED else memory.thread
    stage = current_stage(reading)
    if last is None or last.stage is None or stage is None or memory.kind == "clarify":
        return None
    asks_of_stage = last.kind in ("treatment", "sequence", "definition")
    return last.with_(stage=stage, position=None) if asks_of_stage and number_alone(reading.text) else None


def stage_given(reading: Reading, memory: Memory) -> Question | None:
    """The answer to "which stage do you mean?", told in whatever words: "the doctor said it's got into her liver"."""
    last = _open_question(memory)
    stage = current_stage(reading)
    if last is None or last.stage is not None or stage is None or last.kind not in ANSWERED:
        return None
    line = asked_line(reading)
    if reading.intent == "definition" and (reading.asks or ASKS.match(reading.text)):
        return None
    drugs, kinds = drugs_over(reading), therapies_over(reading)
    open_end = last.kind == "sequence" and not (last.drugs or last.therapies or last.from_line)
    if open_end and (drugs or kinds) and _HAD_ALREADY.search(reading.text) and not reading.text.rstrip().endswith("?"):
        return last.with_(
            stage=stage, drugs=drugs, therapies=kinds, direction="after"
        )  # "in my lungs, had the taxane already"
    asks_anew = bool(reading.values("drug")) or (line is not None and line != last.line) or reading.asks
    if asks_anew or last.kind == "drug_info" or reading.text.rstrip().endswith("?") and not only_parts(reading):
        return None
    return last.with_(stage=stage)


def _open_question(memory: Memory) -> Question | None:
    """The question whose stage was asked for and not told yet, a few words aside ("hang on, baby crying") since then."""
    if memory.kind == "clarify":
        return memory.last
    thread = memory.thread
    waits = (
        thread is not None and thread.stage is None and not thread.drugs and thread.kind in ("treatment", "sequence")
    )
    return thread if waits and memory.kind in ("chitchat", "definition", "unclear", "distress") else None


def type_put_right(reading: Reading, memory: Memory) -> Question | None:
    """The treatment of the stage told before, after "no, sorry, hers is HER2-positive" puts right what was refused."""
    last = memory.last
    if last is None or last.kind != "not_in_guide" or last.topic != "her2_negative" or last.stage is None:
        return None
    ours = any(term in reading.own and "-" in term for term in asked_terms(reading)) and not reading.names("other_type")
    told = not reading.text.rstrip().endswith("?") and not ASKS.match(reading.text)
    return (
        Question("treatment", stage=last.stage, line=asked_line(reading))
        if ours and told and len(reading.text.split()) <= _SHORT
        else None
    )


def stage_moved(reading: Reading, memory: Memory) -> Question | None:
    """The question before at the stage that is told now: "ah no, sorry, it's in my liver", "its in her lungs now"."""
    last = memory.last if memory.last is not None and memory.last.kind in ("treatment", "sequence") else None
    stage = current_stage(reading)
    if last is None or last.stage is None or stage in (None, last.stage) or len(reading.text.split()) > _SHORT:
        return None
    told = (
        (reading.intent in _NO_QUESTION or "correct" in reading.cues)
        and not reading.text.rstrip().endswith("?")
        and not ASKS.match(reading.text)
    )
    named = any(m.kind in ("drug", "line", "ordinal") for m in reading.mentions)
    return last.with_(stage=stage, position=None) if told and not named else None


def number_told(reading: Reading, memory: Memory) -> Question | None:
    """The choice whose stage a sentence tells by its bare number: "four i think he said, it is the bad one yes"."""
    if memory.kind != "clarify" or memory.last is None or reading.names("stage"):
        return None
    found, alone = _NUMBER_TOLD.match(reading.text), number_alone(reading.text)
    if found is not None and len(memory.choices) >= 4:
        return memory.choices[NUMBERS[found["number"].lower()] - 1].question
    told = [c.question for c in memory.choices if alone is not None and c.question.stage == str(alone.number)]
    return told[0] if told and len(reading.text.split()) > 1 else None  # "i think 2"
