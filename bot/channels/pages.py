"""The pages and files that a browser gets: the demonstration clinic, the guide, the widget, and the clinic's public facts.

Nothing here needs Rasa: `attach` adds the routes to any Sanic application (docs/embed.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.answers.next_questions import starting_questions
from bot.answers.wording import say
from bot.clinic import Clinic, load_clinic
from bot.errors import BotError
from bot.guide.queries import Guide
from bot.guide.store import open_guide
from bot.pages import widget_files as files
from bot.pages.guide_page import read_page
from bot.pages.treatment_map import capitalised, known_place, row_data

logger = logging.getLogger(__name__)
HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
STYLES = Path(__file__).resolve().parent.parent / "pages" / "page.css"
PAGES_KEPT = 64

# The project's own pages run only their own files; the widget on the demonstration page asks this server alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
# What a clinic's website, which is another origin, may load and read: all of it is public.
_OPEN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


class Pages:
    """What the routes share: the guide, opened when first asked for, and the pages that were made from it."""

    def __init__(self, store_url: str | None = None) -> None:
        """Takes the URL of the guide store; by default what the environment says."""
        self._url = store_url
        self._guide: Guide | None = None
        self._kept: dict[tuple[Any, ...], str] = {}
        self._templates = Environment(loader=PackageLoader("bot.pages"), autoescape=True, trim_blocks=True,
                                      lstrip_blocks=True)  # fmt: skip
        self._templates.globals.update(capitalised=capitalised)

    def guide(self) -> Guide:
        """Returns the open guide.

        Raises:
            StoreError: there is no store, or it cannot be reached.
        """
        if self._guide is None:
            self._guide = open_guide(self._url)
        return self._guide

    def render(self, name: str, **values: Any) -> str:
        """Returns a template of bot/pages/templates as HTML."""
        return self._templates.get_template(name).render(**values)

    def guide_html(self, stage: str | None, line: int | None) -> str:
        """Returns the guide's page with a place marked; made again only when the guide or the clinic file changed.

        Raises:
            StoreError: the database cannot be reached.
            ClinicError: the clinic file is not right.
        """
        guide, clinic = self.guide(), load_clinic()
        place = known_place(guide, stage, line)
        key = (guide.info().content_hash, hash(clinic), *place)
        if key not in self._kept:
            if len(self._kept) >= PAGES_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self.render("guide.html", page=read_page(guide, clinic, *place), clinic=clinic)
        return self._kept[key]

    def demo_html(self) -> str:
        """Returns the made-up clinic's page with the widget on it.

        Raises:
            ClinicError: the clinic file is not right.
        """
        return self.render("demo.html", clinic=load_clinic())

    def facts(self) -> dict[str, Any]:
        """Returns what the widget may know of the clinic and the guide. Without the store, the guide is left out.

        Raises:
            ClinicError: the clinic file is not right.
        """
        clinic = load_clinic()
        found = clinic_facts(clinic)
        try:
            guide = self.guide()
            info = guide.info()
            found["guide"] = {"title": info.title, "cancer": info.cancer, "date": info.dated}
            found["starters"] = [{"title": choice.title, "text": choice.text} for choice in starting_questions(guide)]
        except BotError as error:
            logger.error("pages.facts.no_guide error=%s", type(error).__name__)
        return found


def clinic_facts(clinic: Clinic) -> dict[str, Any]:
    """Returns the clinic's public facts: whom to call, when, and the numbers for an emergency."""
    return {
        "name": clinic.name,
        "phone": clinic.phone,
        "hours": clinic.hours,
        "country": clinic.country,
        "emergency_number": clinic.emergency_number,
        "crisis_line": clinic.crisis_line,
        "crisis_name": clinic.crisis_name,
        "privacy_url": clinic.privacy_url,
        "disclaimer": say(clinic, "disclaimer"),
    }


def attach(app: Sanic, *, store_url: str | None = None) -> None:
    """Adds the routes of all pages and files to an application.

    Args:
        app: the application; a page that it already has at `/`, as Rasa's has, is replaced.
        store_url: the URL of the guide store; by default what the environment says.
    """
    pages = Pages(store_url)
    routes = Blueprint("guide_pages")
    html = partial(_answer_html, pages)

    async def demo(request: Request) -> HTTPResponse:
        return await html(pages.demo_html)

    @routes.get("/guide")
    async def guide(request: Request) -> HTTPResponse:
        line = request.args.get("line", "")
        number = int(line) if line.isascii() and line.isdigit() and len(line) == 1 else None
        return await html(pages.guide_html, request.args.get("stage"), number)

    @routes.get("/guide/page.css")
    async def styles(request: Request) -> HTTPResponse:
        return response.raw(
            STYLES.read_bytes(), content_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"}
        )

    @routes.get("/guide/row")
    async def row(request: Request) -> HTTPResponse:
        stage = request.args.get("stage", "")
        return await _answer_json(
            lambda: row_data(pages.guide(), stage), f"The guide has no such stage: {stage[:20]!r}."
        )

    @routes.get("/webhooks/web/clinic")
    async def clinic(request: Request) -> HTTPResponse:
        return await _answer_json(pages.facts, "")

    @routes.get("/widget/guide-chat.js")
    async def entry(request: Request) -> HTTPResponse:
        return _answer_file(request, files.widget_files().entry, files.SHORT)

    @routes.get("/widget/<version:str>/<name:path>")
    async def module(request: Request, version: str, name: str) -> HTTPResponse:
        found = files.widget_files().modules.get(name)
        if found is None:
            return response.text(f"There is no file {name[:60]!r} in the widget.", status=404, headers=_OPEN_HEADERS)
        # An address of an older version gives today's file, but nobody may keep it under that address.
        current = version == files.widget_files().version
        return _answer_file(request, found, files.FOR_GOOD if current else files.NOT_KEPT)

    app.blueprint(routes)
    _put_at_root(app, demo)


def _put_at_root(app: Sanic, page: Handler) -> None:
    """Serves a page at `/`, in front of the greeting that Rasa's application has there."""
    if any(route.path in ("", "/") for route in app.router.routes_all.values()):

        async def first(request: Request) -> HTTPResponse | None:
            return await page(request) if request.path == "/" and request.method in ("GET", "HEAD") else None

        app.register_middleware(first, "request")
    else:
        app.add_route(page, "/", methods=["GET"], name="demo")


async def _answer_html(pages: Pages, make: Callable[..., str], *args: Any) -> HTTPResponse:
    try:
        text = await asyncio.to_thread(make, *args)  # which takes the chosen clinic along
    except BotError as error:
        logger.error("pages.page.failed error=%s", type(error).__name__)
        return response.html(pages.render("trouble.html", clinic=_clinic_or_none()), status=503, headers=_PAGE_HEADERS)
    return response.html(text, headers=_PAGE_HEADERS)


async def _answer_json(make: Callable[[], dict[str, Any] | None], missing: str) -> HTTPResponse:
    headers = {**_OPEN_HEADERS, "Cache-Control": "no-cache"}
    try:
        data = await asyncio.to_thread(make)
    except BotError as error:
        logger.error("pages.data.failed error=%s", type(error).__name__)
        text = "The guide cannot be read right now. Please try again in a moment."
        return response.json({"error": {"code": "unavailable", "text": text}}, status=503, headers=headers)
    if data is None:
        return response.json({"error": {"code": "not_found", "text": missing}}, status=404, headers=headers)
    return response.json(data, headers=headers)


def _answer_file(request: Request, file: files.WidgetFile, keep: str) -> HTTPResponse:
    headers = {**_OPEN_HEADERS, "Cache-Control": keep, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return response.empty(status=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return response.raw(file.packed, content_type=SCRIPT, headers={**headers, "Content-Encoding": "gzip"})
    return response.raw(file.plain, content_type=SCRIPT, headers=headers)


def _clinic_or_none() -> Clinic | None:
    try:
        return load_clinic()
    except BotError:
        return None
