from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from localorg.testing import RunningOrg


async def test_a_lost_answer_has_been_carried_out(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("lost_answer", times=1, method="POST", path_contains="/sobjects/Account")
    with pytest.raises(httpx2.TransportError):
        await api.post("sobjects/Account", json={"Name": "Lost"})
    assert len(await org.query("SELECT Id FROM Account WHERE Name = 'Lost'")) == 1
    assert (await api.post("sobjects/Account", json={"Name": "Found"})).status_code == 201


async def test_a_dropped_connection_has_carried_nothing_out(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("drop_connection", times=1)
    with pytest.raises(httpx2.TransportError):
        await api.post("sobjects/Account", json={"Name": "Dropped"})
    assert await org.query("SELECT Id FROM Account WHERE Name = 'Dropped'") == []


async def test_a_locked_row_refuses_writes_only(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("row_lock", times=1)
    assert (await api.get("sobjects/Case")).status_code == 200
    (case,) = await org.query("SELECT Id FROM Case LIMIT 1")
    answer = await api.patch(f"sobjects/Case/{case['Id']}", json={"Subject": "x"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    assert (await api.patch(f"sobjects/Case/{case['Id']}", json={"Subject": "x"})).status_code == 204


async def test_a_status_is_answered_until_cleared(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("status", status=503, seconds=2, path_contains="/query")
    for _ in range(2):
        answer = await api.get("query", params={"q": "SELECT Id FROM Case LIMIT 1"})
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (503, "SERVER_UNAVAILABLE")
        assert answer.headers["Retry-After"] == "2"
    assert (await api.get("limits")).status_code == 200
    assert [fault["kind"] for fault in await org.faults()] == ["status"]
    await org.clear_faults()
    assert (await api.get("query", params={"q": "SELECT Id FROM Case LIMIT 1"})).status_code == 200


async def test_the_daily_limit_refuses_every_request(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("daily_limit", times=1)
    answer = await api.get("sobjects")
    expected = [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert (answer.status_code, answer.json()) == (403, expected)
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=100000/100000"


async def test_expired_sessions_need_a_new_token(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("expire_sessions")
    assert (await api.get("limits")).json()[0]["errorCode"] == "INVALID_SESSION_ID"
    headers = {"Authorization": f"Bearer {await org.access_token()}"}
    assert (await api.get("limits", headers=headers)).status_code == 200
    assert await org.faults() == []


async def changed(api: httpx2.AsyncClient) -> tuple[list[str], list[str]]:
    """The ids of the accounts that who follows changes hears of, the updated and the deleted ones."""
    window = {
        "start": (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds"),
        "end": (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds"),
    }
    updated = (await api.get("sobjects/Account/updated", params=window)).json()["ids"]
    deleted = (await api.get("sobjects/Account/deleted", params=window)).json()["deletedRecords"]
    return updated, [one["id"] for one in deleted]


async def test_a_change_whose_event_is_lost_is_stored_but_not_told(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("lost_event", times=1)
    lost = (await api.post("sobjects/Account", json={"Name": "Lost"})).json()["id"]
    told = (await api.post("sobjects/Account", json={"Name": "Told"})).json()["id"]
    assert len(await org.query("SELECT Id FROM Account WHERE Name = 'Lost'")) == 1
    updated, _ = await changed(api)
    assert (lost in updated, told in updated) == (False, True)
    await api.patch(f"sobjects/Account/{lost}", json={"Phone": "1"})
    assert lost in (await changed(api))[0]


async def test_a_deletion_whose_event_is_lost_is_not_told(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    gone = (await api.post("sobjects/Account", json={"Name": "Gone"})).json()["id"]
    await org.fault("lost_event", times=1, method="DELETE")
    assert (await api.delete(f"sobjects/Account/{gone}")).status_code == 204
    assert await org.query("SELECT Id FROM Account WHERE Name = 'Gone'") == []
    assert [gone in ids for ids in await changed(api)] == [False, False]


async def test_the_events_of_all_that_a_composite_request_writes_are_lost(
    org: RunningOrg, api: httpx2.AsyncClient
) -> None:
    await org.fault("lost_event", times=1)
    step = {"method": "POST", "url": "/services/data/v67.0/sobjects/Account", "referenceId": "a", "body": {"Name": "A"}}
    answer = (await api.post("composite", json={"compositeRequest": [step]})).json()["compositeResponse"][0]
    assert answer["httpStatusCode"] == 201
    assert answer["body"]["id"] not in (await changed(api))[0]


async def test_a_collection_is_refused_where_rows_are_locked(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("row_lock", times=1)
    records = [{"attributes": {"type": "Account"}, "Name": "Locked"}]
    answer = await api.post("composite/sobjects", json={"records": records})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")


async def test_a_slow_request_is_answered_in_the_end(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    await org.fault("slow", seconds=0.5, times=1)
    with pytest.raises(httpx2.ReadTimeout):
        await api.get("limits", timeout=0.05)
    assert (await api.get("limits")).status_code == 200


@pytest.mark.parametrize(
    "body", [{"kind": "meteor"}, {"kind": "slow", "often": True}, {"kind": "status", "times": 0}, {}]
)
async def test_a_fault_that_does_not_exist_is_refused(stranger: httpx2.AsyncClient, body: dict[str, object]) -> None:
    answer = await stranger.post("/localorg/faults", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_PARAMETER")
