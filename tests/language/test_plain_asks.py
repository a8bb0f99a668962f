"""Ways of asking that stand in messages about anything turn the classifier's guess; what only looks like them does not."""

from __future__ import annotations

import pytest

from bot.language.cues import find_cues
from bot.language.plain_asks import plainly_asked


@pytest.mark.parametrize(
    ("guessed", "text", "kinds", "asked"),
    [
        ("sequence", "what % respond to kadcyla", ["drug"], "prognosis"),
        ("side_effect_or_dose", "dose down by 20%, will it still work", [], None),
        ("side_effect_or_dose", "what should we be asking about hair loss", [], "talking"),
        ("side_effect_or_dose", "what does it do to my hair, my sister asked", [], None),
        ("drug_info", "one says Enhertu and one says Kadcyla, who is right", ["drug"], "personal_advice"),
        ("drug_info", "is it right that Enhertu is a drip", ["drug"], None),
        ("outlook", "will she be sick on those", [], "side_effect_or_dose"),
        ("treatment", "she is sick of hospitals, what comes first", [], None),
        ("prognosis", "how long would he be on that for", [], "side_effect_or_dose"),
        ("prognosis", "how long do people live on that", [], None),
        ("drug_info", "is that the perjeta or the chemo", ["drug"], "side_effect_or_dose"),
        ("drug_info", "is that the brand or the other name of perjeta", ["drug"], None),
        ("side_effect_or_dose", "our puppy keeps being sick", [], "off_topic"),
        ("side_effect_or_dose", "can my dog lick my hands while I have Kadcyla", ["drug"], None),
        ("definition", "what is given frontline", ["line"], "treatment"),
        ("definition", "what does given frontline mean", ["line"], None),
        ("drug_info", "taxol, perjeta, then", ["drug"], "sequence"),
        ("drug_info", "whats perjeta then", ["drug"], None),
        ("prognosis", "mum is in pieces and so are we", [], "distress"),
        ("prognosis", "mum is in pieces, what are her chances", [], None),
        ("sequence", "missed 2 tukysa tablets what now", ["drug"], "side_effect_or_dose"),
        ("sequence", "missed the boat with enhertu, what now", ["drug"], None),
        ("personal_advice", "2cm left, what does that do to my chances", [], "prognosis"),
        ("prognosis", "how long will he be off work", [], "not_in_guide_daily_life"),
        ("prognosis", "are people living longer with this now", [], "outlook"),
        ("treatment", "do those get into the brain", ["drug"], "not_in_guide"),
        ("treatment", "it has got into the brain, what now", ["stage"], None),
        ("side_effect_or_dose", "does perjeta get through to the brain", ["drug"], "not_in_guide"),
        ("treatment", "does that make it stage 3", ["stage"], "personal_advice"),
        ("treatment", "does stage 3 get chemo", ["stage"], None),
        ("treatment", "is it the liver it goes to first", ["stage"], "not_in_guide_causes"),
        ("treatment", "is inflammatory breast cancer treated in its own way", [], "not_in_guide_other_cancer"),
        ("treatment", "inflammatory, stage 3, what is first", ["stage"], None),
        ("talking", "no i meant for me, stage 3", ["stage"], "treatment"),
        ("prognosis", "younger one is metastatic, first for her", ["stage"], "treatment"),
        ("personal_advice", "stage one, is it the operation first or the chemo", ["stage"], "treatment"),
        ("treatment", "my brother says stage 2 is chemo first, who is right", ["stage"], None),
        ("treatment", "two doctors say different things for stage 2, who is right", ["stage"], "personal_advice"),
        ("drug_info", "is enhertu it or is there more", ["drug"], "sequence"),
        ("treatment", "is stage 2 beatable", ["stage"], "outlook"),
        ("drug_info", "stage 4, taxotere with H and P, is that what everyone gets", ["stage", "drug"], "treatment"),
        ("sequence", "ALT is up, do they hold the kadcyla or carry on", ["drug"], "personal_advice"),
        ("sequence", "kadcyla stopped holding, what do they carry on with", ["drug"], None),
        ("side_effect_or_dose", "be straight with me how many years", ["stage"], "prognosis"),
        ("side_effect_or_dose", "how many years of herceptin", ["drug"], None),
        ("not_in_guide_causes", "is it hard on the liver", [], "side_effect_or_dose"),
        ("not_in_guide_support", "my friend is stage 4, whats hers", ["stage"], "treatment"),
        ("personal_advice", "no one has said which stage, what is first", [], "treatment"),
        ("personal_advice", "what should I do first", [], None),
        ("greet", "hello, what % respond", [], None),
        ("personal_advice", "tell me the enhertu dose for 70kg", ["drug"], "side_effect_or_dose"),
        ("personal_advice", "should I skip the next dose", [], None),
        ("personal_advice", "why do they give chemo before taking it out", ["stage"], "treatment"),
        ("personal_advice", "why do they give chemo before taking it out", [], None),
        ("drug_info", "cant lift a kettle, is that the drug or is it the cancer", ["drug"], "side_effect_or_dose"),
        ("drug_info", "is that the drug or the other one", ["drug"], None),
        ("treatment", "can men get her2 positive", [], "not_in_guide_causes"),
        ("treatment", "can men get chemo first", ["stage"], None),
        ("treatment", "recurrence rate at stage 1 with herceptin", ["stage", "drug"], "prognosis"),
        ("treatment", "at what rate is the drip given", ["stage"], None),
        ("prognosis", "any chance i can skip herceptin over easter", ["drug"], "personal_advice"),
        ("prognosis", "any chance she makes easter", [], None),
        ("smalltalk", "im back. what did you say comes next", [], "sequence"),
        ("smalltalk", "what did you say your name was", [], None),
        ("prognosis", "thinking of packing in herceptin", ["drug"], "personal_advice"),
        ("prognosis", "thinking of giving the dog a bath", [], None),
    ],
)
def test_plain_words_turn_the_guess_or_leave_it(guessed: str, text: str, kinds: list[str], asked: str | None) -> None:
    found = plainly_asked(guessed, text, kinds, find_cues(text))
    assert (found and found[0]) == asked
    assert found is None or found[1]
