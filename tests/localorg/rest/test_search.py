import httpx2
import pytest


async def test_a_search_answers_with_the_records_and_their_addresses(api: httpx2.AsyncClient) -> None:
    sosl = "FIND {dana} IN ALL FIELDS RETURNING Contact(Id, Name), User(Username)"
    answer = await api.get("search", params={"q": sosl})
    contact, user = answer.json()["searchRecords"]
    assert (contact["attributes"]["type"], contact["Name"]) == ("Contact", "Dana Whitfield")
    assert contact["attributes"]["url"] == f"/services/data/v67.0/sobjects/Contact/{contact['Id']}"
    assert user["Username"] == "dana.whitfield@harborlight.example"


async def test_a_search_may_be_said_in_parameters(api: httpx2.AsyncClient) -> None:
    given = {"q": "dana", "sobject": "Contact,Account", "Contact.fields": "Id,Email", "Contact.limit": "1"}
    (found,) = (await api.get("parameterizedSearch", params=given)).json()["searchRecords"]
    assert found["Email"] == "dana.whitfield@harborlight.example"


async def test_a_search_may_be_said_in_json(api: httpx2.AsyncClient) -> None:
    body = {
        "q": "export",
        "in": "NAME",
        "fields": ["Id"],
        "sobjects": [
            {"name": "Case", "fields": ["Subject"], "where": "IsClosed = false", "orderBy": "Subject", "limit": 1}
        ],
    }
    answer = await api.post("parameterizedSearch", json=body)
    assert [record["Subject"] for record in answer.json()["searchRecords"]] == ["Nightly export stops at 40 percent"]


@pytest.mark.parametrize("q", ["", "FIND dana", "FIND {dana"])
async def test_a_search_that_says_nothing_is_refused(api: httpx2.AsyncClient, q: str) -> None:
    answer = await api.get("search", params={"q": q})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "MALFORMED_SEARCH")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"q": "dana", "sobjects": "Case"},
        {"q": "dana", "sobjects": [{"name": "Case) X ("}]},
        {"q": "dana", "sobjects": [{"name": "Case", "fields": "Id"}]},
        {"q": "dana", "overallLimit": "many"},
    ],
)
async def test_a_body_that_is_no_search_is_refused(api: httpx2.AsyncClient, body: dict[str, object]) -> None:
    answer = await api.post("parameterizedSearch", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_SEARCH")
