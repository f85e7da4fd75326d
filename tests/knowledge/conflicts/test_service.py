"""Articles that disagree, from being published to being settled: on the real database and the real encoder."""

from datetime import date, timedelta

import pytest

from casewright.kit.principal import Assurance, Principal, Role
from casewright.knowledge.conflicts.checking import Checked
from casewright.knowledge.conflicts.errors import ConflictNotFound, ConflictSettled, NotResolvable
from casewright.knowledge.conflicts.models import (
    ConflictAnnounced,
    ConflictKind,
    ConflictState,
    Resolution,
    Severity,
)
from casewright.knowledge.lifecycle.errors import AnotherMustReview
from casewright.knowledge.models import ArticleDraft, ArticleStatus, Audience
from casewright.tenants.models import Decider, KnowledgeProfile, TenantProfile
from tests.knowledge.conflicts.conftest import NOW, OURS, THEIRS, Desk, two_disagreeing
from tests.knowledge.conftest import Company

# --- finding ---


async def test_what_was_published_is_checked_against_all_that_is_there(desk: Desk) -> None:
    found = await two_disagreeing(desk)
    assert (found.one.text, found.other.text) == (THEIRS, OURS)
    assert (found.one.article, found.other.article) == ("refunds-faq", "refunds")
    assert (found.kind, found.severity) == (ConflictKind.FACTUAL, Severity.HIGH)
    assert [one[1][-2:] for one in found.differing] == ["14"]


async def test_a_conflict_is_found_once_and_told_to_subscribers_without_a_word_of_it(desk: Desk) -> None:
    found = await two_disagreeing(desk)
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
    found = await two_disagreeing(desk)
    await desk.change(await desk.get(found.other.article_id), THEIRS)
    assert (await desk.check()).closed == 1
    assert await desk.found() == []
    (kept,) = await desk.found(None)
    assert (kept.id, kept.state) == (found.id, ConflictState.CLOSED)


async def test_a_conflict_stays_when_a_side_changes_elsewhere(desk: Desk) -> None:
    found = await two_disagreeing(desk)
    await desk.change(await desk.get(found.one.article_id), f"{THEIRS}\n\nThe team in Lyon pays it.")
    await desk.check()
    (same,) = await desk.found()
    assert (same.id, same.one.version) == (found.id, 2)


async def test_a_conflict_closes_when_an_article_is_archived(desk: Desk) -> None:
    found = await two_disagreeing(desk)
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
    found = await two_disagreeing(desk, text, f"{text}\n\nLyon pays it out.")
    assert (found.kind, found.severity, found.probability) == (ConflictKind.DUPLICATE, Severity.LOW, 1.0)


async def test_another_company_sees_nothing(desk: Desk, brueckner: Company) -> None:
    found = await two_disagreeing(desk)
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
    found = await two_disagreeing(desk, f"Ask us.\n\n{OURS}\n\nWe pay by bank.", THEIRS)
    resolved = await desk.resolve(found, Resolution.REPLACE, kept=found.one.article_id)
    other = await desk.get(found.other.article_id)
    assert other.current is not None
    assert (other.current.body, other.current.version) == (f"Ask us.\n\n{THEIRS}\n\nWe pay by bank.", 2)
    assert (resolved.state, resolved.resolution) == (ConflictState.RESOLVED, Resolution.REPLACE)
    assert (resolved.settled_by, resolved.reason) == ("anna", "asked billing")
    assert (await desk.check()).found == 0


async def test_version_keeps_the_one_and_archives_the_other(desk: Desk) -> None:
    found = await two_disagreeing(desk)
    await desk.resolve(found, Resolution.VERSION, kept=found.one.article_id)
    assert (await desk.get(found.other.article_id)).status is ArticleStatus.ARCHIVED
    assert (await desk.get(found.one.article_id)).status is ArticleStatus.PUBLISHED


async def test_merge_takes_over_what_only_the_other_says(desk: Desk) -> None:
    found = await two_disagreeing(
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
    found = await two_disagreeing(desk)
    await desk.resolve(found, Resolution.REJECT)
    assert (await desk.get(found.one.article_id)).status is ArticleStatus.ARCHIVED


@pytest.mark.parametrize("resolution", list(Resolution))
async def test_restoring_what_a_resolution_names_brings_all_of_it_back(desk: Desk, resolution: Resolution) -> None:
    found = await two_disagreeing(desk, f"{OURS}\n\nOpen a case first.", THEIRS)
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
    found = await two_disagreeing(desk)
    assert (await desk.dismiss(found)).state is ConflictState.DISMISSED
    await desk.change(await desk.get(found.one.article_id), f"{THEIRS}\n\nLyon pays it out.")
    await desk.check()
    assert await desk.found() == []
    with pytest.raises(ConflictSettled):
        await desk.resolve(found, Resolution.MERGE)


async def test_an_article_with_a_draft_is_not_overwritten(desk: Desk) -> None:
    found = await two_disagreeing(desk)
    content = (await desk.get(found.other.article_id)).newest.model_copy(update={"body": "Ask us."})
    await desk.do("change", found.other.article_id, content)
    with pytest.raises(NotResolvable, match="has a draft"):
        await desk.resolve(found, Resolution.REPLACE, kept=found.one.article_id)
    assert len(await desk.found()) == 1


async def test_where_the_company_wants_reviews_nothing_is_done_without_one(desk: Desk) -> None:
    found = await two_disagreeing(desk)
    tenant = await desk.tenants.get(desk.company.tenant_id)
    reviewed = TenantProfile(knowledge=KnowledgeProfile(review_by_another=True))
    await desk.tenants.save(tenant.slug, tenant.name, reviewed)
    with pytest.raises(AnotherMustReview):
        await desk.resolve(found, Resolution.REPLACE, kept=found.one.article_id)
    assert (await desk.get(found.other.article_id)).draft is None


# --- by rule ---


async def test_by_default_a_person_decides(desk: Desk) -> None:
    await two_disagreeing(desk, checked_on=date(2026, 1, 1))
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
    found = await two_disagreeing(desk, checked_on=date(2026, 1, 1))
    assert found.state is ConflictState.OPEN


# --- answers ---


async def test_an_answer_learns_what_another_article_says_against_it(desk: Desk) -> None:
    found = await two_disagreeing(desk)
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
