"""What is left of an erased customer in the org: the cases that Casewright opened are empty, all others are untouched."""

import pytest

from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance
from casewright.procedures.models import CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.forgetting import ERASED, ForgottenCustomers
from casewright.salesforce.models import Row
from casewright.tenants.models import Tenant
from tests.salesforce.conftest import Act, OneOrg

WORDS = "marzipan teapot"


class WholeCase(Row):
    subject: str | None = None
    description: str | None = None
    contact_id: str | None = None
    supplied_email: str | None = None
    status: str = ""


class Comment(Row):
    comment_body: str | None = None


async def case(client: SalesforceClient, case_id: str) -> WholeCase:
    (found,) = await client.query(
        WholeCase,
        "SELECT Id, Subject, Description, ContactId, SuppliedEmail, Status FROM Case WHERE Id = :case",
        case=case_id,
    )
    return found


@pytest.fixture
def forgotten(client: SalesforceClient, tenant: Tenant) -> ForgottenCustomers:
    return ForgottenCustomers(OneOrg(client, tenant.id))


async def opened(act: Act, identity: CallerIdentity, topic: str = "t1") -> str:
    key = f"conversation:{topic}:step:0"
    outcome = await act("create_case", identity, key=key, subject=f"The {WORDS}", description=f"It broke: {WORDS}")
    return outcome.records[0].id


async def test_an_anonymised_case_has_no_word_of_the_customer(
    client: SalesforceClient, act: Act, dana: CallerIdentity, forgotten: ForgottenCustomers, tenant: Tenant
) -> None:
    ours = await opened(act, dana)
    await client.create("CaseComment", {"ParentId": ours, "CommentBody": WORDS})
    ended = await forgotten.anonymise(tenant.id, [ours])
    left = await case(client, ours)
    comments = await client.query(Comment, "SELECT Id, CommentBody FROM CaseComment WHERE ParentId = :case", case=ours)
    assert (ended.done, ended.left) == (True, ())
    assert (left.subject, left.description, left.contact_id, comments) == (ERASED, ERASED, None, ())
    assert left.status == "New"


async def test_an_address_that_was_only_claimed_goes_as_well(
    client: SalesforceClient, act: Act, forgotten: ForgottenCustomers, tenant: Tenant
) -> None:
    ours = await opened(act, CallerIdentity(assurance=Assurance.CLAIMED, email="ondine@quillfish.example"))
    assert (await case(client, ours)).supplied_email == "ondine@quillfish.example"
    await forgotten.anonymise(tenant.id, [ours])
    assert (await case(client, ours)).supplied_email is None


async def test_a_case_that_others_opened_is_left_and_named(
    client: SalesforceClient, dana: CallerIdentity, forgotten: ForgottenCustomers, tenant: Tenant
) -> None:
    theirs = await client.create("Case", {"Subject": WORDS, "ContactId": dana.contact_id})
    ended = await forgotten.anonymise(tenant.id, [theirs])
    assert (ended.done, ended.left) == (True, (theirs,))
    assert (await case(client, theirs)).subject == WORDS


async def test_anonymising_twice_is_the_same_as_once(
    client: SalesforceClient, act: Act, dana: CallerIdentity, forgotten: ForgottenCustomers, tenant: Tenant
) -> None:
    ours = await opened(act, dana)
    assert await forgotten.anonymise(tenant.id, [ours]) == await forgotten.anonymise(tenant.id, [ours])


async def test_a_company_without_an_org_waits(forgotten: ForgottenCustomers, other_tenant: Tenant) -> None:
    assert not (await forgotten.anonymise(TenantId(other_tenant.id), ["500000000000001AAA"])).done


async def test_another_customers_case_keeps_its_words(
    client: SalesforceClient,
    act: Act,
    dana: CallerIdentity,
    marcus: CallerIdentity,
    forgotten: ForgottenCustomers,
    tenant: Tenant,
) -> None:
    hers, his = await opened(act, dana), await opened(act, marcus, "t2")
    await forgotten.anonymise(tenant.id, [hers])
    assert (await case(client, his)).subject == f"The {WORDS}"
