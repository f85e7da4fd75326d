from typing import Any

import pytest

from localorg.errors import ApiError

CASES_OF_DANA = "FROM Case WHERE Contact.Email = 'dana.whitfield@harborlight.example'"


def test_a_record_carries_its_type_and_address(query: Any) -> None:
    (record,) = query("SELECT CaseNumber FROM Case WHERE CaseNumber = '00001001'").records
    assert record["attributes"]["type"] == "Case"
    assert record["attributes"]["url"].startswith("/services/data/v67.0/sobjects/Case/500")
    assert list(record) == ["attributes", "CaseNumber"]


def test_fields_come_back_in_salesforces_spelling(query: Any) -> None:
    (record,) = query("SELECT casenumber, contact.NAME FROM case WHERE casenumber = '00001001'").records
    assert record["CaseNumber"] == "00001001"
    assert record["Contact"]["Name"] == "Dana Whitfield"


def test_parents_are_nested_with_attributes_of_their_own(query: Any) -> None:
    (record,) = query("SELECT Contact.Account.Name FROM Case WHERE CaseNumber = '00001001'").records
    account = record["Contact"]["Account"]
    assert account["Name"] == "Harborlight Logistics"
    assert account["attributes"]["type"] == "Account"
    assert record["Contact"]["attributes"]["type"] == "Contact"


def test_a_parent_that_is_not_there_is_null(query: Any) -> None:
    (record,) = query("SELECT Contact.Account.Name FROM Case WHERE SuppliedName = 'Jordan Pike'").records
    assert record["Contact"] is None


def test_an_owner_may_be_a_user_or_a_queue(query: Any) -> None:
    records = query(f"SELECT Owner.Name, Owner.Type {CASES_OF_DANA} ORDER BY CreatedDate").records
    assert [(r["Owner"]["Name"], r["Owner"]["Type"]) for r in records] == [
        ("Tom Albrecht", "User"),
        ("Tier 1 Support", "Queue"),
    ]
    assert records[1]["Owner"]["attributes"]["type"] == "Name"
    assert "/sobjects/Group/00G" in records[1]["Owner"]["attributes"]["url"]


def test_children_come_with_each_parent_or_null(query: Any) -> None:
    soql = f"SELECT Subject, (SELECT IsPublished FROM CaseComments ORDER BY CreatedDate LIMIT 1) {CASES_OF_DANA}"
    children = {record["Subject"]: record["CaseComments"] for record in query(soql).records}
    assert children["Nightly export stops at 40 percent"]["totalSize"] == 1
    assert children["Nightly export stops at 40 percent"]["records"][0]["IsPublished"] is False
    without = query("SELECT (SELECT Id FROM CaseComments) FROM Case WHERE SuppliedName = 'Jordan Pike'").records
    assert without[0]["CaseComments"] is None


def test_a_formula_field_follows_its_parent(query: Any) -> None:
    soql = "SELECT ContactEmail FROM Case WHERE ContactEmail LIKE 'DANA%' LIMIT 1"
    assert query(soql).records[0]["ContactEmail"] == "dana.whitfield@harborlight.example"


def test_text_is_compared_without_regard_to_case_in_any_alphabet(column: Any) -> None:
    assert column("SELECT LastName FROM Contact WHERE LastName = 'WIKSTRÖM'") == ["Wikström"]
    assert column("SELECT FirstName FROM Contact WHERE FirstName LIKE 'REN_E'") == ["Renée"]
    assert column("SELECT FirstName FROM Contact WHERE FirstName IN ('renÉe')") == ["Renée"]


def test_an_id_matches_in_both_its_forms(query: Any) -> None:
    (record,) = query("SELECT Id FROM Case WHERE CaseNumber = '00001001'").records
    assert query(f"SELECT Id FROM Case WHERE Id = '{record['Id'][:15]}'").records == (record,)


def test_picklists_sort_in_the_order_of_their_values(column: Any) -> None:
    found = column("SELECT Priority FROM Case ORDER BY Priority DESC")
    ranks = {"Low": 0, "Medium": 1, "High": 2, "Critical": 3}
    assert found == sorted(found, key=ranks.__getitem__, reverse=True)
    assert set(found) == set(ranks)


@pytest.mark.parametrize(
    ("words", "nulls_at"), [("ASC", 0), ("DESC", 0), ("ASC NULLS LAST", -1), ("DESC NULLS LAST", -1)]
)
def test_nulls_go_where_they_are_asked_to(column: Any, words: str, nulls_at: int) -> None:
    found = column(f"SELECT SuppliedName FROM Case ORDER BY SuppliedName {words}")
    assert found[nulls_at] is None
    assert found[-1 - nulls_at] == "Jordan Pike"


def test_limit_and_offset_cut_a_page(column: Any) -> None:
    numbers = column("SELECT CaseNumber FROM Case ORDER BY CaseNumber")
    assert column("SELECT CaseNumber FROM Case ORDER BY CaseNumber LIMIT 3 OFFSET 4") == numbers[4:7]


def test_count_alone_answers_with_the_total_size(query: Any) -> None:
    result = query("SELECT COUNT() FROM Case")
    assert (result.total_size, result.records) == (32, ())
    assert query("SELECT COUNT() FROM Case LIMIT 7").total_size == 7


def test_aggregates_agree_with_counting_by_hand(query: Any, column: Any) -> None:
    statuses = column("SELECT Status FROM Case")
    grouped = query(
        "SELECT Status, COUNT(Id) n FROM Case GROUP BY Status HAVING COUNT(Id) > 4 ORDER BY COUNT(Id) DESC"
    ).records
    expected = {status: statuses.count(status) for status in set(statuses) if statuses.count(status) > 4}
    assert {record["Status"]: record["n"] for record in grouped} == expected
    assert [record["n"] for record in grouped] == sorted(expected.values(), reverse=True)
    assert grouped[0]["attributes"] == {"type": "AggregateResult"}


def test_numbers_are_summed_averaged_and_bounded(query: Any) -> None:
    calls = "SUM(Amount__c), AVG(Amount__c), MIN(Amount__c), MAX(Amount__c) most, COUNT_DISTINCT(Status__c)"
    (record,) = query(f"SELECT {calls} FROM Credit__c").records
    assert [record[f"expr{n}"] for n in range(4)] == [1410.0, 705.0, 250.0, 2]
    assert record["most"] == 1160.0


def test_records_are_grouped_by_a_parents_field(query: Any) -> None:
    accounts = [record["Account"] for record in query("SELECT Account.Name FROM Case").records]
    names = [account["Name"] if account else None for account in accounts]
    grouped = query("SELECT Account.Name, COUNT(Id) n FROM Case GROUP BY Account.Name").records
    assert {record["Name"]: record["n"] for record in grouped} == {name: names.count(name) for name in names}


def test_records_are_grouped_by_parts_of_a_date(query: Any, column: Any) -> None:
    months = [int(created[5:7]) for created in column("SELECT CreatedDate FROM Case")]
    soql = "SELECT CALENDAR_MONTH(CreatedDate) m, COUNT(Id) n FROM Case GROUP BY CALENDAR_MONTH(CreatedDate)"
    assert {r["m"]: r["n"] for r in query(soql).records} == {month: months.count(month) for month in months}


def test_semi_and_anti_joins_split_the_records(column: Any) -> None:
    everyone = set(column("SELECT Id FROM Contact"))
    with_case = set(column("SELECT Id FROM Contact WHERE Id IN (SELECT ContactId FROM Case)"))
    without = set(column("SELECT Id FROM Contact WHERE Id NOT IN (SELECT ContactId FROM Case)"))
    assert with_case == set(column("SELECT ContactId FROM Case WHERE ContactId != null"))
    assert (with_case | without, with_case & without) == (everyone, set())


def test_all_fields_need_a_limit(query: Any) -> None:
    (record,) = query("SELECT FIELDS(ALL) FROM Case LIMIT 1").records
    assert {"Id", "CaseNumber", "Casewright_Key__c", "SystemModstamp"} <= set(record)
    (custom,) = query("SELECT FIELDS(CUSTOM) FROM Case LIMIT 1").records
    assert all(name.endswith("__c") for name in custom if name != "attributes")
    with pytest.raises(ApiError, match="must have a LIMIT of at most 200"):
        query("SELECT FIELDS(ALL) FROM Case")


def test_days_end_where_the_user_lives(column: Any) -> None:
    # Seeded Wednesday 10:30 in New York; eleven hours before is still Tuesday there, in UTC it is Wednesday.
    late = column("SELECT Subject FROM Case WHERE CreatedDate = YESTERDAY AND CreatedDate > 2026-11-18T00:00:00Z")
    assert late == ["Render reports missing from the weekly export"]


@pytest.mark.parametrize(
    ("soql", "code", "sentence"),
    [
        ("SELECT Foo FROM Case", "INVALID_FIELD", "No such column 'Foo' on entity 'Case'."),
        ("SELECT Contact.Foo FROM Case", "INVALID_FIELD", "No such column 'Foo' on entity 'Contact'."),
        ("SELECT Owner.Foo FROM Case", "INVALID_FIELD", "No such column 'Foo' on entity 'Name'."),
        ("SELECT Boss.Name FROM Case", "INVALID_FIELD", "Didn't understand relationship 'Boss' in field path."),
        ("SELECT Id FROM Foo__c", "INVALID_TYPE", "sObject type 'Foo__c' is not supported."),
        (
            "SELECT Id, (SELECT Id FROM Foos) FROM Case",
            "INVALID_TYPE",
            "Didn't understand relationship 'Foos' in FROM part",
        ),
        ("SELECT Id, id FROM Case", "INVALID_FIELD", "duplicate field selected: Id"),
        (
            "SELECT Id FROM Case WHERE Subject = 5",
            "INVALID_FIELD",
            "'Subject' must be of type string and should be enclosed",
        ),
        (
            "SELECT Id FROM Case WHERE IsClosed = 'true'",
            "INVALID_FIELD",
            "must be of type boolean and should not be enclosed",
        ),
        (
            "SELECT Id FROM Case WHERE CreatedDate > 2026-01-01",
            "INVALID_FIELD",
            "must be of type dateTime and should not",
        ),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD", "field 'Description' can not be filtered"),
        ("SELECT Id FROM Case ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted"),
        ("SELECT Id FROM Case WHERE ContactId = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        (
            "SELECT Id FROM Case WHERE IsClosed > true",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on boolean field",
        ),
        (
            "SELECT Subject, COUNT(Id) FROM Case GROUP BY Status",
            "MALFORMED_QUERY",
            "must be grouped or aggregated: Subject",
        ),
        ("SELECT SUM(Subject) FROM Case", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        ("SELECT Id FROM Case OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT BLINK(Subject) FROM Case", "MALFORMED_QUERY", "Invalid function: BLINK"),
    ],
)
def test_a_query_the_org_cannot_answer_is_refused_in_salesforces_words(
    query: Any, soql: str, code: str, sentence: str
) -> None:
    with pytest.raises(ApiError) as caught:
        query(soql)
    assert caught.value.code == code
    assert sentence in caught.value.message
