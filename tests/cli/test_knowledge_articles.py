"""`casewright knowledge history|restore|reindex|stats|ask` on a company in a real database."""

import json
from pathlib import Path

import pytest

from casewright.assembly import Parts
from casewright.content import install_folder
from casewright.kit.principal import system
from casewright.knowledge.importing import parse_article
from casewright.tenants.models import Tenant
from tests.cli.test_company import Casewright, casewright, installation, parts, skeleton

__all__ = ["casewright", "installation", "parts"]

SHOP = "kettle-shop"
HOW_TO_DESCALE = "How do I remove limescale from the kettle?"
OF_SHOP = ("--company", SHOP)


@pytest.fixture(scope="module")
async def shop(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    tenant = await install_folder(parts, skeleton(tmp_path_factory.mktemp("shop") / SHOP, SHOP))
    for text in ("Vinegar removes limescale.\n\nRinse it twice.", "Citric acid removes limescale.\n\nRinse it twice."):
        async with parts.database.begin(system(tenant.id)) as tx:
            kettle = parse_article(
                "kettle.md", f"---\ntitle: Descale the kettle\nreview_due: 2026-01-02\n---\n{text}\n"
            )
            await parts.publishing.install(tx, tenant.id, [kettle], by="company install", reason="It smells.")
    return tenant


async def test_the_history_of_an_article_tells_who_changed_what_and_why(casewright: Casewright, shop: Tenant) -> None:
    told = await casewright("knowledge", "history", "kettle", *OF_SHOP, "--diff")
    assert told.exit_code == 0
    assert told.printed.count("company install") == 2
    assert "It smells." in told.printed
    assert "- Vinegar removes limescale.\n+ Citric acid removes limescale.\n" in told.printed
    assert "  Rinse it twice.\n" in told.printed
    as_json = json.loads((await casewright("knowledge", "history", "kettle", *OF_SHOP, "--json")).printed)
    assert [one["version"] for one in as_json["versions"]] == [2, 1]
    assert [one["step"] for one in as_json["steps"]] == ["published", "published"]


async def test_a_version_is_restored_and_answers_at_once(casewright: Casewright, parts: Parts, shop: Tenant) -> None:
    restored = await casewright("knowledge", "restore", "kettle", 1, *OF_SHOP, "--reason", "Citric acid is sold out.")
    assert (restored.exit_code, "as version 3" in restored.printed) == (0, True)
    answer = await casewright("knowledge", "ask", HOW_TO_DESCALE, *OF_SHOP)
    assert (answer.exit_code, "Vinegar removes limescale." in answer.printed) == (0, True)
    assert "[Descale the kettle, version 3]" in answer.printed


async def test_a_question_is_asked_as_somebody(casewright: Casewright, parts: Parts, shop: Tenant) -> None:
    text = (
        "---\ntitle: Discounts for dealers\naudience: internal\n---\nDealers of lawn mowers get a discount of 40 %.\n"
    )
    async with parts.database.begin(system(shop.id)) as tx:
        await parts.publishing.install(tx, shop.id, [parse_article("discounts.md", text)])
    question = "What discount do dealers of lawn mowers get?"
    anybody = await casewright("knowledge", "ask", question, *OF_SHOP)
    assert (anybody.exit_code, "40 %" in anybody.printed, "Discounts" in anybody.printed) == (1, False, False)
    operator = await casewright("knowledge", "ask", question, *OF_SHOP, "--assurance", "operator", "--json")
    assert "40 %" in json.loads(operator.printed)["sentences"][0]["text"]


async def test_statistics_name_what_is_due(casewright: Casewright, shop: Tenant) -> None:
    told = await casewright("knowledge", "stats", *OF_SHOP)
    assert told.exit_code == 0
    assert "kettle" in told.printed.partition("to be looked at again")[2]
    found = json.loads((await casewright("knowledge", "stats", *OF_SHOP, "--json")).printed)
    assert (found["due"], found["due_articles"]) == (1, [{"key": "kettle", "due_on": "2026-01-02"}])


async def test_everything_can_be_indexed_anew(casewright: Casewright, parts: Parts, shop: Tenant) -> None:
    async with parts.database.begin(system(shop.id)) as tx:
        before = {row["id"] for row in await tx.fetch("select id from passage where tenant_id = $1", shop.id)}
    done = await casewright("knowledge", "reindex", *OF_SHOP)
    assert (done.exit_code, "indexed anew" in done.printed) == (0, True)
    async with parts.database.begin(system(shop.id)) as tx:
        after = {row["id"] for row in await tx.fetch("select id from passage where tenant_id = $1", shop.id)}
    assert (len(after), after & before) == (len(before), set())


async def test_an_article_that_is_not_there_is_named(casewright: Casewright, shop: Tenant, tmp_path: Path) -> None:
    missing = await casewright("knowledge", "history", "lamp", *OF_SHOP)
    assert (missing.exit_code, 'There is no article "lamp".' in missing.complained) == (2, True)
