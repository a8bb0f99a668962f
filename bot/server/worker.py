"""One worker: a process that serves on a socket it is given. Started by `bot.server.workers`, never by hand."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Any

from bot import settings
from bot.errors import BotError
from bot.server.launcher import prepare


def main(model: str, listening: int, ready: int, lifeline: int, proxied: bool) -> None:
    """Serves until told to stop, or until the supervisor is gone.

    Args:
        model: path of the trained model.
        listening: file descriptor of the listening socket.
        ready: file descriptor to write one byte to when the first request can be answered.
        lifeline: file descriptor that is closed when the supervisor ends, however it ends.
        proxied: requests come through the front, whose X-Forwarded-For can be believed.
    """
    app = prepare(Path(model))
    if proxied:
        app.config.PROXIES_COUNT = settings.proxies() + 1  # the front is one more

    async def started(app: Any, loop: asyncio.AbstractEventLoop) -> None:
        os.write(ready, b"1")
        os.close(ready)

        def gone() -> None:
            loop.remove_reader(lifeline)
            app.stop()

        loop.add_reader(lifeline, gone)

    app.register_listener(started, "after_server_start")
    app.run(sock=socket.socket(fileno=listening), workers=1, access_log=False)


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "proxied")
    except BotError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        pass
