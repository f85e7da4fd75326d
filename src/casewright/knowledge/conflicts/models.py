"""Conflicts between sentences of articles."""

from enum import StrEnum

from casewright.kit.model import Model


class ConflictKind(StrEnum):
    """`factual`: same subject, another number, date, limit, or yes and no. `semantic`: statements that exclude each other otherwise.
    `version`: one of them says that it is newer than what the other says."""

    FACTUAL = "factual"
    SEMANTIC = "semantic"
    VERSION = "version"


class Severity(StrEnum):
    """How much harm an answer from the wrong one does. `high`: surely a conflict, about a number, a date, a limit or a yes and no."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PlacedSentence(Model):
    """A sentence and where it stands. `article`: its key. `section`: its headings, joined by " > "."""

    article: str
    title: str
    section: str
    text: str


class Conflict(Model):
    """Two sentences that cannot both be true. `probability` 0…1. `differing`: what differs, as (in `one`, in `other`)."""

    kind: ConflictKind
    severity: Severity
    one: PlacedSentence
    other: PlacedSentence
    probability: float
    differing: tuple[tuple[str, str], ...] = ()


class NearDuplicate(Model):
    """Two sentences that say nearly the same. `similarity` by vector, `shingles` by runs of three words: both −1…1, 0…1."""

    one: PlacedSentence
    other: PlacedSentence
    similarity: float
    shingles: float
