"""Any number of cases for trying an org at size: valid rows with plain contents, written by the thousand.

For cases that read as people write them there is `history/`; these are made a hundred times faster.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from localorg.history.rows import Table, wire
from localorg.ids import RecordId, instance_code
from localorg.records.values import ColumnValue
from localorg.schema.models import Schema
from localorg.storage.tables import create_indexes, drop_indexes

MOST_CASES: Final = 1_000_000
_CHUNK: Final = 5_000
_CASES_OF_CONTACT: Final = 5
_CONTACTS_OF_ACCOUNT: Final = 6
_DAYS: Final = 730
_OBJECTS: Final = ("Account", "Contact", "Case", "CaseComment")
_FIRST_NAMES: Final = ("Ada", "Bruno", "Chen", "Dana", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Leo")
_LAST_NAMES: Final = ("Almeida", "Berg", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haas", "Ito", "Jansen")
_COMPANIES: Final = (
    "Harbour",
    "Granite",
    "Willow",
    "Beacon",
    "Orchard",
    "Summit",
    "Juniper",
    "Copper",
    "Meadow",
    "Delta",
)
_BRANCHES: Final = ("Logistics", "Foods", "Energy", "Media", "Insurance", "Clinics", "Retail", "Robotics")
_THINGS: Final = (
    "export",
    "invoice",
    "login",
    "report",
    "dashboard",
    "password",
    "licence",
    "upload",
    "webhook",
    "sync",
)
_TROUBLES: Final = (
    "stops half way",
    "shows wrong totals",
    "is missing",
    "does not load",
    "was charged twice",
    "times out",
)
_SENTENCES: Final = (
    "It worked until last week.",
    "Three of us see the same.",
    "Nothing has changed on our side.",
    "We need it before the end of the month.",
    "The message says to try again later.",
)


def fill(connection: sqlite3.Connection, schema: Schema, org_name: str, cases: int, now: datetime) -> None:
    """Adds `cases` cases of new customers to an org that has its seed; the same number gives the same rows."""
    filler = _Filler(connection, schema, instance_code(org_name), now)
    definitions = [schema.get(name) for name in _OBJECTS]
    for definition in definitions:
        drop_indexes(connection, definition)
    filler.add(cases)
    for definition in definitions:
        create_indexes(connection, definition)
    connection.execute("ANALYZE")


@dataclass
class _Filler:
    connection: sqlite3.Connection
    schema: Schema
    instance: str
    now: datetime
    random: Random = field(default_factory=lambda: Random("localorg"))

    def add(self, cases: int) -> None:
        contacts = max(1, cases // _CASES_OF_CONTACT)
        accounts = max(1, contacts // _CONTACTS_OF_ACCOUNT)
        owners = [row[0] for row in self.connection.execute(_OWNERS)]
        account_ids = self._write("Account", (self._account(number) for number in range(accounts)), accounts, owners)
        people = (self._contact(number, account_ids) for number in range(contacts))
        contact_ids = self._write("Contact", people, contacts, owners)
        queues = [row[0] for row in self.connection.execute(_QUEUES)] or owners
        first_number = self._reserve("Case.CaseNumber", cases, self._first_case_number())
        rows = (
            self._case(first_number + number, contact_ids, account_ids, (*queues, *owners)) for number in range(cases)
        )
        case_ids = self._write("Case", rows, cases, owners)
        comments = (self._comment(case_ids[number]) for number in range(0, cases, 2))
        self._write("CaseComment", comments, (cases + 1) // 2, owners)

    def _write(
        self, name: str, rows: Iterator[Mapping[str, ColumnValue]], count: int, owners: Sequence[str]
    ) -> list[RecordId]:
        table = Table(self.schema.get(name), self.instance)
        first = self._reserve(name, count, 1)
        ids: list[RecordId] = []
        for number, row in enumerate(rows, first):
            at = str(row["CreatedDate"])
            ids.append(table.add(number, row, at=at, by=owners[0], changed=str(row.get("ClosedDate") or at)))
            if len(ids) % _CHUNK == 0:
                table.save(self.connection)
        table.save(self.connection)
        return ids

    def _reserve(self, sequence: str, count: int, start: int) -> int:
        """The first of so many numbers that nobody else will get."""
        sql = """INSERT INTO _sequence (name, next) VALUES (?, ? + ?)
                 ON CONFLICT (name) DO UPDATE SET next = next + ? RETURNING next"""
        following: int = self.connection.execute(sql, (sequence, start, count, count)).fetchone()[0]
        return following - count

    def _first_case_number(self) -> int:
        number = self.schema.get("Case").field("CaseNumber")
        return number.auto_number.start if number and number.auto_number else 1

    def _account(self, number: int) -> dict[str, ColumnValue]:
        r = self.random
        name = f"{r.choice(_COMPANIES)} {r.choice(_BRANCHES)} {number + 1}"
        return {
            "Name": name,
            "Industry": r.choice(_BRANCHES),
            "NumberOfEmployees": r.randrange(5, 5_000),
            "Phone": f"+1 555 {number % 10_000_000:07d}",
            "BillingCity": r.choice(("Lisbon", "Oslo", "Boston", "Leeds", "Graz")),
            "CreatedDate": wire(self.now - timedelta(days=_DAYS + r.randrange(1_000))),
        }

    def _contact(self, number: int, accounts: Sequence[RecordId]) -> dict[str, ColumnValue]:
        r = self.random
        first, last = r.choice(_FIRST_NAMES), r.choice(_LAST_NAMES)
        return {
            "AccountId": accounts[number // _CONTACTS_OF_ACCOUNT % len(accounts)],
            "FirstName": first,
            "LastName": last,
            "Name": f"{first} {last}",
            "Email": f"{first}.{last}.{number + 1}@customer.example".lower(),
            "CreatedDate": wire(self.now - timedelta(days=_DAYS + r.randrange(300))),
        }

    def _case(
        self, number: int, contacts: Sequence[RecordId], accounts: Sequence[RecordId], owners: Sequence[str]
    ) -> dict[str, ColumnValue]:
        r = self.random
        contact = r.randrange(len(contacts))
        created = self.now - timedelta(minutes=r.randrange(60, _DAYS * 24 * 60))
        closed = r.random() < 0.93
        open_status = r.choice(("New", "Working", "Waiting on Customer", "Escalated"))
        thing, trouble = r.choice(_THINGS), r.choice(_TROUBLES)
        return {
            "CaseNumber": self._numbered(number),
            "Subject": f"The {thing} {trouble}",
            "Description": " ".join((f"Our {thing} {trouble}.", *r.sample(_SENTENCES, 2))),
            "Status": "Closed" if closed else open_status,
            "IsClosed": int(closed),
            "ClosedDate": wire(min(created + timedelta(hours=r.randrange(1, 200)), self.now)) if closed else None,
            "Priority": r.choices(("Low", "Medium", "High", "Critical"), (20, 60, 15, 5))[0],
            "Origin": r.choice(("Web", "Chat", "Email", "Phone")),
            "Type": r.choice(("Question", "Problem", "Feature Request")),
            "Reason": r.choice(("Access", "Billing", "Performance", "Other")),
            "ContactId": contacts[contact],
            "AccountId": accounts[contact // _CONTACTS_OF_ACCOUNT % len(accounts)],
            "OwnerId": r.choice(owners),
            "CreatedDate": wire(created),
        }

    def _numbered(self, number: int) -> str:
        known = self.schema.get("Case").field("CaseNumber")
        return known.auto_number.text(number) if known and known.auto_number else str(number)

    def _comment(self, case_id: RecordId) -> dict[str, ColumnValue]:
        r = self.random
        at = wire(self.now - timedelta(minutes=r.randrange(0, 60)))
        return {
            "ParentId": case_id,
            "CommentBody": r.choice(_SENTENCES),
            "IsPublished": int(r.random() < 0.6),
            "CreatedDate": at,
        }


_OWNERS: Final = """SELECT "Id" FROM "User" WHERE "UserType" = 'Standard' AND "IsActive" = 1 ORDER BY "Id" """
_QUEUES: Final = """
SELECT queue."Id" FROM "Group" AS queue JOIN "QueueSobject" AS served ON served."QueueId" = queue."Id"
WHERE served."SobjectType" = 'Case' ORDER BY queue."Id"
"""
