"""A bot that is broken in one way makes `bot test` fail, and the message says what and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fake_bot import FakeBot
from running import ENHERTU, Messages, Reply, bot_test

from bot.answers.question import Question
from bot.answers.trouble import last_resort

Break = Callable[[Messages], Any]
DISCLAIMER = "I share what a guide says, not medical advice. Please ask your care team."


def data(messages: Messages) -> dict[str, Any]:
    found: dict[str, Any] = messages[1]["custom"]["data"]["reply"]
    return found


def changed(**fields: Any) -> Break:
    """Other values in the reply's data."""

    def apply(messages: Messages) -> Messages:
        data(messages).update(fields)
        return messages

    return apply


def shown(old: str, new: str, *, in_data: bool = False) -> Break:
    """Another text to read; with in_data, in the data too."""

    def apply(messages: Messages) -> Messages:
        assert old in messages[0]["text"]
        messages[0]["text"] = messages[0]["text"].replace(old, new)
        if in_data:
            data(messages)["text"] = data(messages)["text"].replace(old, new)
        return messages

    return apply


def choices(change: Callable[[list[dict[str, Any]]], Any]) -> Break:
    """Other choices, with buttons that fit."""

    def apply(messages: Messages) -> Messages:
        change(data(messages)["choices"])
        messages[0]["buttons"] = [{"title": c["title"], "payload": c["text"]} for c in data(messages)["choices"]]
        return messages

    return apply


def trouble(messages: Messages) -> Messages:
    reply = last_resort(first=True)
    return [{"text": reply.full_text()}, {"custom": {"data": {"reply": reply.to_dict()}}}]


# Each way to break the reply, with the line that the message names (5: what was asked, 6: what was expected) and words.
BROKEN: dict[str, tuple[Break, int, tuple[str, ...]]] = {
    "wrong kind": (changed(kind="treatment"), 6, ("kind", "expected: sequence", "got:      treatment")),
    "wrong stage": (changed(stage="2"), 6, ("stage", "expected: metastatic", "got:      2")),
    "no stage": (changed(stage=None), 6, ("stage", "got:      null")),
    "wrong line": (changed(line=2), 6, ("line", "expected: 3", "got:      2")),
    "wrong drug": (changed(drug="Kadcyla"), 6, ("drug", "expected: Enhertu", "got:      Kadcyla")),
    "word missing": (shown("Xeloda", "A pill", in_data=True), 6, ("contains", "expected: 'Xeloda'")),
    "no disclaimer": (shown(DISCLAIMER, ""), 5, ("disclaimer", "not medical advice")),
    "half a disclaimer": (shown("not medical advice", "and more"), 5, ("disclaimer",)),
    "no automated notice": (shown("automated program", "friend"), 5, ("automated notice", "first reply")),
    "another drug": (shown("Clinical trials", "Keytruda", in_data=True), 5, ("drugs of the guide only", "Keytruda")),
    "a drug of another line": (shown("Xeloda (capecitabine)", "Perjeta", in_data=True), 5, ("only where the guide names it",)),
    "another number": (shown("Clinical trials", "Call 0800 123456", in_data=True), 5, ("telephone number", "0800 123456")),
    "advice": (shown("Clinical trials", "You should take it", in_data=True), 5, ("no advice", "You should take")),
    "a survival figure": (shown("Clinical trials", "80 %", in_data=True), 5, ("survival", "80 %")),
    "no such stage": (changed(stage="5"), 5, ("stage", "got:      5")),
    "no such kind": (changed(kind="guess"), 5, ("kind", "got:      guess")),
    "no such row": (changed(passages=["stage-5-line-1-step-1"]), 5, ("passages", "stage-5-line-1-step-1")),
    "no source": (changed(source=None), 5, ("source",)),
    "no date of the source": (shown("September 2025", "2026"), 5, ("source", "date September 2025")),
    "data unlike the text": (changed(text="Something else."), 5, ("text", "Something else.")),
    "five choices": (choices(lambda c: c.extend([dict(c[0])] * 3)), 5, ("choices", "at most 4", "got:      5")),
    "a long title": (choices(lambda c: c[0].update(title="x" * 21)), 5, ("choices", "1 to 20 characters")),
    "a command as choice": (choices(lambda c: c[0].update(text="/restart")), 5, ("choices", "/restart")),
    "no buttons": (lambda m: [{**m[0], "buttons": []}, m[1]], 5, ("buttons", "What is Xeloda?")),
    "data missing": (lambda m: m[:1], 5, ("reply data", "0 of them in 1 messages")),
    "data twice": (lambda m: [*m, m[1]], 5, ("reply data", "2 of them")),
    "a field missing": (lambda m: [m[0], {"custom": {"data": {"reply": {"kind": "sequence"}}}}], 5, ("reply data", "'stage'")),
    "no data and no disclaimer": (lambda m: [{"text": "Hello"}], 5, ("disclaimer",)),
    "silence": (lambda m: [], 5, ("silence", "no message at all")),
    "a crashed server": (lambda m: (500, "Internal error"), 5, ("crash", "HTTP 500: Internal error")),
    "a page instead of JSON": (lambda m: (200, "<html>"), 5, ("crash", "no list of messages: <html>")),
    "a failed action": (trouble, 5, ("failure", "the reply of last resort", "Something went wrong")),
}  # fmt: skip


def test_a_right_reply_passes(served: FakeBot, cases: Callable[..., str]) -> None:
    done = bot_test(cases(), "--url", served.url)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("1 passed (1 replies,")


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_reply_fails_and_says_what_and_where(
    how: str, after_enhertu: Messages, cases: Callable[..., str]
) -> None:
    break_it, line, words = BROKEN[how]
    path = cases()
    broken = break_it(after_enhertu)
    with FakeBot(lambda text: broken) as bot:
        done = bot_test(path, "--url", bot.url)
    assert done.exit_code == 1, done.output
    assert "FAILED  after Enhertu" in done.output
    assert f"{path}:{line}: " in done.output
    assert "You: 'what comes after Enhertu'" in done.output
    for word in words:
        assert word in done.output, done.output
    assert "1 failed" in done.output.splitlines()[-1]


STEPS = {
    "bot": ("- bot: Something else.", ("bot", "expected: Something else.", "Xeloda (capecitabine)")),
    "utter": ("- utter: utter_treatment", ("utter", "a reply of kind treatment", "got:      sequence")),
    "excludes": ("- reply: {excludes: [kadcyla]}", ("excludes", "nothing of 'kadcyla'")),
    "choices": ("- reply: {choices: [Other]}", ("choices", "expected: Other", "What is Xeloda?, Questions to ask")),
    "number of choices": ("- reply: {choices: 3}", ("choices", "expected: 3 of them", "got:      2")),
    "term": ("- reply: {term: HER2}", ("term", "expected: HER2", "got:      null")),
    "null": ("- reply: {drug: null}", ("drug", "expected: null", "got:      Enhertu")),
    "one of": ("- reply: {kind: [treatment, clarify]}", ("kind", "expected: treatment or clarify")),
}


@pytest.mark.parametrize("what", STEPS)
def test_each_expectation_can_fail(what: str, served: FakeBot, cases: Callable[..., str]) -> None:
    step, words = STEPS[what]
    path = cases(ENHERTU + f"      {step}\n")
    done = bot_test(path, "--url", served.url)
    assert done.exit_code == 1
    for word in (f"{path}:7: ", *words):
        assert word in done.output, done.output


def test_each_expectation_can_pass(served: FakeBot, cases: Callable[..., str], after_enhertu: Messages) -> None:
    text = data(after_enhertu)["text"]
    steps = (f'- bot: "{text}"', "- utter: sequence", "- utter: utter_sequence", "- reply: {excludes: [Perjeta], term: null}",
             "- reply: {choices: [What is Xeloda?, Questions to ask], kind: [clarify, sequence]}")  # fmt: skip
    path = cases(ENHERTU + "".join(f"      {step}\n" for step in steps))
    done = bot_test(path, "--url", served.url)
    assert done.exit_code == 0, done.output


def test_an_emergency_without_the_number_fails(right: Reply, cases: Callable[..., str]) -> None:
    path = cases(
        "test_cases:\n  - test_case: a\n    steps:\n      - user: i cant breathe\n      - reply: {kind: emergency}\n"
    )
    messages = right(Question("emergency", topic="emergency"))
    with FakeBot(lambda text: messages) as bot:
        assert bot_test(path, "--url", bot.url).exit_code == 0
        messages[0]["text"] = messages[0]["text"].replace("911", "help")
        data(messages)["text"] = data(messages)["text"].replace("911", "help")
        done = bot_test(path, "--url", bot.url)
    assert done.exit_code == 1
    assert f"{path}:4: emergency" in done.output


def test_later_replies_need_no_notice_but_the_disclaimer(right: Reply, cases: Callable[..., str]) -> None:
    question = Question("sequence", drugs=("Enhertu",), direction="after")
    said = [right(question), right(question, first=False)]
    path = cases(ENHERTU + "      - user: and again\n")
    with FakeBot(lambda text: said["again" in text]) as bot:
        assert bot_test(path, "--url", bot.url).exit_code == 0
        said[1][0]["text"] = said[1][0]["text"].replace(DISCLAIMER, "")
        done = bot_test(path, "--url", bot.url)
    assert done.exit_code == 1
    assert f"{path}:7: disclaimer" in done.output
    assert f"{path}:5:" not in done.output


def test_markup_in_a_reply_is_printed_as_it_is(
    served: FakeBot, cases: Callable[..., str], after_enhertu: Messages
) -> None:
    after_enhertu[0]["text"] += " [bold]x[/bold] [/]"
    done = bot_test(cases(ENHERTU.replace("line: 3", "line: 2")), "--url", served.url)
    assert done.exit_code == 1
    assert "[bold]x[/bold] [/]" in done.output
