"""Users' passwords: set, reset by a link to the address on file, expired until then."""

import hashlib
import secrets
import sqlite3
import string
from dataclasses import dataclass
from datetime import datetime

from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.mailbox import send
from localorg.records.values import Row

SHORTEST_PASSWORD = 8
_COST_OF_CHOSEN = 2**14
_COST_OF_RANDOM = 2
"""scrypt's work: what a person chose can be guessed, what was drawn at random out of 62^12 cannot."""
_LETTERS = string.ascii_letters + string.digits
_MAIL = """Hi {name},

We received a request to reset the password of your {organization} account, username {username}.
Open this link to choose a new one. It works once:

{link}

If you did not ask for this, talk to your administrator.
"""


@dataclass(frozen=True, slots=True)
class Reset:
    temporary_password: str


def is_expired(connection: sqlite3.Connection, user_id: RecordId) -> bool:
    row = connection.execute("SELECT is_temporary FROM _password WHERE user_id = ?", (user_id,)).fetchone()
    return bool(row and row["is_temporary"])


def set_password(connection: sqlite3.Connection, user: Row, password: object) -> None:
    """Raises ApiError for an inactive user or a password the policy refuses."""
    _refuse_inactive(user)
    if not isinstance(password, str) or len(password) < SHORTEST_PASSWORD:
        message = f"Your password must be at least {SHORTEST_PASSWORD} characters long."
        raise ApiError("INVALID_NEW_PASSWORD", message)
    if password.isalpha() or password.isdigit():
        raise ApiError("INVALID_NEW_PASSWORD", "Your password must include letters and numbers")
    _store(connection, user, password, temporary=False, reset_token=None)


def reset_password(
    connection: sqlite3.Connection, user: Row, *, organization: str, instance_url: str, at: datetime
) -> Reset:
    """Makes the old password worthless and mails a link that works once. Raises ApiError for an inactive user."""
    _refuse_inactive(user)
    reset = Reset("".join(secrets.choice(_LETTERS) for _ in range(12)))
    token = secrets.token_urlsafe(32)
    _store(connection, user, reset.temporary_password, temporary=True, reset_token=token)
    link = f"{instance_url}/localorg/reset-password?token={token}"
    text = _MAIL.format(name=user["Name"], organization=organization, username=user["Username"], link=link)
    send(connection, str(user["Email"]), f"Reset your {organization} password", text, at)
    return reset


def user_of_reset_token(connection: sqlite3.Connection, token: str) -> RecordId | None:
    sql = "SELECT user_id FROM _password WHERE reset_token_digest = ?"
    row = connection.execute(sql, (_token_digest(token),)).fetchone()
    return RecordId(row["user_id"]) if row else None


def password_matches(connection: sqlite3.Connection, user_id: RecordId, password: str) -> bool:
    row = connection.execute("SELECT * FROM _password WHERE user_id = ?", (user_id,)).fetchone()
    if row is None:
        return False
    digest = _digest(password, row["salt"], is_random=bool(row["is_temporary"]))
    return secrets.compare_digest(digest, row["digest"])


def _refuse_inactive(user: Row) -> None:
    if not user["IsActive"]:
        message = f"operation performed with inactive user [{user['Id']}]"
        raise ApiError("INACTIVE_OWNER_OR_USER", message, fields=())


def _store(
    connection: sqlite3.Connection, user: Row, password: str, *, temporary: bool, reset_token: str | None
) -> None:
    salt = secrets.token_bytes(16)
    token_digest = _token_digest(reset_token) if reset_token else None
    values = (user["Id"], salt, _digest(password, salt, is_random=temporary), int(temporary), token_digest)
    connection.execute("INSERT OR REPLACE INTO _password VALUES (?, ?, ?, ?, ?)", values)


def _digest(password: str, salt: bytes, *, is_random: bool) -> bytes:
    cost = _COST_OF_RANDOM if is_random else _COST_OF_CHOSEN
    return hashlib.scrypt(password.encode(), salt=salt, n=cost, r=8, p=1)


def _token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
