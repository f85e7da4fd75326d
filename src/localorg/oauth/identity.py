"""Who a token stands for: the UserInfo endpoint and the identity URL."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from localorg.answers import json_answer
from localorg.clock import to_wire
from localorg.ids import RecordId
from localorg.org import Org
from localorg.records.values import Row
from localorg.rest.context import instance_url, org_of


def identity_url(request: Request, org: Org, user_id: RecordId) -> str:
    return f"{instance_url(request)}/id/{org.identity.organization_id}/{user_id}"


async def user_info(request: Request) -> Response:
    org = org_of(request)
    user_id = _session_user(request, org)
    if user_id is None:
        return PlainTextResponse("Bad_OAuth_Token", 403)
    user = await org.user(user_id)
    return json_answer(_claims(request, org, user))


async def identity(request: Request) -> Response:
    org = org_of(request)
    user_id = _session_user(request, org)
    if user_id is None:
        return PlainTextResponse(
            "Missing_OAuth_Token" if "Authorization" not in request.headers else "Bad_OAuth_Token", 403
        )
    if (request.path_params["organization"], request.path_params["user"]) != (org.identity.organization_id, user_id):
        return PlainTextResponse("Wrong_Org", 403)
    user = await org.user(user_id)
    modified = str(user["LastModifiedDate"])
    return json_answer(
        {
            "id": identity_url(request, org, user_id),
            "asserted_user": True,
            "user_id": user_id,
            "organization_id": org.identity.organization_id,
            "username": user["Username"],
            "nick_name": user["Alias"],
            "display_name": user["Name"],
            "email": user["Email"],
            "first_name": user["FirstName"],
            "last_name": user["LastName"],
            "timezone": user["TimeZoneSidKey"],
            "active": bool(user["IsActive"]),
            "user_type": "STANDARD",
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
            "utcOffset": 0,
            "last_modified_date": modified,
            "urls": _urls(request, user_id),
        }
    )


def _claims(request: Request, org: Org, user: Row) -> dict[str, object]:
    user_id = RecordId(str(user["Id"]))
    return {
        "sub": identity_url(request, org, user_id),
        "user_id": user_id,
        "organization_id": org.identity.organization_id,
        "preferred_username": user["Username"],
        "nickname": user["Alias"],
        "name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "given_name": user["FirstName"],
        "family_name": user["LastName"],
        "zoneinfo": user["TimeZoneSidKey"],
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "updated_at": user["LastModifiedDate"] or to_wire(org.clock()),
        "active": bool(user["IsActive"]),
        "user_type": "STANDARD",
        "urls": _urls(request, user_id),
    }


def _urls(request: Request, user_id: RecordId) -> dict[str, str]:
    """`{version}` stays in the addresses: the client puts the version there."""
    data = f"{instance_url(request)}/services/data/v{{version}}"
    return {
        "rest": f"{data}/",
        "sobjects": f"{data}/sobjects/",
        "query": f"{data}/query/",
        "profile": f"{instance_url(request)}/{user_id}",
    }


def _session_user(request: Request, org: Org) -> RecordId | None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    session = org.sessions.find(given.strip()) if scheme.lower() in ("bearer", "oauth") else None
    return session.user_id if session else None
