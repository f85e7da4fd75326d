"""What may answer a question, out of a large collection; and the making of its indexes."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from casewright.kit.database import Database, Transaction
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.large import repository
from casewright.knowledge.large.models import LargeCollection, Lookup, Weighted
from casewright.knowledge.passage_index import (
    MISSING_WEIGHT,
    PREFIX_FROM,
    TEXT_CONFIGURATIONS,
    Lexemes,
    Proposed,
    Term,
)
from casewright.knowledge.repository import lock_revision, raise_revision, read_revision
from casewright.knowledge.searching import Search, Word

LARGE_FROM: Final = 25_000
"""Passages; in a process they would take some 7 KB each."""
MOST_PROPOSED: Final = 16
"""Passages that are read and ranked: nobody remembers this many passages, so that most have to be read from the database."""
MOST_OPENINGS: Final = 4
"""Articles whose first passage comes along, since it often holds the conditions for all that follows."""
MOST_MATCHES: Final = 2000
"""Passages that a question's rare words may be in, all together; what is in more tells little of any."""


async def read(tx: Transaction, tenant_id: TenantId) -> LargeCollection | None:
    """None if the company's passages fit into a process, or are not prepared yet: then a process holds them all the same."""
    return await repository.read(tx, tenant_id)


async def propose(
    tx: Transaction, tenant_id: TenantId, collection: LargeCollection, search: Search, lexemes: Lexemes, today: date
) -> list[Proposed]:
    """As `PassageIndex.propose`, without the article model."""
    lookups = [list(_lookups(word, language, lexemes)) for language in collection.spoken for word in search.words]
    codes = [Lookup("", "", ((code, f"{code}\x01"),)) for code in (*search.codes, *search.possible_codes)]
    asked = [*codes, *(one for choices in lookups for one in choices)]
    counts = dict(zip(asked, await repository.passages_with(tx, tenant_id, asked, search.audiences), strict=True))
    words = [
        _weighted(chosen, counts[chosen], collection, search)
        for choices in lookups
        if choices and (chosen := next((one for one in choices if counts[one]), choices[0]))
    ]
    rare = _rare([*(_weighted(code, counts[code], collection, search) for code in codes), *words], search.language)
    found = await repository.propose(tx, tenant_id, search, words, rare, MISSING_WEIGHT)
    readable = await repository.readable(tx, tenant_id, search, list({one.article_id for one in found}), today)
    best = sorted((one for one in found if one.article_id in readable), key=lambda one: -(one.coverage + one.whole))[
        :MOST_PROPOSED
    ]
    articles = list(dict.fromkeys(one.article_id for one in best))[:MOST_OPENINGS]
    openings = [opening for article_id in articles if (opening := readable[article_id])]
    return list({one.id: one for one in (*openings, *best)}.values())


def _lookups(word: Word, language: str, lexemes: Lexemes) -> Iterator[Lookup]:
    """A word itself, then what it may consist of; nothing of a stop word."""
    configuration = TEXT_CONFIGURATIONS.get(language, "simple")
    if whole := lexemes[Term(configuration, word.forms)]:
        yield Lookup(language, " | ".join(map(_query, whole)), tuple(map(_span, whole)))
    for split in word.splits:
        parts = lexemes[Term(configuration, split)]
        if len(parts) == 2:
            spans = tuple((part, part + "\x01") for part in parts)
            yield Lookup(language, " & ".join(map(_quoted, parts)), spans, both=True)


def _span(lexeme: str) -> tuple[str, str]:
    return (lexeme, lexeme + (chr(0x10FFFF) if len(lexeme) >= PREFIX_FROM else "\x01"))


def _query(lexeme: str) -> str:
    return f"{_quoted(lexeme)}:*" if len(lexeme) >= PREFIX_FROM else _quoted(lexeme)


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _weighted(lookup: Lookup, passages: int, collection: LargeCollection, search: Search) -> Weighted:
    """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009), counted over what the asker may read."""
    among = max(collection.readable(lookup.language, search.audiences), passages)
    return Weighted(lookup, passages, math.log(1 + (among - passages + 0.5) / (passages + 0.5)))


def _rare(words: Sequence[Weighted], language: str) -> list[Weighted]:
    """Codes, and the rarest words of the question's language, as many as are in few passages all together."""
    chosen, matches = [], 0
    for one in sorted(words, key=lambda one: one.passages):
        if one.lookup.language in ("", language) and one.passages:
            matches += one.passages
            if matches > MOST_MATCHES:
                break
            chosen.append(one)
    return chosen


# --- preparing --------------------------------------------------------------------------------------------------------


async def prepare(database: Database, tenant_id: TenantId, large_from: int = LARGE_FROM) -> bool:
    """Brings the indexes of a collection that has become large, and the counts of its words, up to date; takes those away of one
    that is large no more. Idempotent. True if something was done."""
    principal = system(tenant_id, "indexing")
    async with database.begin(principal) as tx:
        is_large = await repository.size(tx, tenant_id, large_from) >= large_from
        counted = await repository.counted_revision(tx, tenant_id)
        if counted == (await read_revision(tx, tenant_id) if is_large else None):
            return False
    async with database.begin(principal) as tx:
        revision = await lock_revision(tx, tenant_id)
        if is_large and counted is None:
            # Processes that hold all of its passages notice.
            revision = await raise_revision(tx, tenant_id)
        if is_large:
            await repository.build_indexes(tx, tenant_id)
            await repository.count_words(tx, tenant_id, revision)
        else:
            await repository.forget(tx, tenant_id)
    return True
