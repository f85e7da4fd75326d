import base64

import httpx2
import orjson

from localorg.testing import RunningOrg


async def uploaded(api: httpx2.AsyncClient, content: bytes, **fields: str) -> str:
    body = {"PathOnClient": "log.txt", "VersionData": base64.b64encode(content).decode(), **fields}
    answer = await api.post("sobjects/ContentVersion", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_file_comes_back_byte_for_byte(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    content = bytes(range(256))
    version_id = await uploaded(api, content, PathOnClient="C:\\logs\\crash.bin", Title="Crash")
    version = (await api.get(f"sobjects/ContentVersion/{version_id}")).json()
    assert (version["Title"], version["FileExtension"], version["ContentSize"]) == ("Crash", "bin", 256)
    assert (version["VersionNumber"], version["IsLatest"]) == ("1", True)
    assert (await api.get(org.url + version["VersionData"])).content == content


async def test_a_file_may_be_sent_as_a_form(api: httpx2.AsyncClient) -> None:
    entity = orjson.dumps({"Title": "Form", "PathOnClient": "form.png"})
    parts = {
        "entity_content": (None, entity, "application/json"),
        "VersionData": ("form.png", b"\x89PNG\x00", "application/octet-stream"),
    }
    answer = await api.post("sobjects/ContentVersion", files=parts)
    assert answer.status_code == 201
    path = f"sobjects/ContentVersion/{answer.json()['id']}/VersionData"
    assert (await api.get(path)).content == b"\x89PNG\x00"


async def test_a_file_is_linked_to_the_record_it_is_published_to(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    (case,) = await org.query("SELECT Id FROM Case LIMIT 1")
    await uploaded(api, b"x", FirstPublishLocationId=case["Id"])
    soql = f"SELECT ContentDocument.Title, ShareType FROM ContentDocumentLink WHERE LinkedEntityId = '{case['Id']}'"
    (link,) = await org.query(soql)
    assert (link["ContentDocument"]["Title"], link["ShareType"]) == ("log", "V")


async def test_a_new_version_becomes_the_latest_of_its_document(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    first = await uploaded(api, b"one")
    document = (await api.get(f"sobjects/ContentVersion/{first}")).json()["ContentDocumentId"]
    second = await uploaded(api, b"two", ContentDocumentId=document)
    soql = f"SELECT Id, IsLatest FROM ContentVersion WHERE ContentDocumentId = '{document}' ORDER BY VersionNumber"
    versions = [(version["Id"], version["IsLatest"]) for version in await org.query(soql)]
    assert versions == [(first, False), (second, True)]
    latest = await org.query(f"SELECT LatestPublishedVersionId FROM ContentDocument WHERE Id = '{document}'")
    assert latest[0]["LatestPublishedVersionId"] == second


async def test_what_is_not_base64_is_refused(api: httpx2.AsyncClient) -> None:
    answer = await api.post("sobjects/ContentVersion", json={"PathOnClient": "a", "VersionData": "*"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_TYPE_ON_FIELD_IN_RECORD")


async def test_a_file_that_is_not_there_is_not_found(api: httpx2.AsyncClient) -> None:
    assert (await api.get("sobjects/ContentVersion/068000000000000AAA/VersionData")).status_code == 404
