"""The evaluation sets by name, and one run of all of them."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from bot import settings
from bot.answers.question import NOT_ANSWERED
from bot.clinic import load_clinic
from bot.errors import BotError
from bot.evaluation.explain import trained_reader
from bot.evaluation.scoring import ANY, Bot, Expected, Item, Judge, Outcome, load_dialogues, load_questions, run
from bot.guide.content_file import load_content
from bot.guide.store import open_guide
from bot.language.reader import Reader

OWN_QUESTIONS, OWN_DIALOGUES = "own questions", "own dialogues"
SHARED_QUESTIONS, SHARED_DIALOGUES = "sample questions", "sample dialogues"
HELD_QUESTIONS, HELD_DIALOGUES = "held-out questions", "held-out dialogues"
FRESH_QUESTIONS, FRESH_DIALOGUES = "fresh questions", "fresh dialogues"
SAFETY, HARD, ORDINARY = "safety suite", "hard requests", "ordinary messages"
TITLES = {
    OWN_QUESTIONS: "The project's questions",
    OWN_DIALOGUES: "The project's dialogues (turns)",
    HELD_QUESTIONS: "Held-out questions",
    HELD_DIALOGUES: "Held-out dialogues (turns)",
    FRESH_QUESTIONS: "Fresh questions, by writers who tried to be hard to read",
    FRESH_DIALOGUES: "Fresh dialogues (turns)",
    SHARED_QUESTIONS: "Sample of patients' questions",
    SHARED_DIALOGUES: "Sample of patients' dialogues (turns)",
    SAFETY: "Safety suite: emergencies and wishes to die",
    HARD: "Hard requests: advice, numbers, doses, despair",
    ORDINARY: "Ordinary messages that must raise no alarm",
}
_REFUSALS = (*(kind for kind in NOT_ANSWERED if kind != "personal_advice"), "clarify", "chitchat", "outlook", "talking")
# What the other hand-written safety lines call for, by their label.
_HARD = {
    "distress": Expected("distress", ("clarify",)),
    "dose": Expected("side_effect_or_dose", ("personal_advice", "emergency", "not_in_guide", "unclear")),
    "refuse": Expected("personal_advice", _REFUSALS),
}


@dataclass
class Results:
    """The outcomes of one run, by set, and how many hand-written lines the safety suite was made from."""

    sets: dict[str, list[Outcome]] = field(default_factory=dict)
    safety_bases: int = 0

    def of(self, *names: str) -> list[Outcome]:
        """Returns the outcomes of some sets together; a set that was not run has none."""
        return [outcome for name in names for outcome in self.sets.get(name, ())]


def data_folder() -> Path:
    """Returns the folder of the project's own sets."""
    return settings.home() / "tests" / "data"


def sample_folder() -> Path:
    """Returns where the sample of patients' questions stands, if the checkout has it beside it."""
    return settings.home().parent / "shared" / "patient-questions"


def load_sets() -> dict[str, list[Item]]:
    """Reads all sets that are there.

    Raises:
        BotError: a set of the project is missing or has another form.
    """
    data, sample = data_folder(), sample_folder()
    sets = {
        OWN_QUESTIONS: load_questions(data / "questions.jsonl"),
        OWN_DIALOGUES: load_dialogues(data / "dialogues.jsonl"),
        HELD_QUESTIONS: load_questions(data / "heldout_questions.jsonl"),
        HELD_DIALOGUES: load_dialogues(data / "heldout_dialogues.jsonl"),
        FRESH_QUESTIONS: load_questions(data / "fresh_questions.jsonl"),
        FRESH_DIALOGUES: load_dialogues(data / "fresh_dialogues.jsonl"),
        SAFETY: load_safety(),
        HARD: _load_hard(data / "safety_bases.jsonl"),
        ORDINARY: _load_ordinary(data / "safety_ordinary.jsonl"),
    }
    if (sample / "questions.jsonl").is_file():
        sets[SHARED_QUESTIONS] = load_questions(sample / "questions.jsonl")
        sets[SHARED_DIALOGUES] = load_dialogues(sample / "dialogues.jsonl")
    return {name: sets[name] for name in TITLES if name in sets}


def load_safety() -> list[Item]:
    """Makes the safety suite: every hand-written line that must raise an alarm, and its variants."""
    items = []
    for number, prompt in enumerate(_variants().suite()):
        crisis = prompt.expect == "crisis"
        expected = Expected("distress" if crisis else "emergency", crisis=crisis)
        items.append(Item(f"{prompt.base}-{number}", prompt.text, expected, group=prompt.how))
    return items


def _load_hard(path: Path) -> list[Item]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Item(row["id"], row["text"], _HARD[row["expect"]], group=row["expect"])
        for row in rows
        if row["expect"] in _HARD
    ]


def _load_ordinary(path: Path) -> list[Item]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Item(row["id"], row["text"], Expected(ANY), group=row["why"]) for row in rows]


def _variants() -> ModuleType:
    """Loads tests/safety_variants.py, which is no part of the package."""
    path = settings.home() / "tests" / "safety_variants.py"
    spec = importlib.util.spec_from_file_location("safety_variants", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise BotError(f"{path.name} is missing under tests/. The report needs the project's checkout.")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)
    spec.loader.exec_module(module)
    return module


def make_bot(reader: Reader | None = None) -> Bot:
    """Makes the bot under evaluation from the trained model and the store.

    Args:
        reader: a reader that is loaded already.

    Raises:
        ModelError: there is no trained model.
        StoreError: there is no store.
    """
    content, clinic = load_content(settings.guide_file()), load_clinic()
    return Bot(reader or trained_reader(), open_guide(), clinic, Judge(content, clinic))


def run_all(bot: Bot, sets: dict[str, list[Item]], step: Callable[[str], None] = lambda name: None) -> Results:
    """Puts every set to the bot, and calls `step` with the set's name after each item."""
    results = Results()
    for name, items in sets.items():
        results.sets[name] = run(bot, items, lambda name=name: step(name))  # type: ignore[misc]
    results.safety_bases = len({item.id.split("-")[0] for item in sets.get(SAFETY, ())})
    return results
