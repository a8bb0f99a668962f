"""The visitor's list in the widget: shown, printed and downloaded as a page to take along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from chatting import PHONE, Site, Visit
from facts import DISCLAIMER
from playwright.sync_api import Page, expect

from bot.clinic import Clinic

pytestmark = [pytest.mark.browser, pytest.mark.model]
ODD = "is <img src=x onerror=alert(1)> a risk for *me*?"


def made(visit: Visit) -> tuple[Page, list[str]]:
    """A list of three questions, and the page that it is printed from."""
    chat = visit().open()
    chat.ask("will my hair grow back?")
    chat.page.get_by_role("button", name=re.compile("Add to my list")).click()
    chat.answered()
    chat.ask(f"add: {ODD}")
    chat.ask("add: can i drive?")
    turn = chat.ask("what's on my list")
    assert "Question 2: is img src=x onerror=alert(1) a risk for me ?" in turn.inner_text()
    with chat.page.context.expect_page() as opened:
        turn.get_by_role("button", name="Print or save my list").click()
    assert chat.console == []
    return opened.value, ["will my hair grow back?", "is img src=x onerror=alert(1) a risk for me ?", "can i drive?"]


def test_the_list_is_printed_with_room_to_write_the_phone_and_the_disclaimer(visit: Visit, clinic: Clinic) -> None:
    paper, questions = made(visit)
    assert paper.title() == "My questions for my oncologist"
    items = paper.locator("li")
    assert [item.evaluate("e => e.firstChild.textContent") for item in items.all()] == questions
    text = paper.locator("main").inner_text()
    for words in (clinic.name, clinic.phone, DISCLAIMER, f"In an emergency call {clinic.emergency_number}."):
        assert words in text
    assert paper.locator("img").count() == 0
    room = items.first.locator(".line").evaluate_all("lines => lines.map((e) => e.getBoundingClientRect().height)")
    assert len(room) == 3 and min(room) > 30
    assert float(items.first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 20
    paper.emulate_media(media="print")
    assert not paper.locator(".tools").is_visible()


def test_axe_finds_nothing_in_the_list_page(visit: Visit) -> None:
    paper, _ = made(visit)
    found = Axe().run(paper).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_the_list_is_downloaded_as_a_page_that_needs_nothing(visit: Visit, clinic: Clinic, tmp_path: Path) -> None:
    paper, questions = made(visit)
    with paper.expect_download() as download:
        paper.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "my-questions.html"
    path = tmp_path / "list.html"
    download.value.save_as(path)
    saved = path.read_text(encoding="utf-8")
    assert saved.startswith("<!doctype html>")
    assert 'charset="utf-8"' in saved and "<button" not in saved and "<script" not in saved and "<img" not in saved
    paper.goto(path.as_uri())
    text = paper.locator("main").inner_text()
    assert [words for words in (*questions, clinic.phone, DISCLAIMER) if words not in text] == []
    assert paper.locator("li .line").first.evaluate("e => getComputedStyle(e).borderBottomWidth") == "1px"


def test_an_empty_list_and_other_replies_offer_nothing_to_print(visit: Visit) -> None:
    chat = visit().open()
    for text in ("what's on my list", "what is HER2"):
        expect(chat.ask(text).get_by_role("button", name="Print or save my list")).to_have_count(0)


def test_the_list_is_there_after_a_reload_in_spanish_on_a_phone(visit: Visit, site: Site) -> None:
    chat = visit(site.add("/lista", tag='lang="es" mode="inline"'), viewport=PHONE)
    chat.page.get_by_role("button", name="Empezar el chat").click()
    chat.ask("add: can i drive?")
    chat.page.reload()
    with chat.page.context.expect_page() as opened:
        chat.find(".turn").get_by_role("button", name="Imprimir o guardar mi lista").click()
    assert opened.value.locator("li").count() == 1
    assert opened.value.locator("html").get_attribute("lang") == "es"
