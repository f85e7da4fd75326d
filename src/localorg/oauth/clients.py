"""Which application asks: the org's connected app, or the command line that every org knows."""

import base64
import binascii
import secrets

from starlette.datastructures import FormData
from starlette.requests import Request

from localorg.oauth.errors import OAuthError
from localorg.org import Org

COMMAND_LINE = "PlatformCLI"
"""The client id of Salesforce's own command line. It has no secret."""


def text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def check_client(request: Request, form: FormData, org: Org, *, needs_secret: bool = True) -> str:
    """The client's id, from HTTP Basic or from the form. Raises OAuthError."""
    client_id, client_secret = _basic(request) or (text(form, "client_id"), text(form, "client_secret"))
    if not needs_secret and client_id == COMMAND_LINE:
        return client_id
    if not secrets.compare_digest(client_id.encode(), org.credentials.client_id.encode()):
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if not client_secret and not needs_secret:
        return client_id
    if not secrets.compare_digest(client_secret.encode(), org.credentials.client_secret.encode()):
        raise OAuthError("invalid_client", "invalid client credentials", 401)
    return client_id


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, client_secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError("invalid_client", "invalid client credentials", 401) from None
    return client_id, client_secret
