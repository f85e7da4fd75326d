import httpx2
import pytest

from localorg.testing import RunningOrg


async def test_an_org_comes_back_as_it_was(
    org: RunningOrg, api: httpx2.AsyncClient, stranger: httpx2.AsyncClient
) -> None:
    kept = (await api.post("sobjects/Case", json={"Subject": "Kept"})).json()["id"]
    taken = await stranger.post("/localorg/snapshots", json={"name": "before"})
    assert (taken.status_code, taken.json()["name"]) == (201, "before")
    lost = (await api.post("sobjects/Case", json={"Subject": "Lost"})).json()["id"]
    await stranger.post("/localorg/clock", json={"advance": 60})
    assert (await stranger.post("/localorg/snapshots/before/restore")).status_code == 204
    assert (await api.get(f"sobjects/Case/{kept}")).json()["Subject"] == "Kept"
    assert (await api.get(f"sobjects/Case/{lost}")).status_code == 404
    assert (await stranger.get("/localorg/clock")).json()["offsetSeconds"] == 0
    again = (await api.post("sobjects/Case", json={"Subject": "Zugspitze"})).json()["id"]
    assert again == lost
    found = (await api.get("search", params={"q": "FIND {Zugspitze} RETURNING Case(Id)"})).json()
    assert [record["Id"] for record in found["searchRecords"]] == [again]


async def test_snapshots_are_listed_and_discarded(org: RunningOrg, stranger: httpx2.AsyncClient) -> None:
    await stranger.post("/localorg/snapshots", json={"name": "one"})
    names = [one["name"] for one in (await stranger.get("/localorg/snapshots")).json()]
    assert "one" in names
    assert (await stranger.delete("/localorg/snapshots/one")).status_code == 204
    assert "one" not in [one["name"] for one in (await stranger.get("/localorg/snapshots")).json()]
    assert (await stranger.post("/localorg/snapshots/one/restore")).status_code == 404


@pytest.mark.parametrize("name", ["", "../aurora", "a b", None, 7])
async def test_a_snapshot_needs_a_plain_name(org: RunningOrg, stranger: httpx2.AsyncClient, name: object) -> None:
    answer = await stranger.post("/localorg/snapshots", json={"name": name})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_PARAMETER")
