"""What the tests share: the guide's store, a clinic, and a throwaway PostgreSQL server."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import structlog
from asking import Ask, Asked, questions
from commands import lacking
from facts import CLINIC_FILE, CONTENT_FILE
from hypothesis import settings as hypothesis_settings
from postgres_server import find_programs, running_server

from bot.answers.answer import answer
from bot.answers.wrapping import wrap
from bot.clinic import Clinic, load_clinic
from bot.guide.queries import Guide
from bot.guide.store import open_guide

pytest_plugins = ["parallel"]

# The same examples on every run, and no time limit for one of them on a busy machine.
hypothesis_settings.register_profile("bot", deadline=None, derandomize=True, max_examples=150)
hypothesis_settings.load_profile("bot")


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that a test made may have told the log to stay as it is from its first line on."""
    if watch := sys.modules.get("bot.server.watch"):
        monkeypatch.setattr(watch, "logger", structlog.stdlib.get_logger("bot.server.watch"))


@pytest.fixture(scope="session")
def guide_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a SQLite store built from the content file, once for all tests."""
    url = f"sqlite:///{tmp_path_factory.mktemp('store') / 'guide.sqlite3'}"
    open_guide(url, content_path=CONTENT_FILE, build=True)
    return url


@pytest.fixture(scope="session")
def guide(guide_url: str) -> Guide:
    """The guide in that store. Each query is run once only: the store does not change, and the tests ask it often."""
    opened = open_guide(guide_url)
    for name, method in inspect.getmembers(opened, inspect.ismethod):
        if not name.startswith("_"):
            setattr(opened, name, cache(method))
    return opened


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    """The clinic that ships with the project."""
    return load_clinic(CLINIC_FILE)


@pytest.fixture(scope="session")
def uk_clinic() -> Clinic:
    """A clinic in another country, without crisis and poison lines."""
    return Clinic.parse_obj(
        {
            "name": "Northgate Breast Unit",
            "phone": "020 7946 0000",
            "hours": "weekdays, 9 am to 4 pm",
            "country": "GB",
            "emergency_number": "999",
            "emergency_place": "A&E",
        }
    )


@pytest.fixture(scope="session")
def ask(guide: Guide, clinic: Clinic) -> Ask:
    """Answers a question as a conversation's first turn does."""
    return lambda question: wrap(answer(question, guide, clinic), guide, clinic, first=True)


@pytest.fixture(scope="session")
def asked(guide: Guide, clinic: Clinic) -> list[Asked]:
    """Every question of the enumeration with its replies."""
    found = []
    for question, person in questions():
        reply = answer(question, guide, clinic, person=person)
        found.append(
            Asked(
                question,
                person,
                wrap(reply, guide, clinic, first=True),
                wrap(reply, guide, clinic, first=False),
            )
        )
    assert len(found) > 1000
    return found


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder of PostgreSQL's server programs."""
    programs = find_programs()
    if programs is None:
        lacking("PostgreSQL's server programs (initdb, postgres) are not installed: apt-get install postgresql")
    return programs


@pytest.fixture(scope="session")
def postgres_url(postgres_programs: Path) -> Iterator[str]:
    """The URL of an empty database on a PostgreSQL server that lives as long as the tests."""
    with running_server(postgres_programs) as url:
        yield url
