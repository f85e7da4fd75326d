"""Messages as they are read in a terminal, and in plain words as they stand in a pipe or a file."""

import re
from collections.abc import Sequence
from textwrap import shorten
from typing import Final

from rich.console import RenderableType
from rich.constrain import Constrain
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from casewright.conversations.models import FormField, Part, Source
from casewright.conversations.schemas import MessageView
from casewright.terminal.choices import Choice, choices_of, may_be_edited
from casewright.terminal.texts import Texts

Lines = list[RenderableType]

WIDEST: Final = 100
"""Columns a line of reading may have."""

LONGEST_BEGINNING: Final = 120
"""Characters of a quote that a suggestion shows."""

_STYLES: Final = {"empathy": "italic", "question": "bold"}
_MARKS: Final = {"result": "✓ ", "handoff": "→ "}
_SYNTAXES: Final = (
    ("json", re.compile(r"\s*[\[{]")),
    ("xml", re.compile(r"\s*<")),
    ("sql", re.compile(r"\s*select\b", re.IGNORECASE)),
    ("http", re.compile(r"(GET|POST|PUT|PATCH|DELETE) /|HTTP/\d")),
    ("bash", re.compile(r"\s*(\$ |curl |sf |sfdx )")),
)


class Writer:
    """Puts messages in lines. `plain`: a paragraph a line, without colours and boxes."""

    def __init__(self, texts: Texts, *, plain: bool) -> None:
        self._texts = texts
        self._plain = plain

    def message(self, view: MessageView) -> Lines:
        """Its parts, their sources, and what it rests on or waits for. A person's words have no parts."""
        if not view.parts:
            return [self.paragraph(view.text)]
        blocks = [self.parts(view.parts), self._held(view)]
        if view.expects and view.expects.kind == "approval":
            blocks.append([self.paragraph(self._texts.approval_pending, "yellow")])
        return _apart(blocks)

    def parts(self, parts: Sequence[Part]) -> Lines:
        """Sentences of an answer flow together; steps count on over a listing between two of them. What was said while
        something ran is over with the next part."""
        shown = [part for index, part in enumerate(parts) if part.kind != "progress" or index == len(parts) - 1]
        citations = Citations(shown)
        lines: Lines = []
        sentences: list[str] = []
        steps = 0
        for index, part in enumerate(shown):
            words = part.text + citations.after(index)
            steps = steps + 1 if part.kind == "step" else steps if part.kind == "code" else 0
            if part.kind == "answer":
                sentences.append(words)
                if index + 1 == len(shown) or shown[index + 1].kind != "answer":
                    lines.append(self.paragraph(" ".join(sentences)))
                    sentences = []
            elif part.kind == "step":
                lines.append(self._item(f"{steps}.", words))
            elif part.kind == "suggestion":
                lines += self._suggestion(part)
            elif part.kind == "code":
                lines.append(self._listing(part.text, citations.after(index)))
            else:
                apart = part.kind == "question" or (index > 0 and shown[index - 1].kind == "suggestion")
                lines += [Text()] if apart and lines else []
                lines.append(self.paragraph(_MARKS.get(part.kind, "") + words, _STYLES.get(part.kind, "")))
        return _apart([lines, [self.paragraph(note, "dim") for note in citations.footnotes(self._texts)]])

    def choices_of(self, question: MessageView) -> tuple[Choice, ...]:
        """Values are not edited through a pipe."""
        return choices_of(question, None if self._plain else self._texts.edit)

    def choices(self, choices: Sequence[Choice]) -> Lines:
        return [self._item(f"({one.mark})" if self._plain else one.mark, one.label, "bold cyan") for one in choices]

    def paragraph(self, words: str, style: str = "") -> RenderableType:
        text = Text(words, style=style)
        return text if self._plain else Constrain(text, WIDEST)

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> Lines:
        """Names and values, a line each."""
        if self._plain:
            return [Text(f"{name}: {value}") for name, value in pairs]
        table = Table.grid(padding=(0, 2, 0, 0))
        for name, value in pairs:
            table.add_row(Text(name, style="dim"), Text(value, style="bold"))
        return [Constrain(table, WIDEST)]

    def _suggestion(self, part: Part) -> Lines:
        """An article that may answer: its title, the section, and below how that begins."""
        sections = [f" ({source.section})" for source in part.sources if source.section]
        quotes = [shorten(source.quote, LONGEST_BEGINNING, placeholder="…") for source in part.sources if source.quote]
        title = self._item("-", "".join([part.text, *sections]), "bold cyan")
        return [title, *(self._item(" ", f"“{quote}”") for quote in quotes)]

    def _held(self, view: MessageView) -> Lines:
        if not may_be_edited(view):
            return []
        return self.pairs([(label_of(field), shown_value(field) or self._texts.empty) for field in view.fields])

    def _item(self, mark: str, words: str, style: str = "") -> RenderableType:
        if self._plain:
            return Text(f"{mark} {words}")
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=3, justify="right")
        table.add_row(Text(mark, style=style), Text(words))
        return Constrain(table, WIDEST)

    def _listing(self, code: str, marks: str) -> RenderableType:
        if self._plain:
            return Text("\n".join(f"    {line}" for line in code.splitlines()) + marks)
        syntax = next((name for name, pattern in _SYNTAXES if pattern.match(code)), "text")
        content = Syntax(code, syntax, theme="ansi_dark", background_color="default", word_wrap=True)
        return Constrain(Panel(content, title=marks.strip() or None, title_align="right", border_style="dim"), WIDEST)


class Citations:
    """A message's sources in the order in which they are first cited, each once. A suggestion cites nothing."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._cited = [() if part.kind == "suggestion" else part.sources for part in parts]
        cited = [source for sources in self._cited for source in sources]
        self._sources = {_key(source): source for source in reversed(cited)}
        self._keys = list(dict.fromkeys(map(_key, cited)))

    def after(self, index: int) -> str:
        """The marks behind a part, as ` [1]`; a run of parts that cite the same is marked once, at its end."""
        cited, following = self._keys_of(index), self._keys_of(index + 1)
        if not cited or cited == following:
            return ""
        return " " + "".join(f"[{number}]" for number, key in enumerate(self._keys, start=1) if key in cited)

    def footnotes(self, texts: Texts) -> list[str]:
        kinds = {"article": texts.source_article, "record": texts.source_record, "action": texts.source_action}
        sources = [self._sources[key] for key in self._keys]
        return [
            f"[{number}] {kinds[source.type]}: {_title(source)}"
            + (f", {texts.version.format(source.version)}" if source.version else "")
            for number, source in enumerate(sources, start=1)
        ]

    def _keys_of(self, index: int) -> set[str]:
        return {_key(source) for source in self._cited[index]} if index < len(self._cited) else set()


def _key(source: Source) -> str:
    return f"{source.type}/{source.id}/{source.version}"


def _title(source: Source) -> str:
    title = source.title or source.id
    return title.replace("_", " ").capitalize() if source.type == "action" else title


def label_of(field: FormField) -> str:
    """A field may be named by its question: then the mark at its end is left out."""
    return field.label.rstrip(" :.?!")


def shown_value(field: FormField, value: str | None = None) -> str:
    """A value, else the one it holds, as the customer knows it: an option by its label."""
    held = (field.value or "") if value is None else value
    return next((option.label for option in field.options if option.text == held), held)


def _apart(blocks: Sequence[Lines]) -> Lines:
    """With an empty line between any two."""
    there = [block for block in blocks if block]
    return [line for index, block in enumerate(there) for line in ([Text()] if index else []) + block]
