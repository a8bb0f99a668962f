"""The terminal chat: the same model and actions as the server, numbered choices, no log noise."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from bot.answers.trouble import last_resort
from bot.clinic import load_clinic
from bot.guide.store import open_guide
from bot.server.departures import depart
from bot.server.quiet import quiet_rasa

_LEAVE = frozenset({"quit", "exit", "/quit", "/exit", "/stop", ":q"})


class Chat:
    """One conversation with the model in this process."""

    def __init__(self, model: Path) -> None:
        """Loads the model.

        Raises:
            StoreError: the guide store is missing or cannot be reached.
            ClinicError: the clinic file is missing or not valid.
        """
        load_clinic()
        open_guide()
        depart()
        quiet_rasa()
        from rasa.shared.core.domain import Domain  # noqa: PLC0415 - slow to load; the checks above come first

        from bot.server.application import load_agent  # noqa: PLC0415
        from bot.server.recent import RecentMemoryStore  # noqa: PLC0415

        # What is said in the terminal is kept nowhere.
        self._agent = load_agent(model, store=RecentMemoryStore(Domain.empty()))
        self._sender = uuid.uuid4().hex

    async def say(self, text: str) -> dict[str, Any]:
        """Sends a message and returns the reply contract's data with the whole text under `full_text`."""
        messages = await self._agent.handle_text(text, sender_id=self._sender) or []
        data: dict[str, Any] | None = None
        shown = [str(m["text"]) for m in messages if m.get("text")]
        for message in messages:
            data = (message.get("custom") or {}).get("data", {}).get("reply") or data
        if data is None:
            reply = last_resort()
            return {**reply.to_dict(), "full_text": reply.full_text()}
        return {**data, "full_text": "\n".join(shown)}


def run_chat(model: Path, console: Console | None = None) -> None:
    """Chats in the terminal until the visitor leaves (quit, Ctrl-D or Ctrl-C)."""
    screen = console or Console(highlight=False)
    screen.print("[dim]Loading the model ...[/dim]")
    chat = Chat(model)
    screen.print("Type a question and press Enter. Type a number to pick a choice. Type quit to leave.\n")
    asyncio.run(_talk(chat, screen))
    screen.print("Goodbye.")


async def _talk(chat: Chat, screen: Console) -> None:
    while True:
        try:
            text = screen.input("[bold]You:[/bold] ").strip()
        except (EOFError, KeyboardInterrupt):
            screen.print()
            return
        if text.lower() in _LEAVE:
            return
        reply = await chat.say(text)
        screen.print(f"[bold cyan]Guide:[/bold cyan] {escape(reply['full_text'])}\n")
