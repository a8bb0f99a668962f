"""`bot report`: puts every evaluation set to the bot and writes reports/index.html, report.json and history.json."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot import settings
from bot.clinic import load_clinic
from bot.evaluation.report_data import Report, facts, worst_confusions
from bot.evaluation.report_figures import figures, load_bars
from bot.evaluation.report_grades import grade_all
from bot.evaluation.report_history import compare, remember
from bot.evaluation.report_page import render, verdict
from bot.evaluation.report_sets import TITLES, load_sets, make_bot, run_all
from bot.guide.content_file import load_content


def make_report(folder: Path | None = None) -> Path:
    """Runs everything, writes the report and returns the page.

    Args:
        folder: where to write; `reports` in the project folder when not given.

    Raises:
        BotError: a set, the bars, the model or the store is missing or not valid.
    """
    folder = folder or settings.home() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    sets, bars = load_sets(), load_bars()
    content = load_content(settings.guide_file())
    bot = make_bot()
    columns = (TextColumn("{task.description:<52}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console()) as progress:
        tasks = {name: progress.add_task(TITLES[name], total=len(items), start=False) for name, items in sets.items()}

        def step(name: str) -> None:
            progress.start_task(tasks[name])
            progress.advance(tasks[name])

        results = run_all(bot, sets, step)
    grades = grade_all(content, load_clinic())
    measured = figures(results, grades.above)
    history = folder / "history.json"
    report = Report(
        results,
        measured,
        bars,
        compare(history, results, measured),
        grades,
        worst_confusions(results, bot.reader.model),
        facts(content, date.today()),
    )
    page = folder / "index.html"
    page.write_text(render(report), encoding="utf-8")
    (folder / "report.json").write_text(json.dumps(report.as_data(), indent=1), encoding="utf-8")
    remember(history, results, measured, dict(report.facts))
    Console().print(verdict(report)[1])
    return page
