"""The one way to the data: a transaction that belongs to a principal and sees only that principal's tenant."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeAlias, TypeVar

import asyncpg
import orjson
from asyncpg.pool import Pool, PoolAcquireContext, PoolConnectionProxy

from casewright.kit.connecting import CONNECTION_ERRORS, connect
from casewright.kit.errors import SetupError, TryLater
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.kit.principal import Principal
from casewright.kit.pulse import Pulse

APPLICATION_ROLE = "casewright_app"

Transaction: TypeAlias = PoolConnectionProxy
Record: TypeAlias = asyncpg.Record
Result = TypeVar("Result")

_ROLE = f"set local role {APPLICATION_ROLE}"
_ENDED_IF_IDLE = "set local idle_in_transaction_session_timeout = '3s'"
"""PostgreSQL ends a transaction whose process was frozen in the middle: others want what it has locked."""
_PLANNED_ONCE = "set local plan_cache_mode = force_generic_plan"
SIGN_OF_LIFE_SECONDS = 1.0
_UNUSABLE = (
    "The database is there but cannot be used: its schema is missing or old, or the role that signs in may not act as "
    f"{APPLICATION_ROLE}. Run `casewright db upgrade` with CASEWRIGHT_DATABASE_ADMIN_URL set to a role that may create "
    f"tables, and `grant {APPLICATION_ROLE} to` the role that signs in."
)
_NOT_LET_IN = (
    "The database does not let us in: the name or password in CASEWRIGHT_DATABASE_URL is wrong, or its pg_hba.conf has "
    "no line for this address, with TLS as the URL's sslmode has it."
)
_CERTIFICATE_REFUSED = (
    "The database's certificate is not the one expected: with sslmode=verify-full it must name the host in "
    "CASEWRIGHT_DATABASE_URL and be signed by the authority in sslrootcert."
)
_UNREACHABLE = "The database cannot be reached. Please try again in a moment."


class Placement(Model):
    """Where a tenant's rows live. `shared`: the common tables, kept apart by row-level security; `schema`: a schema of
    its own in the same database; `database`: a database of its own."""

    kind: Literal["shared", "schema", "database"] = "shared"
    schema_name: str = "public"
    dsn: str | None = None


class DatabaseUnavailable(TryLater):
    """The database cannot be reached, or was lost during the transaction. Nothing of it was acknowledged."""

    title = "The database cannot be reached"


class DatabaseUnusable(SetupError):
    """It answers, but lacks what Casewright needs."""


class Database:
    """A pool a placement. Every transaction switches to a role that owns nothing, whoever logged in, so that row-level
    security holds even where the address given is a superuser's."""

    def __init__(
        self, dsn: str, *, pool_size: int = 16, command_timeout: float = 20.0, through_pooler: bool = False
    ) -> None:
        """`through_pooler`: each transaction may be on another session of the server, so that none keeps a prepared
        statement for the next."""
        self._dsn = dsn
        self._statement_cache_size = 0 if through_pooler else 100
        self._pool_size = pool_size
        self._command_timeout = command_timeout
        self._pools: dict[str, Pool] = {}
        self._placements: dict[TenantId, Placement] = {}
        self._opening = asyncio.Lock()
        self._settings = _ROLE
        self._pulse = Pulse(dsn, self._forget_connections)

    async def open(self) -> None:
        """Opens the shared pool and reads the placements. Raises `DatabaseUnavailable`, `DatabaseUnusable`."""
        await self._pool(self._dsn)
        try:
            async with self.control() as tx:
                rows = await tx.fetch("select tenant_id, kind, schema_name, dsn from control.placement")
        except asyncpg.PostgresError as error:
            raise DatabaseUnusable(_UNUSABLE) from error
        self._placements = {
            TenantId(row["tenant_id"]): Placement(kind=row["kind"], schema_name=row["schema_name"], dsn=row["dsn"])
            for row in rows
        }

    async def watch(self) -> None:
        """For a process that serves customers. From now on a database that falls silent is noticed within two seconds, by all
        who use it or want to; and no transaction may pause for more than three."""
        self._settings = f"{_ROLE}; {_ENDED_IF_IDLE}"
        await self._pulse.start()

    async def close(self) -> None:
        await self._pulse.stop()
        pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            try:
                await asyncio.wait_for(pool.close(), timeout=5)
            except TimeoutError:
                pool.terminate()

    def placement(self, tenant_id: TenantId) -> Placement:
        return self._placements.get(tenant_id, Placement())

    @asynccontextmanager
    async def begin(self, principal: Principal, *, planned_once: bool = False) -> AsyncIterator[Transaction]:
        """A transaction in which only the principal's tenant exists. Commits at the end, rolls back on any error. `planned_once`:
        its statements keep the plan that was made of them first, whatever their values: for those that every message runs.

        Raises `DatabaseUnavailable` when the connection is lost."""
        placement = self.placement(principal.tenant_id)
        settings = f"{self._settings}; set local app.tenant = '{principal.tenant_id}'"
        if planned_once:
            settings += f"; {_PLANNED_ONCE}"
        if placement.kind == "schema":
            settings += f'; set local search_path = "{placement.schema_name}", public'
        async with self._transaction(placement.dsn or self._dsn, f"begin; {settings}") as tx:
            yield tx

    @asynccontextmanager
    async def control(self) -> AsyncIterator[Transaction]:
        """A transaction for the `control` schema: no tenant is set, so no tenant's row is visible."""
        async with self._transaction(self._dsn, f"begin; {self._settings}") as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, dsn: str, opening: str) -> AsyncIterator[Transaction]:
        try:
            async with self._pulse.while_it_beats(), _acquired(await self._pool(dsn)) as connection:
                try:
                    await connection.execute(opening)
                    yield connection
                    await connection.execute("commit")
                except BaseException:
                    if self._pulse.beats:
                        await asyncio.shield(_roll_back(connection))
                    else:
                        connection.terminate()
                    raise
        except CONNECTION_ERRORS as error:
            raise DatabaseUnavailable(_UNREACHABLE) from error

    async def _pool(self, dsn: str) -> Pool:
        if pool := self._pools.get(dsn):
            return pool
        async with self._opening:
            if dsn not in self._pools:
                try:
                    self._pools[dsn] = await asyncpg.create_pool(
                        dsn,
                        min_size=1,
                        max_size=self._pool_size,
                        command_timeout=self._command_timeout,
                        timeout=5,
                        statement_cache_size=self._statement_cache_size,
                        connect=connect,
                        init=_prepare_connection,
                        reset=_nothing_to_reset,
                    )
                except ssl.SSLCertVerificationError as error:
                    raise DatabaseUnusable(_CERTIFICATE_REFUSED) from error
                except CONNECTION_ERRORS as error:
                    raise DatabaseUnavailable(_UNREACHABLE) from error
                except asyncpg.InvalidAuthorizationSpecificationError as error:
                    raise DatabaseUnusable(_NOT_LET_IN) from error
                except asyncpg.PostgresError as error:
                    raise DatabaseUnusable(_UNUSABLE) from error
            return self._pools[dsn]

    async def _forget_connections(self) -> None:
        """They may lead to a machine that is gone. Those in use end by themselves."""
        for pool in self._pools.values():
            await pool.expire_connections()


async def while_open(tx: Transaction, work: Awaitable[Result]) -> Result:
    """Work that takes long and needs no database, in the middle of a transaction that would end as idle."""
    working = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({working}, timeout=SIGN_OF_LIFE_SECONDS))[0]:
            await sign_of_life(tx)
    finally:
        working.cancel()
    return working.result()


async def sign_of_life(tx: Transaction) -> None:
    await tx.execute("select 1")


def _acquired(pool: Pool) -> PoolAcquireContext:
    """A time limit costs a task of its own, which only waiting for another's connection is worth."""
    return pool.acquire(timeout=None if pool.get_idle_size() else 5)


async def _roll_back(connection: Transaction) -> None:
    """Also after a cancelled query; a connection that cannot be rolled back is thrown away."""
    try:
        if not connection.is_closed():
            await connection.execute("rollback", timeout=2)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError):
        connection.terminate()


async def _prepare_connection(connection: Any) -> None:
    # In a transaction, since a pooler may change the session between preparing a statement and executing it.
    async with connection.transaction():
        for kind in ("json", "jsonb"):
            await connection.set_type_codec(
                kind, schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads
            )


async def _nothing_to_reset(_: Any) -> None:
    """Every setting is local to its transaction, so a returned connection carries nothing; this spares a round trip."""
