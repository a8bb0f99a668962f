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
        ("stage 1, is the herceptin before the op or after", "treatment", "1", 1),
        ("does enhertu always come second", "sequence", "metastatic", 2),
        ("mets in my bones, already had enhertu. whats next", "sequence", "metastatic", 3),
        ("stage 2, is the chemo before or after they take it out", "treatment", "2", 1),
        ("lumpectomy done, stage 1, so is it herceptin next", "sequence", "1", 1),
        ("is it surgery then herceptin or herceptin then surgery", "clarify", None, None),
        ("had the op and the chemo, last herceptin is next week, what comes after it", "clarify", None, None),
        ("they are moving me to enhertu, thats the normal next step isnt it", "sequence", "metastatic", 2),
        ("mum couldnt stick enhertu, whats next", "sequence", "metastatic", 3),
        ("do they do something else once it has spread", "treatment", "metastatic", None),
        ("when its spread to the nodes what stage is that", "definition", None, None),
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
        (
            ["my older sister is stage 1, what is first", "younger one is stage 3, and her?"],
            "and if hers stays put",
            "3",
            2,
        ),
        (
            [
                "older aunt is stage 1, what is first",
                "the younger one is stage 3",
                "what if the younger one doesnt respond",
            ],
            "and for the older one",
            "1",
            2,
        ),
        (["second line stage 3"], "and when its spread", "metastatic", 2),
        (["stage 3, what is first"], "no hang on the letter says stage 2", "2", 1),
        (["metastatic, what is first"], "and the maintenance that comes after it is what", "metastatic", 1),
        (["done with Enhertu. next?"], "and when tucatinib stops", "metastatic", 3),
        (["stage IIIb, frontline"], "and for IV", "metastatic", 1),
        (["I think it will be stage 2, what do they start with"], "and if she says 3 instead", "3", 1),
        (["I think it will be stage 2, what do they start with"], "or 4, god forbid", "metastatic", 1),
        (["stage 1 second line"], "second line for the next stage up", "2", 2),
        (["im stage 3 and my cousin is stage 1. me first, what do i start with"], "now her", "1", 1),
        (["im stage 3 and my cousin is stage 1. me first, what do i start with", "now her"], "her second", "1", 2),
        (["is Enhertu given at stage 2"], "so what do they give there, second line", "2", 2),
        (["what is T-DXd"], "does it come first or second for stage 4", "metastatic", 2),
    ],
)
def test_a_short_message_goes_on_from_the_place_before(before: list[str], then: str, stage: str, line: int) -> None:
    talk = Talk()
    for text in before:
        talk.say(text)
    reply = talk.say(then)
    assert (reply.stage, reply.line) == (stage, line)


def test_why_chemo_comes_first_is_explained_where_it_does() -> None:
    talk = Talk()
    talk.say("stage 2, what is the treatment to begin with")
    assert "shrink" in talk.say("ok. why do they do the chemo first").text


@pytest.mark.parametrize(
    ("before", "then", "says"),
    [
        ("whats tukysa", "what do they give it with", "Xeloda"),
        ("what comes right after enhertu", "whats the proper name of xeloda", "capecitabine"),
        ("what is kadcyla", "whats its proper name", "emtansine"),
        ("whats her2 low", "is there treatment for that", "clinical trials"),
        ("metastatic, first line", "and whats the maintenance bit", "maintenance"),
        ("stage 3, second line", "what does locally advanced mean", "lymph nodes"),
    ],
)
def test_a_question_about_what_was_shown_is_answered(before: str, then: str, says: str) -> None:
    talk = Talk()
    talk.say(before)
    assert says in talk.say(then).text


def test_of_three_questions_all_are_answered_and_the_last_is_where_it_goes_on() -> None:
    talk = Talk()
    reply = talk.say("stage 2. whats first, whats second and whats third")
    assert all(words in reply.text for words in ("first-line", "second-line", "third-line"))
    assert (reply.stage, reply.line) == ("2", 3)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ambulance is on its way", "chitchat"),
        ("my son is driving me in now", "chitchat"),
        ("ringing the ward", "chitchat"),
        ("should i be ringing the ward", "emergency"),
        ("no one is driving me in, not till morning", "emergency"),
        ("rang the ward but no answer", "emergency"),
    ],
)
def test_after_an_emergency_it_lets_go_only_when_help_comes(text: str, kind: str) -> None:
    talk = Talk()
    assert talk.say("39.2 and shivering, had chemo last week").kind == "emergency"
    assert talk.say(text).kind == kind


def test_a_question_and_its_further_part_are_one() -> None:
    """ "Is it years" goes on with the question before it and is not one about how long people live."""
    assert Talk().say("how long do they give maintenance herceptin for, is it years").kind == "side_effect_or_dose"


def test_what_was_typed_is_kept_as_it_was_typed() -> None:
    talk = Talk()
    talk.say("wat coms aftr tukysa in mets")
    assert talk.memory.notebook.said == "wat coms aftr tukysa in mets"
