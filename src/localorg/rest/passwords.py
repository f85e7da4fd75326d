"""A user's password: is it expired, set it, reset it."""

from starlette.requests import Request
from starlette.responses import Response

from localorg import passwords
from localorg.answers import json_answer, no_content
from localorg.errors import not_found
from localorg.ids import InvalidIdError, RecordId, parse_record_id
from localorg.records.service import Records
from localorg.records.values import Row
from localorg.rest.context import caller, instance_url, json_object, now, org_of


async def password_state(request: Request) -> Response:
    def read(records: Records) -> bool:
        user = _user(records, request.path_params["id"])
        return passwords.is_expired(records.connection, RecordId(str(user["Id"])))

    return json_answer({"isExpired": await org_of(request).write(caller(request), read)})


async def set_password(request: Request) -> Response:
    body = await json_object(request)

    def change(records: Records) -> None:
        user = _user(records, request.path_params["id"])
        passwords.set_password(records.connection, user, body.get("NewPassword"))

    await org_of(request).write(caller(request), change)
    return no_content()


async def reset_password(request: Request) -> Response:
    organization, address, at = org_of(request).display_name, instance_url(request), now(request)

    def reset(records: Records) -> passwords.Reset:
        user = _user(records, request.path_params["id"])
        return passwords.reset_password(
            records.connection, user, organization=organization, instance_url=address, at=at
        )

    done = await org_of(request).write(caller(request), reset)
    return json_answer({"NewPassword": done.temporary_password})


def _user(records: Records, given_id: str) -> Row:
    try:
        record_id = parse_record_id(given_id)
    except InvalidIdError:
        raise not_found() from None
    user = records.rows.find(records.schema.get("User"), record_id)
    if user is None:
        raise not_found()
    return user
