"""Each step of an article's life, and who may take it: on the real database and the real encoder."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.errors import InvalidInput
from casewright.kit.principal import Principal, Role, system
from casewright.knowledge.errors import ArticleInvalid
from casewright.knowledge.importing import parse_article
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.lifecycle.comparing import LineState
from casewright.knowledge.lifecycle.errors import (
    AnotherMustReview,
    ArticleChanged,
    ArticleExists,
    ArticleNotFound,
    StepNotPossible,
)
from casewright.knowledge.lifecycle.models import ArticleFilter, ArticleStep, ManagedArticle, Step
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.models import ArticleDraft, ArticleId, ArticleStatus, Audience
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.tenants.models import KnowledgeProfile, Tenant, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from tests.knowledge.conftest import Company

TODAY = date(2026, 11, 23)
NEVER_PUBLISHED = "There is no answer in it yet."
HOW_TO_DESCALE = "How do I remove limescale from the kettle?"


def article(key: str, text: str = "Vinegar removes limescale from the kettle.", **fields: Any) -> ArticleDraft:
    return ArticleDraft(key=key, title="Descale the kettle", body=text, **fields)


@dataclass(frozen=True)
class Editors:
    """A company's people at work on its articles. Each step is a transaction of its own."""

    company: Company
    lifecycle: ArticleLifecycle
    clock: ManualClock
    actor: str = "anna"

    @property
    def principal(self) -> Principal:
        return Principal(tenant_id=self.company.tenant_id, role=Role.OPERATOR, actor=self.actor)

    def as_(self, actor: str) -> "Editors":
        return replace(self, actor=actor)

    async def do(self, step: str, *arguments: Any, **options: Any) -> ManagedArticle:
        async with self.company.database.begin(self.principal) as tx:
            done: ManagedArticle = await getattr(self.lifecycle, step)(tx, self.principal, *arguments, **options)
            return done

    async def published(self, content: ArticleDraft) -> ManagedArticle:
        drafted = await self.do("draft", content)
        return await self.do("publish", drafted.id)

    async def answer(self, question: str = HOW_TO_DESCALE) -> list[str]:
        answer = await self.company.ask(question, min_confidence=0.0)
        return [sentence.text for sentence in answer.sentences]

    async def get(self, article_id: ArticleId) -> ManagedArticle:
        async with self.company.database.begin(self.principal) as tx:
            return await self.lifecycle.get(tx, self.company.tenant_id, article_id)

    async def steps(self, article_id: ArticleId) -> list[ArticleStep]:
        async with self.company.database.begin(self.principal) as tx:
            return await self.lifecycle.steps(tx, self.company.tenant_id, article_id)

    async def keys(self, **wanted: Any) -> list[str]:
        async with self.company.database.begin(self.principal) as tx:
            found, _ = await self.lifecycle.page(tx, self.company.tenant_id, ArticleFilter(**wanted))
        return [one.key for one in found]


@pytest.fixture
def editors(empty_company: Company, encoder: Encoder, tenants: TenantService) -> Editors:
    clock = ManualClock(datetime.combine(TODAY, datetime.min.time(), UTC))
    publishing = Publishing(encoder, clock)
    company = replace(empty_company, publishing=publishing, service=KnowledgeService(encoder, clock))
    return Editors(company, ArticleLifecycle(publishing, tenants, clock), clock)


async def wants_reviews(tenants: TenantService, editors: Editors) -> None:
    tenant: Tenant = await tenants.get(editors.company.tenant_id)
    profile = TenantProfile(knowledge=KnowledgeProfile(review_by_another=True))
    await tenants.save(tenant.slug, tenant.name, profile)


# --- draft → review → published → archived ---


async def test_a_draft_is_not_found_before_it_is_published(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"))
    assert drafted.status is ArticleStatus.DRAFT
    assert await editors.answer() == []
    submitted = await editors.do("submit", drafted.id)
    assert submitted.status is ArticleStatus.REVIEW
    assert await editors.answer() == []
    published = await editors.do("publish", drafted.id)
    assert (published.status, published.draft) == (ArticleStatus.PUBLISHED, None)
    assert await editors.answer() == ["Vinegar removes limescale from the kettle."]


async def test_what_is_found_is_the_published_version_while_a_newer_draft_waits(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    changed = await editors.do("change", kettle.id, article("kettle", "Citric acid removes limescale from the kettle."))
    assert (changed.status, changed.draft and changed.draft.based_on) == (ArticleStatus.PUBLISHED, 1)
    assert await editors.answer() == ["Vinegar removes limescale from the kettle."]
    await editors.do("publish", kettle.id)
    assert await editors.answer() == ["Citric acid removes limescale from the kettle."]


async def test_what_is_rejected_goes_back_to_its_author_with_the_reason(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"))
    await editors.do("submit", drafted.id)
    rejected = await editors.as_("berta").do("reject", drafted.id, reason="It says nothing of safety.")
    assert rejected.status is ArticleStatus.DRAFT
    last = (await editors.steps(drafted.id))[0]
    assert (last.step, last.actor, last.reason) == (Step.REJECTED, "berta", "It says nothing of safety.")


async def test_a_change_to_what_is_in_review_has_to_be_submitted_again(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"))
    await editors.do("submit", drafted.id)
    changed = await editors.do("change", drafted.id, article("kettle", "Another text."))
    assert changed.status is ArticleStatus.DRAFT


async def test_what_is_archived_is_found_no_more_and_can_be_restored(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    archived = await editors.do("archive", kettle.id, reason="We sell none any more.")
    assert archived.status is ArticleStatus.ARCHIVED
    assert await editors.answer() == []
    restored = await editors.do("restore", kettle.id, 1, reason="We do again.")
    assert (restored.status, restored.current and restored.current.version) == (ArticleStatus.PUBLISHED, 2)
    assert await editors.answer() == ["Vinegar removes limescale from the kettle."]


async def test_a_discarded_draft_leaves_what_is_published_as_it_is(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    await editors.do("change", kettle.id, article("kettle", "Another text."))
    left = await editors.do("discard", kettle.id)
    assert (left.draft, left.current and left.current.version) == (None, 1)


async def test_discarding_a_draft_that_was_never_published_leaves_nothing(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"))
    assert await editors.do("discard", drafted.id) is None
    with pytest.raises(ArticleNotFound):
        await editors.get(drafted.id)
    assert await editors.keys() == []


async def test_a_step_that_is_done_already_changes_nothing(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"))
    assert (await editors.do("draft", article("kettle"))).edit == drafted.edit
    for step in ("submit", "publish", "archive"):
        once = await editors.do(step, drafted.id)
        assert (await editors.do(step, drafted.id)).edit == once.edit


@pytest.mark.parametrize("step", ["submit", "publish"])
async def test_without_a_draft_there_is_nothing_to_submit_or_to_publish(editors: Editors, step: str) -> None:
    kettle = await editors.published(article("kettle"))
    await editors.do("archive", kettle.id)
    with pytest.raises(StepNotPossible, match="no draft"):
        await editors.do(step, kettle.id)


async def test_what_was_never_published_cannot_be_archived_or_validated(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"))
    for step in ("archive", "validate"):
        with pytest.raises(StepNotPossible):
            await editors.do(step, drafted.id)


async def test_a_draft_must_be_an_article(editors: Editors) -> None:
    with pytest.raises(ArticleInvalid, match="small letters"):
        await editors.do("draft", article("Kettle!"))
    assert await editors.keys() == []


async def test_a_key_is_given_once_and_for_good(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    with pytest.raises(ArticleExists):
        await editors.do("draft", article("kettle", "Another text."))
    with pytest.raises(InvalidInput, match="for good"):
        await editors.do("change", kettle.id, article("lamp"))


# --- who may do it ---


async def test_where_the_company_wants_it_the_author_cannot_publish_alone(
    editors: Editors, tenants: TenantService
) -> None:
    await wants_reviews(tenants, editors)
    drafted = await editors.do("draft", article("kettle"))
    with pytest.raises(AnotherMustReview):
        await editors.as_("berta").do("publish", drafted.id)
    await editors.do("submit", drafted.id)
    with pytest.raises(AnotherMustReview):
        await editors.do("publish", drafted.id)
    published = await editors.as_("berta").do("publish", drafted.id)
    assert published.status is ArticleStatus.PUBLISHED


async def test_where_the_company_wants_it_restoring_waits_for_a_review(
    editors: Editors, tenants: TenantService
) -> None:
    kettle = await editors.published(article("kettle"))
    await editors.do("change", kettle.id, article("kettle", "Citric acid removes limescale from the kettle."))
    await editors.do("publish", kettle.id)
    await wants_reviews(tenants, editors)
    restored = await editors.do("restore", kettle.id, 1, reason="It was right.")
    assert restored.draft and restored.draft.in_review
    assert await editors.answer() == ["Citric acid removes limescale from the kettle."]
    await editors.as_("berta").do("publish", kettle.id)
    assert await editors.answer() == ["Vinegar removes limescale from the kettle."]


async def test_another_company_has_no_such_article(editors: Editors, stranger: Principal) -> None:
    kettle = await editors.published(article("kettle"))
    async with editors.company.database.begin(stranger) as tx:
        assert await editors.lifecycle.page(tx, stranger.tenant_id, ArticleFilter()) == ([], None)
        for look in (editors.lifecycle.get, editors.lifecycle.versions, editors.lifecycle.steps):
            with pytest.raises(ArticleNotFound):
                await look(tx, stranger.tenant_id, kettle.id)
        for step in ("submit", "publish", "archive", "validate", "discard"):
            with pytest.raises(ArticleNotFound):
                await getattr(editors.lifecycle, step)(tx, stranger, kettle.id)


# --- lost updates ---


async def test_a_change_to_what_somebody_else_has_changed_is_refused(editors: Editors) -> None:
    seen = await editors.do("draft", article("kettle"))
    await editors.as_("berta").do("change", seen.id, article("kettle", "Berta's text."))
    with pytest.raises(ArticleChanged, match="read it again"):
        await editors.do("change", seen.id, article("kettle", "Anna's text."), edit=seen.edit)
    kept = await editors.get(seen.id)
    assert kept.draft and kept.draft.content.body == "Berta's text."


async def test_of_two_changes_at_once_one_is_refused(editors: Editors) -> None:
    seen = await editors.do("draft", article("kettle"))
    texts = {actor: article("kettle", f"The text of {actor}.") for actor in ("anna", "berta")}
    done = await asyncio.gather(
        *(editors.as_(actor).do("change", seen.id, text, edit=seen.edit) for actor, text in texts.items()),
        return_exceptions=True,
    )
    (changed,) = (one for one in done if isinstance(one, ManagedArticle))
    (refused,) = (one for one in done if isinstance(one, ArticleChanged))
    assert (await editors.get(seen.id)).draft == changed.draft
    assert "read it again" in refused.message


async def test_a_draft_of_an_older_version_is_not_published_over_a_newer_one(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    await editors.do("change", kettle.id, article("kettle", "Anna's text."))
    await editors.company.install(kettle="---\ntitle: Descale the kettle\n---\nThe installed text.")
    with pytest.raises(ArticleChanged, match="Version 2 was published"):
        await editors.do("publish", kettle.id)
    await editors.do("change", kettle.id, article("kettle", "Anna's text, and the installed one."))
    assert (await editors.do("publish", kettle.id)).draft is None


# --- versions ---


async def test_a_version_tells_who_wrote_it_and_why(editors: Editors) -> None:
    drafted = await editors.do("draft", article("kettle"), reason="Customers ask for it.")
    await editors.do("submit", drafted.id)
    await editors.as_("berta").do("publish", drafted.id)
    async with editors.company.database.begin(editors.principal) as tx:
        (version,) = await editors.lifecycle.versions(tx, editors.company.tenant_id, drafted.id)
    assert (version.author, version.reason) == ("anna", "Customers ask for it.")
    assert [(one.step, one.actor) for one in await editors.steps(drafted.id)] == [
        (Step.PUBLISHED, "berta"),
        (Step.SUBMITTED, "anna"),
        (Step.DRAFTED, "anna"),
    ]


async def test_two_versions_are_compared_line_by_line(editors: Editors) -> None:
    kettle = await editors.published(article("kettle", "Fill it.\n\nUse vinegar."))
    await editors.do("change", kettle.id, article("kettle", "Fill it.\n\nUse citric acid.", error_codes=("E1",)))
    await editors.do("publish", kettle.id)
    async with editors.company.database.begin(editors.principal) as tx:
        changes, lines = await editors.lifecycle.compare(tx, editors.company.tenant_id, kettle.id, 1, 2)
    assert changes == {"error_codes": ([], ["E1"])}
    assert [(line.state, line.text) for line in lines] == [
        (LineState.SAME, "Fill it."),
        (LineState.SAME, ""),
        (LineState.REMOVED, "Use vinegar."),
        (LineState.ADDED, "Use citric acid."),
    ]


async def test_restoring_a_version_never_shows_it_to_more_people(editors: Editors) -> None:
    kettle = await editors.published(article("kettle", "The public text."))
    hidden = article("kettle", "The internal text.", audience=Audience.INTERNAL)
    await editors.do("change", kettle.id, hidden)
    await editors.do("publish", kettle.id)
    restored = await editors.do("restore", kettle.id, 1, reason="The text was right.")
    assert restored.current and restored.current.body == "The public text."
    assert restored.current.audience is Audience.INTERNAL


async def test_what_became_of_the_particulars_is_part_of_the_history(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    await editors.do("change", kettle.id, article("kettle", audience=Audience.CUSTOMER))
    await editors.do("publish", kettle.id)
    (last, *_) = await editors.steps(kettle.id)
    assert (last.step, last.version, last.changes) == (Step.UPDATED, 1, {"audience": ("public", "customer")})


async def test_a_version_that_is_not_there_is_not_restored(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    with pytest.raises(InvalidInput, match="no version 7"):
        await editors.do("restore", kettle.id, 7, reason="?")


# --- validity, by the clock alone ---


async def test_before_and_after_its_validity_an_article_is_not_found(editors: Editors) -> None:
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=3)
    await editors.published(article("kettle", valid_from=first, valid_until=last))
    found = []
    for _ in range(5):
        found.append(bool(await editors.answer()))
        editors.clock.move(timedelta(days=1))
    assert found == [False, False, True, True, False]


async def test_an_article_that_is_not_valid_does_not_even_shift_what_others_score(editors: Editors) -> None:
    await editors.company.install(
        kettle="---\ntitle: Descale the kettle\n---\nVinegar removes limescale from the kettle.",
        lamp="---\ntitle: Change the bulb\n---\nUnscrew the bulb of the lamp.",
    )
    before = await editors.company.ask(HOW_TO_DESCALE)
    for key, limits in (
        ("old", "valid_until: 2026-11-22"),
        ("new", "valid_from: 2026-11-24"),
        ("draft", "status: draft"),
    ):
        text = f"---\ntitle: Descale the kettle\n{limits}\n---\nVinegar removes limescale from the kettle.\n"
        await editors.company.install(**{key: text})
        after = await editors.company.ask(HOW_TO_DESCALE)
        assert after.confidence == pytest.approx(before.confidence, abs=1e-6), key
        assert [hit.article_id for hit in after.hits] == [hit.article_id for hit in before.hits], key


async def test_an_original_answers_while_its_translation_is_not_valid(editors: Editors) -> None:
    await editors.company.install(
        kettle="---\ntitle: Descale the kettle\n---\nVinegar removes limescale from the kettle.",
        kettle_de="---\ntitle: Wasserkocher entkalken\nlanguage: de\ntranslation_of: kettle\nvalid_until: 2026-11-22\n---\nEssig.",
    )
    answer = await editors.company.ask("Wie entferne ich Kalk im Wasserkocher?", language="de", min_confidence=0.0)
    assert {hit.title for hit in answer.hits} == {"Descale the kettle"}


async def test_what_becomes_valid_is_learned_in_the_background(editors: Editors, encoder: Encoder) -> None:
    learning, database, tenant_id = (
        ArticleLearning(encoder, editors.clock),
        editors.company.database,
        editors.company.tenant_id,
    )
    await editors.company.install(kettle="---\ntitle: Kettle\nvalid_from: 2026-11-25\n---\nVinegar.")
    assert not await learning.catch_up(database, tenant_id)
    editors.clock.move(timedelta(days=3))
    assert await learning.catch_up(database, tenant_id)
    assert not await learning.catch_up(database, tenant_id)


async def test_what_is_published_is_learned_in_the_background(editors: Editors, encoder: Encoder) -> None:
    learning, database, tenant_id = (
        ArticleLearning(encoder, editors.clock),
        editors.company.database,
        editors.company.tenant_id,
    )
    await editors.published(article("kettle"))
    assert await learning.catch_up(database, tenant_id)
    assert not await learning.catch_up(database, tenant_id)


async def test_an_article_cannot_end_before_it_begins(editors: Editors) -> None:
    with pytest.raises(ArticleInvalid, match="not before valid_from"):
        parse_article("kettle.md", "---\ntitle: A\nvalid_from: 2026-11-02\nvalid_until: 2026-11-01\n---\nText.")


# --- reviews that are due ---


async def due(editors: Editors, day: date) -> Sequence[str]:
    return await editors.keys(due_by=day)


async def test_a_review_is_due_on_its_day_until_somebody_validates_the_article(editors: Editors) -> None:
    kettle = await editors.published(article("kettle", review_due=TODAY + timedelta(days=5)))
    await editors.published(article("lamp"))
    assert await due(editors, TODAY) == []
    editors.clock.move(timedelta(days=5))
    assert await due(editors, TODAY + timedelta(days=5)) == ["kettle"]
    validated = await editors.do("validate", kettle.id)
    assert (validated.validated_on, validated.due_on) == (TODAY + timedelta(days=5), None)
    assert await due(editors, TODAY + timedelta(days=500)) == []


async def test_a_review_that_is_due_at_intervals_is_due_again(editors: Editors) -> None:
    kettle = await editors.published(article("kettle", review_every_days=30, checked_on=TODAY))
    assert kettle.due_on == TODAY + timedelta(days=30)
    editors.clock.move(timedelta(days=40))
    validated = await editors.do("validate", kettle.id)
    assert validated.due_on == TODAY + timedelta(days=70)


async def test_who_validates_may_say_when_to_look_again(editors: Editors) -> None:
    kettle = await editors.published(article("kettle"))
    validated = await editors.do("validate", kettle.id, review_due=TODAY + timedelta(days=9))
    assert validated.due_on == TODAY + timedelta(days=9)
    with pytest.raises(InvalidInput, match="later than today"):
        await editors.do("validate", kettle.id, review_due=TODAY)


# --- what files say ---


@pytest.mark.parametrize("status", ["draft", "review"])
async def test_a_file_may_hold_a_draft(editors: Editors, status: str) -> None:
    text = "---\ntitle: Kettle\nstatus: {status}\n---\nVinegar removes limescale from the kettle."
    await editors.company.install(kettle=text.format(status=status))
    assert await editors.keys(status=status) == ["kettle"]
    assert await editors.answer() == []
    await editors.company.install(kettle=text.format(status="published"))
    assert await editors.answer() == ["Vinegar removes limescale from the kettle."]


async def test_a_file_may_archive_an_article(editors: Editors) -> None:
    await editors.published(article("kettle"))
    await editors.company.install(kettle="---\ntitle: Descale the kettle\nstatus: archived\n---\nVinegar.")
    assert await editors.keys(status="archived") == ["kettle"]
    assert await editors.answer() == []


# --- the list ---


async def test_articles_are_listed_by_what_is_known_of_them(editors: Editors) -> None:
    await editors.published(article("kettle", product="Kettle 3000"))
    await editors.published(article("kessel", language="de", audience=Audience.INTERNAL))
    lamp = await editors.do("draft", article("lamp"))
    await editors.do("submit", lamp.id)
    assert await editors.keys() == ["kessel", "kettle", "lamp"]
    assert await editors.keys(status="published") == ["kessel", "kettle"]
    assert await editors.keys(status="review") == ["lamp"]
    assert await editors.keys(language="de") == ["kessel"]
    assert await editors.keys(product="Kettle 3000") == ["kettle"]
    assert await editors.keys(audience="internal") == ["kessel"]


async def test_a_long_list_comes_in_pages(editors: Editors) -> None:
    for key in ("a", "b", "c"):
        await editors.do("draft", article(key))
    async with editors.company.database.begin(editors.principal) as tx:
        tenant_id, everything = editors.company.tenant_id, ArticleFilter()
        first, after = await editors.lifecycle.page(tx, tenant_id, everything, most=2)
        assert after is not None
        second, end = await editors.lifecycle.page(tx, tenant_id, everything, after, most=2)
    assert ([one.key for one in first], [one.key for one in second], end) == (["a", "b"], ["c"], None)


async def test_steps_cannot_be_changed_afterwards(editors: Editors) -> None:
    await editors.published(article("kettle"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with editors.company.database.begin(system(editors.company.tenant_id)) as tx:
            await tx.execute("delete from article_step")
