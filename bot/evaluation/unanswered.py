"""`bot unanswered`: what patients ask that the guide does not answer, grouped by meaning, with where to write the answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from jinja2 import Template
from sklearn.cluster import AgglomerativeClustering

from bot import settings
from bot.answers.conversation import turn
from bot.answers.question import Memory
from bot.answers.reading import Reading
from bot.answers.unanswered import KEPT
from bot.clinic import Clinic, load_clinic
from bot.errors import BotError
from bot.evaluation.explain import trained_reader
from bot.evaluation.unanswered_places import Place, nearest_rows, rows_of
from bot.guide.content import Content
from bot.guide.content_file import load_content
from bot.guide.queries import Guide
from bot.guide.store import open_guide
from bot.language.intent_model import Guess
from bot.language.reader import Reader
from bot.server.conversations.records import records_of
from bot.server.unanswered.identifiers import says_something, scrub
from bot.server.unanswered.keeping import DOWN, UNANSWERED, KeptQuestion
from bot.server.unanswered.rows import kept
from bot.tenants.clinics import clinic_for_command
from bot.tenants.current import using

_NO_GUESS = Guess("none", 0.0, 0.0, ())
# Questions of one intent whose mean cosine distance is below this are one thing asked. Chosen by looking
# at the groups that real questions fall into.
DISTANCE = 0.6
SHOWN = 5
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Group:
    """Questions that ask for the same thing.

    Attributes:
        questions: the different texts, the most typical one first.
        count: how often they were asked.
        kinds: the kinds of replies that they got, the most frequent first.
        down: how many of them were answered and got a thumb down.
        row, closeness: the nearest row of the content file, and how near it is (cosine).
        intent, example, nearness: the nearest intent, its nearest example, and how near that is (cosine).
        advice: what to look at first, for an editor.
    """

    questions: tuple[str, ...]
    count: int
    kinds: tuple[str, ...]
    down: int
    row: str
    closeness: float
    intent: str
    example: str
    nearness: float
    advice: str


def replayed(texts: Sequence[str], reader: Reader, guide: Guide, clinic: Clinic) -> list[KeptQuestion]:
    """Asks each question in a new conversation, and returns, scrubbed, those that are not answered.

    Nothing is stored.

    Args:
        texts: the questions.
        reader: reads messages as the trained model does.
        guide: where answers come from.
        clinic: whose numbers the replies would hold.
    """
    found = []
    for text in texts:
        reply, _ = turn(Reading.from_dict(reader.read(text)), Memory(started=True), guide, clinic)
        left = scrub(text)
        if reply.kind in KEPT and says_something(left):
            found.append(KeptQuestion("", reply.kind, UNANSWERED, left))
    return found


def questions_in(path: Path) -> list[str]:
    """Returns the questions of a file with one JSON object a line, each with a "text".

    Raises:
        BotError: the file cannot be read, or a line of it has no text.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise BotError(f"{path}: cannot be read ({reason}). Name a file with one JSON object a line.") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise BotError(f'{path}:{number}: there is no text in this line. Write {{"text": "..."}}.')
        found.append(data["text"])
    return found


def check_month(month: str | None) -> str:
    """Returns the month to begin with, "" for all.

    Raises:
        BotError: it is no month.
    """
    if month and not _MONTH.fullmatch(month):
        raise BotError(f"{month!r} is no month. Write year and month, such as 2026-11.")
    return month or ""


def grouped(questions: Sequence[KeptQuestion], reader: Reader, content: Content) -> list[Group]:
    """Returns the questions in groups, the most frequent first.

    Args:
        questions: kept questions; equal ones count.
        reader: the trained model's reader, whose sentence encoder and examples are used.
        content: the content file.

    Raises:
        BotError: the model has no sentence encoder.
    """
    encoder = reader.model.encoder
    if encoder is None:
        raise BotError("The trained model has no sentence encoder, which groups the questions. Run `make train`.")
    texts = sorted({question.text for question in questions})
    if not texts:
        return []
    vectors = encoder.encode(texts)
    meant = encoder.encode([_without_names(text, reader) for text in texts])
    guesses = [found[0] if found else _NO_GUESS for found in reader.model.guess(texts)]
    rows = rows_of(content)
    row_vectors = encoder.encode([row.text for row in rows])
    groups = []
    for intent in sorted({guess.intent for guess in guesses}):
        of_intent = np.array([index for index, guess in enumerate(guesses) if guess.intent == intent])
        labels = _labels(meant[of_intent])
        for label in range(labels.max() + 1):
            members = of_intent[labels == label]
            middle = vectors[members].mean(axis=0)
            ordered = members[np.argsort(-(meant[members] @ meant[members].mean(axis=0)))]
            said = [texts[index] for index in ordered]
            mine = [question for question in questions if question.text in set(said)]
            groups.append(_group(said, mine, guesses[ordered[0]], nearest_rows(middle, rows, row_vectors)))
    return sorted(groups, key=lambda group: (-group.count, group.questions[0]))


def _without_names(text: str, reader: Reader) -> str:
    """The question with "it" for drugs and stages: they weigh so much that "herceptin and food" would join "herceptin and hair"."""
    for mention in sorted(reader.finder.find(text), key=lambda found: -found.start):
        if mention.kind in ("drug", "other_drug", "stage"):
            text = f"{text[: mention.start]}it{text[mention.end :]}"
    return text


def _labels(vectors: Vectors) -> npt.NDArray[np.int64]:
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.int64)
    clusters = AgglomerativeClustering(
        n_clusters=None, distance_threshold=DISTANCE, affinity="cosine", linkage="average"
    )
    labels: npt.NDArray[np.int64] = clusters.fit_predict(vectors)
    return labels


def _group(texts: list[str], questions: list[KeptQuestion], guess: Guess, near: tuple[Place, float]) -> Group:
    place, closeness = near
    kinds = tuple(kind for kind, _ in Counter(question.kind for question in questions).most_common())
    neighbour = guess.neighbours[0] if guess.neighbours else None
    down = sum(question.reason == DOWN for question in questions)
    return Group(
        tuple(texts), len(questions), kinds, down, place.name, closeness, guess.intent,
        neighbour.text if neighbour else "", neighbour.closeness if neighbour else 0.0,
        advice(kinds[0], place, closeness, guess.intent, down=down == len(questions)),
    )  # fmt: skip


def advice(kind: str, place: Place, closeness: float, intent: str, *, down: bool = False) -> str:
    """Returns where somebody would write so that this question is answered: a section of the content file, or of nlu/.

    Args:
        kind: the kind of reply that it got.
        place: the nearest row.
        closeness: how near that is.
        intent: the nearest intent.
        down: it was answered, and the answer got a thumb down.
    """
    near = closeness >= place.NEAR
    file = settings.guide_file().name
    if down:
        return f"{file}: read {place.name} again; the answer was not helpful"
    if kind == "off_topic":
        return f"nlu/{_file_of(intent)}: nothing, unless it is about this illness after all"
    if kind in ("side_effect_or_dose", "prognosis", "personal_advice"):
        if near and place.section == "questions":
            return f"{file}: nothing; {place.name} is there to take to the oncologist"
        return f"{file}, questions: a question to take to the oncologist"
    if near:
        return f"{file}: does {place.name} answer it? If so, nlu/{place.examples}: an example of it"
    if kind == "unclear":
        return f"nlu/{_file_of(intent)}: an example of {intent}, if that is what is asked"
    return f"{file}, passages: a new passage, if a clinician wants it answered"


def _file_of(intent: str) -> str:
    """Returns the file of nlu/ that holds an intent's examples."""
    for path in sorted((settings.home() / "nlu").glob("*.yml")):
        if re.search(rf"^- intent: {re.escape(intent)}$", path.read_text(encoding="utf-8"), re.M):
            return path.name
    return f"{intent}.yml"


def as_text(groups: Sequence[Group], source: str) -> str:
    """Returns the groups as a text for the terminal."""
    if not groups:
        return f"There are no questions {source}."
    total = sum(group.count for group in groups)
    lines = [f"{total} questions {source}, in {len(groups)} groups. The most frequent come first."]
    for number, group in enumerate(groups, 1):
        lines += [
            "",
            f"{number}. {group.count} x {group.questions[0]}",
            *(f"      also: {text}" for text in group.questions[1:SHOWN]),
            *([f"      and {len(group.questions) - SHOWN} more"] if len(group.questions) > SHOWN else []),
            f"   reply:   {', '.join(group.kinds)}{f'; {group.down} thumbs down' if group.down else ''}",
            f'   nearest: {group.row} ({group.closeness:.2f}); {group.intent}: "{group.example}" ({group.nearness:.2f})',
            f"   look at: {group.advice}",
        ]
    return "\n".join(lines)


def as_html(groups: Sequence[Group], source: str, made_on: date) -> str:
    """Returns the groups as a page of its own; it loads nothing from anywhere."""
    template = Template(
        Path(__file__).with_name("unanswered.html").read_text(encoding="utf-8"), autoescape=True, trim_blocks=True
    )
    total = sum(group.count for group in groups)
    page: str = template.render(groups=groups, source=source, made_on=made_on.isoformat(), total=total)
    return page


def report(replay: Path | None = None, since: str | None = None, clinic: str | None = None) -> tuple[list[Group], str]:
    """Returns the groups of what is kept, or of what a file's questions come to, and where the questions are from.

    Args:
        replay: a file of questions to ask first, without storing them; None for what is kept in the database.
        since: the first month, such as 2026-11; None for all.
        clinic: the key of the clinic, where there are several.

    Raises:
        BotError: the clinic, the month, the file, the model or the database cannot be used.
    """
    first = check_month(since)
    tenant = clinic_for_command(clinic)
    content = load_content(settings.guide_file())
    if replay is not None:
        texts = questions_in(replay)
        reader = trained_reader()
        with using(tenant):
            questions = replayed(texts, reader, open_guide(), load_clinic())
        source = f"of {replay.name} that the guide does not answer"
    else:
        records = records_of(tenant)
        questions = kept(records, first, tenant.key if tenant is not None else None)
        records.close()
        source = f"kept since {first}" if first else "kept"
        source = f"{source} at {tenant.key}" if tenant is not None else source
        if not questions:
            return [], source
        reader = trained_reader()
    return grouped(questions, reader, content), source
