"""What the tests of `bot test` share: right replies to break, a server that says them, and the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_bot import FakeBot
from running import ENHERTU, Messages, Reply

from bot.answers.answer import answer
from bot.answers.question import Question
from bot.answers.wrapping import wrap
from bot.clinic import Clinic
from bot.guide.queries import Guide


@pytest.fixture(scope="session")
def right(guide: Guide, clinic: Clinic) -> Reply:
    """Makes the messages of a right reply to a question, new ones at each call."""

    def make(question: Question, *, first: bool = True) -> Messages:
        reply = wrap(answer(question, guide, clinic), guide, clinic, first=first)
        buttons = [{"title": choice.title, "payload": choice.text} for choice in reply.choices]
        return [
            {"recipient_id": "me", "text": reply.full_text(), **({"buttons": buttons} if buttons else {})},
            {"recipient_id": "me", "custom": {"data": {"reply": reply.to_dict()}}},
        ]

    return make


@pytest.fixture
def after_enhertu(right: Reply) -> Messages:
    """The right reply to what `ENHERTU` asks."""
    return right(Question("sequence", drugs=("Enhertu",), direction="after"))


@pytest.fixture
def served(after_enhertu: Messages) -> Iterator[FakeBot]:
    """A server that answers everything with what comes after Enhertu, whatever a test makes of it."""
    with FakeBot(lambda text: after_enhertu) as bot:
        yield bot


@pytest.fixture
def cases(tmp_path: Path) -> Callable[[str], str]:
    """Writes a test file and returns its path."""

    def write(text: str = ENHERTU, name: str = "cases.yml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write
