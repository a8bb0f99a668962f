"""The documentation holds what the code holds: names, fields, links, and replies that the bot really gives."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, get_args

import pytest
from facts import CONTENT_FILE, ROOT, read_yaml
from pydantic import BaseModel
from typer.main import get_command

from bot.answers.conversation import turn
from bot.answers.question import KINDS, Choice, Memory, Question
from bot.answers.reading import Alarm, Mention, Reading
from bot.answers.reply import Reply, Source
from bot.cli import app
from bot.clinic import Clinic
from bot.errors import ContentError
from bot.guide.content import Content
from bot.guide.content_file import load_content
from bot.guide.queries import Guide
from bot.language.cues import find_cues

DOCS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in DOCS}
ALL = "\n".join(TEXT.values())
HOW, REST = TEXT["docs/how-it-works.md"], TEXT["docs/rest.md"]
INDEX = ROOT / "docs" / "index.md"
SVG = ROOT / "docs" / "conversation.svg"

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"`((?:bot|actions|tests|nlu|stories|docs|scripts|\.ci)/[\w./-]*)`")
_READS_VARIABLE = re.compile(r"environ(?:\.get|\.setdefault|\.pop)?[(\[]\s*\"(\w+)\"|getenv\(\s*\"(\w+)\"")
_MACHINE_PATH = re.compile(r"(?:^|[^\w.~-])/(?:work|root|farm|tmp/bash_jobs|home/\w+|Users/\w+)/", re.MULTILINE)
_REGISTRY = re.compile(r"(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)", re.IGNORECASE)


def section(text: str, heading: str) -> str:
    """The part of a page under a heading, up to the next of its level or above."""
    level = re.search(r"^(#+) ", heading, re.M)
    assert level is not None and heading in text, f"there is no heading {heading!r}"
    rest = text.split(heading, 1)[1]
    return re.split(rf"^#{{1,{len(level[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def fenced(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def slug(heading: str) -> str:
    """The anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def files_of_the_project() -> list[Path]:
    """Every file that git tracks or would track; every file, where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        found = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        hidden = {".git", ".venv", ".tools", "var", "models", ".rasa"}
        found = [path for path in ROOT.rglob("*") if not hidden & set(path.relative_to(ROOT).parts)]
    return [path for path in found if path.is_file()]


# Names


@pytest.mark.parametrize("intent", read_yaml(ROOT / "domain.yml")["intents"])
def test_intent_stands_in_the_docs(intent: str) -> None:
    assert f"\n| `{intent}` |" in section(HOW, "## Every intent")


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_reply_stands_in_the_docs(kind: str) -> None:
    assert f"\n| `{kind}` |" in section(HOW, "## Every kind of reply")
    assert f"`{kind}`" in section(REST, "### Kinds")


def test_docs_name_no_intent_or_kind_that_is_gone() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", section(HOW, "## Every intent"), re.M))
    assert named == set(read_yaml(ROOT / "domain.yml")["intents"])
    assert set(re.findall(r"^\| `(\w+)` \|", section(HOW, "## Every kind of reply"), re.M)) == set(KINDS)


def environment_variables() -> set[str]:
    """The variables that the code reads or sets, and those that make sets."""
    code = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "actions").rglob("*.py"), ROOT / "tests" / "conftest.py"]
    found = {name for path in code for pair in _READS_VARIABLE.findall(path.read_text("utf-8")) for name in pair}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return {name for name in found | set(re.findall(r"^export (\w+)", makefile, re.M)) if name}


@pytest.mark.parametrize("name", sorted(environment_variables()))
def test_environment_variable_stands_in_the_docs(name: str) -> None:
    assert f"\n| `{name}` |" in section(HOW, "## Environment variables")


def test_the_project_s_own_variables_are_found() -> None:
    assert {"GUIDE", "CLINIC", "DATABASE_URL", "BOT_HOME", "RASA_TELEMETRY_ENABLED"} <= environment_variables()


@pytest.mark.parametrize(
    "target", re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
)
def test_make_target_stands_in_the_docs(target: str) -> None:
    assert f"\n| `make {target}` |" in TEXT["CONTRIBUTING.md"]


def test_docs_name_no_make_target_that_is_not_there() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z0-9-]+)", ALL)) <= targets


def commands() -> list[str]:
    """Every sub-command of `bot`, those of groups as "group command"."""
    found: list[str] = []
    top: Any = get_command(app)
    for name, command in top.commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {sub}" for sub in inner] if inner else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_command_stands_in_the_docs(command: str) -> None:
    assert f"\n| `bot {command}` |" in section(HOW, "## Commands")


# Fields


def entry_of(field: Any) -> type[BaseModel] | None:
    """The model that a field, or each item of it, is."""
    for kind in (field.type_, *get_args(field.outer_type_)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def content_fields() -> list[tuple[str, str]]:
    """Each section of the content file with each of its fields, as docs/content.md writes it."""
    found = []
    for part, field in Content.__fields__.items():
        entry = entry_of(field)
        assert entry is not None
        for name, inner in entry.__fields__.items():
            found.append((part, name))
            nested = entry_of(inner)
            found += [(part, f"{name}: {deeper}") for deeper in (nested.__fields__ if nested else ())]
    return found


@pytest.mark.parametrize(("part", "field"), content_fields())
def test_content_field_stands_in_the_docs(part: str, field: str) -> None:
    heading = re.search(rf"^### `{part}`.*$", TEXT["docs/content.md"], re.M)
    assert heading is not None
    assert f"`{field}`" in section(TEXT["docs/content.md"], heading[0])


@pytest.mark.parametrize("field", Clinic.__fields__)
def test_clinic_field_stands_in_the_docs(field: str) -> None:
    assert f"\n| `{field}` |" in TEXT["docs/clinic.md"]


def test_reply_fields_stand_in_the_docs() -> None:
    table = section(REST, "### Fields of a reply")
    fields = Reply("chitchat", "Hello.").to_dict()
    assert [name for name in fields if f"\n| `{name}` |" not in table] == []
    inner = (*Source("", "", "").to_dict(), "number", *Choice("", "", Question("unclear")).to_dict(), *fields["notes"])
    assert [name for name in inner if name != "question" and f"`{name}`" not in table] == []


# Links, paths and what must not be there


def test_links_lead_somewhere() -> None:
    wrong = []
    for name, text in TEXT.items():
        for link in _LINK.findall(text):
            if re.match(r"https?:", link):
                continue
            target, _, anchor = link.partition("#")
            path = (ROOT / name).parent / target if target else ROOT / name
            headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.M) if anchor and path.is_file() else []
            if not path.exists() or (anchor and anchor not in map(slug, headings)):
                wrong.append(f"{name}: {link}")
    assert wrong == []


def test_paths_named_in_the_docs_exist() -> None:
    assert [
        f"{n}: {path}" for n, text in TEXT.items() for path in _PATH.findall(text) if not (ROOT / path).exists()
    ] == []


def test_every_page_is_reached_from_the_index() -> None:
    linked = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in _LINK.findall(TEXT["docs/index.md"])}
    assert [name for name in TEXT if (ROOT / name).resolve() not in linked | {INDEX, ROOT / "README.md"}] == []
    assert "docs/index.md" in _LINK.findall(TEXT["README.md"])


def test_every_page_says_for_whom_it_is_or_what_it_does() -> None:
    for name, text in TEXT.items():
        first = re.sub(r"<!--.*?-->\s*", "", text)
        assert re.match(r"# [^\n]+\n\n[^\n|!]{40,}", first) or name.endswith(("README.md", "hazard-log.md")), name


def test_no_file_names_a_path_of_one_machine_or_a_package_registry() -> None:
    found = []
    for path in files_of_the_project():
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [
            f"{path.relative_to(ROOT)}: {match[0].strip()}"
            for pattern in (_MACHINE_PATH, _REGISTRY)
            for match in pattern.finditer(text)
        ]
    assert found == []


# What the docs show is what the bot says


def said(text: str, intent: str, alarm: str | None = None, **named: str) -> Reading:
    """A message as it is understood; named="word=value" gives the words that name something."""
    mentions = []
    for kind, pair in named.items():
        word, _, value = pair.partition("=")
        mentions.append(Mention(kind, value, text.index(word), text.index(word) + len(word)))
    return Reading(text, intent, 1.0, tuple(mentions), frozenset(find_cues(text)), Alarm(alarm))


def conversation(guide: Guide, clinic: Clinic, readings: list[Reading]) -> list[tuple[str, Reply]]:
    """What was said, each with its reply."""
    memory, found = Memory(), []
    for reading in readings:
        reply, memory = turn(reading, memory, guide, clinic)
        found.append((reading.text, reply))
    return found


ENHERTU = said("what comes after Enhertu", "sequence", drug="Enhertu=Enhertu")


def test_the_readme_s_conversation_is_real(guide: Guide, clinic: Clinic) -> None:
    turns = conversation(
        guide,
        clinic,
        [
            said("what comes after herceptin", "sequence", drug="herceptin=Herceptin"),
            said("2", "affirm"),
            said("and after that?", "sequence"),
            said("what does maintenance mean", "definition", term="maintenance=maintenance"),
            said("i cant breathe", "emergency", alarm="emergency"),
        ],
    )
    shown = fenced(section(TEXT["README.md"], "## A real conversation"), "text")[0].strip()
    assert shown == "\n\n".join(f"You: {text}\nGuide: {reply.full_text()}" for text, reply in turns)


def test_the_rest_page_s_answer_is_real(guide: Guide, clinic: Clinic) -> None:
    [(_, reply)] = conversation(guide, clinic, [ENHERTU])
    first, last = json.loads(fenced(REST, "json")[0])
    assert first["text"] == reply.full_text()
    assert first["buttons"] == [{"title": choice.title, "payload": choice.text} for choice in reply.choices]
    assert last["custom"]["data"]["reply"] == reply.to_dict()


def test_the_picture_is_real_and_described(guide: Guide, clinic: Clinic) -> None:
    space = "{http://www.w3.org/2000/svg}"
    picture = ElementTree.parse(SVG).getroot()
    assert picture.get("role") == "img"
    described = [picture.find(f"{space}{tag}") for tag in ("title", "desc")]
    assert [part is not None and part.text and part.get("id") for part in described] == str(
        picture.get("aria-labelledby")
    ).split()
    shown = [" ".join(span.text or "" for span in text) for text in picture.iter(f"{space}text")]
    turns = conversation(
        guide, clinic, [ENHERTU, said("should i stop herceptin", "personal_advice", drug="herceptin=Herceptin")]
    )
    expected = [line for text, reply in turns for line in (text, *reply.full_text().split("\n"))]
    assert shown == ["HER2 Guide Chat", *expected]


EXAMPLES = {
    "treatment": Question("treatment", stage="metastatic", line=2),
    "sequence": Question("sequence", drugs=("Enhertu",), direction="after"),
    "drug_info": Question("drug_info", drugs=("Tukysa",)),
    "definition": Question("definition", term="neoadjuvant"),
    "clarify": Question("sequence", drugs=("Herceptin",), direction="after"),
    "not_in_guide": Question("not_in_guide", topic="cost"),
    "chitchat": Question("chitchat", topic="greet"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_kind_is_real(kind: str, ask: Any) -> None:
    row = re.search(rf'^\| `{kind}` \| .* \| "(.*)" \|$', section(HOW, "## Every kind of reply"), re.M)
    assert row is not None
    reply = ask(EXAMPLES.get(kind, Question(kind)))
    assert reply.kind == kind
    text = " ".join(reply.full_text().split())
    assert [part for part in re.split(r"\s*\.\.\.\s*", row[1]) if part not in text] == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("drugs: [Xeloda, Tukysa, Herceptin]", "drugs: [Xeloda, Tukisa, Herceptin]"),
        ("generic: tucatinib\n    aliases: []", "generic: tucatinib\n    aliases: [t-dm1]"),
        ("review_due: 2027-03-31", "review_due: 2027-13-31"),
        ("    spread: true", "    spreads: true"),
        ("  - brand: Tukysa\n    generic", "  - brand: Tukysa\n   generic"),
    ],
)
def test_the_error_messages_shown_are_real(tmp_path: Path, right: str, wrong: str) -> None:
    text = CONTENT_FILE.read_text(encoding="utf-8")
    assert right in text
    broken = tmp_path / CONTENT_FILE.name
    broken.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        load_content(broken)

    def without_lines(message: str) -> str:
        return re.sub(r":\d+:", ":", message).strip()

    assert without_lines(str(raised.value)) in map(without_lines, fenced(TEXT["docs/content.md"], "text"))
