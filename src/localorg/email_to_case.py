"""Email-to-Case: a mail that came in joins the case it answers, or becomes a new one.

A case is known by its token in the body or the subject, and else by the mail that In-Reply-To or References name.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import sqlite3
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from localorg.ids import InvalidIdError, RecordId, parse_record_id
from localorg.records.values import JsonValue

if TYPE_CHECKING:
    from localorg.records.service import Records

_TOKEN: Final = re.compile(r"thread::([A-Za-z0-9_-]+)::")
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]+>")
_KEY: Final = "threading_key"
_DIGEST_BYTES: Final = 12
_NEW, _LONGEST_SUBJECT, _LONGEST_DESCRIPTION = "0", 255, 32_000


class InboundMail(BaseModel):
    """As a mail server hands it over; the ids of messages with or without their angle brackets."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    sender: str = Field(
        alias="from", min_length=3, max_length=80, pattern=r"^[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>()]+$"
    )
    sender_name: str | None = Field(default=None, max_length=80)
    to: str = Field(min_length=3, max_length=4000)
    cc: str | None = Field(default=None, max_length=4000)
    subject: str = Field(default="", max_length=3000)
    text: str = Field(default="", max_length=131_072)
    html: str | None = Field(default=None, max_length=131_072)
    message_id: str | None = Field(default=None, max_length=765)
    in_reply_to: str | None = Field(default=None, max_length=765)
    references: tuple[str, ...] = ()


class Received(BaseModel):
    """`created`: the mail became a case of its own."""

    model_config = ConfigDict(frozen=True)

    case_id: RecordId
    email_message_id: RecordId
    created: bool


def threading_token(connection: sqlite3.Connection, case_id: str) -> str:
    """What an answer must carry to find back to the case; only this org can have made it."""
    digest = hmac.digest(_secret(connection), case_id[:15].encode(), hashlib.sha256)[:_DIGEST_BYTES]
    return f"thread::{base64.urlsafe_b64encode(case_id[:15].encode() + digest).decode().rstrip('=')}::"


def receive(records: "Records", mail: InboundMail) -> Received:
    """Raises ApiError if the org refuses the case."""
    found = _case_of(records, mail)
    case_id = found or records.create(records.schema.get("Case"), _case(records, mail))
    message: dict[str, JsonValue] = {
        "ParentId": case_id,
        "Incoming": True,
        "Status": _NEW,
        "FromAddress": mail.sender,
        "FromName": mail.sender_name,
        "ToAddress": mail.to,
        "CcAddress": mail.cc,
        "Subject": mail.subject,
        "TextBody": mail.text,
        "HtmlBody": mail.html,
        "MessageIdentifier": _bracketed(mail.message_id) if mail.message_id else None,
        "Headers": _headers(mail),
    }
    email_id = records.create(records.schema.get("EmailMessage"), message)
    return Received(case_id=case_id, email_message_id=email_id, created=found is None)


def _case_of(records: "Records", mail: InboundMail) -> RecordId | None:
    cases = records.schema.get("Case")
    for text in (mail.text, mail.html or "", mail.subject):
        for token in _TOKEN.finditer(text):
            case_id = _named_by(records.connection, token[0], token[1])
            if case_id and records.rows.exists(cases, case_id):
                return case_id
    for message_id in _answered(mail):
        for email in records.rows.matching(records.schema.get("EmailMessage"), "MessageIdentifier", message_id):
            if email["ParentId"] and records.rows.exists(cases, str(email["ParentId"])):
                return RecordId(str(email["ParentId"]))
    return None


def _named_by(connection: sqlite3.Connection, token: str, inside: str) -> RecordId | None:
    try:
        content = base64.urlsafe_b64decode(inside + "=" * (-len(inside) % 4))
        case_id = parse_record_id(content[:15].decode("ascii"))
    except (binascii.Error, InvalidIdError, UnicodeDecodeError):
        return None
    return case_id if hmac.compare_digest(threading_token(connection, case_id), token) else None


def _answered(mail: InboundMail) -> list[str]:
    """The nearest first."""
    given = [mail.in_reply_to or "", *reversed(mail.references)]
    return [_bracketed(found) for text in given for found in (_MESSAGE_ID.findall(text) or text.split())]


def _bracketed(message_id: str) -> str:
    return f"<{message_id.strip().strip('<>')}>"


def _case(records: "Records", mail: InboundMail) -> dict[str, JsonValue]:
    contacts = records.rows.matching(records.schema.get("Contact"), "Email", mail.sender)
    return {
        "Subject": mail.subject[:_LONGEST_SUBJECT],
        "Description": mail.text[:_LONGEST_DESCRIPTION],
        "Origin": "Email",
        "SuppliedEmail": mail.sender,
        "SuppliedName": mail.sender_name,
        "ContactId": contacts[0]["Id"] if len(contacts) == 1 else None,
    }


def _headers(mail: InboundMail) -> str | None:
    named = (("In-Reply-To", mail.in_reply_to), ("References", " ".join(mail.references)))
    return "\n".join(f"{name}: {value}" for name, value in named if value)[:_LONGEST_DESCRIPTION] or None


def _secret(connection: sqlite3.Connection) -> bytes:
    connection.execute("INSERT OR IGNORE INTO _meta VALUES (?, ?)", (_KEY, secrets.token_hex(32)))
    row = connection.execute("SELECT value FROM _meta WHERE name = ?", (_KEY,)).fetchone()
    return bytes.fromhex(row["value"])
