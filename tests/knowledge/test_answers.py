from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np

from casewright.knowledge.answers import compose
from casewright.knowledge.models import ArticleId, Audience
from casewright.knowledge.passages import Passage, split_article
from casewright.knowledge.retrieval import Candidate, Hit
from casewright.knowledge.searching import Search
from casewright.understanding.models import TextVectors

NOTHING = TextVectors(np.zeros(384, dtype=np.float32), np.zeros(512, dtype=np.float32))
SEARCH = Search(words=(), language="en", audiences=(Audience.PUBLIC,), vectors=NOTHING)


def hit(passage: Passage, position: int, closeness: Sequence[float], evidence: float) -> Hit:
    candidate = Candidate(
        article_id=ArticleId(UUID(int=1)),
        original="export-data",
        version=3,
        title="Title",
        section=passage.section,
        language="en",
        product="",
        source="",
        source_checked_on=None,
        position=position,
        codes=frozenset(passage.codes),
        sentences=passage.sentences,
        words="",
        vectors=np.zeros((1 + len(passage.sentences), 384), dtype=np.float32),
        asked=np.zeros((0, 384), dtype=np.float32),
        coverage=0.0,
        whole=0.5,
        credibility=1.0,
        checked_on=date(2026, 1, 1),
        successes=0,
        failures=0,
    )
    return Hit(candidate, 0.0, np.array(closeness, dtype=np.float32), evidence, 1.0)


def answer(question: str, body: str, closeness: Sequence[Sequence[float]], evidence: Sequence[float] = ()) -> list[str]:
    """What is said when the passages' sentences are that close and the passages have that evidence (default: first best)."""
    passages = split_article("Title", body, "en")
    evidences = evidence or [5 - 3 * position for position in range(len(passages))]
    hits = [
        hit(passage, position, near, sure)
        for position, (passage, near, sure) in enumerate(zip(passages, closeness, evidences, strict=True))
    ]
    hits.sort(key=lambda one: -one.evidence)
    return [sentence.text for sentence in compose(question, SEARCH, hits)]


HOW_TO = "Only administrators can do it.\n\n1. Open it.\n2. Save it.\n\nNever close it before. It is blue."


def test_who_asks_how_gets_every_step_in_order_with_conditions_and_warnings() -> None:
    said = answer("How do I do it?", HOW_TO, [[0.1, 0.2, 0.9, 0.1, 0.1]])

    assert said == ["Only administrators can do it.", "Open it.", "Save it.", "Never close it before."]


def test_the_condition_in_an_articles_opening_comes_with_the_steps_of_a_section() -> None:
    body = "You need the role Editor. It is quick.\n\n## Do it\n\n1. Open it.\n2. Save it."

    assert answer("How can I do it?", body, [[0.1, 0.1], [0.5, 0.5]], [1, 5]) == [
        "You need the role Editor.",
        "Open it.",
        "Save it.",
    ]


def test_who_asks_how_gets_the_steps_even_if_the_opening_is_closer() -> None:
    body = "This is about doing it.\n\n## Do it\n\n1. Open it.\n2. Save it."

    assert answer("How to do it?", body, [[0.9], [0.3, 0.3]], [5, 4]) == ["Open it.", "Save it."]


def test_code_that_follows_the_steps_comes_with_them() -> None:
    said = answer("How do I call it?", "1. Send this.\n\n```\nGET /\n```\n\nIt is fast.", [[0.5, 0.1, 0.1]])

    assert said == ["Send this.", "GET /"]


def test_who_asks_for_a_fact_gets_the_closest_sentence_and_no_lone_step() -> None:
    body = "1. Open it.\n2. Save it.\n\nIt lasts 2 hours. The sky is blue over the sea and nobody knows why that may be so."

    assert answer("How long does it last?", body, [[0.5, 0.4, 0.6, 0.1]]) == ["It lasts 2 hours."]


def test_a_sentence_that_leans_on_another_brings_it_along() -> None:
    body = f"Exports may stop. In that case, start again. {'The rest is long. ' * 12}"

    said = answer("what if it stops", body, [[0.2, 0.9, *[0.0] * 12]])
    assert said == ["Exports may stop.", "In that case, start again."]


def test_a_sentence_that_limits_another_comes_along() -> None:
    body = f"You can undo it. Except on Starter, where it stays. {'The rest is long. ' * 12}"

    said = answer("Can I undo it?", body, [[0.9, 0.1, *[0.0] * 12]])
    assert said == ["You can undo it.", "Except on Starter, where it stays."]


def test_an_item_of_a_list_brings_the_line_that_introduces_it() -> None:
    said = answer(
        "Which is low?", "The levels are:\n\n- Low: small.\n- High: big.\n- Top: huge.", [[0.1, 0.9, 0.2, 0.1]]
    )

    assert said == ["The levels are:", "Low: small."]


def test_a_short_section_is_given_whole() -> None:
    assert answer("tell me about it", "It is one. It is two.", [[0.5, 0.3]]) == ["It is one.", "It is two."]


def test_who_states_a_problem_gets_the_steps_that_mend_it() -> None:
    body = "Storage stops when cold.\n\n1. Warm it.\n2. Start it."

    assert answer("my storage stopped", body, [[0.9, 0.2, 0.2]]) == [
        "Storage stops when cold.",
        "Warm it.",
        "Start it.",
    ]


def test_of_equally_close_passages_the_more_general_one_answers() -> None:
    body = "The opening says it.\n\n## Detail\n\nThe detail says it."

    assert answer("Is it said?", body, [[0.5], [0.6]], [4.8, 5.0]) == ["The opening says it."]


def test_each_sentence_says_where_it_comes_from() -> None:
    (passage,) = split_article("Title", "## Part\n\nIt is so.", "en")
    (cited,) = compose("Is it so?", SEARCH, [hit(passage, 0, [0.9], 5)])

    assert (cited.text, cited.kind, cited.version, cited.title, cited.section) == (
        "It is so.",
        "text",
        3,
        "Title",
        "Part",
    )
