"""`casewright entities`: typed values in texts, for other programs."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from pydantic import BaseModel

from casewright.cli.json_lines import File, answer_texts
from casewright.kit.errors import InvalidInput

if TYPE_CHECKING:
    from casewright.understanding.models import Entity, OwnNames

entities_app = typer.Typer(help="Typed values in texts.", no_args_is_help=True)


class ExtractedEntities(BaseModel):
    text: str
    entities: list[dict[str, Any]]


@entities_app.callback()
def group() -> None:
    """Typed values in texts."""


@entities_app.command()
def extract(
    file: File = None,
    time_zone: Annotated[str, typer.Option(help="The customer's, by its IANA name: Europe/Berlin.")] = "UTC",
    now: Annotated[
        str | None,
        typer.Option(
            help="What today and yesterday start from, as ISO 8601: 2026-11-22T14:30. Default: the clock's time.",
            show_default=False,
        ),
    ] = None,
    company: Annotated[
        Path | None,
        typer.Option(
            help="A company's folder, for the products and editions in its tenant.yaml.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str,
        typer.Option(
            help="Where a text does not tell its language: how 3/4 and phone numbers without a country are read."
        ),
    ] = "en",
) -> None:
    """Find e-mail addresses, ids, codes, dates, amounts, names and other values. For each line {"text": …} one line
    {"text", "entities": [{"type", "text", "span": [from, to], "value", …}]}. The types: docs/reference/entities.md."""
    from casewright.understanding.models import OwnNames

    here = _reference(now, time_zone)
    names = _names_of(company) if company else OwnNames()

    def extracted(texts: list[str]) -> Iterable[ExtractedEntities]:
        for text in texts:
            yield ExtractedEntities(text=text, entities=list(_extract(text, here, names, language)))

    answer_texts(file, extracted)


def _extract(text: str, now: datetime, names: "OwnNames", default: str) -> Iterator[dict[str, Any]]:
    from casewright.understanding.entities import find_entities, with_counts
    from casewright.understanding.language import detect_language

    language, _ = detect_language(text, default)
    found = find_entities(text, {}, now, language=language, names=names, known=list(_contact_details(text, language)))
    for entity in with_counts(text, found):
        details = entity.details.model_dump(mode="json") if entity.details else {}
        place = [entity.start, entity.end]
        yield {"type": entity.type, "text": text[slice(*place)], "span": place, "value": entity.value, **details}


def _contact_details(text: str, language: str) -> Iterator["Entity"]:
    """E-mail addresses and phone numbers, as they are masked in a conversation."""
    from casewright.security.identifiers import email_addresses, normal_phone_number, phone_numbers
    from casewright.understanding.models import Entity

    for start, end in email_addresses(text):
        yield Entity(type="email", value=text[start:end].lower(), start=start, end=end)
    for start, end in phone_numbers(text, language):
        yield Entity(type="phone", value=normal_phone_number(text[start:end], language), start=start, end=end)


def _reference(now: str | None, time_zone: str) -> datetime:
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"{time_zone!r} is no time zone; expected an IANA name such as Europe/Berlin.") from None
    if now is None:
        return datetime.now(UTC).astimezone(zone)
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise InvalidInput(f"--now {now!r} is no time; expected ISO 8601 such as 2026-11-22T14:30.") from None
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _names_of(company: Path) -> "OwnNames":
    from casewright.content import read_profile
    from casewright.understanding.models import OwnNames

    _, _, profile = read_profile(company / "tenant.yaml")
    return OwnNames(products=profile.products, editions=profile.editions)
