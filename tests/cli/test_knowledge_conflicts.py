"""`casewright knowledge conflicts` on a company in a real database."""

import json

import pytest

from casewright.assembly import Parts
from casewright.content import install_folder
from casewright.kit.principal import system
from casewright.knowledge.importing import parse_article
from casewright.tenants.models import Tenant
from tests.cli.test_company import Casewright, casewright, installation, parts, skeleton

__all__ = ["casewright", "installation", "parts"]

SHOP = "refund-shop"
OF_SHOP = ("--company", SHOP)
SENTENCES = {"refunds": "A refund is paid within 14 days.", "refunds-faq": "A refund is paid within 30 days."}


@pytest.fixture(scope="module")
async def shop(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    tenant = await install_folder(parts, skeleton(tmp_path_factory.mktemp("shop") / SHOP, SHOP))
    drafts = [parse_article(f"{key}.md", f"---\ntitle: Refunds\n---\n{text}\n") for key, text in SENTENCES.items()]
    async with parts.database.begin(system(tenant.id)) as tx:
        await parts.publishing.install(tx, tenant.id, drafts)
    await parts.conflict_checks.check(tenant.id)
    return tenant


async def test_conflicts_are_shown_side_by_side_and_settled_with_a_way_back(
    casewright: Casewright, shop: Tenant
) -> None:
    shown = await casewright("knowledge", "conflicts", *OF_SHOP)
    assert (shown.exit_code, "within 14" in shown.printed, "within 30" in shown.printed) == (0, True, True)
    (found,) = json.loads((await casewright("knowledge", "conflicts", *OF_SHOP, "--json")).printed)
    settle = ("knowledge", "conflicts", "resolve", found["id"], "--by", "replace", "--reason", "Billing says so.")
    settled = await casewright(*settle, "--keep", "refunds", *OF_SHOP)
    assert settled.exit_code == 0
    assert "casewright knowledge restore refunds-faq 1 --company refund-shop" in settled.printed
    assert json.loads((await casewright("knowledge", "conflicts", *OF_SHOP, "--json")).printed) == []
    (kept,) = json.loads((await casewright("knowledge", "conflicts", "--all", *OF_SHOP, "--json")).printed)
    assert (kept["state"], kept["resolution"], kept["reason"]) == ("resolved", "replace", "Billing says so.")


async def test_what_is_settled_cannot_be_settled_again(casewright: Casewright, shop: Tenant) -> None:
    found = json.loads((await casewright("knowledge", "conflicts", "--all", *OF_SHOP, "--json")).printed)[0]
    dismissed = ("knowledge", "conflicts", "resolve", found["id"], "--by", "dismiss", "--reason", "None.")
    await casewright(*dismissed, *OF_SHOP)
    again = await casewright(*dismissed, *OF_SHOP)
    assert (again.exit_code, "already" in again.complained) == (2, True)
