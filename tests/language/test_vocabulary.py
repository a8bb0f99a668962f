"""The vocabulary: every name of the store, and the copy of it that the trained model keeps."""

from __future__ import annotations

import json

from facts import CONTENT, DRUGS, GENERICS, LINES, STAGES, TERMS

from bot.guide.queries import Guide
from bot.language.vocabulary import Vocabulary


def test_every_name_of_the_content_file_is_known(guide: Guide) -> None:
    known = Vocabulary.from_guide(guide)
    for stage in CONTENT["stages"]:
        for numeral in stage["numerals"]:
            assert known.numerals[numeral.lower()] == stage["key"]
        for alias in stage["aliases"]:
            assert known.stages[alias.lower()] == stage["key"]
    for line in CONTENT["lines"]:
        for alias in line["aliases"]:
            assert known.lines[alias.lower()] == line["number"]
    for drug in CONTENT["drugs"]:
        for name in (drug["brand"], drug["generic"], *drug["aliases"]):
            assert name is None or known.drugs[name.lower()] == drug["brand"]
    for term in CONTENT["terms"]:
        for name in (term["name"], *term["aliases"]):
            assert known.terms[name.lower()] == term["name"]
    for short in CONTENT["shorthands"]:
        for alias in short["aliases"]:
            assert known.shorthands[alias.lower()] == (tuple(short["drugs"]), tuple(short["therapies"]))


def test_nothing_is_known_that_the_content_file_does_not_hold(guide: Guide) -> None:
    known = Vocabulary.from_guide(guide)
    assert set(known.numerals.values()) | set(known.stages.values()) == set(STAGES)
    assert set(known.lines.values()) == set(LINES)
    assert set(known.drugs.values()) == set(DRUGS)
    assert set(known.terms.values()) == set(TERMS)
    assert set(GENERICS) <= set(DRUGS)
    assert known.spread_stage in STAGES
    assert known.families == {drug["brand"]: drug["family"] for drug in CONTENT["drugs"] if drug.get("family")}


def test_all_surface_forms_are_lower_case(guide: Guide) -> None:
    known = Vocabulary.from_guide(guide)
    for forms in (known.numerals, known.stages, known.lines, known.drugs, known.terms, known.shorthands):
        assert all(text == text.lower().strip() and text for text in forms)


def test_the_copy_in_the_model_is_the_same_vocabulary(guide: Guide) -> None:
    known = Vocabulary.from_guide(guide)
    text = json.dumps(known.to_dict(), ensure_ascii=False)
    assert Vocabulary.from_dict(json.loads(text)) == known
    assert known.content_hash == guide.info().content_hash
