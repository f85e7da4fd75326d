from random import Random

import pytest

from localorg.history.errors import HistoryError
from localorg.history.grammar import Piece, lines
from localorg.history.values import Values


def texts_of(source: str, number: int = 200) -> set[str]:
    """All that a line became in so many cases."""
    kinds = {"report": lines("[Sales|Churn|Forecast]"), "app": lines("the shop")}
    return {
        Piece(source).expand(Random(case), Values(Random(case), {"first": "Dana"}, (kinds,))) for case in range(number)
    }


def test_a_choice_becomes_each_of_its_options() -> None:
    assert texts_of("I [can't|cannot [really|]] log in") == {
        "I can't log in",
        "I cannot really log in",
        "I cannot log in",
    }


def test_a_value_stays_the_same_and_another_of_its_kind_differs() -> None:
    for text in texts_of("{report} {report} {report'}"):
        first, again, other = text.split()
        assert first == again != other


def test_a_named_number_is_drawn_once_and_its_share_follows_it() -> None:
    for text in texts_of("{rows=1000-9000} {rows} {rows*50-50} {rows+100}"):
        rows, again, half, more = (int(word) for word in text.split())
        assert 1000 <= rows <= 9000
        assert (again, half, more) == (rows, rows // 2, rows + 100)


def test_what_an_empty_choice_leaves_behind_is_taken_away() -> None:
    assert texts_of("It fails [|], [|] again [|].") == {"It fails, again."}


def test_braces_of_pasted_code_are_no_values() -> None:
    assert texts_of(r'\[{"errorCode":"X"}\] {first}') == {'[{"errorCode":"X"}] Dana'}


def test_a_line_break_is_written_as_backslash_n() -> None:
    assert texts_of(r"one\ntwo") == {"one\ntwo"}


def test_a_mark_is_no_part_of_the_text() -> None:
    (piece,) = lines("#phone The app crashes.")
    assert (piece.mark, piece.source) == ("phone", "The app crashes.")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("[a|b", "a [ without its ]"), ("a] b", "a ] without its ["), ("{nothing}", "the value {nothing} is not known")],
)
def test_a_line_that_cannot_be_is_named_with_the_reason(source: str, complaint: str) -> None:
    with pytest.raises(HistoryError) as caught:
        texts_of(source)
    assert complaint in str(caught.value)
