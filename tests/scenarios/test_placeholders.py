import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.scenarios.placeholders import UnknownPlaceholder, filled, filled_text, names_in, soql_escaped


def test_placeholders_are_replaced_wherever_text_stands() -> None:
    values = {"random": "4f", "case.Id": "500"}
    data = {"a": "x${random}", "b": ["${case.Id}", 7], "c": {"d": "${random}${random}"}}
    assert filled(data, values) == {"a": "x4f", "b": ["500", 7], "c": {"d": "4f4f"}}
    assert list(names_in(data)) == ["random", "case.Id", "random", "random"]


def test_a_placeholder_without_a_value_is_an_error_that_names_it() -> None:
    with pytest.raises(UnknownPlaceholder) as raised:
        filled("${case.Nmae}", {"case.Name": "x"})
    assert raised.value.name == "case.Nmae"


@given(st.text())
def test_an_escaped_value_never_ends_the_soql_string_around_it(value: str) -> None:
    query = filled_text("'${name}'", {"name": value}, escape=soql_escaped)
    inside = query[1:-1].replace("\\\\", "").replace("\\'", "")
    assert "'" not in inside
