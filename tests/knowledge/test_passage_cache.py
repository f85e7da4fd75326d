from uuid import UUID

import numpy as np

from casewright.kit.ids import TenantId
from casewright.knowledge.models import ArticleId
from casewright.knowledge.passage_cache import PassageCache, PassageContent, PassageKey

from .conftest import Company

OURS, THEIRS = TenantId(UUID(int=1)), TenantId(UUID(int=2))
NOTHING = np.zeros((1, 384), dtype=np.float32)
CONTENT = PassageContent(
    article_id=ArticleId(UUID(int=3)),
    version=1,
    title="Export your data",
    section="",
    language="en",
    position=0,
    codes=frozenset(),
    sentences=(),
    words=" export your data ",
    vectors=NOTHING,
    asked=NOTHING[:0],
)
ARTICLE = "---\ntitle: Harvest the turnips\n---\n\nTurnips are harvested in {month}.\n"


def key(number: int, tenant_id: TenantId = OURS) -> PassageKey:
    return PassageKey(tenant_id, UUID(int=number), multilingual=False)


def test_what_was_not_found_for_longest_makes_room() -> None:
    cache = PassageCache(most=2)
    cache.keep({key(1): CONTENT, key(2): CONTENT})
    cache.find([key(1)])
    cache.keep({key(3): CONTENT})

    assert set(cache.find([key(1), key(2), key(3)])) == {key(1), key(3)}


def test_another_company_finds_nothing_of_it() -> None:
    cache = PassageCache()
    cache.keep({key(1): CONTENT})

    assert cache.find([key(1, THEIRS)]) == {}


async def test_a_changed_article_answers_in_its_new_words(empty_company: Company) -> None:
    for month in ("June", "October"):
        await empty_company.install(turnips=ARTICLE.format(month=month))
        answer = await empty_company.ask("When are turnips harvested?", min_confidence=0.0)
        assert [sentence.text for sentence in answer.sentences] == [f"Turnips are harvested in {month}."]
