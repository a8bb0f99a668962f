"""A large enumeration of questions, for the tests that hold every reply to a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from facts import DRUGS, LINES, STAGES, TERMS, THERAPIES, WORDING

from bot.answers.question import Question
from bot.answers.reply import Reply

# Answers a question as the first turn of a conversation does.
Ask = Callable[[Question], Reply]

ANY_STAGE = (None, *STAGES)
ANY_LINE = (None, *LINES)
SIGNS = ("breathing", "overdose")


@dataclass(frozen=True)
class Asked:
    """A question, its reply as the first of a conversation, and as a later one."""

    question: Question
    person: str
    first: Reply
    later: Reply


def questions() -> Iterator[tuple[Question, str]]:
    """Questions of every kind over all stages, lines, drugs, kinds of therapy, terms and topics."""
    found = dict.fromkeys((question, "self") for question in (*_from_the_guide(), *_not_from_the_guide()))
    urgent = (
        (Question(kind, topic=topic, signs=signs), person)
        for kind, topic in (("emergency", "emergency"), ("distress", "distress"), ("distress", "crisis"))
        for signs in ((), *((sign,) for sign in SIGNS))
        for person in ("self", "other")
    )
    yield from found
    yield from urgent


def _from_the_guide() -> Iterator[Question]:
    for stage in ANY_STAGE:
        for line in ANY_LINE:
            yield Question("treatment", stage=stage, line=line)
            yield Question("sequence", stage=stage, line=line)
            yield Question("definition", stage=stage, line=line)
            yield Question("drug_info", stage=stage, line=line)
        for direction in (None, "after", "before", "order"):
            for failed in (False, True):
                yield Question("sequence", stage=stage, direction=direction, failed=failed)
                for line in LINES:
                    yield Question("sequence", stage=stage, from_line=line, direction=direction, failed=failed)
                for drug in DRUGS:
                    yield Question("sequence", stage=stage, drugs=(drug,), direction=direction, failed=failed)
        for direction in ("after", "before"):
            for pair in combinations(DRUGS, 2):
                yield Question("sequence", stage=stage, drugs=pair, direction=direction)
            for kind in THERAPIES:
                yield Question("sequence", stage=stage, therapies=(kind,), direction=direction)
        for line in LINES:
            for position in (1, 2, 3):
                yield Question("sequence", stage=stage, from_line=line, position=position, direction="after")
        for drug in DRUGS:
            yield Question("drug_info", stage=stage, drugs=(drug,))
            yield Question("treatment", stage=stage, drugs=(drug,))
        yield Question("outlook", stage=stage)
        yield Question("talking", stage=stage)
        yield Question("clarify", stage=stage, topic="stage_unknown")
    for term in TERMS:
        yield Question("definition", term=term)


def _not_from_the_guide() -> Iterator[Question]:
    for kind in ("personal_advice", "side_effect_or_dose", "prognosis", "not_in_guide", "off_topic", "unclear"):
        for topic in (None, *WORDING[kind], "no such topic"):
            for signs in ((), *((sign,) for sign in SIGNS)):
                yield Question(kind, topic=topic, signs=signs)
            for stage in STAGES:
                yield Question(kind, topic=topic, stage=stage, drugs=("Enhertu",))
    for topic in WORDING["chitchat"]:
        yield Question("chitchat", topic=topic)
