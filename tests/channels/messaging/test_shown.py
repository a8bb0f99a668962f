"""Every kind of reply on every platform: within its limits, with the disclaimer, and with nothing lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from asking import Asked
from facts import DISCLAIMER, WORDING
from hypothesis import given, settings
from hypothesis import strategies as st
from platform_rules import faults, offered, shown_text

from bot.answers.question import KINDS
from bot.answers.reply import Reply
from bot.answers.trouble import last_resort, trouble_reply
from bot.channels.messaging.command import calls_for, ways
from bot.channels.messaging.shown import Button, Shown, reply_of, shown
from bot.clinic import Clinic

WAYS = ("slack", "telegram", "messenger", "sms", "whatsapp", "teams")
PUBLIC = "https://bot.clinic.example"
TYPED = {"sms", "whatsapp"}  # no buttons: a number is typed


def bodies(way: str, reply: Shown) -> list[Any]:
    return [call.json if call.json is not None else call.form for call in calls_for(way, reply)]


def flat(text: str) -> str:
    """A text without what a platform changes on purpose: line breaks, and WhatsApp's bold."""
    return " ".join(text.replace("*", "").split())


@pytest.fixture(scope="module")
def replies(asked: list[Asked]) -> list[Reply]:
    """Each reply of the enumeration once, as the first and as a later one, and those of a failure."""
    found = dict.fromkeys(reply for each in asked for reply in (each.first, each.later))
    return [*found, last_resort(), last_resort(first=True)]


def test_there_is_a_preview_for_every_way() -> None:
    assert tuple(ways()) == WAYS


@pytest.mark.parametrize("way", WAYS)
def test_every_reply_keeps_disclaimer_and_meaning(way: str, replies: list[Reply]) -> None:
    assert {reply.kind for reply in replies} == set(KINDS)
    for reply in replies:
        made = bodies(way, shown(reply.to_dict(), PUBLIC))
        assert [fault for body in made for fault in faults(way, body)] == []
        seen = flat("\n".join(shown_text(way, body) for body in made))
        assert all(DISCLAIMER in flat(shown_text(way, body)) for body in made), reply
        assert [line for line in reply.lines() if flat(line) not in seen] == []
        assert [f"{n}. {choice.title}" for n, choice in enumerate(reply.choices, 1)
                if f"{n}. {choice.title}" not in seen] == []  # fmt: skip
        if way not in TYPED:
            assert offered(way, made[-1]) == [choice.text for choice in reply.choices]
        if reply.kind in ("emergency", "distress"):
            first = flat(shown_text(way, made[0]))
            assert first.startswith(flat(reply.text)[:40])


@pytest.mark.parametrize("way", WAYS)
def test_an_emergency_is_first_even_behind_other_words(way: str) -> None:
    reply = Reply(
        "emergency", "This could be an emergency. Call 911 now.\nStay there.", before=("Hello.",), after=(DISCLAIMER,)
    )
    [body] = bodies(way, shown(reply.to_dict()))
    text = flat(shown_text(way, body))
    assert text.startswith("This could be an emergency. Call 911 now.")
    assert "Hello." in text


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=400).filter(lambda text: text.strip()), min_size=1, max_size=40))
def test_any_text_is_within_the_limits_with_the_disclaimer_in_each_part(way: str, lines: list[str]) -> None:
    lines = [
        flat(line) or "x" for line in (line.encode("utf-8", "replace").decode().replace("\x00", "") for line in lines)
    ]
    reply = Shown(
        "treatment", (*lines, DISCLAIMER), (Button(1, "What is Xeloda?", "what is Xeloda"),), f"{PUBLIC}/guide#x"
    )
    made = bodies(way, reply)
    assert [fault for body in made for fault in faults(way, body)] == []
    assert all(DISCLAIMER in flat(shown_text(way, body)) for body in made)


@pytest.mark.parametrize("way", WAYS)
def test_a_long_reply_is_split_at_sentences_and_loses_no_word(way: str) -> None:
    sentences = [f"Sentence {number} says what the guide holds about it." for number in range(400)]
    lines = [" ".join(sentences[at : at + 10]) for at in range(0, 400, 10)]
    made = bodies(way, Shown("treatment", (*lines, DISCLAIMER)))
    assert len(made) > 1
    texts = [shown_text(way, body) for body in made]
    for text in texts:
        assert DISCLAIMER in text
        assert flat(text.replace(DISCLAIMER, "")).endswith(".")
    assert flat(" ".join(text.replace(DISCLAIMER, "") for text in texts)) == " ".join(sentences)


@pytest.mark.parametrize("way", WAYS)
def test_a_choice_that_is_long_stays_within_the_limits(way: str) -> None:
    buttons = tuple(Button(n, "\u00e9" * 20, "what comes after " * 30) for n in range(1, 5))
    for body in bodies(way, Shown("clarify", ("Which?", DISCLAIMER), buttons)):
        assert faults(way, body) == []


def test_a_telegram_button_never_sends_a_number() -> None:
    long = Button(2, "Metastatic", "what comes after " * 5)
    [body] = bodies("telegram", Shown("clarify", ("Which?", DISCLAIMER), (long,)))
    assert offered("telegram", body) == ["Metastatic"]


@pytest.mark.parametrize("way", WAYS)
def test_no_character_of_a_reply_is_taken_for_formatting(way: str) -> None:
    odd = "a <b> & *c* _d_ ~e~ `f` [g](https://x.example) <!channel>"
    [body] = bodies(way, Shown("treatment", (odd, DISCLAIMER)))
    assert odd in shown_text(way, body)
    if way == "slack":
        assert "&lt;!channel&gt;" in body["text"]
        assert body["blocks"][0]["text"]["type"] == "plain_text"
    assert "parse_mode" not in body


def test_a_text_message_of_the_gsm_alphabet_stays_in_it(clinic: Clinic) -> None:
    reply = shown(trouble_reply(clinic, topic="not_text").to_dict())
    fancy = replace(reply, lines=("It\u2019s \u201cfirst\u2011line\u201d \u2013 then \u2026", *reply.lines))
    [body] = bodies("sms", fancy)
    assert body["Body"].startswith('It\'s "first-line" - then ...')


def test_a_link_leads_to_the_passage() -> None:
    def link(passages: list[str], kind: str = "treatment", url: str | None = PUBLIC) -> str | None:
        return shown({"kind": kind, "text": "t", "passages": passages}, url).link

    assert link(["stage-2-line-1-step-1", "x"]) == f"{PUBLIC}/guide#stage-2-line-1-step-1"
    assert link(["term-stage-2"], "definition") == f"{PUBLIC}/guide#stage-2"
    assert link(["term-maintenance"], "definition") == f"{PUBLIC}/guide#term-maintenance"
    assert link([]) is link(["x"], "emergency") is link(["x"], url=None) is None


def test_every_link_leads_to_an_anchor(asked: list[Asked], guide_url: str) -> None:
    import re

    from bot.channels.pages import Pages

    anchors = set(re.findall(r'id="([^"]+)"', Pages(guide_url).guide_html(None, None)))
    links = {shown(each.later.to_dict(), PUBLIC).link for each in asked} - {None}
    assert len(links) > 20
    assert {str(link).split("#")[1] for link in links} - anchors == set()


def test_a_reply_without_a_disclaimer_gets_one() -> None:
    assert shown({"kind": "treatment", "text": "Facts."}).lines == ("Facts.", DISCLAIMER)


def test_the_reply_is_found_among_the_messages() -> None:
    data = {"custom": {"data": {"reply": {"kind": "unclear"}}}}
    assert reply_of([{"text": "x"}, data, {"custom": None}, {"custom": {"data": 1}}]) == {"kind": "unclear"}
    assert reply_of([{"text": "x"}]) is None


def test_what_the_channels_add_is_in_the_wording() -> None:
    assert WORDING["in_the_guide"] and WORDING["messaging"]["default"]
