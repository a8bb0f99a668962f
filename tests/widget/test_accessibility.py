"""Everybody can use the widget: axe in every state and theme, what is read out, the keyboard alone, zoom and spacing."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chatting import DESKTOP, PHONE, Chat, Site, Visit
from facts import DISCLAIMER
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.model]

# Tags are not cumulative: each version and level has rules of its own.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
THEMES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "phone": {"viewport": PHONE, "has_touch": True},
    "phone, dark": {"viewport": PHONE, "color_scheme": "dark"},
}


def violations(chat: Chat) -> list[str]:
    """What axe finds in the whole page, the widget's shadow tree included."""
    results = Axe().run(chat.page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert len(results.response["passes"]) > 10, "axe did not look"
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in results.response["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_in_any_state(visit: Visit, theme: str) -> None:
    chat = visit(**THEMES[theme])
    found: dict[str, list[str]] = {"closed": violations(chat)}
    chat.open()
    found["welcome"] = violations(chat)
    turn = chat.ask("second line for metastatic")
    turn.get_by_role("button", name="See where this is").click()
    turn.locator(".row").wait_for()
    turn.get_by_role("button", name="Helpful", exact=True).click()
    chat.ask("what comes after herceptin").locator(".choice").first.click()
    chat.answered()
    found["answers, map and choices"] = violations(chat)
    chat.ask("what should i ask my oncologist")
    chat.ask("i cant breathe")
    chat.ask("i dont want to live anymore")
    found["urgent"] = violations(chat)
    chat.page.route("**/webhooks/web/message", lambda route: route.abort())
    chat.ask("what is HER2")
    chat.page.unroute("**/webhooks/web/message")
    chat.page.route("**/webhooks/web/message", lambda route: None)
    chat.ask("what is Kadcyla", wait=False)
    chat.page.get_by_role("button", name="Clear and delete my chat").click()
    found["failed, waiting, about to clear"] = violations(chat)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("path", ["/", "/guide", "/guide?stage=metastatic&line=2"])
@pytest.mark.parametrize("theme", ["light", "dark", "phone"])
def test_axe_finds_nothing_on_the_pages(visit: Visit, site: Site, path: str, theme: str) -> None:
    chat = visit(page_only=site.bot + path, **THEMES[theme])
    assert violations(chat) == []
    assert chat.console == []


def test_axe_finds_nothing_in_the_printed_page_and_inline(visit: Visit, site: Site) -> None:
    chat = visit(site.add("/inline", tag='mode="inline" lang="es"'))
    assert violations(chat) == []
    chat.page.get_by_role("button", name="Empezar el chat").click()
    chat.ask("what is HER2")
    assert violations(chat) == []
    with chat.page.context.expect_page() as opened:
        chat.page.get_by_role("button", name="Imprimir o guardar este chat").click()
    assert violations(Chat(opened.value)) == []


# What is read out


def test_what_a_screen_reader_is_told(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what comes after Enhertu")
    chat.ask("what is HER2")
    chat.page.route("**/webhooks/web/message", lambda route: route.abort())
    chat.ask("and then?")
    assert [told["text"] for told in chat.heard()] == [
        "The guide says: I am an automated program, not a person. Please do not type names or private details. "
        "Metastatic, third-line and beyond: Xeloda (capecitabine) plus Tukysa (tucatinib) with Herceptin. Then comes "
        "Kadcyla (ado-trastuzumab emtansine). Clinical trials are also an option. "
        "Source: A Patient Guide to Understanding HER2-Positive Breast Cancer, September 2025. The order may have changed "
        f"since then. {DISCLAIMER} Choices: 1. What is Xeloda?, 2. Questions to ask.",
        "The guide says: HER2 is short for human epidermal growth factor receptor 2. It is a protein on the surface of "
        "the cell. It can make cancer grow, but it also gives drugs a target. Source: A Patient Guide to Understanding "
        f"HER2-Positive Breast Cancer, September 2025. {DISCLAIMER} Choices: 1. Treatment by stage, 2. Questions to ask.",
        "Not sent. You seem to be offline. Your question is kept here. If it cannot wait, call +1 555 010 0142. In an "
        "emergency call 911.",
    ]
    assert [told["urgent"] for told in chat.heard()] == [False, False, True]


def test_a_message_is_read_once_and_then_gone(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what is HER2")
    # The log itself is silent: the region beside it speaks.
    expect(chat.find("[role=log]")).to_have_attribute("aria-live", "off")
    expect(chat.find(".narrator").first).to_have_attribute("aria-live", "polite")
    expect(chat.find(".narrator p")).to_have_count(0, timeout=4_000)
    assert chat.page.evaluate(
        "() => !document.querySelector('guide-chat').shadowRoot.querySelector('.log .narrator')"
    ), "a live region inside another is read twice"


def test_the_focus_never_moves_when_a_message_arrives(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what is HER2", wait=False)
    chat.page.get_by_role("button", name="Print or save this chat").focus()
    chat.answered()
    assert chat.focused() == "Print or save this chat"


def test_the_whole_journey_by_keyboard_alone(visit: Visit) -> None:
    chat = visit()
    press = chat.page.keyboard.press

    def tab_to(name: str, most: int = 40, key: str = "Tab") -> None:
        for _ in range(most):
            if chat.focused().startswith(name):
                return
            press(key)
        raise AssertionError(f"{name!r} cannot be reached; the focus is on {chat.focused()!r}")

    tab_to("Ask the guide")
    press("Enter")
    assert chat.focused() == "Your question"
    chat.page.keyboard.type("what comes after Enhertu")
    press("Enter")
    chat.answered()
    tab_to("1. What is Xeloda?", key="Shift+Tab")
    press("Enter")
    expect(chat.find(".turn")).to_have_count(2)
    chat.answered()
    expect(chat.last.locator(".answer")).to_contain_text("Xeloda")
    tab_to("Print or save this chat", key="Shift+Tab")
    with chat.page.context.expect_page() as opened:
        press("Enter")
    opened.value.keyboard.press("Tab")
    with opened.value.expect_event("close"), suppress(PlaywrightError):  # the page is gone before the key comes up
        opened.value.keyboard.press("Enter")
    chat.page.bring_to_front()
    tab_to("Clear and delete my chat")
    press("Enter")
    assert chat.focused() == "Delete it"
    press("Enter")
    expect(chat.find(".hint")).to_have_text("Your chat is deleted.")
    assert chat.focused() == "Your question"
    press("Escape")
    assert chat.focused() == "Ask the guide"
    expect(chat.find(".panel")).to_be_hidden()


def test_the_page_behind_can_be_reached_beside_the_panel_but_not_behind_a_full_screen(visit: Visit) -> None:
    beside = visit().open()
    for _ in range(30):
        beside.page.keyboard.press("Tab")
        if beside.focused() == "Another page":
            break
    assert beside.focused() == "Another page", "no keyboard trap"
    full = visit(viewport=PHONE).open()
    for _ in range(30):
        full.page.keyboard.press("Tab")
        assert full.focused() != "Another page"
    full.input.focus()
    full.page.keyboard.press("Escape")
    assert full.focused() == "Ask the guide"


def test_every_control_has_a_name_and_room_for_a_finger(visit: Visit) -> None:
    chat = visit(viewport=PHONE).open()
    chat.ask("what comes after Enhertu")
    controls = chat.page.evaluate(
        """() => [...document.querySelector('guide-chat').shadowRoot.querySelectorAll('button, a, textarea')]
        .filter((e) => e.checkVisibility()).map((e) => { const box = e.getBoundingClientRect();
          return [e.textContent.trim() || e.ariaLabel || e.labels?.[0].textContent, e.className || e.localName,
                  Math.round(box.width), Math.round(box.height)]; })"""
    )
    assert len(controls) > 10
    assert [c for c in controls if not c[0]] == []
    in_text = {"a"}
    assert [
        c for c in controls if c[1] not in in_text and min(c[2:]) < 44 and "plain" not in c[1] and "link" not in c[1]
    ] == []
    assert [c for c in controls if c[1] not in in_text and c[3] < 24] == []


# Room


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, {"width": 320, "height": 256}], ids=str)
def test_it_reflows_at_320_pixels_and_400_percent(visit: Visit, viewport: dict[str, int]) -> None:
    chat = visit(viewport=viewport).open()
    chat.ask("second line for metastatic").get_by_role("button", name="See where this is").click()
    chat.last.locator(".row").wait_for()
    chat.ask("i cant breathe")
    wide = chat.page.evaluate(
        """() => { const root = document.querySelector('guide-chat').shadowRoot;
        return [...root.querySelectorAll('.panel, .panel *')].filter((e) => !e.closest('.unseen') && !e.closest('svg')
          && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className || e.localName); }"""
    )
    assert wide == []
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in (
        chat.page.get_by_role("button", name="Close the chat"),
        chat.input,
        chat.find(".emergency .call").first,
    ):
        control.scroll_into_view_if_needed()
        expect(control).to_be_in_viewport(ratio=0.9)


def test_text_spacing_cuts_nothing_off(visit: Visit) -> None:
    chat = visit(viewport=PHONE).open()
    chat.ask("what comes after Enhertu")
    chat.ask("i cant breathe")
    chat.page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
          word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
        const root = document.querySelector('guide-chat').shadowRoot;
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]; }"""
    )
    cut = chat.page.evaluate(
        """() => [...document.querySelector('guide-chat').shadowRoot.querySelectorAll('.panel *')]
        .filter((e) => e.checkVisibility() && !e.closest('.unseen, svg, .log, textarea') || e.matches?.('.message, .choice, .call'))
        .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline')
        .map((e) => e.className || e.localName)"""
    )
    assert cut == []
    assert violations(chat) == []


def test_larger_text_of_the_browser_makes_the_widget_larger(visit: Visit, site: Site) -> None:
    address = site.add("/tiny", head="<style>html { font-size: 6px } * { font-size: 7px }</style>")
    size = "() => parseFloat(getComputedStyle(document.querySelector('guide-chat').shadowRoot.querySelector('textarea')).fontSize)"
    chat = visit(address).open()
    assert chat.page.evaluate(size) == 17, "a page's own sizes must not make the text small"


def test_motion_stops_where_it_is_not_wanted(visit: Visit) -> None:
    running = "() => document.querySelector('guide-chat').shadowRoot.getAnimations().length"
    for wish, most in (("reduce", 0), ("no-preference", 3)):
        chat = visit(reduced_motion=wish).open()
        chat.page.route("**/webhooks/web/message", lambda route: None)
        chat.ask("what is HER2", wait=False)
        chat.find(".waiting").wait_for()
        assert chat.page.evaluate(running) == most


def test_forced_colours_keep_every_border(visit: Visit) -> None:
    chat = visit(forced_colors="active", viewport=DESKTOP).open()
    chat.ask("i cant breathe")
    widths = chat.page.evaluate(
        """() => ['.panel', '.send', '.emergency', '.call', '.mine'].map((name) =>
        parseFloat(getComputedStyle(document.querySelector('guide-chat').shadowRoot.querySelector(name)).borderTopWidth))"""
    )
    assert all(width >= 1 for width in widths), widths


def test_right_to_left(visit: Visit, site: Site) -> None:
    address = site.add("/rtl")
    html, headers = site.pages["/rtl"]
    site.pages["/rtl"] = (html.replace('<html lang="en">', '<html lang="en" dir="rtl">'), headers)
    chat = visit(address)
    at = chat.launcher.bounding_box()
    assert at is not None and at["x"] < 100
    chat.open()
    turn = chat.ask("what comes after Enhertu")
    mine, close = turn.locator(".mine").bounding_box(), chat.find(".close").bounding_box()
    panel = chat.find(".panel").bounding_box()
    assert mine and close and panel
    assert mine["x"] - panel["x"] < 40 and close["x"] - panel["x"] < 40
    expect(turn.locator(".said")).to_have_css("direction", "ltr")
    assert violations(chat) == []
