"""jsforce 3.10."""

import base64
import io
import time
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conformance.conftest import PASSWORD, USERNAME, Jsforce, PlayedOrg, row

if TYPE_CHECKING:
    from typing import Any


@row("jsforce login / authorize")
async def test_a_soap_login_ends_with_its_logout(jsforce: Jsforce, played: PlayedOrg) -> None:
    told = await jsforce.play("soapLogin", url=played.url, username=USERNAME, password=PASSWORD)
    (user,) = await played.query(f"SELECT Id FROM User WHERE Username = '{USERNAME}'")
    assert (told["user"]["id"], told["found"]) == (user["Id"], 1)
    assert told["refused"] == "INVALID_SESSION_ID"


@row("jsforce login / authorize")
async def test_each_grant_gives_a_session(jsforce: Jsforce, played: PlayedOrg) -> None:
    org = played.running
    claims = {"iss": org.client_id, "sub": USERNAME, "aud": f"{played.url}/", "exp": int(time.time() * 1000) + 120_000}
    assertion = jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(played.key_file.read_bytes()))
    granted = await jsforce.play(
        "oauth",
        url=played.url,
        clientId=org.client_id,
        clientSecret=org.client_secret,
        username=USERNAME,
        password=PASSWORD,
        assertion=assertion,
    )
    assert granted == {"password": 1, "client_credentials": 1, "jwt": 1}


@row("jsforce identity")
async def test_identity_tells_who_is_signed_in(jsforce: Jsforce) -> None:
    told = await jsforce.play("identity")
    assert (told["username"], told["active"]) == (USERNAME, True)


@row("jsforce CRUD")
async def test_records_are_created_read_changed_and_deleted(jsforce: Jsforce, played: PlayedOrg) -> None:
    told = await jsforce.play("crud")
    assert [one["success"] for one in told["made"]] == [True, True, False]
    assert told["made"][2]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert told["read"] == ["Jsforce 1", "Jsforce 2"]
    assert all(one["success"] for one in told["changed"] + told["removed"])
    assert [one["success"] for one in told["upserted"]] == [True, True]
    assert told["again"]["success"] is True
    assert told["all"] == 2
    contacts = await played.query("SELECT LastName FROM Contact WHERE Ext__c IN ('1', '2') ORDER BY Ext__c")
    assert [contact["LastName"] for contact in contacts] == ["Uno", "Two"]
    assert await played.query("SELECT Id FROM Account WHERE Name LIKE 'Jsforce %'") == []


@row("jsforce CRUD")
async def test_cases_are_retrieved_by_id(jsforce: Jsforce, played: PlayedOrg) -> None:
    cases = await played.query("SELECT Id, CaseNumber FROM Case ORDER BY CaseNumber LIMIT 3")
    told = await jsforce.play("caseRetrieve", ids=[case["Id"] for case in cases])
    assert told == [case["CaseNumber"] for case in cases]


@row("jsforce bulk2, tooling, metadata")
async def test_bulk_jobs_load_and_export(jsforce: Jsforce, played: PlayedOrg) -> None:
    told = await jsforce.play("bulkIngest")
    assert told["good"] == 250
    assert [one["sf__Error"].split(":")[0] for one in told["failed"]] == ["REQUIRED_FIELD_MISSING"]
    stored = await played.query("SELECT Name FROM Account WHERE Name LIKE 'Jsbulk %'")
    exported = await jsforce.play("bulkQuery")
    assert sorted(exported) == sorted(one["Name"] for one in stored)
    assert len(exported) == 250


@row("jsforce bulk2, tooling, metadata")
async def test_a_class_is_made_and_apex_is_refused(jsforce: Jsforce) -> None:
    told = await jsforce.play("tooling")
    assert (told["made"]["success"], told["found"]) == (True, ["JsforceMade"])
    assert "no Apex runtime" in told["refused"]


@row("jsforce bulk2, tooling, metadata")
async def test_metadata_is_deployed_listed_and_retrieved(jsforce: Jsforce, zipped_class: Callable[[str], str]) -> None:
    told: dict[str, Any] = await jsforce.play("metadata", zip=zipped_class("JsforceClass"))
    assert told["types"] > 50
    assert (told["deployed"]["status"], told["deployed"]["success"]) == ("Succeeded", True)
    assert told["deployed"]["numberComponentsDeployed"] == 1
    listed = told["listed"] if isinstance(told["listed"], list) else [told["listed"]]
    assert "JsforceClass" in [one["fullName"] for one in listed]
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(told["retrieved"]["zipFile"])))
    assert archive.read("unpackaged/classes/JsforceClass.cls") == b"public class JsforceClass {}"


@row("jsforce bulk2, tooling, metadata")
async def test_a_field_is_made_changed_read_and_deleted(jsforce: Jsforce) -> None:
    told = await jsforce.play("metadataOneByOne")
    assert [one["success"] for one in (*told["made"], told["updated"], *told["upserted"], *told["deleted"])] == [
        True
    ] * 4
    assert (told["again"]["success"], told["again"]["errors"][0]["statusCode"]) == (False, "DUPLICATE_DEVELOPER_NAME")
    assert (told["upserted"][0]["created"], told["read"]["fullName"]) == (False, "Case.Jsforce__c")
    assert int(told["read"]["length"]) == 40


@row("jsforce bulk2, tooling, metadata")
async def test_metadata_is_deployed_by_rest(jsforce: Jsforce, zipped_class: Callable[[str], str]) -> None:
    told = await jsforce.play("deployRest", zip=zipped_class("JsforceRest"))
    assert (told["status"], told["success"]) == ("Succeeded", True)


@row("jsforce describe, limits, search")
async def test_describe_limits_and_search_are_read(jsforce: Jsforce) -> None:
    told = await jsforce.play("limitsAndSearch")
    assert told["limits"]["Max"] == 100_000
    assert told["used"]["apiUsage"]["limit"] == 100_000
    assert [one["Name"] for one in told["found"]] == ["Harborlight Logistics"]
    assert told["fields"] > 30
    assert {"Case", "Contact", "ContentVersion"} <= set(told["objects"])
