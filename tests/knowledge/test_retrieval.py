from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.knowledge.models import ArticleId, Audience
from casewright.knowledge.passages import Sentence
from casewright.knowledge.retrieval import Candidate, confidence, rank, recency
from casewright.knowledge.searching import Search, stems
from casewright.understanding.models import TextVectors

TODAY = date(2026, 11, 22)
ASKED = np.zeros(384, dtype=np.float32)
ASKED[0] = 1
FAR = np.zeros(384, dtype=np.float32)
FAR[1] = 1
QUESTION = Search(words=(), language="en", audiences=(Audience.PUBLIC,), vectors=TextVectors(ASKED, ASKED))
SOUND = Candidate(
    article_id=ArticleId(UUID(int=1)),
    original="export-data",
    version=1,
    title="Export your data",
    section="Export once",
    language="en",
    product="Aurora",
    source="",
    source_checked_on=None,
    position=1,
    codes=frozenset(),
    sentences=(Sentence("Choose Export.", "text", 0),),
    words=" export your data once choose ",
    vectors=np.stack([0.6 * ASKED + 0.8 * FAR] * 2),
    asked=np.stack([0.6 * ASKED + 0.8 * FAR]),
    coverage=0.3,
    whole=0.5,
    credibility=1.0,
    checked_on=date(2026, 10, 1),
    successes=0,
    failures=0,
)


def sureness(passage: Candidate, search: Search = QUESTION) -> float:
    return rank([passage], search, TODAY)[0].confidence


def test_a_passage_that_shares_nothing_with_the_question_has_next_to_no_confidence() -> None:
    unrelated = replace(SOUND, coverage=0.0, whole=0.1, vectors=np.stack([FAR] * 2), asked=np.stack([FAR]))

    assert sureness(unrelated) < 0.05


def test_a_passage_that_shares_everything_has_nearly_full_confidence() -> None:
    assert sureness(replace(SOUND, coverage=1.0, vectors=np.stack([ASKED] * 2))) > 0.99


def test_an_article_that_a_question_is_hardly_about_is_trusted_less() -> None:
    likely, unlikely = (replace(QUESTION, likelihoods={"export-data": one}) for one in (-0.1, -6.0))

    assert sureness(SOUND, unlikely) < sureness(SOUND, likely)


@pytest.mark.parametrize(
    "worse",
    [
        replace(SOUND, coverage=0.1),
        replace(SOUND, asked=np.stack([0.3 * ASKED + 0.95 * FAR])),
        replace(SOUND, whole=0.2),
        replace(SOUND, vectors=np.stack([0.3 * ASKED + 0.95 * FAR, SOUND.vectors[1]])),
        replace(SOUND, vectors=np.stack([SOUND.vectors[0], 0.3 * ASKED + 0.95 * FAR])),
        replace(SOUND, credibility=0.5),
        replace(SOUND, failures=10),
        replace(SOUND, checked_on=date(2020, 1, 1)),
    ],
    ids=[
        "fewer words",
        "asked as something farther",
        "whole farther",
        "heading farther",
        "sentences farther",
        "less credible",
        "failed often",
        "old",
    ],
)
def test_each_factor_lowers_confidence(worse: Candidate) -> None:
    assert sureness(worse) < sureness(SOUND)


def test_what_surely_answers_counts_more_in_the_language_of_the_question() -> None:
    sure = replace(SOUND, coverage=1.0, vectors=np.stack([ASKED] * 2))

    assert sureness(replace(sure, language="de")) < sureness(sure)


def test_success_makes_up_for_failure() -> None:
    assert sureness(replace(SOUND, failures=5, successes=50)) > sureness(replace(SOUND, failures=5))


def test_words_that_no_candidate_has_lower_confidence() -> None:
    known, unknown = (replace(QUESTION, stems=stems(text)) for text in ("export data", "export invoices"))

    assert sureness(SOUND, unknown) < sureness(SOUND, known)


def test_an_article_that_is_far_ahead_of_the_others_is_surer_than_the_same_beside_one_like_it() -> None:
    far, near = (
        replace(SOUND, article_id=ArticleId(UUID(int=2)), original="import-data", **fields)
        for fields in ({"coverage": 0.0, "whole": 0.1, "vectors": np.stack([FAR] * 2)}, {"coverage": 0.25})
    )

    ahead, beside = (
        next(one for one in rank([SOUND, other], QUESTION, TODAY) if one.passage is SOUND) for other in (far, near)
    )
    assert ahead.evidence > beside.evidence
    assert ahead.confidence > beside.confidence


def test_the_topic_at_hand_counts() -> None:
    about_exports, about_invoices = (replace(QUESTION, topic=stems(topic)) for topic in ("exports", "invoices"))

    assert sureness(SOUND, about_exports) > sureness(SOUND, about_invoices) == sureness(SOUND)


def test_a_passage_about_another_code_does_not_answer() -> None:
    about_another = replace(SOUND, codes=frozenset({"E101"}))

    assert sureness(about_another, replace(QUESTION, codes=("E999",))) < 0.3


def test_a_passage_that_explains_the_code_comes_before_one_that_mentions_it() -> None:
    mentions = replace(SOUND, codes=frozenset({"E101"}), sentences=(Sentence("Note code E101.", "text", 0),))
    explains = replace(mentions, position=2, sentences=(Sentence("E101: the grid is weak.", "text", 0),))

    best, second = rank([mentions, explains], replace(QUESTION, codes=("E101",)), TODAY)
    assert best.passage is explains
    assert second.confidence > sureness(SOUND)


def test_a_name_that_no_passage_knows_lowers_confidence() -> None:
    assert sureness(SOUND, replace(QUESTION, names=("graphql",))) < sureness(SOUND)
    assert sureness(SOUND, replace(QUESTION, names=("export",))) == sureness(SOUND)


def test_an_article_is_fresh_for_a_year_and_then_half_as_fresh_every_two_years() -> None:
    assert recency(date(2025, 11, 22), TODAY) == 1
    assert recency(date(2023, 11, 23), TODAY) == pytest.approx(0.5)


@given(st.floats(0, 1), st.floats(0, 1))
def test_confidence_grows_with_quality_and_stays_within_its_bounds(one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert 0 <= confidence(low) <= confidence(high) <= 1


def test_a_section_whose_heading_names_the_code_counts_as_explaining_it() -> None:
    mentions = replace(SOUND, codes=frozenset({"E101"}), sentences=(Sentence("Note code E101.", "text", 0),))
    named = replace(mentions, position=2, section="E101: what to do")

    best, second = rank([mentions, named], replace(QUESTION, codes=("E101",)), TODAY)
    assert best.passage is named
    assert best.evidence > second.evidence


@pytest.mark.parametrize(
    "text", ["It costs 189 Euro.", "You pay $20 a month.", "The first one is free.", "Die Anfahrt ist kostenlos."]
)
def test_what_something_costs_is_answered_by_a_passage_that_names_a_price(text: str) -> None:
    asked = replace(QUESTION, asks_price=True)
    priced = replace(SOUND, sentences=(Sentence(text, "text", 0),))

    assert sureness(SOUND, asked) < sureness(priced, asked) == sureness(SOUND)
