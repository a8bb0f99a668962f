"""The documentation as HTML: every page is there, every link and anchor leads somewhere, nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from facts import ROOT

from bot.documentation.site import NAVIGATION, html_of, pages_of, render, slug, write_site

PAGES = pages_of(ROOT)


class Found(HTMLParser):
    """What a page holds: the ids of its elements, where it leads, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if tag == "a":
            self.links.append(str(named.get("href")))
        elif "src" in named or tag == "link":
            self.loads.append(str(named.get("src") or named.get("href")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site") / "made"
    write_site(ROOT, target)
    return target


@pytest.fixture(scope="module")
def found(site: Path) -> dict[str, Found]:
    return {path.relative_to(site).as_posix(): Found(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_every_page_is_there_and_in_the_navigation(found: dict[str, Found]) -> None:
    assert set(found) == {html_of(page) for page in PAGES}
    assert sorted(page for _, pages in NAVIGATION for page in pages) == sorted(PAGES)


def test_every_link_and_anchor_leads_somewhere(site: Path, found: dict[str, Found]) -> None:
    wrong = []
    for page, holds in found.items():
        for link in [*holds.links, *holds.loads]:
            if re.match(r"(?:https?|data|tel):", link):
                continue
            address, _, anchor = link.partition("#")
            target = ((site / page).parent / address).resolve() if address else site / page
            inside = (
                found.get(target.relative_to(site.resolve()).as_posix())
                if target.is_relative_to(site.resolve())
                else None
            )
            if not target.is_file() or (anchor and (inside is None or anchor not in inside.ids)):
                wrong.append(f"{page}: {link}")
    assert wrong == []


def test_ids_stand_once_and_nothing_is_loaded_from_elsewhere(found: dict[str, Found]) -> None:
    for page, holds in found.items():
        assert len(set(holds.ids)) == len(holds.ids), page
        assert not any(re.match(r"(?:https?:)?//", one) for one in holds.loads), page


def test_what_is_typed_into_a_page_is_shown_and_not_run() -> None:
    title, html = render("# A & <b>\n\n<script>alert(1)</script>\n", "docs/a.md", ["docs/a.md"])
    assert title == "A & <b>" and "<script>" not in html and "&lt;script&gt;" in html


def test_links_lead_to_pages_and_files_of_the_project_are_named_only() -> None:
    text = "[b](../safety/b.md#two) [code](../../bot/cli.py) [far](https://example.org) [here](#x)\n\n![p](../images/p.png)\n"
    _, html = render(text, "docs/tutorials/a.md", ["docs/tutorials/a.md", "docs/safety/b.md"])
    assert (
        'href="../../docs/safety/b.html#two"' in html and 'href="https://example.org"' in html and 'href="#x"' in html
    )
    assert '<span class="file" title="bot/cli.py">code</span>' in html and 'src="../../docs/images/p.png"' in html


def test_headings_that_say_the_same_have_anchors_of_their_own() -> None:
    _, html = render("# A\n\n## Same `thing`\n\n## Same `thing`\n", "a.md", ["a.md"])
    assert 'id="same-thing"' in html and 'id="same-thing-1"' in html
    assert slug("What's `on` my list?") == "whats-on-my-list"
