"""Mail that comes in: which case it joins."""

from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg

CUSTOMER = "carla@acme.example"


async def mail(org: RunningOrg, **parts: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=org.url, trust_env=False) as client:
        return await client.post(
            "/localorg/inbound-mail", json={"from": CUSTOMER, "to": "support@local.example", **parts}
        )


async def test_a_mail_becomes_a_case_of_its_sender(starter: RunningOrg) -> None:
    told = (await mail(starter, subject="Two invoices", text="I got two.", sender_name="Carla")).json()
    soql = f"SELECT Subject, Origin, Contact.Email, Owner.Name, Description FROM Case WHERE Id = '{told['caseId']}'"
    (case,) = await starter.query(soql)
    assert (told["created"], case["Origin"], case["Contact"]["Email"]) == (True, "Email", CUSTOMER)
    assert (case["Owner"]["Name"], case["Description"]) == ("Support", "I got two.")
    (email,) = await starter.query("SELECT ParentId, Incoming, Status, MessageIdentifier FROM EmailMessage")
    assert (email["ParentId"], email["Incoming"], email["Status"]) == (told["caseId"], True, "0")
    assert email["MessageIdentifier"].startswith("<")


@pytest.mark.parametrize("place", ["text", "subject"])
async def test_an_answer_finds_its_case_by_the_token(starter: RunningOrg, rest: httpx2.AsyncClient, place: str) -> None:
    case_id = (await mail(starter, subject="Help", text="Please.")).json()["caseId"]
    sent = {"emailAddresses": CUSTOMER, "emailSubject": "Re: Help", "emailBody": "Try again.", "logEmailOnSend": True}
    tokens = {"addThreadingTokenToBody": True, "addThreadingTokenToSubject": True, "relatedRecordId": case_id}
    await rest.post("actions/standard/emailSimple", json={"inputs": [{**sent, **tokens}]})
    (outgoing,) = await starter.mailbox(CUSTOMER)
    quoted = outgoing.body if place == "text" else outgoing.subject
    answer = (await mail(starter, **{"subject": "Re: Help", "text": "Thanks", place: f"> {quoted}"})).json()
    assert (answer["caseId"], answer["created"]) == (case_id, False)
    emails = await starter.query(
        f"SELECT Incoming, ThreadIdentifier FROM EmailMessage WHERE ParentId = '{case_id}' ORDER BY Id"
    )
    assert [email["Incoming"] for email in emails] == [True, False, True]
    assert len({email["ThreadIdentifier"] for email in emails}) == 1


async def test_a_token_that_was_made_up_finds_nothing(starter: RunningOrg, rest: httpx2.AsyncClient) -> None:
    case_id = (await mail(starter, subject="Help")).json()["caseId"]
    sent = {"emailAddresses": CUSTOMER, "emailSubject": "s", "emailBody": "b", "relatedRecordId": case_id}
    await rest.post("actions/standard/emailSimple", json={"inputs": [{**sent, "addThreadingTokenToBody": True}]})
    (outgoing,) = await starter.mailbox(CUSTOMER)
    token = outgoing.body.split()[-1]
    forged = token[:-6] + ("AAAA" if token[-6:-2] != "AAAA" else "BBBB") + "::"
    assert (await mail(starter, subject="Again", text=forged)).json()["created"] is True


@pytest.mark.parametrize("header", ["in_reply_to", "references"])
async def test_an_answer_without_token_is_known_by_its_headers(starter: RunningOrg, header: str) -> None:
    first = (await mail(starter, subject="Help", message_id="<one@acme.example>")).json()
    value: Any = "<one@acme.example>" if header == "in_reply_to" else ["<zero@acme.example>", "<one@acme.example>"]
    second = (await mail(starter, subject="Still", **{header: value})).json()
    assert (second["caseId"], second["created"]) == (first["caseId"], False)


async def test_a_mail_without_sender_is_refused(starter: RunningOrg) -> None:
    answer = await mail(starter, **{"from": "nobody"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_PARAMETER")
    assert await starter.query("SELECT Id FROM EmailMessage") == []
