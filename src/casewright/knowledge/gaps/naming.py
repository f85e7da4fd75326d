"""What a topic is called: the words that tell it from the others."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from casewright.kit.database import Transaction
from casewright.knowledge.gaps.models import GapExample, GapId
from casewright.knowledge.passage_index import TEXT_CONFIGURATIONS, Term
from casewright.knowledge.repository import lexemes

WORDS: Final = 3
_TOKEN: Final = re.compile(r"\[[A-Z_]+_[0-9]+\]")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")

Stemmed = Sequence[tuple[str, str]]
"""Words with their lexemes, in order."""


async def names(tx: Transaction, questions: Mapping[GapId, Sequence[GapExample]]) -> dict[GapId, str]:
    """A topic's name, "" where nothing of its questions is left."""
    spoken = {
        topic: [(TEXT_CONFIGURATIONS.get(one.language, "simple"), words_of(one.text)) for one in some if one.text]
        for topic, some in questions.items()
    }
    terms = {Term(kind, word) for some in spoken.values() for kind, words in some for word in words}
    known = await lexemes(tx, sorted(terms))
    stemmed = {
        topic: [
            [(word, known[Term(kind, word)][0]) for word in words if known[Term(kind, word)]] for kind, words in some
        ]
        for topic, some in spoken.items()
    }
    return telling(stemmed)


def words_of(text: str) -> list[str]:
    """Without tokens that stand for personal data."""
    return [word.lower() for word in _WORD.findall(_TOKEN.sub(" ", text))]


def telling(topics: Mapping[GapId, Sequence[Stemmed]]) -> dict[GapId, str]:
    """The words that many of a topic's questions have and few other topics, in the order in which they are said: TF-IDF with a topic as
    the document (Grootendorst 2022)."""
    counts = {
        topic: Counter(stem for one in some for stem in {stem for _, stem in one}) for topic, some in topics.items()
    }
    spread = Counter(stem for count in counts.values() for stem in count)
    names = {}
    for topic, count in counts.items():
        weights = {stem: number * math.log(1 + len(counts) / spread[stem]) for stem, number in count.items()}
        best = sorted(weights, key=lambda stem: (-weights[stem], stem))[:WORDS]
        names[topic] = " ".join(_spelled(best, topics[topic]))
    return names


def _spelled(stems: Sequence[str], questions: Sequence[Stemmed]) -> list[str]:
    """Each in its most frequent form, ordered by where it stands on average."""
    forms: dict[str, Counter[str]] = {stem: Counter() for stem in stems}
    places: dict[str, list[int]] = {stem: [] for stem in stems}
    for question in questions:
        for place, (word, stem) in enumerate(question):
            if stem in forms:
                forms[stem][word] += 1
                places[stem].append(place)
    in_order = sorted(stems, key=lambda stem: (sum(places[stem]) / len(places[stem]), stem))
    return [forms[stem].most_common(1)[0][0] for stem in in_order]
