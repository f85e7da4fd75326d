"""What those who look after a company's articles do with them: draft → review → published → archived.

A published article may have a newer draft; what customers are told is always the published one. Every step is one of the
article's history, and one that is done already changes nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from casewright.kit.clock import Clock
from casewright.kit.database import Transaction
from casewright.kit.errors import InvalidInput
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal
from casewright.knowledge.lifecycle import repository
from casewright.knowledge.lifecycle.comparing import Line, compare
from casewright.knowledge.lifecycle.content import as_draft, checked, with_text
from casewright.knowledge.lifecycle.errors import (
    AnotherMustReview,
    ArticleChanged,
    ArticleExists,
    ArticleNotFound,
    StepNotPossible,
)
from casewright.knowledge.lifecycle.models import (
    ArticleFilter,
    ArticleStep,
    ArticleVersion,
    Changes,
    KnowledgeStatistics,
    ManagedArticle,
    OpenDraft,
    Step,
)
from casewright.knowledge.models import ArticleDraft, ArticleId, ArticleStatus
from casewright.knowledge.ports import Companies
from casewright.knowledge.publishing import Publishing, Signature, differences
from casewright.knowledge.repository import lock_revision

PAGE: Final = 50


class ArticleLifecycle:
    """Every step takes the number of the last one that its actor has seen, `edit`, and raises `ArticleChanged` if there was
    another since; None: whatever there was. Raises `ArticleNotFound`, also for another tenant's article."""

    def __init__(self, publishing: Publishing, companies: Companies, clock: Clock) -> None:
        self._publishing = publishing
        self._companies = companies
        self._clock = clock

    # --- looking ---

    async def page(
        self, tx: Transaction, tenant_id: TenantId, wanted: ArticleFilter, after: str = "", most: int = PAGE
    ) -> tuple[Sequence[ManagedArticle], str | None]:
        """Articles by key, those after the key `after`; and the last one's key if there are more."""
        found = await repository.page(tx, tenant_id, wanted, after, most + 1)
        return found[:most], found[most - 1].key if len(found) > most else None

    async def get(self, tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> ManagedArticle:
        found = await repository.managed(tx, tenant_id, article_id)
        if found is None:
            raise ArticleNotFound
        return found

    async def by_key(self, tx: Transaction, tenant_id: TenantId, key: str) -> ManagedArticle:
        article_id = (await repository.ids_of(tx, tenant_id, [key])).get(key)
        if article_id is None:
            raise ArticleNotFound(key)
        return await self.get(tx, tenant_id, article_id)

    async def versions(self, tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> list[ArticleVersion]:
        """Newest first; none of an article that was never published."""
        await self.get(tx, tenant_id, article_id)
        return await repository.versions(tx, tenant_id, article_id)

    async def steps(self, tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> list[ArticleStep]:
        """Newest first."""
        await self.get(tx, tenant_id, article_id)
        return await repository.steps(tx, tenant_id, article_id)

    async def compare(
        self, tx: Transaction, tenant_id: TenantId, article_id: ArticleId, before: int | None, after: int | None
    ) -> tuple[Changes, tuple[Line, ...]]:
        """What a version, or the draft (None), has become in another."""
        article = await self.get(tx, tenant_id, article_id)
        one, other = [await self._content(tx, tenant_id, article, number) for number in (before, after)]
        return differences(one, other), compare(one.body, other.body)

    async def _content(
        self, tx: Transaction, tenant_id: TenantId, article: ManagedArticle, number: int | None
    ) -> ArticleDraft:
        """With the particulars of now, which versions do not keep."""
        if number is None:
            if article.draft is None:
                raise StepNotPossible("The article has no draft: compare two of its versions.")
            return article.draft.content
        version = await repository.version(tx, tenant_id, article.id, number)
        if version is None or article.current is None:
            raise InvalidInput(f"The article has no version {number}.")
        return with_text(article.current, version)

    async def statistics(self, tx: Transaction, tenant_id: TenantId) -> KnowledgeStatistics:
        return await repository.statistics(tx, tenant_id, self._clock.now().date())

    # --- drafts ---

    async def draft(
        self, tx: Transaction, principal: Principal, content: ArticleDraft, *, reason: str = ""
    ) -> ManagedArticle:
        """Begins a new article. Raises `ArticleInvalid`, `ArticleExists`."""
        content = checked(content)
        await lock_revision(tx, principal.tenant_id)
        known = (await repository.ids_of(tx, principal.tenant_id, [content.key])).get(content.key)
        if known is not None:
            article = await self.get(tx, principal.tenant_id, known)
            if article.current is None and article.draft is not None and article.draft.content == content:
                return article
            raise ArticleExists(content.key)
        article_id = ArticleId(new_id())
        await self._save_draft(tx, principal, article_id, content, None, reason)
        return await self._note(tx, principal, article_id, Step.DRAFTED, None, reason)

    async def change(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        content: ArticleDraft,
        *,
        reason: str = "",
        edit: int | None = None,
    ) -> ManagedArticle:
        """Writes the draft, which begins with it where there is none; one that was in review has to be submitted again. Raises
        `ArticleInvalid`."""
        content = checked(content)
        article = await self._locked(tx, principal, article_id, edit)
        if content.key != article.key:
            raise InvalidInput(f'`key`: it is "{article.key}" for good.')
        before = article.draft
        if before is not None and before.content == content and not before.in_review:
            return article
        based_on = article.current.version if article.current else None
        await self._save_draft(tx, principal, article_id, content, based_on, reason)
        step, changes = Step.CHANGED if before else Step.DRAFTED, differences(article.newest, content)
        return await self._note(tx, principal, article_id, step, based_on, reason, changes)

    async def discard(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        *,
        reason: str = "",
        edit: int | None = None,
    ) -> ManagedArticle | None:
        """Ends the draft; what is published stays. None where the draft was all there was."""
        article = await self._locked(tx, principal, article_id, edit)
        if article.draft is None:
            return article
        await repository.delete_draft(tx, principal.tenant_id, article_id)
        await self._save_step(tx, principal, article_id, Step.DISCARDED, article.draft.based_on, reason)
        return await repository.managed(tx, principal.tenant_id, article_id)

    async def submit(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        *,
        reason: str = "",
        edit: int | None = None,
    ) -> ManagedArticle:
        """Asks for a review of the draft."""
        article = await self._locked(tx, principal, article_id, edit)
        return await self._review(tx, principal, article, Step.SUBMITTED, reason, in_review=True)

    async def reject(
        self, tx: Transaction, principal: Principal, article_id: ArticleId, *, reason: str, edit: int | None = None
    ) -> ManagedArticle:
        """Gives what is in review back to its author."""
        article = await self._locked(tx, principal, article_id, edit)
        return await self._review(tx, principal, article, Step.REJECTED, reason, in_review=False)

    async def _review(
        self,
        tx: Transaction,
        principal: Principal,
        article: ManagedArticle,
        step: Step,
        reason: str,
        *,
        in_review: bool,
    ) -> ManagedArticle:
        draft = _draft_of(article)
        if draft.in_review == in_review:
            return article
        await repository.save_draft(
            tx, principal.tenant_id, article.id, draft.model_copy(update={"in_review": in_review})
        )
        return await self._note(tx, principal, article.id, step, draft.based_on, reason)

    # --- what is found ---

    async def publish(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        *,
        reason: str = "",
        edit: int | None = None,
    ) -> ManagedArticle:
        """The draft is found from now on. Raises `AnotherMustReview` where the company wants somebody else than its author to
        publish it, and after a review; `ArticleChanged` where another version was published since it was written."""
        article = await self._locked(tx, principal, article_id, edit)
        if article.draft is None and article.status is ArticleStatus.PUBLISHED:
            return article
        draft = _draft_of(article)
        if await self._needs_another(principal) and (not draft.in_review or draft.author == principal.actor):
            raise AnotherMustReview
        published = article.current.version if article.current else None
        if draft.based_on != published:
            raise ArticleChanged(
                f"Version {published} was published since the draft was written: compare them, and change the draft first."
            )
        signature = Signature(principal.actor, reason or draft.reason, draft.author)
        await self._publishing.publish(tx, principal.tenant_id, article_id, draft.content, signature)
        await repository.delete_draft(tx, principal.tenant_id, article_id)
        return await self.get(tx, principal.tenant_id, article_id)

    async def archive(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        *,
        reason: str = "",
        edit: int | None = None,
    ) -> ManagedArticle:
        """It is found no more. Its versions stay, and a draft beside it too."""
        article = await self._locked(tx, principal, article_id, edit)
        if article.current is None:
            raise StepNotPossible("It was never published: discard the draft instead.")
        if article.status is not ArticleStatus.ARCHIVED:
            await self._publishing.archive(tx, principal.tenant_id, article.key, by=principal.actor, reason=reason)
        return await self.get(tx, principal.tenant_id, article_id)

    async def restore(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        version: int,
        *,
        reason: str,
        edit: int | None = None,
    ) -> ManagedArticle:
        """A version's text becomes the newest version, also of an archived article; whom it is for and how long it is valid stay as
        they are now. Where the company wants a review, it becomes a draft in review."""
        article = await self._locked(tx, principal, article_id, edit)
        found = await repository.version(tx, principal.tenant_id, article_id, version)
        if found is None or article.current is None:
            raise InvalidInput(f"`version`: the article has no version {version}.")
        content = as_draft(with_text(article.current, found))
        if not await self._needs_another(principal):
            signature = Signature(principal.actor, reason)
            await self._publishing.publish(tx, principal.tenant_id, article_id, content, signature, Step.RESTORED)
            return await self.get(tx, principal.tenant_id, article_id)
        if article.draft is not None and article.draft.content != content:
            raise StepNotPossible("There is a draft already: publish or discard it first.")
        await self._save_draft(tx, principal, article_id, content, article.current.version, reason, in_review=True)
        return await self._note(tx, principal, article_id, Step.SUBMITTED, version, reason)

    async def validate(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        *,
        review_due: date | None = None,
        reason: str = "",
        edit: int | None = None,
    ) -> ManagedArticle:
        """Somebody has looked at what is published, and it is right. `review_due`: when to look again; None: as often as the
        article itself says."""
        article = await self._locked(tx, principal, article_id, edit)
        if article.status is not ArticleStatus.PUBLISHED:
            raise StepNotPossible("Only what is published can be validated.")
        today = self._clock.now().date()
        if review_due is not None and review_due <= today:
            raise InvalidInput(f"`review_due`: it must be later than today, {today}.")
        await repository.validate(tx, principal.tenant_id, article_id, on=today, review_due=review_due)
        version = article.current.version if article.current else None
        return await self._note(tx, principal, article_id, Step.VALIDATED, version, reason)

    # --- what all steps share ---

    async def _locked(
        self, tx: Transaction, principal: Principal, article_id: ArticleId, edit: int | None
    ) -> ManagedArticle:
        await lock_revision(tx, principal.tenant_id)
        article = await self.get(tx, principal.tenant_id, article_id)
        if edit is not None and edit != article.edit:
            raise ArticleChanged(
                f"The article is at edit {article.edit} by now, not at {edit}: read it again, then repeat your change."
            )
        return article

    async def _needs_another(self, principal: Principal) -> bool:
        return (await self._companies.get(principal.tenant_id)).profile.knowledge.review_by_another

    async def _save_draft(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        content: ArticleDraft,
        based_on: int | None,
        reason: str,
        *,
        in_review: bool = False,
    ) -> None:
        draft = OpenDraft(
            content=content,
            based_on=based_on,
            in_review=in_review,
            author=principal.actor,
            reason=reason,
            updated_at=self._clock.now(),
        )
        await repository.save_draft(tx, principal.tenant_id, article_id, draft)

    async def _note(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        step: Step,
        version: int | None,
        reason: str,
        changes: Changes | None = None,
    ) -> ManagedArticle:
        """Writes the step down. What the article is after it."""
        await self._save_step(tx, principal, article_id, step, version, reason, changes)
        return await self.get(tx, principal.tenant_id, article_id)

    async def _save_step(
        self,
        tx: Transaction,
        principal: Principal,
        article_id: ArticleId,
        step: Step,
        version: int | None,
        reason: str,
        changes: Changes | None = None,
    ) -> None:
        await repository.save_step(
            tx,
            principal.tenant_id,
            article_id,
            step,
            version=version,
            actor=principal.actor,
            reason=reason,
            changes=changes or {},
            at=self._clock.now(),
        )


def _draft_of(article: ManagedArticle) -> OpenDraft:
    if article.draft is None:
        raise StepNotPossible("The article has no draft: change it first.")
    return article.draft
