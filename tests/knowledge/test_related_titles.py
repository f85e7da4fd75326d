import numpy as np

from casewright.knowledge.related_titles import RelatedTitles

TITLES = ["Gold Card: fees", "Gold Card: how to apply", "Silver Card: fees abroad", "Opening hours", ""]


def test_what_a_document_wins_goes_on_to_those_whose_titles_share_rare_words() -> None:
    given = RelatedTitles.of(TITLES).hand_on(np.array([1.0, 0, 0, 0, 0]))

    assert given[1] > 0
    assert given[2] > 0
    assert given[0] == given[3] == given[4] == 0


def test_a_rarer_word_in_common_hands_on_more() -> None:
    titles = ["Gold Card one", "Gold Card two", "Blue Card three", "Red Card four", "Green Card five", "Grey Card six"]
    given = RelatedTitles.of(titles).hand_on(np.array([1.0, 0, 0, 0, 0, 0]))

    assert given[1] > given[2]


def test_titles_that_share_nothing_hand_nothing_on() -> None:
    assert not RelatedTitles.of(["One", "Two"]).hand_on(np.ones(2)).any()
