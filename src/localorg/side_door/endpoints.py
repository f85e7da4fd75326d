"""/localorg: mailbox, query, changes, locks, faults, received requests, reset. No token is needed; the org listens on loopback only."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg import mailbox, snapshots
from localorg.answers import json_answer, no_content
from localorg.clock import to_wire
from localorg.email_to_case import InboundMail, receive
from localorg.errors import ApiError, not_found
from localorg.faults import Fault, FaultKind
from localorg.gateway import NEWEST_VERSION
from localorg.ids import RecordId, is_record_id, parse_record_id
from localorg.org import Org
from localorg.records import rules
from localorg.records.service import Caller, Records
from localorg.records.values import parse_datetime
from localorg.rest.context import json_object, org_of, sobject_of
from localorg.soql.service import run_query

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MOST_SECONDS = 100 * 366 * 86_400
_DATA_PATH = f"/services/data/v{NEWEST_VERSION}.0"


async def list_mail(request: Request) -> Response:
    to = request.query_params.get("to")
    found = await org_of(request).database.read(lambda c: mailbox.mails(c, to))
    return json_answer([mail.to_json() for mail in found])


async def query_records(request: Request) -> Response:
    """The records alone, all of them."""
    org, text = org_of(request), request.query_params.get("q", "")
    calendar = org.calendar()
    result = await org.database.read(lambda c: run_query(c, org.schema, calendar, text, data_path=_DATA_PATH))
    return json_answer(list(result.records))


async def change_record(request: Request) -> Response:
    """Sets fields as only the org itself does: a user's lock, the date on which a case was closed."""
    org, definition, given = org_of(request), sobject_of(request), request.path_params["id"]
    if not is_record_id(given):
        raise not_found()
    values = await json_object(request)
    itself = Caller(org.identity.api_user_id, org.clock(), auto_assign=False, seeding=True)
    await org.write(itself, lambda records: records.update(definition, RecordId(given), values))
    return no_content()


async def list_requests(request: Request) -> Response:
    """`since` is the id of the last request already known."""
    since = request.query_params.get("since", "0")
    if not since.isdigit():
        raise ApiError("INVALID_PARAMETER", f"since is {since!r}, but must be the id of a request")
    return json_answer([received.to_json() for received in org_of(request).requests.since(int(since))])


async def list_faults(request: Request) -> Response:
    return json_answer([fault.model_dump(mode="json") for fault in org_of(request).faults.all()])


async def add_fault(request: Request) -> Response:
    try:
        fault = Fault.model_validate(await json_object(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ApiError("INVALID_PARAMETER", f"the fault does not fit at {where}: {first['msg']}") from None
    org = org_of(request)
    if fault.kind is FaultKind.EXPIRE_SESSIONS:
        await org.sessions.expire_all()
    else:
        org.faults.add(fault)
    return json_answer(fault.model_dump(mode="json"), 201)


async def clear_faults(request: Request) -> Response:
    org_of(request).faults.clear()
    return no_content()


async def read_clock(request: Request) -> Response:
    return _clock(org_of(request))


async def move_clock(request: Request) -> Response:
    """`{"at": moment}`, `{"advance": seconds}` or `{"at": null}` for the machine's own time. It goes on from there."""
    org, body = org_of(request), await json_object(request)
    match body:
        case {"at": None, **rest} if not rest:
            offset = timedelta()
        case {"at": str(at), **rest} if not rest:
            offset = org.clock.offset_to(_moment(at))
        case {"advance": int() | float() as seconds, **rest} if not rest and abs(seconds) <= _MOST_SECONDS:
            offset = org.clock.offset + timedelta(seconds=seconds)
        case _:
            raise ApiError("INVALID_PARAMETER", 'The clock takes {"at": moment or null} or {"advance": seconds}')
    if not _EARLIEST <= org.clock() - org.clock.offset + offset <= _LATEST:
        raise ApiError("INVALID_PARAMETER", f"The clock can be from {_EARLIEST:%Y} to {_LATEST:%Y}")
    await org.move_clock(offset)
    return _clock(org)


def _moment(text: str) -> datetime:
    try:
        return parse_datetime(text)
    except (ValueError, OverflowError):
        raise ApiError("INVALID_PARAMETER", f"at is {text!r}, but must be like 2026-11-18T12:00:00Z") from None


def _clock(org: Org) -> Response:
    return json_answer({"at": to_wire(org.clock()), "offsetSeconds": org.clock.offset.total_seconds()})


async def list_snapshots(request: Request) -> Response:
    return json_answer([one.to_json() for one in await snapshots.all_of(org_of(request))])


async def take_snapshot(request: Request) -> Response:
    name = (await json_object(request)).get("name")
    if not isinstance(name, str):
        raise ApiError("INVALID_PARAMETER", "A snapshot needs a name")
    return json_answer((await snapshots.take(org_of(request), name)).to_json(), 201)


async def restore_snapshot(request: Request) -> Response:
    await snapshots.restore(org_of(request), request.path_params["name"])
    return no_content()


async def discard_snapshot(request: Request) -> Response:
    await snapshots.discard(org_of(request), request.path_params["name"])
    return no_content()


async def receive_mail(request: Request) -> Response:
    """A mail from a customer, as Email-to-Case gets it."""
    try:
        mail = InboundMail.model_validate(await json_object(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ApiError("INVALID_PARAMETER", f"the mail does not fit at {where}: {first['msg']}") from None
    org = org_of(request)
    itself = Caller(org.identity.api_user_id, org.clock(), seeding=True)
    received = await org.write(itself, lambda records: receive(records, mail))
    told = {"caseId": received.case_id, "emailMessageId": received.email_message_id, "created": received.created}
    return json_answer(told, 201)


async def list_locks(request: Request) -> Response:
    held = await org_of(request).database.read(rules.locks)
    return json_answer([{"id": record_id, "kind": kind.value} for record_id, kind in held.items()])


async def lock_record(request: Request) -> Response:
    """As an approval that is pending does, or another transaction that is at the record this moment."""
    record_id, body = _existing(request), await json_object(request)
    given = body.get("kind", rules.LockKind.ROW.value)
    if given not in list(rules.LockKind) or body.keys() - {"kind"}:
        kinds = " or ".join(rules.LockKind)
        raise ApiError("INVALID_PARAMETER", f"A lock is {{'kind': {kinds}}}")
    kind = rules.LockKind(str(given))
    await _write(request, lambda records: rules.lock(records, record_id, kind))
    return json_answer({"id": record_id, "kind": kind.value}, 201)


async def unlock_record(request: Request) -> Response:
    record_id = _existing(request)
    await _write(request, lambda records: rules.unlock(records, record_id))
    return no_content()


def _existing(request: Request) -> RecordId:
    given = request.path_params["id"]
    if not is_record_id(given) or org_of(request).schema.of_record(given) is None:
        raise not_found()
    return parse_record_id(given)


async def _write(request: Request, work: Callable[[Records], None]) -> None:
    org = org_of(request)
    await org.write(Caller(org.identity.api_user_id, org.clock(), seeding=True), work)


async def reset(request: Request) -> Response:
    await org_of(request).reset()
    return no_content()


SIDE_DOOR_ROUTES = [
    Route("/localorg/mailbox", list_mail),
    Route("/localorg/query", query_records),
    Route("/localorg/records/{object}/{id}", change_record, methods=["PATCH"]),
    Route("/localorg/requests", list_requests),
    Route("/localorg/faults", list_faults),
    Route("/localorg/faults", add_fault, methods=["POST"]),
    Route("/localorg/faults", clear_faults, methods=["DELETE"]),
    Route("/localorg/locks", list_locks),
    Route("/localorg/locks/{id}", lock_record, methods=["PUT"]),
    Route("/localorg/locks/{id}", unlock_record, methods=["DELETE"]),
    Route("/localorg/inbound-mail", receive_mail, methods=["POST"]),
    Route("/localorg/clock", read_clock),
    Route("/localorg/clock", move_clock, methods=["POST"]),
    Route("/localorg/snapshots", list_snapshots),
    Route("/localorg/snapshots", take_snapshot, methods=["POST"]),
    Route("/localorg/snapshots/{name}/restore", restore_snapshot, methods=["POST"]),
    Route("/localorg/snapshots/{name}", discard_snapshot, methods=["DELETE"]),
    Route("/localorg/reset", reset, methods=["POST"]),
]
