import httpx2
import pytest

from localorg.testing import RunningOrg


async def test_a_class_is_kept_and_named_after_its_declaration(api: httpx2.AsyncClient) -> None:
    body = "/* class Not */ public with sharing class Kept { }"
    made = await api.post("tooling/sobjects/ApexClass", json={"Body": body})
    assert (made.status_code, made.json()["success"]) == (201, True)
    soql = "SELECT Name, Body, ApiVersion, Status FROM ApexClass WHERE Name = 'Kept'"
    answer = (await api.get("tooling/query", params={"q": soql})).json()
    (found,) = answer["records"]
    assert (found["Body"], found["ApiVersion"], found["Status"]) == (body, 67.0, "Active")
    assert answer["size"] == 1
    read = await api.get(f"tooling/sobjects/ApexClass/{made.json()['id']}")
    assert read.json()["Name"] == "Kept"
    again = await api.post("tooling/sobjects/ApexClass", json={"Body": body})
    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "DUPLICATE_VALUE")
    assert (await api.delete(f"tooling/sobjects/ApexClass/{made.json()['id']}")).status_code == 204
    assert (await api.get(f"tooling/sobjects/ApexClass/{made.json()['id']}")).status_code == 404


@pytest.mark.parametrize(
    "values", [{}, {"Body": "nothing"}, {"Body": "class A {}", "Name": "B"}, {"Body": "class A {}", "X": 1}]
)
async def test_what_is_no_class_is_refused(api: httpx2.AsyncClient, values: dict[str, str]) -> None:
    assert (await api.post("tooling/sobjects/ApexClass", json=values)).status_code == 400


@pytest.mark.parametrize("path", ["runTestsSynchronous", "runTestsAsynchronous", "executeAnonymous"])
async def test_whatever_runs_apex_is_refused_with_the_reason(api: httpx2.AsyncClient, path: str) -> None:
    answer = await api.get(f"tooling/{path}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "FUNCTIONALITY_NOT_ENABLED")
    assert "no Apex runtime" in answer.json()[0]["message"]


async def test_source_tracking_is_not_there_and_sandboxes_are_none(api: httpx2.AsyncClient) -> None:
    assert (await api.get("tooling/sobjects/SourceMember/describe")).status_code == 404
    answer = await api.get("tooling/query", params={"q": "SELECT Id, SandboxName FROM SandboxProcess"})
    assert answer.json()["records"] == []


async def test_every_tooling_object_can_be_described(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    listed = (await api.get("tooling/sobjects")).json()["sobjects"]
    assert {"ApexClass", "ApexTrigger", "SandboxProcess"} <= {one["name"] for one in listed}
    for one in listed:
        assert (await api.get(org.url + one["urls"]["describe"])).json()["name"] == one["name"]


async def test_the_tooling_query_knows_no_records_of_customers(api: httpx2.AsyncClient) -> None:
    answer = await api.get("tooling/query", params={"q": "SELECT Id FROM Case"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_TYPE")
