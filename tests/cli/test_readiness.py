"""`serve` and `worker` may be started before their database, and wait for it."""

import os
import signal
from pathlib import Path

import asyncpg
import psycopg
import pytest

from casewright import migrations
from casewright.cli.readiness import newest_revision, wait_for_database
from casewright.settings import Settings
from tests.clusters import Cluster, free_port, tcp_cluster
from tests.programs import running_program
from tests.running import bring_models


def environment(data_directory: Path, port: int) -> dict[str, str]:
    bring_models(data_directory / "models")
    address = f"postgresql://casewright_server:secret@127.0.0.1:{port}/casewright"
    return {**os.environ, "CASEWRIGHT_DATA_DIR": str(data_directory), "CASEWRIGHT_DATABASE_URL": address}


@pytest.mark.slow
def test_a_server_and_a_worker_wait_for_the_database_its_roles_and_its_whole_schema(tmp_path: Path) -> None:
    port = free_port()
    variables = environment(tmp_path / "data", port)
    with (
        running_program("serve", tmp_path / "serve.log", variables) as server,
        running_program("worker", tmp_path / "worker.log", variables) as worker,
    ):
        server.wait_until_it_says("The database cannot be reached")
        with tcp_cluster(tmp_path / "postgres", port) as administrator:
            server.wait_until_it_says("The database does not let us in")
            with psycopg.connect(administrator, autocommit=True) as connection:
                connection.execute("create role casewright_server login password 'secret'")
                connection.execute("create database casewright")
            server.wait_until_it_says("its schema is missing or old")
            owner = administrator.replace("/postgres", "/casewright")
            migrations.upgrade(owner, "head-1")
            with psycopg.connect(administrator, autocommit=True) as connection:
                connection.execute("grant casewright_app to casewright_server")
            server.wait_until_it_says(f"this Casewright needs {newest_revision()}. Run `casewright db upgrade`")
            migrations.upgrade(owner)
            server.wait_until_ready()
            worker.wait_until_it_says("the database is ready")


@pytest.mark.parametrize("program", ["serve", "worker"])
def test_what_waits_for_a_database_can_be_stopped(tmp_path: Path, program: str) -> None:
    with running_program(program, tmp_path / "log", environment(tmp_path / "data", free_port())) as waiting:
        waiting.wait_until_it_says("The database cannot be reached")
        waiting.process.send_signal(signal.SIGINT)
        assert waiting.process.wait(30) in (0, 130)


def test_the_wanted_schema_is_that_of_the_newest_migration(cluster: Cluster) -> None:
    assert newest_revision() == migrations.status(cluster.owner).newest


async def test_a_newer_schema_is_no_reason_to_wait(cluster: Cluster) -> None:
    """A server goes on while the next version's schema is there already: schemas are only ever expanded before."""
    connection = await asyncpg.connect(cluster.owner)
    try:
        await connection.execute("update control.alembic_version set version_num = '9999'")
        await wait_for_database(Settings(**cluster.settings()))
    finally:
        await connection.execute("update control.alembic_version set version_num = $1", newest_revision())
        await connection.close()
