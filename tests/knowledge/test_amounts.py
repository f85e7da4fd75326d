import pytest

from casewright.knowledge.amounts import find_amounts


@pytest.mark.parametrize(
    ("text", "bound", "limit"),
    [
        ("within 24 hours", "within", "most"),
        ("after 24 hours", "after", ""),
        ("at least 24 hours", "least", "least"),
        ("more than 24 hours", "above", "least"),
        ("mehr als 24 Stunden", "above", ""),
        ("alle 24 Stunden", "every", ""),
        ("24 hours", "", ""),
    ],
)
def test_how_a_number_limits_what_is_said_is_told_finely_and_roughly(text: str, bound: str, limit: str) -> None:
    [amount] = find_amounts(text)

    assert (amount.value, amount.unit, amount.bound, amount.limit) == (1440, "minute", bound, limit)


def test_a_date_has_its_year_as_a_number_of_its_own_however_it_is_written() -> None:
    written = [find_amounts(text) for text in ("2026-11-22", "22 November 2026")]

    assert [{(one.value, one.unit) for one in some} for some in written] == [{(2026, ""), (1122, "date")}] * 2


def test_a_single_one_counts_only_where_it_is_asked_for() -> None:
    text = "Der Link geht einmal. It is valid for one week, and one of us knows it."

    assert find_amounts(text) == ()
    assert [one.value for one in find_amounts(text, also_once=True)] == [1, 10080]


def test_only_what_everybody_counts_in_is_a_measure() -> None:
    assert [one.measure for one in find_amounts("5 days, 6 attempts")] == ["minute", ""]
