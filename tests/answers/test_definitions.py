"""Every term is answered, and a word that the guide uses without explaining it is said to be so."""

from __future__ import annotations

import pytest
from asking import Ask
from facts import CELLS, CONTENT, DRUGS, STAGE_NAMES, STAGES, TERMS, drugs_of, steps_of, therapies_of

from bot.answers.question import Question

ENTRIES = {term["name"]: term for term in CONTENT["terms"]}
NOT_EXPLAINED = "The guide uses the word"


@pytest.mark.parametrize("name", TERMS)
def test_definition_says_the_text_of_the_content_file(name: str, ask: Ask) -> None:
    term = ENTRIES[name]
    reply = ask(Question("definition", term=name))
    assert (reply.kind, reply.term, reply.stage) == ("definition", name, term.get("stage"))
    assert term["text"] in reply.text
    assert reply.passages == ("term-" + name.lower().replace(" ", "-"),)
    assert reply.source is not None
    assert reply.source.section == term["section"]


@pytest.mark.parametrize("name", TERMS)
def test_definition_says_so_where_the_guide_does_not_explain_the_word(name: str, ask: Ask) -> None:
    reply = ask(Question("definition", term=name))
    if ENTRIES[name]["explained"]:
        assert NOT_EXPLAINED not in reply.text
        assert reply.text == ENTRIES[name]["text"]
    else:
        assert reply.text.startswith(f'{NOT_EXPLAINED} "{name}" but does not explain it. ')
        assert reply.text.endswith("Ask your care team what it means for you.")


@pytest.mark.parametrize("name", ["antibody-drug conjugate", "taxane"])
def test_words_that_the_guide_leaves_unexplained_are_marked_so(name: str) -> None:
    assert ENTRIES[name]["explained"] is False


@pytest.mark.parametrize("stage", STAGES)
def test_definition_of_a_stage_is_the_stage_itself(stage: str, ask: Ask) -> None:
    reply = ask(Question("definition", stage=stage))
    wanted = STAGE_NAMES[stage] if STAGE_NAMES[stage] in ENTRIES else stage
    assert (reply.kind, reply.term, reply.stage) == ("definition", wanted, stage)
    assert reply.choices[0].question == Question("treatment", stage=stage)


@pytest.mark.parametrize("question", [Question("definition"), Question("definition", term="flurbish")])
def test_definition_of_no_known_word_asks_which(question: Question, ask: Ask) -> None:
    reply = ask(question)
    assert (reply.kind, reply.term, reply.asked) == ("clarify", None, "definition")
    assert "flurbish" not in reply.full_text()
    assert [ask(choice.question).term for choice in reply.choices] == [t for t in TERMS if ENTRIES[t]["explained"]][:4]


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_definition_of_no_word_at_a_place_asks_among_its_words(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("definition", stage=stage, line=line))
    words = [word for place in steps_of(stage, line) for word in (*drugs_of(place), *therapies_of(place))]
    wanted = list(dict.fromkeys(words))[:4]
    if len(wanted) == 1:
        assert (reply.kind in ("definition", "drug_info"), reply.drug or reply.term) == (True, wanted[0])
        return
    assert reply.kind == "clarify"
    answered = [ask(choice.question) for choice in reply.choices]
    assert [r.drug or r.term for r in answered] == wanted
    assert [r.kind for r in answered] == ["drug_info" if word in DRUGS else "definition" for word in wanted]
