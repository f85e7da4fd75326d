"""The page on which a user signs in and lets a client act for them: the web server flow's first half."""

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from localorg.ids import RecordId
from localorg.oauth.clients import COMMAND_LINE
from localorg.oauth.errors import OAuthError
from localorg.oauth.forms import read_form
from localorg.oauth.signing_in import user_signing_in
from localorg.rest.context import org_of

_KEPT = ("response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in to {org}</title>
<h1>Sign in to {org}</h1><p>{message}</p><form method="post">{kept}
<p><label>Username <input name="username" autocomplete="username" required></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
<p><button>Allow access</button></p></form></html>"""


async def show_page(request: Request) -> Response:
    _check(request, request.query_params)
    return _page(request, request.query_params, "")


async def sign_in(request: Request) -> Response:
    form = await read_form(request)
    _check(request, form)
    org = org_of(request)
    try:
        user = await user_signing_in(org, _text(form, "username"), _text(form, "password"))
    except OAuthError:
        return _page(request, form, "Username or password is wrong.")
    redirect_uri = _text(form, "redirect_uri")
    code = org.authorization_codes.issue(
        RecordId(str(user["Id"])), _text(form, "client_id"), redirect_uri, _text(form, "code_challenge") or None
    )
    answer = {"code": code} | ({"state": _text(form, "state")} if form.get("state") else {})
    joined = "&" if "?" in redirect_uri else "?"
    return RedirectResponse(f"{redirect_uri}{joined}{urlencode(answer)}", 302)


def _check(request: Request, given: QueryParams | FormData) -> None:
    """Raises OAuthError; only a client that is known, and its own address, may ever be redirected to."""
    if _text(given, "response_type") != "code":
        raise OAuthError("unsupported_response_type", "response type not supported")
    if _text(given, "client_id") not in (org_of(request).credentials.client_id, COMMAND_LINE):
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not _is_acceptable(_text(given, "redirect_uri")):
        raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
    if _text(given, "code_challenge_method") not in ("", "S256"):
        raise OAuthError("invalid_request", "code challenge method not supported")


def _is_acceptable(address: str) -> bool:
    """The org's app has no list of callbacks, so any address of this machine is taken."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in ("localhost", "127.0.0.1", "::1")


def _page(request: Request, given: QueryParams | FormData, message: str) -> Response:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(_text(given, name))}">' for name in _KEPT if given.get(name)
    )
    return HTMLResponse(_PAGE.format(org=escape(org_of(request).display_name), message=message, kept=kept))


def _text(given: QueryParams | FormData, name: str) -> str:
    value = given.get(name, "")
    return value if isinstance(value, str) else ""
