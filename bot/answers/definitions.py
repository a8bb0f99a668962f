"""Answers "what does this word mean", honestly where the guide uses a word without explaining it."""

from __future__ import annotations

from bot.answers.clarify import ask_word
from bot.answers.drugs import answer_drug_info
from bot.answers.next_questions import guide_choices
from bot.answers.question import Question
from bot.answers.reply import Reply
from bot.guide.queries import Guide
from bot.guide.rows import Term


def answer_definition(question: Question, guide: Guide) -> Reply:
    """Returns the guide's explanation of a term; asks which word when none is known."""
    term = guide.term(question.term) if question.term else None
    if term is None and question.stage is not None and question.line is None:
        term = _stage_term(question.stage, guide)
    if term is None:
        words = _words_at(question, guide) or []
        if len(words) != 1:
            return ask_word(guide, words)
        # The place has one word only: that is the one meant.
        if guide.drug(words[0]) is not None:
            return answer_drug_info(question.with_(kind="drug_info", drugs=(words[0],)), guide)
        return answer_definition(question.with_(term=words[0]), guide)
    text = term.text
    if not term.explained:
        text = f'The guide uses the word "{term.name}" but does not explain it. {text} Ask your care team what it means for you.'
    choices = guide_choices(guide, term.stage or question.stage)
    return Reply(
        kind="definition",
        text=text,
        stage=term.stage or question.stage,
        term=term.name,
        passages=(term.passage,),
        section=term.section,
        choices=choices,
        question=question.with_(term=term.name),
    )


def _stage_term(stage: str, guide: Guide) -> Term | None:
    row = guide.stage(stage)
    if row is None:
        return None
    # A stage without a term of its own is explained from its row, so that a new stage is one edit.
    own = Term(row.name, explained=True, section=row.section, text=row.text, stage=row.key)
    return guide.term(row.name) or guide.term(stage) or own


def _words_at(question: Question, guide: Guide) -> list[str] | None:
    """The terms and drugs used at the place that the conversation is at, after the drugs that were asked about."""
    if question.stage is None or question.line is None:
        return None
    steps = [step for cell in guide.treatments(question.stage, question.line) for step in cell.steps]
    over = max((step.position for step in steps if set(step.drugs) & set(question.drugs)), default=0)
    shown = [step for step in steps if step.position > over] or steps
    named = [drug for step in shown for drug in step.drugs] if over else []
    words = named or [word for step in shown for word in (*step.drugs, *step.therapies)]
    return list(dict.fromkeys(words)) or None
