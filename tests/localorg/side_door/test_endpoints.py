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
