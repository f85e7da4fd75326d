"""`casewright knowledge gaps …` on a company in a real database."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from casewright.assembly import Parts
from casewright.content import install_folder
from casewright.conversations.models import Part
from casewright.kit.principal import system
from casewright.tenants.models import Tenant
from tests.cli.test_company import Casewright, casewright, installation, parts, skeleton

__all__ = ["casewright", "installation", "parts"]

SHOP = "lamp-shop"
QUESTION = "Which carbon offset do you buy for your warehouses?"


@pytest.fixture(scope="module")
async def shop(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    return await install_folder(parts, skeleton(tmp_path_factory.mktemp("lamps") / SHOP, SHOP))


async def ask(parts: Parts, shop: Tenant) -> None:
    key, _ = await parts.conversations.open(
        system(shop.id), shop, language="en", time_zone="UTC", page="", consents={}, most_active=10_000,
        greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
    )  # fmt: skip
    await parts.conversations.accept(key, QUESTION, str(uuid4()), 8000)
    await parts.engine.run(key)


@pytest.mark.slow
async def test_topics_are_listed_shown_and_dismissed(casewright: Casewright, parts: Parts, shop: Tenant) -> None:
    await ask(parts, shop)
    await parts.gap_finder.look_through(shop.id)
    (topic,) = json.loads((await casewright("knowledge", "gaps", "--company", SHOP, "--json")).printed)
    assert (topic["state"], topic["figures"]["volume"]) == ("open", 1)
    assert topic["id"] in (await casewright("knowledge", "gaps", "--company", SHOP)).printed
    shown = await casewright("knowledge", "gaps", "show", topic["id"], "--company", SHOP)
    assert QUESTION in shown.printed
    nothing = await casewright("knowledge", "gaps", "draft", topic["id"], "--company", SHOP)
    assert (nothing.exit_code, "Nobody has answered" in nothing.complained) == (2, True)
    dismissed = await casewright(
        "knowledge", "gaps", "dismiss", topic["id"], "--company", SHOP, "--reason", "We buy none."
    )
    assert dismissed.exit_code == 0
    assert "There are none." in (await casewright("knowledge", "gaps", "--company", SHOP)).printed
