"""`bot clinics` and what the other commands say where there are several clinics."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import bot, fails_readably
from three_clinics import DATABASE, HILLSIDE, NORTHGATE, RIVERSIDE, SECRET, clinic_file, written
from typer.testing import CliRunner

from bot.cli import app
from bot.server.conversations.records import Records
from bot.server.conversations.rows import Addition, EventRow
from bot.server.conversations.secret import keyed_hash
from bot.server.unanswered.keeping import UNANSWERED, KeptQuestion, month_now
from bot.server.unanswered.rows import keep, kept


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CLINIC", "DATABASE_URL", "PUBLIC_URL", "BOT_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLINICS", str(written(tmp_path / "clinics")))
    monkeypatch.setenv("BOT_SECRET", SECRET)
    monkeypatch.setenv("CONVERSATIONS_URL", f"sqlite:///{tmp_path / 'shared.sqlite3'}")
    monkeypatch.setenv(DATABASE, f"sqlite:///{tmp_path / 'own.sqlite3'}")
    return tmp_path


def said(*args: str) -> str:
    done = CliRunner().invoke(app, list(args))
    assert done.exit_code == 0, (done.stdout, done.exception)
    return done.stdout


def keep_one(records: Records, clinic: str, sender: str = "me") -> None:
    records.add(keyed_hash(clinic).of_sender(sender), Addition(0, [], 1, 9e9, {}, {}, "rest", clinic))
    keep(records, KeptQuestion(month_now(), "off_topic", UNANSWERED, "a question"), clinic)


def test_clinics_are_listed_with_hosts_and_database(home: Path) -> None:
    assert said("clinics") == (
        f"hillside: Hillside Clinic, own database ({DATABASE})\n  {HILLSIDE}\n"
        f"northgate: Northgate Clinic, shared database\n  {NORTHGATE}\n"
        f"riverside: Riverside Clinic, shared database\n  {RIVERSIDE}\n"
    )


def test_conversations_are_counted_by_clinic(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_one(Records(), "riverside")
    monkeypatch.setenv(DATABASE, f"sqlite:///{home / 'missing' / 'own.sqlite3'}")
    found = said("clinics", "--count")
    assert "riverside: Riverside Clinic, shared database, 1 conversations" in found
    assert "northgate: Northgate Clinic, shared database, 0 conversations" in found
    assert f"hillside: Hillside Clinic, own database ({DATABASE}), which cannot be asked" in found


@pytest.mark.parametrize("command", ["clinics", "check"])
def test_what_is_wrong_is_said_and_fails(home: Path, command: str) -> None:
    written(home / "clinics", clinic_file(NORTHGATE, hosts=[NORTHGATE, RIVERSIDE], fax="1"), clinic_file(HILLSIDE))
    (home / "clinics" / "riverside.yaml").write_text("name: x")
    done = CliRunner().invoke(app, [command])
    assert done.exit_code == 1
    assert "fax: extra fields not permitted" in done.stdout
    assert "riverside.yaml and riverside.yml have one key" in done.stdout


def test_without_the_setting_there_is_one_clinic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLINICS", raising=False)
    monkeypatch.delenv("CLINIC", raising=False)
    assert (
        said("clinics") == "CLINICS is not set, so there is one clinic: Riverside Breast Clinic, at every host name.\n"
    )


def test_one_conversation_of_one_clinic_is_forgotten(home: Path) -> None:
    shared, own = Records(), Records(f"sqlite:///{home / 'own.sqlite3'}")
    for records, clinic in ((shared, "riverside"), (shared, "northgate"), (own, "hillside")):
        keep_one(records, clinic)
    assert said("forget", "me", "--clinic", "hillside").startswith("Erased the conversation.")
    assert said("forget", "me", "--clinic", "riverside").startswith("Erased the conversation.")
    assert said("forget", "me", "--clinic", "riverside").startswith("There is no conversation of that session")
    assert (shared.count_by_clinic(), own.count()) == ({"northgate": 1}, 0)


@pytest.mark.parametrize("clinic", ["riverside", "gone"])
def test_all_of_a_clinic_is_forgotten_its_file_gone_or_not(home: Path, clinic: str) -> None:
    shared = Records()
    for sender in ("a", "b"):
        keep_one(shared, clinic, sender)
    keep_one(shared, "northgate")
    assert said("forget", "--clinic", clinic, "--all").startswith(
        f"Erased 2 conversations and 2 kept questions of {clinic}."
    )
    assert shared.count_by_clinic() == {"northgate": 1}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("forget", "me"), "Add --clinic: hillside, northgate, riverside."),
        (("forget", "me", "--clinic", "seaside"), "There is no clinic 'seaside'."),
        (("forget", "me", "--clinic", "riverside", "--all"), "Name it, and no session"),
        (("forget", "--all"), "Name it, and no session"),
        (("forget",), "Name its session"),
        (("unanswered",), "Add --clinic"),
        (("chat",), "Add --clinic"),
    ],
)
def test_a_command_that_needs_a_clinic_says_so(home: Path, args: tuple[str, ...], said: str) -> None:
    done = bot(
        *args, CLINICS=home / "clinics", HILLSIDE_DATABASE_URL=f"sqlite:///{home / 'own.sqlite3'}", BOT_SECRET=SECRET
    )
    fails_readably(done, said)


def test_all_databases_are_migrated(home: Path) -> None:
    assert said("migrate").splitlines() == [
        "Made the tables of the conversations, in form 0005.",
        "hillside: Made the tables of the conversations, in form 0005.",
    ]


def test_kept_questions_are_those_of_one_clinic(home: Path) -> None:
    keep_one(Records(), "riverside")
    assert said("unanswered", "--clinic", "northgate") == "There are no questions kept at northgate.\n"


def test_a_clinic_moves_to_a_database_of_its_own(home: Path) -> None:
    shared, own = Records(), Records(f"sqlite:///{home / 'own.sqlite3'}")
    names = keyed_hash("hillside")
    rows = [EventRow(1.0, "user", {"event": "user", "text": "a word"}, names.of_message("m"))]
    for number in range(450):  # more than one batch
        shared.add(names.of_sender(f"{number}"), Addition(0, rows, 1, 9e9, {"a": number}, {}, "rest", "hillside"))
    shared.erase(names.of_sender("0"), 9e9, "hillside")
    keep_one(shared, "northgate")
    keep(shared, KeptQuestion(month_now(), "off_topic", UNANSWERED, "a question of hillside"), "hillside")
    assert said("move-clinic", "hillside").startswith("Moved 449 conversations and 1 kept questions of hillside.")
    assert (shared.count_by_clinic(), own.count_by_clinic()) == ({"northgate": 1}, {"hillside": 449})
    found = own.load(names.of_sender("7"))
    assert found is not None and found.slots == {"a": 7}
    assert own.asked(names.of_sender("7"), names.of_message("m")) == "a word"
    assert own.is_ended(names.of_sender("0")) and not shared.is_ended(names.of_sender("0"))
    assert [one.text for one in kept(own, "", "hillside")] == ["a question of hillside"]
    assert kept(shared, "", "hillside") == [] and len(kept(shared, "", "northgate")) == 1
    assert said("move-clinic", "hillside").startswith("Moved 0 conversations and 0 kept questions")


def test_moving_again_after_a_break_replaces_nothing(home: Path) -> None:
    shared, own = Records(), Records(f"sqlite:///{home / 'own.sqlite3'}")
    for records, slots in ((shared, {"old": 1}), (own, {"new": 1})):
        key = keyed_hash("hillside").of_sender("me")
        records.add(key, Addition(0, [EventRow(1.0, "user", {}, None)], 1, 9e9, slots, {}, "rest", "hillside"))
    said("move-clinic", "hillside")
    found = own.load(keyed_hash("hillside").of_sender("me"))
    assert found is not None and found.slots == {"new": 1}
    assert shared.count() == 0


def test_a_clinic_without_a_database_of_its_own_stays_where_it_is(home: Path) -> None:
    done = bot("move-clinic", "northgate", CLINICS=home / "clinics", HILLSIDE_DATABASE_URL="sqlite:////nowhere/x")
    fails_readably(done, "northgate has no database of its own")
