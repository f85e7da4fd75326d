from pathlib import Path

from localorg.schema.loader import standard_schema
from localorg.schema.models import Schema, SObject
from localorg.storage.database import connect
from localorg.storage.tables import create_tables


def without_field(definition: SObject, name: str) -> SObject:
    fields = tuple(field for field in definition.fields if field.name != name)
    return definition.model_copy(update={"fields": fields})


def test_a_file_of_an_older_version_gains_new_tables_and_columns(tmp_path: Path) -> None:
    schema = standard_schema()
    older = Schema((without_field(schema.get("Account"), "Website"),))
    connection = connect(tmp_path / "org.sqlite3")
    create_tables(connection, older)
    connection.execute('INSERT INTO "Account" ("Id", "Name", "IsDeleted") VALUES (?, ?, 0)', ("001", "Old"))
    create_tables(connection, schema)
    assert tuple(connection.execute('SELECT "Name", "Website" FROM "Account"').fetchone()) == ("Old", None)
    assert connection.execute('SELECT count(*) FROM "Case"').fetchone()[0] == 0


def test_lookups_by_external_id_number_and_parent_use_an_index(tmp_path: Path) -> None:
    connection = connect(tmp_path / "org.sqlite3")
    create_tables(connection, standard_schema())
    for column in ("Casewright_Conversation__c", "Casewright_Key__c", "CaseNumber", "ContactId", "AccountId"):
        sql = f'EXPLAIN QUERY PLAN SELECT * FROM "Case" WHERE "{column}" = ? AND "IsDeleted" = 0'
        (plan,) = connection.execute(sql, ("x",)).fetchall()
        assert f"USING INDEX Case_{column}" in plan["detail"]


def test_a_number_is_found_whatever_its_case(tmp_path: Path) -> None:
    connection = connect(tmp_path / "org.sqlite3")
    create_tables(connection, standard_schema())
    connection.execute('INSERT INTO "Credit__c" ("Id", "Name", "IsDeleted") VALUES (?, ?, 0)', ("a01", "CR-0001"))
    sql = 'SELECT count(*) FROM "Credit__c" WHERE "Name" = ?'
    assert connection.execute(sql, ("cr-0001",)).fetchone()[0] == 1
