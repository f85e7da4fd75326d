"""Data exports of a customer's org: service requests that run by a plan, and go on where they stopped."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from casewright.procedures.models import ActionCall, ActionOutcome, Scalar
from casewright.salesforce import service_requests
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import ServiceRequestRow
from casewright.salesforce.outcomes import NOT_DONE, done, failed
from casewright.salesforce.service_requests import FIELDS, OBJECT
from casewright.salesforce.subscriptions import percent
from casewright.salesforce.wording import label, spoken_moment, spoken_number

DATA_EXPORT: Final = "Data Export"
INTERRUPTED: Final = "Interrupted"
FORMATS: Final = ("CSV", "XLSX", "JSON")
FREQUENCIES: Final = ("Once", "Daily", "Weekly", "Monthly")
ALL: Final = "All"
BEGINS_AT: Final = time(2, tzinfo=UTC)
"""When few people work in the orgs we look after."""
LATEST_FIRST_RUN: Final = timedelta(days=366)
OBJECTS_LENGTH: Final = 2_000

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    ALL: ("everything", "all objects", "all data", "alle", "alles", "alle objekte", "alle daten"),
    "Account": ("accounts",),
    "Asset": ("assets",),
    "Campaign": ("campaigns", "kampagne", "kampagnen"),
    "Case": ("cases", "fall", "fälle", "kundenvorgang", "kundenvorgänge"),
    "Contact": ("contacts", "kontakt", "kontakte"),
    "Contract": ("contracts", "vertrag", "verträge"),
    "Event": ("events", "ereignis", "ereignisse"),
    "Lead": ("leads",),
    "Opportunity": ("opportunities", "opportunitys", "verkaufschance", "verkaufschancen"),
    "Order": ("orders", "auftrag", "aufträge"),
    "Pricebook2": ("price books", "pricebooks", "preisbuch", "preisbücher"),
    "Product2": ("products", "product", "produkt", "produkte"),
    "Quote": ("quotes", "angebot", "angebote"),
    "Task": ("tasks", "aufgabe", "aufgaben"),
    "User": ("users", "benutzer"),
}
"""Standard objects, and what people call them in English and German."""
_OBJECTS: Final = {spoken: name for name, others in _NAMES.items() for spoken in (name.casefold(), *others)}
_CUSTOM: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*__c", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"[,;\n]|\s(?:and|und|&)\s")


# --- scheduling -------------------------------------------------------------------------------------------------------------


async def schedule(client: SalesforceClient, call: ActionCall, *, now: datetime) -> ActionOutcome:
    named = [_object(text) for text in _named(call.arguments.get("objects"))]
    unknown = next((text for text, name in named if name is None), None)
    if unknown is not None or not named:
        return failed("unknown_object", object=unknown or "")
    format_ = _one_of(FORMATS, call.arguments.get("format"))
    if format_ is None:
        return failed("unknown_format")
    frequency = _one_of(FREQUENCIES, call.arguments.get("frequency"))
    if frequency is None:
        return failed("unknown_frequency")
    next_run = first_run(call.arguments.get("first_run"), now)
    if next_run is None:
        return failed("invalid_date")
    objects = ", ".join(dict.fromkeys(name for _, name in named if name))
    if len(objects) > OBJECTS_LENGTH:
        return failed("unknown_object", object="")
    fields = {"Objects__c": objects, "Format__c": format_, "Frequency__c": frequency, "Next_Run__c": _wire(next_run)}
    made = await service_requests.create(client, call, DATA_EXPORT, "Scheduled", fields)
    planned = {"objects": objects, "frequency": frequency, "next_run": next_run}
    return _scheduled(client, call, made.model_copy(update=planned))


async def was_scheduled(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    request = await service_requests.of_call(client, call)
    return NOT_DONE if request is None else _scheduled(client, call, request)


def first_run(given: Scalar, now: datetime) -> datetime | None:
    """`BEGINS_AT` on the day given (ISO 8601), else in the coming night; None if it is no day within the next year."""
    coming = datetime.combine(now.astimezone(UTC).date(), BEGINS_AT)
    coming += timedelta(days=1) if coming <= now else timedelta()
    if given in (None, ""):
        return coming
    try:
        day = date.fromisoformat(str(given).strip())
    except ValueError:
        return None
    if not now.astimezone(UTC).date() <= day <= (now + LATEST_FIRST_RUN).date():
        return None
    return max(coming, datetime.combine(day, BEGINS_AT))


def _named(given: Scalar) -> list[str]:
    return [text.strip() for text in _SEPARATOR.split(str(given or "")) if text.strip()]


def _object(text: str) -> tuple[str, str | None]:
    """What was said, and the object's API name; a custom object is taken at its word, as only the customer's org knows it."""
    return text, _OBJECTS.get(text.casefold()) or (text if _CUSTOM.fullmatch(text) else None)


def _one_of(values: tuple[str, ...], given: Scalar) -> str | None:
    wanted = str(given or "").strip().casefold()
    return next((value for value in values if value.casefold() == wanted), None)


def _wire(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _scheduled(client: SalesforceClient, call: ActionCall, request: ServiceRequestRow) -> ActionOutcome:
    return done(
        records=(service_requests.record(client, request),),
        number=request.name,
        objects=request.objects or "",
        next_run=spoken_moment(request.next_run, call.locale),
        frequency_label=label(request.frequency, call.locale),
    )


# --- going on after an interruption -----------------------------------------------------------------------------------------


async def find_interrupted(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    found = await client.query(
        ServiceRequestRow,
        f"SELECT {FIELDS} FROM {OBJECT} WHERE Contact__c = :contact AND Type__c = :type AND Status__c = :status "
        "ORDER BY LastModifiedDate DESC, Name DESC LIMIT 1",
        contact=call.identity.contact_id,
        type=DATA_EXPORT,
        status=INTERRUPTED,
    )
    if not found:
        return done("none")
    (request,) = found
    rows_done, rows_total = int(request.rows_done or 0), int(request.rows_total or 0)
    return done(
        records=(service_requests.record(client, request),),
        number=request.name,
        objects=request.objects or "",
        rows_done=rows_done,
        rows_total=rows_total,
        rows_done_label=spoken_number(rows_done, call.locale),
        rows_total_label=spoken_number(rows_total, call.locale),
        percent=percent(rows_done, rows_total),
    )


async def resume(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    request = await _own_export(client, call)
    if request is None:
        return failed("not_found")
    if request.status != INTERRUPTED:
        return failed("not_interrupted", number=request.name, status_label=label(request.status, call.locale))
    await client.update(OBJECT, request.id, {"Status__c": "In Progress"})
    return _resumed(client, request)


async def was_resumed(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    request = await _own_export(client, call)
    is_running = request is not None and request.status in ("In Progress", "Completed")
    return _resumed(client, request) if request is not None and is_running else NOT_DONE


async def _own_export(client: SalesforceClient, call: ActionCall) -> ServiceRequestRow | None:
    request = await service_requests.own(client, call)
    return request if request is not None and request.type == DATA_EXPORT else None


def _resumed(client: SalesforceClient, request: ServiceRequestRow) -> ActionOutcome:
    done_so_far = percent(request.rows_done or 0, request.rows_total or 0)
    return done(records=(service_requests.record(client, request),), number=request.name, percent=done_so_far)
