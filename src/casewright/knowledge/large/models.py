"""What a process keeps of a large collection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from casewright.knowledge.models import Audience
from casewright.knowledge.passage_index import TEXT_CONFIGURATIONS, Term
from casewright.knowledge.searching import Search


class Lookup(NamedTuple):
    """A word of a question as one language's lexemes. `query`: for PostgreSQL's text search. `spans`: the lexemes that it stands
    for, each from the first one up to one that it does no longer stand for. `both`: the two spans must meet in a passage."""

    language: str
    query: str
    spans: tuple[tuple[str, str], ...]
    both: bool = False


@dataclass(frozen=True, slots=True)
class Weighted:
    """A word that some passages have. `weight`: how much it says, as in `PassageIndex`."""

    lookup: Lookup
    passages: int
    weight: float


@dataclass(frozen=True, slots=True)
class LargeCollection:
    """`passages`: how many there are for an audience in a language."""

    passages: Mapping[tuple[str, Audience], int] = field(default_factory=dict)

    @property
    def spoken(self) -> tuple[str, ...]:
        return tuple(sorted({language for language, _ in self.passages}))

    def readable(self, language: str, audiences: Sequence[Audience]) -> int:
        return sum(self.passages.get((language, audience), 0) for audience in audiences)

    def terms(self, search: Search) -> list[Term]:
        """What PostgreSQL has to make lexemes of before a search."""
        configurations = {TEXT_CONFIGURATIONS.get(language, "simple") for language in self.spoken}
        texts = [text for word in search.words for text in (word.forms, *word.splits)]
        return [Term(*one) for one in product(configurations, texts)]
