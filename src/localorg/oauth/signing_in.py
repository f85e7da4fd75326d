"""Who signs in with a password."""

from localorg import passwords
from localorg.ids import RecordId
from localorg.oauth.errors import OAuthError
from localorg.org import Org
from localorg.records.values import Row


async def user_signing_in(org: Org, username: str, password: str) -> Row:
    """Raises OAuthError `invalid_grant`, which says the same whatever was wrong."""
    user = await org.user_named(username) if username else None
    if user is not None and user["IsActive"]:
        user_id = RecordId(str(user["Id"]))
        if await org.database.read(lambda c: passwords.password_matches(c, user_id, password)):
            return user
    raise OAuthError("invalid_grant", "authentication failure")
