"""Shows what a conversation tells as it tells it, and remembers what is open to be answered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from casewright.conversations.models import Mode, Outcome, Part, QueuePlace, Resolution
from casewright.conversations.schemas import ClosedNotice, MessageView, ModeNotice, PartPiece, TurnView
from casewright.kit.errors import CasewrightError
from casewright.terminal.panels import inspected
from casewright.terminal.replies import Writer
from casewright.terminal.screen import Screen
from casewright.terminal.texts import Texts

TOOK_OVER: Final = "operator"
"""Why a mode changed: a person took the conversation."""
MESSAGE_FOLLOWS_WITHIN: Final = 0.5
"""Seconds."""
PANELS_WIDEST: Final = 110

LookBehind = Callable[[UUID], Awaitable[TurnView | None]]


class Presenter:
    """A session's `Listener`. `look_behind` gives a reply's turn where the inspector is on. `question`: the agent's last
    message while it is not answered. `awaiting`: what happens to a message that is just being sent."""

    def __init__(self, screen: Screen, writer: Writer, texts: Texts, agent: str, look_behind: LookBehind) -> None:
        self._screen = screen
        self._writer = writer
        self._texts = texts
        self._agent = agent
        self._look_behind = look_behind
        self._said_early: list[Part] = []
        self._position: int | None = None
        self._notes: list[str] = []
        self._has_begun = not screen.plain
        self.question: MessageView | None = None
        self.awaiting = texts.writing
        self.is_closed = False

    def answered(self) -> None:
        """The customer says something: what was open is not any more."""
        self.question = None
        self.is_closed = False
        self._said_early = []

    # --- what the session tells ---

    async def message(self, message: MessageView) -> None:
        is_agent = message.from_ == "agent"
        turn = await self._turn(message.id) if is_agent else None
        choices = self._writer.choices(self._writer.choices_of(message))
        lines = [*self._laid_out(self._from(message), turn), *([Text(), *choices] if choices else [])]
        self._screen.show(*([Text()] if self._has_begun else []), *lines)
        self._has_begun = True
        self._say_notes()
        self._said_early = []
        self.question = message if is_agent else None

    def part(self, piece: PartPiece) -> None:
        if piece.part.kind == "progress":
            self._screen.progress(piece.part.text, *self._writer.parts(self._said_early))
        else:
            self._said_early.append(piece.part)
            self._screen.progress(self._texts.writing, *self._writer.parts(self._said_early))

    def mode(self, notice: ModeNotice) -> None:
        self._position = None
        texts = self._texts
        self.awaiting = texts.writing if notice.mode is Mode.AGENT else texts.sending
        with_person = texts.with_person if notice.reason == TOOK_OVER else texts.waiting_for_person
        self._note_soon(texts.with_agent if notice.mode is Mode.AGENT else with_person)

    def queue(self, place: QueuePlace) -> None:
        if place.position != self._position:
            self._position = place.position
            before = place.position - 1
            many = self._texts.before_you_one if before == 1 else self._texts.before_you.format(before)
            self._note_soon(many if before else self._texts.you_are_next)

    def closed(self, notice: ClosedNotice) -> None:
        self.is_closed = True
        texts = self._texts
        solved = texts.closed_resolved if notice.outcome is Outcome.RESOLVED else texts.closed
        self._note_soon(texts.closed_assumed if notice.resolution is Resolution.ASSUMED else solved)
        if not self._screen.plain:
            self._note_soon(texts.rating)

    def busy(self, seconds: float) -> None:
        self._screen.complain(self._texts.busy.format(round(seconds)))

    def away(self) -> None:
        self._screen.complain(self._texts.away)
        self._screen.progress(self._texts.trying)

    def back(self) -> None:
        self._screen.complain(self._texts.back, "green")
        self._screen.progress(self.awaiting)

    def lost(self) -> None:
        self._screen.complain(self._texts.lost)

    # --- how it is shown ---

    def note(self, words: str) -> None:
        self._screen.show(self._writer.paragraph(words, "yellow"))

    def _note_soon(self, words: str) -> None:
        """After the message that is about it, which the log tells later."""
        self._notes.append(words)
        asyncio.get_running_loop().call_later(MESSAGE_FOLLOWS_WITHIN, self._say_notes)

    def _say_notes(self) -> None:
        while self._notes:
            self.note(self._notes.pop(0))

    def greeting(self, words: str) -> None:
        self._screen.show(Text(), self._header(self._agent, "cyan"), self._writer.paragraph(words))

    def _from(self, message: MessageView) -> list[RenderableType]:
        lines = self._writer.message(message)
        if message.from_ == "operator":
            return [self._header(self._texts.person, "green"), *lines]
        return lines if self._screen.plain else [self._header(self._agent, "cyan"), *lines]

    def _header(self, name: str, colour: str) -> Text:
        return Text(f"{name}:") if self._screen.plain else Text(name, style=f"bold {colour}")

    def _laid_out(self, lines: list[RenderableType], turn: TurnView | None) -> list[RenderableType]:
        """The panels below the words, or beside them where there is room."""
        if turn is None:
            return lines
        if not self._screen.is_wide:
            return [*lines, Text(), Constrain(inspected(turn), PANELS_WIDEST)]
        columns = Table.grid(expand=True, padding=(0, 2, 0, 0))
        columns.add_column(ratio=1)
        columns.add_column(ratio=1)
        columns.add_row(Group(*lines), inspected(turn))
        return [columns]

    async def _turn(self, reply_id: UUID) -> TurnView | None:
        try:
            return await self._look_behind(reply_id)
        except CasewrightError as error:
            self._screen.complain(error.message)
            return None
