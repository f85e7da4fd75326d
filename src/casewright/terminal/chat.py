"""A customer's chat, line by line."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich.text import Text

from casewright.conversations.schemas import ConversationCreated, MessageView, TurnView
from casewright.explaining import in_plain_words
from casewright.kit.errors import CasewrightError, InvalidInput
from casewright.tenants.schemas import Site
from casewright.terminal.background import Background
from casewright.terminal.choices import Choice, may_be_edited, numbered
from casewright.terminal.errors import Denied, GaveUp
from casewright.terminal.forms import Form
from casewright.terminal.inspector import Inspector
from casewright.terminal.lines import Lines
from casewright.terminal.presenter import Presenter
from casewright.terminal.replies import Writer
from casewright.terminal.screen import Screen
from casewright.terminal.server import Outgoing, Server
from casewright.terminal.session import Session
from casewright.terminal.texts import Texts
from casewright.terminal.transcript import as_text

PIPED_PATIENCE: Final = 60.0
"""Seconds for which a script waits for a server that went away; people decide that themselves."""
EDIT: Final = "edit"
CODE_DIGITS: Final = 6


class Left(Exception):
    """Whoever types wants to end."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opens the conversations, and in which language: "" is the company's own."""

    publishable_key: str
    language: str
    time_zone: str


class Chat:
    """Runs in the main thread, which belongs to whoever types; what the server tells is shown from `background`."""

    def __init__(
        self,
        server: Server,
        visitor: Visitor,
        site: Site,
        inspector: Inspector,
        background: Background,
        screen: Screen,
        lines: Lines,
        texts: Texts,
    ) -> None:
        self._server = server
        self._visitor = visitor
        self._site = site
        self._inspector = inspector
        self._background = background
        self._screen = screen
        self._lines = lines
        self._texts = texts
        self._writer = Writer(texts, plain=screen.plain)
        self._agent = texts.named_assistant.format(site.agent_name) if site.agent_name else texts.assistant
        self._form_offered: UUID | None = None
        self._presenter, self._session = self._conversation()
        self._commands: dict[str, Callable[[str], None]] = {
            "/new": self._new,
            "/person": self._person,
            "/form": self._form,
            "/inspect": self._inspect,
            "/why": self._why,
            "/transcript": self._transcript,
            "/help": self._help,
            "/quit": self._quit,
        }

    def run(self) -> None:
        """Until whoever types ends it, or nobody reads any more. Raises `GaveUp` when a script waited too long."""
        self._greet()
        was_interrupted = False
        while not self._screen.is_cut_off:
            try:
                self._offer_form()
                line = self._read(self._prompt(), remember=True)
                was_interrupted = False
                self._take(line.strip())
            except KeyboardInterrupt:
                if was_interrupted:
                    break
                was_interrupted = True
                self._screen.show(Text(f"\n{self._texts.interrupted}", style="dim"))
            except Left:
                break
            except GaveUp:
                raise
            except CasewrightError as error:
                self._screen.complain(error.message)

    # --- the conversation ---

    def _conversation(self) -> tuple[Presenter, Session]:
        """One that is opened at its first word."""
        presenter = Presenter(self._screen, self._writer, self._texts, self._agent, self._look_behind)
        patience = PIPED_PATIENCE if self._screen.plain else None
        return presenter, Session(self._server, self._open, presenter, patience)

    async def _open(self) -> ConversationCreated:
        visitor = self._visitor
        return await self._server.open(visitor.publishable_key, visitor.language, visitor.time_zone)

    async def _look_behind(self, reply_id: UUID) -> TurnView | None:
        if not self._inspector.is_on or self._session.id is None:
            return None
        return await self._inspector.turn(self._session.id, reply_id)

    def _greet(self) -> None:
        if self._screen.plain:
            return
        self._presenter.greeting(self._site.greeting)
        if self._site.suggested:
            suggestions = self._writer.choices(numbered(self._site.suggested))
            self._screen.show(Text(f"\n{self._texts.suggestions}", style="dim"), *suggestions)
        self._screen.show(Text(f"\n{self._texts.begin}", style="dim"))

    # --- what is typed ---

    def _prompt(self) -> str:
        question = self._presenter.question
        asks_code = question and question.expects and question.expects.kind == "code"
        return self._texts.prompt_code if asks_code else self._texts.prompt

    def _read(self, prompt: str, *, remember: bool = False) -> str:
        """Raises `Left` at the end of the input. What may be a code is not remembered."""
        line = self._lines.read(prompt, remember=remember and prompt == self._texts.prompt)
        if line is None:
            raise Left
        return line

    def _take(self, line: str) -> None:
        question = self._presenter.question
        if not line:
            return
        if line.startswith("/") and not line.startswith("//"):
            self._command(line)
        elif self._presenter.is_closed and line in ("1", "2", "3", "4", "5") and not self._screen.plain:
            self._rate(int(line))
        elif choice := self._chosen(line):
            self._pick(choice)
        elif question and may_be_edited(question) and line.casefold() in (EDIT, self._texts.edit.casefold()):
            self._form("")
        elif question and question.expects and question.expects.kind == "code" and _is_wrong_code(line):
            self._screen.complain(self._texts.faults["code"])
        else:
            self._send(Outgoing(line.removeprefix("/") if line.startswith("//") else line))

    def _chosen(self, line: str) -> Choice | None:
        question = self._presenter.question
        if question:
            offered = self._writer.choices_of(question)
        else:
            offered = numbered(self._site.suggested) if self._session.id is None else ()
        return next((one for one in offered if one.mark == line.casefold()), None)

    def _pick(self, choice: Choice) -> None:
        if choice.text is None:
            self._form("")
        else:
            if not self._screen.plain:
                self._screen.show(self._writer.paragraph(f"{self._texts.you}: {choice.label}", "dim"))
            self._send(Outgoing(choice.text))

    def _send(self, message: Outgoing) -> None:
        """Waits for the reply; who does not want to wait presses Ctrl-C, and it comes when it comes."""
        question = self._presenter.question
        self._presenter.answered()
        running = self._background.start(self._session.deliver(message))
        try:
            with self._screen.waiting(self._presenter.awaiting):
                running.result()
        except KeyboardInterrupt:
            running.add_done_callback(self._complain_of)
            self._screen.show(Text(f"\n{self._texts.goes_on}", style="dim"))
        except Denied as denied:
            self._presenter.question = question
            if denied.is_gone:
                raise InvalidInput(self._texts.lost) from denied
            raise

    def _complain_of(self, running: Future[Any]) -> None:
        error = None if running.cancelled() else running.exception()
        if isinstance(error, CasewrightError):
            self._screen.complain(error.message)

    # --- forms ---

    def _offer_form(self) -> None:
        """Unless its last one was left, to be answered in words."""
        question = self._presenter.question
        if question is None or question.expects is None or question.expects.kind != "form":
            self._answers_in_words = False
        elif not self._answers_in_words and not self._screen.plain:
            self._fill_in(question)

    def _form(self, _: str) -> None:
        question = self._presenter.question
        if self._screen.plain:
            raise InvalidInput(self._texts.not_in_pipe)
        if question is None or not question.fields:
            raise InvalidInput(self._texts.nothing_asked)
        self._fill_in(question)

    def _fill_in(self, question: MessageView) -> None:
        form = Form(question.fields, self._writer, self._texts, self._read, self._screen.show)
        try:
            values = form.fill_in()
        except KeyboardInterrupt:
            self._answers_in_words = True
            self._screen.show(Text(f"\n{self._texts.form_left}", style="dim"))
            return
        if may_be_edited(question):
            held = {field.slot: field.value or "" for field in question.fields}
            values = {slot: value for slot, value in values.items() if value != held[slot]}
        if values:
            self._send(Outgoing(form=values))
        else:
            self._presenter.note(self._texts.nothing_changed)

    # --- after the end ---

    def _rate(self, rating: int) -> None:
        comment = self._read(self._texts.rating_comment)
        self._background.call(self._session.rate(rating, comment.strip()))
        self._presenter.is_closed = False
        self._presenter.note(self._texts.rating_thanks)

    # --- commands ---

    def _command(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        command = self._commands.get(name.lower())
        if command is None:
            raise InvalidInput(self._texts.unknown_command.format(name))
        command(argument.strip())

    def _new(self, _: str) -> None:
        self._background.call(self._session.close())
        self._presenter, self._session = self._conversation()
        self._greet()

    def _person(self, _: str) -> None:
        self._presenter.answered()
        with self._screen.waiting(self._presenter.awaiting):
            self._background.call(self._session.ask_for_person())

    def _inspect(self, wish: str) -> None:
        if wish not in ("", "on", "off"):
            raise InvalidInput("Write /inspect on or /inspect off.")
        self._inspector.require_key()
        self._inspector.is_on = wish == "on" if wish else not self._inspector.is_on
        self._presenter.note(f"The inspector is {'on' if self._inspector.is_on else 'off'}.")

    def _why(self, _: str) -> None:
        self._inspector.require_key()
        turn = self._background.call(self._inspector.turn(self._session.id)) if self._session.id else None
        if turn is None:
            raise InvalidInput(self._texts.nothing_said)
        for heading, lines in in_plain_words(turn):
            self._screen.show(Text(heading, style="bold"), *(Text(f"  {line}") for line in lines))

    def _transcript(self, name: str) -> None:
        if not name:
            raise InvalidInput(self._texts.transcript_needs_file)
        transcript = self._background.call(self._session.transcript())
        if transcript is None:
            raise InvalidInput(self._texts.nothing_said)
        try:
            with Path(name).expanduser().open("x", encoding="utf8") as file:
                file.write(as_text(transcript, self._site.name, self._agent, self._texts))
        except FileExistsError:
            raise InvalidInput(self._texts.transcript_exists.format(name)) from None
        except (OSError, RuntimeError) as error:
            raise InvalidInput(self._texts.transcript_failed.format(name, getattr(error, "strerror", error))) from None
        self._presenter.note(self._texts.transcript_saved.format(name))

    def _help(self, _: str) -> None:
        self._screen.show(Text(self._texts.help))

    def _quit(self, _: str) -> None:
        raise Left


def _is_wrong_code(line: str) -> bool:
    """Meant as a code, and none; whoever writes words wants something else."""
    digits = "".join(line.replace("-", " ").split())
    return digits.isdecimal() and len(digits) != CODE_DIGITS
