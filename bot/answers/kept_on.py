"""What goes on when the chemotherapy part of a first line is over: "once the taxol bit ends do they keep you on the other two"."""

from __future__ import annotations

import re

from bot.answers.reading import Reading

_CHEMO = r"\b(?:chemo\w*|taxanes?|taxol|paclitaxel|docetaxel|taxotere)\b"
_OVER = (
    r"(?:is |'?s |are |has |have |gets )?(?:all )?(?:been )?(?:done|over|stop\w*|end|ends|ended|finish\w*|"
    r"out (?:of )?the way|comes? off|drops? (?:off|out)|taken (?:off|away))\b"
)
_PART_OVER = re.compile(rf"{_CHEMO} (?:part|bit|half|side)\b.{{0,25}}?\b{_OVER}", re.I)
_CHEMO_OVER = re.compile(rf"{_CHEMO}.{{0,12}}?\b{_OVER}", re.I)
_KEEPS_ON = re.compile(
    r"\b(?:keep|keeps|kept|leave|leaves|left|stay|stays|remain|remains)\b(?: \w+){0,3}? on\b|"
    r"\b(?:carry|carries|carrying|go|goes|keep|keeps)\b(?: on)?(?: \w+){0,2}? (?:on|going|by themselves|by itself|"
    r"alone|without it)\b|"
    r"\bcontinues?\b",
    re.I,
)


def goes_on_after_chemo(reading: Reading) -> bool:
    """Tells whether a message asks what goes on after the chemotherapy of a line that works, which is still that line."""
    if "failed" in reading.cues or any(m.kind in ("line", "ordinal") and m.value != "1" for m in reading.mentions):
        return False
    part = _PART_OVER.search(reading.text) is not None
    return part or _CHEMO_OVER.search(reading.text) is not None and _KEEPS_ON.search(reading.text) is not None
