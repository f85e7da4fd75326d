"""The catalogue itself is asked: a table without protection fails here, whoever adds it."""

import asyncpg
import pytest

from casewright import migrations
from casewright.kit.database import Database, DatabaseUnavailable, Transaction
from casewright.kit.ids import new_id
from casewright.kit.principal import Principal
from tests.conftest import Cluster

CATALOGUE = """
    select c.relname as table, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull) as tenant,
           exists (select from pg_policy p where p.polrelid = c.oid and pg_get_expr(p.polqual, c.oid) like '%app.tenant%'
                   and pg_get_expr(p.polwithcheck, c.oid) like '%app.tenant%') as policy
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('control', 'pg_catalog', 'information_schema')
      and n.nspname not like 'pg_toast%' and n.nspname not like 'pg_temp%'
"""


async def unprotected(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch(CATALOGUE)
    return [row["table"] for row in rows if not (row["enabled"] and row["forced"] and row["tenant"] and row["policy"])]


async def test_every_table_outside_control_has_tenant_policy_and_forced_row_security(cluster: Cluster) -> None:
    connection = await asyncpg.connect(cluster.owner)
    try:
        assert len(await connection.fetch(CATALOGUE)) > 15
        assert await unprotected(connection) == []
    finally:
        await connection.close()


async def test_the_catalogue_walk_finds_a_table_that_lacks_protection(cluster: Cluster) -> None:
    connection = await asyncpg.connect(cluster.owner)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("create table forgotten (tenant_id uuid not null)")
        assert await unprotected(connection) == ["forgotten"]
        await transaction.rollback()
    finally:
        await connection.close()


async def test_the_application_role_owns_nothing_and_cannot_bypass_row_security(cluster: Cluster) -> None:
    connection = await asyncpg.connect(cluster.application)
    try:
        role = await connection.fetchrow("select rolsuper, rolbypassrls from pg_roles where rolname = 'casewright_app'")
        assert tuple(role) == (False, False)
        owned = (
            "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'casewright_app'"
        )
        assert await connection.fetchval(owned) == 0
    finally:
        await connection.close()


async def add_person(tx: Transaction, principal: Principal) -> None:
    await tx.execute("insert into person (tenant_id, id) values ($1, $2)", principal.tenant_id, new_id())


async def test_a_tenant_sees_its_own_rows_and_no_others(
    database: Database, principal: Principal, stranger: Principal
) -> None:
    async with database.begin(principal) as tx:
        await add_person(tx, principal)
        assert await tx.fetchval("select count(*) from person") >= 1
    async with database.begin(stranger) as tx:
        assert await tx.fetchval("select count(*) from person") == 0


async def test_a_row_cannot_be_written_for_another_tenant(
    database: Database, principal: Principal, stranger: Principal
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.begin(stranger) as tx:
            await add_person(tx, principal)


async def test_a_superusers_address_is_held_to_row_security_as_well(
    cluster: Cluster, principal: Principal, stranger: Principal
) -> None:
    database = Database(cluster.owner, pool_size=1)
    await database.open()
    try:
        async with database.begin(principal) as tx:
            await add_person(tx, principal)
        async with database.begin(stranger) as tx:
            assert await tx.fetchval("select count(*) from person") == 0
    finally:
        await database.close()


async def test_without_a_tenant_no_row_is_visible(database: Database, principal: Principal) -> None:
    async with database.begin(principal) as tx:
        await add_person(tx, principal)
    async with database.control() as tx:
        assert await tx.fetchval("select count(*) from person") == 0


async def test_an_error_rolls_everything_back(database: Database, principal: Principal) -> None:
    async with database.begin(principal) as tx:
        before = await tx.fetchval("select count(*) from person")
    with pytest.raises(ValueError, match="no"):
        async with database.begin(principal) as tx:
            await add_person(tx, principal)
            raise ValueError("no")
    async with database.begin(principal) as tx:
        assert await tx.fetchval("select count(*) from person") == before


async def test_events_cannot_be_changed_once_written(database: Database, principal: Principal) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.begin(principal) as tx:
            await tx.execute("update conversation_event set data = '{}'")


async def test_a_database_that_is_not_there_is_reported_as_unavailable() -> None:
    database = Database("postgresql://nobody:nothing@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable):
        await database.open()


async def test_the_status_says_that_nothing_is_pending_after_an_upgrade(cluster: Cluster) -> None:
    found = migrations.status(cluster.owner)
    assert (found.current, found.pending) == (found.newest, ())
