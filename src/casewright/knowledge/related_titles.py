"""Documents whose titles share rare words: pages about one product, one form, one error."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from casewright.knowledge.word_index import rarity, stems_of

MOST_RELATED: Final = 10
"""Documents that one is counted as related to, besides those that count it so."""
COMMONEST: Final = 2000
"""Titles that may have a word before it says nothing."""
AT_ONCE: Final = 500

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RelatedTitles:
    """`links`: how closely each title is related to each other, symmetric; each row and column weighs about as much."""

    links: csr_array

    @classmethod
    def of(cls, titles: Sequence[str]) -> Self:
        words = [set(stems_of(title)) for title in titles]
        having = Counter(word for some in words for word in some)
        numbers = {word: number for number, word in enumerate(sorted(having)) if 1 < having[word] <= COMMONEST}
        weights = np.array([rarity(having[word], len(titles)) for word in sorted(having)])
        rows = [row for row, some in enumerate(words) for word in some if word in numbers]
        columns = [numbers[word] for some in words for word in some if word in numbers]
        has = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(titles), len(weights)))
        total = np.array([sum(rarity(having[word], len(titles)) for word in some) for some in words])
        return cls(_balanced(_closest(has, weights, total)))

    def hand_on(self, scores: Scores) -> Scores:
        """What each document receives of those it is related to."""
        return np.asarray(self.links @ scores)


def _closest(has: csr_array, weights: Scores, total: Scores) -> csr_array:
    """The share of rare words that each title has in common with the titles it has most in common with, squared: the closest count most."""
    count = has.shape[0]
    weighed = has * weights[np.newaxis, :]
    found: tuple[list[int], list[int], list[float]] = ([], [], [])
    for start in range(0, count, AT_ONCE):
        shared = (weighed[start : start + AT_ONCE] @ has.T).tocsr()
        for offset in range(shared.shape[0]):
            row = start + offset
            others = shared.indices[shared.indptr[offset] : shared.indptr[offset + 1]]
            common = shared.data[shared.indptr[offset] : shared.indptr[offset + 1]]
            share = np.where(others == row, 0.0, common / (total[row] + total[others] - common)) ** 2
            for place in np.lexsort((others, -share))[:MOST_RELATED]:
                if share[place] > 0:
                    found[0].append(row)
                    found[1].append(int(others[place]))
                    found[2].append(float(share[place]))
    links = csr_array((found[2], (found[0], found[1])), shape=(count, count))
    return csr_array(links + links.T)


def _balanced(links: csr_array) -> csr_array:
    degrees = np.asarray(links.sum(axis=1)).ravel()
    scale = 1 / np.sqrt(np.where(degrees > 0, degrees, 1.0))
    return csr_array(links * scale[:, np.newaxis] * scale[np.newaxis, :])
