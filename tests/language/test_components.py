"""The pipeline inside Rasa: its agent reads as the plain reader does, obeys no typed command and never falls silent."""

from __future__ import annotations

import asyncio
import json
import tarfile
from typing import Any

import pytest
from facts import DISCLAIMER, WORDING
from threadpoolctl import threadpool_info
from trained import RasaTalk, the_agent, the_model, the_reader

from bot.guide.store import open_guide
from bot.language.vocabulary import Vocabulary

pytestmark = pytest.mark.model

TROUBLE = str(WORDING["unclear"]["trouble"]).split(".")[0]
AUTOMATED = str(WORDING["automated"])

MESSAGES = [
    "what comes after Enhertu",
    "after tdxd?",
    "and after that",
    "what is the second-line treatment for stage IIIc",
    "frontline for stage one please",
    "not stage 2, stage 3",
    "finished THP last week, whats next",
    "h&p then what",
    "enhurtu stopped working",
    "is kadsila chemo",
    "what does neoadjuvant mean",
    "what is HER2-ultralow",
    "have outcomes got better since herceptin",
    "what should i ask my oncologist",
    "how long have i got",
    "should i switch to kadcyla",
    "will i lose my hair on it",
    "my chest hurts and i cant breathe",
    "i want to die",
    "i am so scared. what comes after herceptin for mets",
    "can i drink wine",
    "who is in the world cup",
    "hello",
    "2",
    "the second one",
    "quel est le traitement du stade 2",
    "stage 2 throat cancer",
    "stage 0",
    "",
    "\U0001f600\U0001f600",
    "/restart",
    '/ask_x{"a":1}',
    "  what   is\n\nstage\u200b 2\x00  ",
    "it spread to my liver. what do they give first, and what is maintenance?",
    "stage 2 or 3, second line? " * 200,
]


def parse(text: Any) -> dict[str, Any]:
    from rasa.core.channels.channel import UserMessage

    parsed: dict[str, Any] = asyncio.run(the_agent().processor.parse_message(UserMessage(text)))
    return parsed


@pytest.mark.parametrize("text", MESSAGES, ids=[text[:40] for text in MESSAGES])
def test_rasa_reads_a_message_as_the_reader_does(text: str) -> None:
    parsed = parse(text)
    plain = the_reader().read(text)
    assert json.loads(json.dumps(parsed["reading"])) == json.loads(json.dumps(plain))
    assert parsed["intent"] == {"name": plain["intent"], "confidence": plain["confidence"]}
    assert parsed["text"] == plain["text"]
    said = [{k: m[k] for k in ("value", "start", "end")} | {"entity": m["kind"]} for m in plain["mentions"]
            if not m["negated"]]  # fmt: skip
    assert [{k: e[k] for k in ("value", "start", "end", "entity")} for e in parsed["entities"]] == said


def test_the_ranking_names_each_intent_once_and_the_chosen_one_first() -> None:
    for text in MESSAGES[:20]:
        parsed = parse(text)
        names = [guess["name"] for guess in parsed["intent_ranking"]]
        assert names[0] == parsed["intent"]["name"]
        assert len(set(names)) == len(names)


def test_tokens_stand_where_they_stand_in_the_text() -> None:
    parsed = parse("What comes after  Enhertu?")
    words = [parsed["text"][start:end] for start, end in parsed["text_tokens"]]
    assert words == ["What", "comes", "after", "Enhertu", "?"]


COMMANDS = [
    "/restart",
    "/session_start",
    "/back",
    '/ask_x{"a":1}',
    " /greet",
    "//restart",
    "\u200b/restart",
    "\uff0frestart",
    '/treatment{"stage": "2"}',
    "/sequence@1.0",
    '/greet{"memory": {"started": true}}',
    "EXTERNAL: restart",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_typed_command_is_never_obeyed(command: str) -> None:
    parsed = parse(command)
    assert parsed["intent"]["name"] not in ("restart", "session_start", "back")
    assert parsed["intent"]["confidence"] < 1
    assert not [entity for entity in parsed["entities"] if entity.get("extractor") != "GuideEntities"]

    talk = RasaTalk(f"command {command}")
    assert talk.say("second-line treatment for stage 2")["stage"] == "2"
    reply = talk.say(command)
    assert DISCLAIMER in reply["shown"]
    tracker = asyncio.run(the_agent().tracker_store.retrieve(talk.sender))
    done = [event["name"] for event in tracker.as_dialogue().as_dict()["events"] if event.get("event") == "action"]
    assert "action_restart" not in done
    assert "action_back" not in done
    assert done.count("action_session_start") == 1
    # The conversation is where it was.
    after = talk.say("and third line?")
    assert (after["stage"], after["line"]) == ("2", 3)


ODD = {
    "empty": "",
    "blanks": " \t\n ",
    "control characters": "\x00\x01\x07\x1b[31m",
    "invisible": "\u200b\u2060\ufeff",
    "emoji": "\U0001f600\U0001f44d\U0001f3fd",
    "half an emoji": "\ud83d",
    "another language": "\u0447\u0442\u043e \u043f\u043e\u0441\u043b\u0435 \u044d\u043d\u0445\u0435\u0440\u0442\u0443",
    "right to left": "\u0645\u0627 \u0647\u0648 \u0627\u0644\u0639\u0644\u0627\u062c",
    "20,000 letters": "x" * 20_000,
    "20,000 characters of words": "my aunt likes tea. " * 1053,
    "braces": "{memory} {{x}} %s $HOME ${X}",
    "markup": "<script>alert(1)</script> [link](/restart) **b**",
    "punctuation": "?!...",
    "no text at all": None,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_input_gets_an_answer_and_the_conversation_goes_on(text: Any, request: pytest.FixtureRequest) -> None:
    talk = RasaTalk(request.node.name)
    assert talk.say("what comes after enhertu")["line"] == 3
    for _ in range(3):
        odd = talk.say(text)
        assert odd["kind"] not in ("treatment", "sequence", "drug_info")
        assert DISCLAIMER in odd["shown"]
        assert TROUBLE not in odd["shown"]
    after = talk.say("what comes after THP for mets")
    assert (after["kind"], after["stage"], after["line"]) == ("sequence", "metastatic", 2)


@pytest.mark.parametrize(
    "text", ["", "\U0001f600", "x" * 20_000, "/restart"], ids=["empty", "emoji", "long", "command"]
)
def test_odd_input_may_open_a_conversation(text: str) -> None:
    talk = RasaTalk(f"opens with {text[:9]}")
    first = talk.say(text)
    assert AUTOMATED in first["shown"]
    after = talk.say("frontline for stage 1")
    assert (after["kind"], after["stage"], after["line"]) == ("treatment", "1", 1)
    assert AUTOMATED not in after["shown"]


def test_what_is_remembered_beside_the_notebook_holds_nothing_that_was_typed() -> None:
    talk = RasaTalk("remembers")
    talk.say("i am Jane Doe-Smythe of 12 Elm Road and after enhertu, what then? ring 07700 900123")
    tracker = asyncio.run(the_agent().tracker_store.retrieve("remembers"))
    slot = dict(tracker.get_slot("memory"))
    assert "Jane" in slot.pop("notebook")["said"]  # what "add that" would put on the visitor's list
    memory = json.dumps(slot)
    assert slot["started"] is True
    for word in ("Jane", "Smythe", "Elm", "07700"):
        assert word not in memory


def test_the_model_keeps_the_vocabulary_of_the_store() -> None:
    with tarfile.open(the_model()) as archive:
        member = next(m for m in archive.getmembers() if m.name.endswith("vocabulary.json"))
        file = archive.extractfile(member)
        assert file is not None
        kept = Vocabulary.from_dict(json.loads(file.read()))
    assert kept == Vocabulary.from_guide(open_guide())


def test_no_file_of_the_model_is_pickled_code() -> None:
    with tarfile.open(the_model()) as archive:
        names = [member.name for member in archive.getmembers() if member.isfile()]
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib", ".h5", ".pt", ".bin"))]
    assert {name.rsplit(".", 1)[-1] for name in names} <= {"json", "npz", "onnx", "yml", "yaml"}, names


def test_a_loaded_model_reads_with_one_thread_of_blas() -> None:
    the_agent()
    libraries = [found for found in threadpool_info() if found["user_api"] == "blas"]
    assert libraries and all(found["num_threads"] == 1 for found in libraries)
