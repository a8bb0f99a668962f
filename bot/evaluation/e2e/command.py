"""`bot test`: the command's options, and what it returns to the shell (docs/testing.md)."""

from __future__ import annotations

from pathlib import Path

import typer

PASSED_CODE, FAILED_CODE, USAGE_CODE, DOWN_CODE = 0, 1, 2, 3


def test(
    paths: list[str] = typer.Argument(
        None, help="Test files or folders, or FILE::NAME for one case. tests/e2e if left out.", show_default=False
    ),
    url: str = typer.Option(
        None, help="Test a live server at this address instead of the model in this process.", show_default=False
    ),
    channel: str = typer.Option(
        None, help="rest or web; the web channel where there is one, if left out.", show_default=False
    ),
    serve: bool = typer.Option(False, "--serve", help="Start a live server for this run, test it, and stop it."),
    name: str = typer.Option(
        None, help="Only cases whose name holds this; * and ? stand for anything.", show_default=False
    ),
    tag: list[str] = typer.Option([], help="Only cases with this tag; may be given several times.", show_default=False),
    skip_tag: list[str] = typer.Option([], help="No cases with this tag.", show_default=False),
    parallel: int = typer.Option(
        None, min=1, max=64, help="Conversations at a time: 4 over HTTP, 1 in process.", show_default=False
    ),
    repeat: int = typer.Option(1, min=1, max=1000, help="Run every case this often."),
    shuffle: bool = typer.Option(False, "--shuffle", help="Run the cases in random order."),
    seed: int = typer.Option(None, help="The order of an earlier --shuffle.", show_default=False),
    fail_fast: bool = typer.Option(False, "--fail-fast", help="Stop after the first case that does not pass."),
    junit: Path = typer.Option(None, help="Write a JUnit XML report to this file.", show_default=False),
    json_file: Path = typer.Option(
        None, "--json", help="Write everything that was found to this file as JSON.", show_default=False
    ),
    html: Path = typer.Option(None, help="Write a page with all transcripts to this file.", show_default=False),
    coverage: bool = typer.Option(False, "--coverage", help="Tell what no case touches."),
    rasa: bool = typer.Option(
        None, "--rasa/--no-rasa", help="Also run Rasa's own conversation tests; on when all cases run in process."
    ),
    record: Path = typer.Option(
        None, help="Chat in the terminal, and add the chat to this file as a test case.", show_default=False
    ),
) -> None:
    """Hold test conversations with the bot and tell what is not as written.

    Ends with 0 when everything passed, 1 when something did not, 2 when a test file or an option is wrong, and 3
    when the bot cannot be reached or has stopped.
    """
    from bot.evaluation.e2e.session import Asked, run_session  # noqa: PLC0415 - loads much

    if channel not in (None, "rest", "web"):
        raise typer.BadParameter(f"{channel!r} is no channel. Choose rest or web.", param_hint="--channel")
    if url and serve:
        raise typer.BadParameter("a server is either there already or started here.", param_hint="--url and --serve")
    if channel and not (url or serve):
        raise typer.BadParameter("it needs a live server: add --url or --serve.", param_hint="--channel")
    if url and not url.startswith(("http://", "https://")):
        raise typer.BadParameter(f"{url!r} does not start with http:// or https://.", param_hint="--url")
    if seed is not None and not shuffle:
        raise typer.BadParameter("it has a meaning with --shuffle only.", param_hint="--seed")
    if record is not None and (paths or name or tag or skip_tag or shuffle or junit or json_file or html or coverage):
        raise typer.BadParameter(
            "recording runs no test cases: leave out paths, selection and reports.", param_hint="--record"
        )
    asked = Asked(
        paths=tuple(paths or ()), url=url, channel=channel, serve=serve, name=name, tags=tuple(tag),
        skip_tags=tuple(skip_tag), parallel=parallel, repeat=repeat, shuffle=shuffle, seed=seed, fail_fast=fail_fast,
        junit=junit, json_file=json_file, html=html, coverage=coverage, rasa=rasa, record=record,
    )  # fmt: skip
    raise typer.Exit(run_session(asked))
