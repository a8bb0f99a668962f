"""Asks for what is missing, with numbered choices; never guesses a stage or a drug."""

from __future__ import annotations

from bot.answers.places import also_typed, in_reach, listed, stage_choices
from bot.answers.question import Choice, Question
from bot.answers.reply import MAX_CHOICES, Reply
from bot.guide.queries import Guide
from bot.guide.rows import Drug


def ask_stage(question: Question, guide: Guide, keys: list[str] | None = None) -> Reply:
    """Asks which stage is meant; with keys, only those stages are offered.

    Where there are more stages than choices, those nearest to the question's own stage are choices; the others are named.
    """
    near, question = question.stage, question.with_(stage=None)
    offered, rest = in_reach(guide, keys, near)
    drugs = " and ".join(question.drugs)
    if drugs and keys:
        text = f"The guide names {drugs} at more than one stage. Which stage do you mean?"
    elif question.line is not None or question.from_line is not None or question.kind == "treatment":
        text = "That depends on the stage. Which stage do you mean?"
    else:
        text = "What comes next depends on the stage. Which stage do you mean?"
    return Reply(
        kind="clarify",
        text=text + also_typed(rest),
        line=question.line,
        drug=question.drugs[0] if question.drugs else None,
        choices=stage_choices(guide, question, offered),
        question=question,
        asked=question.kind,
    )


def ask_known_stage(guide: Guide, question: Question) -> Reply:
    """Says that the guide has no such stage, and offers those that it has."""
    names = [stage.name for stage in guide.stages()]
    offered, _ = in_reach(guide)  # the text names all of them
    return Reply(
        kind="clarify",
        text=f"The guide does not have that stage. It covers {listed(names)}. Which stage do you mean?",
        choices=stage_choices(guide, Question("treatment"), offered),
        question=Question("treatment"),
        asked="treatment",
    )


def ask_drug(guide: Guide, drugs: list[Drug] | None = None) -> Reply:
    """Asks which drug is meant."""
    known = (drugs or guide.drugs())[:MAX_CHOICES]
    named = ", ".join(drug.brand for drug in guide.drugs())
    return Reply(
        kind="clarify",
        text="Which drug do you mean?" if drugs else f"Which drug do you mean? The guide names {named}.",
        choices=tuple(
            Choice(drug.brand, f"what is {drug.brand}", Question("drug_info", drugs=(drug.brand,))) for drug in known
        ),
        question=Question("drug_info"),
        asked="drug_info",
    )


def ask_word(guide: Guide, words: list[str] | None = None) -> Reply:
    """Asks which word is to be explained; `words` are terms or drugs that were just used."""
    names = words or [term.name for term in guide.terms() if term.explained][:MAX_CHOICES]
    brands = {drug.brand for drug in guide.drugs()}
    choices = tuple(
        Choice(
            name[:20],
            f"what is {name}",
            Question("drug_info", drugs=(name,)) if name in brands else Question("definition", term=name),
        )
        for name in names[:MAX_CHOICES]
    )
    return Reply(
        kind="clarify",
        text="Which word do you mean?",
        choices=choices,
        question=Question("definition"),
        asked="definition",
    )
