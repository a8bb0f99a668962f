"""Keeps libraries' start-up noise, and anything that a visitor typed, out of the terminal and the logs."""

from __future__ import annotations

import logging
import os
import warnings


def quiet_logs(level: int = logging.WARNING) -> None:
    """Sets all loggers to a level at which Rasa never writes a visitor's text, and silences deprecation noise."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ["LOG_LEVEL_LIBRARIES"] = "ERROR"
    # Imported first: when it is, sanic puts a filter in front that shows every deprecation.
    import sanic.app  # noqa: F401, PLC0415

    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module="rasa")
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("rasa").setLevel(level)
    logging.getLogger("sanic.root").setLevel(level)
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def quiet_rasa(level: int = logging.WARNING) -> None:
    """Does the same for Rasa's own structured log; call it once Rasa may be loaded."""
    quiet_logs(level)
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415 - loads Rasa

    configure_structlog(level)
