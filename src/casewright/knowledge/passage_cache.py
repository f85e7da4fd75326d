"""What of the index never changes, as it was read last: a question then reads only what does."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from casewright.kit.ids import TenantId
from casewright.knowledge.models import ArticleId
from casewright.knowledge.passages import Sentence

MOST_KEPT: Final = 3000
"""Passages of some 20 KB each."""


class PassageKey(NamedTuple):
    """`multilingual`: by which of its vectors a passage is compared with a question."""

    tenant_id: TenantId
    passage_id: UUID
    multilingual: bool


@dataclass(frozen=True, slots=True)
class PassageContent:
    """A passage as it was indexed, for good: another one takes its place when its article changes. Fields as those of
    `Candidate`."""

    article_id: ArticleId
    version: int
    title: str
    section: str
    language: str
    position: int
    codes: frozenset[str]
    sentences: tuple[Sentence, ...]
    words: str
    vectors: NDArray[np.float32] = field(repr=False)
    asked: NDArray[np.float32] = field(repr=False)


class PassageCache:
    """The passages that were found last. Who may read them is decided by whoever looks them up."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[PassageKey, PassageContent] = OrderedDict()

    def find(self, keys: Iterable[PassageKey]) -> dict[PassageKey, PassageContent]:
        """Those that are kept."""
        found = {key: self._kept[key] for key in keys if key in self._kept}
        for key in found:
            self._kept.move_to_end(key)
        return found

    def keep(self, contents: Mapping[PassageKey, PassageContent]) -> None:
        """In place of those not found for longest."""
        self._kept |= contents
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
