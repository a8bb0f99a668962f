"""The widget as a visitor sees it, and the website it stands on: what the tests of the widget speak in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

# Writes down what the live regions are told, and what the widget's events say.
LISTEN = """
window.heard = [];
window.events = [];
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attach.call(this, options);
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes)
      for (const node of addedNodes)
        if (target.classList?.contains("narrator"))
          window.heard.push({ text: node.textContent, urgent: target.getAttribute("role") === "alert" });
  }).observe(root, { childList: true, subtree: true });
  return root;
};
for (const name of ["open", "close", "message", "error"])
  document.addEventListener(`guide-chat:${name}`, (event) => window.events.push([name, event.detail]));
"""


@dataclass
class Site:
    """A website on another origin than the bot's: its pages by path, each with the headers it is served with."""

    url: str
    bot: str
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def add(self, path: str, tag: str = "", head: str = "", body: str = "", csp: str = "", lang: str = "en") -> str:
        """Adds a page with the widget's two tags and returns its address. `tag` is written into <guide-chat>."""
        html = (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A clinic</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'{head}<script type="module" src="{self.bot}/widget/guide-chat.js"></script></head><body>'
            f'<main><h1>A clinic</h1><p>Welcome. <a href="/other">Another page</a></p>{body}</main>'
            f'<guide-chat server="{self.bot}" {tag}></guide-chat></body></html>'
        )
        self.pages[path] = (html, {"Content-Security-Policy": csp} if csp else {})
        return self.url + path


class Chat:
    """The widget on a page, spoken of as a visitor sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(str(error)))

    def find(self, selector: str) -> Locator:
        return self.page.locator(f"guide-chat {selector}")

    @property
    def launcher(self) -> Locator:
        return self.find("button.launcher")

    @property
    def input(self) -> Locator:
        return self.find("textarea")

    @property
    def last(self) -> Locator:
        """The newest turn."""
        return self.find(".turn").last

    def open(self) -> Chat:
        self.launcher.click()
        self.find(".welcome .choices").wait_for()
        return self

    def ask(self, text: str, *, wait: bool = True) -> Locator:
        count = self.find(".turn").count()
        self.input.fill(text)
        self.input.press("Enter")
        self.find(".turn").nth(count).wait_for()
        if wait:
            self.answered()
        return self.last

    def answered(self) -> Locator:
        self.last.locator(".said, .failure").wait_for()
        return self.last

    def heard(self) -> list[dict[str, Any]]:
        """What a screen reader was told so far."""
        found: list[dict[str, Any]] = self.page.evaluate("window.heard")
        return found

    def events(self) -> list[list[Any]]:
        found: list[list[Any]] = self.page.evaluate("window.events")
        return found

    def focused(self) -> str:
        """The name of what has the focus, inside the widget where it is there."""
        return str(
            self.page.evaluate(
                """() => { let at = document.activeElement;
                while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                return at?.getAttribute('aria-label') || at?.labels?.[0]?.textContent || at?.textContent || ''; }"""
            )
        ).strip()


Visit = Callable[..., Chat]
