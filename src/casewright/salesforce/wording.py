"""What customers read: an org's values in their language, a notice by mail; and texts cut to fit a field."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, TypeVar

T = TypeVar("T")

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
    "Requested": "Angefragt",
    "Approved": "Freigegeben",
    "Scheduled": "Geplant",
    "In Progress": "In Arbeit",
    "Interrupted": "Unterbrochen",
    "Completed": "Abgeschlossen",
    "Cancelled": "Storniert",
    "Add Users": "Benutzer hinzufügen",
    "Data Export": "Datenexport",
    "MFA Reset": "MFA zurücksetzen",
    "Once": "Einmalig",
    "Daily": "Täglich",
    "Weekly": "Wöchentlich",
    "Monthly": "Monatlich",
    "Credit": "Gutschrift",
    "Refund": "Erstattung",
    "Purchased": "Gekauft",
    "Installed": "Installiert",
    "Registered": "Registriert",
    "Obsolete": "Beendet",
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

ADDRESS_CHANGED: Final = {
    "en": (
        "Your e-mail address was changed",
        "Hello,\n\nthe e-mail address under which we know you was changed in our chat. From now on we write to the new one.\n\n"
        "If that was not you, please contact us at once.\n",
    ),
    "de": (
        "Ihre E-Mail-Adresse wurde geändert",
        "Guten Tag,\n\ndie E-Mail-Adresse, unter der wir Sie kennen, wurde in unserem Chat geändert. Ab jetzt schreiben wir an die "
        "neue.\n\nWenn Sie das nicht waren, melden Sie sich bitte sofort bei uns.\n",
    ),
    "es": (
        "Su dirección de correo electrónico ha cambiado",
        "Hola:\n\nla dirección con la que le conocemos se ha cambiado en nuestro chat. A partir de ahora escribimos a la nueva.\n\n"
        "Si no ha sido usted, póngase en contacto con nosotros de inmediato.\n",
    ),
    "fr": (
        "Votre adresse e-mail a été modifiée",
        "Bonjour,\n\nl'adresse sous laquelle nous vous connaissons a été modifiée dans notre chat. Désormais, nous écrivons à la "
        "nouvelle.\n\nSi ce n'était pas vous, contactez-nous immédiatement.\n",
    ),
    "pt": (
        "Seu endereço de e-mail foi alterado",
        "Olá,\n\no endereço com o qual conhecemos você foi alterado em nosso chat. A partir de agora escrevemos para o novo.\n\n"
        "Se não foi você, entre em contato conosco imediatamente.\n",
    ),
    "ja": (
        "メールアドレスが変更されました",
        "こんにちは。\n\nご登録のメールアドレスがチャットで変更されました。今後は新しいアドレスにお送りします。\n\n"
        "お心当たりがない場合は、すぐにご連絡ください。\n",
    ),
}
"""The mail to the address that was left behind, by language: subject and body."""


def in_language(texts: Mapping[str, T], locale: str) -> T:
    """The text of the customer's language, else the English one."""
    return texts.get(locale.partition("-")[0], texts["en"])


def label(value: str | None, locale: str) -> str:
    """A picklist's value as people say it; a value of the org's own stays as it is."""
    return _GERMAN.get(value or "", value or "") if _is_german(locale) else value or ""


def spoken_date(day: date | None, locale: str) -> str:
    """`4 November 2026`, `04.11.2026`."""
    if day is None:
        return ""
    return f"{day:%d.%m.%Y}" if _is_german(locale) else f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def spoken_moment(moment: datetime | None, locale: str) -> str:
    """`4 November 2026, 02:00 UTC`, `04.11.2026, 02:00 UTC`."""
    if moment is None:
        return ""
    utc = moment.astimezone(UTC)
    return f"{spoken_date(utc.date(), locale)}, {utc:%H:%M} UTC"


def spoken_number(number: float, locale: str) -> str:
    """A whole number: `1,300,000`, `1.300.000`."""
    return f"{number:,.0f}".replace(",", "." if _is_german(locale) else ",")


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
