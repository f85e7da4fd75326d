from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.records.service import Caller, Records
from localorg.schema.loader import standard_schema
from localorg.soql.date_literals import Calendar
from localorg.sosl.service import run_search
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
SCHEMA = standard_schema()
CASES = (
    {"Subject": "Nightly export stops", "Description": "It stopped yesterday", "Priority": "High"},
    {"Subject": "Export file is empty", "SuppliedEmail": "renee@two.example"},
    {"Subject": "Cannot log in", "Description": "the export page asks for a password; export again"},
    {"Subject": "Rechnung für Müller", "SuppliedName": "Renée"},
)
Find = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    connection = connect(tmp_path_factory.mktemp("sosl") / "org.sqlite3")
    create_tables(connection, SCHEMA)
    records = Records(connection, SCHEMA, "AA0", Caller(RecordId("005AA0000000001"), NOW, seeding=True))
    for values in CASES:
        records.create(SCHEMA.get("Case"), {**values, "OwnerId": None})
    for name, email in (("Nightly", "n@one.example"), ("Exporter", "x@one.example")):
        records.create(SCHEMA.get("Contact"), {"LastName": name, "Email": email, "OwnerId": None})
    yield records
    connection.close()


@pytest.fixture(scope="module")
def find(records: Records) -> Find:
    calendar = Calendar(NOW, ZoneInfo("UTC"))

    def run(text: str) -> list[dict[str, Any]]:
        return list(run_search(records.connection, SCHEMA, calendar, text, data_path=""))

    return run


def subjects(find: Find, term: str, rest: str = "") -> list[str]:
    return sorted(record["Subject"] for record in find(f"FIND {{{term}}} {rest} RETURNING Case(Subject)"))


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("nightly", [0]),
        ("EXPORT", [1, 2, 0]),
        ("export empty", [1]),
        ("export AND NOT nightly", [2, 1]),
        ("nightly OR empty", [1, 0]),
        ("(nightly OR empty) AND stops", [0]),
        ('"export file"', [1]),
        ('"file export"', []),
        ("exp*", [2, 1, 0]),
        ("n?ghtly", [0]),
        ("e*t", [2, 1, 0]),
        ("muller", [3]),
        ("renee\\@two.example", [1]),
        ("password\\; export", [2]),
        ("nothing", []),
        ("e*zzz", []),
    ],
)
def test_a_term_finds_what_it_asks_for(find: Find, term: str, found: list[int]) -> None:
    assert subjects(find, term) == sorted(CASES[number]["Subject"] for number in found)


def test_the_group_of_fields_narrows_the_search(find: Find) -> None:
    assert subjects(find, "renee", "IN EMAIL FIELDS") == [CASES[1]["Subject"]]
    assert subjects(find, "yesterday", "IN NAME FIELDS") == []
    assert subjects(find, "renee", "IN ALL FIELDS") == sorted((CASES[1]["Subject"], CASES[3]["Subject"]))


def test_several_objects_answer_in_turn_each_with_its_fields(find: Find) -> None:
    found = find("FIND {nightly} RETURNING Contact(LastName), Case(Subject, Priority)")
    assert [record["attributes"]["type"] for record in found] == ["Contact", "Case"]
    assert found[0]["LastName"] == "Nightly"
    assert found[1]["Priority"] == "High"


def test_without_returning_all_objects_answer_with_ids(find: Find) -> None:
    found = find("FIND {export*}")
    assert [record["attributes"]["type"] for record in found] == ["Case"] * 3 + ["Contact"]
    assert all(set(record) == {"attributes", "Id"} for record in found)


def test_what_is_more_about_the_term_comes_first(find: Find) -> None:
    assert [record["Subject"] for record in find("FIND {export} RETURNING Case(Subject LIMIT 1)")] != []
    ordered = find("FIND {export} RETURNING Case(Subject WHERE Priority != 'High' ORDER BY Subject DESC LIMIT 1)")
    assert [record["Subject"] for record in ordered] == ["Export file is empty"]


def test_the_search_has_a_limit_over_all_objects(find: Find) -> None:
    assert len(find("FIND {export*} RETURNING Case(Id), Contact(Id) LIMIT 2")) == 2


def test_what_changes_is_found_as_it_is(find: Find, records: Records) -> None:
    case = SCHEMA.get("Case")
    created = records.create(case, {"Subject": "Quokka sighted", "OwnerId": None})
    assert subjects(find, "quokka") == ["Quokka sighted"]
    records.update(case, created, {"Subject": "Wombat sighted"})
    assert (subjects(find, "quokka"), subjects(find, "wombat")) == ([], ["Wombat sighted"])
    records.delete(case, created)
    assert subjects(find, "wombat") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FIND nightly", "MALFORMED_SEARCH"),
        ("FIND {nightly", "MALFORMED_SEARCH"),
        ("FIND {}", "INVALID_SEARCH"),
        ("FIND {a}", "INVALID_SEARCH"),
        ("FIND {*}", "INVALID_SEARCH"),
        ("FIND {nightly AND}", "MALFORMED_SEARCH"),
        ("FIND {(nightly}", "MALFORMED_SEARCH"),
        ("FIND {nightly} RETURNING Case(Subject", "MALFORMED_SEARCH"),
        ("FIND {nightly} RETURNING Group", "MALFORMED_SEARCH"),
        ("FIND {nightly} RETURNING Foo", "INVALID_TYPE"),
        ("FIND {zzzz} RETURNING Case(Foo)", "INVALID_FIELD"),
        ("FIND {nightly} RETURNING Case(COUNT(Id))", "MALFORMED_SEARCH"),
        ("FIND {nightly} WITH DIVISION = 'Global'", "MALFORMED_SEARCH"),
        ("FIND {nightly} RETURNING Case(Id) WITH SNIPPET", "MALFORMED_SEARCH"),
        ("FIND {nightly} RETURNING Case(Id) WITH HIGHLIGHT", "MALFORMED_SEARCH"),
        ("FIND {nightly} WITH DATA CATEGORY Geography__c AT Europe__c", "MALFORMED_SEARCH"),
        ("FIND {nightly} RETURNING Case(Id) WITH DATA CATEGORY Geography__c AT Europe__c", "MALFORMED_QUERY"),
    ],
)
def test_a_search_that_cannot_be_answered_is_refused(find: Find, text: str, code: str) -> None:
    with pytest.raises(ApiError, match=f"^{code}:"):
        find(text)


WORDS = st.sampled_from(
    [*"{}()\"'*?\\,", "{export}", "{a*b}", "FIND", "AND", "OR", "NOT", "IN", "ALL", "NAME", "FIELDS"]
)
TAILS = st.sampled_from(
    ["", "RETURNING Case", "RETURNING Case(Id LIMIT 5), Contact", "LIMIT 5", "WITH SNIPPET", "RETURNING"]
)


@given(words=st.lists(WORDS, max_size=10), term=st.text(max_size=12), tail=TAILS)
def test_any_text_is_answered_or_refused(find: Find, words: list[str], term: str, tail: str) -> None:
    for text in (" ".join(words), f"FIND {{{' '.join(words)}}} {tail}", f"FIND {{{term}}} {tail}"):
        try:
            find(text)
        except ApiError as error:
            assert error.status == 400
