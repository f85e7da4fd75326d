"""Mail the org has sent: kept in its file instead of being delivered."""

import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Mail:
    id: int
    to: str
    subject: str
    body: str
    at: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def send(connection: sqlite3.Connection, to: str, subject: str, body: str, at: datetime) -> None:
    sql = "INSERT INTO _mail (recipient, subject, body, at) VALUES (?, ?, ?, ?)"
    connection.execute(sql, (to, subject, body, at.isoformat(timespec="milliseconds")))


def mails(connection: sqlite3.Connection, to: str | None = None, *, limit: int = 200) -> list[Mail]:
    """Newest first; `to` is compared without regard to case."""
    where, parameters = ("WHERE recipient = ?", (to,)) if to else ("", ())
    sql = f"SELECT id, recipient, subject, body, at FROM _mail {where} ORDER BY id DESC LIMIT {limit}"
    return [Mail(*row) for row in connection.execute(sql, parameters)]


def find_mail(connection: sqlite3.Connection, mail_id: int) -> Mail | None:
    sql = "SELECT id, recipient, subject, body, at FROM _mail WHERE id = ?"
    row = connection.execute(sql, (mail_id,)).fetchone()
    return Mail(*row) if row else None
