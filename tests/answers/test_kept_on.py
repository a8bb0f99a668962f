"""What goes on when the chemotherapy of a line that works is over is still that line; what failed is not."""

from __future__ import annotations

import pytest
from readings import read

from bot.answers.followup import resolve
from bot.answers.kept_on import goes_on_after_chemo
from bot.answers.question import Memory, Question


@pytest.mark.parametrize(
    "text",
    [
        "metastatic: once the chemo part of first line is done what do they keep you on",
        "metastatic, when the taxol bit ends what then",
        "when the weekly paclitaxel stops for my metastatic do the other two carry on by themselves",
    ],
)
def test_what_goes_on_after_the_chemo_is_the_first_line(text: str) -> None:
    assert resolve(read(text, "sequence", "after"), Memory()) == Question("treatment", stage="metastatic", line=1)


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        ("when the chemo is done what comes after", ("after",)),
        ("the taxol bit stopped working, what do they put you on", ("after", "failed")),
        ("third line when the chemo part is over", ("after",)),
        ("do they keep you on herceptin", ()),
    ],
)
def test_what_failed_or_stands_elsewhere_is_not(text: str, cues: tuple[str, ...]) -> None:
    assert not goes_on_after_chemo(read(text, "sequence", *cues))
