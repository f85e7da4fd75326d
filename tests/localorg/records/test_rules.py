"""Validation rules, duplicate rules, record types and locks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from localorg.errors import ApiError
from localorg.ids import parse_record_id
from localorg.records.rules import LockKind, ensure_record_types, lock, unlock
from localorg.records.service import Caller, Records
from localorg.schema.loader import extended_schema
from localorg.schema.models import SObject
from localorg.soql.date_literals import Calendar
from localorg.soql.service import run_query
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

ADDITIONS: dict[str, dict[str, Any]] = {
    "Case": {
        "validationRules": [
            {
                "fullName": "Reason_when_closed",
                "errorConditionFormula": "AND(ISPICKVAL(Status, 'Closed'), ISBLANK(TEXT(Reason)))",
                "errorMessage": "Say why before you close.",
                "errorDisplayField": "Reason",
            },
            {
                "fullName": "No_way_back",
                "errorConditionFormula": "ISCHANGED(Status) && PRIORVALUE(Status) = 'Escalated' && ISPICKVAL(Status, 'New')",
                "errorMessage": "An escalated case cannot be new again.",
            },
            {
                "fullName": "Contact_needs_address",
                "errorConditionFormula": "AND(NOT(ISBLANK(ContactId)), ISBLANK(Contact.Email))",
                "errorMessage": "The contact has no address.",
            },
            {
                "fullName": "Resting",
                "active": False,
                "errorConditionFormula": "TRUE",
                "errorMessage": "Never said.",
            },
        ],
        "recordTypes": [
            {"developerName": "Support", "label": "Support", "default": True},
            {
                "developerName": "Sales",
                "label": "Sales",
                "picklistValues": {"Priority": ["Low", "Medium"]},
            },
            {"developerName": "Old", "label": "Old", "active": False},
        ],
    },
    "Contact": {
        "duplicateRules": [
            {
                "developerName": "Same_address",
                "label": "Same address",
                "matchFields": ["Email"],
                "actionOnInsert": "Allow",
                "actionOnUpdate": "Block",
            }
        ]
    },
}
SCHEMA = extended_schema(ADDITIONS)
CASE, CONTACT = SCHEMA.get("Case"), SCHEMA.get("Contact")
CALLER = Caller(parse_record_id("005AA0000000001"), datetime(2026, 11, 18, tzinfo=UTC), auto_assign=False)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    connection = connect(tmp_path / "org.sqlite3")
    create_tables(connection, SCHEMA)
    itself = Records(connection, SCHEMA, "AA0", replace(CALLER, seeding=True))
    ensure_record_types(itself, CASE)
    profile = itself.create(SCHEMA.get("Profile"), {"Name": "Standard"})
    user = {"Username": "u@s.example", "LastName": "U", "Email": "u@s.example", "ProfileId": profile}
    user_id = itself.create(SCHEMA.get("User"), user)
    yield Records(connection, SCHEMA, "AA0", replace(CALLER, user_id=user_id))
    connection.close()


def refused(records: Records, definition: SObject, values: dict[str, Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        records.create(definition, values)
    return caught.value


def record_type(records: Records, name: str) -> str:
    sql = 'SELECT "Id" FROM "RecordType" WHERE "DeveloperName" = ?'
    return str(records.connection.execute(sql, (name,)).fetchone()[0])


def test_a_record_for_which_a_formula_is_true_is_refused_with_its_message(records: Records) -> None:
    error = refused(records, CASE, {"Status": "Closed"})
    assert (error.code, error.message) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Say why before you close.")
    assert error.fields == ("Reason",)
    records.create(CASE, {"Status": "Closed", "Reason": "Other"})


def test_a_formula_knows_what_a_field_was_before(records: Records) -> None:
    case = records.create(CASE, {"Status": "Escalated"})
    records.update(CASE, case, {"Subject": "Still escalated"})
    with pytest.raises(ApiError, match="cannot be new again"):
        records.update(CASE, case, {"Status": "New"})
    records.update(CASE, case, {"Status": "Working"})
    records.update(CASE, case, {"Status": "New"})


def test_a_formula_reads_the_fields_of_parents(records: Records) -> None:
    silent = records.create(CONTACT, {"LastName": "Silent"})
    assert refused(records, CASE, {"ContactId": silent}).message == "The contact has no address."
    heard = records.create(CONTACT, {"LastName": "Heard", "Email": "h@one.example"})
    records.create(CASE, {"ContactId": heard})


@pytest.mark.parametrize(("value", "message"), [(0, "between 1 and 5"), (6, "between 1 and 5")])
def test_numbers_outside_their_range_are_refused(records: Records, value: int, message: str) -> None:
    assert message in refused(records, CASE, {"Satisfaction__c": value}).message


def test_a_likely_duplicate_is_told_with_the_record_it_is_like(records: Records) -> None:
    first = records.create(CONTACT, {"LastName": "One", "Email": "same@one.example"})
    error = refused(records, CONTACT, {"LastName": "Two", "Email": "SAME@one.example"})
    (told,) = error.body()
    assert (told["errorCode"], told["message"]) == ("DUPLICATES_DETECTED", "Use one of these records?")
    result = told["duplicateResult"]
    assert (result["allowSave"], result["duplicateRule"]) == (True, "Same_address")
    assert [match["record"]["Id"] for match in result["matchResults"][0]["matchRecords"]] == [first]


def test_an_alert_that_was_seen_lets_the_duplicate_be_saved(records: Records) -> None:
    records.create(CONTACT, {"LastName": "One", "Email": "same@one.example"})
    knowing = replace(records, caller=replace(records.caller, allow_duplicates=True))
    assert knowing.create(CONTACT, {"LastName": "Two", "Email": "same@one.example"})


def test_a_block_cannot_be_passed(records: Records) -> None:
    records.create(CONTACT, {"LastName": "One", "Email": "same@one.example"})
    other = records.create(CONTACT, {"LastName": "Two", "Email": "other@one.example"})
    knowing = replace(records, caller=replace(records.caller, allow_duplicates=True))
    with pytest.raises(ApiError, match="DUPLICATES_DETECTED"):
        knowing.update(CONTACT, other, {"Email": "same@one.example"})


def test_records_without_the_matched_value_are_no_duplicates(records: Records) -> None:
    for name in ("One", "Two"):
        records.create(CONTACT, {"LastName": name})


def test_a_new_record_has_the_default_record_type(records: Records) -> None:
    case = records.rows.find(CASE, records.create(CASE, {"Subject": "x"}))
    assert case is not None
    assert case["RecordTypeId"] == record_type(records, "Support")


def test_a_record_type_narrows_restricted_picklists(records: Records) -> None:
    sales = record_type(records, "Sales")
    error = refused(records, CASE, {"RecordTypeId": sales, "Priority": "High"})
    assert error.code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    case = records.create(CASE, {"RecordTypeId": sales, "Priority": "Low"})
    with pytest.raises(ApiError, match="INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"):
        records.update(CASE, case, {"Priority": "Critical"})


def test_a_record_type_that_is_not_active_cannot_be_chosen(records: Records) -> None:
    error = refused(records, CASE, {"RecordTypeId": record_type(records, "Old")})
    assert (error.code, error.fields) == ("INVALID_CROSS_REFERENCE_KEY", ("RecordTypeId",))


def test_a_record_in_approval_is_locked(records: Records) -> None:
    case = records.create(CASE, {"Subject": "x"})
    lock(records, case, LockKind.APPROVAL)
    for work in (lambda: records.update(CASE, case, {"Subject": "y"}), lambda: records.delete(CASE, case)):
        with pytest.raises(ApiError, match="ENTITY_IS_LOCKED"):
            work()
    unlock(records, case)
    records.update(CASE, case, {"Subject": "y"})


def test_a_row_that_another_holds_cannot_be_had_and_neither_can_its_children(records: Records) -> None:
    case = records.create(CASE, {"Subject": "x"})
    lock(records, case, LockKind.ROW)
    with pytest.raises(ApiError, match="UNABLE_TO_LOCK_ROW"):
        records.update(CASE, case, {"Subject": "y"})
    assert refused(records, SCHEMA.get("CaseComment"), {"ParentId": case}).code == "UNABLE_TO_LOCK_ROW"


def test_reading_for_update_waits_in_vain_for_a_row_that_another_holds(records: Records) -> None:
    case = records.create(CASE, {"Subject": "x"})
    calendar = Calendar(CALLER.at, ZoneInfo("UTC"))

    def read(text: str) -> int:
        return run_query(records.connection, SCHEMA, calendar, text, data_path="").total_size

    lock(records, case, LockKind.ROW)
    assert read("SELECT Id FROM Case") == 1
    with pytest.raises(ApiError, match="UNABLE_TO_LOCK_ROW"):
        read("SELECT Id FROM Case FOR UPDATE")
