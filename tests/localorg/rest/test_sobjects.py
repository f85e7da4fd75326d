import asyncio
from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg


async def created(api: httpx2.AsyncClient, object_name: str, **values: Any) -> str:
    answer = await api.post(f"sobjects/{object_name}", json=values)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def read(api: httpx2.AsyncClient, object_name: str, record_id: str) -> dict[str, Any]:
    answer = await api.get(f"sobjects/{object_name}/{record_id}")
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()
    return record


async def test_a_created_record_is_read_back_with_what_the_system_adds(api: httpx2.AsyncClient) -> None:
    answer = await api.post("sobjects/Case", json={"Subject": " Cannot log in ", "Origin": "chat"})
    body = answer.json()
    assert (answer.status_code, body["success"], body["errors"]) == (201, True, [])
    assert answer.headers["Location"] == f"/services/data/v67.0/sobjects/Case/{body['id']}"
    case = await read(api, "Case", body["id"])
    assert (case["Subject"], case["Origin"], case["CaseNumber"]) == ("Cannot log in", "Chat", "00001033")
    assert (case["Status"], case["Priority"], case["IsClosed"]) == ("New", "Medium", False)
    assert case["CreatedDate"] == case["SystemModstamp"]
    assert case["CreatedById"].startswith("005")
    assert case["attributes"] == {"type": "Case", "url": f"/services/data/v67.0/sobjects/Case/{body['id']}"}


async def test_only_the_fields_asked_for_are_read(api: httpx2.AsyncClient) -> None:
    record_id = await created(api, "Account", Name="Narrow")
    answer = await api.get(f"sobjects/Account/{record_id[:15]}", params={"fields": "Id, name"})
    assert answer.json() == {
        "attributes": {"type": "Account", "url": f"/services/data/v67.0/sobjects/Account/{record_id}"},
        "Id": record_id,
        "Name": "Narrow",
    }


async def test_an_update_answers_204_and_changes_what_it_names(api: httpx2.AsyncClient) -> None:
    record_id = await created(api, "Contact", FirstName="Ada", LastName="Byron")
    answer = await api.patch(f"sobjects/Contact/{record_id}", json={"LastName": "Lovelace"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await read(api, "Contact", record_id))["Name"] == "Ada Lovelace"


async def test_a_deleted_record_is_gone_but_for_query_all(api: httpx2.AsyncClient) -> None:
    record_id = await created(api, "Account", Name="Short-lived")
    assert (await api.delete(f"sobjects/Account/{record_id}")).status_code == 204
    assert (await api.get(f"sobjects/Account/{record_id}")).status_code == 404
    again = await api.delete(f"sobjects/Account/{record_id}")
    assert (again.status_code, again.json()[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")
    soql = f"SELECT IsDeleted FROM Account WHERE Id = '{record_id}'"
    assert (await api.get("query", params={"q": soql})).json()["totalSize"] == 0
    assert (await api.get("queryAll", params={"q": soql})).json()["records"][0]["IsDeleted"] is True


async def test_deleting_a_case_deletes_its_comments(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    case_id = await created(api, "Case", Subject="Parent")
    await created(api, "CaseComment", ParentId=case_id, CommentBody="Child")
    await api.delete(f"sobjects/Case/{case_id}")
    assert await org.query(f"SELECT Id FROM CaseComment WHERE ParentId = '{case_id}'") == []


async def test_a_contact_with_cases_cannot_be_deleted(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (dana,) = await org.query("SELECT Id FROM Contact WHERE Email = 'dana.whitfield@harborlight.example'")
    answer = await api.delete(f"sobjects/Contact/{dana['Id']}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "DELETE_FAILED")


async def test_an_upsert_creates_once_and_then_updates(api: httpx2.AsyncClient) -> None:
    path = "sobjects/Case/Casewright_Conversation__c/conversation%2F1"
    first = await api.patch(path, json={"Subject": "First"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    second = await api.patch(path, json={"Subject": "Second"})
    assert (second.status_code, second.json()["created"]) == (200, False)
    assert second.json()["id"] == first.json()["id"]
    by_key = await api.get(path)
    assert (by_key.json()["Subject"], by_key.json()["Casewright_Conversation__c"]) == ("Second", "conversation/1")
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_of_many_upserts_at_once_one_creates(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    path = "sobjects/Case/Casewright_Conversation__c/race"
    answers = await asyncio.gather(*(api.patch(path, json={"Subject": str(number)}) for number in range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
    assert len(await org.query("SELECT Id FROM Case WHERE Casewright_Conversation__c = 'race'")) == 1


async def test_an_external_id_on_several_records_is_answered_300_with_their_addresses(api: httpx2.AsyncClient) -> None:
    ids = {await created(api, "Case", Casewright_Key__c="same") for _ in range(2)}
    answer = await api.patch("sobjects/Case/Casewright_Key__c/same", json={"Subject": "Which?"})
    assert answer.status_code == 300
    assert set(answer.json()) == {f"/services/data/v67.0/sobjects/Case/{record_id}" for record_id in ids}


async def test_a_parent_may_be_named_by_its_external_id(api: httpx2.AsyncClient) -> None:
    case_id = await created(api, "Case", Casewright_Conversation__c="c-7")
    credit = await created(api, "Credit__c", Amount__c=10, Case__r={"Casewright_Conversation__c": "c-7"})
    stored = await read(api, "Credit__c", credit)
    assert (stored["Case__c"], stored["Name"]) == (case_id, "CR-0003")


@pytest.mark.parametrize(
    ("object_name", "values", "code", "message", "fields"),
    [
        ("Contact", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]),
        ("Case", {"Foo": 1}, "INVALID_FIELD", "No such column 'Foo' on sobject of type Case", None),
        (
            "Case",
            {"CaseNumber": "1"},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: CaseNumber.",
            ["CaseNumber"],
        ),
        (
            "Case",
            {"Status": "Foo"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Status: bad value for restricted picklist field: Foo",
            ["Status"],
        ),
        ("Case", {"Subject": "x" * 256}, "STRING_TOO_LONG", "Subject: data value too large: xxx", ["Subject"]),
        (
            "Case",
            {"Sentiment_Score__c": 1.5},
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "Sentiment Score must be between -1 and 1.",
            ["Sentiment_Score__c"],
        ),
        ("Case", {"ContactId": "x"}, "MALFORMED_ID", "Contact ID: id value of incorrect type: x", ["ContactId"]),
        (
            "Case",
            {"ContactId": "001000000000001"},
            "FIELD_INTEGRITY_EXCEPTION",
            "Contact ID: id value of incorrect type: 001",
            ["ContactId"],
        ),
        (
            "Case",
            {"ContactId": "003000000000001"},
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            ["ContactId"],
        ),
        (
            "Case",
            {"SuppliedEmail": "no mail"},
            "INVALID_EMAIL_ADDRESS",
            "Email Address: invalid email address: no mail",
            ["SuppliedEmail"],
        ),
        (
            "Credit__c",
            {"Amount__c": 1e17},
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Amount: value outside of valid range",
            ["Amount__c"],
        ),
        (
            "CaseHistory",
            {"Field": "x"},
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "entity type cannot be inserted: Case History",
            [],
        ),
    ],
)
async def test_values_that_do_not_fit_are_refused_in_salesforces_words(
    api: httpx2.AsyncClient, object_name: str, values: dict[str, Any], code: str, message: str, fields: list[str] | None
) -> None:
    answer = await api.post(f"sobjects/{object_name}", json=values)
    (error,) = answer.json()
    assert (answer.status_code, error["errorCode"], error.get("fields")) == (400, code, fields)
    assert error["message"].startswith(message)


async def test_a_unique_value_is_given_once(api: httpx2.AsyncClient) -> None:
    first = await created(api, "Credit__c", Amount__c=1, Casewright_Key__c="once")
    answer = await api.post("sobjects/Credit__c", json={"Amount__c": 1, "Casewright_Key__c": "ONCE"})
    message = f"duplicate value found: Casewright_Key__c duplicates value on record with id: {first}"
    assert answer.json() == [{"message": message, "errorCode": "DUPLICATE_VALUE", "fields": []}]


async def test_an_inactive_user_can_own_nothing(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (elena,) = await org.query("SELECT Id FROM User WHERE Username = 'elena.petrova@aurora.example'")
    answer = await api.post("sobjects/Account", json={"Name": "Orphan", "OwnerId": elena["Id"]})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INACTIVE_OWNER_OR_USER")


async def test_a_queue_owns_only_what_it_is_made_for(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (tier1,) = await org.query("SELECT Id FROM Group WHERE DeveloperName = 'Tier_1_Support'")
    answer = await api.post("sobjects/Credit__c", json={"Amount__c": 1, "OwnerId": tier1["Id"]})
    told = answer.json()[0]
    assert (told["errorCode"], told["message"]) == ("INVALID_OPERATION", "Queue not associated with this SObject type")


async def test_a_refused_write_leaves_nothing_behind(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    before = await org.query("SELECT COUNT(Id) n FROM Case")
    await api.post("sobjects/Case", json={"Subject": "Half", "ContactId": "003000000000001"})
    assert await org.query("SELECT COUNT(Id) n FROM Case") == before


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The HTTP entity body is required, but this request has no entity body."),
        (b'{"Subject": }', "Unexpected character ('}' (code 125)) at [line:1, column:13]"),
        (b'{"Subject": "x"', "Unexpected end-of-input at [line:1, column:16]"),
        (b"[]", "Unexpected value, expected START_OBJECT at [line:1, column:1]"),
        (
            b'{"Subject": "x",\n "IsEscalated": "maybe"}',
            "Cannot deserialize instance of boolean from VALUE_STRING value maybe "
            "or request may be missing a required field at [line:2, column:17]",
        ),
        (
            b'{"Sentiment_Score__c": [1]}',
            "Cannot deserialize instance of double from START_ARRAY value [ "
            "or request may be missing a required field at [line:1, column:24]",
        ),
    ],
)
async def test_a_body_that_cannot_be_read_is_a_json_parser_error(
    api: httpx2.AsyncClient, body: bytes, message: str
) -> None:
    answer = await api.post("sobjects/Case", content=body, headers={"Content-Type": "text/xml"})
    assert (answer.status_code, answer.json()) == (400, [{"message": message, "errorCode": "JSON_PARSER_ERROR"}])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "sobjects/Nothing", 404, "NOT_FOUND"),
        ("POST", "sobjects/Nothing", 404, "NOT_FOUND"),
        ("GET", "sobjects/Case/500000000000001", 404, "NOT_FOUND"),
        ("GET", "sobjects/Case/x", 404, "NOT_FOUND"),
        ("PATCH", "sobjects/Case/Subject/x", 404, "NOT_FOUND"),
        ("PATCH", "sobjects/Case/500000000000001", 404, "NOT_FOUND"),
        ("DELETE", "sobjects/Case/500000000000001", 404, "INVALID_CROSS_REFERENCE_KEY"),
        ("GET", "sobjects/Case/x/y/z", 404, "NOT_FOUND"),
        ("GET", "chatter/users/me", 404, "NOT_FOUND"),
        ("PUT", "sobjects/Case", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_what_is_not_there_is_answered_as_salesforce_does(
    api: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await api.request(method, path, json={})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


async def test_an_update_may_not_name_the_id(api: httpx2.AsyncClient) -> None:
    record_id = await created(api, "Account", Name="Same")
    answer = await api.patch(f"sobjects/Account/{record_id}", json={"Id": record_id})
    assert answer.json()[0]["message"] == "The Id field should not be specified in the sobject data."


async def test_before_version_46_an_updating_upsert_has_no_body(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    answer = await api.patch(f"{org.url}/services/data/v50.0/sobjects/Case/Casewright_Key__c/k", json={})
    assert answer.status_code == 201
    retired = await api.get(f"{org.url}/services/data/v20.0/sobjects")
    assert (retired.status_code, retired.json()[0]["errorCode"]) == (410, "GONE")
    unknown = await api.get(f"{org.url}/services/data/v99.0/sobjects")
    assert (unknown.status_code, unknown.json()[0]["errorCode"]) == (404, "NOT_FOUND")


async def test_a_satisfaction_outside_one_to_five_is_refused(api: httpx2.AsyncClient) -> None:
    assert (await api.post("sobjects/Case", json={"Satisfaction__c": 5})).status_code == 201
    answer = await api.post("sobjects/Case", json={"Satisfaction__c": 6})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")


async def test_service_requests_are_numbered(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    before = len(await org.query("SELECT Id FROM Service_Request__c"))
    made = await created(api, "Service_Request__c", Type__c="Data Export")
    (request,) = await org.query(f"SELECT Name, Status__c FROM Service_Request__c WHERE Id = '{made}'")
    assert (request["Name"], request["Status__c"]) == (f"SR-{before + 1:05}", "Requested")


async def test_a_relationship_of_a_record_leads_to_its_parent_and_its_children(
    api: httpx2.AsyncClient, org: RunningOrg
) -> None:
    (case,) = await org.query("SELECT Id, ContactId, Contact.Email FROM Case WHERE ContactId != null LIMIT 1")
    contact = (await api.get(f"sobjects/Case/{case['Id']}/Contact", params={"fields": "Email"})).json()
    assert (contact["Email"], contact["attributes"]["type"]) == (case["Contact"]["Email"], "Contact")
    cases = (await api.get(f"sobjects/Contact/{case['ContactId']}/Cases", params={"fields": "Id"})).json()
    assert case["Id"] in {one["Id"] for one in cases["records"]}
    assert (cases["totalSize"], cases["done"]) == (len(cases["records"]), True)
    for missing in (f"sobjects/Case/{case['Id']}/Nobody", "sobjects/Contact/003000000000000AAA/Cases"):
        assert (await api.get(missing)).status_code == 404


async def test_a_client_that_can_only_post_names_another_method(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (case,) = await org.query("SELECT Id FROM Case LIMIT 1")
    path = f"sobjects/Case/{case['Id']}"
    answer = await api.post(path, params={"_HttpMethod": "PATCH"}, json={"Subject": "Renamed"})
    assert answer.status_code == 204
    assert (await api.get(path, params={"fields": "Subject"})).json()["Subject"] == "Renamed"


async def test_who_takes_only_xml_is_told_that_there_is_none(api: httpx2.AsyncClient) -> None:
    answer = await api.get("sobjects", headers={"Accept": "application/xml"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (406, "NOT_ACCEPTABLE")
    assert (await api.get("limits", headers={"Accept": "application/xml, */*;q=0.5"})).status_code == 200


async def test_a_profile_that_people_have_stays(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (user,) = await org.query("SELECT ProfileId FROM User LIMIT 1")
    answer = await api.delete(f"sobjects/Profile/{user['ProfileId']}")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "DELETE_FAILED")
