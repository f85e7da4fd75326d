"""What users see and may do, by sharing, profile and permission set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from localorg.errors import ApiError
from localorg.ids import RecordId, instance_code
from localorg.records.service import Caller, Records
from localorg.schema.models import Schema
from localorg.seeds import Seed, apply_seed
from localorg.soql.date_literals import Calendar
from localorg.soql.service import run_query
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


def user(ref: str, **values: Any) -> dict[str, Any]:
    name = {"ref": ref, "Username": f"{ref}@s.example", "LastName": ref, "Email": f"{ref}@s.example"}
    return {**name, "ProfileId": "@agent", **values}


SEED: dict[str, Any] = {
    "organization": {"Name": "Shared"},
    "api_user": "@admin",
    "objects": {
        "Case": {
            "sharingModel": "Private",
            "sharingRules": [
                {"name": "Hot", "criteria": "Priority = 'Critical'", "sharedTo": {"queue": "Escalations"}},
                {
                    "name": "Open to guests",
                    "criteria": "Type = 'Incident'",
                    "sharedTo": {"guestUser": "guest@s.example"},
                },
            ],
        },
        "Account": {"sharingModel": "Read"},
    },
    "roles": [
        {"ref": "lead", "Name": "Lead", "DeveloperName": "Lead"},
        {"ref": "staff", "Name": "Staff", "DeveloperName": "Staff", "ParentRoleId": "@lead"},
    ],
    "profiles": [
        {"ref": "admin_profile", "Name": "System Administrator"},
        {"ref": "agent", "Name": "Agent"},
        {
            "ref": "narrow",
            "Name": "Narrow",
            "permissions": {
                "Case": {"rights": ["Read", "Edit"], "hidden": ["Description"], "read_only": ["Reason"]},
                "User": {},
            },
        },
        {"ref": "portal", "Name": "Portal", "UserType": "CspLitePortal"},
        {"ref": "guests", "Name": "Guests", "UserType": "Guest"},
    ],
    "permission_sets": [
        {
            "Name": "Everything",
            "PermissionsViewAllData": True,
            "PermissionsModifyAllData": True,
            "assigned_to": ["@admin"],
        },
        {
            "Name": "Writers",
            "permissions": {"Contact": {"rights": ["Read", "Create"]}},
            "assigned_to": ["@narrow_user"],
        },
    ],
    "users": [
        user("admin", ProfileId="@admin_profile"),
        user("boss", UserRoleId="@lead"),
        user("ann", UserRoleId="@staff"),
        user("bob", UserRoleId="@staff"),
        user("narrow_user", ProfileId="@narrow", UserRoleId="@staff"),
        user("guest", ProfileId="@guests"),
        user("carla_user", ProfileId="@portal", ContactId="@carla"),
    ],
    "queues": [
        {"ref": "tier1", "Name": "Tier 1", "DeveloperName": "Tier_1", "members": ["@ann"]},
        {"ref": "escalations", "Name": "Escalations", "DeveloperName": "Escalations", "members": ["@bob"]},
    ],
    "accounts": [{"ref": "acme", "Name": "Acme", "OwnerId": "@ann"}],
    "contacts": [
        {"ref": "carla", "LastName": "Carla", "AccountId": "@acme", "OwnerId": "@ann"},
        {"ref": "dora", "LastName": "Dora", "AccountId": "@acme", "OwnerId": "@ann"},
    ],
    "cases": [
        {
            "ref": "anns",
            "Subject": "Ann's",
            "OwnerId": "@ann",
            "ContactId": "@carla",
            "comments": [{"CommentBody": "for Carla", "IsPublished": True}, {"CommentBody": "for us"}],
        },
        {"ref": "bobs", "Subject": "Bob's", "OwnerId": "@bob", "ContactId": "@dora"},
        {"ref": "queued", "Subject": "Queued", "OwnerId": "@tier1"},
        {"ref": "hot", "Subject": "Hot", "OwnerId": "@tier1", "Priority": "Critical"},
        {"ref": "incident", "Subject": "Incident", "OwnerId": "@admin", "Type": "Incident"},
    ],
}


@dataclass(frozen=True)
class Company:
    connection: Any
    schema: Schema
    ids: dict[str, RecordId]

    def ask(self, who: str, soql: str, **options: Any) -> list[dict[str, Any]]:
        calendar = Calendar(NOW, ZoneInfo("UTC"))
        result = run_query(self.connection, self.schema, calendar, soql, data_path="", viewer=self.ids[who], **options)
        return list(result.records)

    def subjects(self, who: str) -> list[str]:
        return [record["Subject"] for record in self.ask(who, "SELECT Subject FROM Case ORDER BY Subject")]

    def records(self, who: str) -> Records:
        return Records(
            self.connection, self.schema, instance_code("shared"), Caller(self.ids[who], NOW, auto_assign=False)
        )


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    path = tmp_path / "seed.yaml"
    path.write_text(yaml.safe_dump(SEED))
    seed = Seed.load(path)
    connection, schema = connect(tmp_path / "org.sqlite3"), seed.org_schema()
    create_tables(connection, schema)
    apply_seed(connection, schema, "shared", seed, NOW)
    ids: dict[str, RecordId] = {}
    for row in connection.execute('SELECT "Id", "Username" FROM "User"'):
        ids[row["Username"].split("@")[0]] = row["Id"]
    for row in connection.execute('SELECT "Id", "Subject" FROM "Case"'):
        ids[row["Subject"]] = row["Id"]
    yield Company(connection, schema, ids)
    connection.close()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("admin", ["Ann's", "Bob's", "Hot", "Incident", "Queued"]),
        ("ann", ["Ann's", "Hot", "Queued"]),
        ("bob", ["Bob's", "Hot"]),
        ("boss", ["Ann's", "Bob's", "Hot", "Queued"]),
        ("carla_user", ["Ann's"]),
        ("guest", ["Incident"]),
    ],
)
def test_a_user_sees_own_records_those_of_subordinates_and_of_queues_and_what_is_shared(
    company: Company, who: str, seen: list[str]
) -> None:
    assert company.subjects(who) == seen


def test_a_share_opens_one_record_to_one_user(company: Company) -> None:
    share = {"CaseId": company.ids["Incident"], "UserOrGroupId": company.ids["bob"], "CaseAccessLevel": "Read"}
    company.records("admin").create(company.schema.get("CaseShare"), share)
    assert company.subjects("bob") == ["Bob's", "Hot", "Incident"]
    with pytest.raises(ApiError, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        company.records("bob").update(company.schema.get("Case"), company.ids["Incident"], {"Subject": "Mine"})


def test_counting_and_grouping_count_what_is_seen(company: Company) -> None:
    assert company.ask("bob", "SELECT COUNT(Id) n FROM Case")[0]["n"] == 2
    grouped = company.ask("ann", "SELECT Priority, COUNT(Id) n FROM Case GROUP BY Priority ORDER BY Priority")
    assert [(one["Priority"], one["n"]) for one in grouped] == [("Medium", 2), ("Critical", 1)]


def test_subqueries_and_semi_joins_see_no_more(company: Company) -> None:
    (account,) = company.ask("bob", "SELECT (SELECT Subject FROM Cases) FROM Account")
    assert [case["Subject"] for case in account["Cases"]["records"]] == ["Bob's"]
    contacts = company.ask("bob", "SELECT LastName FROM Contact WHERE Id IN (SELECT ContactId FROM Case)")
    assert [one["LastName"] for one in contacts] == ["Dora"]


def test_what_belongs_to_a_case_is_seen_with_it(company: Company) -> None:
    soql = "SELECT CommentBody FROM CaseComment"
    assert {one["CommentBody"] for one in company.ask("ann", soql)} == {"for Carla", "for us"}
    assert company.ask("bob", soql) == []


def test_customers_see_published_comments_only(company: Company) -> None:
    found = company.ask("carla_user", "SELECT CommentBody FROM CaseComment")
    assert [one["CommentBody"] for one in found] == ["for Carla"]


def test_a_parent_that_is_hidden_is_null(company: Company) -> None:
    company.records("admin").update(
        company.schema.get("Case"), company.ids["Bob's"], {"ParentId": company.ids["Ann's"]}
    )
    (case,) = company.ask("bob", "SELECT Parent.Subject FROM Case WHERE Subject = 'Bob\\'s'")
    assert case["Parent"] is None


def test_a_scope_narrows_to_what_is_ones_own(company: Company) -> None:
    mine = company.ask("ann", "SELECT Subject FROM Case USING SCOPE mine")
    ours = company.ask("ann", "SELECT Subject FROM Case USING SCOPE mine_and_my_groups ORDER BY Subject")
    assert [one["Subject"] for one in mine] == ["Ann's"]
    assert [one["Subject"] for one in ours] == ["Ann's", "Hot", "Queued"]


def test_reading_is_not_writing(company: Company) -> None:
    accounts = company.schema.get("Account")
    (account,) = company.ask("bob", "SELECT Id FROM Account")
    with pytest.raises(ApiError, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        company.records("bob").update(accounts, account["Id"], {"Name": "Bob's"})
    company.records("boss").update(accounts, account["Id"], {"Name": "Boss's"})


def test_what_is_hidden_is_not_found(company: Company) -> None:
    for work in (
        lambda records: records.update(company.schema.get("Case"), company.ids["Ann's"], {"Subject": "x"}),
        lambda records: records.delete(company.schema.get("Case"), company.ids["Ann's"]),
    ):
        with pytest.raises(ApiError) as caught:
            work(company.records("bob"))
        assert caught.value.status == 404


def test_only_who_owns_a_record_or_stands_above_may_delete_it(company: Company) -> None:
    cases = company.schema.get("Case")
    with pytest.raises(ApiError, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        company.records("bob").delete(cases, company.ids["Hot"])
    company.records("boss").delete(cases, company.ids["Bob's"])
    assert company.subjects("bob") == ["Hot"]


def test_a_record_cannot_be_tied_to_one_that_is_hidden(company: Company) -> None:
    with pytest.raises(ApiError, match="INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"):
        company.records("bob").create(company.schema.get("CaseComment"), {"ParentId": company.ids["Ann's"]})


Refused = Callable[[Company], object]


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda c: c.ask("narrow_user", "SELECT Description FROM Case"), "INVALID_FIELD"),
        (lambda c: c.ask("narrow_user", "SELECT Id FROM Case WHERE Confidence__c > 1 AND Description != null"), "INVALID_FIELD"),
        (lambda c: c.ask("narrow_user", "SELECT Id FROM Asset"), "INVALID_TYPE"),
        (lambda c: c.ask("narrow_user", "SELECT (SELECT Id FROM Assets) FROM Contact"), "INVALID_TYPE"),
        (lambda c: c.records("narrow_user").create(c.schema.get("Case"), {"Subject": "x"}), "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
    ],
)  # fmt: skip
def test_what_a_profile_withholds_does_not_exist(company: Company, work: Refused, code: str) -> None:
    with pytest.raises(ApiError, match=f"^{code}:"):
        work(company)


def test_a_permission_set_adds_to_the_profile(company: Company) -> None:
    created = company.records("narrow_user").create(company.schema.get("Contact"), {"LastName": "New"})
    assert created.startswith("003")
    with pytest.raises(ApiError, match="INSUFFICIENT_ACCESS_OR_READONLY"):
        company.records("narrow_user").update(company.schema.get("Contact"), created, {"LastName": "Newer"})


def test_a_field_may_be_read_and_not_written(company: Company) -> None:
    cases = company.schema.get("Case")
    own = company.records("admin").create(
        cases, {"Subject": "N", "OwnerId": company.ids["narrow_user"], "Reason": "Access"}
    )
    assert company.ask("narrow_user", "SELECT Reason FROM Case WHERE Subject = 'N'")[0]["Reason"] == "Access"
    with pytest.raises(ApiError, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
        company.records("narrow_user").update(cases, own, {"Reason": "Billing"})
    with pytest.raises(ApiError, match="No such column 'Description'"):
        company.records("narrow_user").update(cases, own, {"Description": "x"})
    company.records("narrow_user").update(cases, own, {"Subject": "M"})


def test_all_fields_are_those_that_are_seen(company: Company) -> None:
    company.records("admin").create(company.schema.get("Case"), {"Subject": "N", "OwnerId": company.ids["narrow_user"]})
    (record,) = company.ask("narrow_user", "SELECT FIELDS(ALL) FROM Case LIMIT 1")
    assert "Subject" in record
    assert "Description" not in record
