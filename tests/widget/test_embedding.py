"""The widget on somebody else's page: one tag, another origin, a strict policy, hostile styles, and nothing before it is opened."""

from __future__ import annotations

import re
import statistics
from typing import Any

import pytest
from chatting import PHONE, Site, Visit
from facts import ROOT
from playwright.sync_api import Response, expect

pytestmark = [pytest.mark.browser, pytest.mark.model]

MOST_BYTES = 25_000
MOST_MILLISECONDS = 300
HOSTILE = """<style>
  * { all: unset !important; color: red !important; font: 60px cursive !important; text-transform: uppercase !important;
      letter-spacing: 9px !important; opacity: 0.2 !important; visibility: hidden !important; }
  guide-chat, dialog, button, textarea, p {
      display: none !important; transform: scale(3) !important; pointer-events: none !important; }
  body { transform: translateX(0); }
</style>"""


def policy(bot: str) -> str:
    return f"default-src 'none'; script-src 'self' {bot}; connect-src {bot}; style-src 'none'; img-src data:; base-uri 'none'"


def test_one_tag_works_on_another_origin_under_a_strict_policy_with_a_clean_console(visit: Visit, site: Site) -> None:
    chat = visit(site.add("/strict", csp=policy(site.bot) + "; require-trusted-types-for 'script'"))
    chat.open()
    chat.ask("what comes after herceptin").locator(".choice").first.click()
    chat.answered()
    chat.ask("second line for metastatic").get_by_role("button", name="See where this is").click()
    chat.last.locator(".row").wait_for()
    chat.ask("i cant breathe")
    with chat.page.context.expect_page() as opened:
        chat.page.get_by_role("button", name="Print or save this chat").click()
    expect(opened.value.locator("h1")).to_have_css("margin-top", re.compile(r"\d"))
    assert opened.value.evaluate("document.adoptedStyleSheets[0].cssRules.length") > 5
    opened.value.close()
    chat.page.get_by_role("button", name="Close the chat").click()
    assert chat.console == []


def test_nothing_is_asked_or_stored_before_it_is_opened(visit: Visit, site: Site) -> None:
    chat = visit()
    asked: list[str] = []
    chat.page.on("request", lambda request: asked.append(request.url))
    chat.page.reload()
    chat.launcher.wait_for()
    chat.page.wait_for_timeout(300)
    theirs = [url for url in asked if url.startswith(site.bot)]
    assert theirs and [url for url in theirs if "/widget/" not in url] == []
    assert chat.page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    chat.open()
    chat.ask("what is HER2")
    assert [url for url in asked if not url.startswith((site.bot, site.url))] == [], "no third party"
    assert chat.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert chat.page.evaluate("sessionStorage.length") == 1


def test_nothing_is_stored_at_all_where_the_page_says_so(visit: Visit, site: Site) -> None:
    chat = visit(site.add("/unkept", tag='storage="none"')).open()
    chat.ask("what is HER2")
    assert chat.page.evaluate("sessionStorage.length") == 0


def test_all_files_together_are_small(visit: Visit, site: Site) -> None:
    chat = visit()
    loaded: list[Response] = []
    chat.page.on("response", lambda response: loaded.append(response))
    chat.page.reload()
    chat.open()
    chat.ask("what is HER2")
    files = [response for response in loaded if "/widget/" in response.url]
    sizes = {r.url.rsplit("/", 1)[1]: int(r.headers["content-length"]) for r in files}
    assert all(r.headers.get("content-encoding") == "gzip" for r in files)
    assert len(sizes) >= 12
    assert sum(sizes.values()) < MOST_BYTES, sizes


@pytest.mark.alone
def test_the_first_answer_comes_at_once(visit: Visit) -> None:
    took = []
    for _ in range(3):
        chat = visit().open()
        took.append(
            chat.page.evaluate(
                """async () => { const root = document.querySelector('guide-chat').shadowRoot;
                const input = root.querySelector('textarea'); input.value = 'what comes after Enhertu';
                const start = performance.now();
                input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
                while (!root.querySelector('.answer, .failure')) await new Promise(requestAnimationFrame);
                if (!root.querySelector('.answer')) throw new Error('no answer');
                return performance.now() - start; }"""
            )
        )
    assert min(took) < MOST_MILLISECONDS, f"{statistics.median(took):.0f} ms; this machine may be busy"


def test_hostile_styles_of_the_page_change_nothing(visit: Visit, site: Site) -> None:
    plain, hostile = visit(), visit(site.add("/hostile", head=HOSTILE))
    looks = []
    for chat in (plain, hostile):
        chat.page.evaluate("document.querySelector('guide-chat').open()")
        chat.find(".welcome .choices").wait_for()
        chat.ask("what comes after Enhertu")
        looks.append(
            chat.page.evaluate(
                """() => ['.panel', 'h2', 'textarea', '.send', '.answer p', '.choice'].map((name) => {
                const e = document.querySelector('guide-chat').shadowRoot.querySelector(name);
                const { color, fontSize, fontFamily, textTransform, letterSpacing, opacity, visibility,
                        display } = getComputedStyle(e);
                const { width, height, x, y } = e.getBoundingClientRect();
                return [name, color, fontSize, fontFamily, textTransform, letterSpacing, opacity, visibility, display,
                        Math.round(width), Math.round(height), Math.round(x)]; })"""
            )
        )
    assert looks[0] == looks[1]


def test_the_events_say_what_happened_and_never_what_was_said(visit: Visit) -> None:
    chat = visit().open()
    chat.ask("what comes after Enhertu")
    chat.page.get_by_role("button", name="Close the chat").click()
    assert chat.events() == [["open", {}], ["message", {"kind": "sequence"}], ["close", {}]]


def test_the_languages_of_the_interface(visit: Visit, site: Site) -> None:
    chat = visit(site.add("/es", lang="es-MX"))
    expect(chat.launcher).to_have_text("Preguntar a la guía")
    chat.open()
    expect(chat.find(".panel")).to_have_attribute("lang", "es")
    expect(chat.find(".welcome")).to_contain_text("La guía solo está en inglés.")
    turn = chat.ask("i cant breathe")
    expect(turn.locator(".said")).to_have_attribute("lang", "en")
    expect(turn.locator(".urgent-title")).to_have_text("Esto es urgente. Léalo ahora, por favor.")
    assert visit(site.add("/fr", lang="fr")).launcher.inner_text() == "Ask the guide"


def test_the_languages_say_the_same_things() -> None:
    folder = ROOT / "bot" / "widget" / "strings"
    found: dict[str, dict[str, list[str]]] = {}
    for path in folder.glob("??.js"):
        pairs = re.findall(r'^  (\w+): "(.*)",$', path.read_text(encoding="utf-8"), re.M)
        found[path.stem] = {name: sorted(re.findall(r"\{\w+\}", text)) for name, text in pairs}
    assert len(found) == 2 and len(found["en"]) > 50
    assert found["en"] == found["es"]


def test_inline_waits_for_its_start_and_has_no_close(visit: Visit, site: Site) -> None:
    chat = visit(site.add("/inline-en", tag='mode="inline" heading="Ask our guide" label="Begin"'))
    expect(chat.find("h2")).to_have_text("Ask our guide")
    assert chat.page.evaluate("sessionStorage.length") == 0
    chat.page.get_by_role("button", name="Begin").click()
    expect(chat.find("section.panel")).to_be_visible()
    assert chat.focused() == "Your question"
    expect(chat.find(".close")).to_have_count(0)
    chat.ask("what is HER2")
    chat.page.reload()
    expect(chat.find(".answer")).to_be_visible()


def test_on_a_phone_it_fills_the_screen_and_stays_closed_after_navigation(visit: Visit) -> None:
    chat = visit(viewport=PHONE).open()
    assert chat.find(".panel").bounding_box() == {"x": 0, "y": 0, **PHONE}
    chat.ask("what is HER2")
    chat.page.goto(chat.page.url + "other")
    chat.launcher.wait_for()
    expect(chat.find(".panel")).to_have_count(0)
    chat.launcher.click()
    expect(chat.find(".turn")).to_have_count(1)


def test_a_window_that_shrinks_keeps_the_chat_and_the_focus(visit: Visit) -> None:
    chat = visit().open()
    chat.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    chat.page.wait_for_function("document.querySelector('guide-chat').shadowRoot.querySelector('dialog:modal')")
    assert chat.focused() == "Your question"
    chat.page.set_viewport_size({"width": 1280, "height": 800})
    chat.page.wait_for_function("!document.querySelector('guide-chat').shadowRoot.querySelector('dialog:modal')")
    assert chat.focused() == "Your question"


def test_the_page_can_set_colours_and_parts(visit: Visit, site: Site) -> None:
    style = (
        "<style>guide-chat { --guide-chat-accent: #7a1f5c; --guide-chat-radius: 0px }"
        "guide-chat::part(send) { text-transform: uppercase }</style>"
    )
    chat = visit(site.add("/themed", head=style)).open()
    expect(chat.find(".header")).to_have_css("background-color", "rgb(122, 31, 92)")
    expect(chat.find(".panel")).to_have_css("border-top-left-radius", "0px")
    expect(chat.find(".send")).to_have_css("text-transform", "uppercase")


@pytest.mark.parametrize(("theme", "system", "dark"), [("dark", "light", True), ("light", "dark", False)])
def test_the_page_can_choose_the_theme(visit: Visit, site: Site, theme: str, system: Any, dark: bool) -> None:
    chat = visit(site.add(f"/{theme}", tag=f'theme="{theme}"'), color_scheme=system).open()
    expect(chat.find(".message").first).to_have_css(
        "background-color", "rgb(36, 49, 50)" if dark else "rgb(255, 255, 255)"
    )
