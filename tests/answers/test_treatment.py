"""All stage x line cells: the reply says what the content file says of the cell, all of it, and nothing of another."""

from __future__ import annotations

import pytest
from asking import Ask
from facts import (
    CELLS,
    CONTENT,
    DISCLAIMER,
    DRUGS,
    LINES,
    STAGE_NAMES,
    STAGES,
    drugs_named,
    drugs_of,
    passage_id,
    steps_of,
    text_of,
)

from bot.answers.question import Question

TITLE = CONTENT["guide"]["title"]
SECTIONS = {stage["key"]: stage["section"] for stage in CONTENT["stages"]}
LABELS = {line["number"]: line.get("label", line["name"]) for line in CONTENT["lines"]}


def in_order(text: str, parts: list[str]) -> bool:
    """Tells whether the parts stand in the text one after the other."""
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_treatment_of_a_cell_says_its_steps_in_order(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("treatment", stage=stage, line=line))
    cell = CELLS[stage, line]
    places = steps_of(stage, line)
    assert (reply.kind, reply.stage, reply.line) == ("treatment", stage, line)
    assert reply.text.startswith(f"{STAGE_NAMES[stage]}, {LABELS[line]}")
    assert in_order(reply.text, [*(text_of(place) for place in places), cell.get("note", "")])
    assert (f"({cell['condition']})" in reply.text) if "condition" in cell else "(if" not in reply.text
    assert reply.passages == tuple(passage_id(place) for place in places)


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_treatment_of_a_cell_names_no_drug_of_another(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("treatment", stage=stage, line=line))
    own = {drug for place in steps_of(stage, line) for drug in drugs_of(place)}
    assert drugs_named(reply.full_text()) <= own
    other_texts = {text_of(place) for key in CELLS if key != (stage, line) for place in steps_of(*key)}
    own_texts = {text_of(place) for place in steps_of(stage, line)}
    assert [text for text in other_texts - own_texts if text in reply.text] == []


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_treatment_of_a_cell_carries_source_date_and_disclaimer(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("treatment", stage=stage, line=line))
    assert reply.source is not None
    assert reply.source.to_dict() == {"title": TITLE, "date": "September 2025", "section": SECTIONS[stage]}
    lines = reply.full_text().split("\n")
    assert f"Source: {TITLE}, September 2025. The order may have changed since then." in lines
    assert DISCLAIMER in lines


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_treatment_of_a_cell_offers_what_comes_next(stage: str, line: int, ask: Ask) -> None:
    choices = ask(Question("treatment", stage=stage, line=line)).choices
    following = [c for c in choices if c.title == "What comes next?"]
    if line == LINES[-1]:
        assert following == []
    else:
        reply = ask(following[0].question)
        assert (reply.kind, reply.stage, reply.line) == ("sequence", stage, line + 1)
        assert in_order(reply.text, [text_of(place) for place in steps_of(stage, line + 1)])


@pytest.mark.parametrize("stage", STAGES)
def test_treatment_of_a_stage_says_all_its_lines(stage: str, ask: Ask) -> None:
    reply = ask(Question("treatment", stage=stage))
    places = [place for line in LINES for place in steps_of(stage, line)]
    assert (reply.kind, reply.stage, reply.line) == ("treatment", stage, None)
    assert reply.text.startswith(f"{STAGE_NAMES[stage]}:\n")
    assert in_order(reply.text, [text_of(place) for place in places])
    assert in_order(reply.text, [LABELS[line].capitalize() for line in LINES])
    assert reply.passages == tuple(passage_id(place) for place in places)
    assert drugs_named(reply.full_text()) <= {drug for place in places for drug in drugs_of(place)}


@pytest.mark.parametrize("line", [None, *LINES])
def test_treatment_without_a_stage_asks_for_it(line: int | None, ask: Ask) -> None:
    reply = ask(Question("treatment", line=line))
    assert (reply.kind, reply.stage, reply.asked, reply.passages) == ("clarify", None, "treatment", ())
    assert [choice.title for choice in reply.choices] == list(STAGE_NAMES.values())
    assert drugs_named(reply.text) == set()
    for stage, choice in zip(STAGES, reply.choices, strict=True):
        picked = ask(choice.question)
        assert (picked.kind, picked.stage, picked.line) == ("treatment", stage, line)


@pytest.mark.parametrize("line", [None, 1])
def test_treatment_at_a_stage_that_is_not_there_asks_for_the_stage(line: int | None, ask: Ask) -> None:
    reply = ask(Question("treatment", stage="9", line=line))
    assert (reply.kind, reply.stage, reply.line) == ("clarify", None, line)
    assert [ask(choice.question).stage for choice in reply.choices] == STAGES


def test_treatment_beyond_the_last_line_is_that_of_the_last(ask: Ask) -> None:
    assert ask(Question("treatment", stage="1", line=9)).text == ask(Question("treatment", stage="1", line=3)).text


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("stage", STAGES)
def test_treatment_with_a_drug_that_does_not_stand_there_says_so(stage: str, drug: str, ask: Ask) -> None:
    reply = ask(Question("treatment", stage=stage, drugs=(drug,)))
    stands = any(drug in drugs_of(place) for line in LINES for place in steps_of(stage, line))
    says_not = f"The guide does not name {drug} for {STAGE_NAMES[stage]}." in reply.text
    assert says_not is not stands
    assert reply.drug == (drug if stands else None)
