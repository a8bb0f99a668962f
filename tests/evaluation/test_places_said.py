"""Places of the guide as people say them: which stage and line the bot comes to, in one message and over several."""

from __future__ import annotations

import pytest
from trained import Talk

pytestmark = [pytest.mark.model]


@pytest.mark.parametrize(
    ("text", "kind", "stage", "line"),
    [
        ("nobody has told me what stage I am, what is first", "clarify", None, 1),
        ("2nd line stage ll", "treatment", "2", 2),
        ("a small growth, stage one, what is the usual treatment", "treatment", "1", None),
        ("we are on second line for mets. what would the one after be", "sequence", "metastatic", 3),
        ("been through first line and second line, stage 3, what now", "sequence", "3", 3),
        ("what if herceptin doesnt work stage 1", "sequence", "1", 2),
        ("whats b4 tucatinib", "sequence", "metastatic", 2),
        ("is it chemo aftre the op in stage 1 or before it", "treatment", "1", 1),
        ("is Enhertu given before or after Kadcyla", "sequence", "metastatic", 2),
        ("what is the last resort for stage 2", "treatment", "2", 3),
        ("they moved her from stage 2 to stage 4, what is first", "treatment", "metastatic", 1),
        ("it is in her liver and bones. treatment number two?", "treatment", "metastatic", 2),
    ],
)
def test_a_place_is_understood(text: str, kind: str, stage: str | None, line: int | None) -> None:
    reply = Talk().say(text)
    assert (reply.kind, reply.stage) == (kind, stage)
    if kind != "clarify":
        assert reply.line == line


@pytest.mark.parametrize(
    ("before", "then", "stage", "line"),
    [
        (["stage 2 first line"], "oh no wait its a 3, ive got the letter here", "3", 1),
        (["second line treatment", "hang on, door bell"], "stage 1", "1", 2),
        (["stage 2 second line", "its in her lungs now"], "and then", "metastatic", 3),
        (["i am stage 1, what is first", "what about my sister shes a three"], "and if hers doesnt respond", "3", 2),
        (
            ["my mate Deb has stage 2, what is first", "and my friend Jo has it in the brain"],
            "what is second line for Deb",
            "2",
            2,
        ),
        (["metastatic first line"], "what is given after that", "metastatic", 2),
    ],
)
def test_a_short_message_goes_on_from_the_place_before(before: list[str], then: str, stage: str, line: int) -> None:
    talk = Talk()
    for text in before:
        talk.say(text)
    reply = talk.say(then)
    assert (reply.stage, reply.line) == (stage, line)


def test_a_question_and_its_further_part_are_one() -> None:
    """ "Is it years" goes on with the question before it and is not one about how long people live."""
    assert Talk().say("how long do they give maintenance herceptin for, is it years").kind == "side_effect_or_dose"


def test_what_was_typed_is_kept_as_it_was_typed() -> None:
    talk = Talk()
    talk.say("wat coms aftr tukysa in mets")
    assert talk.memory.notebook.said == "wat coms aftr tukysa in mets"
