"""The records that questions are asked about: in an org, and the same rows in a plain database."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from localorg.ids import RecordId
from localorg.records.service import Caller, Records
from localorg.schema.loader import standard_schema
from localorg.soql.date_literals import Calendar
from localorg.soql.executor import QueryResult
from localorg.soql.service import run_query
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
_WORDS = ("export", "Invoice", "login", "PASSWORD", "report", "crash", "50% off", "a_b", "it's late")
_INDUSTRIES = ("Energy", "energy", "Media", "Retail", "INSURANCE")
TABLES = ("Account", "Contact", "Case", "CaseComment", "Credit__c")


class People:
    """An org with accounts, contacts, cases, comments and credits, many of their fields empty."""

    def __init__(self, directory: Path) -> None:
        self._schema = standard_schema()
        self._org = connect(directory / "org.sqlite3")
        self.plain = sqlite3.connect(":memory:")
        self._random = Random(11)
        create_tables(self._org, self._schema)
        caller = Caller(RecordId("005AA0000000001"), NOW, auto_assign=False, seeding=True)
        self._records = Records(self._org, self._schema, "AA0", caller)
        self._fill()
        self._copy()

    def close(self) -> None:
        self._org.close()
        self.plain.close()

    def ask(self, soql: str) -> QueryResult:
        calendar = Calendar(NOW, ZoneInfo("UTC"))
        return run_query(self._org, self._schema, calendar, soql, data_path="")

    def _fill(self) -> None:
        r = self._random
        accounts = [self._account(number) for number in range(40)]
        contacts = [self._contact(number, r.choice([*accounts, None])) for number in range(90)]
        cases: list[RecordId] = []
        for _ in range(260):
            cases.append(
                self._case(
                    r.choice([*contacts, None, None]), r.choice([*accounts, None]), r.choice([*cases, None, None])
                )
            )
        for _ in range(200):
            values = {"ParentId": r.choice(cases), "CommentBody": r.choice(_WORDS), "IsPublished": self._chance(0.5)}
            self._create("CaseComment", values)
        for _ in range(70):
            amount = {"Amount__c": r.randrange(1, 20_000) / 4, "Reason__c": self._maybe(r.choice(_WORDS))}
            links = {"Account__c": r.choice([*accounts, None]), "Case__c": r.choice([*cases, None])}
            self._create("Credit__c", {**amount, **links, "Status__c": r.choice(("Pending", "Approved", "Issued"))})

    def _account(self, number: int) -> RecordId:
        r = self._random
        values = {
            "Name": f"{r.choice(('Acme', 'beta', 'Zeta', 'Óbidos'))} {number % 7}",
            "Industry": self._maybe(r.choice(_INDUSTRIES)),
            "NumberOfEmployees": self._maybe(r.randrange(0, 500)),
            "AnnualRevenue": self._maybe(r.randrange(0, 90) * 1000),
            "BillingCity": self._maybe(r.choice(("Lisbon", "oslo", "Oslo", "Rome"))),
            "Type": self._maybe(r.choice(("Prospect", "Partner", "Other"))),
        }
        return self._create("Account", values)

    def _contact(self, number: int, account: RecordId | None) -> RecordId:
        r = self._random
        name = {
            "FirstName": self._maybe(r.choice(("Ada", "Ben", "cleo"))),
            "LastName": f"{r.choice('ABab')}{number % 9}",
        }
        email = self._maybe(f"p{number}@{r.choice(('one', 'two'))}.example")
        return self._create("Contact", {**name, "AccountId": account, "Email": email, "Title": self._maybe("Head")})

    def _case(self, contact: RecordId | None, account: RecordId | None, parent: RecordId | None) -> RecordId:
        r = self._random
        created = NOW - timedelta(minutes=r.randrange(0, 800 * 24 * 60))
        values = {
            "Subject": self._maybe(f"{r.choice(_WORDS)} {r.randrange(5)}"),
            "Status": r.choice(("New", "Working", "Escalated", "Closed")),
            "Priority": self._maybe(r.choice(("Low", "Medium", "High", "Critical"))),
            "Origin": self._maybe(r.choice(("Web", "Email"))),
            "Reason": self._maybe(r.choice(("Billing", "Access", "Other"))),
            "ContactId": contact,
            "AccountId": account,
            "ParentId": parent,
            "IsEscalated": self._chance(0.3),
            "Confidence__c": self._maybe(r.randrange(0, 100) / 100),
            "CreatedDate": created.isoformat(timespec="seconds"),
        }
        return self._create("Case", {name: value for name, value in values.items() if value is not None})

    def _create(self, name: str, values: dict[str, Any]) -> RecordId:
        return self._records.create(
            self._schema.get(name), {"OwnerId": None, **values} if name != "CaseComment" else values
        )

    def _maybe(self, value: Any) -> Any:
        return None if self._chance(0.2) else value

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _copy(self) -> None:
        """Columns without types, collations or indexes."""
        for name in TABLES:
            rows = self._org.execute(f'SELECT * FROM "{name}"').fetchall()
            columns = ", ".join(f'"{column}"' for column in rows[0].keys())  # noqa: SIM118
            self.plain.execute(f'CREATE TABLE "{name}" ({columns})')
            marks = ", ".join("?" for _ in rows[0])
            self.plain.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [tuple(row) for row in rows])
