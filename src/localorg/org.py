"""One org: everything a request needs to know of it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from joserfc.jwk import RSAKey

from localorg.automations.entitlements import any_overdue, violate_overdue
from localorg.clock import Clock, MovableClock, system_clock
from localorg.cursors import Cursors
from localorg.faults import Faults
from localorg.filling import fill
from localorg.history import reservation
from localorg.history.background import HistoryWriter
from localorg.history.loading import Document, load
from localorg.ids import RecordId, instance_code
from localorg.metadata.deploying import load_definitions
from localorg.metadata.store import forget_all
from localorg.oauth.sessions import Sessions
from localorg.oauth.tokens import AuthorizationCodes, RefreshTokens
from localorg.records.service import Caller, Records
from localorg.records.values import Row
from localorg.schema.models import Schema
from localorg.seeds import Identity, Seed, SeedError, apply_seed
from localorg.settings import Credentials, OrgSettings, load_credentials
from localorg.soql.date_literals import MONDAY, SUNDAY, Calendar
from localorg.storage.database import Database
from localorg.storage.tables import create_tables, empty_tables
from localorg.tooling.schema import create_tooling_tables
from localorg.usage import ApiUsage, RequestLog

Result = TypeVar("Result")
_CASES = "filled_cases"
_OFFSET = "clock_offset"
_WATCH_SECONDS = 2
_ZONES = available_timezones()


@dataclass(frozen=True)
class Org:
    name: str
    schema: Schema
    database: Database
    seed: Seed
    identity: Identity
    credentials: Credentials
    sessions: Sessions
    refresh_tokens: RefreshTokens
    authorization_codes: AuthorizationCodes
    clock: MovableClock
    usage: ApiUsage
    history: HistoryWriter
    jwt_key: RSAKey | None = None
    faults: Faults = field(default_factory=Faults)
    requests: RequestLog = field(default_factory=lambda: RequestLog(system_clock))
    cursors: Cursors = field(default_factory=Cursors)

    @classmethod
    async def open(
        cls,
        name: str,
        seed: Seed,
        data_directory: Path,
        *,
        jwt_key: RSAKey | None = None,
        history: Path | None = None,
        cases: int = 0,
        clock: Clock = system_clock,
    ) -> Self:
        """Opens the org's file, or makes it and applies the seed.

        A new org gets the `history`, if there is one, and is filled with so many `cases` besides.

        Raises SeedError, HistoryError, FileInUseError or OSError.
        """
        credentials = await asyncio.to_thread(load_credentials, data_directory, name)
        schema = seed.org_schema()
        database = await asyncio.to_thread(Database, data_directory / f"{name}.sqlite3")
        document = await asyncio.to_thread(load, history) if history else None
        now = clock()
        identity = await database.write(lambda c: _prepare(c, schema, name, seed, document, cases, now))
        moved = MovableClock(clock, await database.read(_offset))
        has_history = await database.read(reservation.moment) is not None
        lifetime = timedelta(minutes=seed.settings.session_minutes)
        sessions = Sessions(database, moved, identity.organization_id, lifetime)
        await sessions.load()
        return cls(
            name=name,
            schema=schema,
            database=database,
            seed=seed,
            identity=identity,
            credentials=credentials,
            sessions=sessions,
            refresh_tokens=RefreshTokens(database),
            authorization_codes=AuthorizationCodes(moved),
            clock=moved,
            usage=ApiUsage(seed.settings.daily_api_requests, moved),
            history=HistoryWriter(name, history if has_history else None, database),
            jwt_key=jwt_key,
            requests=RequestLog(moved),
        )

    @property
    def settings(self) -> OrgSettings:
        return self.seed.settings

    @property
    def display_name(self) -> str:
        return str(self.seed.organization["Name"])

    def close(self) -> None:
        self.database.close()

    async def reset(self) -> None:
        """Back to the seed, and to the history as it was made: records, and metadata too.

        Sessions stay open, for users get the same ids again.
        """

        self.clock.offset = timedelta()

        def reseed(connection: sqlite3.Connection) -> Schema | None:
            """The schema without what was deployed, if anything was."""
            schema = self.seed.org_schema() if forget_all(connection) else None
            filled = connection.execute("SELECT value FROM _meta WHERE name = ?", (_CASES,)).fetchone()
            if reservation.moment(connection) is None:
                empty_tables(connection, self.schema)
            else:
                reservation.clear_all_but_history(connection, self.schema, self.name)
            if schema is not None:
                create_tables(connection, schema)
            _apply(connection, schema or self.schema, self.name, self.seed, self.clock())
            if filled:
                _fill(connection, schema or self.schema, self.name, int(filled["value"]), self.clock())
            return schema

        schema = await self.database.write(reseed)
        if schema is not None:
            self.schema.become(schema)
        self.forget()

    async def take_back(self, path: Path) -> None:
        """Everything as it was when `path` was copied. Sessions stay open."""

        def restore(connection: sqlite3.Connection) -> Schema:
            sessions = connection.execute("SELECT * FROM _session").fetchall()
            with closing(sqlite3.connect(path)) as copy:
                copy.backup(connection)
            connection.execute("DELETE FROM _session")
            connection.executemany("INSERT INTO _session VALUES (?, ?, ?)", map(tuple, sessions))
            schema = self.seed.org_schema()
            create_tables(connection, schema)
            create_tooling_tables(connection)
            load_definitions(connection, schema)
            return schema

        self.schema.become(await self.database.alone(restore))
        self.clock.offset = await self.database.read(_offset)
        self.forget()

    def forget(self) -> None:
        """What is held in memory of records that are others now."""
        self.history.look_again()
        self.faults.clear()
        self.requests.clear()
        self.cursors.clear()
        self.usage.clear()

    async def move_clock(self, offset: timedelta) -> None:
        """All that is asked of the org from now on happens then."""
        self.clock.offset = offset
        values = (_OFFSET, str(offset.total_seconds()))
        await self.database.write(lambda c: c.execute("INSERT OR REPLACE INTO _meta VALUES (?, ?)", values).rowcount)
        await self.violate_overdue()

    async def violate_overdue(self) -> None:
        """Marks the milestones whose time is over."""
        now = self.clock()
        if await self.database.read(lambda c: any_overdue(c, now)):
            await self.database.write(lambda c: violate_overdue(c, now))

    async def watch(self) -> None:
        """Looks after what happens by time alone; returns only when cancelled."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            await self.violate_overdue()

    async def write(self, caller: Caller, work: Callable[[Records], Result]) -> Result:
        """Runs `work` in a transaction of its own, committed when this returns."""
        instance = instance_code(self.name)
        return await self.database.write(lambda c: work(Records(c, self.schema, instance, caller)))

    async def user(self, user_id: RecordId) -> Row:
        sql = 'SELECT * FROM "User" WHERE "Id" = ?'
        return await self.database.read(lambda c: dict(c.execute(sql, (user_id,)).fetchone()))

    async def user_named(self, username: str) -> Row | None:
        sql = 'SELECT * FROM "User" WHERE "Username" = ? AND "IsDeleted" = 0'
        row = await self.database.read(lambda c: c.execute(sql, (username,)).fetchone())
        return dict(row) if row else None

    def calendar(self) -> Calendar:
        """The company's own."""
        zone = str(self.seed.organization.get("TimeZoneSidKey", "America/Los_Angeles"))
        return self._calendar(zone, str(self.seed.organization.get("DefaultLocaleSidKey", "en_US")))

    def calendar_of(self, connection: sqlite3.Connection, user_id: RecordId) -> Calendar:
        """Days begin where the user lives, and weeks as they do in the user's locale."""
        sql = 'SELECT "TimeZoneSidKey", "LocaleSidKey" FROM "User" WHERE "Id" = ?'
        row = connection.execute(sql, (user_id,)).fetchone()
        known = row is not None and row["TimeZoneSidKey"] in _ZONES
        return self._calendar(row["TimeZoneSidKey"], row["LocaleSidKey"] or "en_US") if known else self.calendar()

    def _calendar(self, zone: str, locale: str) -> Calendar:
        return Calendar(self.clock(), ZoneInfo(zone), SUNDAY if locale == "en_US" else MONDAY, locale)


def _offset(connection: sqlite3.Connection) -> timedelta:
    row = connection.execute("SELECT value FROM _meta WHERE name = ?", (_OFFSET,)).fetchone()
    return timedelta(seconds=float(row["value"])) if row else timedelta()


def _prepare(
    connection: sqlite3.Connection,
    schema: Schema,
    name: str,
    seed: Seed,
    history: Document | None,
    cases: int,
    now: datetime,
) -> Identity:
    create_tables(connection, schema)
    create_tooling_tables(connection)
    load_definitions(connection, schema)
    meta = {row["name"]: row["value"] for row in connection.execute("SELECT name, value FROM _meta")}
    if "api_user_id" in meta:
        return Identity(RecordId(meta["organization_id"]), RecordId(meta["api_user_id"]))
    if history is not None:
        reservation.begin(connection, schema, history.history.cases, now)
    identity = _apply(connection, schema, name, seed, now)
    if cases:
        _fill(connection, schema, name, cases, now)
    return identity


def _fill(connection: sqlite3.Connection, schema: Schema, name: str, cases: int, now: datetime) -> None:
    """Remembers the number, for a reset makes them again."""
    fill(connection, schema, name, cases, now)
    connection.execute("INSERT INTO _meta VALUES (?, ?)", (_CASES, str(cases)))


def _apply(connection: sqlite3.Connection, schema: Schema, name: str, seed: Seed, now: datetime) -> Identity:
    identity = apply_seed(connection, schema, name, seed, now)
    if "Name" not in seed.organization:
        raise SeedError("the seed's organization needs a Name")
    values = (("organization_id", identity.organization_id), ("api_user_id", identity.api_user_id))
    connection.executemany("INSERT INTO _meta VALUES (?, ?)", values)
    return identity
