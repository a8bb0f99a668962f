"""The `bot` command. Each command is thin: what it does stands in the module that it calls."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import typer

from bot import settings
from bot.errors import BotError
from bot.evaluation.content_command import content_app
from bot.evaluation.e2e.command import test as test_conversations
from bot.guide.build import build_store
from bot.guide.content_file import load_content
from bot.guide.store import open_engine
from bot.server.clinics_command import CLINIC, forget, list_clinics, migrate, move_clinic
from bot.tenants.clinics import clinic_for_command
from bot.tenants.current import using

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A chatbot over a patient guide, on Rasa.",
)
guide_app = typer.Typer(no_args_is_help=True, help="The guide's content and its SQL store.")
app.add_typer(guide_app, name="guide")
benchmark_app = typer.Typer(no_args_is_help=True, help="Figures beside other systems (docs/benchmarks.md).")
app.add_typer(benchmark_app, name="benchmark")
app.add_typer(content_app, name="content")
channels_app = typer.Typer(
    no_args_is_help=True, help="Slack, Telegram, Messenger, SMS, WhatsApp, Teams (docs/channels.md)."
)
app.add_typer(channels_app, name="channels")
app.command("test")(test_conversations)
app.command("clinics")(list_clinics)
app.command("forget")(forget)
app.command("migrate")(migrate)
app.command("move-clinic")(move_clinic)

_HOST = typer.Option("127.0.0.1", help="Address to listen on; only this machine unless you change it.")
_PORT = typer.Option(5005, envvar="PORT", help="Port to listen on.")
_WORKERS = typer.Option(1, help="Processes that answer; one for each processor core (docs/serving.md).")
_PORT_EACH = typer.Option(False, "--port-each", help="Give each worker its own port, from --port on, for a proxy.")


@app.command()
def run(host: str = _HOST, port: int = _PORT, workers: int = _WORKERS, port_each: bool = _PORT_EACH) -> None:
    """Build the store, train when inputs changed, and serve."""
    from bot.server.launcher import check_port  # noqa: PLC0415

    check_port(host, port)
    _train(force=False)
    if "tensorflow" in sys.modules:  # training has loaded it; a new process serves without
        command = [sys.executable, "-m", "bot", "serve", "--host", host, "--port", str(port), "--workers", str(workers)]
        sys.stdout.flush()
        os.execv(sys.executable, [*command, "--port-each"] if port_each else command)
    _serve(host, port, workers, port_each)


@app.command()
def serve(host: str = _HOST, port: int = _PORT, workers: int = _WORKERS, port_each: bool = _PORT_EACH) -> None:
    """Serve the model that was trained last."""
    _serve(host, port, workers, port_each)


@app.command()
def cluster(
    workers: int = typer.Option(2, help="How many `bot serve` processes answer."),
    port: int = typer.Option(5005, help="Port of the proxy; 0 for a free one."),
    load: bool = typer.Option(False, "--load", help="Load it, let parts of it fail, and report what visitors saw."),
    quick: bool = typer.Option(False, "--quick", help="With --load: for a short time; the figures vary more."),
    json_file: str = typer.Option("", "--json", help="With --load: write the figures to this file; - is the terminal."),
) -> None:
    """Run several workers, PostgreSQL with a replica, Redis and a proxy on this machine (docs/scaling.md)."""
    from bot.cluster.cluster import Shape  # noqa: PLC0415
    from bot.server.training import trained_model  # noqa: PLC0415

    trained_model()  # fails here, readably, rather than in each worker
    build_store(open_engine(), settings.guide_file())
    if not load:
        from bot.cluster.command import run_cluster  # noqa: PLC0415

        run_cluster(Shape(workers, port=port), typer.echo)
        return
    from bot.evaluation.cluster_load import QUICK, Size, load_cluster, table  # noqa: PLC0415

    result = load_cluster(QUICK if quick else Size(), workers, lambda text: typer.echo(text, err=True))
    typer.echo(table(result), err=True)
    if json_file:
        _print_json(result, json_file)
    if not result["passed"]:
        raise typer.Exit(1)


@app.command("proxy-config")
def proxy_config(
    folder: Path = typer.Argument(..., help="Where to write haproxy.cfg and what the proxy says itself."),
    worker: list[str] = typer.Option([], "--worker", help="A worker's host:port; {} in it counts from 0."),
    count: int = typer.Option(1, help="How many workers a {} stands for."),
    listen: str = typer.Option("127.0.0.1:8080", help="The public address."),
    inside: str = typer.Option("127.0.0.1:8404", help="The address of its probes and metrics; keep it to yourself."),
    by_name: bool = typer.Option(False, "--by-name", help="Look the workers' names up while it runs."),
    installed_at: str = typer.Option("", help="The folder as the proxy sees it, if it is mounted elsewhere there."),
) -> None:
    """Write the configuration of the proxy that keeps a conversation on one worker (docs/scaling.md)."""
    from bot.cluster.proxy import Proxy, numbered, write  # noqa: PLC0415
    from bot.server.refusals import said_by_host  # noqa: PLC0415

    workers = [address for each in worker for address in numbered(each, count)]
    path = write(Proxy(listen, inside, workers, by_name, said_by_host()), folder, installed_at=installed_at or None)
    typer.echo(f"Wrote {path}: {len(workers)} worker{'s' if len(workers) != 1 else ''}, in this order for every proxy.")


@app.command()
def train(force: bool = typer.Option(False, help="Train even when nothing changed.")) -> None:
    """Build the store and train the model when their inputs changed."""
    _train(force=force)


@app.command()
def chat(clinic: str = CLINIC) -> None:
    """Chat in the terminal."""
    from bot.server.chat import run_chat  # noqa: PLC0415
    from bot.server.training import trained_model  # noqa: PLC0415

    tenant = clinic_for_command(clinic)
    _train(force=False)
    with using(tenant):
        run_chat(trained_model())


@app.command()
def unanswered(
    html: str = typer.Option("", "--html", help="Also write a page to this file."),
    since: str = typer.Option("", "--since", help="Only what was asked in this month and later, such as 2026-11."),
    replay: str = typer.Option("", "--replay", help="Ask the questions of this file (JSON lines with a text) instead."),
    clinic: str = CLINIC,
) -> None:
    """Show what patients ask that the guide does not answer, grouped, with where to write the answer."""
    from bot.evaluation.unanswered import as_html, as_text, report  # noqa: PLC0415

    groups, source = report(Path(replay) if replay else None, since or None, clinic or None)
    typer.echo(as_text(groups, source))
    if html:
        _write(html, as_html(groups, source, date.today()), "--html")
        typer.echo(f"\nWrote {html}: open it in a browser.")


@app.command()
def check() -> None:
    """Check content, clinic file, wording and training examples."""
    from bot.evaluation.checks import check_project  # noqa: PLC0415

    findings = check_project(date.today())
    for finding in findings:
        typer.echo(f"{'error' if finding.error else 'note '}: {finding.text}")
    errors = sum(finding.error for finding in findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} notes.")
    if errors:
        raise typer.Exit(1)


@app.command()
def explain(text: str) -> None:
    """Show how one message is understood: entities, screen, intents with examples, question."""
    from bot.evaluation.explain import explain as explained  # noqa: PLC0415

    typer.echo(explained(text))


@app.command()
def report() -> None:
    """Train when needed, score every evaluation set, and write reports/index.html."""
    from bot.evaluation.report import make_report  # noqa: PLC0415

    _train(force=False)
    typer.echo(f"Wrote {make_report()}: open it in a browser.")


@guide_app.command("build")
def guide_build(force: bool = typer.Option(False, help="Build even when nothing changed.")) -> None:
    """Build the SQL store from the content file."""
    built = build_store(open_engine(), settings.guide_file(), force=force)
    typer.echo("Built the guide store." if built else "The guide store is up to date.")


@guide_app.command("check")
def guide_check() -> None:
    """Check the content file."""
    content = load_content(settings.guide_file())
    typer.echo(f"{settings.guide_file().name} is valid: {len(content.treatments)} treatments, {len(content.drugs)} "
               f"drugs, {len(content.terms)} terms, {len(content.passages)} passages.")  # fmt: skip
    if content.guide.review_due < date.today():
        typer.echo(f"It was due for review on {content.guide.review_due}.")


@benchmark_app.command("intents")
def benchmark_intents(
    train: Path = typer.Option(..., help="CSV file to learn from, with columns sentence and label."),
    test: Path = typer.Option(..., help="CSV file to score."),
    oos_label: str = typer.Option("NO_NODES_DETECTED", help="Label of sentences that fit no intent; only in the test."),
    ablation: bool = typer.Option(False, "--ablation", help="Also score the model with parts left out."),
    json_file: str = typer.Option("-", "--json", help="Where to write the JSON; - is the terminal."),
) -> None:
    """Train the bot's intent model on one CSV file, score another, and print JSON."""
    from bot.evaluation.benchmark_intents import benchmark_intents as run_benchmark  # noqa: PLC0415

    _print_json(run_benchmark(train, test, oos_label, ablation=ablation), json_file)


@benchmark_app.command("latency")
def benchmark_latency(
    messages: int = typer.Option(200, min=20, help="How many messages to ask."),
    epochs: int = typer.Option(1, min=1, help="Rounds of DIET's training; they do not change its time per message."),
    json_file: str = typer.Option("-", "--json", help="Where to write the JSON; - is the terminal."),
) -> None:
    """Time this bot's pipeline beside Rasa's default one, trained on the same examples, in one run."""
    from bot.evaluation.benchmark_latency import benchmark_latency as run_benchmark  # noqa: PLC0415
    from bot.evaluation.benchmark_latency import table  # noqa: PLC0415

    result = run_benchmark(messages, epochs, lambda text: typer.echo(text, err=True))
    typer.echo(table(result), err=True)
    _print_json(result, json_file)


@benchmark_app.command("serve")
def benchmark_serve(
    quick: bool = typer.Option(False, "--quick", help="Measure for a short time; the figures vary more."),
    plot_file: str = typer.Option("", "--plot", help="Also write a plot to this SVG file."),
    json_file: str = typer.Option("-", "--json", help="Where to write the JSON; - is the terminal."),
) -> None:
    """Load this bot's server and stock Rasa's in one run: throughput, latency, start-up, memory."""
    from bot.evaluation.benchmark_serve import QUICK, Size, table  # noqa: PLC0415
    from bot.evaluation.benchmark_serve import benchmark_serve as run_benchmark  # noqa: PLC0415
    from bot.evaluation.benchmark_serve_plot import plot  # noqa: PLC0415

    with contextlib.redirect_stdout(sys.stderr):  # training prints; the terminal's output is the JSON alone
        result = run_benchmark(QUICK if quick else Size(), lambda text: typer.echo(text, err=True))
    typer.echo(table(result), err=True)
    if plot_file:
        _write(plot_file, plot(result), "--plot")
    _print_json(result, json_file)


@benchmark_app.command("soak")
def benchmark_soak(
    messages: int = typer.Option(10_000, min=1, help="Messages in all, shared out over the conversations."),
    conversations: int = typer.Option(500, min=1, help="Conversations; each is checked against its own script."),
    clients: int = typer.Option(64, min=1, help="Conversations under way at once."),
    seconds: float = typer.Option(900, min=1, help="The load ends then; what was not sent counts as lost."),
    workers: int = _WORKERS,
    json_file: str = typer.Option("-", "--json", help="Where to write the JSON; - is the terminal."),
) -> None:
    """Hold many conversations with this bot's server at once, and check that none is lost, doubled or reordered."""
    from bot.evaluation.soak import Plan, soak, table  # noqa: PLC0415

    plan = Plan(messages=messages, conversations=conversations, clients=clients, seconds=seconds)
    result = soak(plan, workers, lambda text: typer.echo(text, err=True))
    typer.echo(table(result), err=True)
    _print_json(result, json_file)
    if not result["passed"]:
        raise typer.Exit(1)


@benchmark_app.command("capacity")
def benchmark_capacity(
    figures: str = typer.Option(
        "", "--from", help="JSON of a run of `bot cluster --load`; by default that of the docs."
    ),
    messages: float = typer.Option(100, min=1, help="Messages of one clinic a day."),
    peak: float = typer.Option(5, min=1, help="How many times the mean the busiest minutes are."),
    clinics: list[int] = typer.Option([10, 1_000, 100_000], help="How many clinics; give it once for each column."),
    run: bool = typer.Option(
        False, "--run", help="Also print what the run reached, and what visitors saw while parts failed."
    ),
) -> None:
    """Tell what so many clinics need, from measured costs, and what gives way first (docs/scaling.md)."""
    from bot.evaluation import cluster_tables  # noqa: PLC0415
    from bot.evaluation.capacity import Assumptions, measured, table, table_of_limits  # noqa: PLC0415

    cost, result = measured(Path(figures) if figures else None)
    given = Assumptions(messages_a_day=messages, peak=peak)
    tables = [cluster_tables.costs(cost, result), table(cost, given, clinics), table_of_limits(cost, given)]
    if run:
        tables = [cluster_tables.faults(result), cluster_tables.throughput(result), *tables]
    typer.echo("\n\n".join(tables))


@channels_app.command("check")
def channels_check() -> None:
    """Ask each platform whether it takes the credentials that are set, and say what is missing."""
    from bot.server.departures import depart  # noqa: PLC0415

    depart()  # before Rasa is imported: without TensorFlow it takes seconds less
    from bot.channels.messaging.command import check_channels  # noqa: PLC0415

    findings = check_channels()
    for finding in findings:
        for number, line in enumerate(finding.lines):
            typer.echo(f"{finding.title if number == 0 else '':26} {finding.state if number == 0 else '':6} {line}")
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


@channels_app.command("preview")
def channels_preview(
    channel: str = typer.Argument(..., help="slack, telegram, messenger, sms, whatsapp or teams."),
    question: str = typer.Argument(..., help="What a patient would write."),
    clinic: str = CLINIC,
) -> None:
    """Print, as JSON, exactly what would be sent in answer to a question."""
    from bot.server.departures import depart  # noqa: PLC0415

    depart()
    from bot.channels.messaging.command import preview, ways  # noqa: PLC0415

    if channel not in ways():
        raise BotError(f"There is no channel {channel!r}. Choose one of: {', '.join(ways())}.")
    from bot.server.chat import Chat  # noqa: PLC0415
    from bot.server.training import trained_model  # noqa: PLC0415

    with using(clinic_for_command(clinic)):
        reply = asyncio.run(Chat(trained_model()).say(question))
        typer.echo(preview(channel, reply))


def _print_json(result: dict[str, Any], target: str) -> None:
    text = json.dumps(result, indent=2)
    if target == "-":
        typer.echo(text)
        return
    _write(target, text + "\n", "--json")


def _write(target: str, text: str, option: str) -> None:
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{target}: cannot be written ({error.strerror}). Name another file with {option}.") from error


def _train(*, force: bool) -> None:
    from bot.server.training import train_if_needed  # noqa: PLC0415

    typer.echo("Checking content, examples and configuration ...")
    trained = train_if_needed(force=force)
    typer.echo("Trained a new model." if trained else "The model is up to date.")


def _serve(host: str, port: int, workers: int, port_each: bool) -> None:
    from bot.server.launcher import serve as start  # noqa: PLC0415
    from bot.server.training import model_to_serve  # noqa: PLC0415

    model = model_to_serve()
    shown = "localhost" if host == "127.0.0.1" else host
    typer.echo(
        f"Starting on http://{shown}:{port} (stop with Ctrl-C). When it is up, open that address: the chat is on it,"
    )
    typer.echo(f"and the guide at http://{shown}:{port}/guide. For the terminal: make chat.")
    if settings.rest_channel_on():
        typer.echo("For programs:")
        typer.echo(
            f"  curl -s http://{shown}:{port}/webhooks/rest/webhook -H 'Content-Type: application/json' "
            '-d \'{"sender": "me", "message": "what comes after Enhertu"}\''
        )
    start(model, host=host, port=port, workers=workers, port_each=port_each)


def main() -> None:
    """Runs the command; an error made for people is printed without a traceback."""
    try:
        app()
    except BotError as error:
        typer.echo(f"{error}", err=True)
        sys.exit(1)
