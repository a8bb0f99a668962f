"""Follow-ups: from what was said and what was asked before to the question meant. Readings are made by hand."""

from __future__ import annotations

import pytest
from readings import read

from bot.answers.followup import resolve
from bot.answers.question import Choice, Memory, Question
from bot.answers.reading import Mention, Reading


def after(question: Question, *, kind: str | None = None, thread: Question | None = None) -> Memory:
    """The memory after a question was answered."""
    return Memory(last=question, kind=kind or question.kind, thread=thread or question, started=True)


STAGE_2 = Question("treatment", stage="2", line=1, position=2)
META_2 = Question("treatment", stage="metastatic", line=2, position=1)
AFTER_ENHERTU = Question("sequence", stage="metastatic", line=3, position=2, direction="after", drugs=("Enhertu",))


def test_and_after_that_goes_on_from_where_the_answer_stopped() -> None:
    question = resolve(read("and after that?", "sequence", "after", "that"), after(STAGE_2))
    assert (question.kind, question.stage, question.from_line, question.position) == ("sequence", "2", 1, 2)
    assert question.direction == "after"


def test_and_before_that_goes_back() -> None:
    question = resolve(read("and before that?", "sequence", "before", "that"), after(META_2))
    assert (question.kind, question.stage, question.from_line) == ("sequence", "metastatic", 2)
    assert question.direction == "before"


def test_and_if_that_fails_says_that_it_failed() -> None:
    question = resolve(read("and if that stops working?", "sequence", "failed", "that"), after(STAGE_2))
    assert (question.kind, question.stage, question.from_line, question.failed) == ("sequence", "2", 1, True)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("what about stage 3?", "3"), ("same for stage 3", "3"), ("and stage 3", "3"), ("stage 3?", "3"),
        ("how about metastatic", "metastatic"), ("and for metastatic?", "metastatic"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("intent", ["treatment", "definition", None])
def test_another_stage_asks_the_same_of_it(text: str, stage: str, intent: str | None) -> None:
    question = resolve(read(text, intent, "same"), after(STAGE_2))
    assert (question.kind, question.stage, question.line) == ("treatment", stage, 1)


def test_another_stage_keeps_a_question_about_a_drug() -> None:
    last = Question("sequence", stage="1", drugs=("Herceptin",), line=2, position=1, direction="after")
    question = resolve(read("and metastatic?", "treatment", "same"), after(last))
    assert (question.kind, question.stage, question.drugs) == ("sequence", "metastatic", ("Herceptin",))


def test_another_stage_keeps_a_question_about_what_to_ask() -> None:
    question = resolve(read("and stage 3?", "treatment", "same"), after(Question("talking", stage="2")))
    assert (question.kind, question.stage) == ("talking", "3")


@pytest.mark.parametrize(
    "text", ["no i meant second line", "sorry, second line", "second line i mean", "no, second line"]
)
def test_a_correction_replaces_the_line(text: str) -> None:
    question = resolve(read(text, "treatment", "correct"), after(STAGE_2))
    assert (question.kind, question.stage, question.line) == ("treatment", "2", 2)


@pytest.mark.parametrize("text", ["no i meant stage 3", "sorry stage 3"])
def test_a_correction_replaces_the_stage(text: str) -> None:
    question = resolve(read(text, "treatment", "correct"), after(META_2))
    assert (question.kind, question.stage, question.line) == ("treatment", "3", 2)


def test_a_correction_takes_the_stage_that_is_not_denied() -> None:
    question = resolve(read("no not stage 2, stage 3", "treatment", "correct", deny="stage 2"), after(STAGE_2))
    assert (question.kind, question.stage) == ("treatment", "3")


def test_another_drug_asks_the_same_of_it() -> None:
    question = resolve(read("what about tukysa?", "sequence", "same"), after(AFTER_ENHERTU))
    assert (question.kind, question.drugs, question.direction) == ("sequence", ("Tukysa",), "after")
    question = resolve(read("and kadcyla?", "treatment", "same"), after(Question("drug_info", drugs=("Tukysa",))))
    assert (question.kind, question.drugs) == ("drug_info", ("Kadcyla",))


def test_another_word_asks_what_it_means() -> None:
    question = resolve(read("and her2-low?", "definition", "same"), after(Question("definition", term="luminal B")))
    assert (question.kind, question.term) == ("definition", "HER2-low")


@pytest.mark.parametrize("text", ["what's that?", "what is that", "whats that mean"])
def test_what_is_that_asks_about_the_drug_just_named(text: str) -> None:
    question = resolve(read(text, "definition", "that", "meaning"), after(Question("drug_info", drugs=("Tukysa",))))
    assert (question.kind, question.drugs) == ("drug_info", ("Tukysa",))


def test_what_is_that_asks_about_the_words_of_the_place() -> None:
    question = resolve(read("what's that?", "definition", "that", "meaning"), after(STAGE_2))
    assert (question.kind, question.stage, question.line, question.term) == ("definition", "2", 1, None)


def test_what_is_that_with_nothing_before_names_nothing() -> None:
    question = resolve(read("what's that?", "definition", "that", "meaning"), Memory())
    assert question == Question("definition")


CHOICES = tuple(
    Choice(name, f"what comes after Herceptin in {name.lower()}", Question("sequence", stage=key, drugs=("Herceptin",)))
    for name, key in (("Stage 1", "1"), ("Metastatic", "metastatic"))
)


@pytest.mark.parametrize(
    "text", ["2", "the second one", "Metastatic", "option 2", "what comes after herceptin in metastatic"]
)
@pytest.mark.parametrize("intent", ["treatment", "off_topic", "affirm", None])
def test_a_picked_choice_is_the_question_it_stands_for(text: str, intent: str | None) -> None:
    memory = Memory(last=Question("sequence", drugs=("Herceptin",)), kind="clarify", choices=CHOICES, started=True)
    assert resolve(read(text, intent), memory) == CHOICES[1].question


def test_a_number_without_choices_picks_nothing() -> None:
    assert resolve(read("2", None), Memory()).kind == "unclear"


@pytest.mark.parametrize("kind", ["emergency", "crisis"])
def test_an_alarm_comes_before_a_picked_choice_and_before_any_intent(kind: str) -> None:
    memory = Memory(kind="clarify", choices=CHOICES, started=True)
    for text, intent in (("2", None), ("what comes after enhertu", "sequence"), ("hello", "greet")):
        question = resolve(read(text, intent, kind=kind), memory)
        assert question.kind == ("emergency" if kind == "emergency" else "distress")
        assert question.topic == kind
        assert (question.stage, question.drugs) == (None, ())


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_text_is_unclear(text: str) -> None:
    assert resolve(read(text, None), after(STAGE_2)) == Question("unclear", topic="empty")


def test_yes_takes_up_the_question_that_had_to_wait() -> None:
    memory = Memory(last=Question("emergency"), kind="emergency", waiting=META_2, started=True)
    assert resolve(read("yes", "affirm"), memory) == META_2


def test_thanks_after_an_emergency_is_thanks() -> None:
    memory = Memory(last=Question("emergency"), kind="emergency", started=True)
    assert resolve(read("thank you", "thanks"), memory) == Question("chitchat", topic="thanks")


def test_a_worry_after_an_emergency_keeps_the_emergency_going() -> None:
    memory = Memory(last=Question("emergency", topic="emergency"), kind="emergency", started=True)
    assert resolve(read("can it wait til monday", "personal_advice", "wait"), memory).kind == "emergency"


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (read("treatment for stage 1", "treatment"), Question("treatment", stage="1")),
        (read("second line for metastatic", "treatment"), Question("treatment", stage="metastatic", line=2)),
        (read("what comes after enhertu", "sequence", "after"),
         Question("sequence", drugs=("Enhertu",), direction="after")),
        (read("what comes before kadcyla", "sequence", "before"),
         Question("sequence", drugs=("Kadcyla",), direction="before")),
        (read("what is tukysa", "drug_info"), Question("drug_info", drugs=("Tukysa",))),
        (read("what does neoadjuvant mean", "definition"), Question("definition", term="neoadjuvant")),
        (read("have outcomes got better", "outlook"), Question("outlook")),
        (read("what to ask about stage 3", "talking"), Question("talking", stage="3")),
        (read("hello", "greet"), Question("chitchat", topic="greet")),
        (read("what does it cost", "not_in_guide_cost"), Question("not_in_guide", topic="cost")),
        (read("hola que tal", "other_language"), Question("not_in_guide", topic="language")),
        (read("how long have i got", "prognosis"), Question("prognosis")),
        (read("who won the match", "off_topic"), Question("off_topic")),
        (read("blorp", "nlu_fallback"), Question("unclear")),
        (read("blorp", None), Question("unclear")),
    ],
)  # fmt: skip
def test_a_message_that_stands_alone_is_its_own_question(reading: Reading, expected: Question) -> None:
    assert resolve(reading, Memory()) == expected


def test_a_question_that_names_its_own_start_replaces_the_one_before() -> None:
    question = resolve(read("what comes after enhertu", "sequence", "after"), after(STAGE_2))
    assert (question.kind, question.drugs, question.from_line) == ("sequence", ("Enhertu",), None)
    question = resolve(read("treatment for metastatic, second line", "treatment"), after(STAGE_2))
    assert (question.kind, question.stage, question.line) == ("treatment", "metastatic", 2)


def test_starting_over_forgets_what_was_said() -> None:
    question = resolve(read("forget that. what is the second line", "treatment", "reset"), after(META_2))
    assert question.stage is None


@pytest.mark.parametrize(
    ("kind", "value", "intent", "topic"),
    [
        ("other_cancer", "lung", "treatment", "other_cancer"),
        ("other_type", "triple-negative", "treatment", "her2_negative"),
        ("stage_zero", "0", "treatment", "stage_zero"),
        ("other_drug", "tamoxifen", "drug_info", "other_drug"),
    ],
)
def test_what_stands_outside_the_guide_is_not_answered_from_it(kind: str, value: str, intent: str, topic: str) -> None:
    reading = Reading(f"what about {value}", intent, mentions=(Mention(kind, value, 11, 11 + len(value)),))
    assert resolve(reading, Memory()) == Question("not_in_guide", topic=topic)


def test_a_stage_that_the_guide_does_not_have_is_asked_about() -> None:
    reading = Reading("stage 7 treatment", "treatment", mentions=(Mention("stage_unknown", "7", 0, 7),))
    assert resolve(reading, Memory()) == Question("clarify", topic="stage_unknown")


@pytest.mark.parametrize("kind", ["line", "ordinal"])
def test_a_line_that_is_over_leads_to_the_next(kind: str) -> None:
    text = "what comes after second line"
    reading = Reading(text, "sequence", mentions=(Mention(kind, "2", 17, 28),), cues=frozenset({"after"}))
    question = resolve(reading, after(META_2))
    assert (question.kind, question.stage, question.from_line) == ("sequence", "metastatic", 2)
    assert question.direction == "after"


DEFINED = Question("definition", term="neoadjuvant")
ENHERTU = Question("drug_info", drugs=("Enhertu",), stage="metastatic", line=2)


@pytest.mark.parametrize(
    ("text", "last"),
    [("which stage gets that", DEFINED), ("and when is that", DEFINED), ("who gets it", ENHERTU)],
)
def test_where_it_stands_is_asked_of_what_was_explained_last(text: str, last: Question) -> None:
    assert resolve(read(text, "not_in_guide_causes", "that"), after(last)) == last


@pytest.mark.parametrize("text", ["why", "why that?", "how come"])
def test_a_bare_why_shows_the_row_again_that_tells_when(text: str) -> None:
    assert resolve(read(text, "distress", "why"), after(META_2)) == META_2


def test_before_or_after_the_operation_is_asked_of_the_line_shown_last() -> None:
    question = resolve(read("is it before or after the operation?", "sequence", "before", "after"), after(STAGE_2))
    assert (question.kind, question.stage, question.line) == ("treatment", "2", 1)


def test_not_knowing_the_stage_asks_for_it_again() -> None:
    asked = Question("treatment", line=3)
    assert resolve(read("dont know my stage", "personal_advice"), after(asked, kind="clarify")) == asked


def test_a_statement_after_an_emergency_keeps_it_going() -> None:
    urgent = Question("emergency", topic="emergency")
    said = Reading("i'm on chemo yes", "definition", 0.9, (Mention("term", "chemotherapy", 7, 12),))
    assert resolve(said, Memory(last=urgent, kind="emergency", started=True)) == urgent


def test_a_drug_guessed_to_be_next_is_looked_up_where_it_stands() -> None:
    question = resolve(read("is it enhertu next", "sequence", "after"), Memory())
    assert (question.kind, question.drugs, question.direction) == ("sequence", ("Enhertu",), "order")


def test_another_type_than_the_guides_is_explained_and_not_treated() -> None:
    reading = Reading(
        **{**vars(read("stage 2 her2-low treatment", "treatment")), "own": frozenset({"HER2", "HER2-positive"})}
    )
    assert resolve(reading, Memory()) == Question("definition", term="HER2-low")


def test_if_this_also_fails_starts_from_the_line_named() -> None:
    question = resolve(read("stage 3 second line, and if this also fails?", "treatment", "failed"), Memory())
    assert (question.kind, question.stage, question.from_line) == ("sequence", "3", 2)


def test_the_line_one_is_on_is_not_the_one_asked_for() -> None:
    mentions = (Mention("line", "2", 3, 14), Mention("stage", "metastatic", 23, 27), Mention("ordinal", "3", 35, 40))
    said = Reading("on second line now for mets. whats third", "treatment", 0.9, mentions)
    assert (resolve(said, Memory()).line, resolve(said, Memory()).stage) == (3, "metastatic")


def test_what_stands_before_a_line_is_not_what_is_over() -> None:
    question = resolve(read("what would i have had before third line stage 3", "treatment", "before"), Memory())
    assert (question.kind, question.from_line, question.direction) == ("sequence", 3, "before")


def test_the_difference_between_two_lines_shows_all_of_the_stage() -> None:
    question = resolve(read("difference between first line and third line for stage 2", "treatment"), Memory())
    assert (question.kind, question.stage, question.line) == ("treatment", "2", None)
