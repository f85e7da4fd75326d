"""What is described is what holds."""

from typing import Any

import httpx2
import pytest


async def described(api: httpx2.AsyncClient, name: str) -> dict[str, dict[str, Any]]:
    answer = await api.get(f"sobjects/{name}/describe")
    return {field["name"]: field for field in answer.json()["fields"]}


@pytest.mark.parametrize("name", ["Credit__c", "Contact"])
async def test_fields_can_be_filtered_sorted_and_grouped_by_as_described(api: httpx2.AsyncClient, name: str) -> None:
    for field, told in (await described(api, name)).items():
        for key, clause in (
            ("filterable", f"SELECT Id FROM {name} WHERE {field} = null"),
            ("sortable", f"SELECT Id FROM {name} ORDER BY {field} LIMIT 1"),
            ("groupable", f"SELECT {field}, COUNT(Id) n FROM {name} GROUP BY {field}"),
            ("aggregatable", f"SELECT MAX({field}) m FROM {name}"),
        ):
            answer = await api.get("query", params={"q": clause})
            assert (answer.status_code == 200) is told[key], (field, key, answer.text)


async def test_values_of_picklists_are_described_with_their_default(api: httpx2.AsyncClient) -> None:
    status = (await described(api, "Case"))["Status"]
    assert status["picklistValues"][0]["value"] == "New"
    assert [value["value"] for value in status["picklistValues"] if value["defaultValue"]] == ["New"]
    assert status["restrictedPicklist"] is True


async def test_an_object_without_record_types_has_the_master_only(api: httpx2.AsyncClient) -> None:
    (master,) = (await api.get("sobjects/Case/describe")).json()["recordTypeInfos"]
    assert (master["master"], master["defaultRecordTypeMapping"]) == (True, True)


async def test_what_can_be_searched_is_described_so(api: httpx2.AsyncClient) -> None:
    objects = {one["name"]: one["searchable"] for one in (await api.get("sobjects")).json()["sobjects"]}
    for name in ("Case", "Contact", "Group", "CaseHistory"):
        answer = await api.get("search", params={"q": f"FIND {{export}} RETURNING {name}(Id)"})
        assert (answer.status_code == 200) is objects[name]
