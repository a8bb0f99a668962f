"""The safety screen: nothing missed over the suite, few false alarms, and signs meant otherwise told apart."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_variants import ORDINARY, Prompt, read_jsonl, suite

from bot.language.safety import SafetyScreen, Verdict, screen
from bot.language.safety_rules import SAFETY_FILE, SafetyFileError, compiled

SUITE = list(suite())
WRONG_PERSON_AT_MOST = 0.02
FALSE_ALARMS_AT_MOST = 0.03


def test_the_suite_is_large_and_always_the_same() -> None:
    assert len(SUITE) >= 1_000
    assert len({prompt.base for prompt in SUITE}) >= 200
    assert SUITE == list(suite())


@pytest.mark.parametrize("how", sorted({prompt.how for prompt in SUITE}))
def test_nothing_is_missed(how: str) -> None:
    missed = [_line(prompt) for prompt in SUITE if prompt.how == how and screen(prompt.text).kind != prompt.expect]
    assert not missed, "\n".join(missed)


def test_the_person_is_right_nearly_always() -> None:
    wrong = [_line(prompt) for prompt in SUITE if screen(prompt.text).person != prompt.person]
    assert len(wrong) <= WRONG_PERSON_AT_MOST * len(SUITE), "\n".join(wrong)


def test_false_alarms_on_ordinary_messages_are_few() -> None:
    rows = read_jsonl(ORDINARY)
    alarms = [row["text"] for row in rows if screen(row["text"]).kind]
    assert len(alarms) <= FALSE_ALARMS_AT_MOST * len(rows), "\n".join(alarms)


def _line(prompt: Prompt) -> str:
    return f"{prompt.base} {prompt.how} ({prompt.expect}): {prompt.text!r} -> {screen(prompt.text)}"


@pytest.mark.parametrize(
    ("text", "framing", "sign"),
    [
        ("is shortness of breath a side effect of enhertu", "question", "breathless"),
        ("does herceptin cause chest pain", "question", "chest_pain"),
        ("what temperature counts as a fever", "question", "fever"),
        ("how do i know if i have a blood clot", "question", "clot"),
        ("what if i get a clot", "future", "clot"),
        ("scared i might have a seizure one day", "future", "seizure"),
        ("if mum had chest pain who would we ring", "future", "chest_pain"),
        ("had a fever in march, fine now", "history", "fever"),
        ("my dad had a stroke ten years ago", "history", "stroke"),
        ("i used to get chest pains before they found it was reflux", "history", "chest_pain"),
        ("do steroids cause suicidal thoughts", "question", "active"),
        ("my uncle took his own life years ago", "history", "active"),
    ],
)
def test_a_sign_meant_otherwise_raises_no_alarm_but_is_named(text: str, framing: str, sign: str) -> None:
    verdict = screen(text)
    assert (verdict.kind, verdict.framing) == (None, framing)
    assert sign in verdict.signs
    assert verdict.spans


@pytest.mark.parametrize(
    ("text", "framing"),
    [
        ("am i going to die", "future"),
        ("my nan died of cancer", "history"),
        ("is stage 4 a death sentence", "question"),
    ],
)
def test_words_of_death_without_a_wish(text: str, framing: str) -> None:
    verdict = screen(text)
    assert (verdict.kind, verdict.signs, verdict.framing) == (None, (), framing)


@pytest.mark.parametrize(
    "text",
    [
        "no fever, no chest pain, just wondering what comes after enhertu",
        "no fever chest pain or cough",
        "i dont have a temperature",
        "my feet are killing me",
        "im dying to know what comes next",
        "does herceptin kill the cancer cells",
        "i dont want to die",
        "my mum died of cancer",
        "im 38 years old and HER2 3+",
        "stage 3, grade 2, 101 questions",
        "my temp is 36.8 today",
        "i nearly had a heart attack when i saw the bill",
        "so confused about the stages",
        "i dont want to go on tamoxifen",
        "i want to give up this website",
        "is there any point going on with herceptin",
        "i cut myself shaving",
        "nose wont stop dripping since i started herceptin, is that a thing",
        "my nose hasnt stopped running all week",
        "its easier if i dont wake him when i get in from chemo",
        "its better if i dont wake up early on chemo days",
        "and if she doesnt respond to the first lot",
        "he isnt responding to the chemo, what comes next",
        "shoot me some questions for the appointment",
        "overdosed on google, what is luminal b",
        "my head is full of questions",
        "got a fever of excitement",
        "is it safe holding my newborn niece with chemo in my body",
        "nan stopped breathing when she said stage 4, the drama",
        "wine chills in the cooler",
        "laughed till i couldnt breathe at your name",
        "i see no reason to be early for the appointment",
    ],
)
def test_ordinary_words_raise_no_alarm(text: str) -> None:
    assert screen(text).kind is None


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("no chest pain but my temp is 38.9", "fever"),
        ("had chest pain in april, now its back", "chest_pain"),
        ("not sure if its chest pain, more of a tightness in my chest", "chest_pain"),
        ("never had chest pain before, it started today", "chest_pain"),
        ("is it normal that i cant breathe lying down tonight", "breathless"),
        ("is it normal to cough up blood on enhertu, happened twice today", "cough_blood"),
        ("should i worry that half my face is numb since this morning", "stroke"),
        ("tight throat and heavy chest on herceptin, onc says its probably not that. is it?", "chest_pain"),
        ("coughing up blood for the first time", "cough_blood"),
        ("passed out for a minute but i feel ok now", "collapse"),
        ("what comes after enhertu, i cant breathe", "breathless"),
        ("is 38.4 a fever", "fever"),
        ("thirty eight point six and i had chemo monday", "fever"),
        ("temp 100.9 day 8", "fever"),
        ("my temp is 38.5 i feel awful", "fever"),
        ("temp has gone from 37 to 39", "fever"),
        ("38.5 am i ok to wait", "fever"),
        ("its 37.8 and climbing, neutropenic", "fever"),
        ("sats are 88", "breathless"),
        ("took double my xeloda by accident", "overdose"),
        ("been sick 6 times", "vomiting"),
        ("my husband cant brethe", "breathless"),
        ("cant. breathe. properly", "breathless"),
        ("CAN\u2019T BREATHE!!!", "breathless"),
        ("fever of 39 in march last year and 39 again tonight", "fever"),
        ("on kadcyla and my nose wont stop", "bleeding"),
        ("nose wont stop dripping blood", "bleeding"),
        ("she isnt responding to the nurse", "confusion"),
        ("he doesnt respond to his name", "confusion"),
        ("took the whole box of codeine an hour ago", "overdose"),
        ("think ive taken mine twice today, both lots", "overdose"),
        ("33 weeks and baby not moved at all today", "pregnancy"),
        ("big clots when i wee", "bleeding"),
        ("hundreds of tiny red pinpricks on my shins", "bleeding"),
        ("on all fours with my stomach", "abdominal"),
        ("she doesnt know its her own house", "confusion"),
        ("two of everything since yesterday", "vision_loss"),
    ],
)
def test_it_is_happening_now(text: str, sign: str) -> None:
    verdict = screen(text)
    assert (verdict.kind, verdict.framing) == ("emergency", "now")
    assert sign in verdict.signs


@pytest.mark.parametrize(
    ("text", "signs", "person"),
    [
        ("i want to kill myself", ("active",), "self"),
        ("i wish i could go to sleep and not wake up", ("passive",), "self"),
        ("ive started cutting myself again", ("self_harm",), "self"),
        ("my mum says she wants to die", ("other_report",), "other"),
        ("how many xeloda a day, and how many would it take to kill me", ("active",), "self"),
        ("lol might just jump off the car park", ("active",), "self"),
        ("im not saying i want to die but everyone would be better off without me", ("passive",), "self"),
        ("some nights i think itd be easier if i just didnt wake up", ("passive",), "self"),
        ("better never to wake", ("passive",), "self"),
    ],
)
def test_a_wish_to_die(text: str, signs: tuple[str, ...], person: str) -> None:
    verdict = screen(text)
    assert (verdict.kind, verdict.person) == ("crisis", person)
    assert set(signs) <= set(verdict.signs)


def test_a_crisis_keeps_the_red_flag_beside_it() -> None:
    verdict = screen("i want to die. my temp is 39.2 too")
    assert verdict.kind == "crisis"
    assert "fever" in verdict.signs
    planned = screen("thinking about taking all my tablets")
    assert planned.kind == "crisis"
    assert "overdose" not in planned.signs
    assert "overdose" in screen("took a handful of tablets because i want to die").signs


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("what comes after enhertu? my chest hurts a lot", "chest hurts"),
        ("Mum\u2019s temp is 38.9. What is stage 2?", "38.9"),
        ("hi \U0001f600 i want to die. what is perjeta", "want to die"),
    ],
)
def test_spans_point_at_the_evidence(text: str, evidence: str) -> None:
    spans = screen(text).spans
    assert any(evidence in text[start:end] for start, end in spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    question = text.index("what" if "what" in text else "What")
    assert not any(start <= question < end for start, end in spans)


@pytest.mark.parametrize("text", ["i cant breathe", "what if i get a clot", "hello", "my sister wants to die"])
def test_a_verdict_survives_json(text: str) -> None:
    verdict = screen(text)
    assert Verdict.from_dict(verdict.to_dict()) == verdict


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_no_text_raises(text: str) -> None:
    _is_sound(text, screen(text))


_PIECES = [prompt.text for prompt in SUITE[::40]] + [
    "38.5",
    "no",
    "what if",
    "\u1369",
    "\u0663\u0668",
    "''",
    "\x00",
    "\n",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_no_mixture_of_messages_raises(text: str) -> None:
    _is_sound(text, screen(text))


@given(st.sampled_from([prompt.text for prompt in SUITE]), st.sampled_from(["what is stage 2? ", "hello. ", ""]))
@settings(max_examples=100, deadline=None)
def test_an_ordinary_sentence_before_it_hides_nothing(text: str, before: str) -> None:
    assert screen(before + text).kind is not None


def _is_sound(text: str, verdict: Verdict) -> None:
    assert verdict.kind in ("emergency", "crisis", None)
    assert verdict.person in ("self", "other")
    assert verdict.framing in ("now", "question", "history", "future", "none")
    assert (verdict.framing == "now") == (verdict.kind is not None)
    assert (verdict.framing == "none") == (not verdict.spans)
    assert bool(verdict.signs) or verdict.kind is None
    assert all(0 <= start < end <= len(text) for start, end in verdict.spans)
    assert all(first[1] < second[0] for first, second in zip(verdict.spans, verdict.spans[1:], strict=False))
    assert verdict == screen(text)


@pytest.mark.alone
@pytest.mark.parametrize(
    "unit",
    ["chest pain ", "38.4 ", "i want to die ", "what if i get a fever and ", "a", "\u00e9\u00e8", ". ", "9", "no "],
)
def test_a_very_long_message_is_read_in_linear_time(unit: str) -> None:
    screen("warm up")
    short, long = (_seconds((unit * 20_000)[:length]) for length in (5_000, 20_000))
    assert long < 1.0  # tens of milliseconds on an idle machine
    assert long < 12 * short + 0.1


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        screen(text)
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.alone
def test_a_usual_message_is_read_at_once() -> None:
    times = sorted(_seconds(prompt.text) for prompt in SUITE[::20])
    assert times[len(times) // 2] < 0.005  # a tenth of this on an idle machine


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  fever:\n    meaning:", "  fever:\n    meening:", "emergency > fever"),
        ("- fever|fevers", "- <fiver>|fevers", "<fiver>"),
        ("- fever|fevers", "- fev&r|fevers", "fev&r"),
        ("- [racing_heart, dizzy, palpitations]", "- [racing_hart, dizzy, palpitations]", "racing_hart"),
        ("fever_celsius: 38.0", "fever_celsius: hot", "fever_celsius"),
        ("  denial:\n", "  deniel:\n", "denial"),
        ("idioms:\n", "idioms: [\n", "YAML"),
        ("  can not: cant", "  cannot: cant", "two words"),
    ],
)
def test_a_mistake_in_the_rules_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = SAFETY_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "safety.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SafetyFileError, match="safety") as raised:
        SafetyScreen(path)
    assert told in str(raised.value)


def test_missing_rules_are_named(tmp_path: Path) -> None:
    with pytest.raises(SafetyFileError, match="nowhere.yml"):
        SafetyScreen(tmp_path / "nowhere.yml")
    empty = tmp_path / "empty.yml"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(SafetyFileError, match="emergency"):
        SafetyScreen(empty)


def test_every_rule_makes_a_valid_expression() -> None:
    """They are compiled when a message first calls for them, so a broken one would be noticed late."""
    screen = SafetyScreen()
    for finder in (screen._signs, screen._crisis, screen._deaths):
        assert finder._rules
        for _, expression, _ in finder._rules:
            assert compiled(expression)
