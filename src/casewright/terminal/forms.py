"""A form in a terminal: field by field, each checked as it is written, all looked through before they are sent."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from rich.text import Text

from casewright.conversations.models import FormField
from casewright.terminal.choices import numbered
from casewright.terminal.replies import Writer, label_of, shown_value
from casewright.terminal.texts import Texts

Values = dict[str, str]

_PATTERNS: Final = {
    "email": re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    "code": re.compile(r"\d{6}"),
    "case_number": re.compile(r".*\d.*"),
    "http_status": re.compile(r"[1-5]\d\d"),
    "money": re.compile(r"([^\W\d_]{1,4}|[$€£¥])?\s?\d[\d.,'’\s]*([^\W\d_]{1,4}|[$€£¥])?"),
    "number": re.compile(r"[-+]?\d[\d.,'’\s]*"),
}


def read_value(field: FormField, written: str) -> str:
    """What is meant by what was written: an option by its number or its label."""
    words = written.strip()
    for number, option in enumerate(field.options, start=1):
        if words.casefold() in (str(number), option.label.casefold(), option.text.casefold()):
            return option.text
    return words


def fault_of(field: FormField, value: str, texts: Texts) -> str | None:
    """What is to be put right about a value; None if nothing is. The server has the last word."""
    if not value:
        return None if field.optional else texts.missing
    if field.options:
        is_one = value in [option.text for option in field.options]
        return None if is_one else texts.choose.format(len(field.options))
    if field.type == "date":
        return None if _is_date(value) else texts.faults["date"]
    pattern = _PATTERNS.get(field.type)
    return None if pattern is None or pattern.fullmatch(value) else texts.faults[field.type]


def _is_date(value: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value))
    except ValueError:
        return False


class Form:
    """`read` asks for a line after a prompt; `show` shows lines."""

    def __init__(
        self,
        fields: Sequence[FormField],
        writer: Writer,
        texts: Texts,
        read: Callable[[str], str],
        show: Callable[..., None],
    ) -> None:
        self._fields = fields
        self._writer = writer
        self._texts = texts
        self._read = read
        self._show = show

    def fill_in(self) -> Values:
        """Values by slot, as they were sent off. Ctrl-C leaves it."""
        self._show(self._writer.paragraph(self._texts.form_keys, "dim"))
        values = {field.slot: self._ask(field, field.value or "") for field in self._fields}
        while (number := self._looked_through(values)) > 0:
            field = self._fields[number - 1]
            values[field.slot] = self._ask(field, values[field.slot])
        return values

    def _ask(self, field: FormField, held: str) -> str:
        """A value of the field's kind; Enter keeps what it holds."""
        if field.options:
            self._show(*self._writer.choices(numbered(option.label for option in field.options)))
        shown = f" [{shown_value(field, held)}]" if held else f" ({self._texts.optional})" if field.optional else ""
        while True:
            value = read_value(field, self._read(f"{label_of(field)}{shown} › ")) or held
            fault = fault_of(field, value, self._texts)
            if fault is None:
                return value
            self._show(self._writer.paragraph(fault, "red"))

    def _looked_through(self, values: Values) -> int:
        """The number of the line that is to be corrected; 0 sends it."""
        pairs = [
            (f"{number} {label_of(field)}", shown_value(field, values[field.slot]) or self._texts.empty)
            for number, field in enumerate(self._fields, start=1)
        ]
        self._show(Text(), *self._writer.pairs(pairs), self._writer.paragraph(self._texts.form_check, "dim"))
        while line := self._read(self._texts.form_send).strip():
            if line.isdecimal() and 1 <= int(line) <= len(self._fields):
                return int(line)
            self._show(self._writer.paragraph(self._texts.choose.format(len(self._fields)), "red"))
        return 0
