"""What goes in, what comes out, and for whom: on the real database and the real encoder."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.kit.clock import ManualClock
from casewright.kit.errors import NotFound
from casewright.kit.principal import Assurance, Principal, system
from casewright.knowledge.importing import parse_article
from casewright.knowledge.models import Article, ArticleId, Question
from casewright.knowledge.publishing import Installed
from casewright.knowledge.service import KnowledgeService
from casewright.tenants.models import Tenant

from .conftest import Company

KETTLE = "---\ntitle: Descale the kettle\naudience: {audience}\n---\nVinegar removes limescale from the kettle.\n"
PUBLIC_KETTLE = KETTLE.format(audience="public")
HOW_TO_DESCALE = "How do I remove limescale from the kettle?"
QUESTION = Question(text=HOW_TO_DESCALE, language="en", assurance=Assurance.ANONYMOUS)


async def _count(company: Company, table: str) -> int:
    async with company.database.begin(system(company.tenant_id)) as tx:
        return int(await tx.fetchval(f"select count(*) from {table} where tenant_id = $1", company.tenant_id))


async def _id_of(company: Company, key: str) -> ArticleId:
    return next(article_id for article_id, its_key in (await company.keys()).items() if its_key == key)


async def test_an_installed_article_answers_in_its_own_words_with_its_source(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)

    answer = await empty_company.ask(HOW_TO_DESCALE)

    (sentence,) = answer.sentences
    assert sentence.text == "Vinegar removes limescale from the kettle."
    assert (sentence.title, sentence.version) == ("Descale the kettle", 1)
    assert answer.confidence >= 0.7
    assert answer.revision == 1


async def test_installing_the_same_again_changes_nothing(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)

    assert await empty_company.install(kettle=PUBLIC_KETTLE) == Installed(unchanged=1)
    assert (await empty_company.ask(HOW_TO_DESCALE)).revision == 1
    assert await _count(empty_company, "article_version") == 1


async def test_a_changed_text_makes_a_new_version_and_the_old_one_is_kept_but_not_searched(
    empty_company: Company,
) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)
    changed = await empty_company.install(kettle=PUBLIC_KETTLE.replace("Vinegar", "Citric acid"))

    answer = await empty_company.ask(HOW_TO_DESCALE)
    assert changed == Installed(revised=1)
    assert [one.text for one in answer.sentences] == ["Citric acid removes limescale from the kettle."]
    assert (answer.sentences[0].version, answer.revision) == (2, 2)
    assert await _count(empty_company, "passage") == 1
    kettle = await _id_of(empty_company, "kettle")
    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        old = await empty_company.service.read(tx, empty_company.tenant_id, kettle, version=1)
    assert old.body == "Vinegar removes limescale from the kettle."


async def test_another_audience_takes_effect_without_a_new_version(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)

    assert await empty_company.install(kettle=KETTLE.format(audience="internal")) == Installed(updated=1)
    assert (await empty_company.ask(HOW_TO_DESCALE)).hits == ()
    (sentence,) = (await empty_company.ask(HOW_TO_DESCALE, internal=True)).sentences
    assert sentence.version == 1


async def test_articles_that_are_not_installed_again_stay(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)
    await empty_company.install(lamp="---\ntitle: Change the bulb\n---\nUnscrew the bulb of the lamp.")

    assert set((await empty_company.keys()).values()) == {"kettle", "lamp"}


async def test_progress_is_told_after_each_article(empty_company: Company) -> None:
    drafts = [parse_article(f"a-{number}.md", PUBLIC_KETTLE) for number in range(3)]
    told: list[tuple[int, int]] = []

    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        await empty_company.publishing.install(
            tx, empty_company.tenant_id, drafts, lambda done, all_: told.append((done, all_))
        )
    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_two_installations_at_once_make_one_article(empty_company: Company) -> None:
    drafts = [parse_article("kettle.md", PUBLIC_KETTLE)]

    async def install() -> Installed:
        async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
            return await empty_company.publishing.install(tx, empty_company.tenant_id, drafts)

    results = await asyncio.gather(install(), install())
    assert sorted(result.added for result in results) == [0, 1]
    assert await _count(empty_company, "article_version") == 1


@pytest.mark.parametrize(
    ("audience", "allowed"),
    [
        ("public", {"anonymous", "verified", "operator"}),
        ("customer", {"verified", "operator"}),
        ("internal", {"operator"}),
    ],
)
async def test_nobody_receives_a_word_a_title_or_a_count_of_what_is_not_for_them(
    empty_company: Company, audience: str, allowed: set[str]
) -> None:
    await empty_company.install(kettle=KETTLE.format(audience=audience))
    answers = {
        "anonymous": await empty_company.ask(HOW_TO_DESCALE, min_confidence=0),
        "verified": await empty_company.ask(HOW_TO_DESCALE, assurance=Assurance.VERIFIED, min_confidence=0),
        "operator": await empty_company.ask(HOW_TO_DESCALE, internal=True, min_confidence=0),
    }

    assert {asker for asker, answer in answers.items() if answer.sentences} == allowed
    for asker in set(answers) - allowed:
        refused = answers[asker]
        assert (refused.sentences, refused.hits, tuple(refused.near), refused.confidence) == ((), (), (), 0.0)


async def test_a_hidden_article_does_not_even_shift_what_others_score(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)
    before = await empty_company.ask(HOW_TO_DESCALE)
    await empty_company.install(secret=KETTLE.format(audience="internal"))

    after = await empty_company.ask(HOW_TO_DESCALE)
    assert (after.confidence, after.hits) == (before.confidence, before.hits)


async def test_reading_an_article_one_may_not_read_is_as_if_it_did_not_exist(empty_company: Company) -> None:
    await empty_company.install(kettle=KETTLE.format(audience="customer"))
    kettle = await _id_of(empty_company, "kettle")

    async def read(assurance: Assurance) -> Article:
        async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
            return await empty_company.service.read(tx, empty_company.tenant_id, kettle, assurance=assurance)

    assert (await read(Assurance.VERIFIED)).title == "Descale the kettle"
    with pytest.raises(NotFound, match="There is no such article"):
        await read(Assurance.CLAIMED)


async def test_another_tenant_finds_nothing(empty_company: Company, other_tenant: Tenant, stranger: Principal) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)
    outsider = replace(empty_company, tenant_id=other_tenant.id)

    assert (await outsider.ask(HOW_TO_DESCALE, min_confidence=0)).hits == ()
    assert not (await outsider.keys()).keys() & (await empty_company.keys()).keys()


async def test_below_the_least_confidence_nothing_is_said_but_what_is_near_is_named(aurora: Company) -> None:
    sure = await aurora.ask("How do I export data?")
    unsure = await aurora.ask("How do I export data?", min_confidence=1.01)

    assert sure.sentences and not sure.near
    assert not unsure.sentences
    assert "Export your data" in [passage.title for passage in unsure.near]


async def test_an_article_that_failed_often_is_trusted_less(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE)
    before = (await empty_company.ask(HOW_TO_DESCALE)).confidence
    kettle = await _id_of(empty_company, "kettle")

    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        await tx.execute("update article set usage_count = 10, failure_count = 10 where id = $1", kettle)
    assert (await empty_company.ask(HOW_TO_DESCALE)).confidence < before


async def test_an_article_that_nobody_checked_for_years_is_trusted_less(empty_company: Company) -> None:
    await empty_company.install(kettle=PUBLIC_KETTLE.replace("audience", "checked_on: 2026-10-01\naudience"))
    question = await empty_company.service.encoded(QUESTION)

    async def confidence_in(year: int) -> float:
        clock = ManualClock(datetime(year, 11, 22, tzinfo=UTC))
        service = KnowledgeService(empty_company.service._encoder, clock)
        async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
            return (await service.answer(tx, empty_company.tenant_id, question)).confidence

    assert await confidence_in(2032) < await confidence_in(2026)


async def test_the_askers_language_is_preferred(empty_company: Company) -> None:
    await empty_company.install(
        kettle=PUBLIC_KETTLE,
        wasserkocher="---\ntitle: Wasserkocher entkalken\nlanguage: de\n---\nEssig entfernt den Kalk im Wasserkocher.",
    )

    german = await empty_company.ask("Wie entferne ich Kalk im Wasserkocher?", language="de")
    english = await empty_company.ask(HOW_TO_DESCALE)
    assert [one.text for one in german.sentences] == ["Essig entfernt den Kalk im Wasserkocher."]
    assert [one.text for one in english.sentences] == ["Vinegar removes limescale from the kettle."]


async def test_a_german_compound_finds_the_words_it_is_made_of(empty_company: Company) -> None:
    await empty_company.install(
        garantie="---\ntitle: Garantie\nlanguage: de\n---\nDie Garantie gilt nicht für Schaden durch Hagel.",
        rechnung="---\ntitle: Rechnung\nlanguage: de\n---\nDie Rechnung kommt mit der Post.",
    )

    best, other = (await empty_company.ask("Hagelschaden", language="de")).hits
    assert best.title == "Garantie"
    assert best.text_score > other.text_score == 0


async def test_the_vector_that_came_with_the_question_is_used(aurora: Company) -> None:
    question = await aurora.service.encoded(QUESTION)

    assert await aurora.service.encoded(question) is question


async def test_a_message_of_a_hundred_thousand_characters_is_taken(aurora: Company) -> None:
    assert not (await aurora.ask("A" * 100_000)).sentences
    assert (await aurora.ask("How do I export data? " + "A" * 100_000)).hits


async def test_an_attack_in_a_question_is_only_text(aurora: Company) -> None:
    articles = len(await aurora.keys())

    assert not (await aurora.ask("'; DROP TABLE article; --")).sentences
    assert len(await aurora.keys()) == articles


@given(text=st.text(max_size=80))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
async def test_any_text_can_be_asked(aurora: Company, text: str) -> None:
    answer = await aurora.ask(text)

    assert 0 <= answer.confidence <= 1
    assert bool(answer.sentences) == (answer.confidence >= 0.7)


async def test_what_an_article_says_of_itself_is_kept(empty_company: Company) -> None:
    text = "---\ntitle: Jam\neditions: [Enterprise]\nerror_codes: [JAM_7]\nrelated: [kettle]\n---\nOpen the flap."
    await empty_company.install(jam=text)

    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        kept = await empty_company.service.read(tx, empty_company.tenant_id, await _id_of(empty_company, "jam"))
    assert (kept.editions, kept.error_codes, kept.related) == (("Enterprise",), ("JAM_7",), ("kettle",))
    assert await empty_company.install(jam=text) == Installed(unchanged=1)


async def test_a_code_that_only_the_front_matter_names_finds_the_article(empty_company: Company) -> None:
    await empty_company.install(
        kettle=PUBLIC_KETTLE, jam="---\ntitle: The printer stands still\nerror_codes: [JAM_7]\n---\nOpen the flap."
    )

    answer = await empty_company.ask("the printer shows JAM_7 and stands still")

    assert [one.title for one in answer.sentences] == ["The printer stands still"]


async def test_an_answer_tells_where_its_article_has_it_from(empty_company: Company) -> None:
    source = "source: https://help.example/kettle\nchecked_on: 2026-10-20\n"
    await empty_company.install(kettle=PUBLIC_KETTLE.replace("audience:", source + "audience:"))

    (sentence,) = (await empty_company.ask(HOW_TO_DESCALE)).sentences

    assert (sentence.source, str(sentence.checked_on)) == ("https://help.example/kettle", "2026-10-20")
