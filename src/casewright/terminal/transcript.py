"""A conversation as a text file: who said what when, and what it stood on."""

from rich.text import Text

from casewright.conversations.schemas import MessageView, Transcript
from casewright.terminal.replies import Writer
from casewright.terminal.screen import harmless
from casewright.terminal.texts import Texts


def as_text(transcript: Transcript, company: str, agent: str, texts: Texts) -> str:
    """In this machine's time."""
    title = texts.transcript_title.format(company)
    speakers = {"customer": texts.you, "agent": agent, "operator": texts.person}
    writer = Writer(texts, plain=True)
    messages = [
        f"[{message.at.astimezone():%Y-%m-%d %H:%M}] {speakers[message.from_]}:\n{_words(message, writer)}"
        for message in transcript.messages
    ]
    return harmless("\n\n".join([f"{title}\n{'=' * len(title)}", *messages]) + "\n")


def _words(message: MessageView, writer: Writer) -> str:
    return "\n".join(line.plain for line in writer.message(message) if isinstance(line, Text))
