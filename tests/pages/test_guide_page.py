"""The readable guide holds every row of the store under the anchor that replies name."""

from __future__ import annotations

import re
from html import unescape

import pytest
from asking import Asked
from facts import CONTENT

from bot.channels.pages import Pages
from bot.clinic import Clinic
from bot.guide.queries import Guide
from bot.pages.guide_page import read_page, read_sections


@pytest.fixture(scope="module")
def html(guide_url: str) -> str:
    return Pages(guide_url).guide_html("metastatic", 2)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_every_passage_that_a_reply_names_has_its_anchor(html: str, asked: list[Asked]) -> None:
    anchors = re.findall(r' id="([^"]+)"', html)
    assert len(anchors) == len(set(anchors)), "an id stands twice"
    named = {passage for one in asked for passage in one.first.passages}
    # A stage's own text is a term too; the page shows it once, as the stage.
    of_stages = {f"term-{stage['name'].lower().replace(' ', '-')}" for stage in CONTENT["stages"]}
    assert len(named) > 30
    assert named - set(anchors) - of_stages == set()


def test_every_text_of_the_guide_can_be_read(html: str) -> None:
    text = text_of(html)
    parts = [
        *(stage["text"] for stage in CONTENT["stages"]),
        *(step["text"] for cell in CONTENT["treatments"] for step in cell["steps"]),
        *(drug["text"] for drug in CONTENT["drugs"] if "text" in drug),
        *(term["text"] for term in CONTENT["terms"] if "stage" not in term),
        *(passage["text"] for passage in CONTENT["passages"]),
        *(question["text"] for question in CONTENT["questions"]),
    ]
    assert len(parts) > 60
    assert [part for part in parts if " ".join(part.split()) not in text] == []


def test_the_map_is_there_as_a_drawing_and_as_a_table_with_the_place_marked(html: str) -> None:
    assert html.count("<svg") == 1 and 'role="img"' in html
    [marked] = re.findall(r'<td class="map-marked" aria-current="location">(.*?)</td>', html, re.S)
    assert "Enhertu" in marked
    assert html.count("<td") == len(CONTENT["treatments"])
    assert "Marked on the map:</strong> Metastatic, second-line." in html


def test_links_within_the_page_lead_somewhere(html: str) -> None:
    anchors = set(re.findall(r' id="([^"]+)"', html))
    inside = re.findall(r'href="#([^"]+)"', html)
    assert len(inside) > 10
    assert set(inside) <= anchors


def test_the_page_says_how_old_it_is_and_whom_to_call(html: str, clinic: Clinic) -> None:
    text = text_of(html)
    for words in ("The text is of September 2025.", "It is not medical advice.", clinic.phone, clinic.emergency_number):
        assert words in text
    assert "past its review date" not in text


def test_content_past_its_review_date_is_said_to_be(guide: Guide, clinic: Clinic) -> None:
    from dataclasses import replace
    from datetime import date

    page = read_page(guide, clinic)
    info = replace(page.info, review_due=date(2020, 1, 1))
    shown = Pages().render("guide.html", page=replace(page, info=info, overdue=True), clinic=clinic)
    assert "This content is past its review date (1 January 2020)." in text_of(shown)


def test_sections_stand_in_the_guide_s_order(guide: Guide) -> None:
    titles = [section.title for section in read_sections(guide)]
    of_stages = [stage["section"] for stage in CONTENT["stages"]]
    assert [title for title in titles if title in of_stages] == of_stages
    assert titles[0] == "What HER2-Positive Means" and titles[-1] == "Talking With Your Oncologist"


@pytest.mark.parametrize("stage", ['"><script>alert(1)</script>', "9", "", "x" * 5000])
def test_a_made_up_place_marks_nothing_and_is_not_repeated(guide_url: str, stage: str) -> None:
    pages = Pages(guide_url)
    assert pages.guide_html(stage, 2) == pages.guide_html(None, None)
    assert len(pages._kept) == 1
