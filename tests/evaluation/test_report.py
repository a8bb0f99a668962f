"""The report: figures and bounds are what statistics says, the page stands alone, and changes are seen."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest
from facts import CLINIC_FILE, ROOT
from typer.testing import CliRunner

from bot.clinic import load_clinic
from bot.errors import BotError
from bot.evaluation import report as report_module
from bot.evaluation.report_data import Confusion, Near, Report, facts, worst_confusions
from bot.evaluation.report_figures import (
    Bar,
    Share,
    confusion,
    coverage,
    figures,
    histogram,
    load_bars,
    missed,
    threshold_curve,
    wrong_of_answered,
)
from bot.evaluation.report_grades import grade_all
from bot.evaluation.report_history import Changes, compare, remember
from bot.evaluation.report_html import percent, table, tag
from bot.evaluation.report_page import render, verdict
from bot.evaluation.report_sets import (
    HARD,
    ORDINARY,
    OWN_DIALOGUES,
    OWN_QUESTIONS,
    SAFETY,
    TITLES,
    Results,
    load_sets,
)
from bot.evaluation.scoring import Expected, Item, Outcome
from bot.evaluation.unsafe_facts import Finding
from bot.guide.content_file import load_content
from bot.language.intent_model import Guess, IntentModel, Neighbour
from bot.settings import DEFAULT_GUIDE

HOSTILE = '<script>alert(1)</script> & "quotes"'


def outcome(
    id_: str = "e2", verdict_: str = "right", kind: str = "treatment", *, expected: Expected | None = None,
    text: str = "what now", confidence: float = 0.6, alarm: bool = False, finding: str | None = None,
    group: str | None = None, dialogue: str | None = None,
) -> Outcome:  # fmt: skip
    item = Item(id_, text, expected or Expected("treatment", stage="2", line=1), dialogue, group)
    findings = (Finding(finding, "because"),) if finding else ()
    why = ("because",) if verdict_ != "right" else ()
    return Outcome(item, verdict_, why, kind, "2", 1, "treatment", confidence, alarm, f"Reply to {text}", findings)


def results() -> Results:
    """A small run with every verdict in it."""
    distress = Expected("distress", crisis=True)
    emergency = Expected("emergency")
    return Results(
        {
            OWN_QUESTIONS: [
                outcome("e1"),
                outcome("e2", "acceptable", "sequence"),
                outcome("e3", "wrong", "off_topic", text=HOSTILE, confidence=0.3),
                outcome("e4", "unsafe", text="stage three?", finding="wrong_stage"),
            ],
            OWN_DIALOGUES: [
                outcome("ed1.1", dialogue="ed1"),
                outcome("ed1.2", "wrong", dialogue="ed1", text="and then"),
            ],
            SAFETY: [
                outcome("s1-0", "right", "emergency", expected=emergency, alarm=True, group="base"),
                outcome("s1-1", "unsafe", "clarify", expected=emergency, finding="missed_emergency", group="typo 1"),
                outcome("s2-2", "right", "distress", expected=distress, alarm=True, group="base"),
            ],
            HARD: [outcome("s9", "right", "distress", expected=Expected("distress"), group="distress")],
            ORDINARY: [
                outcome("o1", "right", expected=Expected("any"), group="idiom"),
                outcome("o2", "wrong", "emergency", expected=Expected("any"), alarm=True, group="idiom"),
            ],
        },
        safety_bases=2,
    )


def report(run: Results | None = None, changes: Changes | None = None) -> Report:
    run = run or results()
    content = load_content(DEFAULT_GUIDE)
    grades = grade_all(content, load_clinic(CLINIC_FILE))
    from datetime import date

    near = Near(run.sets[OWN_QUESTIONS][2], ("near one (off_topic, 0.50)",), ())
    return Report(
        run, figures(run, grades.above), load_bars(), changes or Changes(), grades,
        [Confusion("treatment", "off_topic", 1, (near,))], facts(content, date(2026, 1, 2)),
    )  # fmt: skip


# Figures


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 1000, 0, 0.2991),  # one-sided: 1 - 0.05 ** (1 / 1000)
        (0, 300, 0, 0.9936),
        (5, 10, 18.71, 81.29),
        (1, 10, 0.25, 44.50),
        (10, 10, 69.15, 100),
        (95, 100, 88.72, 98.36),
        (0, 0, 0, 100),
    ],
)
def test_bounds_are_those_of_clopper_and_pearson(count: int, of: int, low: float, high: float) -> None:
    share = Share(count, of)
    assert share.low == pytest.approx(low, abs=0.01)
    assert share.high == pytest.approx(high, abs=0.01)


def test_figures_count_what_their_names_say() -> None:
    found = {figure.key: figure for figure in figures(results(), Share(0, 9))}
    assert (found["own_questions_right"].share.count, found["own_questions_right"].share.of) == (2, 4)
    assert found["own_dialogues_right"].value == 50
    assert found["unsafe_replies"].value == 2
    assert found["safety_missed"].value == 1
    assert found["safety_prompts"].value == 3
    assert found["false_alarms"].value == 50
    assert "sample_questions_right" not in found


def test_wrong_of_answered_and_coverage() -> None:
    run = results().of(OWN_QUESTIONS)
    assert wrong_of_answered(run) == Share(1, 3)
    assert coverage(run) == Share(3, 4)
    asks = outcome(expected=Expected("treatment"), kind="clarify")
    assert coverage([asks]) == Share(0, 0)


def test_missed_are_emergencies_and_wishes_to_die_alone() -> None:
    assert [o.item.id for o in missed(results().of(SAFETY))] == ["s1-1"]
    assert missed(results().of(OWN_QUESTIONS)) == []


def test_confusion_puts_what_is_right_on_the_diagonal() -> None:
    kinds, counts = confusion(results().of(OWN_QUESTIONS))
    assert kinds == ["treatment", "off_topic"]
    assert counts == {("treatment", "treatment"): 3, ("treatment", "off_topic"): 1}


def test_threshold_curve_answers_less_as_the_threshold_rises() -> None:
    run = [outcome(confidence=0.2, verdict_="wrong"), outcome(confidence=0.9)]
    points = {round(limit, 2): (cover, error) for limit, cover, error in threshold_curve(run, 10)}
    assert points[0.1] == (100, 50)
    assert points[0.5] == (50, 0)
    assert 1.0 not in points


def test_histogram_leaves_alarms_out() -> None:
    bins = histogram([outcome(confidence=1.0), outcome(confidence=1.0, alarm=True), outcome("e1", "wrong")], 4)
    assert bins == [(0.0, 0, 0), (0.25, 0, 0), (0.5, 0, 1), (0.75, 1, 0)]


@pytest.mark.parametrize(
    ("bar", "value", "light"),
    [
        (Bar(90, 95, True), 95, "green"),
        (Bar(90, 95, True), 94.9, "amber"),
        (Bar(90, 95, True), 89.9, "red"),
        (Bar(97, 95, True), 96, "red"),
        (Bar(97, 95, True), 97, "green"),
        (Bar(3, 0, False), 0, "green"),
        (Bar(3, 0, False), 3, "amber"),
        (Bar(3, 0, False), 4, "red"),
    ],
)
def test_light(bar: Bar, value: float, light: str) -> None:
    assert bar.light(value) == light


@pytest.mark.parametrize("text", ["- 1", "a: 3", "a: {at_least: x, goal: 1}", "a: {goal: 1}", ""])
def test_bars_that_cannot_be_read_are_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bars.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BotError, match=r"bars\.yml cannot be read"):
        load_bars(path)


def test_the_sets_are_as_large_as_they_must_be() -> None:
    sets = load_sets()
    assert len(sets[OWN_QUESTIONS]) >= 400
    assert len({item.dialogue for item in sets[OWN_DIALOGUES]}) >= 60
    assert len(sets[SAFETY]) >= 1000
    assert len({item.text for item in sets[SAFETY]}) >= 1000
    assert len({item.id.split("-")[0] for item in sets[SAFETY]}) >= 200
    for items in sets.values():
        assert len({item.id for item in items}) == len(items)


# The page


class Outline(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"


@pytest.fixture(scope="module")
def page() -> str:
    return render(report())


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def test_page_is_well_formed_and_stands_alone(page: str, outline: Outline) -> None:
    assert outline.open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(outline.tags)
    assert not re.search(r"https?://|url\(|@import", page)
    assert all(value.startswith("#") for _, name, value in outline.attributes if name in ("href", "src"))


def test_page_escapes_what_visitors_wrote(page: str) -> None:
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;" in page


def test_page_is_built_for_screen_readers(page: str, outline: Outline) -> None:
    assert ("html", "lang", "en") in outline.attributes
    assert outline.tags.count("h1") == 1
    levels = [int(name[1]) for name in outline.tags if re.fullmatch(r"h\d", name)]
    assert all(below - above <= 1 for above, below in zip(levels, levels[1:], strict=False))
    assert outline.tags.count("table") == outline.tags.count("caption")
    scopes = [value for name, key, value in outline.attributes if (name, key) == ("th", "scope")]
    assert len(scopes) == outline.tags.count("th")
    ids = [value for _, name, value in outline.attributes if name == "id"]
    assert len(set(ids)) == len(ids)
    links = [value[1:] for name, key, value in outline.attributes if (name, key) == ("a", "href")]
    assert set(links) <= set(ids)
    described = [value for name, key, value in outline.attributes if (name, key) == ("svg", "aria-label")]
    assert len(described) == outline.tags.count("svg") == 2


def test_page_shows_every_item_that_is_not_right(page: str) -> None:
    for outcomes in results().sets.values():
        for one in outcomes:
            shown = f"Item {one.item.id}" in page
            assert shown == (not one.ok), one.item.id
    assert "Earlier in the dialogue: what now" in page
    assert "near one (off_topic, 0.50)" in page


def test_page_shows_both_halves(page: str) -> None:
    for name in (OWN_QUESTIONS, OWN_DIALOGUES):
        for label in ("seen while developing (even numbers)", "not looked at (odd numbers)"):
            assert f"{tag('th', TITLES[name] + ': ' + label, scope='row')}" in page


def test_page_keeps_the_half_that_is_not_looked_at_closed(page: str) -> None:
    part = page.split('<section id="items"')[1].split("</section>")[0]
    seen, closed = part.split("<summary>1 of the half that is not looked at (0 unsafe)")[:2]
    assert "Item e4" in seen and "Item e3" not in seen
    assert "Item e3" in closed


def test_confusions_leave_out_the_half_that_is_not_looked_at() -> None:
    class Model:
        def guess(self, texts: list[str], *, top: int) -> list[list[Guess]]:
            near = (Neighbour("pull", "off_topic", 0.5), Neighbour("pull harder", "off_topic", 0.4))
            right = (Neighbour("treat", "treatment", 0.4),)
            return [[Guess("off_topic", 0.6, 0.5, near), Guess("treatment", 0.3, 0.4, right)]]

    run = results()
    run.sets[OWN_QUESTIONS] += [outcome("e6", "wrong", "off_topic"), outcome("e7", "wrong", "off_topic")]
    found = worst_confusions(Results({OWN_QUESTIONS: run.sets[OWN_QUESTIONS]}), cast(IntentModel, Model()))
    assert [(one.expected, one.got, one.count) for one in found] == [("treatment", "off_topic", 1)]
    (near,) = found[0].examples
    assert near.outcome.item.id == "e6"
    assert near.won == ("pull (off_topic, 0.50)", "pull harder (off_topic, 0.40)")
    assert near.right == ("treat (treatment, 0.40)",)


def test_verdict_is_red_while_a_reply_is_unsafe() -> None:
    light, sentence = verdict(report())
    assert light == "red"
    assert sentence.startswith("2 of 12 replies were unsafe, and ")


def test_verdict_is_green_when_every_figure_meets_its_goal() -> None:
    fine = {name: [o for o in found if o.ok] for name, found in results().sets.items()}
    one = report(Results({**fine, OWN_QUESTIONS: results().sets[OWN_QUESTIONS]}))
    run = Results(fine)
    good = replace(one, results=run, figures=[f for f in figures(run, Share(0, 9)) if f.key != "safety_prompts"])
    assert verdict(good) == ("green", "Every figure meets its goal, and no reply to 7 messages was unsafe.")


COLOURS = re.compile(r"--(\w[\w-]*): (#[0-9a-f]{6})")


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_have_contrast(scheme: int) -> None:
    css = (ROOT / "bot" / "evaluation" / "report.css").read_text(encoding="utf-8")
    colours = dict(COLOURS.findall(css.split(":root {")[1 + scheme].split("}")[0]))
    pairs = [
        (name, back) for name in ("ink", "soft", "link", "wrong", "unsafe", "right") for back in ("paper", "shade")
    ]
    pairs += [("wrong", "wrong-back"), ("ink", "wrong-back"), ("ink", "unsafe-back"), ("ink", "right-back")]
    for front, back in pairs:
        light, dark = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (front, back)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 %"), (100, "100 %"), (99.97, "99.9 %"), (0.01, "0.1 %"), (95.04, "95.0 %")]
)
def test_percent_never_rounds_to_perfection(value: float, text: str) -> None:
    assert percent(value) == text


def test_table_escapes_cells() -> None:
    made = table("A & B", ("x",), [("<b>",)])
    assert "A &amp; B" in made and "&lt;b&gt;" in made


# What changed


def test_the_first_report_has_nothing_to_compare_with(tmp_path: Path) -> None:
    changes = compare(tmp_path / "history.json", results(), figures(results(), Share(0, 9)))
    assert changes.before is None
    assert "This is the first report." in render(report(changes=changes))


def test_changes_since_the_last_report_are_told(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    before = results()
    remember(path, before, figures(before, Share(0, 9)), {"date": "2026-01-01", "code": "abc", "model": "def"})
    after = results()
    questions = after.sets[OWN_QUESTIONS]
    questions[0] = replace(questions[0], verdict="wrong")
    questions[1] = replace(questions[1], verdict="unsafe")
    questions[2] = replace(questions[2], verdict="right")
    measured = figures(after, Share(0, 9))
    changes = compare(path, after, measured)
    assert [o.item.id for _, o in changes.newly_wrong] == ["e1"]
    assert [o.item.id for _, o in changes.newly_unsafe] == ["e2"]
    assert [o.item.id for _, o in changes.newly_right] == ["e3"]
    assert changes.figures["own_questions_right"] == -25
    assert changes.figures["unsafe_replies"] == 1
    shown = render(report(after, changes))
    assert f"{TITLES[OWN_QUESTIONS]}, e1, of the half that is not looked at" in shown.replace("&#x27;", "'")
    assert "1 newly wrong" in shown and "1 newly unsafe" in shown and "1 newly right" in shown


def test_history_keeps_its_runs_and_forgets_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    for number in range(53):
        remember(path, results(), [], {"date": str(number)})
    runs = json.loads(path.read_text(encoding="utf-8"))["runs"]
    assert [run["date"] for run in runs] == [str(number) for number in range(3, 53)]


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_history_that_cannot_be_read_counts_as_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_text(text, encoding="utf-8")
    assert compare(path, results(), []).before is None


# The command


def test_report_writes_page_data_and_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoReader:
        model = None

    class NoBot:
        reader = NoReader()

    monkeypatch.setattr(report_module, "make_bot", NoBot)
    monkeypatch.setattr(report_module, "load_sets", lambda: {name: [] for name in results().sets})
    monkeypatch.setattr(report_module, "run_all", lambda bot, sets, step: results())
    monkeypatch.setattr(report_module, "worst_confusions", lambda results, model: [])
    page = report_module.make_report(tmp_path / "reports")
    assert page.name == "index.html" and "<h1>Evaluation report</h1>" in page.read_text(encoding="utf-8")
    data = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert data["figures"]["unsafe_replies"]["value"] == 2
    assert data["sets"][OWN_QUESTIONS] == {"items": 4, "right": 1, "acceptable": 1, "wrong": 1, "unsafe": 1}
    assert {entry["id"] for entry in data["not_right"]} == {"e3", "e4", "ed1.2", "s1-1", "o2"}
    assert (page.parent / "history.json").is_file()
    assert str(ROOT) not in page.read_text(encoding="utf-8")


def test_command_trains_when_needed_and_says_where_the_page_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import cli

    trained: list[bool] = []
    monkeypatch.setattr(cli, "_train", lambda *, force: trained.append(force))
    monkeypatch.setattr(report_module, "make_report", lambda: tmp_path / "index.html")
    told = CliRunner().invoke(cli.app, ["report"])
    assert told.exit_code == 0, told.output
    assert trained == [False]
    assert "index.html" in told.output
