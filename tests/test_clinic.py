"""The clinic file: what is wrong with it is said with the field and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts import CLINIC_FILE, read_yaml
from pydantic import ValidationError

from bot.clinic import Clinic, load_clinic
from bot.errors import ClinicError

SOURCE = CLINIC_FILE.read_text(encoding="utf-8")
NEEDED = ["name", "phone", "hours", "emergency_number"]


def written(folder: Path, text: str) -> Path:
    """A clinic file with the given text."""
    path = folder / "clinic.yml"
    path.write_text(text, encoding="utf-8")
    return path


def without(field: str) -> str:
    """The project's clinic file without one field."""
    return "".join(line for line in SOURCE.splitlines(keepends=True) if not line.startswith(f"{field}:"))


def test_clinic_file_of_the_project_is_read_as_it_stands() -> None:
    clinic = load_clinic(CLINIC_FILE)
    raw = read_yaml(CLINIC_FILE)
    assert raw.pop("web") == {"origins": []}
    months = raw.pop("keep_unanswered_months")
    assert clinic.dict(exclude_unset=True) == {
        **{name: str(value) for name, value in raw.items()},
        "web": {"origins": ()},
        "keep_unanswered_months": months,
    }
    assert clinic.keep_unanswered == "off"


@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [("off", "off"), ('"off"', "off"), ("ask", "ask"), ("on", "on"), ("true", "on"), ("false", "off")],
)
def test_whether_questions_are_kept_is_read_however_it_is_written(
    written_as: str, read_as: str, tmp_path: Path
) -> None:
    text = SOURCE.replace('keep_unanswered: "off"', f"keep_unanswered: {written_as}")
    assert load_clinic(written(tmp_path, text)).keep_unanswered == read_as


@pytest.mark.parametrize("line", ["keep_unanswered: sometimes", "keep_unanswered_months: 0"])
def test_a_wrong_way_to_keep_questions_is_refused(line: str, tmp_path: Path) -> None:
    text = SOURCE.replace('keep_unanswered: "off"\nkeep_unanswered_months: 12\n', line + "\n")
    with pytest.raises(ClinicError, match=line.split(":")[0]):
        load_clinic(written(tmp_path, text))


@pytest.mark.parametrize(
    "address", ["http://clinic.example/privacy", "javascript:alert(1)", "https://", "privacy.html"]
)
def test_the_privacy_page_must_be_a_secure_address(address: str, tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match="privacy_url: string does not match"):
        load_clinic(written(tmp_path, f'{SOURCE}privacy_url: "{address}"\n'))
    assert load_clinic(written(tmp_path, f"{SOURCE}privacy_url: https://clinic.example/p?x=1\n")).privacy_url


@pytest.mark.parametrize("field", NEEDED)
def test_clinic_file_without_a_needed_field_names_it(field: str, tmp_path: Path) -> None:
    with pytest.raises(
        ClinicError, match=rf"clinic\.yml is not right; correct these fields:\n  {field}: field required"
    ):
        load_clinic(written(tmp_path, without(field)))


@pytest.mark.parametrize("field", ["crisis_line", "crisis_name", "poison_line"])
def test_clinic_file_without_a_line_that_not_every_country_has_invents_none(field: str, tmp_path: Path) -> None:
    clinic = load_clinic(written(tmp_path, without(field)))
    assert getattr(clinic, field) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", '""'), ("name", '"two\\nlines"'), ("phone", '"   "'), ("phone", "[1]"), ("phone", "x" * 121),
        ("hours", '"from {name}"'),
    ],
)  # fmt: skip
def test_clinic_file_with_a_value_that_cannot_be_said_names_the_field(field: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match=rf"correct these fields:\n  {field}: "):
        load_clinic(written(tmp_path, f"{without(field)}\n{field}: {value}\n"))


def test_clinic_file_with_an_unknown_field_names_it(tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match=r"  fax: extra fields not permitted"):
        load_clinic(written(tmp_path, f"{SOURCE}\nfax: 12\n"))


def test_clinic_file_lists_all_wrong_fields(tmp_path: Path) -> None:
    with pytest.raises(ClinicError) as caught:
        load_clinic(written(tmp_path, "fax: 12\n"))
    assert all(f"\n  {field}: " in str(caught.value) for field in [*NEEDED, "fax"])


@pytest.mark.parametrize("text", ["name: [", "\tname: x"])
def test_clinic_file_that_is_no_yaml_says_so(text: str, tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match=r"clinic\.yml: not valid YAML .*Check colons and quotes"):
        load_clinic(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", "just words", "- a"])
def test_clinic_file_that_is_no_mapping_is_a_readable_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match=r"clinic\.yml is not right"):
        load_clinic(written(tmp_path, text))


def test_clinic_file_that_is_not_utf8_is_a_readable_error(tmp_path: Path) -> None:
    path = tmp_path / "clinic.yml"
    path.write_bytes("name: Klinik M\u00fcnchen\n".encode("latin-1"))
    with pytest.raises(ClinicError, match=r"clinic\.yml: not valid"):
        load_clinic(path)


def test_clinic_file_that_is_missing_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ClinicError, match=r"none\.yml: cannot be read \(No such file.*Copy clinic\.yml.*or set CLINIC"):
        load_clinic(tmp_path / "none.yml")


def test_clinic_file_is_the_one_that_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLINIC", str(written(tmp_path, SOURCE.replace("Riverside", "Hillside"))))
    assert load_clinic().name == "Hillside Breast Clinic"
    monkeypatch.delenv("CLINIC")
    monkeypatch.setenv("BOT_HOME", str(CLINIC_FILE.parent))
    assert load_clinic().name == "Riverside Breast Clinic"


def test_clinic_cannot_be_changed_after_it_was_read() -> None:
    clinic = load_clinic(CLINIC_FILE)
    with pytest.raises(TypeError):
        clinic.name = "x"  # type: ignore[misc,assignment]
    with pytest.raises(ValidationError):
        Clinic.parse_obj({"name": "x"})
