"""Misspelt names are read as the one name they are close to, and ordinary words are left alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.guide.queries import Guide
from bot.language.spelling import Spelling, allowed_slips

NAMES = ("herceptin", "trastuzumab", "perjeta", "pertuzumab", "enhertu", "xeloda", "capecitabine", "tukysa", "kadcyla",
         "tucatinib", "emtansine", "deruxtecan", "taxol", "paclitaxel", "metastatic")  # fmt: skip


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(NAMES)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("enhurtu", "enhertu"),
        ("enhetru", "enhertu"),
        ("enhertoo", "enhertu"),
        ("herseptin", "herceptin"),
        ("herceptine", "herceptin"),
        ("hercepton", "herceptin"),
        ("kadsyla", "kadcyla"),
        ("kadsila", "kadcyla"),
        ("kadcylla", "kadcyla"),
        ("tukisa", "tukysa"),
        ("tukysia", "tukysa"),
        ("perjetta", "perjeta"),
        ("pejeta", "perjeta"),
        ("zeloda", "xeloda"),
        ("xeloida", "xeloda"),
        ("capcitabine", "capecitabine"),
        ("capacitabine", "capecitabine"),
        ("trastuzamab", "trastuzumab"),
        ("trastusumab", "trastuzumab"),
        ("pertuzamab", "pertuzumab"),
        ("tucatanib", "tucatinib"),
        ("metastic", "metastatic"),
    ],
)
def test_a_misspelt_name_is_read(typed: str, name: str, spelling: Spelling) -> None:
    assert spelling.correct(typed) == name


@pytest.mark.parametrize(
    "word",
    ["perfect", "perfectly", "project", "inherit", "inherent", "taxis", "taxes", "reception", "exception", "metallic",
     "option", "opinion", "persistent", "treatment", "chemo", "stage", "after", "hello", "mother", "a", ""],
)  # fmt: skip
def test_an_ordinary_word_is_left_alone(word: str, spelling: Spelling) -> None:
    assert spelling.correct(word) is None


def test_a_name_spelt_right_needs_no_correction(spelling: Spelling) -> None:
    assert [spelling.correct(name) for name in NAMES] == [None] * len(NAMES)


def test_two_names_equally_close_give_no_answer() -> None:
    both = Spelling(["trastuzumab", "trastuzumob"])
    assert both.correct("trastuzumeb") is None


@pytest.mark.parametrize("word", ["t-dxd", "x3loda", "enhertu2", "enhertu!", "kadcyla " * 4, "e" * 25])
def test_only_single_plain_words_are_corrected(word: str, spelling: Spelling) -> None:
    assert spelling.correct(word) is None


def test_short_names_and_names_of_several_words_are_never_corrected_to() -> None:
    short = Spelling(["tdxd", "t-dm1", "ado trastuzumab"])
    assert [short.correct(word) for word in ("tdxx", "tdm11", "trastuzumaab")] == [None, None, None]


def test_longer_names_may_carry_more_slips() -> None:
    slips = [allowed_slips(length) for length in range(1, 25)]
    assert slips == sorted(slips)
    assert slips[:4] == [0, 0, 0, 0]
    assert max(slips) <= 3


def test_every_brand_and_generic_of_the_guide_survives_one_slip(guide: Guide) -> None:
    """One letter dropped, doubled or swapped in the middle of a name still gives that name, or none: never another."""
    names = sorted({word for d in guide.drugs() for n in (d.brand, d.generic or "") for word in n.lower().split()})
    names = [name for name in names if name.isalpha() and len(name) >= 6]
    spelling = Spelling(names)
    read = 0
    for name in names:
        for at in range(1, len(name) - 1):
            for typed in (name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:],
                          name[:at] + name[at + 1] + name[at] + name[at + 2 :]):  # fmt: skip
                got = spelling.correct(typed)
                assert got in (name, None), (typed, got)
                read += typed == name or got == name
    assert read > 150


@given(st.text(max_size=30))
def test_nothing_breaks_it_and_a_correction_is_always_near(word: str) -> None:
    spelling = Spelling(NAMES)
    found = spelling.correct(word)
    assert found is None or (found in NAMES and OSA.distance(word, found) <= allowed_slips(len(found)))


def test_the_order_of_the_names_does_not_matter() -> None:
    mixed = list(NAMES)
    random.Random(7).shuffle(mixed)
    a, b = Spelling(NAMES), Spelling(mixed)
    for word in ("enhurtu", "kadsila", "trastuzamab", "emtansin", "taxxol", "pertuzamab"):
        assert a.correct(word) == b.correct(word)
