from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg

EMAIL_SIMPLE = "actions/standard/emailSimple"
MAIL = {"emailAddresses": "a@b.example, c@d.example", "emailSubject": "Your code", "emailBody": "1234"}


async def test_mail_goes_to_the_mailbox_newest_first(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    answer = await api.post(EMAIL_SIMPLE, json={"inputs": [MAIL, {**MAIL, "emailSubject": "Your next code"}]})
    assert answer.status_code == 200
    assert [(r["actionName"], r["isSuccess"], r["errors"]) for r in answer.json()] == [("emailSimple", True, None)] * 2
    assert [mail.subject for mail in await org.mailbox(to="A@B.example")] == ["Your next code", "Your code"]
    assert [mail.body for mail in await org.mailbox(to="c@d.example")] == ["1234", "1234"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"emailBody": ""}, "REQUIRED_FIELD_MISSING"),
        ({"emailAddresses": " , "}, "REQUIRED_FIELD_MISSING"),
        ({"emailAddresses": "nobody"}, "INVALID_EMAIL_ADDRESS"),
        ({"emailAddresses": ",".join(f"p{n}@x.example" for n in range(6))}, "LIMIT_EXCEEDED"),
    ],
)
async def test_one_refused_input_sends_nothing(
    org: RunningOrg, api: httpx2.AsyncClient, change: dict[str, Any], code: str
) -> None:
    answer = await api.post(EMAIL_SIMPLE, json={"inputs": [MAIL, {**MAIL, **change}]})
    assert answer.status_code == 400
    assert answer.json()[1]["errors"][0]["statusCode"] == code
    assert answer.json()[1]["isSuccess"] is False
    assert await org.mailbox() == []


async def test_an_action_the_org_does_not_have_is_not_found(api: httpx2.AsyncClient) -> None:
    answer = await api.post("actions/standard/chatterPost", json={"inputs": [{}]})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


async def test_the_action_describes_its_inputs(api: httpx2.AsyncClient) -> None:
    listed = (await api.get("actions/standard")).json()["actions"]
    assert "emailSimple" in [action["name"] for action in listed]
    inputs = {entry["name"]: entry["required"] for entry in (await api.get(EMAIL_SIMPLE)).json()["inputs"]}
    assert inputs["emailSubject"] is True
    assert inputs["senderType"] is False


async def test_a_deployed_invocable_class_is_told_of_and_refused(api: httpx2.AsyncClient) -> None:
    body = """public class Analyze {
        public class Request { @InvocableVariable(label='Case Id' required=true) public Id caseId; }
        @InvocableMethod(label='Analyze Case' callout=true)
        public static List<String> run(List<Request> requests) { return null; }
    }"""
    await api.post("tooling/sobjects/ApexClass", json={"Body": body})
    listed = (await api.get("actions/custom/apex")).json()["actions"]
    assert ("Analyze", "Analyze Case") in [(action["name"], action["label"]) for action in listed]
    (described,) = (await api.get("actions/custom/apex/Analyze")).json()["inputs"]
    assert (described["name"], described["label"], described["required"]) == ("caseId", "Case Id", True)
    answer = await api.post("actions/custom/apex/Analyze", json={"inputs": [{"caseId": "x"}, {"caseId": "y"}]})
    assert answer.status_code == 400
    assert [one["errors"][0]["statusCode"] for one in answer.json()] == ["FUNCTIONALITY_NOT_ENABLED"] * 2
    assert (await api.get("actions/custom/flow/None")).status_code == 404
