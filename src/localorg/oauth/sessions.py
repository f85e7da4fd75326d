"""The open sessions. Only digests of their tokens are kept."""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from localorg.clock import Clock
from localorg.ids import RecordId
from localorg.storage.database import Database


@dataclass(frozen=True, slots=True)
class Session:
    user_id: RecordId
    expires_at: datetime


class Sessions:
    """Held in memory for speed and in the org's file for the next start."""

    def __init__(self, database: Database, clock: Clock, organization_id: RecordId, lifetime: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._organization_id = organization_id
        self._lifetime = lifetime
        self._open: dict[str, Session] = {}

    async def load(self) -> None:
        rows = await self._database.read(lambda c: c.execute("SELECT * FROM _session").fetchall())
        for row in rows:
            session = Session(RecordId(row["user_id"]), datetime.fromisoformat(row["expires_at"]))
            self._open[row["token_digest"]] = session

    async def open(self, user_id: RecordId) -> str:
        """A new access token of the form `00D…!…`."""
        token = f"{self._organization_id[:15]}!{secrets.token_urlsafe(72)}"
        session = Session(user_id, self._clock() + self._lifetime)
        values = (_digest(token), user_id, session.expires_at.isoformat())

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM _session WHERE expires_at < ?", (self._clock().isoformat(),))
            connection.execute("INSERT INTO _session VALUES (?, ?, ?)", values)

        await self._database.write(save)
        self._open = {digest: old for digest, old in self._open.items() if old.expires_at > self._clock()}
        self._open[values[0]] = session
        return token

    def find(self, token: str) -> Session | None:
        session = self._open.get(_digest(token))
        return session if session and session.expires_at > self._clock() else None

    async def close(self, token: str) -> bool:
        """False if there was no such session."""
        digest = _digest(token)
        sql = "DELETE FROM _session WHERE token_digest = ?"
        await self._database.write(lambda c: c.execute(sql, (digest,)).rowcount)
        return self._open.pop(digest, None) is not None

    async def expire_all(self) -> None:
        self._open.clear()
        await self._database.write(lambda c: c.execute("DELETE FROM _session").rowcount)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
