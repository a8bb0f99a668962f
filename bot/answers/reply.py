"""One reply, and the data and text it becomes (the reply contract of docs/rest.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.answers.question import Choice, Question

MAX_WORDS = 120
MAX_CHOICES = 4
MAX_TITLE = 20


@dataclass(frozen=True)
class Source:
    """Where an answer comes from: the guide's title, the month of its text, and the section."""

    title: str
    date: str
    section: str

    def to_dict(self) -> dict[str, str]:
        """Returns JSON-ready data."""
        return {"title": self.title, "date": self.date, "section": self.section}


@dataclass(frozen=True)
class Reply:
    """What the bot says to one message.

    Attributes:
        kind: one of `bot.answers.question.KINDS`.
        text: the answer itself, with what was understood; no disclaimer yet.
        stage, line, drug, term: what the answer is about, for programs that read the reply.
        passages: ids of the store rows that were used.
        section: the guide's section that the answer comes from.
        choices: up to four next questions.
        question: the question answered, as the conversation remembers it.
        notes: sentences put around the text by `bot.answers.wrapping` (disclaimer, source, greeting).
        source: set for answers from the guide.
        asked: for a clarify, the kind of question that waits for the answer.
        questions: the visitor's list, in a reply that shows or changes it.
    """

    kind: str
    text: str
    stage: str | None = None
    line: int | None = None
    drug: str | None = None
    term: str | None = None
    passages: tuple[str, ...] = ()
    section: str | None = None
    choices: tuple[Choice, ...] = ()
    question: Question | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    source: Source | None = None
    asked: str | None = None
    questions: tuple[str, ...] | None = None

    def lines(self) -> list[str]:
        """Returns the reply as lines of text, without the choices."""
        return [*self.before, *self.text.split("\n"), *self.after]

    def full_text(self) -> str:
        """Returns the whole reply as text, with numbered choices; single line breaks, so that no channel splits it."""
        numbered = [f"{number}. {choice.title}" for number, choice in enumerate(self.choices, 1)]
        return "\n".join([*self.lines(), *numbered])

    def to_dict(self) -> dict[str, Any]:
        """Returns the reply contract's data; `list` is in it only where the list is shown or changed."""
        data: dict[str, Any] = {
            "kind": self.kind,
            "stage": self.stage,
            "line": self.line,
            "drug": self.drug,
            "term": self.term,
            "passages": list(self.passages),
            "source": self.source.to_dict() if self.source else None,
            "choices": [
                {"number": number, "title": choice.title, "text": choice.text}
                for number, choice in enumerate(self.choices, 1)
            ],
            "asked": self.asked,
            "text": self.text,
            "notes": {"before": list(self.before), "after": list(self.after)},
        }
        if self.questions is not None:
            data["list"] = {"questions": list(self.questions)}
        return data
