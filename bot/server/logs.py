"""The server's log: one JSON object a line on standard output, and never what a visitor typed.

Two rules keep visitors' words out. Our own lines hold only the keys named here, and an event that is a fixed name. A line of
a library may hold anything once visitors are served, so from then on only its logger, its place in the code and the type of
its error are kept, which is enough to look it up. Before that there is no visitor, and its text is kept.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

import structlog
from sanic import Sanic
from structlog.typing import EventDict, Processor, WrappedLogger

OURS = ("bot", "actions")
KEYS = frozenset(
    {"event", "level", "logger", "time", "channel", "kind", "ms", "worker", "where", "error", "reason", "version", "port",
     "workers", "seconds", "count", "state", "clinic"}
)  # fmt: skip
# "action.failed error=OperationalError", but no sentence.
_EVENT = re.compile(r"[a-z][\w.]*(?: \w+=[\w.:-]+)*")
_VALUE = re.compile(r"[\w.:+-]{1,80}")
_SANIC = ("sanic.root", "sanic.error", "sanic.access")


class _Serving:
    """Whether visitors may have written something yet."""

    now = False


class _Out:
    """The handler of the whole process; None until `configure` has made it."""

    handler: logging.StreamHandler[Any] | None = None
    lock = threading.RLock()


def configure(level: int = logging.INFO) -> None:
    """Sends every logger of the process through the rules above to standard output.

    Args:
        level: the least level of our own lines. Libraries are heard from WARNING on.
    """
    handler = logging.StreamHandler(sys.stdout)
    _Out.lock = handler.lock or _Out.lock
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[_keep_what_is_safe, structlog.processors.JSONRenderer()],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    _Out.handler = handler
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.lastResort = handler  # used for loggers that lead nowhere; Python's own would print the text
    logging.captureWarnings(True)
    sys.excepthook = _say_type
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Rasa writes some ten debug lines a message: below `level` nothing is even put together.
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    take_over_sanic()


def say(logger: Any, name: str, event: str, **values: Any) -> None:
    """Writes one line of ours at level INFO, as `logger.info(event, **values)` does, for a tenth of the time.

    The usual way makes a record, walks the stack for its place in the code, and hands it through a dozen functions that
    change nothing in a line of ours: a twentieth of a message's time. It is still taken wherever the log is not exactly what
    `configure` made of it.

    Args:
        logger: a logger of structlog.
        name: its name, one of ours.
        event: the fixed name of what happened.
        values: numbers and names; the rules of this module apply to them.
    """
    handler, mine = _Out.handler, logging.getLogger(name)
    if handler is None or logging.getLogger().handlers != [handler] or mine.handlers or mine.filters:
        logger.info(event, **values)
    elif mine.isEnabledFor(logging.INFO):
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        kept = {"time": f"{now.isoformat()}Z", "level": "info", "logger": name, **_ours(event, values)}
        with _Out.lock:
            handler.stream.write(json.dumps(kept) + handler.terminator)
            handler.flush()


def take_over_sanic() -> None:
    """Sends Sanic's loggers the same way, and its access log, which holds addresses, nowhere."""
    for name in _SANIC:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.filters.clear()
        logger.propagate = name != "sanic.access"
        logger.setLevel(logging.WARNING)
    logging.getLogger("sanic.access").disabled = True


def attach(app: Sanic) -> None:
    """Takes over what Rasa sets up while it starts, and from then on keeps libraries' texts out."""

    async def begin(running: Sanic, loop: Any) -> None:
        begin_serving()

    app.register_listener(begin, "before_server_start")


def begin_serving() -> None:
    """Says that from now on a library's text may hold a visitor's words."""
    take_over_sanic()
    _Serving.now = True


def _keep_what_is_safe(logger: WrappedLogger, method: str, event_dict: EventDict) -> EventDict:
    record: logging.LogRecord = event_dict["_record"]
    name = str(event_dict.get("logger") or record.name)
    kept: dict[str, Any] = {"time": event_dict["time"], "level": event_dict["level"], "logger": name}
    raised = record.exc_info or event_dict.get("exc_info")
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, tuple) and raised[0] is not None:
        kept["error"] = raised[0].__name__
    elif isinstance(raised, BaseException):
        kept["error"] = type(raised).__name__
    event = str(event_dict.get("event", ""))
    if name.split(".")[0] in OURS:
        return {**kept, **_ours(event, {key: event_dict[key] for key in event_dict.keys() - kept.keys()})}
    kept["where"] = f"{record.module}:{record.lineno}"
    kept["event"] = "library" if _Serving.now else event
    return kept


def _ours(event: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a line of ours may hold: a fixed name, and numbers and names under the known keys."""
    kept: dict[str, Any] = {"event": event if _EVENT.fullmatch(event) else "hidden"}
    for key, value in values.items():
        if key in KEYS and key not in kept:
            safe = isinstance(value, int | float) or (isinstance(value, str) and _VALUE.fullmatch(value))
            kept[key] = value if safe else "hidden"
    return kept


def _say_type(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Logs an error that nothing caught: its type and the last place in the code, without its text."""
    if not _Serving.now or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)  # no visitor's words can be in it
        return
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    place = f"{traceback.tb_frame.f_globals.get('__name__')}:{traceback.tb_lineno}" if traceback else "unknown"
    structlog.stdlib.get_logger(__name__).critical("stopped", error=kind.__name__, where=place)
