"""/services/oauth2: the token, who it stands for, and its end.

Source: Salesforce Help, "OAuth 2.0 Client Credentials Flow" and "OpenID Connect UserInfo endpoint".
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from localorg.answers import json_answer
from localorg.clock import to_wire
from localorg.ids import RecordId
from localorg.oauth import jwt_bearer
from localorg.oauth.errors import OAuthError
from localorg.org import Org
from localorg.records.values import Row
from localorg.rest.context import instance_url, org_of

_SCOPES = "api refresh_token"


async def token(request: Request) -> Response:
    org = org_of(request)
    form = await request.form()
    match form.get("grant_type"):
        case "client_credentials":
            _check_client(request, form, org)
            user = await org.user(org.identity.api_user_id)
        case jwt_bearer.GRANT_TYPE:
            user = await _asserted_user(request, form, org)
        case None | "":
            raise OAuthError("invalid_request", "must provide grant_type")
        case _:
            raise OAuthError("unsupported_grant_type", "grant type not supported")
    if not user["IsActive"]:
        raise OAuthError("invalid_grant", "inactive user")
    return json_answer(await _token_answer(request, org, RecordId(str(user["Id"]))), headers=_NOT_KEPT)


_NOT_KEPT = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}


def _check_client(request: Request, form: FormData, org: Org) -> None:
    client_id, client_secret = _basic_credentials(request) or (_text(form, "client_id"), _text(form, "client_secret"))
    if not secrets.compare_digest(client_id.encode(), org.credentials.client_id.encode()):
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not secrets.compare_digest(client_secret.encode(), org.credentials.client_secret.encode()):
        raise OAuthError("invalid_client", "invalid client credentials", 401)


def _basic_credentials(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", "invalid client credentials", 401) from None
    return client_id, client_secret


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


async def _asserted_user(request: Request, form: FormData, org: Org) -> Row:
    audiences = frozenset({instance_url(request)})
    assertion = jwt_bearer.read_assertion(_text(form, "assertion"), org.jwt_key, audiences, org.clock())
    if assertion.issuer != org.credentials.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    user = await org.user_named(assertion.username)
    if user is None:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return user


async def _token_answer(request: Request, org: Org, user_id: RecordId) -> Mapping[str, str]:
    identity = _identity_url(request, org, user_id)
    issued_at = str(int(org.clock().timestamp() * 1000))
    signature = hmac.new(org.credentials.client_secret.encode(), (identity + issued_at).encode(), hashlib.sha256)
    return {
        "access_token": await org.sessions.open(user_id),
        "signature": base64.b64encode(signature.digest()).decode(),
        "scope": _SCOPES,
        "instance_url": instance_url(request),
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
    }


def _identity_url(request: Request, org: Org, user_id: RecordId) -> str:
    return f"{instance_url(request)}/id/{org.identity.organization_id}/{user_id}"


async def revoke(request: Request) -> Response:
    given = _text(await request.form(), "token") or request.query_params.get("token", "")
    if not await org_of(request).sessions.close(given):
        raise OAuthError("invalid_token", "invalid token")
    return Response(status_code=200)


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
            "id": _identity_url(request, org, user_id),
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
        "sub": _identity_url(request, org, user_id),
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


OAUTH_ROUTES = [
    Route("/services/oauth2/token", token, methods=["POST"]),
    Route("/services/oauth2/revoke", revoke, methods=["GET", "POST"]),
    Route("/services/oauth2/userinfo", user_info, methods=["GET", "POST"]),
    Route("/id/{organization}/{user}", identity),
]
