"""How answers end, read from real conversations of the real engine; what is understood is laid down."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest

from casewright.conversations.models import Mode, ReplySent
from casewright.engine.models import IS_SOLVED
from casewright.engine.service import Engine
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.knowledge.lifecycle.models import Figures, UseOutcome
from casewright.knowledge.lifecycle.repository import managed, statistics
from casewright.knowledge.lifecycle.uses import ArticleUses
from casewright.knowledge.models import ArticleId, CitedSentence, KnowledgeAnswer, Question
from casewright.understanding.models import (
    AnswerFromKnowledge,
    Decline,
    HumanHandoff,
    SetSlot,
    SmallTalk,
    StartProcedure,
)
from tests.engine.conftest import OneArticle, World, key_encryption_key, world
from tests.people.conftest import archive, people

__all__ = ["archive", "key_encryption_key", "people", "world"]

PRICES, LOVE = (AnswerFromKnowledge(query=text) for text in ("what is the price", "what is love"))
NEW_ARTICLE = "insert into article (tenant_id, id, key, language, audience, current_version) values ($1, $2, $3, 'en', 'public', $4)"
NEW_VERSION = (
    "insert into article_version (tenant_id, article_id, version, title, body, digest) values ($1, $2, $3, '', '', '')"
)


class Prices(OneArticle):
    """The same article each time, which stands in the database."""

    def __init__(self) -> None:
        super().__init__()
        self.article_id = ArticleId(uuid4())
        self.version = 1

    async def answer(self, tenant_id: TenantId, question: Question, min_confidence: float) -> KnowledgeAnswer:
        answer = await super().answer(tenant_id, question, min_confidence)
        cited = {"article_id": self.article_id, "version": self.version}
        sentences = tuple(CitedSentence(**{**dict(one), **cited}) for one in answer.sentences)
        return replace(answer, sentences=sentences)


@dataclass
class Shop:
    world: World
    prices: Prices
    uses: ArticleUses

    async def ask(self) -> None:
        await self.world.say("what is the price", PRICES)

    async def publish(self, version: int) -> None:
        tenant_id, article = self.world.tenant.id, self.prices.article_id
        async with self.world.database.begin(self.world.principal) as tx:
            if version == 1:
                await tx.execute(NEW_ARTICLE, tenant_id, article, f"prices-{article}", version)
            await tx.execute(NEW_VERSION, tenant_id, article, version)
            await tx.execute(
                "update article set current_version = $3, usage_count = 0, success_count = 0, failure_count = 0 "
                "where tenant_id = $1 and id = $2",
                tenant_id, article, version,
            )  # fmt: skip
        self.prices.version = version

    async def figures(self) -> Figures:
        """As they are after a look through the conversations."""
        await self.uses.look_through(self.world.tenant.id)
        async with self.world.database.begin(self.world.principal) as tx:
            found = await managed(tx, self.world.tenant.id, self.prices.article_id)
        assert found is not None
        return found.figures

    async def outcomes(self, principal: Principal | None = None) -> dict[str, int]:
        principal = principal or self.world.principal
        await self.uses.look_through(self.world.tenant.id)
        async with self.world.database.begin(principal) as tx:
            return (await statistics(tx, principal.tenant_id, self.world.clock.now().date())).outcomes

    async def rate(self, *, helpful: bool) -> None:
        """The last answer."""
        replies = [one.event for one in await self.world.entries() if isinstance(one.event, ReplySent)]
        answer = next(one for one in reversed(replies) if any(part.kind == "answer" for part in one.parts))
        await self.world.service.give_feedback(self.world.key, None, helpful, answer.reply_id, "")

    async def fall_silent(self) -> None:
        await self.world.service.move_clock(self.world.key, timedelta(minutes=31))
        await self.world.engine.run(self.world.key)


@pytest.fixture
async def shop(world: World) -> Shop:
    prices = Prices()
    world.engine = Engine(replace(world.ports, knowledge=prices), world.settings)
    opened = Shop(world, prices, ArticleUses(world.database, world.service, world.clock))
    await opened.publish(1)
    return opened


async def test_a_customers_thanks_confirm_the_answer(shop: Shop) -> None:
    await shop.ask()
    assert await shop.figures() == Figures(uses=1)
    await shop.world.say("thanks", SmallTalk(kind="thanks"))
    assert await shop.figures() == Figures(uses=1, successes=1)
    assert await shop.outcomes() == {UseOutcome.CONFIRMED: 1}


async def test_silence_is_kept_apart_from_a_customers_word(shop: Shop) -> None:
    await shop.ask()
    await shop.fall_silent()
    assert await shop.outcomes() == {UseOutcome.ASSUMED: 1}
    assert await shop.figures() == Figures(uses=1, successes=1)


async def test_a_customers_no_counts_against_the_answer(shop: Shop) -> None:
    await shop.ask()
    await shop.world.say("no", Decline(confirmation=IS_SOLVED))
    assert await shop.outcomes() == {UseOutcome.UNHELPFUL: 1}
    assert await shop.figures() == Figures(uses=1, failures=1)


async def test_what_a_customer_says_afterwards_counts_more_than_their_silence(shop: Shop) -> None:
    await shop.ask()
    await shop.fall_silent()
    assert await shop.figures() == Figures(uses=1, successes=1)
    await shop.rate(helpful=False)
    assert await shop.figures() == Figures(uses=1, failures=1)
    await shop.rate(helpful=True)
    assert await shop.figures() == Figures(uses=1, successes=1)


async def test_a_person_who_has_to_be_brought_in_after_an_answer_counts_against_it(shop: Shop) -> None:
    await shop.ask()
    await shop.world.say("a person please", HumanHandoff())
    assert await shop.outcomes() == {UseOutcome.HANDED_OVER: 1}


async def test_an_answer_is_not_to_blame_for_what_was_begun_after_it(shop: Shop) -> None:
    await shop.ask()
    await shop.world.say("a gift", StartProcedure(procedure="gift"))
    await shop.world.say("9", SetSlot(slot="amount", value="9"))
    await shop.world.desk.set_mode(shop.world.principal, shop.world.key, Mode.HUMAN)
    assert await shop.outcomes() == {}


async def test_an_answer_after_which_something_else_was_asked_is_assumed_to_have_helped(shop: Shop) -> None:
    await shop.ask()
    await shop.world.say("what is love", LOVE)
    await shop.fall_silent()
    assert await shop.outcomes() == {UseOutcome.ASSUMED: 1}


async def test_a_use_is_counted_once_however_often_one_looks(shop: Shop) -> None:
    await shop.ask()
    await shop.world.say("thanks", SmallTalk(kind="thanks"))
    tenant_id = shop.world.tenant.id
    assert [await shop.uses.look_through(tenant_id) for _ in range(2)] == [1, 0]
    assert await shop.figures() == Figures(uses=1, successes=1)


async def test_a_new_version_is_not_judged_by_how_the_one_before_served(shop: Shop) -> None:
    await shop.ask()
    await shop.world.say("no", Decline(confirmation=IS_SOLVED))
    await shop.publish(2)
    assert await shop.figures() == Figures()
    await shop.ask()
    await shop.rate(helpful=True)
    assert await shop.figures() == Figures(uses=1, successes=1)
    assert await shop.outcomes() == {UseOutcome.CONFIRMED: 1, UseOutcome.UNHELPFUL: 1}


async def test_another_company_sees_nothing_of_it(shop: Shop, stranger: Principal) -> None:
    await shop.ask()
    await shop.rate(helpful=True)
    await shop.outcomes()
    assert await shop.outcomes(stranger) == {}
    async with shop.world.database.begin(stranger) as tx:
        assert await tx.fetchval("select count(*) from article_use") == 0
