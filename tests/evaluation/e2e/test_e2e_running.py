"""Options, selection and channels of `bot test`, over HTTP against a small server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_bot import FakeBot
from running import ENHERTU, Messages, bot_test

from bot.evaluation.e2e import target_http

Cases = Callable[..., str]
STEPS = ENHERTU.split("    steps:\n")[1]


def many(count: int, tags: str = "sequence") -> str:
    """A test file with so many cases, called case 1 and so on."""
    head = "".join(f"  - test_case: case {n}\n    tags: [{tags}]\n    steps:\n{STEPS}" for n in range(1, count + 1))
    return "test_cases:\n" + head


# What is wrong with files and options: 2


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "the file is empty"), ("test_cases: [", "not valid YAML"), ("nope: 1\n", "nope: there is no such key")],
)
def test_a_bad_file_is_said_with_its_line(text: str, words: str, cases: Cases) -> None:
    path = cases(text)
    done = bot_test(path)
    assert done.exit_code == 2
    assert f"{path}:" in done.output
    assert words in done.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--name", "nobody"], ["No test case is selected by --name 'nobody'", "1 cases", "Tags there: sequence"]),
        (["--tag", "none"], ["--tag none"]),
        (["--skip-tag", "sequence"], ["--skip-tag sequence"]),
        (["--channel", "web"], ["--channel", "add --url or --serve"]),
        (["--channel", "fax", "--url", "http://x"], ["'fax' is no channel"]),
        (["--url", "x.org"], ["does not start with http://"]),
        (["--url", "http://x", "--serve"], ["started here"]),
        (["--seed", "3"], ["with --shuffle only"]),
        (["--repeat", "0"], ["0"]),
        (["--parallel", "0"], ["0"]),
        (["--record", "x.yml"], ["--record", "recording runs no test cases"]),
        (["--dance"], ["--dance"]),
    ],
)
def test_options_that_make_no_sense_are_refused(args: list[str], words: list[str], cases: Cases) -> None:
    done = bot_test(cases(), *args)
    assert done.exit_code == 2, done.output
    flat = " ".join(done.output.replace("│", " ").split())
    for word in words:
        assert word in flat


def test_a_case_or_path_that_is_not_there_is_named(cases: Cases, tmp_path: Path) -> None:
    done = bot_test(f"{cases()}::after Kadcyla")
    assert (done.exit_code, "there is no test case 'after Kadcyla'" in done.output) == (2, True)
    done = bot_test(str(tmp_path / "none.yml"))
    assert (done.exit_code, "none.yml: there is no such file" in done.output) == (2, True)


def test_a_report_that_cannot_be_written_is_said(served: FakeBot, cases: Cases, tmp_path: Path) -> None:
    done = bot_test(cases(), "--url", served.url, "--junit", str(tmp_path))
    assert done.exit_code == 2
    assert "cannot be written" in done.output
    assert "--junit" in done.output


# What is not there: 3


def test_a_server_that_is_not_there_is_said(served: FakeBot, cases: Cases) -> None:
    served.stop()
    for channel in ([], ["--channel", "rest"], ["--channel", "web"]):
        done = bot_test(cases(), "--url", served.url, *channel)
        assert done.exit_code == 3, done.output
        assert f"{served.url} cannot be reached" in done.output
        assert "Traceback" not in done.output


def test_a_channel_that_is_not_there_is_said(served: FakeBot, cases: Cases) -> None:
    done = bot_test(cases(), "--url", served.url, "--channel", "web")
    assert done.exit_code == 3
    assert "has no web channel (HTTP 404" in done.output


def test_a_server_that_stops_in_the_middle_ends_the_run(after_enhertu: Messages, cases: Cases, tmp_path: Path) -> None:
    with FakeBot(lambda text: after_enhertu, dies_after=2) as bot:
        out = tmp_path / "out.json"
        done = bot_test(cases(many(5)), "--url", bot.url, "--parallel", "1", "--json", str(out))
    assert done.exit_code == 3, done.output
    counts = json.loads(out.read_text(encoding="utf-8"))["counts"]
    assert counts == {"passed": 2, "failed": 0, "error": 1, "not run": 2}
    assert "Stopped early" in done.output
    assert "cannot be reached" in done.output


def test_a_server_that_hangs_ends_the_run(
    after_enhertu: Messages, cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target_http, "SECONDS_PER_MESSAGE", 0.3)
    with FakeBot(lambda text: after_enhertu, seconds=1.0) as bot:
        done = bot_test(cases(), "--url", bot.url)
    assert done.exit_code == 3
    assert "gave no answer within" in done.output


# What cannot be checked is an error, and never passes


CANNOT = {
    "slot_was_set": (STEPS + "      - slot_was_set: [memory]\n", "slot_was_set:", "does not show slots"),
    "slot_was_not_set": (STEPS + "      - slot_was_not_set: [x]\n", "slot_was_not_set:", "does not show slots"),
    "an action": (STEPS + "      - utter: action_answer\n", "utter:", "'action_answer' was run"),
}


@pytest.mark.parametrize("what", CANNOT)
def test_what_http_does_not_show_is_an_error(what: str, served: FakeBot, cases: Cases) -> None:
    steps, where, why = CANNOT[what]
    done = bot_test(cases("test_cases:\n  - test_case: a\n    steps:\n" + steps), "--url", served.url)
    assert done.exit_code == 1
    assert f"line 6: {where}" in done.output
    assert why in done.output
    assert "without --url" in done.output
    assert "1 error" in done.output.splitlines()[-1]
    assert served.seen == []


def test_slots_of_a_fixture_cannot_be_set_over_http(served: FakeBot, cases: Cases) -> None:
    text = "fixtures:\n  - f:\n      - memory: {started: true}\n" + ENHERTU.replace("tags: [sequence]", "fixtures: [f]")
    done = bot_test(cases(text), "--url", served.url)
    assert done.exit_code == 1
    assert "does not let the slots memory be set" in done.output


METADATA = "metadata:\n  - page: {name: home}\n" + ENHERTU.replace("tags: [sequence]", "metadata: page")


def test_metadata_reach_rest_and_not_the_web_channel(after_enhertu: Messages, cases: Cases) -> None:
    path = cases(METADATA)
    with FakeBot(lambda text: after_enhertu, ("rest", "web")) as bot:
        assert bot_test(path, "--url", bot.url, "--channel", "rest").exit_code == 0
        assert bot.seen[-1]["metadata"] == {"name": "home"}
        done = bot_test(path, "--url", bot.url, "--channel", "web")
    assert done.exit_code == 1
    assert "metadata: " in done.output
    assert len(bot.seen) == 1


# Channels


def test_the_web_channel_is_used_where_there_is_one(after_enhertu: Messages, cases: Cases) -> None:
    with FakeBot(lambda text: after_enhertu, ("rest", "web")) as bot:
        done = bot_test(cases(many(2)), "--url", bot.url + "/")
    assert done.exit_code == 0, done.output
    assert "(web channel)" in done.output
    assert len({body["token"] for body in bot.seen}) == 2
    assert len({body["message_id"] for body in bot.seen}) == 2


def test_each_conversation_over_rest_has_a_sender_of_its_own(served: FakeBot, cases: Cases) -> None:
    path = cases(ENHERTU + "      - user: what comes after Enhertu\n")
    assert bot_test(path, "--url", served.url, "--repeat", "2").exit_code == 0
    senders = [body["sender"] for body in served.seen]
    assert len(senders) == 4
    assert sorted(map(senders.count, set(senders))) == [2, 2]


def test_a_rate_limit_is_waited_for(after_enhertu: Messages, cases: Cases) -> None:
    for channel in ("rest", "web"):
        with FakeBot(lambda text: after_enhertu, ("rest", "web"), refuse=3) as bot:
            done = bot_test(cases(), "--url", bot.url, "--channel", channel)
        assert done.exit_code == 0, done.output
        assert len(bot.seen) == 1


def test_opening_turns_of_a_fixture_are_said_first(served: FakeBot, cases: Cases) -> None:
    text = "fixtures:\n  - f:\n      - user: hello\n" + ENHERTU.replace("tags: [sequence]", "fixtures: [f]")
    assert bot_test(cases(text), "--url", served.url).exit_code == 0
    assert [body["message"] for body in served.seen] == ["hello", "what comes after Enhertu"]


# Which cases, how often, in which order


@pytest.mark.parametrize(
    ("args", "names"),
    [
        ([], ["case 1", "case 2", "case 3", "after Enhertu"]),
        (["--name", "CASE"], ["case 1", "case 2", "case 3"]),
        (["--name", "*2"], ["case 2"]),
        (["--name", "case ?"], ["case 1", "case 2", "case 3"]),
        (["--tag", "sequence"], ["after Enhertu"]),
        (["--tag", "other", "--tag", "sequence"], ["case 1", "case 2", "case 3", "after Enhertu"]),
        (["--skip-tag", "other"], ["after Enhertu"]),
        (["--name", "case 1", "--repeat", "3"], ["case 1"] * 3),
    ],
)
def test_cases_are_selected(args: list[str], names: list[str], served: FakeBot, cases: Cases, tmp_path: Path) -> None:
    cases(many(3, "other"), "a.yml")
    cases(ENHERTU, "b.yml")
    out = tmp_path / "out" / "run.json"
    done = bot_test(str(tmp_path), "--url", served.url, "--json", str(out), *args)
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text(encoding="utf-8"))
    assert [case["name"] for case in found["cases"]] == names
    left = 4 - len(set(names))
    assert found["left_out"] == left
    assert (f"{left} left out" in done.output) == bool(left)


def test_one_case_is_named_with_its_file(served: FakeBot, cases: Cases) -> None:
    path = cases(many(3))
    done = bot_test(f"{path}::case 2", f"{path}::case 2", "--url", served.url)
    assert (done.exit_code, len(served.seen)) == (0, 1), done.output


def test_a_shuffled_order_can_be_had_again(served: FakeBot, cases: Cases, tmp_path: Path) -> None:
    path, out = cases(many(12)), tmp_path / "out.json"

    def order(*args: str) -> tuple[list[str], int]:
        assert bot_test(path, "--url", served.url, "--json", str(out), *args).exit_code == 0
        found = json.loads(out.read_text(encoding="utf-8"))
        return [case["name"] for case in found["cases"]], found["seed"]

    first, seed = order("--shuffle")
    assert first != sorted(first, key=lambda name: int(name.split()[1]))
    assert order("--shuffle", "--seed", str(seed)) == (first, seed)


def test_fail_fast_stops_after_the_first_failure(served: FakeBot, cases: Cases) -> None:
    path = cases(many(4).replace("line: 3", "line: 1"))
    done = bot_test(path, "--url", served.url, "--fail-fast", "--parallel", "1")
    assert done.exit_code == 1
    assert "1 failed, 3 not run" in done.output.splitlines()[-1]
    assert "stopped at 'case 1'" in done.output
    assert len(served.seen) == 1
    assert "4 failed" in bot_test(path, "--url", served.url).output


def test_conversations_run_side_by_side(after_enhertu: Messages, cases: Cases) -> None:
    for parallel in (1, 3):
        with FakeBot(lambda text: after_enhertu, seconds=0.05) as bot:
            assert bot_test(cases(many(6)), "--url", bot.url, "--parallel", str(parallel)).exit_code == 0
        assert bot.at_once == parallel


# Recording


@pytest.fixture
def recorder(served: FakeBot, tmp_path: Path) -> Iterator[Callable[..., str]]:
    file = tmp_path / "recorded" / "new.yml"

    def record(typed: str) -> str:
        done = bot_test("--record", str(file), "--url", served.url, typed=typed)
        assert done.exit_code == 0, done.output
        return done.output

    yield record


def test_a_chat_becomes_a_test_case_that_passes(
    served: FakeBot, recorder: Callable[..., str], tmp_path: Path, after_enhertu: Messages
) -> None:
    file = tmp_path / "recorded" / "new.yml"
    said = recorder("what comes after Enhertu\nquit\nfirst one\n")
    assert "type nothing of a real person" in " ".join(said.split())
    assert "Metastatic, third-line and beyond: Xeloda" in said
    recorder("yes: [and] # 'then'?\n\nquit\n\n")
    done = bot_test(str(file), "--url", served.url)
    assert (done.exit_code, done.output[:8]) == (0, "2 passed"), done.output
    text = file.read_text(encoding="utf-8")
    assert text.startswith(
        "test_cases:\n  - test_case: first one\n    steps:\n      - user: what comes after Enhertu\n"
    )
    for line in ("kind: sequence", "stage: metastatic", "line: 3", "drug: Enhertu", "- What is Xeloda?"):
        assert line in text
    assert "test_case: recorded 20" in text
    data = after_enhertu[1]["custom"]["data"]["reply"]
    data["line"] = 2
    assert bot_test(f"{file}::first one", "--url", served.url).exit_code == 1


def test_nothing_said_writes_nothing(recorder: Callable[..., str], tmp_path: Path) -> None:
    assert "nothing was written" in recorder("quit\n")
    assert not (tmp_path / "recorded").exists()


def test_a_chat_is_not_added_to_another_kind_of_file(served: FakeBot, tmp_path: Path) -> None:
    file = tmp_path / "stories.yml"
    for text in ("stories: []\n", ENHERTU + "metadata:\n  - a: {b: 1}\n"):
        file.write_text(text, encoding="utf-8")
        done = bot_test("--record", str(file), "--url", served.url, typed="hi\nquit\n\n")
        assert done.exit_code == 2, done.output
        assert file.read_text(encoding="utf-8") == text
        assert served.seen == []
