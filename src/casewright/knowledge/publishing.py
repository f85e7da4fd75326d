"""Articles into what is found, and out of it. Whatever happens to one is a step of its history."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction, while_open
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import system
from casewright.knowledge import repository
from casewright.knowledge.indexing import digest as index_digest
from casewright.knowledge.indexing import index
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.lifecycle import repository as lifecycle
from casewright.knowledge.lifecycle.errors import ArticleNotFound
from casewright.knowledge.lifecycle.models import Changes, OpenDraft, Step
from casewright.knowledge.models import Article, ArticleDraft, ArticleId, ArticleStatus
from casewright.knowledge.ports import Progress, SentenceEncoder
from casewright.knowledge.repository import IndexedPassage, StoredArticle

INDEXED_AT_ONCE: Final = 24
"""Articles; more of them would use the processors no better."""


@dataclass(frozen=True, slots=True)
class Installed:
    """How many articles came in new, with a new version, with other particulars only, or as they were."""

    added: int = 0
    revised: int = 0
    updated: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did a step, who wrote what it published if that is somebody else, and why."""

    actor: str
    reason: str = ""
    author: str = ""


class Publishing:
    """Changes a tenant's articles, for one transaction at a time: from the first step in it until it commits, others wait."""

    def __init__(self, encoder: SentenceEncoder, clock: Clock) -> None:
        self._encoder = encoder
        self._clock = clock
        self._learning = ArticleLearning(encoder, clock)

    async def install(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        drafts: Sequence[ArticleDraft],
        on_progress: Progress | None = None,
        *,
        by: str = "installation",
        reason: str = "",
        learn: bool = True,
    ) -> Installed:
        """Adds articles and brings those with the same key up to date; others stay. Idempotent. Each becomes what its `status`
        says: published, archived, or a draft beside what is published.

        A changed title, language, body or list of error codes makes a new version, and so does an archived article's return;
        versions are kept, only the newest is searched.
        `on_progress` is called after each article. `learn` False: what tells articles apart is learned in the background."""
        await repository.lock_revision(tx, tenant_id)
        stored = await repository.stored_articles(tx, tenant_id, [draft.key for draft in drafts])
        signature = Signature(by, reason)
        counts = {"added": 0, "revised": 0, "updated": 0, "unchanged": 0}
        found_changed = False
        for start in range(0, len(drafts), INDEXED_AT_ONCE):
            some = drafts[start : start + INDEXED_AT_ONCE]
            changed = [draft for draft in some if not _is_indexed(draft, stored.get(draft.key))]
            passages = await while_open(tx, index(self._encoder, changed))
            for number, draft in enumerate(some, start + 1):
                if draft.status in (ArticleStatus.DRAFT, ArticleStatus.REVIEW):
                    outcome = await self._set_aside(tx, tenant_id, draft, stored.get(draft.key), signature)
                else:
                    known, its_passages = stored.get(draft.key), passages.get(draft.key)
                    outcome = await self._put(tx, tenant_id, draft, known, its_passages, signature)
                    found_changed |= outcome != "unchanged"
                counts[outcome] += 1
                if on_progress is not None:
                    on_progress(number, len(drafts))
        if found_changed and learn:
            await self._learning.learn(tx, tenant_id)
        elif found_changed:
            await repository.raise_revision(tx, tenant_id)
        return Installed(**counts)

    async def publish(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        article_id: ArticleId,
        draft: ArticleDraft,
        signature: Signature,
        step: Step = Step.PUBLISHED,
    ) -> None:
        """From the next question on it is found as it is in `draft`. What tells articles apart is learned in the background."""
        await repository.lock_revision(tx, tenant_id)
        stored = (await repository.stored_articles(tx, tenant_id, [draft.key])).get(draft.key)
        passages = (
            None if _is_indexed(draft, stored) else (await while_open(tx, index(self._encoder, [draft])))[draft.key]
        )
        outcome = await self._put(tx, tenant_id, draft, stored, passages, signature, article_id, step)
        if outcome != "unchanged":
            await repository.raise_revision(tx, tenant_id)

    async def archive(
        self, tx: Transaction, tenant_id: TenantId, key: str, *, by: str = "installation", reason: str = ""
    ) -> None:
        """It is no longer found, and its versions are kept. Raises `ArticleNotFound` where none of that key is published."""
        await repository.lock_revision(tx, tenant_id)
        stored = (await repository.stored_articles(tx, tenant_id, [key])).get(key)
        if stored is None or stored.archived:
            raise ArticleNotFound(key)
        archived = stored.draft.model_copy(update={"status": ArticleStatus.ARCHIVED})
        await self._put(tx, tenant_id, archived, stored, None, Signature(by, reason))
        await repository.raise_revision(tx, tenant_id)

    async def reindex(self, database: Database, tenant_id: TenantId, on_progress: Progress | None = None) -> int:
        """Cuts and encodes all that is published anew, some articles a transaction, and learns what tells them apart. What is found
        stays found meanwhile. How many articles that were."""
        principal = system(tenant_id, "reindexing")
        async with database.begin(principal) as tx:
            keys = await repository.published_keys(tx, tenant_id)
        for start in range(0, len(keys), INDEXED_AT_ONCE):
            some = keys[start : start + INDEXED_AT_ONCE]
            async with database.begin(principal) as tx:
                await repository.lock_revision(tx, tenant_id)
                stored = await repository.stored_articles(tx, tenant_id, some)
                published = [one for one in stored.values() if not one.archived]
                passages = await while_open(tx, index(self._encoder, [one.draft for one in published]))
                for one in published:
                    article = Article(id=one.id, version=one.version, **one.draft.model_dump())
                    digest = index_digest(one.draft, one.digest)
                    await repository.save_passages(tx, tenant_id, article, digest, passages[article.key])
                await repository.raise_revision(tx, tenant_id)
            if on_progress is not None:
                on_progress(start + len(some), len(keys))
        await self._learning.catch_up(database, tenant_id)
        return len(keys)

    async def _put(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        draft: ArticleDraft,
        stored: StoredArticle | None,
        passages: Sequence[IndexedPassage] | None,
        signature: Signature,
        article_id: ArticleId | None = None,
        step: Step | None = None,
    ) -> str:
        """`passages` None: those in the index are right, or none are wanted. `step` None: whatever it amounts to."""
        content = _digest(draft)
        returns = stored is not None and stored.archived and draft.status is ArticleStatus.PUBLISHED
        revised = stored is None or stored.digest != content or returns
        if stored is not None and passages is None and stored.draft == draft:
            return "unchanged"
        if article_id is None:
            article_id = stored.id if stored else await self._new_id(tx, tenant_id, draft.key)
        version = stored.version + revised if stored else 1
        article = Article(id=article_id, version=version, **draft.model_dump())
        await repository.save_article(tx, tenant_id, article)
        if revised:
            author = signature.author or signature.actor
            await repository.save_version(tx, tenant_id, article, content, author=author, reason=signature.reason)
        if passages is not None:
            await repository.save_passages(tx, tenant_id, article, index_digest(draft, content), passages)
        changes = differences(stored.draft if stored else None, draft)
        if draft.status is ArticleStatus.ARCHIVED:
            step = Step.ARCHIVED
        elif step is None or not revised:
            step = Step.PUBLISHED if revised else Step.UPDATED
        await self._note(tx, tenant_id, article_id, step, version, signature, changes)
        if stored is None:
            return "added"
        return "revised" if revised else "updated"

    async def _set_aside(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        draft: ArticleDraft,
        stored: StoredArticle | None,
        signature: Signature,
    ) -> str:
        """Keeps it as the article's draft."""
        article_id = stored.id if stored else await self._new_id(tx, tenant_id, draft.key)
        known = await lifecycle.managed(tx, tenant_id, article_id)
        before = known.draft if known else None
        if before is not None and before.content == draft:
            return "unchanged"
        based_on, in_review = stored.version if stored else None, draft.status is ArticleStatus.REVIEW
        opened = OpenDraft(
            content=draft,
            based_on=based_on,
            in_review=in_review,
            author=signature.actor,
            reason=signature.reason,
            updated_at=self._clock.now(),
        )
        await lifecycle.save_draft(tx, tenant_id, article_id, opened)
        changes = differences(before.content if before else None, draft)
        step = Step.SUBMITTED if in_review else Step.CHANGED if before else Step.DRAFTED
        await self._note(tx, tenant_id, article_id, step, based_on, signature, changes)
        return "revised" if known else "added"

    async def _new_id(self, tx: Transaction, tenant_id: TenantId, key: str) -> ArticleId:
        """Of the draft with that key, if there is one."""
        return (await lifecycle.ids_of(tx, tenant_id, [key])).get(key) or ArticleId(new_id())

    async def _note(
        self,
        tx: Transaction,
        tenant_id: TenantId,
        article_id: ArticleId,
        step: Step,
        version: int | None,
        signature: Signature,
        changes: Changes,
    ) -> None:
        await lifecycle.save_step(
            tx,
            tenant_id,
            article_id,
            step,
            version=version,
            actor=signature.actor,
            reason=signature.reason,
            changes=changes,
            at=self._clock.now(),
        )


_NOT_TOLD: Final = frozenset({"key", "body", "asked_as", "id", "version"})
"""Of no interest, or too long to be told before and after: versions tell the text."""


def differences(before: ArticleDraft | None, after: ArticleDraft) -> Changes:
    """What became of the particulars; nothing where there was no article before."""
    if before is None:
        return {}
    old: dict[str, JsonValue] = before.model_dump(mode="json", exclude=set(_NOT_TOLD))
    new: dict[str, JsonValue] = after.model_dump(mode="json", exclude=set(_NOT_TOLD))
    return {name: (old[name], new[name]) for name in new if old[name] != new[name]}


def _digest(draft: ArticleDraft) -> str:
    """SHA-256 of what a version consists of."""
    return hashlib.sha256(
        json.dumps([draft.title, draft.language, draft.body, *draft.error_codes]).encode()
    ).hexdigest()


def _is_indexed(draft: ArticleDraft, stored: StoredArticle | None) -> bool:
    """Whether nothing is to be encoded for it: its passages are right, or it is to have none."""
    if draft.status is not ArticleStatus.PUBLISHED:
        return True
    return stored is not None and not stored.archived and stored.index_digest == index_digest(draft, _digest(draft))
