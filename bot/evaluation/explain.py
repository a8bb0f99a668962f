"""`bot explain`: the reasons behind one reply, as text for a tester or an editor."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path
from typing import Any

from bot.answers.conversation import turn
from bot.answers.followup import resolve
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.clinic import load_clinic
from bot.guide.store import open_guide
from bot.language.entities import MentionFinder
from bot.language.intent_file import load_model_with_encoder
from bot.language.intent_model import Guess
from bot.language.reader import Reader
from bot.language.safety import SafetyScreen
from bot.language.vocabulary import Vocabulary
from bot.server.training import trained_model


def explain(text: str) -> str:
    """Returns how a message is understood: entities, screen, the three best intents with examples, question, reply.

    Raises:
        ModelError: there is no trained model.
        StoreError: the guide store is missing.
    """
    guide = open_guide()
    reader = trained_reader()
    data = reader.read(text)
    reading = Reading.from_dict(data)
    guesses = reader.model.guess([data["text"]])[0] if data["text"] else []
    reply, _ = turn(reading, Memory(started=True), guide, load_clinic())
    return "\n".join(
        [
            f"Text:      {data['text']}",
            f"Entities:  {_entities(data)}",
            f"Cues:      {', '.join(data['cues']) or 'none'}",
            f"Screen:    {_screen(data)}",
            f"Intent:    {data['intent']} ({data['confidence']:.2f}; {data['reason']})",
            *_guesses(guesses),
            *_parts(data),
            f"Question:  {resolve(reading, Memory(started=True)).to_dict()}",
            f"Reply:     {reply.kind}",
            *(f"  {line}" for line in reply.full_text().splitlines()),
        ]
    )


def trained_reader() -> Reader:
    """Makes a reader from the trained model, without starting Rasa."""
    vocabulary = Vocabulary.from_guide(open_guide())
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(trained_model()) as archive:
            members = [m for m in archive.getmembers() if "GuideIntents" in m.name]
            archive.extractall(folder, members=members)  # noqa: S202 - our own model file
        found = next(Path(folder).rglob("intents.json"))
        model = load_model_with_encoder(found.parent)
    return Reader(MentionFinder(vocabulary), model, SafetyScreen())


def _entities(data: dict[str, Any]) -> str:
    text = data["text"]
    said = [
        f"{m['kind']}={m['value']} ({text[m['start'] : m['end']]!r}{', denied' if m['negated'] else ''})"
        for m in data["mentions"]
    ]
    return ", ".join(said) or "none"


def _screen(data: dict[str, Any]) -> str:
    safety = data["safety"]
    signs = ", ".join(safety.get("signs") or ()) or "no signs"
    return f"{safety.get('kind') or 'no alarm'} ({signs}; meant as {safety.get('framing')}, {safety.get('person')})"


def _parts(data: dict[str, Any]) -> list[str]:
    said = [f"  {part['text']!r}: {part['intent']}{', asks' if part['asks'] else ''}" for part in data["parts"]]
    return ["Parts:", *said] if said else []


def _guesses(guesses: list[Guess]) -> list[str]:
    lines = []
    for guess in guesses:
        lines.append(f"  {guess.intent}: probability {guess.probability:.2f}, closeness {guess.confidence:.2f}")
        lines += [f"    near: {n.text!r} ({n.closeness:.2f})" for n in guess.neighbours]
    return lines
