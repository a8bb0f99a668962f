"""`bot explain`: the reasons behind one reply, in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from facts import DISCLAIMER
from trained import the_model, the_reader

from bot.errors import ModelError, StoreError
from bot.evaluation.explain import explain

pytestmark = pytest.mark.model


@pytest.fixture(scope="module", autouse=True)
def _trained() -> None:
    the_model()


def test_it_shows_what_was_understood_and_the_reply() -> None:
    lines = explain("i was told its not stage two, so what comes after enhurtu?").splitlines()
    named = {line.split(":")[0]: line for line in lines if line and not line.startswith(" ")}
    assert {"Text", "Entities", "Cues", "Screen", "Intent", "Question", "Reply"} <= set(named)
    assert "drug=Enhertu ('enhurtu')" in named["Entities"]
    assert "stage=2 ('stage two', denied)" in named["Entities"]
    assert "after" in named["Cues"]
    assert "no alarm" in named["Screen"]
    assert "sequence" in named["Intent"]
    assert "'drugs': ['Enhertu']" in named["Question"]
    assert "sequence" in named["Reply"]
    text = "\n".join(lines)
    assert "Tukysa" in text
    assert DISCLAIMER in text


def test_it_shows_the_examples_that_a_guess_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.evaluation.explain.trained_reader", the_reader)
    text = explain("what comes after enhertu")
    assert "sequence: probability" in text
    assert text.count("near: ") >= 3
    best = the_reader().model.guess(["what comes after enhertu"])[0][0]
    assert best.neighbours[0].text in text


def test_it_shows_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.evaluation.explain.trained_reader", the_reader)
    text = explain("i cant breathe, what comes after enhertu")
    assert "emergency (" in text
    assert "Reply:     emergency" in text


def test_any_message_can_be_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.evaluation.explain.trained_reader", the_reader)  # loaded once is enough
    for text in (
        "",
        "   ",
        "/restart",
        "\U0001f600",
        "{x} %s [bold]",
        "x" * 20_000,
        "hi. what is an adc? and what is next",
    ):
        assert "Reply:" in explain(text)


def test_without_a_store_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.sqlite3'}")
    with pytest.raises(StoreError, match="bot guide build"):
        explain("hello")


def test_without_a_model_it_says_so(guide_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", guide_url)
    monkeypatch.setenv("BOT_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="bot train"):
        explain("hello")
