"""Turns of a conversation: reply and memory, and no reading of any kind that leaves a visitor without an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from facts import DISCLAIMER, DRUGS, ROOT, STAGES, TERMS, read_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.conversation import turn
from bot.answers.question import ANSWERED, KINDS, Memory, Question
from bot.answers.reading import Alarm, Mention, Reading
from bot.answers.reply import Reply
from bot.clinic import Clinic
from bot.guide.queries import Guide


@pytest.fixture(scope="module")
def talk(guide: Guide, clinic: Clinic) -> Any:
    """Takes a conversation's readings one after the other, the memory going through JSON in between."""

    def talked(*readings: Reading) -> tuple[Reply, Memory]:
        memory = Memory()
        for reading in readings:
            reply, memory = turn(reading, Memory.from_dict(json.loads(json.dumps(memory.to_dict()))), guide, clinic)
        return reply, memory

    return talked


CALM = Alarm()


def says(text: str, intent: str | None, *cues: str, mentions: tuple[Mention, ...] = (), alarm: Alarm = CALM) -> Reading:
    """A reading made by hand."""
    return Reading(text, intent, 0.9, mentions, frozenset(cues), alarm)


META = Mention("stage", "metastatic", 0, 10)
SECOND = Mention("line", "2", 11, 22)
ASK_META_2 = says("metastatic second line treatment", "treatment", mentions=(META, SECOND))
EMERGENCY = Alarm("emergency", ("breathing",))
GO_ON = says("and after that?", "sequence", "after", "that")


def test_only_the_first_reply_says_what_the_bot_is(talk: Any) -> None:
    first, memory = talk(says("hello", "greet"))
    assert memory.started
    assert "automated program" in first.full_text()
    second, _ = talk(says("hello", "greet"), ASK_META_2)
    assert "I am an automated program" not in second.full_text()


def test_a_conversation_goes_down_the_lines_to_the_end(talk: Any) -> None:
    replies = [talk(ASK_META_2, *[GO_ON] * n)[0] for n in range(4)]
    assert [reply.stage for reply in replies] == ["metastatic"] * 4
    assert [reply.line for reply in replies] == [2, 3, 3, 3]
    assert "Enhertu" in replies[0].text
    assert "Tukysa" in replies[1].text and "Kadcyla" in replies[1].text
    assert "chemotherapy with Herceptin" in replies[2].text
    assert "chemotherapy with Herceptin" in replies[3].text


def test_a_stage_asked_for_is_picked_and_answered(talk: Any) -> None:
    herceptin = says("after herceptin", "sequence", "after", mentions=(Mention("drug", "Herceptin", 6, 15),))
    asked, memory = talk(herceptin)
    assert (asked.kind, [c.title for c in asked.choices]) == ("clarify", ["Stage 1", "Metastatic"])
    assert memory.choices == asked.choices
    reply, _ = talk(herceptin, says("2", None))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 2)
    reply, _ = talk(herceptin, says("the first one", "affirm"))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "1", 2)


def test_a_side_question_does_not_lose_the_thread(talk: Any) -> None:
    term = says("what does her2-low mean", "definition", "meaning", mentions=(Mention("term", "HER2-low", 10, 18),))
    _, memory = talk(ASK_META_2, term)
    assert memory.last is not None and memory.last.kind == "definition"
    assert memory.thread is not None and (memory.thread.stage, memory.thread.line) == ("metastatic", 2)
    reply, _ = talk(ASK_META_2, term, GO_ON)
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 3)


def test_feelings_are_met_before_the_answer_and_not_in_a_refusal(talk: Any) -> None:
    scared = says("so scared. metastatic second line", "treatment", "feelings", mentions=(META, SECOND))
    reply, _ = talk(scared)
    assert reply.full_text().startswith("That sounds very hard")
    assert "Enhertu" in reply.text
    refused = says("so scared, what should i do", "personal_advice", "feelings")
    for other in (ASK_META_2, refused):
        assert "sounds very hard" not in talk(other)[0].full_text()


def test_an_emergency_comes_first_and_the_question_beside_it_waits(talk: Any) -> None:
    part = says("what comes after enhertu", "sequence", "after", mentions=(Mention("drug", "Enhertu", 17, 24),))
    both = Reading(
        "cant breathe. what comes after enhertu", "sequence", 0.9, part.mentions, part.cues, EMERGENCY,
        (says("cant breathe", "emergency", alarm=EMERGENCY), part),
    )  # fmt: skip
    reply, memory = talk(both)
    assert reply.kind == "emergency"
    assert "911" in reply.text
    assert "Tukysa" not in reply.full_text()
    assert "Just say yes" in reply.text
    assert memory.waiting is not None and memory.waiting.drugs == ("Enhertu",)
    later, after = talk(both, says("yes", "affirm"))
    assert (later.kind, later.line) == ("sequence", 3)
    assert after.waiting is None


def test_an_emergency_alone_offers_no_other_question(talk: Any) -> None:
    reply, memory = talk(says("cant breathe", "emergency", alarm=EMERGENCY))
    assert "Just say yes" not in reply.text
    assert memory.waiting is None


def test_whom_an_emergency_concerns_is_taken_from_the_alarm(talk: Any) -> None:
    reply, _ = talk(says("mum cant breathe", "emergency", alarm=Alarm("emergency", (), "other")))
    assert "for them" in reply.text


def test_the_memory_holds_nothing_that_was_typed_but_in_the_notebook(talk: Any) -> None:
    secret = "my name is jane roe born 1 2 1970 and i have metastatic cancer"
    for intent in ("treatment", "sequence", "drug_info", "definition", "outlook", "talking", "personal_advice",
                   "prognosis",                   "not_in_guide_cost", "greet", "off_topic", "nlu_fallback", None):  # fmt: skip
        _, memory = talk(says(secret, intent, mentions=(META,)))
        kept = json.dumps({k: v for k, v in memory.to_dict().items() if k != "notebook"}).lower()
        assert not any(word in kept for word in ("jane", "roe", "1970", "born")), kept


# any reading

INTENTS = [*read_yaml(ROOT / "domain.yml")["intents"], "zulu", ""]
CUES = ["after", "before", "failed", "order", "why", "same", "correct", "reset", "again", "new", "wait", "that",
        "meaning", "compare", "feelings", "other_language", "zulu"]  # fmt: skip
PLACE = st.integers(-5, 60)


def mention(kind: str, values: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Mentions of one kind as the NLU graph writes them."""
    return st.fixed_dictionaries(
        {"kind": st.just(kind), "value": st.sampled_from(values), "start": PLACE, "end": PLACE},
        optional={"negated": st.booleans()},
    )


MENTIONS = st.one_of(
    mention("stage", [*STAGES, "zulu"]),
    mention("line", ["1", "2", "3", "4", "9"]),
    mention("ordinal", ["1", "2", "3", "4", "5", "12"]),
    mention("drug", [*DRUGS, "zulu"]),
    mention("term", [*TERMS, "zulu"]),
    *(
        mention(kind, ["zulu"])
        for kind in ("other_drug", "other_cancer", "other_type", "stage_zero", "stage_unknown", "x")
    ),
)
PHRASES = st.sampled_from(
    ["and after that?", "stage 2", "2", "the second one", "after second line failed", "before third line",
     "what's that", "no i meant stage 3", "was stage 2 now mets", "is it enhertu next", "yes", "thanks", "can it wait", "/restart"]
) | st.text(max_size=60)  # fmt: skip
SAFETY = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from([None, "emergency", "crisis"]),
        "signs": st.lists(st.sampled_from(["overdose", "breathing"]), max_size=2),
        "person": st.sampled_from(["self", "other", "", None]),
        "framing": st.sampled_from(["none", "past", None]),
    },
)


def reading_data(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """What the NLU graph could write, and what it should not."""
    return st.fixed_dictionaries(
        {},
        optional={
            "text": PHRASES | st.none(),
            "intent": st.sampled_from(INTENTS) | st.none(),
            "confidence": st.floats(0, 1) | st.none(),
            "mentions": st.lists(MENTIONS, max_size=4) | st.none(),
            "cues": st.lists(st.sampled_from(CUES), max_size=5) | st.none(),
            "safety": SAFETY | st.none(),
            "parts": parts,
            "ranking": st.just([]),
        },
    )


DATA = reading_data(st.none() | st.lists(reading_data(st.none()), max_size=2))


@settings(max_examples=200)
@given(conversation=st.lists(DATA, min_size=1, max_size=4))
def test_any_reading_gets_a_reply_with_a_disclaimer(
    conversation: list[dict[str, Any]], guide: Guide, clinic: Clinic
) -> None:
    memory = Memory()
    for data in conversation:
        reading = Reading.from_dict(json.loads(json.dumps(data)))
        first = not memory.started
        reply, memory = turn(reading, memory, guide, clinic)
        assert DISCLAIMER in reply.lines()
        assert reply.kind in KINDS
        assert len(reply.full_text().split()) <= 120
        assert ("Please do not type names" in reply.full_text()) is first
        assert reply.stage in (None, *STAGES) and reply.drug in (None, *DRUGS) and reply.term in (None, *TERMS)
        assert "zulu" not in reply.full_text()
        if reading.alarm.kind:
            assert reply.kind == ("emergency" if reading.alarm.kind == "emergency" else "distress")
        memory = Memory.from_dict(json.loads(json.dumps(memory.to_dict())))
        assert memory.started


@settings(max_examples=100)
@given(data=DATA)
def test_a_question_that_waits_is_one_that_the_guide_answers(
    data: dict[str, Any], guide: Guide, clinic: Clinic
) -> None:
    _, memory = turn(Reading.from_dict(data), Memory(), guide, clinic)
    assert memory.waiting is None or memory.waiting.kind in ANSWERED


def test_a_memory_of_older_content_is_answered(guide: Guide, clinic: Clinic) -> None:
    gone = Question("sequence", stage="gone", drugs=("Gonemab",), direction="after")
    memory = Memory(last=gone, kind="sequence", thread=gone, waiting=gone, started=True)
    for reading in (GO_ON, says("yes", "affirm"), says("what's that", "definition", "that")):
        reply, _ = turn(reading, memory, guide, clinic)
        assert DISCLAIMER in reply.lines()
        assert "gone" not in reply.full_text().lower()
