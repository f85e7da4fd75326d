import httpx2
import pytest

from localorg.testing import RunningOrg


async def test_the_clock_moves_all_that_happens_from_then_on(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    told = (await stranger.post("/localorg/clock", json={"advance": 3600})).json()
    assert told["offsetSeconds"] == 3600
    case_id = (await api.post("sobjects/Case", json={"Subject": "Later"})).json()["id"]
    (case,) = await org.query(f"SELECT CreatedDate FROM Case WHERE Id = '{case_id}'")
    assert case["CreatedDate"] >= told["at"][:19]
    await org.reset()
    assert (await stranger.get("/localorg/clock")).json()["offsetSeconds"] == 0


async def test_the_clock_can_be_set_and_given_back(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    told = (await stranger.post("/localorg/clock", json={"at": "2027-03-01T08:00:00Z"})).json()
    assert told["at"].startswith("2027-03-01T08:00:0")
    assert (await stranger.post("/localorg/clock", json={"at": None})).json()["offsetSeconds"] == 0


async def test_a_session_ends_when_its_time_is_over(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    await stranger.post("/localorg/clock", json={"advance": 3 * 3600})
    assert (await api.get("limits")).json()[0]["errorCode"] == "INVALID_SESSION_ID"


@pytest.mark.parametrize(
    "body", [{}, {"at": "noon"}, {"advance": "1h"}, {"at": "1970-01-01T00:00:00Z"}, {"advance": 1e12}]
)
async def test_a_wrong_moment_is_refused(
    org: RunningOrg, stranger: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    answer = await stranger.post("/localorg/clock", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_PARAMETER")
    assert (await stranger.get("/localorg/clock")).json()["offsetSeconds"] == 0
