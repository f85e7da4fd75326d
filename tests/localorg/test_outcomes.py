import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.outcomes import Outcome, Work, carry_out
from localorg.records.service import Caller, Records
from localorg.schema.loader import standard_schema
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

SCHEMA = standard_schema()
ACCOUNT = SCHEMA.get("Account")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = connect(tmp_path_factory.mktemp("outcomes") / "org.sqlite3")
    create_tables(connection, SCHEMA)
    yield connection
    connection.close()


@pytest.fixture
def records(connection: sqlite3.Connection) -> Iterator[Records]:
    caller = Caller(RecordId("005AA0000000001AAA"), datetime(2026, 11, 23, tzinfo=UTC), seeding=True)
    connection.execute("BEGIN")
    yield Records(connection, SCHEMA, "AA0", caller)
    connection.execute("ROLLBACK")


def test_what_is_refused_leaves_the_rest_written_and_found(records: Records) -> None:
    outcomes = carry_out(records, [_account("Quokka"), _account(None), _account("Wombat")])
    assert [outcome.error and outcome.error.code for outcome in outcomes] == [None, "REQUIRED_FIELD_MISSING", None]
    assert _found(records) == ["Quokka", "Wombat"]


def test_what_was_written_before_a_refusal_is_undone(records: Records) -> None:
    outcomes = carry_out(records, [_account("Quokka"), _refused_late("Numbat"), _account("Wombat")])
    assert [outcome.error and outcome.error.code for outcome in outcomes] == [None, "TOO_LATE", None]
    assert _found(records) == ["Quokka", "Wombat"]


def test_nothing_stays_written_if_all_or_none_was_asked_for(records: Records) -> None:
    works = [_account("Quokka"), _refused_late("Numbat")]
    outcomes = carry_out(records, works, all_or_none=True)
    assert [outcome.error and outcome.error.code for outcome in outcomes] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "TOO_LATE",
    ]
    assert _found(records) == []


def test_a_record_that_was_read_before_it_was_undone_is_not_remembered(records: Records) -> None:
    seen: list[bool] = []

    def look(records: Records) -> Outcome:
        seen.append(any(_named(records, "Numbat")))
        return Outcome()

    def write_look_and_refuse(records: Records) -> Outcome:
        records.create(ACCOUNT, {"Name": "Numbat", "OwnerId": None})
        look(records)
        raise ApiError("TOO_LATE", "It was read already.")

    carry_out(records, [write_look_and_refuse, look])
    assert seen[-2:] == [True, False]


def test_numbers_go_on_after_many_records_were_written_together(records: Records) -> None:
    together = [outcome.id for outcome in carry_out(records, [_account("Quokka"), _account("Wombat")])]
    alone = records.create(ACCOUNT, {"Name": "Numbat", "OwnerId": None})
    ids = [str(record_id)[:15] for record_id in (*together, alone)]
    assert ids == ["001AA0000000001", "001AA0000000002", "001AA0000000003"]


def test_a_record_written_earlier_in_the_same_batch_is_found_by_the_next(records: Records) -> None:
    contact = SCHEMA.get("Contact")

    def upsert(records: Records) -> Outcome:
        before = len(records.rows.matching(contact, "LastName", "Quokka"))
        records.create(contact, {"LastName": "Quokka", "OwnerId": None})
        after = len(records.rows.matching(contact, "LastName", "Quokka"))
        return Outcome(created=after == before + 1)

    assert [outcome.created for outcome in carry_out(records, [upsert, upsert, upsert])] == [True, True, True]


def _account(name: str | None) -> Work:
    return lambda records: Outcome(records.create(ACCOUNT, {"Name": name, "OwnerId": None}))


def _refused_late(name: str) -> Work:
    def work(records: Records) -> Outcome:
        records.create(ACCOUNT, {"Name": name, "OwnerId": None})
        raise ApiError("TOO_LATE", "It was written already.")

    return work


def _named(records: Records, name: str) -> tuple[object, ...]:
    return tuple(records.rows.matching(ACCOUNT, "Name", name))


def _found(records: Records) -> list[str]:
    """What the search index has."""
    sql = (
        """SELECT "Name" FROM "_search_Account" WHERE "_search_Account" MATCH 'quokka OR numbat OR wombat' ORDER BY 1"""
    )
    return [row["Name"] for row in records.connection.execute(sql)]
