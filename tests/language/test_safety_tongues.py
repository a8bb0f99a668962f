"""The safety screen in other languages: nothing missed of what was written by hand, and English messages never touched."""

from __future__ import annotations

import json
import random
import re
import time
from functools import lru_cache
from pathlib import Path
from statistics import mean

import pytest
from facts import ROOT, read_yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_variants import BASES, DATA, ORDINARY, read_jsonl, suite

from bot.language.safety import Verdict, screen
from bot.language.safety_rules import SafetyFileError, load_rules
from bot.language.safety_tongue_rules import Rule, fold, load_tongues, words
from bot.language.safety_tongues import TongueScreen
from bot.language.tongues import english_words, is_other_language, language_of

TONGUES = read_yaml(DATA / "safety_tongues.yml")
CHINESE = ("zh-Hans", "zh-Hant")
KINDS = ("emergency", "crisis", "ordinary")
MESSAGES = {
    kind: [
        (language, text)
        for language, said in TONGUES.items()
        for text in (*said[kind], *said.get("later", {}).get(kind, ()))
    ]
    for kind in KINDS
}
LATIN = ("es", "pt", "fr", "de", "it", "pl", "tr", "hi-Latn", "tl", "vi", "ro")
MICROSECONDS_AT_MOST = 30


@lru_cache(maxsize=1)
def tongues() -> TongueScreen:
    """The screen alone, without the English one."""
    return TongueScreen()


@lru_cache(maxsize=1)
def english_messages() -> tuple[str, ...]:
    """All English messages of the project: examples, questions, dialogues, and the varied safety suite."""
    said = [str(row["text"]) for row in (*read_jsonl(BASES), *read_jsonl(ORDINARY))]
    said += [prompt.text for prompt in suite()]
    rows = [json.loads(line) for line in (DATA / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    said += [row["text"] for row in rows if "lang" not in row]
    for line in (DATA / "dialogues.jsonl").read_text(encoding="utf-8").splitlines():
        said += [turn["text"] for turn in json.loads(line)["turns"]]
    for path in sorted((ROOT / "nlu").glob("*.yml")):
        for part in read_yaml(path)["nlu"]:
            if part.get("intent") != "other_language" and "examples" in part:
                said += [line[2:] for line in part["examples"].splitlines() if line.startswith("- ")]
    return tuple(said)


def test_every_language_has_enough_messages() -> None:
    assert len(TONGUES) >= 14
    for language, said in TONGUES.items():
        assert len(said["emergency"]) >= 6, language
        assert len(said["crisis"]) >= 6, language
        assert len(said["ordinary"]) >= 4, language


@pytest.mark.parametrize("kind", ["emergency", "crisis"])
@pytest.mark.parametrize("language", TONGUES)
def test_nothing_is_missed_in_another_language(language: str, kind: str) -> None:
    said = [text for spoken, text in MESSAGES[kind] if spoken == language]
    missed = [(text, screen(text).kind) for text in said if screen(text).kind != kind]
    assert not missed


@pytest.mark.parametrize("language", TONGUES)
def test_nothing_is_missed_without_accents_capitals_and_stops(language: str) -> None:
    for kind in ("emergency", "crisis"):
        for spoken, text in MESSAGES[kind]:
            if spoken != language:
                continue
            bare = re.sub(r"(?<!\d)[.,!?](?!\d)", " ", text)
            # Only of Latin letters: in other scripts the marks are letters.
            plain = fold(bare) if language in LATIN else bare
            assert screen(plain).kind == kind, plain
            assert screen(text.upper()).kind == kind or language == "tr", text
            assert screen(f"Enhertu? {text}!").kind == kind, text


@pytest.mark.parametrize(("language", "text"), MESSAGES["ordinary"])
def test_an_ordinary_message_raises_no_alarm(language: str, text: str) -> None:
    assert screen(text).kind is None


def test_the_examples_in_other_languages_raise_no_alarm() -> None:
    examples = read_yaml(ROOT / "nlu" / "other_language.yml")["nlu"][0]["examples"].splitlines()
    assert len(examples) > 100
    assert [line for line in examples if tongues().find(line[2:])] == []


@pytest.mark.parametrize(("language", "text"), [*MESSAGES["emergency"], *MESSAGES["crisis"]])
def test_the_language_is_named(language: str, text: str) -> None:
    found = screen(text).language
    # Without a letter that only one script has, Chinese can be either.
    assert found == language or language in CHINESE and found in CHINESE


def test_english_messages_are_never_touched() -> None:
    assert len(english_messages()) > 10_000
    assert [(text, found) for text in english_messages() if (found := tongues().find(text))] == []


def test_no_rule_in_latin_letters_can_match_english_words() -> None:
    known = set(english_words())
    for text in english_messages():
        known.update(re.findall(r"[a-z]+", fold(text)))
    rules = [(language, rule) for language in LATIN for rule in tongues().rules[language]]
    assert len(rules) > 400
    assert [(language, rule.text) for language, rule in rules if all(map(_may_be(known), rule.choices))] == []


def _may_be(known: set[str]):  # type: ignore[no-untyped-def]
    def english(choice: tuple[str, ...]) -> bool:
        return any(
            part == "<hot>"
            or all(
                any(word.startswith(said[0]) for word in known) if piece.endswith("*") else said[0] in known
                for piece in part.split("_")
                if (said := words(piece.replace("'", "_"))[:1])
            )
            for part in choice
        )

    return english


@pytest.mark.parametrize(
    "text",
    [
        "i have a temperature of 38.4",
        "my mam is from Cardiff",
        "el capitan was nice, what is stage 2",
        "tho doc said its fine",
        "no me neither",
        "the menu had dolce and pasta on it",
        "mi case is stage 2, come on",
        "don\u2019t you think Perjeta\u2019s a mouthful \U0001f600",
        "na\u00efve question: caf\u00e9 visits after chemo?",
    ],
)
def test_words_that_look_foreign_in_english_raise_no_foreign_alarm(text: str) -> None:
    assert tongues().find(text) is None


def test_a_foreign_sentence_inside_an_english_message_counts() -> None:
    assert screen("my mum keeps saying ya no quiero vivir").kind == "crisis"
    assert screen("what comes after Enhertu? no puedo respirar").kind == "emergency"


def test_the_graver_kind_holds_when_both_screens_find_something() -> None:
    both = screen("i want to die. tengo fiebre de 39")
    assert (both.kind, both.language) == ("crisis", "es")
    assert {"active", "fever"} <= set(both.signs)
    other = screen("my chest hurts. ya no quiero vivir")
    assert (other.kind, other.language) == ("crisis", "es")
    assert {"passive", "chest_pain"} <= set(other.signs)


@pytest.mark.parametrize(
    ("text", "sign", "person"),
    [
        ("mi mamá no puede respirar", "breathless", "other"),
        ("no puedo respirar", "breathless", "self"),
        ("mein Mann ist ohnmächtig geworden", "collapse", "other"),
        ("у мамы судороги", "seizure", "other"),
        ("我妈妈喘不过气来", "breathless", "other"),
        ("tengo fiebre", "fever", "self"),
        ("mi hermana dice que se quiere matar", "other_report", "other"),
        ("me quiero morir", "active", "self"),
        ("je me scarifie", "self_harm", "self"),
    ],
)
def test_the_sign_and_the_person(text: str, sign: str, person: str) -> None:
    verdict = screen(text)
    assert sign in verdict.signs
    assert (verdict.person, verdict.framing) == (person, "now")


@pytest.mark.parametrize(
    "text",
    [
        "no quiero morir", "sin fiebre ni escalofríos", "je n'ai pas envie de mourir", "ich will nicht sterben",
        "non voglio morire", "nie chcę umierać", "я не хочу умирать", "ölmek istemiyorum", "我不想死", "죽고 싶지 않아요",
        "मैं मरना नहीं चाहती", "main marna nahi chahti", "không muốn chết", "nu vreau să mor", "não quero morrer",
        "لا أريد أن أموت", "kein Fieber", "pas de fièvre", "senza febbre", "bez gorączki", "没有发烧", "ateşim yok",
    ],
)  # fmt: skip
def test_what_is_denied_raises_no_alarm(text: str) -> None:
    assert screen(text).kind is None


@pytest.mark.parametrize(
    "text", ["no puedo hablar inglés", "ich kann nicht sprechen Englisch", "không nói được tiếng Anh"]
)
def test_not_speaking_english_is_no_stroke(text: str) -> None:
    assert screen(text).kind is None


def test_spans_point_at_the_evidence() -> None:
    for text, evidence in (
        ("Straße? Übel. Ich will nicht mehr leben, was ist Perjeta", "nicht mehr leben"),
        ("qué es Perjeta. tengo FIEBRE alta", "FIEBRE"),
        ("مَرْحَبًا عندي ألم شديد في الصدر", "ألم شديد في الصدر"),
        ("你好。我不想活了", "不想活"),
    ):
        spans = screen(text).spans
        assert any(evidence in text[start:end] for start, end in spans), (text, [text[a:b] for a, b in spans])
        assert all(0 <= start < end <= len(text) for start, end in spans)


def test_a_verdict_in_another_language_survives_json() -> None:
    verdict = screen("ya no quiero vivir")
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict
    assert verdict.language == "es"


_PIECES = [text for kind in KINDS for _, text in MESSAGES[kind]][::7] + [
    "\u0130",
    "\ufdfa",
    "\u1e9e",
    "\u0300",
    "38",
    "'",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=6).map("".join) | st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_raises(text: str) -> None:
    verdict = screen(text)
    assert all(0 <= start < end <= len(text) for start, end in verdict.spans)
    assert (verdict.framing == "now") == (verdict.kind is not None)
    assert verdict.language is None or verdict.kind is not None


@given(st.sampled_from([*MESSAGES["emergency"], *MESSAGES["crisis"]]), st.sampled_from(MESSAGES["ordinary"]))
@settings(max_examples=100, deadline=None)
def test_an_ordinary_sentence_before_it_hides_nothing(urgent: tuple[str, str], ordinary: tuple[str, str]) -> None:
    assert screen(f"{ordinary[1]}. {urgent[1]}").kind is not None


def test_an_ordinary_english_message_costs_next_to_nothing() -> None:
    rows = random.Random(1).sample(english_messages(), 500)

    def cost(text: str) -> float:
        took = []
        for _ in range(5):
            start = time.perf_counter()
            tongues().find(text)
            took.append(time.perf_counter() - start)
        return min(took)

    assert mean(map(cost, rows)) * 1e6 < MICROSECONDS_AT_MOST


@pytest.mark.parametrize("unit", ["no quiero vivir ", "fiebre ", "我不想活 ", "бо", "tengo no me "])
def test_time_grows_linearly(unit: str) -> None:
    def took(count: int) -> float:
        start = time.perf_counter()
        tongues().find(unit * count)
        return time.perf_counter() - start

    took(50)
    assert min(took(1_600) for _ in range(3)) < 30 * max(min(took(200) for _ in range(3)), 0.0005)


def test_every_sign_is_one_of_the_english_rules() -> None:
    rules = load_rules()
    for language, tongue in load_tongues().items():
        assert set(tongue.emergency) <= set(rules.emergency), language
        assert set(tongue.crisis) == set(rules.crisis), language
        assert {"fever", "chest_pain", "breathless", "allergic", "bleeding", "stroke", "seizure", "collapse",
                "confusion", "headache", "overdose"} <= set(tongue.emergency), language  # fmt: skip


def test_every_rule_compiles() -> None:
    rules: list[Rule] = [rule for found in tongues().rules.values() for rule in found]
    assert len(rules) > 1_000
    assert all(re.compile(rule.expression) for rule in rules)
    assert all(rule.heads and all(rule.heads) for language in LATIN for rule in tongues().rules[language])


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("es:\n  emergency: {fever: [ab*]}\n  crisis: {}\n", "too short"),
        ("es:\n  emergency: {fever: [<none>]}\n  crisis: {}\n", "<none>"),
        ("es:\n  emergency: {fever: [fiebre]}\n", "crisis"),
        ("es: [", "YAML"),
        ("", "mapping"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, written: str, told: str) -> None:
    path = tmp_path / "safety_tongues.yml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(SafetyFileError, match=re.escape(told)):
        TongueScreen(path)
    with pytest.raises(SafetyFileError, match="cannot be read"):
        TongueScreen(tmp_path / "nowhere.yml")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cuál es el tratamiento para la etapa 2", "es"), ("qual é o tratamento no estágio 2", "pt"),
        ("quel est le traitement du stade deux", "fr"), ("was kommt nach Enhertu bei Metastasen", "de"),
        ("vorrei sapere qual è la cura per lo stadio due", "it"), ("jakie jest leczenie w drugim stadium", "pl"),
        ("какое лечение после энхерту", "ru"), ("яке лікування на другій стадії", "uk"),
        ("evre 3 için hangi ilaçlar veriliyor", "tr"), ("ما هو علاج المرحلة الثالثة", "ar"),
        ("二期乳腺癌怎么治疗", "zh-Hans"), ("第二期怎麼治療", "zh-Hant"), ("स्टेज 2 का इलाज क्या है", "hi"),
        ("mujhe breast cancer ke ilaj ke bare mein batao", "hi-Latn"), ("چھاتی کے کینسر کا علاج کیا ہے", "ur"),
        ("ano po ang gamot sa stage 2", "tl"), ("điều trị giai đoạn 2 thế nào", "vi"),
        ("soția mea are cancer la sân, ce tratament se face", "ro"), ("유방암 2기 치료는 어떻게 하나요", "ko"),
        ("سرطان سینه چه درمانی دارد", None), ("乳がんの治療を教えてください", None),
    ],
)  # fmt: skip
def test_the_language_of_an_ordinary_message(text: str, language: str | None) -> None:
    assert is_other_language(text)
    assert language_of(text) == language
