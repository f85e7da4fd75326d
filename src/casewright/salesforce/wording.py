"""What an org's values are called in the customer's language, and texts cut to fit a field."""

from datetime import date
from typing import Final

_GERMAN: Final = {
    "New": "Neu",
    "Working": "In Bearbeitung",
    "Waiting on Customer": "Wartet auf Sie",
    "Escalated": "Eskaliert",
    "Closed": "Geschlossen",
    "Low": "Niedrig",
    "Medium": "Mittel",
    "High": "Hoch",
    "Critical": "Kritisch",
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def label(value: str | None, locale: str) -> str:
    """A picklist's value as people say it; a value of the org's own stays as it is."""
    return _GERMAN.get(value or "", value or "") if _is_german(locale) else value or ""


def spoken_date(day: date | None, locale: str) -> str:
    """`4 November 2026`, `04.11.2026`."""
    if day is None:
        return ""
    return f"{day:%d.%m.%Y}" if _is_german(locale) else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def cut(text: str, length: int) -> str:
    """The text if it fits, else its beginning with a note of how much is missing."""
    if len(text) <= length:
        return text
    note = f"\n[cut: {len(text)} characters do not fit into {length}]" if length >= 1000 else "…"
    return text[: length - len(note)] + note


def cut_start(text: str, length: int) -> str:
    """Like `cut`, but keeps the end: of a transcript the newest words matter most."""
    if len(text) <= length:
        return text
    note = f"[cut: {len(text)} characters do not fit into {length}]\n"
    return note + text[-(length - len(note)) :]


def _is_german(locale: str) -> bool:
    return locale.partition("-")[0] == "de"
