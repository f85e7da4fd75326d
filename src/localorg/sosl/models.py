"""A search as its text says it, and what its term asks for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from localorg.soql.ast import Query

MOST_RESULTS: Final = 2_000
"""Of one search, over all objects."""


class FieldGroup(StrEnum):
    ALL = "ALL"
    NAME = "NAME"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    SIDEBAR = "SIDEBAR"


@dataclass(frozen=True, slots=True)
class Word:
    """`*` stands for any characters, `?` for one; a backslash before either takes that away."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str


@dataclass(frozen=True, slots=True)
class AllTerms:
    terms: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class AnyTerm:
    terms: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class Without:
    term: "Term"
    unwanted: "Term"


Term = Word | Phrase | AllTerms | AnyTerm | Without


@dataclass(frozen=True, slots=True)
class Search:
    """`returning` is empty where the search names no objects: then all that can be searched are."""

    term: Term
    group: FieldGroup = FieldGroup.ALL
    returning: tuple[Query, ...] = ()
    limit: int = MOST_RESULTS
