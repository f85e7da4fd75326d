"""A second article that a question needs: it asks for two things at once, and each article has but one of them.

Two requests are told apart before; what is left are questions such as "how many sandboxes and dashboards may we have".
"""

import re
from collections.abc import Sequence
from typing import Final

from casewright.knowledge.retrieval import Hit
from casewright.knowledge.searching import stems

MAY_ANSWER: Final = -6.0
"""Log odds from which an article is looked at that has the other half of what is asked."""
MOST_LOOKED_AT: Final = 3

_AND: Final = re.compile(r"\b(?:and|or|as well as|und|oder|sowie)\b|&", re.IGNORECASE)


def also_needed(question: str, hits: Sequence[Hit]) -> Hit | None:
    """The surest hit of the second article, or None. `hits`: surest first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.original, hit)
    halves = [(stems(question[: cut.start()]), stems(question[cut.end() :])) for cut in _AND.finditer(question)]
    if not best or not halves:
        return None
    first, *others = best.values()
    asked = stems(question)
    about_first = _about(first, hits) & asked
    for other in others[:MOST_LOOKED_AT]:
        about_other = _about(other, hits) & asked
        if other.evidence >= MAY_ANSWER and _share_out(about_first - about_other, about_other - about_first, halves):
            return other
    return None


def _about(which: Hit, hits: Sequence[Hit]) -> frozenset[str]:
    """What an article's title and the headings that were found say that it is about."""
    own = [hit.passage for hit in hits if hit.passage.original == which.passage.original]
    return frozenset().union(*(stems(f"{passage.title} {passage.section}") for passage in own))


def _share_out(
    first: frozenset[str], other: frozenset[str], halves: Sequence[tuple[frozenset[str], frozenset[str]]]
) -> bool:
    """Whether what only the one article is about is in one half, and what only the other is about in the other half."""
    return any(
        bool(first & one and other & two) and not (first & two or other & one)
        for left, right in halves
        for one, two in ((left, right), (right, left))
    )
