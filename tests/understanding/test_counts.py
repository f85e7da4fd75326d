import pytest

from casewright.understanding.counts import find_counts


def counts(text: str) -> list[str]:
    return [one.value for one in find_counts(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("we need 5 more users", "5"),
        ("two", "2"),
        ("twenty-one users", "21"),
        ("thirty five seats", "35"),
        ("a dozen", "12"),
        ("two dozen seats", "24"),
        ("half a dozen", "6"),
        ("zwei", "2"),
        ("Zweiundzwanzig Benutzer", "22"),
        ("einunddreißig", "31"),
        ("ein Dutzend", "12"),
        ("1,000 users", "1000"),
        ("1.250", "1250"),
        ("2,5", "2.5"),
        ("just one", "1"),
        ("we need one more user", "1"),
        ("nur einen bitte", "1"),
    ],
)
def test_a_number_is_read_in_digits_and_in_words(text: str, number: str) -> None:
    assert counts(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "call me at 5",
        "at 10:30",
        "5%",
        "in 3 days",
        "seit drei Tagen",
        "one moment please",
        "einen Moment bitte",
        "one of my users is locked",
        "das ist ein Fehler",
        "release 24",
        "[EMAIL_1]",
        "dozens of users",
    ],
)
def test_times_shares_durations_and_articles_are_no_counts(text: str) -> None:
    assert counts(text) == []


def test_several_numbers_come_in_order() -> None:
    assert counts("not 3 users, five") == ["3", "5"]
