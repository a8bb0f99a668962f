"""Every kind of identifier of HIPAA's Safe Harbor rule is taken out; what a question is about stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.server.unanswered.identifiers import LONGEST, says_something, scrub

# The 18 kinds in the rule's own order (45 CFR 164.514(b)(2)(i), A to R): what is typed, and what may not be left of it.
PLANTED: dict[str, list[tuple[str, str]]] = {
    "A names": [
        ("my name is jane roe and i have stage 2", "jane roe"),
        ("I'm Priyanka, will my hair grow back?", "priyanka"),
        ("i am sarah and i am scared of chemo", "sarah"),
        ("Dr Patel said no. Dr. O'Neill said yes", "patel neill"),
        ("dr smith told me to ask", "smith"),
        ("thanks, Jane Featherstonehaugh", "jane featherstonehaugh"),
        ("my husband Tomasz is worried", "tomasz"),
        ("this is mohammed from the support group", "mohammed"),
        ("mum's name is Grace", "grace"),
        ("what did nurse Emma mean", "emma"),
        ("is @jane_roe77 here", "jane_roe77"),
    ],
    "B places smaller than a state": [
        ("i live at 12 Oak Street, Springfield", "12 oak springfield"),
        ("i live in springfield ohio, is there a trial", "springfield"),
        ("my zip is 62704-1234", "62704 1234"),
        ("zip code 62704", "62704"),
        ("postcode SW1A 1AA please", "sw1a 1aa"),
        ("can you come to flat 3b 77 Elm Road", "3b 77 elm"),
        ("P.O. Box 1234", "1234"),
        ("they moved me to St Agatha's hospital", "agatha"),
        ("i am treated at mercyville general hospital", "mercyville"),
        ("is there parking at Fairview Hospital", "fairview"),
    ],
    "C dates, and ages over 89": [
        ("my surgery is on 3 June 2024, can i swim", "3 june"),
        ("my dob is 04/05/1961", "04 05 1961"),
        ("born 1950-12-31", "12 31 1950"),
        ("diagnosed in march 2023", "march"),
        ("scan on june 3rd", "june 3rd"),
        ("it is the 12th of august", "12th august"),
        ("appointment at 3:45 pm on 7.11.25", "3:45 7.11.25"),
        ("mum is 93, is chemo ok", "93"),
        ("she is 102 years old", "102"),
        ("aged ninety-four", "ninety"),
    ],
    "D telephone numbers": [
        ("call me on 555-010-0199", "555 0199"),
        ("+44 20 7946 0018 is mine", "7946 0018"),
        ("(555) 010 0142 ext. 12", "010 0142"),
        ("five five five zero one nine nine", "five zero nine"),
    ],
    "E fax numbers": [("fax 555 010 0177", "0177"), ("my fax number is 5550100178", "5550100178")],
    "F e-mail addresses": [("jane.roe+x@example.com", "jane example"), ("jane at example dot com", "jane example")],
    "G social security numbers": [("ssn 123-45-6789", "123 6789"), ("social security 123 45 6789", "6789")],
    "H medical record numbers": [("MRN 00123456", "00123456"), ("medical record no. A-7731", "7731"), ("chart 8841", "8841")],
    "I health plan numbers": [("member id XQZ-4471-B", "xqz 4471"), ("medicare 1EG4-TE5-MK73", "1eg4 mk73")],
    "J account numbers": [("account 99887766", "99887766"), ("iban DE44 5001 0517 5407 3249 31", "5001 5407 3249")],
    "K certificate and licence numbers": [
        ("driver's license D123-4567-8901", "d123 4567"), ("certificate no 88-412", "412"), ("passport C01X00T47", "c01x00t47"),
    ],
    "L vehicles": [
        ("VIN 1HGCM82633A004352", "1hgcm82633a004352"), ("my plate is 7ABC123", "7abc123"), ("parked AB12 CDE there", "ab12 cde"),
    ],
    "M devices": [("pacemaker serial SN-99182-A", "99182"), ("my port model 8806-X2", "8806"), ("00:1A:2B:3C:4D:5E", "1a 4d")],
    "N web addresses": [("see https://me.example/jane", "jane me.example"), ("my blog janeroe.com/cancer", "janeroe")],
    "O network addresses": [("ip 192.168.10.44", "192 168"), ("2001:db8:0:0:0:ff00:42:8329", "db8 8329")],
    "P biometric": [("my fingerprint id 4432", "4432 fingerprint"), ("my voice print is on file", "voice print")],
    "Q photographs": [
        ("i sent a photo of my face IMG_2231.jpg", "face 2231 jpg"),
        ("my picture is there, a selfie", "selfie picture"),
    ],
    "R any other unique number or code": [
        ("my trial code is TX-4471-09", "4471 tx"), ("ref 20X-11", "20x"), ("it says K9ZZ81Q on my wristband", "k9zz81q"),
        ("user 80412", "80412"),
    ],
}  # fmt: skip
CASES = [(kind, text, left) for kind, pairs in PLANTED.items() for text, left in pairs]


def test_all_18_kinds_are_planted() -> None:
    assert [kind[0] for kind in PLANTED] == list("ABCDEFGHIJKLMNOPQR")


@pytest.mark.parametrize(("kind", "text", "gone"), CASES, ids=[f"{kind[0]}-{text[:30]}" for kind, text, _ in CASES])
def test_an_identifier_is_taken_out(kind: str, text: str, gone: str) -> None:
    left = scrub(text).lower()
    inside = re.sub(r"\(\w+\)", "", left)
    assert [part for part in gone.split() if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", inside)] == [], left


@pytest.mark.parametrize(("kind", "text", "gone"), CASES, ids=[f"{kind[0]}-{text[:30]}" for kind, text, _ in CASES])
def test_an_identifier_in_the_middle_of_a_question_is_taken_out(kind: str, text: str, gone: str) -> None:
    left = scrub(f"can i swim, {text}, and does enhertu make hair fall out?").lower()
    inside = re.sub(r"\(\w+\)", "", left)
    assert [part for part in gone.split() if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", inside)] == [], left
    assert "hair fall out" in left


@pytest.mark.parametrize(
    "text",
    [
        "is t-dm1 given in stage 3b her2 positive ER+ PR- ki67 30%",
        "what about 2nd line in 2024, 6 cycles of TCHP at 375 mg",
        "im scared of herceptin and my nails went black",
        "Does Herceptin make hair fall out?",
        "dr said i need a scan",
        "may i drink wine with Enhertu",
        "is it ok to drink 2 glasses a week at age 67",
        "WILL MY HAIR FALL OUT",
        "what happens at the clinic, should i go to the hospital",
        "can i drive 2 weeks after surgery",
        "does my insurance pay for this",
        "i am 52 with brca1 and t2n1m0",
        "my oncologist wants to stop tukysa because of diarrhea",
    ],
)
def test_what_a_question_is_about_stays(text: str) -> None:
    assert scrub(text) == text


def test_too_little_is_left_to_be_of_use() -> None:
    assert not says_something(scrub("jane.roe@example.com 555 010 0199"))
    assert says_something(scrub("can I swim"))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_scrubbing_is_bounded_and_never_leaves_a_long_number(text: str) -> None:
    left = scrub(text)
    assert len(left) <= LONGEST
    assert not re.search(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))[0-9]{4,}", left)
    assert not re.search(r"[A-Za-z0-9]@[A-Za-z0-9]+\.[A-Za-z]{2,}", left)
