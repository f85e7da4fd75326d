"""What leads to an access token later: refresh tokens, kept by their digests, and authorization codes."""

import base64
import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from localorg.clock import Clock
from localorg.ids import RecordId
from localorg.oauth.errors import OAuthError
from localorg.storage.database import Database

_CODE_LIFETIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    user_id: RecordId
    client_id: str


class RefreshTokens:
    """They end when they are revoked, or when the org is reset to other users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, user_id: RecordId, client_id: str) -> str:
        token = "5Aep861" + secrets.token_urlsafe(48)
        sql = "INSERT INTO _refresh_token (token_digest, user_id, client_id) VALUES (?, ?, ?)"
        values = (digest(token), user_id, client_id)
        await self._database.write(lambda c: c.execute(sql, values).rowcount)
        return token

    async def find(self, token: str) -> RefreshToken | None:
        sql = "SELECT user_id, client_id FROM _refresh_token WHERE token_digest = ?"
        row: sqlite3.Row | None = await self._database.read(lambda c: c.execute(sql, (digest(token),)).fetchone())
        return RefreshToken(RecordId(row["user_id"]), row["client_id"]) if row else None

    async def revoke(self, token: str) -> bool:
        """False if there was no such token."""
        sql = "DELETE FROM _refresh_token WHERE token_digest = ?"
        return await self._database.write(lambda c: c.execute(sql, (digest(token),)).rowcount) > 0


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a user agreed to; `code_challenge` is that of PKCE, None if the client sent none."""

    user_id: RecordId
    client_id: str
    redirect_uri: str
    code_challenge: str | None
    expires_at: datetime


class AuthorizationCodes:
    """Each works once, for a quarter of an hour; a restart forgets them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Authorization] = {}

    def issue(self, user_id: RecordId, client_id: str, redirect_uri: str, code_challenge: str | None) -> str:
        now = self._clock()
        self._open = {code: one for code, one in self._open.items() if one.expires_at > now}
        code = "aPrx" + secrets.token_urlsafe(48)
        authorization = Authorization(user_id, client_id, redirect_uri, code_challenge, now + _CODE_LIFETIME)
        self._open[digest(code)] = authorization
        return code

    def redeem(self, code: str, redirect_uri: str, code_verifier: str) -> Authorization:
        """Raises OAuthError."""
        found = self._open.pop(digest(code), None)
        if found is None:
            raise OAuthError("invalid_grant", "invalid authorization code")
        if found.expires_at <= self._clock():
            raise OAuthError("invalid_grant", "expired authorization code")
        if found.redirect_uri != redirect_uri:
            raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
        if found.code_challenge is not None and _challenge(code_verifier) != found.code_challenge.rstrip("="):
            raise OAuthError("invalid_grant", "invalid code verifier")
        return found


def _challenge(code_verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
