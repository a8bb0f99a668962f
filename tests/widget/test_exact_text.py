"""Text is shown exactly as it was sent: what is seen is what was said, less the signs of the markup; nothing runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from chatting import Chat, Site, Visit
from hypothesis import example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

# The markup, said once more and independently of the widget: **strong** and [words](safe address).
_STRONG = re.compile(r"\*\*([^*\n]+)\*\*")
_LINK = re.compile(r"\[([^\][\n]+)\]\(((?:https://|mailto:)[^()\s]+|tel:[+\d*#-]+)\)", re.IGNORECASE)
_EITHER = re.compile(f"{_STRONG.pattern}|{_LINK.pattern}", re.IGNORECASE)

ATTACKS = [
    "<script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "<svg/onload=document.title='ran'>",
    '"><iframe srcdoc="<script>parent.document.title=1</script>">',
    "[press](javascript:document.title='ran')",
    "[press](JaVaScRiPt:document.title='ran')",
    "[press](data:text/html,<script>1</script>)",
    "[press](https:javascript:1)",
    "[press](//evil.example)",
    "[press](vbscript:x)",
    "[press](tel:javascript:1)",
    "**<b onmouseover=document.title='ran'>bold</b>**",
    "{{constructor.constructor('document.title=1')()}}",
    "&lt;script&gt; &amp; &#106;",
    "<style>*{display:none}</style>",
    "<a href='javascript:1'>x</a>",
]


@pytest.fixture(scope="module")
def shown(browser: Browser, site: Site) -> Iterator[Any]:
    """Calls a function of the widget's own module in a page."""
    page: Page = browser.new_page()
    page.goto(site.url + "/")
    page.evaluate(
        """async (bot) => {
        const entry = await (await fetch(`${bot}/widget/guide-chat.js`)).text();
        const folder = /"\\.\\/(\\w+)\\//.exec(entry)[1];
        window.markup = await import(`${bot}/widget/${folder}/markup.js`);
        window.show = (text, numbers = []) => { const box = document.createElement('div');
          box.append(markup.toNodes(text, numbers)); document.body.append(box);
          const found = { text: box.textContent, tags: [...box.querySelectorAll('*')].map((e) => e.localName),
            links: [...box.querySelectorAll('a')].map((a) => a.getAttribute('href')) }; box.remove(); return found; };
        }""",
        site.bot,
    )
    yield lambda text, numbers=(): page.evaluate("([text, numbers]) => show(text, numbers)", [text, list(numbers)])
    page.close()


def without_markup(text: str) -> str:
    return _EITHER.sub(lambda found: found[1] or found[2], text)


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["**", "*", "[", "]", "(", ")", "<", ">", "_", "&", "\\", "`", "#", "https://", "https://a.example/x",
                     "javascript:", "tel:911", "mailto:a@b.example", "911", "+1 555", " ", ".", "http://a.example",
                     "[a](https://a.example)", "**b**", "pressure <120/80", "5*3 mg", "snake_case [now]"]),
)  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join).filter(lambda text: text.isprintable() or "\n" not in text))
@example("Blood pressure <120/80")
@example("dose 5*3 mg and 2*4 mg")
@example("snake_case [now] and [a](b)")
@example("**strong** and [words](https://a.example/x_(y))")
@example("see https://a.example/x. Then (https://b.example).")
@settings(max_examples=250)
def test_what_is_seen_is_what_was_sent_less_the_markup(shown: Any, text: str) -> None:
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    found = shown(text, ["911", "+1 555"])
    assert found["text"] == without_markup(text)
    assert set(found["tags"]) <= {"strong", "a"}
    assert all(re.match(r"https://|mailto:|tel:", link, re.IGNORECASE) for link in found["links"])


@given(
    st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=40).filter(lambda t: not _EITHER.search(t))
)
@settings(max_examples=100)
def test_text_without_markup_is_untouched(shown: Any, text: str) -> None:
    assert shown(text)["text"] == text


def test_links_are_made_of_safe_addresses_only(shown: Any) -> None:
    assert shown("see https://a.example/x. Then")["links"] == ["https://a.example/x"]
    assert shown("[write](mailto:a@b.example) [call](tel:+15550100142)")["links"] == [
        "mailto:a@b.example",
        "tel:+15550100142",
    ]
    for attack in ATTACKS:
        found = shown(attack)
        assert found["links"] == [], attack
        assert found["text"] == without_markup(attack)


def test_numbers_of_the_clinic_become_links_where_they_stand_alone(shown: Any) -> None:
    found = shown("Call 911 now, not 9112 or 1911. Then +1 555 010 0142 (8 am).", ["911", "+1 555 010 0142"])
    assert found["links"] == ["tel:911", "tel:+15550100142"]
    assert found["text"] == "Call 911 now, not 9112 or 1911. Then +1 555 010 0142 (8 am)."


@pytest.mark.parametrize("place", ["visitor", "reply"])
def test_nothing_that_is_said_runs(visit: Visit, place: str) -> None:
    chat: Chat = visit().open()
    reply = {
        "kind": "definition", "stage": "<b>", "line": None, "drug": None, "term": None, "passages": ["\"><script>"],
        "source": {"title": "<i>", "date": "<i>", "section": "<i>"}, "text": "\n".join(ATTACKS),
        "choices": [{"number": 1, "title": "<img src=x>", "text": "<img src=x>"}],
        "notes": {"before": ATTACKS[:2], "after": ATTACKS[2:4]},
    }  # fmt: skip
    answer = {"messages": [{"custom": {"data": {"reply": reply}}}]}
    chat.page.route(
        "**/webhooks/web/message",
        lambda route: route.fulfill(json=answer, headers={"Access-Control-Allow-Origin": "*"}),
    )
    said = "\n".join(ATTACKS) if place == "visitor" else "hello"
    turn = chat.ask(said)
    expect(turn.locator("script, img, iframe, style, b, i")).to_have_count(0)
    if place == "visitor":
        assert turn.locator(".mine p").evaluate("(e) => e.textContent") == said
    seen = turn.locator(".answer p").evaluate_all("(all) => all.map((e) => e.textContent)")
    assert seen == [without_markup(line) for line in ATTACKS]
    assert chat.page.title() == "A clinic"
    assert turn.locator("a").evaluate_all("(all) => all.map((a) => a.protocol)") == ["http:"]
