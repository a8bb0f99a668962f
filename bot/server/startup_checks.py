"""Finds, before the server starts, what would fail later; all of it in one list, each line with what to do."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import settings
from bot.channels.web_secret import HOW, session_secret, weakness
from bot.errors import BotError
from bot.guide.build import built_from
from bot.guide.content_file import content_hash
from bot.guide.store import open_engine
from bot.server.clinic_checks import clinic_files, clinic_problems

_FILES = ("config.yml", "credentials.yml", "endpoints.yml")


def problems(
    model: Path,
    *,
    workers: int = 1,
    production: bool | None = None,
    enable_api: bool = False,
    auth_token: str | None = None,
    conversation_url: str | None = None,
) -> list[str]:
    """Returns what is wrong, one readable line each; empty when the server may start.

    Args:
        model: the trained model.
        workers: how many processes will answer.
        production: whether patients are served; by default what BOT_ENV says.
        enable_api: whether Rasa's HTTP API will be served.
        auth_token: the token that protects it.
        conversation_url: the SQLAlchemy URL of the conversation store; by default what the environment says.
    """
    found: list[str] = []
    if production is None:
        try:
            production = settings.production()
        except BotError as error:
            found.append(str(error))
            production = True
    found += _secret(production)
    found += _content(model)
    found += _unexpanded()
    found += clinic_problems(production)
    found += _numbers()
    found += _workers(workers, conversation_url)
    found += _lock()
    if enable_api and not auth_token:
        found.append(
            "Rasa's HTTP API is switched on without a token: anybody could read every conversation. Leave --enable-api "
            "out, or protect it with --auth-token."
        )
    return found


def refuse(found: list[str]) -> None:
    """Stops the start where there is something in the list.

    Raises:
        BotError: all problems, one a line.
    """
    if found:
        count = f"{len(found)} problem{'s' if len(found) != 1 else ''}"
        raise BotError(
            "\n".join([f"The server does not start; correct {count} first:", *(f"  {one}" for one in found)])
        )


def _secret(production: bool) -> Iterator[str]:
    named = os.environ.get("BOT_SECRET")
    if production or named:
        wrong = weakness(named)
        if wrong:
            yield f"{wrong} {HOW}"
        return
    try:
        session_secret()
    except BotError as error:
        yield str(error)


def _content(model: Path) -> Iterator[str]:
    from bot.server.training import check_model  # noqa: PLC0415 - training's imports are not needed to read this module

    trained_from = None
    try:
        check_model(model)
    except BotError as error:
        yield str(error)
    else:
        trained_from = _stamped(model)
        if not trained_from:
            yield "The model does not say what it was trained from. Make it again with `bot train --force`."
    try:
        store = built_from(open_engine())
    except SQLAlchemyError as error:
        yield f"The guide store cannot be reached ({type(error).__name__}). Check that the database runs and DATABASE_URL."
        return
    except BotError as error:
        yield str(error)
        return
    if store is None:
        yield "There is no guide store. Build it with `bot guide build` (or `make run`)."
    elif trained_from and store != trained_from:
        try:
            model_is_right = content_hash(settings.guide_file()) == trained_from
        except BotError:
            model_is_right = False
        what = "`bot guide build`" if model_is_right else "`bot train`"
        yield (
            f"The guide store ({store[:8]}) and the model ({trained_from[:8]}) were built from different content: names "
            f"that one knows would be strange to the other. Run {what}, and start again."
        )


def _stamped(model: Path) -> str | None:
    """Returns the hash of the content that a model was trained from, as `bot train` writes it beside the model."""
    try:
        stamp = json.loads(model.with_name(f"{model.name.split('.')[0]}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    content = stamp.get("content") if isinstance(stamp, dict) else None
    return content if isinstance(content, str) else None


def _unexpanded() -> Iterator[str]:
    for path in [*(settings.home() / name for name in _FILES), *clinic_files()]:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue  # a missing clinic file is said below; Rasa does without the others
        for number, line in enumerate(lines, 1):
            if "${" in line.split("#")[0] and not _rasa_expands(path, line):
                yield (
                    f"{path.name}, line {number}: a '${{' would be taken as it stands. Set the variable that it names, and "
                    "write it without quotes; or write the value."
                )


def _rasa_expands(path: Path, line: str) -> bool:
    """Tells whether Rasa puts values in: only in its own files, outside quotes, when every variable is set."""
    if path.name not in ("credentials.yml", "endpoints.yml"):
        return False
    text = line.split("#")[0]
    if '"' in text or "'" in text:
        return False
    names = [part.split("}")[0] for part in text.split("${")[1:]]
    return all(name in os.environ for name in names)


def _numbers() -> Iterator[str]:
    for read in (settings.web_limits, settings.proxies, settings.rest_channel_on):
        try:
            read()
        except BotError as error:
            if "BOT_ENV" not in str(error):
                yield str(error)


def _workers(workers: int, url: str | None) -> Iterator[str]:
    if workers < 1:
        yield f"--workers is {workers}. Use at least 1."
    if workers > 1 and _in_one_process(url or settings.conversations_url()):
        yield (
            f"{workers} workers need a conversation store that they share, and SQLite in memory belongs to one process. Set "
            "CONVERSATIONS_URL to a SQLite file or a PostgreSQL database, or use --workers 1."
        )


def _lock() -> Iterator[str]:
    url = settings.lock_url()
    if url:
        from bot.server.waiting_line import open_line  # noqa: PLC0415 - loads redis, which is not needed without it

        try:
            open_line(url)
        except BotError as error:
            yield str(error)


def _in_one_process(url: str) -> bool:
    """Tells whether a store is kept in one process's memory; the workers of one machine can share a SQLite file."""
    return url.startswith("sqlite") and (
        ":memory:" in url or "mode=memory" in url or url in ("sqlite://", "sqlite:///")
    )
