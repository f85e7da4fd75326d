from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np

from casewright.knowledge.choosing import articles_to_choose_from, of_section, sections_to_choose_from
from casewright.knowledge.models import ArticleId
from casewright.knowledge.passages import Sentence
from casewright.knowledge.retrieval import Candidate, Hit

STEPS = (Sentence("Open the page.", "step", 0), Sentence("Choose Save.", "step", 0))
TEXT = (Sentence("It is there.", "text", 0),)


def hit(
    article: int,
    evidence: float,
    *,
    title: str = "",
    section: str = "",
    product: str = "",
    editions: Sequence[str] = (),
    position: int = 0,
    sentences: tuple[Sentence, ...] = TEXT,
) -> Hit:
    candidate = Candidate(
        article_id=ArticleId(UUID(int=article)),
        original=f"article-{article}",
        version=1,
        title=title or f"Article {article}",
        section=section,
        language="en",
        product=product,
        source="",
        source_checked_on=None,
        position=position,
        codes=frozenset(),
        sentences=sentences,
        words="",
        vectors=np.zeros((1 + len(sentences), 384), dtype=np.float32),
        asked=np.zeros((0, 384), dtype=np.float32),
        coverage=0.0,
        whole=0.5,
        credibility=1.0,
        checked_on=date(2026, 1, 1),
        successes=0,
        failures=0,
        editions=tuple(editions),
    )
    return Hit(candidate, 0.0, np.zeros(len(sentences), dtype=np.float32), evidence, 1.0)


def labels(*hits: Hit) -> list[str]:
    return [choice.label for choice in articles_to_choose_from(hits)]


def test_two_articles_that_are_equally_close_are_to_choose_from() -> None:
    assert labels(hit(1, 3.0), hit(2, 2.5)) == ["Article 1", "Article 2"]


def test_passages_of_one_article_are_one_thing_to_choose() -> None:
    assert labels(hit(1, 3.0), hit(1, 2.9, position=1)) == []


def test_an_article_that_is_clearly_closer_leaves_no_choice() -> None:
    assert labels(hit(1, 4.0), hit(2, 2.0)) == []


def test_where_none_surely_answers_there_is_nothing_to_choose() -> None:
    assert labels(hit(1, -1.0), hit(2, -1.2)) == []


def test_where_many_are_close_no_two_are_picked_out() -> None:
    assert labels(*(hit(number, 2.0) for number in range(1, 7))) == []


def test_nothing_found_is_nothing_to_choose_from() -> None:
    assert labels() == []


def test_articles_of_the_same_title_are_told_apart_by_their_product() -> None:
    two = (hit(1, 3.0, title="Sign in", product="Cloud"), hit(2, 3.0, title="Sign in", product="Mobile app"))

    assert labels(*two) == ["Sign in (Cloud)", "Sign in (Mobile app)"]


def test_articles_of_the_same_title_and_product_are_told_apart_by_their_editions() -> None:
    two = (
        hit(1, 3.0, title="Sandboxes", product="Cloud", editions=["Starter"]),
        hit(2, 3.0, title="Sandboxes", product="Cloud", editions=["Business", "Enterprise"]),
    )

    assert labels(*two) == ["Sandboxes (Starter)", "Sandboxes (Business, Enterprise)"]


def test_what_nothing_tells_apart_is_not_asked_about() -> None:
    assert labels(hit(1, 3.0, title="Sign in"), hit(2, 3.0, title="Sign in")) == []


def _sections(question: str, *hits: Hit) -> list[str]:
    return [choice.label for choice in sections_to_choose_from(question, hits)]


def test_sections_with_steps_that_are_equally_close_are_to_choose_from() -> None:
    two = (
        hit(1, 3.0, section="On Windows", position=1, sentences=STEPS),
        hit(1, 2.9, section="On a Mac", position=2, sentences=STEPS),
    )

    assert _sections("how do I install it", *two) == ["On Windows", "On a Mac"]
    assert _sections("how long does it take", *two) == []


def test_a_section_that_only_tells_more_is_not_to_choose() -> None:
    two = (
        hit(1, 3.0, section="On Windows", position=1, sentences=STEPS),
        hit(1, 2.9, section="Good to know", position=2),
    )

    assert _sections("how do I install it", *two) == []


def test_of_a_chosen_section_its_hits_come_first_and_the_opening_is_kept_for_its_conditions() -> None:
    opening = hit(1, 5.0)
    chosen = hit(1, 3.0, section="On a Mac", position=2, sentences=STEPS)
    other = hit(1, 4.0, section="On Windows", position=1, sentences=STEPS)

    narrowed = of_section([opening, other, chosen], "On a Mac")

    assert [one.passage.position for one in narrowed] == [2, 0]
    assert narrowed[0] is chosen
