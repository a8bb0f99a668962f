"""Renders the documentation as HTML pages that need no server and no network: `make docs` writes them into var/site.

GitHub renders the same Markdown; this is for reading it where there is none, and for a clinic that hosts it for its staff.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot import settings

# The order of the navigation: the start, the tutorials, then by kind of reader as in docs/index.md.
NAVIGATION: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Start", ("README.md", "docs/index.md")),
    ("Five minutes", tuple(f"docs/tutorials/{name}.md" for name in
                           ("web-team", "content-editor", "integrator", "tester", "operator", "reviewer"))),
    ("On a website", ("docs/embed.md", "docs/clinic.md", "docs/my-questions.md", "docs/accessibility.md",
                      "docs/conformance.md")),
    ("Content", ("docs/content.md", "docs/unanswered.md", "docs/evaluation.md")),
    ("Connecting", ("docs/web.md", "docs/rest.md", "docs/channels.md")),
    ("Testing", ("docs/testing.md", "docs/faults.md", "docs/benchmarks.md")),
    ("Running", ("docs/operating.md", "docs/conversations.md", "docs/serving.md", "docs/scaling.md",
                 "docs/tenants.md", "docs/dependencies.md")),
    ("Judging", ("docs/privacy.md", "docs/threat-model.md", "SECURITY.md", "docs/safety/safety-case-report.md",
                 "docs/safety/clinical-risk-management-plan.md", "docs/safety/hazard-log.md")),
    ("Changing", ("docs/how-it-works.md", "docs/architecture.md", "docs/intent-model.md", "CONTRIBUTING.md", "CHANGELOG.md")),
)  # fmt: skip
_OUTSIDE = re.compile(r"^[a-z]+:", re.IGNORECASE)


def slug(heading: str) -> str:
    """Returns the anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def pages_of(root: Path) -> list[str]:
    """Returns the paths of all pages, those of the navigation first and in its order."""
    named = [page for _, pages in NAVIGATION for page in pages]
    there = [path.relative_to(root).as_posix() for path in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])]
    return [page for page in named if page in there] + [page for page in there if page not in named]


def render(text: str, page: str, pages: list[str]) -> tuple[str, str]:
    """Returns the title and the HTML of a page.

    Headings get anchors, links to other pages lead to their HTML, and links to files of the project that are no pages become plain
    text, because these files are not part of the site.

    Args:
        text: the Markdown.
        page: its path from the project's folder.
        pages: the paths of all pages.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL))
    title, taken = page, set[str]()
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _words(tokens[number + 1])
            anchor = base = slug(words)
            for again in range(1, 100):
                if anchor not in taken:
                    break
                anchor = f"{base}-{again}"
            taken.add(anchor)
            token.attrSet("id", anchor)
            title = words if token.tag == "h1" and title == page else title
        elif token.type == "inline":
            _lead_inside(token, page, pages)
        elif token.type == "table_open":
            token.attrSet("tabindex", "0")  # a wide table is scrolled by keyboard, too
    return title, markdown.renderer.render(tokens, markdown.options, {})


def html_of(page: str) -> str:
    """Returns the path of a page's HTML file in the site."""
    return "index.html" if page == "docs/index.md" else page.removesuffix(".md") + ".html"


def write_site(root: Path, target: Path) -> list[str]:
    """Writes all pages and their pictures into a folder, which is emptied first.

    Returns:
        The paths of the HTML files.
    """
    shutil.rmtree(target, ignore_errors=True)
    pages = pages_of(root)
    rendered = {page: render((root / page).read_text(encoding="utf-8"), page, pages) for page in pages}
    template = Environment(
        loader=PackageLoader("bot.documentation", "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
    ).get_template("page.html")
    written = []
    for page, (title, body) in rendered.items():
        up = "../" * html_of(page).count("/")
        groups = [(name, [(up + html_of(one), rendered[one][0], one == page) for one in inside if one in rendered])
                  for name, inside in NAVIGATION]  # fmt: skip
        path = target / html_of(page)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.render(title=title, body=body, groups=groups), encoding="utf-8")
        written.append(html_of(page))
    for picture in sorted([*(root / "docs").glob("*.svg"), *(root / "docs" / "images").glob("*")]):
        copied = target / picture.relative_to(root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, copied)
    return written


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))


def _lead_inside(inline: Token, page: str, pages: list[str]) -> None:
    """Leads links and pictures of a page to where they are in the site."""
    children, dropped = inline.children or [], False
    for child in children:
        if child.type == "image":
            child.attrSet("src", _from(page, _file(page, str(child.attrGet("src")))))
        elif child.type == "link_open":
            target, _, anchor = str(child.attrGet("href")).partition("#")
            file = _file(page, target) if target and not _OUTSIDE.match(target) else ""
            dropped = bool(file) and file not in pages
            if dropped:
                child.tag, child.attrs = "span", {"class": "file", "title": file}
            elif file:
                child.attrSet("href", _from(page, html_of(file)) + (f"#{anchor}" if anchor else ""))
        elif child.type == "link_close" and dropped:
            child.tag, dropped = "span", False


def _file(page: str, target: str) -> str:
    """Returns the path from the project's folder of what a page links to."""
    found: list[str] = []
    for name in (*page.split("/")[:-1], *target.split("/")):
        if name == "..":
            found = found[:-1]
        elif name not in ("", "."):
            found.append(name)
    return "/".join(found)


def _from(page: str, target: str) -> str:
    return "../" * html_of(page).count("/") + target


def main() -> None:
    """Writes the site of the checkout."""
    target = settings.var_folder() / "site"
    written = write_site(Path(__file__).resolve().parents[2], target)
    print(f"Wrote {len(written)} pages: open {target / 'index.html'} in a browser.")


if __name__ == "__main__":
    main()
