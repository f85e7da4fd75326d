"""The index beside the real PostgreSQL, whose text search it has to agree with."""

from datetime import date
from uuid import UUID

import numpy as np
import pytest

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, Principal, system
from casewright.knowledge import repository
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.models import ArticleId, Audience, Question
from casewright.knowledge.passage_index import (
    ArticleRow,
    PassageIndex,
    PassageIndexBuilder,
    PassageRow,
    Term,
)
from casewright.knowledge.searching import searched
from casewright.understanding.models import TextVectors

from .conftest import Company

NEXT_TO_NOTHING = 1e-4
TODAY = date(2026, 11, 23)
VECTORS = TextVectors(np.eye(1, 384, dtype=np.float32)[0], np.eye(1, 512, dtype=np.float32)[0])
RANKED = """select id, least(1, 1.645 * ts_rank('{0.9, 0.9, 1.0, 0.8}', search, $2::tsquery) * (numnode($2::tsquery) + 1) / 2) as strength
    from passage where tenant_id = $1 and language = $3 and search @@ $2::tsquery"""


async def strengths_by_postgres(tx: Transaction, tenant_id: TenantId, query: str, language: str) -> dict[UUID, float]:
    return {row["id"]: row["strength"] for row in await tx.fetch(RANKED, tenant_id, query, language)}


def strengths_by_index(index: PassageIndex, strengths: np.ndarray) -> dict[UUID, float]:
    return {index.rows[number][0]: float(strengths[number]) for number in np.flatnonzero(strengths)}


@pytest.mark.parametrize("lexemes", [("password",), ("export", "data"), ("api",), ("log",), ("two-factor", "mfa")])
async def test_a_word_is_weighed_as_postgres_ranks_it(aurora: Company, lexemes: tuple[str, ...]) -> None:
    query = " | ".join(f"'{one}'" + (":*" if len(one) >= 4 else "") for one in lexemes)
    async with aurora.database.begin(system(aurora.tenant_id)) as tx:
        index = await repository.read_index(tx, aurora.tenant_id)
        expected = await strengths_by_postgres(tx, aurora.tenant_id, query, "en")
    found = strengths_by_index(index, index.lexicons["en"].any_of(lexemes, len(index)))
    assert found == pytest.approx(expected, abs=NEXT_TO_NOTHING)


@pytest.mark.parametrize(("one", "other"), [("reset", "password"), ("report", "week"), ("user", "licens")])
async def test_two_words_are_weighed_as_postgres_ranks_them(aurora: Company, one: str, other: str) -> None:
    async with aurora.database.begin(system(aurora.tenant_id)) as tx:
        index = await repository.read_index(tx, aurora.tenant_id)
        expected = await strengths_by_postgres(tx, aurora.tenant_id, f"'{one}' & '{other}'", "en")
    found = strengths_by_index(index, index.lexicons["en"].both_of(one, other, len(index)))
    assert expected
    assert found == pytest.approx(expected, abs=NEXT_TO_NOTHING)


async def test_another_tenants_index_is_empty(aurora: Company, stranger: Principal) -> None:
    async with aurora.database.begin(stranger) as tx:
        assert len(await repository.read_index(tx, aurora.tenant_id)) == 0
        assert len(await repository.read_index(tx, stranger.tenant_id)) == 0


def index_of(*audiences: Audience, words: bytes = b"\0\0\0\0") -> PassageIndex:
    """An article for each, all with the same passage."""
    articles = [ArticleId(UUID(int=number)) for number in range(len(audiences))]
    rows = zip(articles, audiences, strict=True)
    builder = PassageIndexBuilder(ArticleRow(one, str(one), "en", audience) for one, audience in rows)
    builder.add(
        PassageRow(one, one, "en", audience, 0, ("E203",), words, VECTORS.english)
        for one, audience in zip(articles, audiences, strict=True)
    )
    return builder.build()


def asked(text: str, assurance: Assurance = Assurance.ANONYMOUS) -> Question:
    return Question(text=text, language="en", assurance=assurance)


def proposed(index: PassageIndex, text: str, most: int = 12) -> list[int]:
    search = searched(asked(text), VECTORS, ArticleModels())
    lexemes: dict[Term, tuple[str, ...]] = {term: (term.text,) for term in index.terms(search)}
    return [one.id.int for one in index.propose(search, lexemes, TODAY, most)]


def test_what_is_not_for_the_asker_is_not_proposed_by_vector_or_by_code() -> None:
    index = index_of(Audience.PUBLIC, Audience.CUSTOMER, Audience.INTERNAL)
    assert proposed(index, "what is E203") == [0]


def test_an_empty_company_has_nothing_to_propose() -> None:
    assert proposed(index_of(), "what is E203") == []


def test_no_more_are_proposed_than_wanted() -> None:
    assert len(proposed(index_of(*[Audience.PUBLIC] * 9), "hello", most=4)) == 4
