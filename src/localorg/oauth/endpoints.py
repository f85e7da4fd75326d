"""/services/oauth2: the token, who it stands for, and its end.

Source: Salesforce Help, "OAuth 2.0 Client Credentials Flow" and "OpenID Connect UserInfo endpoint".
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg.answers import json_answer
from localorg.ids import RecordId
from localorg.oauth import authorize, jwt_bearer
from localorg.oauth.clients import check_client, text
from localorg.oauth.errors import OAuthError
from localorg.oauth.forms import read_form
from localorg.oauth.identity import identity, identity_url, user_info
from localorg.oauth.signing_in import user_signing_in
from localorg.org import Org
from localorg.records.values import Row
from localorg.rest.context import instance_url, org_of

_SCOPES = "api refresh_token"
_NOT_KEPT = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class _Granted:
    user: Row
    client_id: str
    refresh_token: bool = False
    """Whether the client gets one to come back with."""


async def token(request: Request) -> Response:
    org = org_of(request)
    form = await read_form(request)
    granted = await _granted(request, form, org)
    if not granted.user["IsActive"]:
        raise OAuthError("invalid_grant", "inactive user")
    user_id = RecordId(str(granted.user["Id"]))
    answer = await _token_answer(request, org, user_id)
    if granted.refresh_token:
        answer["refresh_token"] = await org.refresh_tokens.issue(user_id, granted.client_id)
    return json_answer(answer, headers=_NOT_KEPT)


async def _granted(request: Request, form: FormData, org: Org) -> _Granted:
    match form.get("grant_type"):
        case "client_credentials":
            client_id = check_client(request, form, org)
            return _Granted(await org.user(org.identity.api_user_id), client_id)
        case jwt_bearer.GRANT_TYPE:
            return _Granted(await _asserted_user(request, form, org), org.credentials.client_id)
        case "password":
            client_id = check_client(request, form, org)
            return _Granted(await user_signing_in(org, text(form, "username"), text(form, "password")), client_id)
        case "authorization_code":
            return await _authorized(request, form, org)
        case "refresh_token":
            return await _refreshed(request, form, org)
        case None | "":
            raise OAuthError("invalid_request", "must provide grant_type")
        case _:
            raise OAuthError("unsupported_grant_type", "grant type not supported")


async def _authorized(request: Request, form: FormData, org: Org) -> _Granted:
    client_id = check_client(request, form, org, needs_secret=False)
    code, redirect_uri = text(form, "code"), text(form, "redirect_uri")
    authorization = org.authorization_codes.redeem(code, redirect_uri, text(form, "code_verifier"))
    if authorization.client_id != client_id:
        raise OAuthError("invalid_grant", "invalid authorization code")
    return _Granted(await org.user(authorization.user_id), client_id, refresh_token=True)


async def _refreshed(request: Request, form: FormData, org: Org) -> _Granted:
    client_id = check_client(request, form, org, needs_secret=False)
    found = await org.refresh_tokens.find(text(form, "refresh_token"))
    if found is None or found.client_id != client_id:
        raise OAuthError("invalid_grant", "expired access/refresh token")
    return _Granted(await org.user(found.user_id), client_id)


async def _asserted_user(request: Request, form: FormData, org: Org) -> Row:
    audiences = frozenset({instance_url(request)})
    assertion = jwt_bearer.read_assertion(text(form, "assertion"), org.jwt_key, audiences, org.clock())
    if assertion.issuer != org.credentials.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    user = await org.user_named(assertion.username)
    if user is None:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return user


async def _token_answer(request: Request, org: Org, user_id: RecordId) -> dict[str, str]:
    identity = identity_url(request, org, user_id)
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


async def revoke(request: Request) -> Response:
    given = text(await read_form(request), "token") or request.query_params.get("token", "")
    org = org_of(request)
    if not (await org.sessions.close(given) or await org.refresh_tokens.revoke(given)):
        raise OAuthError("invalid_token", "invalid token")
    return Response(status_code=200)


async def introspect(request: Request) -> Response:
    """What a token is worth; of one that is worth nothing only that."""
    org, form = org_of(request), await read_form(request)
    check_client(request, form, org)
    given = text(form, "token")
    session = org.sessions.find(given)
    refreshing = None if session else await org.refresh_tokens.find(given)
    found = session or refreshing
    if found is None:
        return json_answer({"active": False}, headers=_NOT_KEPT)
    user = await org.user(found.user_id)
    told: dict[str, object] = {
        "active": True,
        "scope": _SCOPES,
        "client_id": refreshing.client_id if refreshing else org.credentials.client_id,
        "username": user["Username"],
        "sub": identity_url(request, org, found.user_id),
        "token_type": "access_token" if session else "refresh_token",
    }
    if session:
        ends = int(session.expires_at.timestamp())
        began = ends - int(timedelta(minutes=org.settings.session_minutes).total_seconds())
        told |= {"exp": ends, "iat": began, "nbf": began}
    return json_answer(told, headers=_NOT_KEPT)


OAUTH_ROUTES = [
    Route("/services/oauth2/authorize", authorize.show_page),
    Route("/services/oauth2/authorize", authorize.sign_in, methods=["POST"]),
    Route("/services/oauth2/token", token, methods=["POST"]),
    Route("/services/oauth2/revoke", revoke, methods=["GET", "POST"]),
    Route("/services/oauth2/introspect", introspect, methods=["POST"]),
    Route("/services/oauth2/userinfo", user_info, methods=["GET", "POST"]),
    Route("/id/{organization}/{user}", identity),
]
