"""The folder of clinics: what is wrong with it is said all at once, and a request finds its clinic by host name."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from three_clinics import DATABASE, HILLSIDE, NORTHGATE, PHONES, RIVERSIDE, clinic_file, clinics_in, written

from bot.answers.trouble import NO_CLINIC, last_resort, not_taken
from bot.clinic import load_clinic
from bot.errors import ClinicError
from bot.server.clinic_checks import clinic_problems
from bot.tenants.clinics import clinic_asked, clinic_for_command, read_folder, the_clinics
from bot.tenants.current import choose, current, outside_address, using, whose
from bot.tenants.hosts import plain_host


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLINIC", "CLINICS", "PUBLIC_URL", "PROXIES", "CONVERSATIONS_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(DATABASE, "sqlite:////nowhere/own.sqlite3")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The three clinics, in force."""
    made = written(tmp_path / "clinics")
    monkeypatch.setenv("CLINICS", str(made))
    return made


def problems(folder: Path) -> str:
    return "\n".join(read_folder(folder)[1])


def test_each_file_is_a_clinic_with_its_name_as_the_key(folder: Path) -> None:
    clinics = clinics_in(folder)
    assert list(clinics.by_key) == ["hillside", "northgate", "riverside"]
    assert clinics.named("hillside").database_env == DATABASE
    assert clinics.named("riverside").clinic.phone == PHONES[RIVERSIDE]
    with pytest.raises(ClinicError, match=r"no clinic 'seaside'. Choose one of: hillside, northgate, riverside\."):
        clinics.named("seaside")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hosts": []}, "hosts: there is none"),
        ({"hosts": None}, "hosts: "),
        ({"hosts": ["https://chat.riverside.example"]}, "is no host name"),
        ({"hosts": ["chat.riverside.example:443"]}, "without https://, port and path"),
        ({"hosts": ["*.riverside.example"]}, "is no host name"),
        ({"fax": "12"}, "fax: extra fields not permitted"),
        ({"phone": ""}, "phone: "),
        ({"database_env": "lower"}, "database_env: this is no name"),
        ({"public_url": "https://chat.northgate.example"}, "is not among this clinic's hosts"),
        ({"public_url": "http://chat.riverside.example"}, "public_url: "),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    (tmp_path / "riverside.yml").write_text(str({**clinic_file(RIVERSIDE), **change}).replace("None", "null"))
    assert "riverside.yml is not right" in problems(tmp_path)
    assert said in problems(tmp_path)


def test_a_url_where_a_variable_s_name_belongs_is_not_repeated(tmp_path: Path) -> None:
    written(tmp_path, clinic_file(RIVERSIDE, database_env="postgresql://me:pa55word@db/x"))
    assert "database_env: this is no name" in problems(tmp_path)
    assert "pa55word" not in problems(tmp_path)


def test_all_problems_are_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, clinic_file(RIVERSIDE), clinic_file(NORTHGATE, hosts=[NORTHGATE, RIVERSIDE]))
    (tmp_path / "riverside.yaml").write_text("name: [")
    (tmp_path / "Big Name.yml").write_text("name: x")
    (tmp_path / "gone.yml").mkdir()
    monkeypatch.setenv("CLINIC", "clinic.yml")
    said = problems(tmp_path)
    for words in (
        "riverside.yaml and riverside.yml have one key", f"{RIVERSIDE} is a host of northgate and of riverside",
        "riverside.yaml: not valid YAML", "Big Name.yml: the name of the file", "gone.yml: cannot be read",
        "CLINIC and CLINICS are both set",
    ):  # fmt: skip
        assert words in said, said


def test_a_folder_without_clinics_or_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("not a clinic")
    assert "there is no file NAME.yml in it" in problems(tmp_path)
    assert "cannot be read" in problems(tmp_path / "nowhere")


def test_a_database_of_its_own_must_be_set_and_nobody_else_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, clinic_file(HILLSIDE), clinic_file(NORTHGATE, database_env="NORTHGATE_DATABASE_URL"))
    assert "northgate: NORTHGATE_DATABASE_URL is not set" in problems(tmp_path)
    monkeypatch.setenv("NORTHGATE_DATABASE_URL", "sqlite:////nowhere/own.sqlite3")
    assert "names the same database as hillside" in problems(tmp_path)
    monkeypatch.setenv("CONVERSATIONS_URL", "postgresql://h/x")
    monkeypatch.setenv("NORTHGATE_DATABASE_URL", "postgres://h/x")
    assert "names the same database as the clinics that share" in problems(tmp_path)


def test_the_start_looks_at_every_clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(clinic_problems(production=True)) == []
    written(folder, clinic_file(NORTHGATE, web={"origins": ["*"]}))
    monkeypatch.setenv("PUBLIC_URL", "https://chat.riverside.example")
    monkeypatch.setenv(DATABASE, "mysql://me:pa55word@db/x")
    first, second, third = clinic_problems(production=True)
    assert "PUBLIC_URL is set" in first
    assert f"hillside: {DATABASE} cannot be used" in second and "pa55word" not in second
    assert "northgate: web.origins holds *" in third


def test_a_request_finds_its_clinic_by_the_host_header(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(hosts: list[str], forwarded: list[str]) -> str | None:
        found = clinic_asked(hosts, forwarded)
        return found.key if found else None

    assert key([RIVERSIDE], []) == "riverside"
    assert key(["Chat.Riverside.Example.:80"], []) == "riverside"
    assert [key([], []), key([""], []), key(["x"], []), key([RIVERSIDE, RIVERSIDE], [])] == [None] * 4
    assert key(["10.0.0.7:5005"], [RIVERSIDE]) is None
    monkeypatch.setenv("PROXIES", "1")
    assert key(["10.0.0.7:5005"], [RIVERSIDE]) == "riverside"
    assert key(["10.0.0.7:5005"], [f"{RIVERSIDE}, {NORTHGATE}"]) == "northgate"  # what the nearest proxy added
    # A proxy that hands on Host may let this header through as the client made it up.
    assert key([NORTHGATE], [RIVERSIDE]) == "northgate"


@given(st.text(max_size=300))
def test_any_text_is_a_host_name_or_none(text: str) -> None:
    plain = plain_host(text)
    assert plain is None or plain_host(plain) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [("München.example", "xn--mnchen-3ya.example"), ("[::1]:80", "[::1]"), ("a_b.c", "a_b.c"),
     ("a..b", None), ("a b", None), ("/x", None), ("me@a.example", None), ("a" * 300, None)],
)  # fmt: skip
def test_host_names_are_compared_in_one_form(text: str, plain: str | None) -> None:
    assert plain_host(text) == plain


def test_without_a_choice_no_clinic_s_numbers_are_said(folder: Path) -> None:
    with pytest.raises(ClinicError, match="several clinics, and none was chosen"):
        load_clinic()
    assert last_resort().text == NO_CLINIC
    assert not any(phone in not_taken("ended") for phone in PHONES.values())
    with using(clinics_in(folder).named("northgate")):
        assert load_clinic().phone == PHONES[NORTHGATE]
        assert PHONES[NORTHGATE] in last_resort().full_text()
    assert current() is None


def test_a_choice_is_this_task_s_alone(folder: Path) -> None:
    tenant = clinics_in(folder).named("riverside")
    seen = []
    with using(tenant):
        assert (whose("slack:1"), outside_address("https://usual")) == ("riverside/slack:1", f"https://{RIVERSIDE}")
        thread = threading.Thread(target=lambda: seen.append(current()))
        thread.start()
        thread.join()
        choose(None)
    assert seen == [None]
    assert (whose("slack:1"), outside_address("https://usual")) == ("slack:1", "https://usual")


def test_without_the_setting_everything_is_as_it_was() -> None:
    assert the_clinics() is None
    assert clinic_asked([RIVERSIDE], []) is None
    assert clinic_for_command(None) is None
    with pytest.raises(ClinicError, match="CLINICS is not set"):
        clinic_for_command("riverside")
    assert load_clinic().name == "Riverside Breast Clinic"


def test_a_command_must_say_which_clinic(folder: Path) -> None:
    with pytest.raises(ClinicError, match=r"Add --clinic: hillside, northgate, riverside\."):
        clinic_for_command(None)
    found = clinic_for_command("hillside")
    assert found is not None and found.hosts == (HILLSIDE,)
