"""Puts a chat together for this terminal or pipe, and runs it."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from casewright.terminal.background import Background
from casewright.terminal.chat import Chat, Visitor
from casewright.terminal.inspector import NO_KEY, Inspector
from casewright.terminal.lines import Lines, PipedLines, TypedLines, typed_ahead_kept
from casewright.terminal.screen import ChatConsole, Screen
from casewright.terminal.server import Server
from casewright.terminal.texts import texts_in

LOCAL_TIME: Final = Path("/etc/localtime")


def talk(url: str, visitor: Visitor, operator_key: str | None, *, wants_inspector: bool | None) -> None:
    """Until it is over. `wants_inspector` None: where people look at it. Raises `Unreachable`, `GaveUp` or `Denied`."""
    plain = not (sys.stdin.isatty() and sys.stdout.isatty())
    screen = Screen(ChatConsole(highlight=False), ChatConsole(stderr=True, highlight=False), plain=plain)
    lines: Lines = PipedLines() if plain else TypedLines(screen.prompt_stands, screen.prompt_left)
    shows_inspector = not plain if wants_inspector is None else wants_inspector
    with Background() as background, nullcontext() if plain else typed_ahead_kept():
        server = background.call(_server(url))
        try:
            site = background.call(server.site(visitor.publishable_key, visitor.language, visitor.time_zone))
            language = visitor.language if visitor.language[:2] in site.languages else site.default_language
            inspector = Inspector(server, operator_key, is_on=shows_inspector)
            if shows_inspector and operator_key is None:
                screen.complain(NO_KEY, "yellow")
            Chat(server, visitor, site, inspector, background, screen, lines, texts_in(language)).run()
        finally:
            background.call(server.close())


async def _server(url: str) -> Server:
    return Server(url)


def local_time_zone() -> str:
    """Its IANA name, by which a greeting fits the hour; UTC where this machine does not say."""
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named:
        return named
    _, found, name = str(LOCAL_TIME.resolve()).partition("/zoneinfo/")
    return name if found else "UTC"
