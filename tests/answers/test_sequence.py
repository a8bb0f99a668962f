"""Every "after X" and "before X" for every drug, kind of therapy and line, at every stage where it stands.

What is expected is worked out here from the content file, not with the code under test.
"""

from __future__ import annotations

import pytest
from asking import Ask
from facts import (
    CELLS,
    CONTENT,
    DRUG_PLACES,
    DRUGS,
    LINES,
    PASSAGES,
    STAGE_NAMES,
    STAGES,
    THERAPY_PLACES,
    Place,
    drugs_named,
    drugs_of,
    first_place,
    passage_id,
    stages_of,
    steps_of,
    text_of,
)

from bot.answers.question import Question
from bot.answers.reply import Reply

AMBIGUOUS = [drug for drug in DRUGS if len(stages_of(drug)) > 1]
UNAMBIGUOUS = [drug for drug in DRUGS if len(stages_of(drug)) == 1]
FAMILIES = {drug["family"] for drug in CONTENT["drugs"] if drug.get("family")}
NOT_THERE = [(drug, stage) for drug in DRUGS for stage in STAGES if stage not in stages_of(drug)]


def rest_of_line(place: Place) -> list[Place]:
    """The steps after a step in its own line."""
    return [other for other in steps_of(place[0], place[1]) if other[2] > place[2]]


def start_of_line(place: Place) -> list[Place]:
    """The steps before a step in its own line."""
    return [other for other in steps_of(place[0], place[1]) if other[2] < place[2]]


def says_exactly(reply: Reply, places: list[Place], *, besides: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Checks that a reply says these steps in order, takes them as its passages and names no drug but theirs."""
    at = -1
    for place in places:
        assert reply.text.find(text_of(place), at + 1) > at, (text_of(place), reply.text)
        at = reply.text.find(text_of(place), at + 1)
    assert reply.passages == tuple(passage_id(place) for place in places)
    assert drugs_named(reply.text) <= {drug for place in places for drug in drugs_of(place)} | besides


def check_end(reply: Reply, place: Place) -> None:
    """Checks the reply to what comes after the last step of a stage."""
    stage, line, _ = place
    cell = CELLS[stage, line]
    assert (reply.kind, reply.stage, reply.line) == ("sequence", stage, line)
    if "after" in cell:
        assert PASSAGES[cell["after"]]["text"] in reply.text
        assert reply.passages == (cell["after"],)
        assert cell.get("note", "") in reply.text
    else:
        assert reply.passages == (passage_id(place),)
        assert "It does not say what comes after that." in reply.text
        assert drugs_named(reply.text) <= {drug for p in steps_of(stage, line) for drug in drugs_of(p)}
    assert "What comes next?" not in [choice.title for choice in reply.choices]


# after and before a drug


@pytest.mark.parametrize("failed", [False, True])
@pytest.mark.parametrize(("drug", "stage"), DRUG_PLACES)
def test_after_a_drug_comes_the_next_step_of_the_content_file(drug: str, stage: str, failed: bool, ask: Ask) -> None:
    place = first_place(stage, drug=drug)
    assert place is not None
    reply = ask(Question("sequence", stage=stage, drugs=(drug,), direction="after", failed=failed))
    rest, following = rest_of_line(place), steps_of(stage, place[1] + 1)
    if following and failed:
        # What is left of a line that failed is not given any more.
        rest = []
    if not rest and not following:
        check_end(reply, place)
        return
    says_exactly(reply, [*rest, *following])
    assert (reply.kind, reply.stage, reply.drug) == ("sequence", stage, drug)
    assert reply.line == (place[1] + 1 if following else place[1])
    assert reply.text.startswith(f"{STAGE_NAMES[stage]}, ")


@pytest.mark.parametrize(("drug", "stage"), DRUG_PLACES)
def test_before_a_drug_comes_the_step_before_in_the_content_file(drug: str, stage: str, ask: Ask) -> None:
    place = first_place(stage, drug=drug)
    assert place is not None
    reply = ask(Question("sequence", stage=stage, drugs=(drug,), direction="before"))
    start, previous = start_of_line(place), steps_of(stage, place[1] - 1)
    assert (reply.kind, reply.stage, reply.drug) == ("sequence", stage, drug)
    if start:
        says_exactly(reply, start, besides=set(drugs_of(place)))
        assert f"After that: {text_of(place)}" in reply.text
        assert reply.line == place[1]
    elif previous:
        says_exactly(reply, previous)
        assert reply.line == place[1] - 1
    else:
        says_exactly(reply, [place])
        assert "is where the guide starts" in reply.text
        assert "names nothing before that" in reply.text
        assert reply.line == place[1]


@pytest.mark.parametrize("direction", ["after", "before"])
@pytest.mark.parametrize("drug", UNAMBIGUOUS)
def test_a_drug_at_one_stage_needs_no_stage(drug: str, direction: str, ask: Ask) -> None:
    (stage,) = stages_of(drug)
    bare = ask(Question("sequence", drugs=(drug,), direction=direction))
    full = ask(Question("sequence", stage=stage, drugs=(drug,), direction=direction))
    assert bare.to_dict() == full.to_dict()
    assert bare.kind == "sequence"


@pytest.mark.parametrize("direction", ["after", "before"])
@pytest.mark.parametrize("drug", AMBIGUOUS)
def test_a_drug_at_several_stages_asks_which(drug: str, direction: str, ask: Ask) -> None:
    reply = ask(Question("sequence", drugs=(drug,), direction=direction))
    assert (reply.kind, reply.drug, reply.stage, reply.asked) == ("clarify", drug, None, "sequence")
    assert reply.passages == ()
    assert f"names {drug} at more than one stage" in reply.text
    assert [choice.title for choice in reply.choices] == [STAGE_NAMES[stage] for stage in stages_of(drug)]
    assert [choice.question.stage for choice in reply.choices] == stages_of(drug)
    for choice in reply.choices:
        direct = ask(Question("sequence", stage=choice.question.stage, drugs=(drug,), direction=direction))
        assert ask(choice.question).to_dict() == direct.to_dict()
        assert f"what comes {direction} {drug} in" in choice.text


def test_herceptin_and_perjeta_are_the_drugs_that_need_a_stage() -> None:
    assert AMBIGUOUS == ["Herceptin", "Perjeta"]
    assert stages_of("Herceptin") == stages_of("Perjeta") == ["1", "metastatic"]


def starts_with_its_kind(drug: str, stage: str) -> bool:
    """The drug stands in a first line elsewhere as the targeted therapy that this stage's first line gives too."""
    taxane = any(d["brand"] == drug and d.get("family") for d in CONTENT["drugs"])
    first = any(
        row["line"] == 1 and drug in step.get("drugs", []) for row in CONTENT["treatments"] for step in row["steps"]
    )
    here = [step for row in CONTENT["treatments"] if (row["stage"], row["line"]) == (stage, 1) for step in row["steps"]]
    return first and not taxane and any("targeted therapy" in step["therapies"] for step in here)


KIN = [(drug, stage) for drug, stage in NOT_THERE if starts_with_its_kind(drug, stage)]


def test_herceptin_and_perjeta_are_of_the_kind_that_stages_2_and_3_start_with() -> None:
    assert KIN == [("Herceptin", "2"), ("Herceptin", "3"), ("Perjeta", "2"), ("Perjeta", "3")]


@pytest.mark.parametrize("failed", [False, True])
@pytest.mark.parametrize(("drug", "stage"), KIN)
def test_after_a_drug_of_the_kind_that_a_stage_starts_with_comes_its_second_line(
    drug: str, stage: str, failed: bool, ask: Ask
) -> None:
    reply = ask(Question("sequence", stage=stage, drugs=(drug,), direction="after", failed=failed))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", stage, 2)
    assert reply.text.startswith(f"The guide does not name {drug} for {STAGE_NAMES[stage]}.")
    assert all(text_of(place) in reply.text for place in steps_of(stage, 2))


def test_two_drugs_are_shown_where_both_stand_in_the_order_of_the_guide(ask: Ask) -> None:
    reply = ask(Question("sequence", drugs=("Kadcyla", "Enhertu"), direction="beside"))
    assert (reply.kind, reply.stage, reply.line, reply.drug) == ("sequence", "metastatic", 3, "Kadcyla")
    assert reply.text.index("Enhertu") < reply.text.index("Kadcyla")
    assert drugs_named(reply.text.split("\n")[0]) == {"Enhertu"}
    same = ask(Question("sequence", drugs=("Tukysa", "Xeloda"), direction="beside"))
    assert (same.stage, same.line) == ("metastatic", 3)


@pytest.mark.parametrize("direction", ["after", "before"])
@pytest.mark.parametrize(("drug", "stage"), NOT_THERE)
def test_a_drug_asked_at_a_stage_where_it_does_not_stand_says_where_it_does(
    drug: str, stage: str, direction: str, ask: Ask
) -> None:
    if direction == "after" and (drug, stage) in KIN:
        return
    reply = ask(Question("sequence", stage=stage, drugs=(drug,), direction=direction))
    assert (reply.kind, reply.drug, reply.stage) == ("clarify", drug, None)
    assert f"The guide does not name {drug} for {STAGE_NAMES[stage]}." in reply.text
    assert f"It names it for {' and '.join(STAGE_NAMES[key] for key in stages_of(drug))}." in reply.text
    answered = [ask(choice.question) for choice in reply.choices]
    assert [r.stage for r in answered if r.kind == "sequence"] == stages_of(drug)
    assert [r.stage for r in answered if r.kind == "treatment"] == [stage]
    texts = [choice.text for choice in reply.choices]
    assert len(set(texts)) == len(texts)
    assert len({choice.title for choice in reply.choices}) == len(texts)


# the rules that the design names


@pytest.mark.parametrize("drug", ["Tukysa", "Xeloda"])
@pytest.mark.parametrize("failed", [False, True])
def test_after_tukysa_and_xeloda_comes_kadcyla(drug: str, failed: bool, ask: Ask) -> None:
    reply = ask(Question("sequence", drugs=(drug,), direction="after", failed=failed))
    assert (reply.stage, reply.line) == ("metastatic", 3)
    assert drugs_named(reply.text) == {"Kadcyla"}


def test_after_kadcyla_comes_chemotherapy_with_herceptin_and_trials(ask: Ask) -> None:
    reply = ask(Question("sequence", drugs=("Kadcyla",), direction="after"))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 3)
    assert "chemotherapy with Herceptin" in reply.text
    assert "Clinical trials are also an option." in reply.text
    assert "Tolaney" in reply.text
    assert drugs_named(reply.text) == {"Kadcyla", "Herceptin"}


def test_after_enhertu_come_xeloda_tukysa_and_herceptin_and_then_kadcyla(ask: Ask) -> None:
    reply = ask(Question("sequence", drugs=("Enhertu",), direction="after"))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 3)
    names = [reply.text.index(name) for name in ("Xeloda", "Tukysa", "Herceptin", "Kadcyla")]
    assert names == sorted(names)
    assert "September 2025" in reply.full_text()
    assert "Enhertu" not in reply.text


@pytest.mark.parametrize(
    "named",
    [
        {"drugs": ("Herceptin",)},
        {"drugs": ("Perjeta",)},
        {"drugs": ("Taxol",)},
        {"drugs": ("Taxol", "Herceptin", "Perjeta")},
        {"drugs": ("Herceptin", "Perjeta"), "therapies": ("taxane",)},
        {"therapies": ("taxane",)},
        {"therapies": ("maintenance",)},
    ],
)
@pytest.mark.parametrize("failed", [False, True])
def test_after_the_first_drugs_of_metastatic_cancer_comes_enhertu(
    named: dict[str, tuple[str, ...]], failed: bool, ask: Ask
) -> None:
    reply = ask(Question("sequence", stage="metastatic", direction="after", failed=failed, **named))  # type: ignore[arg-type]
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 2)
    assert drugs_named(reply.text) == {"Enhertu"}


@pytest.mark.parametrize("drugs", [("Taxol", "Herceptin", "Perjeta"), ("Tukysa", "Herceptin"), ("Herceptin", "Xeloda")])
def test_several_drugs_of_one_step_tell_the_stage(drugs: tuple[str, ...], ask: Ask) -> None:
    reply = ask(Question("sequence", drugs=drugs, direction="after"))
    assert (reply.kind, reply.stage) == ("sequence", "metastatic")


@pytest.mark.parametrize(
    ("drugs", "line", "named"),
    [
        (("Herceptin", "Perjeta", "Enhertu"), 3, {"Xeloda", "Tukysa", "Herceptin", "Kadcyla"}),
        (("Enhertu", "Herceptin", "Perjeta"), 3, {"Xeloda", "Tukysa", "Herceptin", "Kadcyla"}),
        (("Herceptin", "Enhertu"), 3, {"Xeloda", "Tukysa", "Herceptin", "Kadcyla"}),
        (("Enhertu", "Tukysa"), 3, {"Kadcyla"}),
        (("Tukysa", "Enhertu"), 3, {"Kadcyla"}),
        (("Taxol", "Enhertu", "Xeloda"), 3, {"Kadcyla"}),
        (("Enhertu", "Kadcyla"), 3, {"Kadcyla", "Herceptin"}),
    ],
)
@pytest.mark.parametrize("stage", [None, "metastatic"])
def test_after_drugs_of_several_steps_comes_what_follows_the_last_of_them(
    drugs: tuple[str, ...], line: int, named: set[str], stage: str | None, ask: Ask
) -> None:
    reply = ask(Question("sequence", stage=stage, drugs=drugs, direction="after"))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", line)
    assert drugs_named(reply.text) == named


@pytest.mark.parametrize("stage", [None, "metastatic"])
def test_before_drugs_of_several_steps_comes_what_precedes_the_first_of_them(stage: str | None, ask: Ask) -> None:
    reply = ask(Question("sequence", stage=stage, drugs=("Kadcyla", "Enhertu"), direction="before"))
    assert (reply.kind, reply.stage, reply.line) == ("sequence", "metastatic", 1)


# after and before a kind of therapy


@pytest.mark.parametrize(("kind", "stage"), THERAPY_PLACES)
def test_after_a_kind_of_therapy_comes_the_next_step_of_the_content_file(kind: str, stage: str, ask: Ask) -> None:
    place = first_place(stage, therapy=kind)
    assert place is not None
    reply = ask(Question("sequence", stage=stage, therapies=(kind,), direction="after"))
    rest, following = rest_of_line(place), steps_of(stage, place[1] + 1)
    if kind in FAMILIES:
        # The name of a drug's family is a drug's name to a patient: the next line is told at once.
        says_exactly(reply, [*rest, *following])
    elif rest or following:
        says_exactly(reply, rest or following)
        assert (reply.stage, reply.line) == (stage, place[1] if rest else place[1] + 1)
    else:
        check_end(reply, place)


@pytest.mark.parametrize(("kind", "stage"), THERAPY_PLACES)
def test_before_a_kind_of_therapy_comes_the_step_before_in_the_content_file(kind: str, stage: str, ask: Ask) -> None:
    place = first_place(stage, therapy=kind)
    assert place is not None
    reply = ask(Question("sequence", stage=stage, therapies=(kind,), direction="before"))
    start, previous = start_of_line(place), steps_of(stage, place[1] - 1)
    says_exactly(reply, start or previous or [place], besides=set(drugs_of(place)))
    assert (reply.kind, reply.stage) == ("sequence", stage)
    assert reply.line == (place[1] if start or not previous else place[1] - 1)


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in THERAPY_PLACES}))
def test_a_kind_of_therapy_without_a_stage_asks_where_it_stands_at_several(kind: str, ask: Ask) -> None:
    stages = [stage for other, stage in THERAPY_PLACES if other == kind]
    reply = ask(Question("sequence", therapies=(kind,), direction="after"))
    if len(stages) == 1:
        assert (reply.kind, reply.stage) == ("sequence", stages[0])
    else:
        assert reply.kind == "clarify"
        assert [choice.question.stage for choice in reply.choices] == stages


# after and before a line


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_after_a_line_comes_the_next_line_of_the_content_file(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("sequence", stage=stage, from_line=line, direction="after"))
    if line == LINES[-1]:
        check_end(reply, steps_of(stage, line)[-1])
    else:
        says_exactly(reply, steps_of(stage, line + 1))
        assert (reply.kind, reply.stage, reply.line) == ("sequence", stage, line + 1)
        condition = CELLS[stage, line + 1].get("condition", "")
        assert condition in reply.text


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_before_a_line_comes_the_line_before_in_the_content_file(stage: str, line: int, ask: Ask) -> None:
    reply = ask(Question("sequence", stage=stage, from_line=line, direction="before"))
    says_exactly(reply, steps_of(stage, line - 1) or steps_of(stage, 1)[:1])
    assert (reply.kind, reply.stage, reply.line) == ("sequence", stage, max(line - 1, 1))


@pytest.mark.parametrize("line", LINES)
def test_a_line_without_a_stage_asks_for_it(line: int, ask: Ask) -> None:
    reply = ask(Question("sequence", from_line=line, direction="after"))
    assert (reply.kind, reply.asked) == ("clarify", "sequence")
    assert [choice.question.stage for choice in reply.choices] == STAGES
    assert all(choice.question.from_line == line for choice in reply.choices)


@pytest.mark.parametrize("direction", ["after", "before"])
@pytest.mark.parametrize("stage", [None, "2"])
def test_a_line_that_the_guide_does_not_have_is_not_asked_for_again(
    stage: str | None, direction: str, ask: Ask
) -> None:
    reply = ask(Question("sequence", stage=stage, from_line=7, direction=direction))
    for _ in range(2):
        if reply.kind != "clarify":
            break
        reply = ask(reply.choices[0].question)
    assert reply.kind == "sequence"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("drugs", [(), ("Enhertu", "Kadcyla")])
def test_the_order_of_a_stage_is_all_its_lines(stage: str, drugs: tuple[str, ...], ask: Ask) -> None:
    known = tuple(drug for drug in drugs if stage in stages_of(drug))
    reply = ask(Question("sequence", stage=stage, drugs=known, direction="order"))
    says_exactly(reply, [place for line in LINES for place in steps_of(stage, line)])
    assert (reply.kind, reply.stage, reply.line) == ("sequence", stage, None)


@pytest.mark.parametrize(("stage", "line"), list(CELLS))
def test_a_sequence_goes_on_from_where_it_stopped(stage: str, line: int, ask: Ask) -> None:
    """ "And after that?", asked until nothing comes, tells each step of the rest of the stage once, in order."""
    said: list[str] = []
    question = Question("sequence", stage=stage, from_line=line, position=1, direction="after")
    for _ in range(9):
        reply = ask(question)
        assert reply.kind == "sequence"
        if "names no further step" in reply.text or "does not say what comes after" in reply.text:
            break
        said += reply.passages
        remembered = reply.question
        assert remembered is not None
        question = Question(
            "sequence",
            stage=remembered.stage,
            from_line=remembered.line,
            position=remembered.position,
            direction="after",
        )
    else:
        pytest.fail("the sequence does not end")
    expected = [p for n in LINES for p in steps_of(stage, n) if (p[1], p[2]) > (line, 1)]
    assert said == [passage_id(place) for place in expected]
