"""The queries: everything that stands in the content file comes out of the store, in its order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from facts import (
    CELLS,
    CONTENT,
    DRUG_PLACES,
    DRUGS,
    LINES,
    PASSAGES,
    STAGES,
    TERMS,
    THERAPY_PLACES,
    Place,
    all_steps,
    drugs_of,
    passage_id,
    steps_of,
    text_of,
    therapies_of,
)

from bot.guide.queries import Guide
from bot.guide.rows import Alias, Drug, Line, Passage, Stage, Step, Term


def as_step(place: Place) -> Step:
    """The row that the store should hold for a step of the content file."""
    return Step(*place, text_of(place), tuple(drugs_of(place)), tuple(therapies_of(place)))


ALL_STEPS = [place for stage in STAGES for place in all_steps(stage)]


def test_info_is_the_metadata_of_the_content_file(guide: Guide) -> None:
    info = guide.info()
    for name, value in CONTENT["guide"].items():
        if name != "glossary":
            assert getattr(info, name) == value, name
    assert info.dated == "September 2025"


def test_info_is_overdue_only_after_the_review_date(guide: Guide) -> None:
    due: date = CONTENT["guide"]["review_due"]
    assert not guide.info().overdue(due)
    assert guide.info().overdue(due + timedelta(days=1))


def test_stages_are_those_of_the_content_file(guide: Guide) -> None:
    expected = [Stage(s["key"], s["name"], s["section"], s["text"]) for s in CONTENT["stages"]]
    assert guide.stages() == expected
    assert [guide.stage(key) for key in STAGES] == expected
    assert guide.stage("9") is None


def test_lines_are_those_of_the_content_file(guide: Guide) -> None:
    assert guide.lines() == [Line(x["number"], x["name"], x.get("label", x["name"])) for x in CONTENT["lines"]]
    assert guide.lines()[-1].label == "third-line and beyond"


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_treatment_is_the_cell_of_the_content_file(stage: str, line: int, guide: Guide) -> None:
    cell = CELLS[stage, line]
    found = guide.treatment(stage, line)
    assert found is not None
    assert (found.stage, found.line) == (stage, line)
    assert found.steps == tuple(as_step(place) for place in steps_of(stage, line))
    assert (found.condition, found.note, found.after) == (cell.get("condition"), cell.get("note"), cell.get("after"))
    assert found.section == next(s["section"] for s in CONTENT["stages"] if s["key"] == stage)
    assert [step.passage for step in found.steps] == [passage_id(place) for place in steps_of(stage, line)]


@pytest.mark.parametrize("stage", STAGES)
def test_treatments_of_a_stage_are_its_lines_in_order(stage: str, guide: Guide) -> None:
    assert [cell.line for cell in guide.treatments(stage)] == LINES
    assert guide.treatments(stage) == [guide.treatment(stage, line) for line in LINES]


def test_treatment_at_a_place_that_is_not_there_is_none(guide: Guide) -> None:
    assert guide.treatment("9", 1) is None
    assert guide.treatment("1", 9) is None
    assert guide.treatments("9") == []


@pytest.mark.parametrize("place", ALL_STEPS, ids=passage_id)
def test_next_and_previous_step_follow_the_content_file(place: Place, guide: Guide) -> None:
    order = all_steps(place[0])
    at = order.index(place)
    after = as_step(order[at + 1]) if at + 1 < len(order) else None
    before = as_step(order[at - 1]) if at else None
    assert guide.next_step(as_step(place)) == after
    assert guide.previous_step(as_step(place)) == before


@pytest.mark.parametrize(("drug", "stage"), DRUG_PLACES)
def test_places_of_drug_are_those_of_the_content_file(drug: str, stage: str, guide: Guide) -> None:
    expected = [as_step(place) for place in all_steps(stage) if drug in drugs_of(place)]
    assert guide.places_of_drug(drug, stage) == expected
    assert [step for step in guide.places_of_drug(drug) if step.stage == stage] == expected


def test_places_of_drug_over_all_stages_are_in_the_guides_order(guide: Guide) -> None:
    for drug in DRUGS:
        assert guide.places_of_drug(drug) == [as_step(place) for place in ALL_STEPS if drug in drugs_of(place)]
    assert guide.places_of_drug("Nolvadex") == []
    assert guide.places_of_drug("Enhertu", "1") == []


@pytest.mark.parametrize(("kind", "stage"), THERAPY_PLACES)
def test_places_of_therapy_are_those_of_the_content_file(kind: str, stage: str, guide: Guide) -> None:
    expected = [as_step(place) for place in all_steps(stage) if kind in therapies_of(place)]
    assert guide.places_of_therapy(kind, stage) == expected
    assert [step for step in guide.places_of_therapy(kind) if step.stage == stage] == expected


def test_drugs_are_those_of_the_content_file(guide: Guide) -> None:
    expected = [Drug(d["brand"], d["generic"], d.get("text")) for d in CONTENT["drugs"]]
    assert guide.drugs() == expected
    assert [guide.drug(brand) for brand in DRUGS] == expected
    assert guide.drug("Nolvadex") is None
    named = guide.drug("Kadcyla")
    assert named is not None and named.full_name == "Kadcyla (ado-trastuzumab emtansine)"
    bare = guide.drug("Taxol")
    assert bare is not None and bare.full_name == "Taxol"


def test_families_are_those_of_the_content_file(guide: Guide) -> None:
    assert guide.families() == {d["brand"]: d["family"] for d in CONTENT["drugs"] if d.get("family")}


def test_drug_passages_are_those_of_the_content_file(guide: Guide) -> None:
    for drug in CONTENT["drugs"]:
        assert [passage.id for passage in guide.drug_passages(drug["brand"])] == drug.get("passages", [])


def test_terms_are_those_of_the_content_file(guide: Guide) -> None:
    expected = [Term(t["name"], t["explained"], t["section"], t["text"], t.get("stage")) for t in CONTENT["terms"]]
    assert guide.terms() == expected
    assert [guide.term(name) for name in TERMS] == expected
    assert guide.term("HER9") is None
    assert len({term.passage for term in expected}) == len(expected)


def test_passages_are_those_of_the_content_file(guide: Guide) -> None:
    expected = [
        Passage(p["id"], p["kind"], p["section"], p["text"], p.get("quoted", False), p.get("stage"), p.get("line"))
        for p in CONTENT["passages"]
    ]
    assert [guide.passage(id_) for id_ in PASSAGES] == expected
    for kind in {p["kind"] for p in CONTENT["passages"]}:
        assert guide.passages(kind) == [p for p in expected if p.kind == kind]
    assert guide.passage("nowhere") is None
    assert guide.passages("nothing") == []


def test_questions_are_those_of_the_content_file(guide: Guide) -> None:
    for stage in (None, *STAGES):
        assert guide.questions(stage) == [q["text"] for q in CONTENT["questions"] if q.get("stage") == stage]
        assert guide.questions(stage)


def test_aliases_hold_every_way_to_write_a_name(guide: Guide) -> None:
    expected: set[tuple[str, str, str]] = set()
    for stage in CONTENT["stages"]:
        expected |= {(text.lower(), "numeral", stage["key"]) for text in stage["numerals"]}
        expected |= {(text.lower(), "stage", stage["key"]) for text in stage["aliases"]}
    for line in CONTENT["lines"]:
        expected |= {(text.lower(), "line", str(line["number"])) for text in line["aliases"]}
    for drug in CONTENT["drugs"]:
        for text in (drug["brand"], drug["generic"], *drug["aliases"]):
            expected |= {(text.lower(), "drug", drug["brand"])} if text else set()
    for term in CONTENT["terms"]:
        expected |= {(text.lower(), "term", term["name"]) for text in (term["name"], *term["aliases"])}
    for short in CONTENT["shorthands"]:
        for text in short["aliases"]:
            expected |= {(text.lower(), "shorthand-drug", name) for name in short["drugs"]}
            expected |= {(text.lower(), "shorthand-term", name) for name in short["therapies"]}
    assert {(alias.text, alias.kind, alias.target) for alias in guide.aliases()} == expected
    assert len(guide.aliases()) == len(expected)
    assert Alias("thp", "shorthand-drug", "Perjeta") in guide.aliases()


def test_spread_stage_is_the_one_marked_in_the_content_file(guide: Guide) -> None:
    assert guide.spread_stage() == next(s["key"] for s in CONTENT["stages"] if s.get("spread"))
