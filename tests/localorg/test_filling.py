import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localorg.filling import fill
from localorg.schema.models import Schema
from localorg.seeds import Seed, apply_seed
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
STARTER = Path(__file__).resolve().parents[2] / "src" / "localorg" / "starter" / "org.yaml"
CASES = 600


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, Schema]]:
    seed = Seed.load(STARTER)
    connection, schema = connect(tmp_path_factory.mktemp("filled") / "org.sqlite3"), seed.org_schema()
    create_tables(connection, schema)
    apply_seed(connection, schema, "local", seed, NOW)
    fill(connection, schema, "local", CASES, NOW)
    yield connection, schema
    connection.close()


def test_as_many_cases_are_added_as_asked_for(filled: tuple[sqlite3.Connection, Schema]) -> None:
    connection, _ = filled
    assert (
        connection.execute('SELECT count(*), count(DISTINCT "CaseNumber") FROM "Case"').fetchone()[:]
        == (CASES + 1,) * 2
    )


def test_every_row_is_one_that_the_org_would_have_taken(filled: tuple[sqlite3.Connection, Schema]) -> None:
    connection, schema = filled
    for name in ("Account", "Contact", "Case", "CaseComment"):
        definition = schema.get(name)
        for field in definition.stored_fields:
            column = f'"{field.name}"'
            values = [row[0] for row in connection.execute(f'SELECT DISTINCT {column} FROM "{name}"')]
            assert None not in values or not field.required, (name, field.name)
            if field.restricted:
                assert {value for value in values if value is not None} <= set(field.values), (name, field.name)
            for target in field.reference_to:
                known = {row[0] for row in connection.execute(f'SELECT "Id" FROM "{target}"')}
                if len(field.reference_to) == 1:
                    assert {value for value in values if value} <= known, (name, field.name)


def test_closed_cases_were_closed_after_they_came(filled: tuple[sqlite3.Connection, Schema]) -> None:
    connection, _ = filled
    wrong = """SELECT count(*) FROM "Case" WHERE ("Status" = 'Closed') <> "IsClosed"
               OR ("ClosedDate" IS NOT NULL) <> "IsClosed" OR "ClosedDate" < "CreatedDate" """
    assert connection.execute(wrong).fetchone()[0] == 0


def test_the_indexes_are_there_again(filled: tuple[sqlite3.Connection, Schema]) -> None:
    connection, _ = filled
    plan = connection.execute('EXPLAIN QUERY PLAN SELECT * FROM "Case" WHERE "ContactId" = ?', ("x",)).fetchone()
    assert "USING INDEX Case_ContactId" in plan["detail"]
