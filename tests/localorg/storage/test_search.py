import sqlite3
from pathlib import Path

import pytest

from localorg.schema.loader import standard_schema
from localorg.schema.models import Schema, SObject
from localorg.storage.database import connect, savepoint
from localorg.storage.search import catch_up, hold_back, searched_fields
from localorg.storage.tables import create_tables

FOUND = 'SELECT count(*) FROM "_search_Account" WHERE "_search_Account" MATCH ?'


def test_what_was_there_before_there_was_an_index_is_found(tmp_path: Path) -> None:
    account = standard_schema().get("Account")
    connection = connect(tmp_path / "org.sqlite3")
    create_tables(connection, Schema((account.model_copy(update={"searchable": False}),)))
    connection.execute('INSERT INTO "Account" ("Id", "Name", "IsDeleted") VALUES (?, ?, 0)', ("001", "Harborlight"))
    create_tables(connection, Schema((account,)))
    assert connection.execute(FOUND, ("harborlight",)).fetchone()[0] == 1


def test_a_field_that_is_new_is_searched_too(tmp_path: Path) -> None:
    account = standard_schema().get("Account")
    older = account.model_copy(update={"fields": tuple(one for one in account.fields if one.name != "Website")})
    connection = connect(tmp_path / "org.sqlite3")
    create_tables(connection, Schema((older,)))
    create_tables(connection, Schema((account,)))
    connection.execute(
        'INSERT INTO "Account" ("Id", "Website", "IsDeleted") VALUES (?, ?, 0)', ("001", "quokka.example")
    )
    assert "Website" in searched_fields(account)
    assert connection.execute(FOUND, ("quokka",)).fetchone()[0] == 1


def test_what_was_held_back_is_found_when_the_index_has_caught_up(tmp_path: Path) -> None:
    connection, account = _org(tmp_path)
    _insert(connection, "001", "Earlier quokka")
    hold_back(connection, account)
    _insert(connection, "002", "Later quokka")
    _insert(connection, "003", "Last wombat")
    assert _found(connection, "quokka") == 1
    catch_up(connection, account)
    assert (_found(connection, "quokka"), _found(connection, "wombat")) == (2, 1)


def test_a_record_that_changes_or_goes_while_the_index_is_held_back_leaves_nothing_behind(tmp_path: Path) -> None:
    connection, account = _org(tmp_path)
    _insert(connection, "001", "Earlier")
    hold_back(connection, account)
    _insert(connection, "002", "Quokka")
    _insert(connection, "003", "Numbat")
    connection.execute("""UPDATE "Account" SET "Name" = 'Wombat' WHERE "Id" IN ('001', '002')""")
    connection.execute("""DELETE FROM "Account" WHERE "Id" = '003'""")
    catch_up(connection, account)
    assert [_found(connection, word) for word in ("earlier", "quokka", "numbat", "wombat")] == [0, 0, 0, 2]
    connection.execute("""INSERT INTO "_search_Account" ("_search_Account") VALUES ('integrity-check')""")


def test_an_index_is_not_held_back_any_more_when_that_was_undone(tmp_path: Path) -> None:
    connection, account = _org(tmp_path)
    connection.execute("BEGIN")
    with pytest.raises(RuntimeError), savepoint(connection):
        hold_back(connection, account)
        _insert(connection, "001", "Quokka")
        raise RuntimeError
    _insert(connection, "002", "Wombat")
    catch_up(connection, account)
    connection.execute("COMMIT")
    assert (_found(connection, "quokka"), _found(connection, "wombat")) == (0, 1)


def test_a_file_with_older_triggers_gets_the_present_ones(tmp_path: Path) -> None:
    connection, account = _org(tmp_path)
    connection.execute('DROP TRIGGER "_search_Account_inserted"')
    connection.execute('CREATE TRIGGER "_search_Account_inserted" AFTER INSERT ON "Account" BEGIN SELECT 1; END')
    create_tables(connection, Schema((account,)))
    _insert(connection, "001", "Quokka")
    assert _found(connection, "quokka") == 1


def _org(directory: Path) -> tuple[sqlite3.Connection, SObject]:
    account = standard_schema().get("Account")
    connection = connect(directory / "org.sqlite3")
    create_tables(connection, Schema((account,)))
    return connection, account


def _insert(connection: sqlite3.Connection, record_id: str, name: str) -> None:
    connection.execute('INSERT INTO "Account" ("Id", "Name", "IsDeleted") VALUES (?, ?, 0)', (record_id, name))


def _found(connection: sqlite3.Connection, word: str) -> int:
    count: int = connection.execute(FOUND, (word,)).fetchone()[0]
    return count
