"""Which of several articles, or of one article's sections, a question may equally be about, where it does not say."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from casewright.knowledge.answers import Wanted, has_steps, what_is_wanted
from casewright.knowledge.models import Choice
from casewright.knowledge.retrieval import Candidate, Hit

EQUALLY_CLOSE: Final = 1.0
"""Log odds within which two articles are as likely to answer as each other. On our own questions one of both then did in 25 of 27."""
SAME_STEPS: Final = 0.3
"""The same for two sections with steps: the article answers in any case, and asking costs the customer a turn."""
TOGETHER: Final = 0.66
"""Probability that one of those to choose from answers."""
MOST: Final = 3


def articles_to_choose_from(hits: Sequence[Hit]) -> tuple[Choice, ...]:
    """Two or three articles that are equally close and of which one surely answers; else none. `hits`: surest first."""
    if not hits:
        return ()
    best: dict[str, Hit] = {}
    for hit in hits:
        known = best.get(hit.passage.original)
        if known is None or hit.evidence > known.evidence:
            best[hit.passage.original] = hit
    evidence = sorted((hit.evidence for hit in best.values()), reverse=True)
    close = [hit for hit in best.values() if hit.evidence >= max(evidence[0] - EQUALLY_CLOSE, evidence[:MOST][-1])]
    odds = [math.exp(min(one, 50)) for one in evidence]
    if not 2 <= len(close) <= MOST or sum(odds[: len(close)]) < TOGETHER * (1 + sum(odds)):
        return ()
    labels = _labels([hit.passage for hit in close])
    chosen = zip(labels, close, strict=True) if labels else ()
    return tuple(Choice(label=label, article_id=hit.passage.article_id) for label, hit in chosen)


def sections_to_choose_from(question: str, hits: Sequence[Hit]) -> tuple[Choice, ...]:
    """Sections of the article that answers whose steps are as likely to be meant as each other, where a fact is not asked for."""
    article = [hit for hit in hits if hit.passage.article_id == hits[0].passage.article_id]
    if what_is_wanted(question) is Wanted.FACT or not article[0].passage.section:
        return ()
    level = [hit for hit in article if hit.evidence >= article[0].evidence - SAME_STEPS]
    sections = {hit.passage.section: hit for hit in level if hit.passage.section and has_steps(hit.passage.sentences)}
    if not 2 <= len(sections) <= MOST or len(level) > len(sections):
        return ()
    return tuple(
        Choice(label=section, article_id=hit.passage.article_id, section=section) for section, hit in sections.items()
    )


def of_section(hits: Sequence[Hit], section: str) -> list[Hit]:
    """Those of one article that lie in the section, and its opening, which holds conditions for all that follows and answers nothing here."""
    own = [hit for hit in hits if hit.passage.section == section]
    opening = [
        replace(hit, evidence=-math.inf, confidence=0.0)
        for hit in hits
        if hit.passage.position == 0 and hit.passage.section != section
    ]
    return [*own, *opening] if own else []


def _labels(passages: Sequence[Candidate]) -> list[str]:
    """Titles; where two are alike, with what tells them apart: the product or the editions, else the section that is meant."""
    titles = [passage.title for passage in passages]
    if len({title.casefold() for title in titles}) == len(titles):
        return titles
    for told in (
        [passage.product for passage in passages],
        [", ".join(passage.editions) for passage in passages],
        [passage.section for passage in passages],
    ):
        if all(told) and len(set(told)) == len(told):
            return [f"{title} ({one})" for title, one in zip(titles, told, strict=True)]
    return []
