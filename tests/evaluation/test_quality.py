"""How well the bot does on questions written apart from its training data, and that no cell or step is ever missed.

The bars are the issue's, and its definition of right; tests/data/bars.yml holds the stricter ones. What fails is printed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from facts import (
    CONTENT,
    DISCLAIMER,
    DRUG_PLACES,
    LINES,
    PASSAGES,
    STAGES,
    Place,
    drugs_named,
    drugs_of,
    first_place,
    passage_id,
    stages_of,
    steps_of,
    text_of,
)
from scored import the_results
from trained import Talk

from bot.answers.reply import Reply
from bot.evaluation.report_sets import OWN_DIALOGUES, OWN_QUESTIONS, SHARED_DIALOGUES, SHARED_QUESTIONS
from bot.evaluation.scoring import Outcome

pytestmark = [pytest.mark.model, pytest.mark.slow]

QUESTIONS_RIGHT = 0.85
TURNS_RIGHT = 0.80

PLACED = frozenset({"treatment", "sequence"})


def is_right(outcome: Outcome) -> bool:
    """Right as the issue says: the kind, or one that is also fine; for treatment and sequence the place as well."""
    expected = outcome.item.expected
    if expected.kind in PLACED and expected.stage is None:
        return outcome.kind == "clarify" or outcome.kind in set(expected.also_ok) - PLACED
    if expected.kind in PLACED and outcome.kind in PLACED:
        if outcome.stage != expected.stage or expected.line not in (None, outcome.line):
            return False
    return outcome.kind in (expected.kind, *expected.also_ok)


def shown(outcome: Outcome) -> str:
    """One line on a failure; of the half of the items that is not looked at, the number alone."""
    if not outcome.item.looked_at:
        return outcome.item.id
    return f"{outcome.item.id} {outcome.item.text!r}: wanted {outcome.item.expected.said()}, got {outcome.got()}"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("name", "bar"),
    [
        (OWN_QUESTIONS, QUESTIONS_RIGHT),
        (SHARED_QUESTIONS, QUESTIONS_RIGHT),
        (OWN_DIALOGUES, TURNS_RIGHT),
        (SHARED_DIALOGUES, TURNS_RIGHT),
    ],
)
def test_most_messages_are_answered_right(name: str, bar: float) -> None:
    outcomes = the_results().of(name)
    if not outcomes:
        pytest.skip(f"the {name} are not beside this checkout")
    assert len(outcomes) > 40
    assert all(DISCLAIMER in outcome.reply for outcome in outcomes)
    wrong = [outcome for outcome in outcomes if not is_right(outcome)]
    share = 1 - len(wrong) / len(outcomes)
    assert share >= bar, "\n".join([f"{name}: {share:.1%} of {len(outcomes)} are right", *map(shown, wrong)])


# every cell and every step, in words


STAGE_WORDS = {
    "1": ("stage 1", "stage one", "stage IA"),
    "2": ("stage 2", "stage ii", "stage 2b"),
    "3": ("stage 3", "stage IIIc", "locally advanced"),
    "metastatic": ("metastatic", "stage 4", "mets"),
}
LINE_WORDS = {
    1: ("first-line", "frontline", "1st line"),
    2: ("second-line", "2nd line", "second line"),
    3: ("third-line", "3rd line", "third line"),
}
FRAMES = ("what is the {line} treatment for {stage} her2 positive breast cancer?", "{stage} {line} treatment please",
          "my sister is {stage}, whats the {line} treatment")  # fmt: skip


def holds(reply: Reply, places: list[Place], *, besides: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Checks that a reply says these steps in order and names no drug but theirs."""
    found = -1
    for place in places:
        found = reply.text.find(text_of(place), found + 1)
        assert found >= 0, (text_of(place), reply.text)
    assert reply.passages == tuple(passage_id(place) for place in places)
    assert drugs_named(reply.text) <= {drug for place in places for drug in drugs_of(place)} | besides


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_cell_asked_three_ways_is_answered(stage: str, line: int) -> None:
    for frame, stage_word, line_word in zip(FRAMES, STAGE_WORDS[stage], LINE_WORDS[line], strict=True):
        text = frame.format(stage=stage_word, line=line_word)
        reply = Talk().say(text)
        assert (reply.kind, reply.stage, reply.line) == ("treatment", stage, line), text
        holds(reply, steps_of(stage, line))


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("stage", STAGES)
def test_every_cell_is_reached_by_a_choice_and_a_line(stage: str, line: int) -> None:
    talk = Talk()
    assert talk.say("what is the treatment").kind == "clarify"
    assert talk.say(STAGE_WORDS[stage][0]).stage == stage
    reply = talk.say(f"and the {LINE_WORDS[line][2]}?")
    assert (reply.stage, reply.line) == (stage, line)
    holds(reply, steps_of(stage, line))


def after(place: Place) -> list[Place]:
    """What comes after a step when its drug is over: the rest of its line, and the next line."""
    stage, line, position = place
    return [p for p in steps_of(stage, line) if p[2] > position] + steps_of(stage, line + 1)


def before(place: Place) -> list[Place]:
    """What comes before a step: the start of its line and then the step, or the line before."""
    stage, line, position = place
    earlier = [p for p in steps_of(stage, line) if p[2] < position]
    return earlier or steps_of(stage, line - 1)


def asked_both_ways(drug: str, stage: str, frames: tuple[str, ...]) -> Iterator[Reply]:
    """Asks with the stage named, and where the drug stands at several, by picking the stage as well."""
    word = STAGE_WORDS[stage][0]
    for frame in frames:
        yield Talk().say(f"{word}: {frame.format(drug)}")
        talk = Talk()
        reply = talk.say(frame.format(drug))
        if len(stages_of(drug)) > 1:
            assert reply.kind == "clarify", reply.text
            name = next(s["name"] for s in CONTENT["stages"] if s["key"] == stage)
            number = next(n for n, choice in enumerate(reply.choices, 1) if choice.title == name)
            reply = talk.say(str(number))
        yield reply


@pytest.mark.parametrize(("drug", "stage"), DRUG_PLACES)
def test_after_every_drug_in_words(drug: str, stage: str) -> None:
    place = first_place(stage, drug=drug)
    assert place
    following = after(place)
    for reply in asked_both_ways(drug, stage, ("what comes after {}?", "whats next after {}")):
        assert (reply.kind, reply.stage) == ("sequence", stage), reply.text
        if following:
            assert reply.line == following[-1][1]
            holds(reply, following)
        else:
            last = next(c for c in CONTENT["treatments"] if (c["stage"], c["line"]) == (stage, 3))
            assert PASSAGES[last["after"]]["text"] in reply.text if "after" in last else "last step" in reply.text


@pytest.mark.parametrize("frame", ["what comes before {}?", "which treatment is given before {}"])
@pytest.mark.parametrize(("drug", "stage"), DRUG_PLACES)
def test_before_every_drug_in_words(drug: str, stage: str, frame: str) -> None:
    place = first_place(stage, drug=drug)
    assert place
    earlier = before(place)
    for reply in asked_both_ways(drug, stage, (frame,)):
        assert (reply.kind, reply.stage) == ("sequence", stage), reply.text
        if earlier:
            assert reply.line == earlier[-1][1]
            holds(reply, earlier, besides=set(drugs_of(place)))
        else:
            assert "names nothing before that" in reply.text
            assert reply.passages == (passage_id(place),)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("stage", STAGES)
def test_after_every_line_in_words(stage: str, line: int) -> None:
    word, named = STAGE_WORDS[stage][1], LINE_WORDS[line]
    for frame in ("{}: what comes after {}?", "{}, {} stopped working, what next"):
        reply = Talk().say(frame.format(word, named[1]))
        assert (reply.kind, reply.stage) == ("sequence", stage), reply.text
        if steps_of(stage, line + 1):
            assert reply.line == line + 1
            holds(reply, steps_of(stage, line + 1))
        else:
            assert reply.line == line


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("stage", STAGES)
def test_before_every_line_in_words(stage: str, line: int) -> None:
    word, named = STAGE_WORDS[stage][1], LINE_WORDS[line]
    reply = Talk().say(f"{word}: what comes before {named[2]}")
    assert (reply.kind, reply.stage) == ("sequence", stage), reply.text
    if line > 1:
        assert reply.line == line - 1
        holds(reply, steps_of(stage, line - 1))
    else:
        assert "names nothing before that" in reply.text


def test_after_herceptin_the_bot_asks_which_stage() -> None:
    talk = Talk()
    asked = talk.say("what comes after Herceptin")
    assert (asked.kind, asked.stage, asked.line) == ("clarify", None, None)
    assert drugs_named(asked.text) == {"Herceptin"}
    assert {choice.title for choice in asked.choices} == {
        s["name"] for s in CONTENT["stages"] if s["key"] in stages_of("Herceptin")
    }
