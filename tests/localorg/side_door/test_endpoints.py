import httpx2

from localorg.testing import RunningOrg


async def test_received_requests_are_listed_without_what_they_said(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    last = (await org.requests())[-1].id
    await api.post("sobjects/Case", json={"Subject": "secret"})
    await api.get("query/", params={"q": "SELECT Id FROM Case WHERE Subject = 'secret'"})
    received = await org.requests(since=last)
    assert [(r.method, r.path) for r in received] == [
        ("POST", "/services/data/v67.0/sobjects/Case"),
        ("GET", "/services/data/v67.0/query"),
    ]
    assert await org.requests(since=last, method="POST", path_contains="/sobjects/Case") == received[:1]


async def test_the_side_door_sets_what_no_caller_of_the_api_may_set(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    (login,) = await org.query("SELECT Id FROM UserLogin WHERE IsPasswordLocked = false LIMIT 1")
    locked = {"IsPasswordLocked": True}
    assert (await api.patch(f"sobjects/UserLogin/{login['Id']}", json=locked)).status_code == 400
    answer = await api.patch(f"{org.url}/localorg/records/UserLogin/{login['Id']}", json=locked)
    assert answer.status_code == 204
    assert len(await org.query(f"SELECT Id FROM UserLogin WHERE Id = '{login['Id']}' AND IsPasswordLocked = true")) == 1


async def test_a_record_that_is_not_there_cannot_be_changed_by_the_side_door(stranger: httpx2.AsyncClient) -> None:
    for record_id in ("500000000000000AAA", "no-id"):
        answer = await stranger.patch(f"/localorg/records/Case/{record_id}", json={"Subject": "x"})
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")


async def test_the_side_door_leaves_no_trace(org: RunningOrg) -> None:
    before = await org.requests()
    await org.query("SELECT Id FROM Case")
    await org.mailbox()
    assert await org.requests() == before


async def test_a_reset_restores_the_seed_and_keeps_ids_and_tokens(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    soql = "SELECT Id, CaseNumber, Subject FROM Case ORDER BY Id"
    before = await org.query(soql)
    await api.post("sobjects/Case", json={"Subject": "Extra"})
    await api.post(
        "actions/standard/emailSimple",
        json={"inputs": [{"emailAddresses": "a@b.example", "emailSubject": "s", "emailBody": "b"}]},
    )
    await org.reset()
    assert await org.query(soql) == before
    assert (await org.mailbox(), await org.requests()) == ([], [])
    assert (await api.get("limits")).status_code == 200


async def test_a_number_that_is_none_is_refused(stranger: httpx2.AsyncClient) -> None:
    answer = await stranger.get("/localorg/requests", params={"since": "yesterday"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_PARAMETER")


async def test_a_locked_record_is_not_changed_until_it_is_unlocked(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    (case,) = await org.query("SELECT Id FROM Case LIMIT 1")
    lock, record = f"/localorg/locks/{case['Id']}", f"sobjects/Case/{case['Id']}"
    for kind, code in (("row", "UNABLE_TO_LOCK_ROW"), ("approval", "ENTITY_IS_LOCKED")):
        assert (await stranger.put(lock, json={"kind": kind})).status_code == 201
        assert (await stranger.get("/localorg/locks")).json() == [{"id": case["Id"], "kind": kind}]
        refused = await api.patch(record, json={"Subject": "Moved"})
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)
    assert (await stranger.delete(lock)).status_code == 204
    assert (await api.patch(record, json={"Subject": "Moved"})).status_code == 204
    assert (await stranger.put(lock, json={"kind": "padlock"})).status_code == 400
    assert (await stranger.put("/localorg/locks/nothing", json={})).status_code == 404
