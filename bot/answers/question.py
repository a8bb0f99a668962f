"""The question a visitor means, and what a conversation remembers between two messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.answers.notebook import Notebook

ANSWERED = ("treatment", "sequence", "drug_info", "definition", "outlook", "talking")
NOT_ANSWERED = (
    "emergency", "distress", "personal_advice", "side_effect_or_dose", "prognosis", "not_in_guide", "off_topic", "unclear",
)  # fmt: skip
KINDS = (*ANSWERED, "clarify", *NOT_ANSWERED, "chitchat")


@dataclass(frozen=True)
class Question:
    """A question with every part filled in that the message, or the conversation before it, tells.

    Attributes:
        kind: the kind of reply it calls for (see `KINDS`).
        stage: stage key.
        line: the line asked about.
        from_line: the line that is over or stands after ("after second-line").
        drugs: brands that are over, asked about, or stand in the question.
        therapies: kinds of therapy named (surgery, maintenance ...).
        term: the word to explain.
        direction: "after", "before" or "order", for a sequence.
        failed: the treatment before did not work or stopped working.
        topic: which of several replies of the kind is meant.
        position: step within the line from which a sequence goes on.
        asked: the kind of question a `clarify` stands in for.
        signs: red-flag signs that were named without being an alarm.
    """

    kind: str
    stage: str | None = None
    line: int | None = None
    from_line: int | None = None
    drugs: tuple[str, ...] = ()
    therapies: tuple[str, ...] = ()
    term: str | None = None
    direction: str | None = None
    failed: bool = False
    topic: str | None = None
    position: int | None = None
    signs: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields that are set, as JSON-ready data."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items() if v}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Question:
        """Makes a question from what `to_dict` returned."""
        known: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        return cls(**{name: v for name, v in known.items() if name in cls.__dataclass_fields__})

    def onward(self, direction: str, *, failed: bool = False) -> Question:
        """Returns the question what stands "after" or "before" the step of the guide that this one led to."""
        return Question(
            "sequence",
            stage=self.stage,
            from_line=self.line,
            position=self.position,
            direction=direction,
            failed=failed,
        )

    def with_(self, **changes: Any) -> Question:
        """Returns a copy with some parts replaced."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Choice:
    """One numbered choice: a short title, the text a patient could have typed, and the question it means."""

    title: str
    text: str
    question: Question

    def to_dict(self) -> dict[str, Any]:
        """Returns JSON-ready data."""
        return {"title": self.title, "text": self.text, "question": self.question.to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Choice:
        """Makes a choice from what `to_dict` returned."""
        return cls(str(data["title"]), str(data["text"]), Question.from_dict(data["question"]))


@dataclass(frozen=True)
class Memory:
    """What a conversation remembers: the questions it came to and, in the notebook alone, words of the visitor.

    Attributes:
        last: the last question.
        kind: the kind of the last reply.
        thread: the last question answered from the guide, with the place it led to; side questions do not replace it.
        choices: the numbered choices of the last reply.
        waiting: a question put off because something urgent came first.
        started: the first reply has been given.
        notebook: the visitor's list of questions, and the last question in the visitor's words.
        people: whose stage is known, as pairs of a word for the person ("sister", "self") and a stage key.
        drugs: the two drugs explained last, the newest at the end: what "which of those two comes first" is about.
    """

    last: Question | None = None
    kind: str | None = None
    thread: Question | None = None
    choices: tuple[Choice, ...] = field(default=())
    waiting: Question | None = None
    started: bool = False
    notebook: Notebook = Notebook()
    people: tuple[tuple[str, str], ...] = ()
    drugs: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns JSON-ready data for a Rasa slot."""
        return {
            "last": self.last.to_dict() if self.last else None,
            "kind": self.kind,
            "thread": self.thread.to_dict() if self.thread else None,
            "choices": [choice.to_dict() for choice in self.choices],
            "waiting": self.waiting.to_dict() if self.waiting else None,
            "started": self.started,
            "notebook": self.notebook.to_dict(),
            "people": [list(pair) for pair in self.people],
            "drugs": list(self.drugs),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> Memory:
        """Makes a memory from what `to_dict` returned; None gives an empty one."""
        if not data:
            return cls()

        def question(name: str) -> Question | None:
            return Question.from_dict(data[name]) if data.get(name) else None

        return cls(
            question("last"),
            data.get("kind"),
            question("thread"),
            tuple(Choice.from_dict(item) for item in data.get("choices") or ()),
            question("waiting"),
            bool(data.get("started")),
            Notebook.from_dict(data.get("notebook")),
            tuple((str(who), str(stage)) for who, stage in data.get("people") or ()),
            tuple(str(drug) for drug in data.get("drugs") or ()),
        )
