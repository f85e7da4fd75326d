"""What every action of the customers ends with when the org is in trouble, and what another company sees of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.procedures.models import ActionStatus, CallerIdentity, Effect
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.definitions import DEFINITIONS
from casewright.salesforce.models import ClientCredentials, OrgConnection
from casewright.security.new_address import NewAddressCodes
from casewright.tenants.models import Tenant
from localorg.testing import RunningOrg, start_org
from tests.salesforce.conftest import Act, MakeCall, MakeClient, OneOrg

GIVEN = {
    "close_case": {"number": "1001"},
    "create_credit": {"amount": "5", "reason": "x"},
    "find_interrupted_export": {},
    "find_open_incident": {},
    "list_requests": {},
    "read_subscription": {},
    "report_outage": {"description": "x"},
    "request_users": {"quantity": "1"},
    "resume_export": {"number": "1"},
    "cancel_request": {"number": "1"},
    "reset_mfa": {},
    "schedule_export": {"objects": "all", "format": "CSV", "frequency": "once"},
    "unlock_user": {},
}
"""Actions that can be carried out in the org as its seed made it: by Dana, but for those below."""
OTHERS = {"reset_mfa": "marcus", "unlock_user": "noor"}
WRITES = sorted(name for name in GIVEN if DEFINITIONS[name].effect is Effect.WRITE)


@pytest.fixture
def customer(name: str, dana: CallerIdentity, marcus: CallerIdentity, noor: CallerIdentity) -> CallerIdentity:
    """Who can carry the action out."""
    return {"marcus": marcus, "noor": noor}.get(OTHERS.get(name, ""), dana)


@pytest.mark.parametrize("name", sorted(GIVEN))
async def test_an_org_that_is_away_was_sent_nothing(
    name: str, org: RunningOrg, act: Act, customer: CallerIdentity
) -> None:
    await org.fault("status", status=503)
    outcome = await act(name, customer, **GIVEN[name])
    assert (outcome.status, outcome.code) == (ActionStatus.NOT_SENT, "org_unavailable")


@pytest.mark.parametrize("name", sorted(GIVEN))
async def test_a_used_up_daily_limit_has_its_own_word(
    name: str, org: RunningOrg, act: Act, customer: CallerIdentity
) -> None:
    await org.fault("daily_limit", path_contains="/data/")
    outcome = await act(name, customer, **GIVEN[name])
    assert (outcome.status, outcome.code) == (ActionStatus.NOT_SENT, "limit_reached")
    assert outcome.retry_after


@pytest.mark.parametrize("name", sorted(GIVEN))
async def test_an_expired_session_is_not_noticed(
    name: str, org: RunningOrg, act: Act, customer: CallerIdentity
) -> None:
    await org.fault("expire_sessions")
    assert (await act(name, customer, **GIVEN[name])).status is ActionStatus.SUCCEEDED


@pytest.mark.parametrize("name", WRITES)
async def test_a_row_that_stays_locked_is_told_and_nothing_is_done(
    name: str, org: RunningOrg, act: Act, look: Act, customer: CallerIdentity
) -> None:
    await org.fault("row_lock")
    outcome = await act(name, customer, **GIVEN[name])
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, "locked")
    assert (await look(name, customer, **GIVEN[name])).code == "not_done"


@pytest.mark.parametrize("name", WRITES)
async def test_a_row_that_is_free_in_a_moment_is_waited_for(
    name: str, org: RunningOrg, act: Act, customer: CallerIdentity
) -> None:
    await org.fault("row_lock", times=1)
    assert (await act(name, customer, **GIVEN[name])).status is ActionStatus.SUCCEEDED


@pytest.fixture(scope="module")
async def second_org(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    """The org of another company."""
    seed = examples / "brueckner" / "org.yaml"
    async with start_org("brueckner", seed, tmp_path_factory.mktemp("second")) as second:
        yield second


@pytest.mark.parametrize("name", sorted(GIVEN))
async def test_a_second_company_sees_and_changes_nothing_of_the_first(
    name: str,
    second_org: RunningOrg,
    make_client: MakeClient,
    codes: NewAddressCodes,
    call: MakeCall,
    org: RunningOrg,
    customer: CallerIdentity,
    other_tenant: Tenant,
) -> None:
    """Even with the ids of a customer of the first: they mean nobody in the second's org."""
    credentials = ClientCredentials(client_secret=SecretStr(second_org.client_secret))
    connection = OrgConnection(url=second_org.url, client_id=second_org.client_id, credentials=credentials)
    actions = SalesforceActions(OneOrg(make_client(connection), other_tenant.id), codes)
    before = len(await org.requests())
    outcome = await actions.execute(other_tenant.id, call(name, customer, **GIVEN[name]))
    assert outcome.code in {"none", "not_found", "no_subscription", "no_user", "refused"}
    assert not outcome.records
    assert len(await org.requests()) == before
