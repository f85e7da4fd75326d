"""What changed: updated, deleted, If-Modified-Since."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

WINDOW = {
    "start": (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds"),
    "end": (datetime.now(UTC) + timedelta(hours=3)).isoformat(timespec="seconds"),
}


async def test_new_records_are_among_the_updated_and_deleted_ones_among_the_deleted(api: httpx2.AsyncClient) -> None:
    kept, gone = [(await api.post("sobjects/Account", json={"Name": name})).json()["id"] for name in ("Kept", "Gone")]
    await api.delete(f"sobjects/Account/{gone}")
    updated = (await api.get("sobjects/Account/updated/", params=WINDOW)).json()
    deleted = (await api.get("sobjects/Account/deleted/", params=WINDOW)).json()
    assert kept in updated["ids"]
    assert gone not in updated["ids"]
    assert [record["id"] for record in deleted["deletedRecords"]] == [gone]
    assert {"earliestDateAvailable", "latestDateCovered"} <= deleted.keys()


@pytest.mark.parametrize(
    "window",
    [
        {"start": WINDOW["end"], "end": WINDOW["start"]},
        {"start": "yesterday", "end": WINDOW["end"]},
        {"start": "2020-01-01T00:00:00Z", "end": WINDOW["end"]},
    ],
)
async def test_a_window_that_cannot_be_is_refused(api: httpx2.AsyncClient, window: dict[str, str]) -> None:
    answer = await api.get("sobjects/Account/updated", params=window)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


async def test_a_record_is_sent_again_only_if_it_was_modified(api: httpx2.AsyncClient) -> None:
    record_id = (await api.post("sobjects/Account", json={"Name": "Still"})).json()["id"]
    path = f"sobjects/Account/{record_id}"
    modified = (await api.get(path)).headers["Last-Modified"]
    unchanged = await api.get(path, headers={"If-Modified-Since": modified})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    earlier = "Mon, 02 Jan 2023 00:00:00 GMT"
    assert (await api.get(path, headers={"If-Modified-Since": earlier})).status_code == 200
    refused = await api.patch(path, json={"Name": "Moved"}, headers={"If-Unmodified-Since": earlier})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (412, "PRECONDITION_FAILED")


async def test_a_layout_shows_the_fields_of_its_object(api: httpx2.AsyncClient) -> None:
    listed = (await api.get("sobjects/Case/describe/layouts")).json()
    assert "012000000000000AAA" in [mapping["recordTypeId"] for mapping in listed["recordTypeMappings"]]
    layout = (await api.get("sobjects/Case/describe/layouts/012000000000000AAA")).json()
    rows = layout["editLayoutSections"][0]["layoutRows"]
    shown = [row["layoutItems"][0]["layoutComponents"][0]["value"] for row in rows]
    assert "Subject" in shown
    assert "CaseNumber" not in shown
    assert (await api.get("sobjects/Case/describe/layouts/012000000000001AAA")).status_code == 404
