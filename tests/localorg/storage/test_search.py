from pathlib import Path

from localorg.schema.loader import standard_schema
from localorg.schema.models import Schema
from localorg.storage.database import connect
from localorg.storage.search import searched_fields
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
