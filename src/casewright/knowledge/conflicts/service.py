"""The queue of conflicts between articles, and their resolutions. Nothing is lost: what a resolution changes is a new version or an
archived article, and `restore` brings the version back that was there before."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction, while_open
from casewright.kit.errors import CallerError, InvalidInput
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal, system
from casewright.knowledge.conflicts import repository
from casewright.knowledge.conflicts.detection import said_by, stating_sentences
from casewright.knowledge.conflicts.errors import ConflictNotFound, ConflictSettled, NotResolvable
from casewright.knowledge.conflicts.models import (
    ArticleDone,
    ConflictId,
    ConflictState,
    KnownConflict,
    Resolution,
    Side,
    Standing,
)
from casewright.knowledge.conflicts.policy import Decision, decide, stronger, with_credibility
from casewright.knowledge.conflicts.rewriting import merged, replace_sentence
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.lifecycle.errors import AnotherMustReview
from casewright.knowledge.lifecycle.models import ManagedArticle
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.models import Article, ArticleId, ArticleStatus
from casewright.knowledge.ports import Companies
from casewright.tenants.models import ConflictPolicy, Decider

PAGE: Final = 50
ACTOR: Final = "conflict rules"

logger = logging.getLogger(__name__)


class Conflicts:
    """Raises `ConflictNotFound`, also for another tenant's."""

    def __init__(
        self,
        database: Database,
        articles: ArticleLifecycle,
        companies: Companies,
        reader: StatementReader,
        clock: Clock,
    ) -> None:
        self._database = database
        self._articles = articles
        self._reader = reader
        self._companies = companies
        self._clock = clock

    # --- looking ---

    async def page(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        state: ConflictState | None = ConflictState.OPEN,
        after: tuple[datetime, UUID] | None = None,
        most: int = PAGE,
    ) -> tuple[Sequence[KnownConflict], tuple[datetime, UUID] | None]:
        """Newest first, `state` None: all; and where the next page begins, if there is one."""
        found = await repository.page(tx, tenant_id, state, after, most + 1)
        shown = found[:most]
        return shown, (shown[-1].found_at, shown[-1].id) if len(found) > most else None

    async def get(self, tx: Transaction, tenant_id: TenantId, conflict_id: ConflictId) -> KnownConflict:
        found = await repository.find(tx, tenant_id, conflict_id)
        if found is None:
            raise ConflictNotFound
        return found

    # --- settling ---

    async def dismiss(
        self, tx: Transaction, principal: Principal, conflict_id: ConflictId, *, reason: str
    ) -> KnownConflict:
        """It is none, and is not found again as long as both sentences stay. Raises `ConflictSettled`."""
        await self._opened(tx, principal.tenant_id, conflict_id)
        await repository.settle(
            tx,
            principal.tenant_id,
            conflict_id,
            ConflictState.DISMISSED,
            by=principal.actor,
            reason=reason,
            at=self._clock.now(),
        )
        return await self.get(tx, principal.tenant_id, conflict_id)

    async def resolve(
        self,
        tx: Transaction,
        principal: Principal,
        conflict_id: ConflictId,
        resolution: Resolution,
        *,
        reason: str,
        kept: ArticleId | None = None,
    ) -> KnownConflict:
        """`kept` None: the article that the company's rules prefer, else the one that was changed last; with `reject`, what was
        there before. Raises `ConflictSettled`, `NotResolvable`, `InvalidInput`, and what a step of an article's life raises."""
        conflict = await self._opened(tx, principal.tenant_id, conflict_id)
        sides = {conflict.one.article_id: conflict.one, conflict.other.article_id: conflict.other}
        kept = kept or await self._preferred(tx, principal.tenant_id, conflict, resolution)
        if kept not in sides:
            raise InvalidInput("`kept`: it must be one of the conflict's two articles.")
        winner = sides.pop(kept)
        (loser,) = sides.values()
        done = await self._carry_out(tx, principal, resolution, winner, loser, reason)
        await repository.settle(
            tx,
            principal.tenant_id,
            conflict_id,
            ConflictState.RESOLVED,
            by=principal.actor,
            reason=reason,
            at=self._clock.now(),
            resolution=resolution,
            kept=kept,
            done=done,
        )
        return await self.get(tx, principal.tenant_id, conflict_id)

    async def settle_by_rule(self, tenant_id: TenantId, conflict_ids: Sequence[ConflictId]) -> int:
        """Resolves what the company leaves to rules, and they can decide; all else waits for a person. How many."""
        policy, principal, settled = await self._policy(tenant_id), system(tenant_id, ACTOR), 0
        for conflict_id in conflict_ids if policy.decided_by is Decider.RULES else ():
            try:
                async with self._database.begin(principal) as tx:
                    conflict = await self._opened(tx, tenant_id, conflict_id)
                    if decision := await self._decision(tx, tenant_id, conflict, policy):
                        await self.resolve(
                            tx,
                            principal,
                            conflict_id,
                            decision.resolution,
                            reason=decision.reason,
                            kept=decision.kept,
                        )
                        settled += 1
            except CallerError:
                logger.info("a conflict between articles could not be settled by rule, and waits for a person")
        return settled

    async def _opened(self, tx: Transaction, tenant_id: TenantId, conflict_id: ConflictId) -> KnownConflict:
        conflict = await repository.find(tx, tenant_id, conflict_id, for_update=True)
        if conflict is None:
            raise ConflictNotFound
        if conflict.state is not ConflictState.OPEN:
            raise ConflictSettled(conflict.state)
        return conflict

    # --- which one is kept ---

    async def _policy(self, tenant_id: TenantId) -> ConflictPolicy:
        return (await self._companies.get(tenant_id)).profile.knowledge.conflicts

    async def _standings(
        self, tx: Transaction, tenant_id: TenantId, conflict: KnownConflict, policy: ConflictPolicy
    ) -> tuple[Standing, Standing]:
        ids = (conflict.one.article_id, conflict.other.article_id)
        found = await repository.standings(tx, tenant_id, ids)
        one, other = (with_credibility(*found[article_id], policy) for article_id in ids)
        return one, other

    async def _decision(
        self, tx: Transaction, tenant_id: TenantId, conflict: KnownConflict, policy: ConflictPolicy
    ) -> Decision | None:
        return decide(conflict, *await self._standings(tx, tenant_id, conflict, policy), policy)

    async def _preferred(
        self, tx: Transaction, tenant_id: TenantId, conflict: KnownConflict, resolution: Resolution
    ) -> ArticleId:
        if resolution is Resolution.REJECT:
            return conflict.other.article_id
        policy = await self._policy(tenant_id)
        preferred = stronger(*await self._standings(tx, tenant_id, conflict, policy), policy)
        return preferred[0].article_id if preferred else conflict.one.article_id

    # --- what is done ---

    async def _carry_out(
        self, tx: Transaction, principal: Principal, resolution: Resolution, winner: Side, loser: Side, reason: str
    ) -> list[ArticleDone]:
        kept = await self._published(tx, principal.tenant_id, winner)
        given_up = await self._published(tx, principal.tenant_id, loser)
        why = f"{resolution} beside {winner.article}: {reason}"
        match resolution:
            case Resolution.REPLACE:
                body = replace_sentence(_current(given_up).body, loser.text, winner.text)
                if body is None:
                    raise NotResolvable(
                        f'The sentence stands in "{loser.article}" more than once, or in a table: change the article by hand.'
                    )
                return [await self._rewrite(tx, principal, given_up, body, why)]
            case Resolution.VERSION:
                return [await self._archive(tx, principal, given_up, why)]
            case Resolution.REJECT:
                return [await self._take_back(tx, principal, given_up, why)]
            case Resolution.MERGE:
                two = _current(given_up), _current(kept)
                repeated = await while_open(tx, asyncio.to_thread(said_by, *two, self._reader))
                body = merged(_current(kept).body, _current(given_up).body, repeated)
                done = [await self._archive(tx, principal, given_up, why)]
                if body.rstrip() != _current(kept).body.rstrip():
                    took_over = f"{resolution} of {loser.article}: {reason}"
                    done.append(await self._rewrite(tx, principal, kept, body, took_over))
                return done

    async def _published(self, tx: Transaction, tenant_id: TenantId, side: Side) -> ManagedArticle:
        article = await self._articles.get(tx, tenant_id, side.article_id)
        if article.current is None or article.current.status is not ArticleStatus.PUBLISHED:
            raise NotResolvable(
                f'"{side.article}" is published no more: the conflict closes by itself within a minute.'
            )
        if side.text not in {sentence.text for sentence in stating_sentences(article.current)}:
            raise NotResolvable(f'"{side.article}" has changed: it is checked again within a minute.')
        return article

    async def _rewrite(
        self, tx: Transaction, principal: Principal, article: ManagedArticle, body: str, reason: str
    ) -> ArticleDone:
        if article.draft is not None:
            raise NotResolvable(f'"{article.key}" has a draft: publish or discard it first.')
        content = _current(article).model_copy(update={"body": body})
        await self._articles.change(tx, principal, article.id, content, reason=reason)
        await self._articles.publish(tx, principal, article.id, reason=reason)
        return _done(article, "changed")

    async def _archive(
        self, tx: Transaction, principal: Principal, article: ManagedArticle, reason: str
    ) -> ArticleDone:
        await self._articles.archive(tx, principal, article.id, reason=reason)
        return _done(article, "archived")

    async def _take_back(
        self, tx: Transaction, principal: Principal, article: ManagedArticle, reason: str
    ) -> ArticleDone:
        version = _current(article).version
        if version == 1:
            return await self._archive(tx, principal, article, reason)
        restored = await self._articles.restore(tx, principal, article.id, version - 1, reason=reason)
        if _current(restored).version == version:
            raise AnotherMustReview
        return _done(article, f"back to version {version - 1}")


def _current(article: ManagedArticle) -> Article:
    assert article.current is not None
    return article.current


def _done(article: ManagedArticle, step: str) -> ArticleDone:
    return ArticleDone(article_id=article.id, article=article.key, step=step, version_before=_current(article).version)
