"""/localorg: mailbox, query, changes, faults, received requests, reset. No token is needed; the org listens on loopback only."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg import mailbox
from localorg.answers import json_answer, no_content
from localorg.errors import ApiError, not_found
from localorg.faults import Fault, FaultKind
from localorg.gateway import NEWEST_VERSION
from localorg.ids import RecordId, is_record_id
from localorg.records.service import Caller
from localorg.rest.context import json_object, org_of, sobject_of
from localorg.soql.service import run_query

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
    Route("/localorg/reset", reset, methods=["POST"]),
]
