"""Several steps in one request: collections, composite, graph, batch, tree."""

from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg

DATA = "/services/data/v67.0"


def account(name: str | None) -> dict[str, Any]:
    return {"attributes": {"type": "Account"}, "Name": name}


async def test_a_collection_saves_what_is_good_and_tells_what_is_not(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    answer = await api.post("composite/sobjects", json={"records": [account("One"), account(None), account("Two")]})
    first, second, third = answer.json()
    assert answer.status_code == 200
    assert (first["success"], second["success"], third["success"]) == (True, False, True)
    assert second["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert "id" not in second
    named = await org.query("SELECT Name FROM Account WHERE Name IN ('One', 'Two') ORDER BY Name")
    assert [record["Name"] for record in named] == ["One", "Two"]


async def test_with_all_or_none_nothing_is_saved_if_one_is_refused(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    body = {"allOrNone": True, "records": [account("One"), account(None)]}
    first, second = (await api.post("composite/sobjects", json=body)).json()
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert await org.query("SELECT Id FROM Account WHERE Name = 'One'") == []


async def test_a_collection_is_read_updated_and_deleted_by_id(api: httpx2.AsyncClient) -> None:
    created = (await api.post("composite/sobjects", json={"records": [account("One"), account("Two")]})).json()
    one, two = (result["id"] for result in created)
    changes = [account("First") | {"id": one}, account("Second") | {"Id": two}]
    assert all(r["success"] for r in (await api.patch("composite/sobjects", json={"records": changes})).json())
    by_post = await api.post("composite/sobjects/Account", json={"ids": [two, one], "fields": ["Name"]})
    assert [record["Name"] for record in by_post.json()] == ["Second", "First"]
    assert "Id" not in by_post.json()[0]
    deleted = (await api.delete("composite/sobjects", params={"ids": f"{one},{two[:15]},001000000000000AAA"})).json()
    assert [result["success"] for result in deleted] == [True, True, False]
    by_get = await api.get("composite/sobjects/Account", params={"ids": f"{one},{two}", "fields": "Id,Name"})
    assert by_get.json() == [None, None]


async def test_a_collection_is_upserted_by_external_id(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    def case(key: str, subject: str) -> dict[str, Any]:
        return {"attributes": {"type": "Case"}, "Casewright_Conversation__c": key, "Subject": subject}

    path = "composite/sobjects/Case/Casewright_Conversation__c"
    first = (await api.patch(path, json={"records": [case("a", "One"), case("b", "Two")]})).json()
    again = (await api.patch(path, json={"records": [case("b", "Second"), case("c", "Three")]})).json()
    assert [result["created"] for result in first + again] == [True, True, False, True]
    assert again[0]["id"] == first[1]["id"]
    found = await org.query("SELECT Subject FROM Case WHERE Casewright_Conversation__c != null ORDER BY Subject")
    assert [record["Subject"] for record in found] == ["One", "Second", "Three"]


async def test_too_many_records_are_refused(api: httpx2.AsyncClient) -> None:
    answer = await api.post("composite/sobjects", json={"records": [account("x")] * 201})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")


def step(name: str, method: str, url: str, body: Any = None) -> dict[str, Any]:
    return {"referenceId": name, "method": method, "url": f"{DATA}{url}", "body": body}


async def test_a_step_may_use_what_an_earlier_one_answered(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    steps = [
        step("firm", "POST", "/sobjects/Account", {"Name": "Composite"}),
        step("person", "POST", "/sobjects/Contact", {"LastName": "Of @{firm.id}", "AccountId": "@{firm.id}"}),
        step("found", "GET", "/query/?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{firm.id}'"),
        step("named", "PATCH", "/sobjects/Contact/@{found.records[0].Id}", {"FirstName": "Ada"}),
    ]
    answers = (await api.post("composite", json={"compositeRequest": steps})).json()["compositeResponse"]
    assert [answer["httpStatusCode"] for answer in answers] == [201, 201, 200, 204]
    assert [answer["referenceId"] for answer in answers] == ["firm", "person", "found", "named"]
    assert answers[0]["httpHeaders"]["Location"] == f"{DATA}/sobjects/Account/{answers[0]['body']['id']}"
    (contact,) = await org.query("SELECT FirstName, Account.Name FROM Contact WHERE Account.Name = 'Composite'")
    assert (contact["FirstName"], contact["Account"]["Name"]) == ("Ada", "Composite")


async def test_a_composite_that_is_all_or_none_is_undone_as_a_whole(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    steps = [
        step("firm", "POST", "/sobjects/Account", {"Name": "Undone"}),
        step("nobody", "POST", "/sobjects/Contact", {}),
        step("never", "GET", "/limits"),
    ]
    answers = (await api.post("composite", json={"allOrNone": True, "compositeRequest": steps})).json()
    codes = [answer["body"][0]["errorCode"] for answer in answers["compositeResponse"]]
    assert codes == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]
    assert await org.query("SELECT Id FROM Account WHERE Name = 'Undone'") == []


async def test_without_all_or_none_the_good_steps_stay(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    steps = [
        step("nobody", "POST", "/sobjects/Contact", {}),
        step("firm", "POST", "/sobjects/Account", {"Name": "Stays"}),
        step("lost", "GET", "/sobjects/Contact/@{nobody.id}"),
    ]
    answers = (await api.post("composite", json={"compositeRequest": steps})).json()["compositeResponse"]
    assert [answer["httpStatusCode"] for answer in answers] == [400, 201, 400]
    assert "No value for nobody.id" in answers[2]["body"][0]["message"]
    assert len(await org.query("SELECT Id FROM Account WHERE Name = 'Stays'")) == 1


async def test_a_composite_within_a_composite_is_refused(api: httpx2.AsyncClient) -> None:
    body = {"compositeRequest": [step("inner", "POST", "/composite", {"compositeRequest": []})]}
    (answer,) = (await api.post("composite", json=body)).json()["compositeResponse"]
    assert (answer["httpStatusCode"], answer["body"][0]["errorCode"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize(
    ("url", "steps", "sentence"),
    [("limits", 26, "more than 25 operations"), ("query?q=SELECT+Id+FROM+Case", 6, "more than 5 queries")],
)
async def test_a_composite_of_too_many_steps_is_refused(
    api: httpx2.AsyncClient, url: str, steps: int, sentence: str
) -> None:
    asked = [{"method": "GET", "url": f"/services/data/v67.0/{url}", "referenceId": f"a{n}"} for n in range(steps)]
    answer = await api.post("composite", json={"compositeRequest": asked})
    (told,) = answer.json()["compositeResponse"]
    assert (answer.status_code, told["httpStatusCode"], told["body"][0]["errorCode"]) == (400, 400, "LIMIT_EXCEEDED")
    assert sentence in told["body"][0]["message"]


async def test_each_graph_succeeds_or_fails_by_itself(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    good = [step("a", "POST", "/sobjects/Account", {"Name": "Good graph"})]
    bad = [step("a", "POST", "/sobjects/Account", {"Name": "Bad graph"}), step("b", "POST", "/sobjects/Contact", {})]
    graphs = [{"graphId": "1", "compositeRequest": good}, {"graphId": "2", "compositeRequest": bad}]
    told = (await api.post("composite/graph", json={"graphs": graphs})).json()["graphs"]
    assert [(one["graphId"], one["isSuccessful"]) for one in told] == [("1", True), ("2", False)]
    found = await org.query("SELECT Name FROM Account WHERE Name LIKE '% graph'")
    assert [record["Name"] for record in found] == ["Good graph"]


async def test_a_batch_goes_on_after_a_failure_unless_it_is_told_to_halt(api: httpx2.AsyncClient) -> None:
    requests = [
        {"method": "GET", "url": "v67.0/sobjects/Nothing"},
        {"method": "GET", "url": "v67.0/sobjects/Account"},
    ]
    on = (await api.post("composite/batch", json={"batchRequests": requests})).json()
    halted = (await api.post("composite/batch", json={"batchRequests": requests, "haltOnError": True})).json()
    assert (on["hasErrors"], [result["statusCode"] for result in on["results"]]) == (True, [404, 200])
    assert [result["statusCode"] for result in halted["results"]] == [404, 412]
    assert halted["results"][1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


def tree_of(contact: dict[str, Any]) -> dict[str, Any]:
    child = {"attributes": {"type": "Contact", "referenceId": "c1"}, **contact}
    root = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "Tree", "Contacts": {"records": [child]}}
    return {"records": [root]}


async def test_a_tree_is_created_with_its_branches(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    answer = await api.post("composite/tree/Account", json=tree_of({"LastName": "Leaf"}))
    assert (answer.status_code, answer.json()["hasErrors"]) == (201, False)
    assert [result["referenceId"] for result in answer.json()["results"]] == ["a1", "c1"]
    (contact,) = await org.query("SELECT Account.Name FROM Contact WHERE LastName = 'Leaf'")
    assert contact["Account"]["Name"] == "Tree"


async def test_a_tree_with_one_bad_leaf_is_not_created(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    answer = await api.post("composite/tree/Account", json=tree_of({"Email": "nobody"}))
    (result,) = answer.json()["results"]
    assert (answer.status_code, answer.json()["hasErrors"], result["referenceId"]) == (400, True, "c1")
    assert await org.query("SELECT Id FROM Account WHERE Name = 'Tree'") == []
