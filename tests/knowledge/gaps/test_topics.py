"""Questions sorted into topics, on meanings that are laid down."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from casewright.kit.ids import new_id
from casewright.knowledge.gaps.models import GapId
from casewright.knowledge.gaps.naming import telling
from casewright.knowledge.gaps.topics import sort_into_topics

A, B, C = sorted(GapId(new_id()) for _ in range(3))
THREE = np.eye(3)


def test_each_thing_that_is_asked_about_becomes_a_topic() -> None:
    topics = sort_into_topics(THREE[[0, 1, 0]], [None] * 3, ()).topics
    assert topics[0] == topics[2] != topics[1]


def test_what_comes_in_joins_the_topic_there_is() -> None:
    assert sort_into_topics(THREE[[0, 1, 0]], [A, B, None], ()).topics == (A, B, A)


def test_two_topics_that_turn_out_to_be_one_keep_the_id_of_the_larger() -> None:
    found = sort_into_topics(THREE[[0, 0, 0]], [A, B, B], ())
    assert (found.topics, found.merged) == ((B, B, B), {A: B})


def test_a_topic_that_turns_out_to_be_two_keeps_its_id_in_the_larger_part() -> None:
    topics = sort_into_topics(THREE[[0, 1, 1]], [A, A, A], ()).topics
    assert topics[1:] == (A, A)
    assert topics[0] != A


def test_a_settled_topic_takes_in_what_belongs_to_it_and_gives_nothing_away() -> None:
    assert sort_into_topics(THREE[[0, 0, 1, 0, 2]], [A, A, A, None, C], {A}).topics == (A, A, A, A, C)


def test_sorting_again_changes_nothing() -> None:
    meanings = THREE[[0, 1, 0, 2, 1]]
    once = sort_into_topics(meanings, [None] * 5, ()).topics
    assert sort_into_topics(meanings, once, ()).topics == once


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([None, A, B, C])), max_size=12),
    st.sets(st.sampled_from([A, B, C])),
)
def test_every_question_has_a_topic_and_no_topic_is_lost(
    some: list[tuple[int, GapId | None]], settled: set[GapId]
) -> None:
    before = [topic for _, topic in some]
    found = sort_into_topics(THREE[[place for place, _ in some]].reshape(-1, 3), before, settled)
    assert len(found.topics) == len(some)
    assert {one for one in before if one} <= set(found.topics) | set(found.merged)
    assert set(found.merged.values()) <= set(found.topics)
    assert settled.isdisjoint(found.merged)


def test_a_name_is_made_of_words_that_the_others_do_not_have_in_the_order_they_are_said() -> None:
    words = {
        A: [[("export", "export"), ("dashboards", "dashboard"), ("page", "page")], [("exporting", "export"), ("dashboards", "dashboard")]],
        B: [[("print", "print"), ("page", "page")]],
        C: [],
    }  # fmt: skip
    assert telling(words) == {A: "export dashboards page", B: "print page", C: ""}
