"""The `bot content` commands: check, diff, review and draft (docs/content.md)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from bot import settings
from bot.errors import BotError
from bot.guide.content_file import load_content

content_app = typer.Typer(no_args_is_help=True, help="The content file under review: check, compare, record, draft.")


@content_app.command("check")
def check(
    file: Path = typer.Argument(None, help="The content file; the one in use if left out.", show_default=False),
    tests: bool = typer.Option(False, "--tests", help="Also list which conversation tests mention each row."),
) -> None:
    """Check validity, review dates, names, reading grade, and which rows no conversation test touches."""
    from bot.evaluation.content_check import check_content  # noqa: PLC0415
    from bot.evaluation.content_touched import rows_touched  # noqa: PLC0415

    path = file or settings.guide_file()
    lines = check_content(path, settings.home(), date.today())
    for line in lines:
        typer.echo(str(line))
    errors = sum(line.weight == "error" for line in lines)
    if tests and not errors:
        for kind, rows in rows_touched(load_content(path), settings.home()).items():
            typer.echo(f"{kind}:")
            for row, names in rows.items():
                typer.echo(f"  {row}: {'; '.join(names) or 'none'}")
    notes = sum(line.weight == "note " for line in lines)
    typer.echo(f"{path.name}: {errors} errors, {notes} notes.")
    if errors:
        raise typer.Exit(1)


@content_app.command("diff")
def diff(
    old: Path = typer.Argument(..., help="The content file as it was."),
    new: Path = typer.Argument(..., help="The content file as it is now."),
) -> None:
    """Tell in words what changed between two content files."""
    from bot.guide.review.changes import changes  # noqa: PLC0415

    found = changes(load_content(old), load_content(new))
    for change in found:
        typer.echo(str(change))
    typer.echo(f"{len(found)} change{'' if len(found) == 1 else 's'}.")


@content_app.command("review")
def review(
    by: str = typer.Option(..., help="Who has read the whole file against its source."),
    on: str = typer.Option(..., help="The day of the review, as YYYY-MM-DD."),
    file: Path = typer.Argument(None, help="The content file; the one in use if left out.", show_default=False),
) -> None:
    """Record a review in the content file, with the day on which the next one is due."""
    from bot.guide.review.record import record_review  # noqa: PLC0415

    path = file or settings.guide_file()
    done = record_review(path, by, on, date.today())
    typer.echo(f"{path.name}: recorded the review by {done.by} on {done.on}. The next one is due on {done.due}.")
    typer.echo("Run `bot train` so that the bot serves this file.")


@content_app.command("draft")
def draft(
    text: Path = typer.Argument(..., help="The guide's text, as a plain text file."),
    out: Path = typer.Option(None, help="The content file to write; beside the text if left out.", show_default=False),
) -> None:
    """Make a content file, to be edited, from the text of another patient guide, and list what found no place."""
    from bot.guide.review.draft_file import write_draft  # noqa: PLC0415
    from bot.guide.review.drafting import draft as draft_of  # noqa: PLC0415

    target = out or text.with_suffix(".yml")
    try:
        found = draft_of(text.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BotError(f"{text}: cannot be read ({reason}). Name a plain text file.") from error
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(write_draft(found))
    except FileExistsError as error:
        raise BotError(f"{target} is there already, and is not overwritten. Name another file with --out.") from error
    except OSError as error:
        raise BotError(f"{target}: cannot be written ({error.strerror}). Name another file with --out.") from error
    typer.echo(
        f"Wrote {target}: {found.cancer}, {len(found.stages)} stages, {len(found.lines)} lines of treatment, "
        f"{len(found.drugs)} drugs, {len(found.terms)} words, {len(found.passages)} passages."
    )
    for one in found.left:
        typer.echo(f"  {one}")
    typer.echo(f"Edit every TODO in it, then run: GUIDE={target} bot content check")
