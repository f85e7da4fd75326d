import asyncio
from collections.abc import Callable

import pytest

from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionCall, ActionOutcome, ActionStatus, CallerIdentity
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.definitions import DEFINITIONS
from casewright.salesforce.outcomes import NOT_DONE, marker
from casewright.security.new_address import NewAddressCodes
from localorg.testing import RunningOrg
from tests.salesforce.conftest import OneOrg

MakeCall = Callable[..., ActionCall]

TENANT = TenantId(new_id())
CONVERSATION = "0199a000-0000-7000-8000-000000000001"
DANA = "dana.whitfield@harborlight.example"
OPEN_CASE = "Nightly export stops at 40 percent"
CLAIMED = CallerIdentity(assurance=Assurance.CLAIMED, email=DANA)


@pytest.fixture
def actions(client: SalesforceClient, codes: NewAddressCodes) -> SalesforceActions:
    return SalesforceActions(OneOrg(client, TENANT), codes)


async def number_of(org: RunningOrg, subject: str) -> str:
    (case,) = await org.query(f"SELECT CaseNumber FROM Case WHERE Subject = '{subject}'")
    return str(case["CaseNumber"])


def test_every_definition_can_be_executed_and_every_marked_write_looked_for(actions: SalesforceActions) -> None:
    assert actions._executing(TENANT).keys() == DEFINITIONS.keys()
    writes = {name for name, one in DEFINITIONS.items() if one.effect == "write" and one.repeatable != "at_most_once"}
    assert actions._looking(TENANT).keys() == writes


# --- who may ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", sorted(name for name, one in DEFINITIONS.items() if one.assurance is not Assurance.ANONYMOUS)
)
async def test_an_action_is_refused_to_whoever_is_not_sure_enough(
    name: str, org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    needed = DEFINITIONS[name].assurance
    less = tuple(Assurance)[tuple(Assurance).index(needed) - 1]
    given = dict.fromkeys(DEFINITIONS[name].arguments, "x")
    before = len(await org.requests())
    outcome = await actions.execute(TENANT, call(name, CallerIdentity(assurance=less, contact_id="003"), **given))
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, "not_allowed")
    assert len(await org.requests()) == before


async def test_a_verified_customer_whom_the_org_does_not_know_sees_nothing(
    actions: SalesforceActions, call: MakeCall
) -> None:
    unknown = CallerIdentity(assurance=Assurance.SIGNED, email="someone@elsewhere.example")
    assert (await actions.execute(TENANT, call("list_cases", unknown))).code == "not_allowed"


async def test_a_tenant_without_an_org_gets_an_outcome_not_an_error(
    actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    outcome = await actions.execute(TenantId(new_id()), call("list_cases", dana))
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, "misconfigured")


# --- passwords --------------------------------------------------------------------------------------------------------------


async def test_a_reset_link_goes_to_the_address_on_file(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    outcome = await actions.execute(TENANT, call("reset_user_password", CLAIMED, email=DANA.upper()))
    assert outcome == ActionOutcome(status=ActionStatus.SUCCEEDED, code="done")
    assert [mail.to for mail in await org.mailbox()] == [DANA]


@pytest.mark.parametrize(
    "address",
    [
        "nobody@nowhere.example",
        "ines.caldeira@vela.example",
        "wes.tanaka@tidewater.example",
        "priya.raman@aurora.example",
    ],
    ids=["unknown", "a contact without a user", "an inactive user", "one of our own people"],
)
async def test_no_other_address_gets_a_link_and_the_outcome_does_not_differ(
    address: str, org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    known = await actions.execute(TENANT, call("reset_user_password", CLAIMED, email=DANA))
    unknown = await actions.execute(TENANT, call("reset_user_password", CLAIMED, email=address))
    assert unknown == known
    assert [mail.to for mail in await org.mailbox()] == [DANA]


async def test_a_reset_that_the_org_refuses_looks_like_any_other(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    await org.fault("status", path_contains="/password", status=403)
    outcome = await actions.execute(TENANT, call("reset_user_password", CLAIMED, email=DANA))
    assert outcome == ActionOutcome(status=ActionStatus.SUCCEEDED, code="done")


async def test_a_reset_without_an_answer_stays_uncertain_and_is_not_repeated(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    await org.fault("lost_answer", path_contains="/password")
    reset = call("reset_user_password", CLAIMED, email=DANA)
    assert (await actions.execute(TENANT, reset)).status is ActionStatus.UNCERTAIN
    assert (await actions.reconcile(TENANT, reset)).status is ActionStatus.UNCERTAIN
    assert len(await org.mailbox(to=DANA)) == 1


async def test_a_reset_whose_lookup_fails_was_not_sent(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    await org.fault("drop_connection", path_contains="/query")
    outcome = await actions.execute(TENANT, call("reset_user_password", CLAIMED, email=DANA))
    assert (outcome.status, outcome.code) == (ActionStatus.NOT_SENT, "org_unavailable")


# --- reading cases ----------------------------------------------------------------------------------------------------------


async def test_a_customer_sees_their_own_open_cases_and_no_others(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    outcome = await actions.execute(TENANT, call("list_cases", dana, locale="de"))
    number = await number_of(org, OPEN_CASE)
    assert outcome.code == "done"
    assert outcome.values == {
        "count": 1,
        "lines": f"{number}: {OPEN_CASE} (In Bearbeitung, Mittel)",
        "first_number": number,
    }
    assert [record.label for record in outcome.records] == [number]


async def test_a_customer_without_cases_is_told_so(
    client: SalesforceClient, org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    contact_id = await client.create("Contact", {"LastName": "New"})
    outcome = await actions.execute(TENANT, call("list_cases", dana.model_copy(update={"contact_id": contact_id})))
    assert (outcome.status, outcome.code, outcome.values["count"]) == (ActionStatus.SUCCEEDED, "none", 0)


async def test_of_many_cases_the_newest_are_listed_and_all_are_counted(
    client: SalesforceClient, org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await asyncio.gather(
        *(client.create("Case", {"Subject": f"Case {n}", "ContactId": dana.contact_id}) for n in range(11))
    )
    outcome = await actions.execute(TENANT, call("list_cases", dana))
    lines = str(outcome.values["lines"]).splitlines()
    assert (outcome.values["count"], len(lines), lines[-1]) == (12, 11, "…")
    assert OPEN_CASE not in str(outcome.values["lines"])


async def test_a_case_is_read_by_any_spelling_of_its_number(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    number = await number_of(org, OPEN_CASE)
    spellings = (f"#{number.lstrip('0')}", f" {number.lstrip('0')} ", number)
    outcomes = [await actions.execute(TENANT, call("read_case", dana, number=given)) for given in spellings]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0].values["subject"] == OPEN_CASE
    assert outcomes[0].values["status_label"] == "Working"
    assert outcomes[0].values["closed"] is False
    assert outcomes[0].records[0].url.startswith(org.url)


async def test_only_notes_published_to_the_customer_are_read(
    client: SalesforceClient, org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    case_id = await client.create("Case", {"Subject": "Notes", "ContactId": dana.contact_id})
    await client.create("CaseComment", {"ParentId": case_id, "CommentBody": "For you", "IsPublished": True})
    await client.create("CaseComment", {"ParentId": case_id, "CommentBody": "Among ourselves", "IsPublished": False})
    outcome = await actions.execute(TENANT, call("read_case", dana, number=await number_of(org, "Notes")))
    assert outcome.values["last_comment"] == "For you"


async def test_another_customers_case_does_not_exist(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, marcus: CallerIdentity
) -> None:
    number = await number_of(org, OPEN_CASE)
    for action, arguments in (
        ("read_case", {}),
        ("raise_case_priority", {"priority": "High"}),
        ("comment_on_case", {"comment": "hello"}),
    ):
        outcome = await actions.execute(TENANT, call(action, marcus, number=number, **arguments))
        assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.FAILED, "not_found", {})


# --- changing cases ---------------------------------------------------------------------------------------------------------


async def test_a_priority_is_raised_and_the_owner_stays(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    number = await number_of(org, OPEN_CASE)
    (before,) = await org.query(f"SELECT OwnerId FROM Case WHERE CaseNumber = '{number}'")
    outcome = await actions.execute(TENANT, call("raise_case_priority", dana, number=number, priority="high"))
    assert outcome.values == {"number": number, "priority": "High", "priority_label": "High"}
    (after,) = await org.query(f"SELECT Priority, OwnerId FROM Case WHERE CaseNumber = '{number}'")
    assert (after["Priority"], after["OwnerId"]) == ("High", before["OwnerId"])


@pytest.mark.parametrize(
    ("subject", "priority", "code"),
    [
        (OPEN_CASE, "Medium", "already"),
        (OPEN_CASE, "Low", "already"),
        (OPEN_CASE, "Extreme", "unknown_priority"),
        ("Export file lacks two columns", "High", "closed"),
    ],
)
async def test_what_cannot_be_raised_says_why(
    subject: str,
    priority: str,
    code: str,
    org: RunningOrg,
    actions: SalesforceActions,
    call: MakeCall,
    dana: CallerIdentity,
) -> None:
    number = await number_of(org, subject)
    outcome = await actions.execute(TENANT, call("raise_case_priority", dana, number=number, priority=priority))
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, code)


async def test_whether_a_priority_was_raised_can_be_looked_up(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    raising = call("raise_case_priority", dana, number=await number_of(org, OPEN_CASE), priority="High")
    assert await actions.reconcile(TENANT, raising) == NOT_DONE
    assert await actions.execute(TENANT, raising) == await actions.reconcile(TENANT, raising)


async def test_a_comment_is_published_on_the_case_and_found_again(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    number = await number_of(org, OPEN_CASE)
    commenting = call("comment_on_case", dana, number=number, comment="It's at 45 percent now.")
    assert await actions.reconcile(TENANT, commenting) == NOT_DONE
    await org.fault("lost_answer", method="POST", path_contains="CaseComment", times=1)
    assert (await actions.execute(TENANT, commenting)).status is ActionStatus.UNCERTAIN
    assert (await actions.reconcile(TENANT, commenting)).values == {"number": number}
    comments = await org.query(f"SELECT CommentBody, IsPublished FROM CaseComment WHERE Parent.CaseNumber = '{number}'")
    assert [row["IsPublished"] for row in comments if row["CommentBody"] == "It's at 45 percent now."] == [True]


async def test_a_case_is_opened_once_for_the_contact_and_routed(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    opening = call(
        "create_case", dana, key="k1", subject="New one", description="Please", priority="High", category="Export"
    )
    outcome = await actions.execute(TENANT, opening)
    again = await actions.execute(TENANT, opening)
    (case,) = await org.query(
        "SELECT CaseNumber, ContactId, Owner.Name, Category__c, Casewright_Key__c FROM Case WHERE Subject = 'New one'"
    )
    assert outcome.values["number"] == again.values["number"] == case["CaseNumber"]
    assert (case["ContactId"], case["Category__c"], case["Casewright_Key__c"]) == (
        dana.contact_id,
        "Export",
        marker("k1"),
    )
    assert case["Owner"]["Name"] == "Escalations"


async def test_a_case_of_someone_who_only_claims_an_address_belongs_to_no_contact(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    claimed = dana.model_copy(update={"assurance": Assurance.CLAIMED})
    await actions.execute(TENANT, call("create_case", claimed, subject="Claimed", description="x"))
    (case,) = await org.query("SELECT ContactId, SuppliedEmail FROM Case WHERE Subject = 'Claimed'")
    assert (case["ContactId"], case["SuppliedEmail"]) == (None, DANA)


async def test_a_creation_whose_answer_was_lost_is_found_by_its_marker(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    opening = call("create_case", dana, subject="Lost answer", description="x")
    assert await actions.reconcile(TENANT, opening) == NOT_DONE
    await org.fault("lost_answer", method="PATCH", times=1)
    assert (await actions.execute(TENANT, opening)).status is ActionStatus.UNCERTAIN
    found = await actions.reconcile(TENANT, opening)
    assert found.values["number"] == await number_of(org, "Lost answer")


async def test_a_creation_that_never_arrived_was_not_done(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    opening = call("create_case", dana, subject="Never arrived", description="x")
    await org.fault("drop_connection", method="PATCH", times=1)
    assert (await actions.execute(TENANT, opening)).status is ActionStatus.UNCERTAIN
    assert await actions.reconcile(TENANT, opening) == NOT_DONE


async def test_while_the_org_cannot_be_asked_it_stays_uncertain(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await org.fault("drop_connection")
    found = await actions.reconcile(TENANT, call("create_case", dana, subject="x", description="x"))
    assert found.status is ActionStatus.UNCERTAIN


async def test_an_org_that_is_busy_was_sent_nothing_and_one_that_breaks_leaves_it_open(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    opening = call("create_case", dana, subject="x", description="x")
    for status, expected in ((503, ActionStatus.NOT_SENT), (500, ActionStatus.UNCERTAIN)):
        await org.fault("status", method="PATCH", times=1, status=status)
        assert (await actions.execute(TENANT, opening)).status is expected


async def test_a_saved_case_counts_as_saved_even_if_its_number_cannot_be_read(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await org.fault("status", path_contains="/query", status=503)
    outcome = await actions.execute(TENANT, call("create_case", dana, subject="Saved", description="x"))
    assert outcome.status is ActionStatus.SUCCEEDED
    assert [record.id for record in outcome.records] == [
        row["Id"] for row in await org.query("SELECT Id FROM Case WHERE Subject = 'Saved'")
    ]


# --- credits ----------------------------------------------------------------------------------------------------------------


async def test_a_credit_is_recorded_once_for_the_account(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    crediting = call("create_credit", dana, key="credit", amount="49.90 USD", reason="Export was late")
    assert await actions.reconcile(TENANT, crediting) == NOT_DONE
    outcome = await actions.execute(TENANT, crediting)
    assert await actions.execute(TENANT, crediting) == outcome == await actions.reconcile(TENANT, crediting)
    (credit,) = await org.query(
        "SELECT Name, Account__c, Contact__c, Amount__c, Status__c FROM Credit__c "
        f"WHERE Casewright_Key__c = '{marker('credit')}'"
    )
    assert outcome.values == {"number": credit["Name"], "amount": "49.90", "type": "credit", "type_label": "Credit"}
    assert (credit["Account__c"], credit["Contact__c"]) == (dana.account_id, dana.contact_id)
    assert (credit["Amount__c"], credit["Status__c"]) == (49.9, "Approved")


async def test_money_that_goes_back_is_recorded_as_a_refund(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    refunding = call(
        "create_credit", dana, key="refund", amount="49.90", reason="Invoiced twice", type="refund", locale="de"
    )
    outcome = await actions.execute(TENANT, refunding)
    assert (outcome.values["type"], outcome.values["type_label"]) == ("refund", "Erstattung")
    assert await actions.reconcile(TENANT, refunding) == outcome
    (credit,) = await org.query(f"SELECT Type__c FROM Credit__c WHERE Casewright_Key__c = '{marker('refund')}'")
    assert credit["Type__c"] == "Refund"


async def test_neither_credit_nor_refund_is_not_recorded(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    outcome = await actions.execute(
        TENANT, call("create_credit", dana, key="gift", amount="5", reason="x", type="gift")
    )
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, "unknown_type")
    assert await org.query(f"SELECT Id FROM Credit__c WHERE Casewright_Key__c = '{marker('gift')}'") == []


@pytest.mark.parametrize("amount", ["0", "-5", "much", "", "1.234", "1e3000", "9" * 30, None])
async def test_what_is_no_amount_is_not_recorded(
    amount: str | None, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    crediting = call("create_credit", dana, amount=amount, reason="x")
    assert (await actions.execute(TENANT, crediting)).code == "invalid_amount"


async def test_a_customer_without_an_account_gets_no_credit(
    actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    private = dana.model_copy(update={"account_id": None})
    assert (await actions.execute(TENANT, call("create_credit", private, amount="5", reason="x"))).code == "no_account"


# --- handing over -----------------------------------------------------------------------------------------------------------

STORY = {
    "subject": "Chat: export",
    "description": "The export stops",
    "summary": "Wants the export to run",
    "transcript": "Customer: it stops",
    "priority": "Medium",
    "sentiment": -0.4,
    "recommended_action": "Look at the job log",
    "category": "export",
    "confidence": 0.6,
}
CASE_OF_CONVERSATION = (
    "SELECT Id, CaseNumber, Subject, Status, Priority, Origin, ContactId, SuppliedEmail, Agent_Summary__c, Transcript__c, "
    f"Sentiment_Score__c, Confidence__c, Owner.Name FROM Case WHERE Casewright_Conversation__c = '{CONVERSATION}'"
)


async def test_a_hand_over_opens_a_case_with_the_story_and_lets_the_org_route_it(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    outcome = await actions.execute(TENANT, call("hand_over_case", dana, **STORY))
    (case,) = await org.query(CASE_OF_CONVERSATION)
    assert outcome.values["number"] == case["CaseNumber"]
    assert outcome.values["url"] == outcome.records[0].url
    assert (case["ContactId"], case["Origin"], case["Priority"]) == (dana.contact_id, "Chat", "Medium")
    assert (case["Agent_Summary__c"], case["Sentiment_Score__c"], case["Confidence__c"]) == (
        "Wants the export to run",
        -0.4,
        0.6,
    )
    assert case["Owner"]["Name"] == "Tier 1 Support"


async def test_a_second_hand_over_updates_the_same_case_and_leaves_peoples_work_alone(
    client: SalesforceClient, org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await actions.execute(TENANT, call("hand_over_case", dana, key="first", **STORY))
    (before,) = await org.query(CASE_OF_CONVERSATION)
    (tom,) = await org.query("SELECT Id FROM User WHERE Name = 'Tom Albrecht'")
    await client.update("Case", before["Id"], {"Subject": "Tom's words", "Status": "Working", "OwnerId": tom["Id"]})
    await actions.execute(
        TENANT, call("hand_over_case", dana, key="second", **{**STORY, "transcript": "More", "priority": "High"})
    )
    (case,) = await org.query(CASE_OF_CONVERSATION)
    assert (case["Id"], case["Subject"], case["Status"]) == (before["Id"], "Tom's words", "Working")
    assert (case["Transcript__c"], case["Priority"]) == ("More", "High")
    assert case["Owner"]["Name"] == "Tom Albrecht"


async def test_a_hand_over_never_lowers_a_priority(
    client: SalesforceClient, org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await actions.execute(TENANT, call("hand_over_case", dana, **STORY))
    (case,) = await org.query(CASE_OF_CONVERSATION)
    await client.update("Case", case["Id"], {"Priority": "Critical"})
    await actions.execute(TENANT, call("hand_over_case", dana, **STORY))
    assert (await org.query(CASE_OF_CONVERSATION))[0]["Priority"] == "Critical"


async def test_a_closed_case_is_opened_again_and_routed_anew(
    client: SalesforceClient, org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await actions.execute(TENANT, call("hand_over_case", dana, **STORY))
    (case,) = await org.query(CASE_OF_CONVERSATION)
    (tom,) = await org.query("SELECT Id FROM User WHERE Name = 'Tom Albrecht'")
    await client.update("Case", case["Id"], {"Status": "Closed", "OwnerId": tom["Id"]})
    await actions.execute(TENANT, call("hand_over_case", dana, **STORY))
    (case,) = await org.query(CASE_OF_CONVERSATION)
    assert (case["Status"], case["Owner"]["Name"]) == ("New", "Tier 1 Support")


@pytest.mark.parametrize("assurance", [Assurance.ANONYMOUS, Assurance.CLAIMED])
async def test_who_only_claims_an_address_is_not_linked_to_its_contact(
    assurance: Assurance, org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    identity = CallerIdentity(assurance=assurance, email=DANA)
    await actions.execute(TENANT, call("hand_over_case", identity, **STORY))
    (case,) = await org.query(CASE_OF_CONVERSATION)
    assert (case["ContactId"], case["SuppliedEmail"]) == (None, DANA)


async def test_a_verified_address_leads_to_its_contact(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    await actions.execute(TENANT, call("hand_over_case", CLAIMED, **STORY))
    verified = CallerIdentity(assurance=Assurance.VERIFIED, email=DANA)
    await actions.execute(TENANT, call("hand_over_case", verified, **STORY))
    assert (await org.query(CASE_OF_CONVERSATION))[0]["ContactId"] == dana.contact_id


async def test_texts_too_long_for_their_fields_are_cut_with_a_note(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall
) -> None:
    long = {**STORY, "subject": "s" * 300, "summary": "a" * 40_000, "transcript": "old" + "b" * 140_000 + "newest"}
    assert (await actions.execute(TENANT, call("hand_over_case", **long))).status is ActionStatus.SUCCEEDED
    (case,) = await org.query(CASE_OF_CONVERSATION)
    assert case["Subject"].endswith("…")
    assert case["Agent_Summary__c"].endswith("[cut: 40000 characters do not fit into 32000]")
    assert case["Transcript__c"].startswith("[cut: ")
    assert case["Transcript__c"].endswith("newest")


async def test_a_hand_over_is_found_by_its_own_marker_and_not_by_an_earlier_ones(
    org: RunningOrg, actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    first = await actions.execute(TENANT, call("hand_over_case", dana, key="first", **STORY))
    second = call("hand_over_case", dana, key="second", **STORY)
    assert await actions.reconcile(TENANT, second) == NOT_DONE
    assert await actions.execute(TENANT, second) == await actions.reconcile(TENANT, second) == first


# --- people -----------------------------------------------------------------------------------------------------------------


async def test_a_contact_is_found_by_its_address(
    actions: SalesforceActions, call: MakeCall, dana: CallerIdentity
) -> None:
    found = await actions.execute(TENANT, call("find_contact_by_email", email=f" {DANA} "))
    assert found.values == {"contact_id": dana.contact_id, "account_id": dana.account_id}
    missing = await actions.execute(TENANT, call("find_contact_by_email", email="nobody@nowhere.example"))
    assert (missing.status, missing.code) == (ActionStatus.FAILED, "not_found")


async def test_mail_is_sent_and_never_looked_for(org: RunningOrg, actions: SalesforceActions, call: MakeCall) -> None:
    sending = call("send_email", to="someone@example.org", subject="Hello", body="Text")
    assert (await actions.execute(TENANT, sending)).code == "done"
    assert [mail.subject for mail in await org.mailbox(to="someone@example.org")] == ["Hello"]
    assert (await actions.reconcile(TENANT, sending)).status is ActionStatus.UNCERTAIN
