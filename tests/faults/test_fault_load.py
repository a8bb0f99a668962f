"""Many conversations at once: no error, nothing lost, doubled or out of order. `make soak` is the long one (docs/faults.md)."""

from __future__ import annotations

import asyncio

import pytest
from commands import LOOPBACK, bot, fails_readably
from serving import Served

from bot.evaluation.soak import Found, Plan, Soak, report, script, table

pytestmark = [pytest.mark.model, pytest.mark.slow]
QUICK = Plan(messages=240, conversations=24, clients=16, first=120, seconds=60)


@pytest.mark.parametrize("name", ["single", pytest.param("group", marks=pytest.mark.postgres)])
def test_a_short_load(name: str, request: pytest.FixtureRequest) -> None:
    served: Served = request.getfixturevalue(name)
    found = asyncio.run(Soak(f"http://{LOOPBACK}:{served.port}", QUICK, served.rss_mb).run())
    assert (found.errors, found.wrong, found.lost, found.reordered, found.doubled) == ([], [], 0, 0, 0)
    assert found.answered == QUICK.messages
    assert found.growth < 0.05, found.memory


def test_the_scripts_differ() -> None:
    assert len({script(number, 20) for number in range(500)}) >= 50


class Held(Soak):
    """Compares without a server."""

    def __init__(self) -> None:
        super().__init__("", QUICK, lambda: 100.0)

    def compare(self, kept: list[dict[str, object]]) -> tuple[int, int, int]:
        held = [{"user": "a"}, {"bot": 1}, {"user": "b"}, {"bot": 2}]
        self._compare(held, kept)
        return self.found.lost, self.found.reordered, self.found.doubled


def test_a_loss_is_seen() -> None:
    a, b = [{"user": "a"}, {"bot": 1}], [{"user": "b"}, {"bot": 2}]
    assert Held().compare([*a, *b]) == (0, 0, 0)
    assert Held().compare(a) == (1, 0, 0)
    assert Held().compare([*b, *a]) == (0, 1, 0)
    assert Held().compare([*a, *a, *b]) == (0, 0, 1)
    assert Held().compare([{"user": "a"}, {"bot": 2}, {"user": "b"}, {"bot": 1}]) == (0, 1, 0)


@pytest.mark.parametrize(
    ("changes", "passed"),
    [({}, True), ({"errors": ["x"]}, False), ({"wrong": ["x"]}, False), ({"lost": 1}, False), ({"reordered": 1}, False),
     ({"doubled": 1}, False), ({"memory": {1: 100.0, 2: 105.1}}, False), ({"memory": {1: 100.0, 2: 104.9}}, True)],
)  # fmt: skip
def test_what_is_wrong_fails_the_run(changes: dict[str, object], passed: bool) -> None:
    result = report(QUICK, 1, Found(**changes))  # type: ignore[arg-type]
    assert result["passed"] is passed
    assert table(result).endswith("passed" if passed else "FAILED")


def test_messages_that_cannot_be_shared_out_are_refused() -> None:
    fails_readably(
        bot("benchmark", "soak", "--messages", "1001", "--conversations", "500"), "1001 messages", "multiple"
    )
