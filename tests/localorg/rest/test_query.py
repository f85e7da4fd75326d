import httpx2
import pytest

from localorg.testing import RunningOrg


async def test_a_query_with_a_trailing_slash_is_answered_too(api: httpx2.AsyncClient) -> None:
    soql = "SELECT Name FROM Account ORDER BY Name LIMIT 1"
    plain, slashed = [await api.get(path, params={"q": soql}) for path in ("query", "query/")]
    assert plain.json() == slashed.json()
    assert plain.json()["totalSize"] == 1
    assert plain.json()["done"] is True
    assert "nextRecordsUrl" not in plain.json()


async def test_a_large_result_comes_in_batches(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    for number in range(205):
        await api.post("sobjects/Account", json={"Name": f"Batch {number:03d}"})
    soql = "SELECT Name FROM Account WHERE Name LIKE 'Batch %' ORDER BY Name"
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = (await api.get("query", params={"q": soql}, headers=headers)).json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (205, False, 200)
    rest = (await api.get(org.url + first["nextRecordsUrl"], headers=headers)).json()
    assert (rest["totalSize"], rest["done"], len(rest["records"])) == (205, True, 5)
    names = [record["Name"] for record in first["records"] + rest["records"]]
    assert names == [f"Batch {number:03d}" for number in range(205)]


@pytest.mark.parametrize("locator", ["01gNothing-200", "01gNothing", "x"])
async def test_an_unknown_locator_is_refused(api: httpx2.AsyncClient, locator: str) -> None:
    answer = await api.get(f"query/{locator}")
    expected = [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}]
    assert (answer.status_code, answer.json()) == (400, expected)


async def test_a_query_needs_a_text(api: httpx2.AsyncClient) -> None:
    answer = await api.get("query")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "MALFORMED_QUERY")


async def test_what_the_first_login_of_a_command_line_client_asks_is_an_invalid_type(api: httpx2.AsyncClient) -> None:
    answer = await api.get("query", params={"q": "SELECT Id FROM ScratchOrgInfo limit 1"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_TYPE")


async def test_columns_are_told_instead_of_records(api: httpx2.AsyncClient) -> None:
    soql = "SELECT Id, IsClosed, Contact.Name, (SELECT Id FROM CaseComments) FROM Case"
    answer = (await api.get("query", params={"q": soql, "columns": "true"})).json()
    assert [(c["columnName"], c["apexType"]) for c in answer["columnMetadata"]] == [
        ("Id", "Id"),
        ("IsClosed", "Boolean"),
        ("Contact", "Object"),
        ("CaseComments", "List"),
    ]
    assert answer["columnMetadata"][2]["joinColumns"][0]["columnName"] == "Name"
    assert (answer["entityName"], answer["idSelected"], answer["keyPrefix"]) == ("Case", True, "500")


async def test_what_is_read_for_view_is_among_the_recent_items(api: httpx2.AsyncClient) -> None:
    soql = "SELECT Id FROM Account WHERE Name = 'Pinecrest Foods' FOR VIEW"
    (record,) = (await api.get("query", params={"q": soql})).json()["records"]
    (recent,) = (await api.get("sobjects/Account")).json()["recentItems"]
    assert (recent["Id"], recent["Name"]) == (record["Id"], "Pinecrest Foods")


async def test_a_page_is_of_the_records_found_first_whatever_came_since(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    for number in range(202):
        await api.post("sobjects/Asset", json={"Name": f"Page {number:03d}"})
    headers = {"Sforce-Query-Options": "batchSize=200"}
    soql = "SELECT Name, Account.Name FROM Asset WHERE Name LIKE 'Page %' ORDER BY Name DESC"
    first = (await api.get("query", params={"q": soql}, headers=headers)).json()
    await api.post("sobjects/Asset", json={"Name": "Page 000a"})
    rest = (await api.get(org.url + first["nextRecordsUrl"], headers=headers)).json()
    assert [record["Name"] for record in rest["records"]] == ["Page 001", "Page 000"]
