"""`bot clinics`, `bot forget` and `bot migrate`: the commands that look after the conversations of one or several clinics."""

from __future__ import annotations

import logging

import typer

from bot import settings
from bot.clinic import load_clinic
from bot.errors import BotError
from bot.server.clinic_checks import clinic_problems
from bot.server.conversations.moving import move
from bot.server.conversations.records import Records, records_of
from bot.server.conversations.secret import keyed_hash
from bot.server.conversations.tables import REVISION
from bot.server.unanswered import rows
from bot.tenants.clinics import clinic_for_command, read_folder, the_clinics
from bot.tenants.current import Tenant

CLINIC = typer.Option("", "--clinic", help="Which of several clinics: the name of its file without .yml.")


def list_clinics(
    count: bool = typer.Option(False, "--count", help="Also ask the databases how many conversations are kept."),
) -> None:
    """List the clinics: key, name, host names, where their conversations are, and what is wrong."""
    folder = settings.clinics_folder()
    _no_log()
    if folder is None:
        clinic = load_clinic()
        typer.echo(f"CLINICS is not set, so there is one clinic: {clinic.name}, at every host name.")
    else:
        tenants, _ = read_folder(folder)
        counts = _counts(tenants) if count else {}
        for tenant in tenants:
            where = f"own database ({tenant.database_env})" if tenant.database_env else "shared database"
            typer.echo(f"{tenant.key}: {tenant.clinic.name}, {where}{counts.get(tenant.key, '')}")
            typer.echo(f"  {', '.join(tenant.hosts)}")
    problems = list(clinic_problems(production=_production()))
    for problem in problems:
        typer.echo(f"error: {problem}")
    if problems:
        raise typer.Exit(1)


def _production() -> bool:
    try:
        return settings.production()
    except BotError:
        return True


def _counts(tenants: list[Tenant]) -> dict[str, str]:
    """What to say of how many conversations each clinic has."""
    said: dict[str, str] = {}
    asked: dict[str | None, dict[str | None, int] | None] = {}
    for tenant in tenants:
        name = tenant.database_env
        if name not in asked:
            asked[name] = _ask(tenant)
        found = asked[name]
        said[tenant.key] = ", which cannot be asked" if found is None else f", {found.get(tenant.key, 0)} conversations"
    return said


def _ask(tenant: Tenant) -> dict[str | None, int] | None:
    try:
        records = records_of(tenant)
        try:
            return records.count_by_clinic()
        finally:
            records.close()
    except BotError:
        return None


def forget(
    session: str = typer.Argument("", help="The session's id, as the channel knows it: the sender id."),
    clinic: str = CLINIC,
    everything: bool = typer.Option(False, "--all", help="All conversations and kept questions of the clinic."),
) -> None:
    """Erase one conversation for good, or with --all everything that is kept of one of several clinics."""
    _no_log()
    if everything:
        _forget_clinic(session, clinic)
        return
    if not session:
        raise BotError("Which conversation? Name its session: `bot forget SESSION`.")
    tenant = clinic_for_command(clinic)
    records = records_of(tenant)
    found = records.erase(keyed_hash(tenant.key if tenant is not None else None).of_sender(session))
    if not found:
        typer.echo("There is no conversation of that session; nothing was erased.")
    elif records.scrub():
        typer.echo("Erased the conversation.")
    else:
        typer.echo(
            "Erased the conversation. The file is in use: the server's next sweep removes the last traces from it."
        )


def _forget_clinic(session: str, key: str) -> None:
    if session or not key:
        raise BotError("--all erases all of one clinic. Name it, and no session: `bot forget --clinic KEY --all`.")
    clinics = the_clinics()
    # A clinic whose file is gone already may have left something in the shared database.
    records = records_of(clinics.by_key.get(key) if clinics is not None else None)
    conversations, questions = records.erase_clinic(key), rows.erase_clinic(records, key)
    typer.echo(f"Erased {conversations} conversations and {questions} kept questions of {key}.")
    if not records.scrub():
        typer.echo("The file is in use: the server's next sweep removes the last traces from it.")


def move_clinic(
    clinic: str = typer.Argument(..., help="The clinic: the name of its file without .yml."),
) -> None:
    """Move what is kept of one of several clinics from the shared database to its own."""
    _no_log()
    tenant = clinic_for_command(clinic)
    if tenant is None or tenant.database_env is None:
        raise BotError(
            f"{clinic} has no database of its own. Write database_env into its file first (docs/tenants.md)."
        )
    shared, own = records_of(None), records_of(tenant)
    for records in (shared, own):
        records.make_tables()
    moved = move(shared, own, clinic)
    typer.echo(f"Moved {moved['conversation']} conversations and {moved['unanswered']} kept questions of {clinic}.")
    if not shared.scrub():
        typer.echo("The file is in use: the server's next sweep removes the last traces from it.")


def migrate() -> None:
    """Bring the tables of the conversations to the newest form; the server does so itself when it starts."""
    _no_log()
    clinics = the_clinics()
    typer.echo(_migrated(Records()))
    for tenant in clinics.by_key.values() if clinics is not None else ():
        if tenant.database_env:
            typer.echo(f"{tenant.key}: {_migrated(records_of(tenant))}")


def _migrated(records: Records) -> str:
    before = records.make_tables()
    if before is None:
        return f"Made the tables of the conversations, in form {REVISION}."
    if before == REVISION:
        return f"The tables of the conversations are up to date, in form {REVISION}."
    if before < REVISION:
        return f"Brought the tables of the conversations from form {before} to {REVISION}."
    return f"The tables have form {before}, of a newer version of this program than {REVISION}; nothing was done."


def _no_log() -> None:
    logging.getLogger("bot").addHandler(logging.NullHandler())  # what is logged is told as well
