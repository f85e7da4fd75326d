"""Against a real local org."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from casewright.scenarios.errors import StepBroken
from casewright.scenarios.org import Org
from casewright.scenarios.schemas import OrgAccess
from localorg.testing import RunningOrg, start_org

SEED = Path(__file__).parents[2] / "examples/aurora/org.yaml"


@pytest.fixture(scope="module")
async def running_org(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    async with start_org("aurora", SEED, tmp_path_factory.mktemp("org")) as org:
        yield org


@pytest.fixture
async def org(running_org: RunningOrg) -> AsyncIterator[Org]:
    access = OrgAccess(url=running_org.url, client_id=running_org.client_id, client_secret=running_org.client_secret)
    async with Org(access) as org:
        yield org
    await running_org.clear_faults()


async def test_a_record_is_made_found_read_and_removed(org: Org) -> None:
    contact = await org.create("Contact", {"LastName": "O'Neil", "Email": "oneil@scenario.example"})
    assert (await org.record("Contact", contact))["LastName"] == "O'Neil"
    (found,) = await org.query("SELECT Id FROM Contact WHERE Email = 'oneil@scenario.example'")
    assert found["Id"] == contact
    assert await org.remove("Contact", contact)
    assert await org.query("SELECT Id FROM Contact WHERE Email = 'oneil@scenario.example'") == []


async def test_a_record_that_others_belong_to_is_left_behind(org: Org) -> None:
    contact = await org.create("Contact", {"LastName": "Kept"})
    case = await org.create("Case", {"Subject": "Holds the contact", "ContactId": contact})
    assert not await org.remove("Contact", contact)
    assert await org.remove("Case", case)
    assert await org.remove("Contact", contact)


async def test_a_record_that_is_gone_already_is_not_left_behind(org: Org) -> None:
    contact = await org.create("Contact", {"LastName": "Gone"})
    assert await org.remove("Contact", contact)
    assert await org.remove("Contact", contact)


async def test_a_user_is_deactivated_since_none_is_ever_deleted(org: Org) -> None:
    (profile,) = await org.query("SELECT Id FROM Profile LIMIT 1")
    names = {"Username": "gone@scenario.example", "LastName": "Gone", "Email": "gone@scenario.example"}
    user = await org.create("User", {**names, "ProfileId": profile["Id"]})
    assert await org.remove("User", user)
    (found,) = await org.query(f"SELECT IsActive FROM User WHERE Id = '{user}'")
    assert found["IsActive"] is False


async def test_what_only_the_org_sets_can_be_changed(org: Org) -> None:
    case = await org.create("Case", {"Subject": "Old", "Status": "Closed"})
    await org.change("Case", case, {"ClosedDate": "2025-03-01T09:00:00.000+0000"})
    (found,) = await org.query(f"SELECT ClosedDate FROM Case WHERE Id = '{case}'")
    assert found["ClosedDate"].startswith("2025-03-01")
    with pytest.raises(StepBroken, match="was refused with 400"):
        await org.change("Case", case, {"Nonsense": 1})
    await org.remove("Case", case)


async def test_a_fault_is_there_until_it_is_cleared(org: Org) -> None:
    await org.add_fault({"kind": "status", "path_contains": "/query"})
    with pytest.raises(StepBroken):
        await org.query("SELECT Id FROM User LIMIT 1")
    await org.clear_faults()
    assert len(await org.query("SELECT Id FROM User LIMIT 1")) == 1


async def test_a_new_case_keeps_the_owner_it_was_made_with(org: Org) -> None:
    case = await org.create("Case", {"Subject": "No assignment rule", "Priority": "High"})
    (owner,) = await org.query(f"SELECT Owner.Name FROM Case WHERE Id = '{case}'")
    assert owner["Owner"]["Name"] == "Casewright Integration"
    await org.remove("Case", case)


async def test_an_expired_session_is_renewed_once(org: Org, running_org: RunningOrg) -> None:
    await org.query("SELECT Id FROM User LIMIT 1")
    await running_org.fault("expire_sessions")
    assert len(await org.query("SELECT Id FROM User LIMIT 1")) == 1


async def test_what_the_org_says_about_a_wrong_query_is_told(org: Org) -> None:
    with pytest.raises(StepBroken, match=r"was refused with 400: .*Nonsense"):
        await org.query("SELECT Nonsense FROM Case")


async def test_wrong_credentials_are_told(running_org: RunningOrg) -> None:
    access = OrgAccess(url=running_org.url, client_id=running_org.client_id, client_secret="wrong")
    async with Org(access) as org:
        with pytest.raises(StepBroken, match="oauth2/token was refused with 40"):
            await org.query("SELECT Id FROM User LIMIT 1")


async def test_an_org_that_is_not_there_is_told() -> None:
    async with Org(OrgAccess(url="http://127.0.0.1:1", client_id="a", client_secret="b")) as org:
        with pytest.raises(StepBroken, match="could not be reached"):
            await org.query("SELECT Id FROM User LIMIT 1")


async def test_the_mailbox_shows_what_the_org_sent_to_an_address(org: Org, running_org: RunningOrg) -> None:
    (user,) = await org.query("SELECT Id FROM User WHERE Email = 'user@example.com'")
    session = {"Authorization": f"Bearer {await running_org.access_token()}"}
    async with httpx2.AsyncClient(base_url=running_org.url, headers=session, trust_env=False) as http:
        await http.delete(f"/services/data/v67.0/sobjects/User/{user['Id']}/password")
    (mail,) = await org.mailbox("user@example.com")
    assert mail.to == "user@example.com"
    assert await org.mailbox("nobody@scenario.example") == ()
