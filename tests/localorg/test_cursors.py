import pytest

from localorg.cursors import Cursor, Cursors
from localorg.errors import ApiError
from localorg.ids import RecordId

ANN, BOB = RecordId("005AA0000000001AAA"), RecordId("005AA0000000002AAA")


def cursor(user: RecordId) -> Cursor:
    return Cursor(user, "SELECT Id FROM Case", tuple(str(number) for number in range(5)))


def test_pages_follow_each_other_to_the_end() -> None:
    cursors = Cursors()
    first = cursors.page(cursors.open(cursor(ANN), 2), ANN, 2)
    assert (first.ids, first.total_size) == (("2", "3"), 5)
    assert first.next_locator is not None
    last = cursors.page(first.next_locator, ANN, 2)
    assert (last.ids, last.next_locator) == (("4",), None)


def test_a_locator_is_of_the_user_who_asked() -> None:
    cursors = Cursors()
    locator = cursors.open(cursor(ANN), 2)
    with pytest.raises(ApiError, match="INVALID_QUERY_LOCATOR"):
        cursors.page(locator, BOB, 2)


def test_the_oldest_cursor_of_a_user_gives_way_and_no_one_elses() -> None:
    cursors = Cursors()
    of_bob, oldest = cursors.open(cursor(BOB), 2), cursors.open(cursor(ANN), 2)
    for _ in range(10):
        newest = cursors.open(cursor(ANN), 2)
    with pytest.raises(ApiError, match="INVALID_QUERY_LOCATOR"):
        cursors.page(oldest, ANN, 2)
    assert cursors.page(newest, ANN, 2).ids == cursors.page(of_bob, BOB, 2).ids
