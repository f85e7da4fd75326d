import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from localorg.seeds import Seed, SeedError, apply_seed
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL: dict[str, Any] = {
    "organization": {"Name": "Small"},
    "api_user": "@api",
    "profiles": [{"ref": "standard", "Name": "Standard"}],
    "users": [
        {"ref": "api", "Username": "api@s.example", "LastName": "A", "Email": "api@s.example", "ProfileId": "@standard"}
    ],
}


def sown(path: Path, seed: Path) -> sqlite3.Connection:
    document = Seed.load(seed)
    connection, schema = connect(path), document.org_schema()
    create_tables(connection, schema)
    apply_seed(connection, schema, "small", document, NOW)
    return connection


def write(path: Path, **changes: object) -> Path:
    seed = path / "seed.yaml"
    seed.write_text(yaml.safe_dump(SMALL | changes))
    return seed


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_the_examples_give_the_same_ids_each_time(tmp_path: Path, company: str) -> None:
    sql = 'SELECT "Id" FROM "Case" UNION ALL SELECT "Id" FROM "Contact" UNION ALL SELECT "Id" FROM "User"'
    seed = EXAMPLES / company / "org.yaml"
    first, second = (sown(tmp_path / f"{n}.sqlite3", seed).execute(sql).fetchall() for n in (1, 2))
    assert [tuple(row) for row in first] == [tuple(row) for row in second]


def test_moments_count_back_from_the_seeding(tmp_path: Path) -> None:
    seed = write(tmp_path, cases=[{"Subject": "Old", "CreatedDate": "-2d 3h"}])
    row = (
        sown(tmp_path / "org.sqlite3", seed).execute('SELECT "CreatedDate", "LastModifiedDate" FROM "Case"').fetchone()
    )
    assert tuple(row) == ("2026-11-16T09:00:00.000+0000",) * 2


def test_moments_count_forward_as_well(tmp_path: Path) -> None:
    request = {"Type__c": "Data Export", "Status__c": "Scheduled", "Next_Run__c": "+1d 2h"}
    connection = sown(tmp_path / "org.sqlite3", write(tmp_path, service_requests=[request]))
    row = connection.execute('SELECT "Name", "Next_Run__c" FROM "Service_Request__c"').fetchone()
    assert tuple(row) == ("SR-00001", "2026-11-19T14:00:00.000+0000")


def test_a_user_may_be_locked_from_the_beginning(tmp_path: Path) -> None:
    user = {**SMALL["users"][0], "login": {"IsPasswordLocked": True}, "methods": {"HasSecurityKey": True}}
    connection = sown(tmp_path / "org.sqlite3", write(tmp_path, users=[user]))
    locked = connection.execute('SELECT "IsPasswordLocked", "IsFrozen" FROM "UserLogin"').fetchall()
    methods = connection.execute('SELECT "HasSecurityKey", "HasTotp" FROM "TwoFactorMethodsInfo"').fetchall()
    assert [tuple(row) for row in (*locked, *methods)] == [(1, 0), (1, 0)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"api_user": "@nobody"}, "api_user is '@nobody', but no user without ContactId has that ref"),
        ({"accounts": [{"Name": "A", "OwnerId": "@nobody"}]}, "speaks of '@nobody' before any record has that ref"),
        ({"accounts": [{"ref": "api", "Name": "A"}]}, "uses the ref 'api' twice"),
        ({"contacts": [{"FirstName": "A"}]}, "is refused: Required fields are missing: [LastName]"),
        ({"cases": [{"Subject": "A", "Status": "Foo"}]}, "bad value for restricted picklist field: Foo"),
        ({"users": [{**SMALL["users"][0], "login": {"Foo": True}}]}, "UserLogin of 005"),
        ({"records": {"Nothing": [{"Name": "A"}]}}, "records of Nothing, an object this org does not know"),
        ({"planets": []}, "does not fit at planets"),
        ({"objects": {"Case": {"validationRules": [{"fullName": "A"}]}}}, "objects do not fit at"),
        (
            {
                "objects": {
                    "Case": {
                        "validationRules": [{"fullName": "A", "errorConditionFormula": "AND(", "errorMessage": "m"}]
                    }
                }
            },
            "cannot be read",
        ),
        (
            {
                "objects": {
                    "Case": {
                        "sharingRules": [
                            {"name": "A", "criteria": "Priority ==", "sharedTo": {"allInternalUsers": True}}
                        ]
                    }
                }
            },
            "criteria of a sharing rule",
        ),
        ({"objects": {"Planet__c": {"fields": []}}}, "needs 'label'"),
        ({"profiles": [{**SMALL["profiles"][0], "permissions": {"Planet": {}}}]}, "permits Planet"),
    ],
)
def test_a_seed_that_cannot_be_is_refused_with_the_reason(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SeedError) as caught:
        sown(tmp_path / "org.sqlite3", write(tmp_path, **changes))
    assert message in str(caught.value)


def test_the_people_others_rely_on_are_there(tmp_path: Path) -> None:
    connection = sown(tmp_path / "org.sqlite3", EXAMPLES / "aurora" / "org.yaml")
    users = {row[0]: row[1] for row in connection.execute('SELECT "Username", "IsActive" FROM "User"')}
    assert users["dana.whitfield@harborlight.example"] == 1
    assert users["user@example.com"] == 1
    assert "ines.caldeira@vela.example" not in users
    sql = """SELECT c."Subject", c."Status", c."Priority" FROM "Case" c JOIN "Contact" p ON p."Id" = c."ContactId"
             WHERE p."Email" = ? AND c."IsClosed" = 0"""
    dana = connection.execute(sql, ("dana.whitfield@harborlight.example",)).fetchall()
    assert [tuple(row) for row in dana] == [("Nightly export stops at 40 percent", "Working", "Medium")]
    marcus = connection.execute(sql, ("marcus.oyelaran@pinecrest.example",)).fetchall()
    assert [tuple(row) for row in marcus] == [("Dashboard totals differ from report", "New", "Low")]


def test_what_the_procedures_rely_on_is_there(tmp_path: Path) -> None:
    connection = sown(tmp_path / "org.sqlite3", EXAMPLES / "aurora" / "org.yaml")

    def values(sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in connection.execute(sql)]

    assert (
        values(
            'SELECT a."Name" FROM "Account" a LEFT JOIN "Asset" s ON s."AccountId" = a."Id" '
            'GROUP BY a."Id" HAVING count(s."Id") != 1'
        )
        == []
    )
    interrupted = """SELECT a."Name" FROM "Service_Request__c" r JOIN "Account" a ON a."Id" = r."Account__c"
                     WHERE r."Type__c" = 'Data Export' AND r."Status__c" = 'Interrupted'"""
    assert values(interrupted) == [("Harborlight Logistics",)]
    incidents = """SELECT "Instance__c", "ContactId", "AccountId" FROM "Case"
                   WHERE "Type" = 'Incident' AND "IsClosed" = 0 AND "ParentId" IS NULL"""
    assert values(incidents) == [("USA512", None, None)]
    locked = 'SELECT u."FirstName" FROM "User" u JOIN "UserLogin" l ON l."UserId" = u."Id" WHERE l.{} = 1'
    assert values(locked.format('"IsPasswordLocked"')) == [("Noor",)]
    assert values(locked.format('"IsFrozen"')) == [("Isla",)]


def test_a_seed_may_bring_objects_and_fields_of_its_own(tmp_path: Path) -> None:
    planet = {
        "label": "Planet", "labelPlural": "Planets", "keyPrefix": "a77",
        "fields": [{"name": "Name", "type": "string"}, {"name": "Moons__c", "type": "int", "precision": 3}],
    }  # fmt: skip
    objects = {
        "Planet__c": planet,
        "Case": {"fields": [{"name": "Planet__c", "type": "reference", "referenceTo": "Planet__c"}]},
    }
    changes = {"objects": objects, "records": {"Planet__c": [{"ref": "mars", "Name": "Mars", "Moons__c": 2}]}}
    connection = sown(tmp_path / "org.sqlite3", write(tmp_path, **changes))
    assert tuple(connection.execute('SELECT "Name", "Moons__c" FROM "Planet__c"').fetchone()) == ("Mars", 2)
    assert connection.execute('SELECT count("Planet__c") FROM "Case"').fetchone()[0] == 0


def test_users_live_where_the_company_does_unless_said_otherwise(tmp_path: Path) -> None:
    organization = {"Name": "Small", "TimeZoneSidKey": "Europe/Berlin", "DefaultLocaleSidKey": "de_DE"}
    elsewhere = {"Username": "b@s.example", "LastName": "B", "Email": "b@s.example", "ProfileId": "@standard"}
    users = [*SMALL["users"], {**elsewhere, "TimeZoneSidKey": "Asia/Tokyo"}]
    connection = sown(tmp_path / "org.sqlite3", write(tmp_path, organization=organization, users=users))
    rows = connection.execute('SELECT "TimeZoneSidKey", "LocaleSidKey" FROM "User" ORDER BY "Id"').fetchall()
    assert [tuple(row) for row in rows] == [("Europe/Berlin", "de_DE"), ("Asia/Tokyo", "de_DE")]
