"""Every drug is answered: its names, its places, what else the guide says of it."""

from __future__ import annotations

import pytest
from asking import Ask
from facts import (
    CELLS,
    CONTENT,
    DRUGS,
    GENERICS,
    LINES,
    STAGE_NAMES,
    STAGES,
    all_steps,
    drugs_named,
    drugs_of,
    passage_id,
    stages_of,
    steps_of,
)

from bot.answers.question import Question

LABELS = {line["number"]: line.get("label", line["name"]) for line in CONTENT["lines"]}
ENTRIES = {drug["brand"]: drug for drug in CONTENT["drugs"]}


@pytest.mark.parametrize("brand", DRUGS)
def test_drug_info_says_names_and_every_place(brand: str, ask: Ask) -> None:
    reply = ask(Question("drug_info", drugs=(brand,)))
    places = [place for stage in STAGES for place in all_steps(stage) if brand in drugs_of(place)]
    assert (reply.kind, reply.drug) == ("drug_info", brand)
    assert reply.passages == (f"drug-{brand.lower()}", *(passage_id(place) for place in places))
    assert brand in reply.text
    assert GENERICS.get(brand, "") in reply.text
    for stage in STAGES:
        for line in LINES:
            here = f"{STAGE_NAMES[stage]}, {LABELS[line]}"
            assert (here in reply.text) is any(place[:2] == (stage, line) for place in places), here
    together = {other for place in places for other in drugs_of(place)}
    said = ENTRIES[brand].get("text") or ""
    assert drugs_named(reply.text) == together | drugs_named(said)
    assert said in reply.text
    assert reply.stage == (stages_of(brand)[0] if len(stages_of(brand)) == 1 else None)
    assert reply.line == (places[0][1] if len({place[:2] for place in places}) == 1 else None)


@pytest.mark.parametrize("brand", [brand for brand in DRUGS if not ENTRIES[brand].get("text")])
def test_drug_info_says_where_the_guide_says_no_more(brand: str, ask: Ask) -> None:
    reply = ask(Question("drug_info", drugs=(brand,)))
    assert "The guide does not say more about what kind of drug it is." in reply.text


def test_drug_info_says_no_generic_name_that_the_guide_does_not_give(ask: Ask) -> None:
    text = ask(Question("drug_info", drugs=("Taxol",))).full_text().lower()
    assert "paclitaxel" not in text
    assert "brand name" not in text


@pytest.mark.parametrize("brand", DRUGS)
def test_drug_info_offers_what_comes_after(brand: str, ask: Ask) -> None:
    choice = ask(Question("drug_info", drugs=(brand,))).choices[0]
    assert choice.question == Question("sequence", drugs=(brand,), direction="after")
    assert ask(choice.question).kind == ("sequence" if len(stages_of(brand)) == 1 else "clarify")


def test_drug_info_without_a_drug_asks_which_and_names_all(ask: Ask) -> None:
    for question in (Question("drug_info"), Question("drug_info", drugs=("Nolvadex",))):
        reply = ask(question)
        assert (reply.kind, reply.drug, reply.asked) == ("clarify", None, "drug_info")
        assert drugs_named(reply.text) == set(DRUGS)
        assert "Nolvadex" not in reply.full_text()
        assert [choice.title for choice in reply.choices] == DRUGS[:4]
        assert [ask(choice.question).drug for choice in reply.choices] == DRUGS[:4]


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_drug_info_without_a_drug_asks_among_those_of_the_place(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("drug_info", stage=stage, line=line))
    here = list(dict.fromkeys(drug for place in steps_of(stage, line) for drug in drugs_of(place)))
    if len(here) == 1:
        assert reply.to_dict() == ask(Question("drug_info", drugs=(here[0],))).to_dict()
        return
    assert reply.kind == "clarify"
    assert [choice.title for choice in reply.choices] == (here or DRUGS)[:4]
