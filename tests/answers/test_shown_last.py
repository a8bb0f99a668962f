"""Short questions about what was shown or said last. Readings are made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from readings import read

from bot.answers.conversation import turn
from bot.answers.followup import resolve
from bot.answers.fresh_words import asks_what_it_means
from bot.answers.lines_said import line_over
from bot.answers.question import Memory, Question
from bot.answers.reading import Mention, Reading
from bot.answers.stage_meant import stage_meant
from bot.clinic import Clinic
from bot.guide.queries import Guide

SECOND = Question("sequence", stage="metastatic", line=2, drugs=("Herceptin",), direction="after", position=1)
FIRST = Question("treatment", stage="metastatic", line=1, position=2)
BEFORE = Question("sequence", stage="metastatic", line=1, drugs=("Enhertu",), direction="before", position=2)
THIRD = Question("treatment", stage="metastatic", line=3, position=2)
REFUSED = Question("not_in_guide", stage="3", topic="her2_negative")


def after(question: Question, thread: Question | None = None) -> Memory:
    return Memory(last=question, kind=question.kind, thread=thread or question, started=True)


def test_after_it_is_after_the_drug_that_something_came_before() -> None:
    asked = resolve(read("and after it", "sequence", "after", "that"), after(BEFORE))
    assert asked == Question("sequence", stage="metastatic", drugs=("Enhertu",), direction="after")


def test_when_that_fails_goes_on_from_the_treatment_after_a_word_was_explained() -> None:
    memory = after(Question("definition", term="taxane"), FIRST)
    asked = resolve(read("and when that packs up", "sequence", "failed", "that"), memory)
    assert (asked.kind, asked.stage, asked.direction) == ("sequence", "metastatic", "after")


@pytest.mark.parametrize("text", ["which comes first out of those", "which one of them is first"])
def test_which_of_those_is_first_shows_the_row_whose_drugs_stand_in_order(text: str) -> None:
    asked = resolve(read(text, "sequence", "that", "compare"), after(THIRD))
    assert asked == Question("treatment", stage="metastatic", line=3)


def test_another_name_is_asked_of_the_drug_shown_and_not_of_the_one_that_is_over() -> None:
    asked = resolve(read("what else do they call it", "definition", "that"), after(SECOND))
    assert (asked.kind, asked.drugs, asked.line) == ("drug_info", (), 2)


def test_what_is_named_and_asked_about_in_the_next_breath_is_explained() -> None:
    text = "once the herceptin is done i go on 'maintenance', whats that when its at home"
    assert resolve(read(text, "sequence", "after", "that"), Memory()) == Question("definition", term="maintenance")
    line = read("third line metastatic what is it", "treatment")
    assert resolve(line, Memory()) == Question("treatment", stage="metastatic", line=3)


def test_the_treatment_that_was_refused_is_shown_once_the_type_is_put_right() -> None:
    told = replace(
        read("sorry no hers is her2 pos", "outlook", "correct"),
        mentions=(Mention("term", "HER2-positive", 17, 25),),
        own=frozenset({"HER2-positive"}),
    )
    assert resolve(told, after(REFUSED)) == Question("treatment", stage="3")
    asked = replace(told, text="sorry no is hers her2 pos?")
    assert resolve(asked, after(REFUSED)).kind != "treatment"
    assert resolve(told, after(replace(REFUSED, stage=None))).kind != "treatment"


def test_a_stage_told_with_what_was_had_already_starts_from_there() -> None:
    open_end = Memory(last=Question("sequence", failed=True), kind="clarify", thread=Question("sequence", failed=True))
    told = resolve(read("its metastatic, had herceptin already", "treatment"), open_end)
    assert (told.stage, told.drugs, told.direction) == ("metastatic", ("Herceptin",), "after")
    asked = resolve(read("its metastatic, what about herceptin", "treatment"), open_end)
    assert asked.direction is None


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("does that mean it is metastatic", False),
        ("its metastatic, does that mean no surgery", True),
        ("she is metastatic", True),
    ],
)
def test_what_a_message_only_asks_about_tells_no_stage(text: str, tells: bool) -> None:
    assert asks_what_it_means(read(text, "definition")) is not tells


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("hes metastatic and came off the first 3 drugs", 1),
        ("first bit fails, whats second", 1),
        ("had my first lot", 1),
        ("whats done first", None),
        ("what gets done first", None),
        ("the first one failed", 1),
    ],
)
def test_the_first_lot_that_is_over_and_the_first_that_is_asked_for(text: str, over: int | None) -> None:
    named = [
        Mention("ordinal", number, text.index(word), text.index(word) + len(word))
        for word, number in (("first", "1"), ("second", "2"))
        if word in text
        and "first lot" not in text
        and "first 3" not in text
        and not (word == "first" and "bit" in text)
    ]
    assert line_over(Reading(text, "sequence", mentions=tuple(named))) == over


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("its tukysa straight after perjeta isnt it", Question("sequence", drugs=("Perjeta",), direction="after")),
        ("oh so tukysa is after that", Question("sequence", drugs=("Tukysa",), direction="order")),
        (
            "does tukysa come straight after perjeta",
            Question("sequence", drugs=("Tukysa", "Perjeta"), direction="beside"),
        ),
    ],
)
def test_a_guess_at_the_order_is_held_against_the_guide(text: str, expected: Question) -> None:
    assert resolve(read(text, "sequence", "after", "that"), Memory()) == expected


def test_what_is_a_line_at_a_stage_asks_what_is_given_there() -> None:
    asked = resolve(read("my daughter is metastatic, what is first line", "definition", "meaning"), Memory())
    assert asked == Question("treatment", stage="metastatic", line=1)


@pytest.mark.parametrize("text", ["which of those two comes first", "which one is given first"])
def test_which_of_those_two_is_about_the_drugs_explained_last(text: str) -> None:
    explained = Question("drug_info", stage="metastatic", line=3, drugs=("Kadcyla",))
    memory = replace(after(explained), drugs=("Enhertu", "Kadcyla"))
    asked = resolve(read(text, "sequence", "compare"), memory)
    assert (asked.drugs, asked.direction) == (("Enhertu", "Kadcyla"), "first")
    alone = resolve(read(text, "sequence", "compare"), replace(memory, drugs=("Kadcyla",)))
    assert alone.drugs == ("Kadcyla",)


def test_the_two_drugs_explained_last_are_remembered(guide: Guide, clinic: Clinic) -> None:
    memory = Memory()
    for name in ("herceptin", "enhertu", "kadcyla"):
        _, memory = turn(read(f"what is {name}", "drug_info", "meaning"), memory, guide, clinic)
    assert memory.drugs == ("Enhertu", "Kadcyla")
    assert Memory.from_dict(memory.to_dict()) == memory
    _, memory = turn(read("thanks", "thanks"), memory, guide, clinic)
    assert memory.drugs == ("Enhertu", "Kadcyla")


def test_progression_on_that_goes_on_to_the_next_line() -> None:
    asked = resolve(read("progression on that = ?", "definition", "failed", "that"), after(FIRST))
    assert (asked.kind, asked.direction, asked.failed) == ("sequence", "after", True)


@pytest.mark.parametrize(
    "text", ["probably nothing right", "its prob just a bug", "dont want to waste anyones time", "overreacting"]
)
def test_what_makes_light_of_an_emergency_keeps_it_going(text: str) -> None:
    urgent = Question("emergency", topic="emergency", signs=("fever",))
    assert resolve(read(text, "deny"), after(urgent)) == urgent


def test_a_number_asked_for_once_more_is_refused_once_more() -> None:
    refused = Question("prognosis", stage="metastatic")
    assert resolve(read("just a rough number", "side_effect_or_dose"), after(refused)) == refused
    assert resolve(read("just a rough number", "side_effect_or_dose"), after(FIRST)).kind == "side_effect_or_dose"


def test_was_that_the_usual_first_thing_asks_for_the_first_line() -> None:
    text = "stage 1, had herceptin after the op. was that the usual first thing"
    assert resolve(read(text, "sequence", "after"), Memory()) == Question("treatment", stage="1", line=1)


@pytest.mark.parametrize(
    "text",
    [
        "paracetamol first and see?",
        "shall i see how i am tomorrow",
        "can it wait til monday, ill sleep on it",
        "give it an hour?",
    ],
)
def test_asking_whether_it_can_wait_keeps_an_emergency_going(text: str) -> None:
    urgent = Question("emergency", topic="emergency", signs=("fever",))
    assert resolve(read(text, "goodbye"), after(urgent)) == urgent
    assert resolve(read(text, "goodbye"), after(FIRST)).kind == "chitchat"


def test_a_drug_of_the_guide_after_an_emergency_is_asked_about() -> None:
    urgent = Question("emergency", topic="emergency", signs=("fever",))
    asked = resolve(
        read("they gave me paracetamol. what comes after enhertu", "sequence", "after"), after(urgent, SECOND)
    )
    assert asked.kind == "sequence"


@pytest.mark.parametrize(
    "text", ["has it got another name", "does it go by a different name", "what else do they call it"]
)
def test_another_name_is_told_of_the_drug_talked_about(text: str) -> None:
    explained = Question("drug_info", stage="metastatic", line=2, drugs=("Enhertu",))
    assert resolve(read(text, "outlook", "that"), after(explained)) == Question("drug_info", drugs=("Enhertu",))
    assert resolve(read(text, "outlook", "that"), after(SECOND)).drugs == ()


def test_why_not_operate_at_once_explains_neoadjuvant_where_the_first_line_was_shown() -> None:
    asked = resolve(read("why not just cut it out straight away", "personal_advice", "why"), after(FIRST))
    assert asked == Question("definition", term="neoadjuvant")
    assert (
        resolve(read("why not just cut it out straight away", "personal_advice", "why"), Memory()).kind
        == "personal_advice"
    )


def test_one_or_the_other_first_compares_both() -> None:
    asked = resolve(read("is it enhertu or kadcyla that comes first", "sequence", "compare"), Memory())
    assert (asked.drugs, asked.direction) == (("Enhertu", "Kadcyla"), "first")


PLACED = Question("treatment", stage="2", line=1, position=2)


@pytest.mark.parametrize("text", ["sorry me again. next bit?", "ok next step", "k the next one please"])
def test_the_next_bit_is_what_comes_after_what_was_shown(text: str) -> None:
    assert resolve(read(text, "smalltalk", "after"), after(PLACED)) == PLACED.onward("after")


def test_what_was_it_again_after_comfort_is_the_question_before() -> None:
    comfort = Question("distress", stage="2", topic="distress")
    memory = replace(after(PLACED), last=comfort, kind="distress")
    assert resolve(read("fine. what was it again", "smalltalk", "again"), memory) == PLACED


@pytest.mark.parametrize("text", ["what changed", "oh really how come", "whats different now"])
def test_what_changed_is_asked_of_the_outlook(text: str) -> None:
    outlook = Question("outlook")
    assert resolve(read(text, "sequence"), after(outlook)) == outlook
    assert resolve(read(text, "sequence"), after(PLACED)) != PLACED


@pytest.mark.parametrize("text", ["does that kind do better on the drugs", "is anyone working on something for it"])
def test_how_a_type_beside_fares_is_asked_of_its_explanation(text: str) -> None:
    low = Question("definition", term="HER2-low")
    assert resolve(read(text, "outlook", "that"), after(low)) == low
    assert resolve(read(text, "outlook", "that"), after(PLACED)).kind == "outlook"


def test_a_decision_pressed_for_is_refused_again() -> None:
    advice = Question("personal_advice", stage="2")
    assert resolve(read("its literally one", "nlu_fallback"), after(advice)) == advice
    assert resolve(read("im so scared of it", "distress", "feelings"), after(advice)).kind == "distress"


@pytest.mark.parametrize("text", ["why that way round", "how come in that order", "and why is it that way around"])
def test_why_that_way_round_explains_what_comes_before_surgery(text: str) -> None:
    assert resolve(read(text, "distress", "why", "that"), after(PLACED)) == Question("definition", term="neoadjuvant")


def test_whats_it_given_with_shows_again_what_was_shown() -> None:
    step = Question("sequence", stage="metastatic", line=3, drugs=("Enhertu",), direction="after", position=2)
    assert resolve(read("whats it given with", "distress", "that"), after(step)) == step


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("stage 2, the first bit of treatment", 1),
        ("stage 1 get it first line dont they", 1),
        ("second line for stage 3 full stop", 2),
        ("stage 2 the one dead last on the list", 99),
    ],
)
def test_the_line_that_is_meant(text: str, line: int) -> None:
    assert resolve(read(text, "treatment"), Memory()).line == line


def test_it_for_another_stage_keeps_the_line() -> None:
    assert resolve(read("told him!! whats it for stage 1", "treatment"), after(PLACED)).line == 1
    assert resolve(read("and my boss, hers is metastatic", "treatment"), after(PLACED)).line == 1


def test_how_things_are_decided_is_told_by_what_a_choice_rests_on() -> None:
    assert resolve(read("how do they decide between things", "talking"), Memory()).topic == "choosing"
    assert resolve(read("what shall i ask her", "talking"), Memory()).topic is None


def test_a_faint_question_about_that_stuff_is_not_told_the_next_line() -> None:
    faint = replace(read("can that stuff even reach up there", "sequence", "that"), confidence=0.41)
    assert resolve(faint, after(PLACED)).kind == "unclear"


@pytest.mark.parametrize("text", ["and if its spread", "ok and what if it has spread", "but once it spreads further"])
def test_if_it_has_spread_is_asked_of_the_last_stage(text: str, guide: Guide) -> None:
    memory = after(PLACED)
    meant = resolve(stage_meant(read(text, "distress"), memory, guide), memory)
    assert (meant.stage, meant.line) == ("metastatic", 1)


def test_whats_that_is_what_follows_the_drug_asked_about(guide: Guide, clinic: Clinic) -> None:
    after_tukysa = Question("sequence", stage="metastatic", line=3, position=2, drugs=("Tukysa",), direction="after")
    reply, _ = turn(read("whats that", "definition", "that"), after(after_tukysa), guide, clinic)
    assert (reply.kind, reply.drug) == ("drug_info", "Kadcyla")


@pytest.mark.parametrize("text", ["can u explain that one a bit more", "tell me more about it", "more on that please"])
def test_explain_that_is_what_was_shown_last(text: str) -> None:
    shown = Question("treatment", stage="metastatic", line=2, position=1)
    assert resolve(read(text, "thanks", "that"), after(shown)) == Question(
        "definition", stage="metastatic", line=2, position=1
    )


def test_a_word_after_a_definition_is_explained_too() -> None:
    explained = Question("definition", term="Stage 2", stage="2")
    word = Reading(
        "and metastatic",
        "treatment",
        0.9,
        mentions=(Mention("stage", "metastatic", 4, 14), Mention("term", "metastatic", 4, 14)),
    )
    assert resolve(word, after(explained)) == Question("definition", term="metastatic")


def test_the_line_before_that_is_one_back() -> None:
    third = Question("treatment", stage="3", line=3, position=1)
    back = resolve(read("ok and the line before that for stage 3", "treatment", "before", "that"), after(third))
    assert (back.stage, back.from_line, back.direction) == ("3", 3, "before")
    other = resolve(read("ok and the line before that for stage 2", "treatment", "before", "that"), after(third))
    assert other.stage == "2"


def test_where_it_comes_is_asked_of_the_drug_explained_last() -> None:
    herceptin = Question("drug_info", drugs=("Herceptin",))
    asked = resolve(read("where does it come in for stage 1", "treatment", "that"), after(herceptin, Question("x")))
    assert asked == Question("sequence", stage="1", drugs=("Herceptin",), direction="order")


def test_not_the_operation_straight_away_is_about_the_first_line() -> None:
    first = Question("treatment", stage="3", line=1, position=3)
    said = Reading(
        "so its not the op straight away", "distress", 0.43, mentions=(Mention("term", "surgery", 12, 14, True),)
    )
    assert resolve(said, after(first)) == Question("treatment", stage="3", line=1)


def test_a_word_that_is_explained_names_its_stage_for_what_follows(guide: Guide, clinic: Clinic) -> None:
    mentions = (Mention("stage", "3", 11, 27), Mention("term", "locally advanced", 11, 27))
    asked = Reading("letter says locally advanced what is that", "definition", 0.9, mentions=mentions)
    _, memory = turn(asked, Memory(), guide, clinic)
    assert resolve(read("so whats the frontline for that", "treatment", "that", "start"), memory).stage == "3"


def test_what_one_has_had_is_over_where_a_stage_is_talked_about() -> None:
    order = Question("sequence", stage="metastatic")
    told = resolve(read("ive had herceptin and perjeta", "drug_info"), after(order))
    assert (told.kind, told.stage, told.direction) == ("sequence", "metastatic", "after")
    assert resolve(read("ive had herceptin and perjeta", "drug_info"), Memory()).kind == "drug_info"


def test_a_line_that_somebody_named_is_not_over() -> None:
    assert line_over(read("my heart sank when she said third line. what is it", "treatment")) is None
    assert line_over(read("when third line fails", "sequence", "failed")) == 3
