"""What SOQL has beyond fields and conditions: functions, subtotals, types of parents, scopes, other names."""

from typing import Any

import pytest

from localorg.errors import ApiError


def test_rollup_adds_subtotals_and_a_total(query: Any) -> None:
    soql = "SELECT Status, Priority, GROUPING(Status) gs, GROUPING(Priority) gp, COUNT(Id) n FROM Case GROUP BY ROLLUP(Status, Priority)"
    rows = query(soql).records
    details = [row for row in rows if (row["gs"], row["gp"]) == (0, 0)]
    subtotals = {row["Status"]: row["n"] for row in rows if (row["gs"], row["gp"]) == (0, 1)}
    (total,) = [row for row in rows if row["gs"] == 1]
    assert (
        total["n"]
        == sum(subtotals.values())
        == sum(row["n"] for row in details)
        == query("SELECT COUNT() FROM Case").total_size
    )
    assert (total["Status"], total["Priority"], rows[-1]) == (None, None, total)
    for status, count in subtotals.items():
        assert count == query(f"SELECT COUNT() FROM Case WHERE Status = '{status}'").total_size


def test_cube_adds_the_totals_of_each_column(query: Any) -> None:
    soql = "SELECT Status, Priority, GROUPING(Status) s, GROUPING(Priority) p, COUNT(Id) n FROM Case GROUP BY CUBE(Status, Priority)"
    of_priorities = {row["Priority"]: row["n"] for row in query(soql).records if (row["s"], row["p"]) == (1, 0)}
    plain = query("SELECT Priority, COUNT(Id) n FROM Case GROUP BY Priority").records
    assert of_priorities == {row["Priority"]: row["n"] for row in plain}


def test_subtotals_can_be_filtered_sorted_and_cut(query: Any) -> None:
    soql = "SELECT Status, COUNT(Id) n FROM Case WHERE IsClosed = false GROUP BY ROLLUP(Status) HAVING COUNT(Id) > 2 ORDER BY COUNT(Id) DESC LIMIT 2"
    counts = [row["n"] for row in query(soql).records]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == query("SELECT COUNT() FROM Case WHERE IsClosed = false").total_size


def test_values_are_formatted_for_the_users_locale(query: Any) -> None:
    (credit,) = query(
        "SELECT Amount__c, FORMAT(Amount__c) shown, FORMAT(CreatedDate) at FROM Credit__c WHERE Amount__c > 1000"
    ).records
    assert (credit["Amount__c"], credit["shown"]) == (1160.0, "1,160.00")
    month, day, _ = credit["at"].split("/")
    assert month.isdigit() and day.isdigit()
    assert credit["at"].endswith(("AM", "PM"))


def test_an_aggregate_may_be_formatted(query: Any) -> None:
    (row,) = query("SELECT FORMAT(SUM(Amount__c)) total FROM Credit__c").records
    assert row["total"] == "1,410.00"


def test_dates_are_taken_apart_where_the_user_is_if_asked(query: Any) -> None:
    # Seeded at 15:30 in London, which is 10:30 in New York, where the user of these queries lives.
    here = query(
        "SELECT HOUR_IN_DAY(convertTimezone(LastModifiedDate)) h, COUNT(Id) n FROM User GROUP BY HOUR_IN_DAY(convertTimezone(LastModifiedDate))"
    )
    utc = query("SELECT HOUR_IN_DAY(LastModifiedDate) h, COUNT(Id) n FROM User GROUP BY HOUR_IN_DAY(LastModifiedDate)")
    assert {row["h"] for row in utc.records} == {(hour + 5) % 24 for hour in (row["h"] for row in here.records)}


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("CALENDAR_YEAR", 2026), ("CALENDAR_QUARTER", 4), ("CALENDAR_MONTH", 11), ("DAY_IN_MONTH", 18),
        ("DAY_IN_WEEK", 4), ("DAY_IN_YEAR", 322), ("FISCAL_YEAR", 2026), ("FISCAL_QUARTER", 4), ("FISCAL_MONTH", 11),
        ("HOUR_IN_DAY", 15), ("WEEK_IN_MONTH", 3), ("WEEK_IN_YEAR", 46),
    ],
)  # fmt: skip
def test_each_part_of_a_date_can_be_asked_for(query: Any, function: str, value: int) -> None:
    whole = query("SELECT COUNT() FROM Profile").total_size
    assert query(f"SELECT COUNT() FROM Profile WHERE {function}(CreatedDate) = {value}").total_size == whole


def test_each_type_of_a_parent_shows_fields_of_its_own(query: Any) -> None:
    soql = "SELECT TYPEOF Owner WHEN User THEN Username, Title WHEN Group THEN DeveloperName ELSE Name END FROM Case"
    owners = [record["Owner"] for record in query(soql).records]
    users = [owner for owner in owners if owner["attributes"]["type"] == "User"]
    queues = [owner for owner in owners if owner["attributes"]["type"] == "Group"]
    assert users and queues and len(users) + len(queues) == len(owners)
    assert all(set(owner) == {"attributes", "Username", "Title"} for owner in users)
    assert all(set(owner) == {"attributes", "DeveloperName"} for owner in queues)


def test_a_parent_may_have_another_name(query: Any) -> None:
    short = query("SELECT c.Id, a.Name FROM Contact c, c.Account a WHERE a.Name = 'Harborlight Logistics'").records
    long = query("SELECT Id, Account.Name FROM Contact WHERE Account.Name = 'Harborlight Logistics'").records
    assert short == long != ()


def test_labels_are_found_and_shown(query: Any) -> None:
    assert (
        query("SELECT toLabel(Status) shown FROM Case WHERE toLabel(Status) = 'new' LIMIT 1").records[0]["shown"]
        == "New"
    )


@pytest.mark.parametrize(
    "clause",
    ["WITH SECURITY_ENFORCED", "WITH USER_MODE", "FOR VIEW", "FOR REFERENCE", "FOR UPDATE", "USING SCOPE everything"],
)
def test_clauses_that_change_no_answer_are_taken(query: Any, clause: str) -> None:
    place = clause if clause.startswith("USING") else ""
    soql = f"SELECT Id FROM Case {place} WHERE IsClosed = false {'' if place else clause}"
    assert query(soql).records == query("SELECT Id FROM Case WHERE IsClosed = false").records


@pytest.mark.parametrize(
    ("soql", "code", "sentence"),
    [
        ("SELECT COUNT() FROM Case GROUP BY Status", "MALFORMED_QUERY", "COUNT() cannot be used with GROUP BY"),
        ("SELECT COUNT(Id) FROM Case LIMIT 5", "MALFORMED_QUERY", "cannot also use LIMIT"),
        ("SELECT Id FROM Case WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "aggregate function in WHERE"),
        ("SELECT Status FROM Case GROUP BY Status HAVING Subject = 'x'", "MALFORMED_QUERY", "must be grouped or aggregated"),
        ("SELECT Confidence__c FROM Case GROUP BY Confidence__c", "MALFORMED_QUERY", "can not be grouped"),
        ("SELECT (SELECT COUNT(Id) FROM CaseComments) FROM Case", "MALFORMED_QUERY", "only root queries support aggregate"),
        ("SELECT GROUPING(Status) FROM Case GROUP BY Status", "MALFORMED_QUERY", "can only be used with GROUP BY ROLLUP"),
        ("SELECT Subject s FROM Case", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        ("SELECT Id FROM Case ALL ROWS", "MALFORMED_QUERY", "ALL ROWS not allowed"),
        ("SELECT Id FROM Case WITH DATA CATEGORY A__c AT b__c", "MALFORMED_QUERY", "WITH DATA CATEGORY is not supported"),
        ("SELECT Id FROM Case USING SCOPE territory", "MALFORMED_QUERY", "invalid scope"),
        ("SELECT convertCurrency(Amount__c) FROM Credit__c", "MALFORMED_QUERY", "multiple currencies"),
        ("SELECT HOUR_IN_DAY(Subject), COUNT(Id) FROM Case GROUP BY HOUR_IN_DAY(Subject)", "MALFORMED_QUERY", "date function"),
        ("SELECT Id FROM Case WHERE DISTANCE(Subject, GEOLOCATION(1, 2), 'mi') < 5", "INVALID_FIELD", "not a geolocation"),
        ("SELECT TYPEOF Contact WHEN User THEN Id END FROM Case", "MALFORMED_QUERY", "polymorphic"),
        ("SELECT Parent.Parent.Parent.Parent.Parent.Parent.Id FROM Case", "MALFORMED_QUERY", "maximum number of 5 levels"),
        ("SELECT Id FROM Case ORDER BY Subject FOR UPDATE", "MALFORMED_QUERY", "ORDER BY cannot be used with FOR UPDATE"),
        (
            "SELECT Id FROM Contact WHERE LastName = 'x' OR Id IN (SELECT ContactId FROM Case)",
            "MALFORMED_QUERY",
            "not allowed with the 'OR' operator",
        ),
        (
            "SELECT Id FROM Contact WHERE LastName = 'x' AND (Id IN (SELECT ContactId FROM Case) AND Title = null)",
            "MALFORMED_QUERY",
            "only allowed at the top level",
        ),
        (
            "SELECT Id FROM Contact WHERE Id IN (SELECT ContactId FROM Case) AND Id IN (SELECT ContactId FROM Asset) "
            "AND AccountId IN (SELECT AccountId FROM Case)",
            "EXCEEDED_MAX_SEMIJOIN_SUBSELECTS",
            "Maximum 2 semi join",
        ),
        ("SELECT Id FROM Case WHERE Subject IN (SELECT ContactId FROM Case)", "MALFORMED_QUERY", "should be an id field"),
        ("SELECT Id FROM Case WHERE Id IN (SELECT Id FROM Case)", "MALFORMED_QUERY", "same object type"),
        ("SELECT Id FROM Contact WHERE Id IN (SELECT ContactId FROM Case LIMIT 1)", "MALFORMED_QUERY", "LIMIT"),
        ("SELECT Id FROM Contact WHERE Id IN (SELECT Subject FROM Case)", "INVALID_FIELD", "must be of type Id"),
    ],
)  # fmt: skip
def test_what_soql_does_not_allow_is_refused(query: Any, soql: str, code: str, sentence: str) -> None:
    with pytest.raises(ApiError) as caught:
        query(soql)
    assert caught.value.code == code
    assert sentence in caught.value.message
