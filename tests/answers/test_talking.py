"""Questions to take along to the oncologist."""

from __future__ import annotations

import pytest
from asking import Ask
from facts import CONTENT, PASSAGES, STAGES, drugs_named

from bot.answers.question import Question

TALKING = [id_ for id_, passage in PASSAGES.items() if passage["kind"] == "talking"]


def listed(text: str) -> list[str]:
    """The questions that a reply lists."""
    return [line.removeprefix("- ") for line in text.split("\n") if line.startswith("- ")]


@pytest.mark.parametrize("stage", STAGES)
def test_talking_puts_the_questions_of_the_stage_first(stage: str, ask: Ask) -> None:
    reply = ask(Question("talking", stage=stage))
    own = [q["text"] for q in CONTENT["questions"] if q.get("stage") == stage]
    general = [q["text"] for q in CONTENT["questions"] if "stage" not in q]
    assert (reply.kind, reply.stage) == ("talking", stage)
    assert listed(reply.text) == [*own, *general][:3]
    other = [q["text"] for q in CONTENT["questions"] if q.get("stage") not in (None, stage)]
    assert not set(listed(reply.text)) & set(other)
    assert drugs_named(reply.text) <= {name for text in own for name in drugs_named(text)}
    assert PASSAGES["talking-ask"]["text"] in reply.text  # the general questions that there is no room for


@pytest.mark.parametrize("stage", [None, "9"])
def test_talking_without_a_known_stage_lists_general_questions(stage: str | None, ask: Ask) -> None:
    reply = ask(Question("talking", stage=stage))
    assert (reply.kind, reply.stage) == ("talking", None)
    assert listed(reply.text) == [q["text"] for q in CONTENT["questions"] if "stage" not in q][:5]
    assert "side effects" in reply.text
    assert "clinical trial" in reply.text


def test_talking_says_what_choices_depend_on_and_cites_the_section(ask: Ask) -> None:
    reply = ask(Question("talking"))
    assert PASSAGES["talking-choices"]["text"] in reply.text
    assert set(reply.passages) <= set(TALKING)
    assert reply.passages
    assert reply.source is not None
    assert reply.source.section == "Talking With Your Oncologist"
