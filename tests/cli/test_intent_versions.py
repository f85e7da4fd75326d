"""`casewright intents …` on a company in a real database; what a running server then does is asked of parts of its own."""

import csv
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.assembly import Parts
from casewright.content import install_folder
from casewright.salesforce.models import ClientCredentials, OrgConnection
from casewright.tenants.models import Tenant
from casewright.understanding.models import UnderstandingRequest
from localorg.testing import RunningOrg, start_org
from tests.cli.test_company import Casewright, casewright, installation, parts, skeleton
from tests.understanding.test_report import REPORT

__all__ = ["casewright", "installation", "parts"]

SHOP, OTHER = "key-shop", "rope-shop"
EXAMPLES = "text,intent\nmy lamp flickers all evening,open_case\nwrite to anna@quince.example about my broken lamp,open_case\nwho won the match?,oos\n"


@pytest.fixture(scope="module")
async def shop(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    return await install_folder(parts, skeleton(tmp_path_factory.mktemp("shop") / SHOP, SHOP))


@pytest.fixture(scope="module")
async def other(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    """The one that nothing must happen to."""
    return await install_folder(parts, skeleton(tmp_path_factory.mktemp("other") / OTHER, OTHER))


async def active(parts: Parts, tenant: Tenant) -> int:
    return next(one.version for one in await parts.understanding.versions(tenant.id) if one.active)


async def test_a_company_has_to_be_named_where_there_are_several(
    casewright: Casewright, shop: Tenant, other: Tenant
) -> None:
    done = await casewright("intents", "versions")
    assert (done.exit_code, "name one with --company" in done.complained, SHOP in done.complained) == (2, True, True)


async def test_examples_are_imported_masked_and_judged_and_taken_back_with_one_command(
    casewright: Casewright, parts: Parts, shop: Tenant, other: Tenant, tmp_path: Path
) -> None:
    before, untouched = await active(parts, shop), await parts.understanding.versions(other.id)
    (tmp_path / "examples.csv").write_text(EXAMPLES)
    done = await casewright("intents", "import", tmp_path / "examples.csv", "--company", SHOP)
    assert (done.exit_code, "3 examples are new, 0 were known" in done.printed) == (0, True)
    assert "found in 1 texts and replaced by tokens" in done.printed
    assert re.search(
        rf"Intents of Key-Shop, version {before + 1} \(active\), trained .* by intents import examples\.csv",
        done.printed,
    )
    assert "Understood right" in done.printed
    learned = (await parts.understanding.intents(shop.id))["open_case"].examples
    assert "write to [EMAIL_1] about my broken lamp" in learned
    listed = await casewright("intents", "versions", "--company", SHOP, "--json")
    assert [one["active"] for one in json.loads(listed.printed)[:2]] == [True, False]
    back = await casewright("intents", "rollback", "--company", SHOP)
    assert (back.exit_code, f"Version {before} is active again" in back.printed) == (0, True)
    assert await active(parts, shop) == before
    forth = await casewright("intents", "activate", before + 1, "--company", SHOP)
    assert (forth.exit_code, await active(parts, shop)) == (0, before + 1)
    assert await parts.understanding.versions(other.id) == untouched


async def test_a_mistake_in_a_line_changes_nothing(
    casewright: Casewright, parts: Parts, shop: Tenant, tmp_path: Path
) -> None:
    before = await parts.understanding.versions(shop.id)
    (tmp_path / "examples.jsonl").write_text('{"text": "x y", "intent": "open_case"}\n{"text": "z"}\n')
    bad = await casewright("intents", "import", tmp_path / "examples.jsonl", "--company", SHOP)
    (tmp_path / "unknown.jsonl").write_text('{"text": "x y", "intent": "open_cases"}\n')
    unknown = await casewright("intents", "import", tmp_path / "unknown.jsonl", "--company", SHOP)
    assert (bad.exit_code, "examples.jsonl, line 2: it must have" in bad.complained) == (2, True)
    assert (
        unknown.exit_code,
        'line 1: there is no intent "open_cases"; did you mean "open_case"?' in unknown.complained,
    ) == (2, True)
    assert await parts.understanding.versions(shop.id) == before


async def test_there_is_no_going_back_before_the_first_version(casewright: Casewright, other: Tenant) -> None:
    done = await casewright("intents", "rollback", "--company", OTHER)
    assert (done.exit_code, "no older version" in done.complained) == (2, True)
    missing = await casewright("intents", "activate", 99, "--company", OTHER)
    assert (missing.exit_code, "no version 99" in missing.complained) == (2, True)


async def test_the_report_is_told_as_text_as_json_and_as_a_page(
    casewright: Casewright, other: Tenant, tmp_path: Path
) -> None:
    done = await casewright("intents", "report", "--company", OTHER, "--html", tmp_path / "report.html")
    assert (done.exit_code, "Intents, the weakest first" in done.printed) == (0, True)
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    told = json.loads((await casewright("intents", "report", "--company", OTHER, "--version", 1, "--json")).printed)
    assert (told["version"], len(told["report"]["quality"]["intents"])) == (1, 13)


async def test_the_report_of_a_folder_that_was_trained_into_needs_no_company(
    casewright: Casewright, tmp_path: Path
) -> None:
    (tmp_path / "report.json").write_text(REPORT.model_dump_json())
    done = await casewright("intents", "report", "--model", tmp_path)
    assert (done.exit_code, "Understood right" in done.printed, "weak_one" in done.printed) == (0, True, True)
    (tmp_path / "report.json").write_text("{}")
    damaged = await casewright("intents", "report", "--model", tmp_path)
    missing = await casewright("intents", "report", "--model", tmp_path / "none")
    assert (damaged.exit_code, "is no report that `train` wrote" in damaged.complained) == (2, True)
    assert (missing.exit_code, "cannot be read" in missing.complained) == (2, True)


async def test_what_is_labelled_is_learned_by_training_again(
    casewright: Casewright, parts: Parts, shop: Tenant
) -> None:
    empty = await casewright("intents", "queue", "--company", SHOP)
    assert (empty.exit_code, "nothing to label" in empty.printed) == (0, True)
    nobody = await casewright("intents", "label", shop.id, "open_case", "--company", SHOP)
    assert (nobody.exit_code, "no such text in the labelling queue" in nobody.complained) == (2, True)
    before = await active(parts, shop)
    done = await casewright("intents", "retrain", "--company", SHOP)
    assert (done.exit_code, await active(parts, shop)) == (0, before + 1)


# --- from the org -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def org(tmp_path: Path) -> AsyncIterator[RunningOrg]:
    seed = tmp_path / "org.yaml"
    seed.write_text(SEED)
    async with start_org("keys", seed, tmp_path) as org:
        yield org


SEED = """
organization: {Name: Key Shop, OrganizationType: Professional Edition, InstanceName: GBR10, IsSandbox: true, Country: GB}
api_user: "@integration"
profiles:
  - {ref: api, Name: Minimum Access - API Only Integrations, UserType: Standard}
users:
  - {ref: integration, Username: casewright@keys.example, LastName: Integration, Email: it@keys.example, ProfileId: "@api"}
accounts:
  - {ref: quince, Name: Quince Ltd, OwnerId: "@integration"}
contacts:
  - {ref: anna, FirstName: Anna, LastName: Weber, Email: anna@quince.example, AccountId: "@quince"}
cases:
  - ref: broken
    Subject: Lamp
    Description: |
      Hello,
      the lamp I bought is broken, says Anna (anna@quince.example)
      Best regards
      Anna Weber
    Status: Closed
    Reason: Breakdown
    ContactId: "@anna"
  - {ref: song, Subject: Song, Description: Please sing me a song, Status: Closed, Reason: Other, ContactId: "@anna"}
  - {ref: open, Subject: Open, Description: My lamp is broken, Status: New, Reason: Breakdown, ContactId: "@anna"}
"""


async def test_examples_are_proposed_from_closed_cases_and_nothing_is_learned_from_them(
    casewright: Casewright, parts: Parts, shop: Tenant, org: RunningOrg, tmp_path: Path
) -> None:
    credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
    await parts.connections.connect(
        shop.id, OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)
    )
    before, file = await parts.understanding.versions(shop.id), tmp_path / "cases.csv"
    done = await casewright("intents", "collect", "--label-field", "Case.Reason", "--out", file, "--company", SHOP)
    assert (done.exit_code, "2 examples, of which" in done.printed) == (0, True)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = {row["text"]: row for row in csv.DictReader(opened)}
    assert set(rows) == {"the lamp I bought is broken, says [NAME_1] ([EMAIL_1])", "Please sing me a song"}
    assert rows["Please sing me a song"]["label"] == "Other"
    assert await parts.understanding.versions(shop.id) == before
    unfinished = await casewright("intents", "import", file, "--company", SHOP)
    assert (unfinished.exit_code, "there is no intent; name one" in unfinished.complained) == (2, True)
    again = await casewright("intents", "collect", "--label-field", "Reason", "--out", file, "--company", SHOP)
    assert (again.exit_code, "is there already" in again.complained) == (2, True)


async def test_a_field_that_cases_do_not_have_is_said(
    casewright: Casewright, parts: Parts, shop: Tenant, org: RunningOrg, tmp_path: Path
) -> None:
    credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
    await parts.connections.connect(
        shop.id, OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)
    )
    for field, said in (("Colour__c", "no field Colour__c"), ("Reason FROM User", "is no field's API name")):
        done = await casewright(
            "intents", "collect", "--label-field", field, "--out", tmp_path / "x.csv", "--company", SHOP
        )
        assert (done.exit_code, said in done.complained) == (2, True)
    assert not (tmp_path / "x.csv").exists()


async def test_a_running_server_takes_the_new_version(
    casewright: Casewright, parts: Parts, shop: Tenant, tmp_path: Path
) -> None:
    (tmp_path / "more.csv").write_text("text,intent\nmy lamp hums and buzzes,open_case\n")
    await parts.understanding.intents(shop.id)
    assert (await casewright("intents", "import", tmp_path / "more.csv", "--company", SHOP)).exit_code == 0
    parts.understanding._fresh_seconds = 0.0
    heard = await parts.understanding.understand(
        UnderstandingRequest(tenant_id=shop.id, text="my lamp hums and buzzes")
    )
    assert heard.model_version == f"intents {await active(parts, shop)}"
