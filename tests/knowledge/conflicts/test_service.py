"""Articles that disagree, from being published to being settled: on the real database and the real encoder."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.kit.principal import Assurance, Principal, Role
from casewright.knowledge.conflicts.checking import Checked, ConflictChecks
from casewright.knowledge.conflicts.errors import ConflictNotFound, ConflictSettled, NotResolvable
from casewright.knowledge.conflicts.models import (
    ConflictAnnounced,
    ConflictKind,
    ConflictState,
    KnownConflict,
    Resolution,
    Severity,
)
from casewright.knowledge.conflicts.service import Conflicts
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.lifecycle.errors import AnotherMustReview
from casewright.knowledge.lifecycle.models import ManagedArticle
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.models import ArticleDraft, ArticleId, ArticleStatus, Audience, CitedSentence
from casewright.knowledge.publishing import Publishing
from casewright.tenants.models import ConflictPolicy, Decider, KnowledgeProfile, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from tests.knowledge.conftest import Company

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OURS, THEIRS = "A refund is paid within 14 days.", "A refund is paid within 30 days."


@dataclass
class Announced:
    """Who would be told, in the place of webhooks."""

    payloads: list[Model] = field(default_factory=list)

    async def announce(self, tx: Transaction, tenant_id: TenantId, kind: str, payload: Model) -> None:
        self.payloads.append(payload)


@dataclass(frozen=True)
class Desk:
    """A company's people who look after its articles, and the worker that checks them."""

    company: Company
    articles: ArticleLifecycle
    conflicts: Conflicts
    checks: ConflictChecks
    announced: Announced
    tenants: TenantService

    @property
    def principal(self) -> Principal:
        return Principal(tenant_id=self.company.tenant_id, role=Role.OPERATOR, actor="anna")

    async def publish(self, key: str, body: str, **particulars: Any) -> ManagedArticle:
        content = ArticleDraft(key=key, title=particulars.pop("title", "Refunds"), body=body, **particulars)
        async with self.company.database.begin(self.principal) as tx:
            drafted = await self.articles.draft(tx, self.principal, content)
            return await self.articles.publish(tx, self.principal, drafted.id)

    async def change(self, article: ManagedArticle, body: str) -> None:
        async with self.company.database.begin(self.principal) as tx:
            known = await self.articles.get(tx, self.company.tenant_id, article.id)
            content = known.newest.model_copy(update={"body": body})
            await self.articles.change(tx, self.principal, article.id, content)
            await self.articles.publish(tx, self.principal, article.id)

    async def do(self, step: str, *arguments: Any, **options: Any) -> Any:
        async with self.company.database.begin(self.principal) as tx:
            return await getattr(self.articles, step)(tx, self.principal, *arguments, **options)

    async def get(self, article: ManagedArticle | ArticleId) -> ManagedArticle:
        article_id = article if not isinstance(article, ManagedArticle) else article.id
        async with self.company.database.begin(self.principal) as tx:
            return await self.articles.get(tx, self.company.tenant_id, article_id)

    async def check(self) -> Checked:
        return await self.checks.check(self.company.tenant_id)

    async def found(self, state: ConflictState | None = ConflictState.OPEN) -> list[KnownConflict]:
        async with self.company.database.begin(self.principal) as tx:
            items, _ = await self.conflicts.page(tx, self.company.tenant_id, state)
        return list(items)

    async def resolve(self, conflict: KnownConflict, resolution: Resolution, **options: Any) -> KnownConflict:
        async with self.company.database.begin(self.principal) as tx:
            return await self.conflicts.resolve(
                tx, self.principal, conflict.id, resolution, reason="asked billing", **options
            )

    async def dismiss(self, conflict: KnownConflict) -> KnownConflict:
        async with self.company.database.begin(self.principal) as tx:
            return await self.conflicts.dismiss(tx, self.principal, conflict.id, reason="two kinds of refunds")

    async def disagreeing(self, article: ManagedArticle, text: str, assurance: Assurance) -> list[str]:
        cited = CitedSentence(text=text, kind="text", article_id=article.id, version=1, title="Refunds")
        async with self.company.database.begin(self.principal) as tx:
            found = await self.conflicts.disagreements(tx, self.company.tenant_id, [cited], assurance)
        return [one.text for one in found]

    async def decides(self, **policy: Any) -> None:
        tenant = await self.tenants.get(self.company.tenant_id)
        knowledge = KnowledgeProfile(conflicts=ConflictPolicy(**policy))
        await self.tenants.save(tenant.slug, tenant.name, TenantProfile(knowledge=knowledge))


@pytest.fixture
def desk(empty_company: Company, encoder: Encoder, tenants: TenantService) -> Desk:
    clock = ManualClock(NOW)
    reader, announced = StatementReader(encoder.encode_batch), Announced()
    articles = ArticleLifecycle(Publishing(encoder, clock), tenants, clock)
    conflicts = Conflicts(empty_company.database, articles, tenants, reader, clock)
    checks = ConflictChecks(empty_company.database, reader, announced, conflicts, clock)
    return Desk(empty_company, articles, conflicts, checks, announced, tenants)


async def disagreeing(desk: Desk, one: str = OURS, other: str = THEIRS, **particulars: Any) -> KnownConflict:
    """Two articles that are published, of which the second was the last."""
    await desk.publish("refunds", one, **particulars)
    await desk.check()
    await desk.publish("refunds-faq", other, **particulars)
    await desk.check()
    (conflict,) = await desk.found()
    return conflict


# --- finding ---


async def test_what_was_published_is_checked_against_all_that_is_there(desk: Desk) -> None:
    found = await disagreeing(desk)
    assert (found.one.text, found.other.text) == (THEIRS, OURS)
    assert (found.one.article, found.other.article) == ("refunds-faq", "refunds")
    assert (found.kind, found.severity) == (ConflictKind.FACTUAL, Severity.HIGH)
    assert [one[1][-2:] for one in found.differing] == ["14"]


async def test_a_conflict_is_found_once_and_told_to_subscribers_without_a_word_of_it(desk: Desk) -> None:
    found = await disagreeing(desk)
    assert await desk.check() == Checked()
    (told,) = desk.announced.payloads
    assert isinstance(told, ConflictAnnounced)
    assert (told.conflict_id, told.path) == (found.id, f"/v1/knowledge/conflicts/{found.id}")
    assert "refund" not in told.model_dump_json()


async def test_articles_published_together_are_checked_against_each_other(desk: Desk) -> None:
    await desk.publish("refunds", OURS)
    await desk.publish("refunds-faq", THEIRS)
    assert await desk.check() == Checked(articles=2, found=1)


async def test_a_conflict_closes_by_itself_when_a_side_changes_and_is_kept_as_history(desk: Desk) -> None:
    found = await disagreeing(desk)
    await desk.change(await desk.get(found.other.article_id), THEIRS)
    assert (await desk.check()).closed == 1
    assert await desk.found() == []
    (kept,) = await desk.found(None)
    assert (kept.id, kept.state) == (found.id, ConflictState.CLOSED)


async def test_a_conflict_stays_when_a_side_changes_elsewhere(desk: Desk) -> None:
    found = await disagreeing(desk)
    await desk.change(await desk.get(found.one.article_id), f"{THEIRS}\n\nThe team in Lyon pays it.")
    await desk.check()
    (same,) = await desk.found()
    assert (same.id, same.one.version) == (found.id, 2)


async def test_a_conflict_closes_when_an_article_is_archived(desk: Desk) -> None:
    found = await disagreeing(desk)
    await desk.do("archive", found.one.article_id)
    assert (await desk.check()).closed == 1
    assert await desk.found() == []


async def test_drafts_are_compared_with_nothing(desk: Desk) -> None:
    await desk.publish("refunds", OURS)
    async with desk.company.database.begin(desk.principal) as tx:
        await desk.articles.draft(tx, desk.principal, ArticleDraft(key="draft", title="Refunds", body=THEIRS))
    assert (await desk.check()).found == 0


async def test_articles_that_mostly_repeat_each_other_are_near_duplicates(desk: Desk) -> None:
    text = "Ask for a refund in the portal.\n\nA person decides about it.\n\nThe money goes to your bank account."
    found = await disagreeing(desk, text, f"{text}\n\nLyon pays it out.")
    assert (found.kind, found.severity, found.probability) == (ConflictKind.DUPLICATE, Severity.LOW, 1.0)


async def test_another_company_sees_nothing(desk: Desk, brueckner: Company) -> None:
    found = await disagreeing(desk)
    async with brueckner.database.begin(
        Principal(tenant_id=brueckner.tenant_id, role=Role.OPERATOR, actor="bert")
    ) as tx:
        page, _ = await desk.conflicts.page(tx, brueckner.tenant_id, None)
        assert found.id not in {one.id for one in page}
        with pytest.raises(ConflictNotFound):
            await desk.conflicts.get(tx, brueckner.tenant_id, found.id)
        # Row-level security, without the condition in the query.
        assert await tx.fetchval("select count(*) from knowledge_conflict where id = $1", found.id) == 0


# --- settling ---


async def test_replace_puts_the_kept_sentence_in_the_place_of_the_other(desk: Desk) -> None:
    found = await disagreeing(desk, f"Ask us.\n\n{OURS}\n\nWe pay by bank.", THEIRS)
    resolved = await desk.resolve(found, Resolution.REPLACE, kept=found.one.article_id)
    other = await desk.get(found.other.article_id)
    assert other.current is not None
    assert (other.current.body, other.current.version) == (f"Ask us.\n\n{THEIRS}\n\nWe pay by bank.", 2)
    assert (resolved.state, resolved.resolution) == (ConflictState.RESOLVED, Resolution.REPLACE)
    assert (resolved.settled_by, resolved.reason) == ("anna", "asked billing")
    assert (await desk.check()).found == 0


async def test_version_keeps_the_one_and_archives_the_other(desk: Desk) -> None:
    found = await disagreeing(desk)
    await desk.resolve(found, Resolution.VERSION, kept=found.one.article_id)
    assert (await desk.get(found.other.article_id)).status is ArticleStatus.ARCHIVED
    assert (await desk.get(found.one.article_id)).status is ArticleStatus.PUBLISHED


async def test_merge_takes_over_what_only_the_other_says(desk: Desk) -> None:
    found = await disagreeing(
        desk,
        f"{OURS}\n\n## How to ask\n\nOpen a case with the category Billing.",
        f"{THEIRS}\n\nThe money goes to your bank account.",
    )
    await desk.resolve(found, Resolution.MERGE, kept=found.one.article_id)
    kept = await desk.get(found.one.article_id)
    assert kept.current is not None
    assert kept.current.body == (
        f"{THEIRS}\n\nThe money goes to your bank account.\n\n## How to ask\n\nOpen a case with the category Billing.\n"
    )
    assert (await desk.get(found.other.article_id)).status is ArticleStatus.ARCHIVED


async def test_reject_takes_the_new_version_back(desk: Desk) -> None:
    ours = await desk.publish("refunds", OURS)
    faq = await desk.publish("refunds-faq", "The team in Lyon pays it out.")
    await desk.check()
    await desk.change(faq, THEIRS)
    await desk.check()
    (found,) = await desk.found()
    await desk.resolve(found, Resolution.REJECT)
    rejected = await desk.get(faq)
    assert rejected.current is not None
    assert (rejected.current.body, rejected.current.version) == ("The team in Lyon pays it out.", 3)
    assert (await desk.get(ours)).edit == ours.edit


async def test_reject_archives_a_new_article(desk: Desk) -> None:
    found = await disagreeing(desk)
    await desk.resolve(found, Resolution.REJECT)
    assert (await desk.get(found.one.article_id)).status is ArticleStatus.ARCHIVED


@pytest.mark.parametrize("resolution", list(Resolution))
async def test_restoring_what_a_resolution_names_brings_all_of_it_back(desk: Desk, resolution: Resolution) -> None:
    found = await disagreeing(desk, f"{OURS}\n\nOpen a case first.", THEIRS)
    before = {side.article_id: (await desk.get(side.article_id)).newest.body for side in (found.one, found.other)}
    resolved = await desk.resolve(found, resolution)
    assert resolved.done
    for done in resolved.done:
        await desk.do("restore", done.article_id, done.version_before, reason="it was right")
    for article_id, body in before.items():
        article = await desk.get(article_id)
        assert (article.status, article.newest.body) == (ArticleStatus.PUBLISHED, body)
    await desk.check()
    assert len(await desk.found()) == 1


async def test_what_was_dismissed_is_not_found_again(desk: Desk) -> None:
    found = await disagreeing(desk)
    assert (await desk.dismiss(found)).state is ConflictState.DISMISSED
    await desk.change(await desk.get(found.one.article_id), f"{THEIRS}\n\nLyon pays it out.")
    await desk.check()
    assert await desk.found() == []
    with pytest.raises(ConflictSettled):
        await desk.resolve(found, Resolution.MERGE)


async def test_an_article_with_a_draft_is_not_overwritten(desk: Desk) -> None:
    found = await disagreeing(desk)
    content = (await desk.get(found.other.article_id)).newest.model_copy(update={"body": "Ask us."})
    await desk.do("change", found.other.article_id, content)
    with pytest.raises(NotResolvable, match="has a draft"):
        await desk.resolve(found, Resolution.REPLACE, kept=found.one.article_id)
    assert len(await desk.found()) == 1


async def test_where_the_company_wants_reviews_nothing_is_done_without_one(desk: Desk) -> None:
    found = await disagreeing(desk)
    tenant = await desk.tenants.get(desk.company.tenant_id)
    reviewed = TenantProfile(knowledge=KnowledgeProfile(review_by_another=True))
    await desk.tenants.save(tenant.slug, tenant.name, reviewed)
    with pytest.raises(AnotherMustReview):
        await desk.resolve(found, Resolution.REPLACE, kept=found.one.article_id)
    assert (await desk.get(found.other.article_id)).draft is None


# --- by rule ---


async def test_by_default_a_person_decides(desk: Desk) -> None:
    await disagreeing(desk, checked_on=date(2026, 1, 1))
    assert len(await desk.found()) == 1


async def test_by_rule_the_more_credible_source_is_kept(desk: Desk) -> None:
    await desk.decides(decided_by=Decider.RULES, source_credibility={"https://forum.": 0.5})
    await desk.publish("refunds", OURS, source="https://forum.example.com/1")
    await desk.publish("refunds-faq", THEIRS, source="https://help.example.com/1")
    await desk.check()
    (settled,) = await desk.found(None)
    assert (settled.resolution, settled.settled_by) == (Resolution.REPLACE, "conflict rules")
    assert "more credible" in settled.reason
    (weaker,) = (side for side in (settled.one, settled.other) if side.article == "refunds")
    assert (await desk.get(weaker.article_id)).newest.body == THEIRS


async def test_by_rule_what_was_checked_later_is_kept(desk: Desk) -> None:
    await desk.decides(decided_by=Decider.RULES)
    await desk.publish("refunds", OURS, checked_on=date(2026, 11, 1))
    await desk.publish("refunds-faq", THEIRS, checked_on=date(2026, 1, 1))
    await desk.check()
    (settled,) = await desk.found(None)
    kept = await desk.get(settled.kept or settled.one.article_id)
    assert (kept.key, settled.state) == ("refunds", ConflictState.RESOLVED)


async def test_what_the_rules_cannot_decide_waits_for_a_person(desk: Desk) -> None:
    await desk.decides(decided_by=Decider.RULES)
    found = await disagreeing(desk, checked_on=date(2026, 1, 1))
    assert found.state is ConflictState.OPEN


# --- answers ---


async def test_an_answer_learns_what_another_article_says_against_it(desk: Desk) -> None:
    found = await disagreeing(desk)
    ours = await desk.get(found.other.article_id)
    assert await desk.disagreeing(ours, OURS, Assurance.ANONYMOUS) == [THEIRS]
    assert await desk.disagreeing(ours, "Ask us.", Assurance.ANONYMOUS) == []


async def test_an_asker_learns_nothing_of_an_article_that_is_not_for_them(desk: Desk) -> None:
    ours = await desk.publish("refunds", OURS)
    await desk.publish("refunds-inside", THEIRS, audience=Audience.CUSTOMER)
    await desk.check()
    assert await desk.disagreeing(ours, OURS, Assurance.ANONYMOUS) == []
    assert await desk.disagreeing(ours, OURS, Assurance.VERIFIED) == [THEIRS]


async def test_an_article_that_is_not_valid_today_contradicts_no_answer(desk: Desk) -> None:
    ours = await desk.publish("refunds", OURS)
    await desk.publish("refunds-old", THEIRS, valid_until=(NOW - timedelta(days=1)).date())
    await desk.check()
    assert await desk.disagreeing(ours, OURS, Assurance.ANONYMOUS) == []
