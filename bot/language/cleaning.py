"""Cleans what was typed before anything reads it: no control characters, no slash commands, no endless text."""

from __future__ import annotations

import re
import unicodedata

# Longer messages are still screened for emergencies in full, but not read for a question.
MAX_READ = 4000

_SPACES = re.compile(r"\s+")
_LEADING_COMMAND = re.compile(r"^[\s/]+")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
                         "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-",
                         "\u2212": "-"})  # fmt: skip


def clean(text: object) -> str:
    """Returns a message as plain text on one line.

    Anything that is not a string counts as empty. Compatibility characters are normalised (NFKC), control, format and
    private characters are taken out, runs of blanks become one blank. A leading "/" is taken away: Rasa reads
    `/intent{...}` as a command, and no visitor may give one.
    """
    if not isinstance(text, str):
        return ""
    normal = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    kept = "".join(ch if unicodedata.category(ch)[0] != "C" else " " if ch in "\t\n\r" else "" for ch in normal)
    return _LEADING_COMMAND.sub("", _SPACES.sub(" ", kept)).strip()
