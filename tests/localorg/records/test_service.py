from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.errors import ApiError
from localorg.ids import parse_record_id
from localorg.records.service import Caller, Records
from localorg.schema.loader import standard_schema
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

SCHEMA = standard_schema()
CALLER = Caller(parse_record_id("005AA0000000001"), datetime(2026, 11, 18, tzinfo=UTC), seeding=True)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(
        ["9999-12-31T23:59:59-14:00", "2026-01-01", "1e400", "NaN", "500AA0000000001", "a@b.example", "New"]
    ),
)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)
NAMES = st.sampled_from(
    [*(field.name for field in SCHEMA.get("Case").fields), "Contact", "Parent", "Foo", "attributes"]
)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    connection = connect(tmp_path_factory.mktemp("records") / "org.sqlite3")
    create_tables(connection, SCHEMA)
    yield Records(connection, SCHEMA, "AA0", CALLER)
    connection.close()


@given(values=st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_values_are_saved_or_refused(records: Records, values: dict[str, object]) -> None:
    try:
        saved = records.create(SCHEMA.get("Case"), {"OwnerId": None, **values})
    except ApiError as error:
        assert error.status == 400
    else:
        assert records.rows.find(SCHEMA.get("Case"), saved, deleted_too=True) is not None


@pytest.mark.parametrize(
    ("name", "given_value", "kept"),
    [
        ("Sentiment_Score__c", "0.12345", 0.123),
        ("Sentiment_Score__c", -0.0005, -0.001),
        ("IsEscalated", "TRUE", 1),
        ("Subject", "  trimmed ", "trimmed"),
        ("Description", "  kept ", "  kept "),
        ("Subject", "", None),
        ("Subject", 12, "12"),
        ("Priority", "hIGH", "High"),
        ("Type", "Something else", "Something else"),
        ("ClosedDate", "2026-01-31T10:00+01:00", "2026-01-31T09:00:00.000+0000"),
    ],
)
def test_a_value_is_kept_in_the_form_of_its_field(
    records: Records, name: str, given_value: object, kept: object
) -> None:
    status = "Closed" if name == "ClosedDate" else "New"
    saved = records.create(SCHEMA.get("Case"), {"OwnerId": None, "Status": status, name: given_value})
    row = records.rows.find(SCHEMA.get("Case"), saved)
    assert row is not None
    assert row[name] == kept
