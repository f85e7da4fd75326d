"""The form a client posts."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from localorg.oauth.errors import OAuthError


async def read_form(request: Request) -> FormData:
    """Raises OAuthError for what cannot be read as one."""
    try:
        return await request.form()
    except (HTTPException, ValueError, KeyError):
        raise OAuthError("invalid_request", "the form cannot be read") from None
