import asyncio
import csv
import io
from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg

EVERY_ACCOUNT = "SELECT Name FROM Account WHERE Name LIKE 'Bulk %' ORDER BY Name"


async def opened(api: httpx2.AsyncClient, **settings: str) -> str:
    answer = await api.post("jobs/ingest", json={"object": "Account", "operation": "insert", **settings})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "Open"
    return f"jobs/ingest/{answer.json()['id']}"


async def ended(api: httpx2.AsyncClient, job: str) -> dict[str, Any]:
    for _ in range(600):
        told: dict[str, Any] = (await api.get(job)).json()
        if told["state"] in ("JobComplete", "Failed", "Aborted"):
            return told
        await asyncio.sleep(0.02)
    raise AssertionError(f"the job has not ended: {told}")


async def loaded(api: httpx2.AsyncClient, text: str, **settings: str) -> tuple[str, dict[str, Any]]:
    job = await opened(api, **settings)
    put = await api.put(f"{job}/batches", content=text.encode(), headers={"Content-Type": "text/csv"})
    assert (put.status_code, put.content) == (201, b"")
    closed = await api.patch(job, json={"state": "UploadComplete"})
    assert closed.json()["state"] == "UploadComplete"
    return job, await ended(api, job)


async def results(api: httpx2.AsyncClient, path: str, delimiter: str = ",") -> list[dict[str, str]]:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text), delimiter=delimiter))


async def test_rows_succeed_or_fail_by_themselves(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    text = "Name,NumberOfEmployees\nBulk 1,5\nBulk 2,many\nBulk 3,\n"
    job, told = await loaded(api, text)
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("JobComplete", 3, 1)
    good = await results(api, f"{job}/successfulResults")
    assert [(row["sf__Created"], row["Name"]) for row in good] == [("true", "Bulk 1"), ("true", "Bulk 3")]
    (bad,) = await results(api, f"{job}/failedResults")
    assert bad["sf__Error"].startswith("INVALID_TYPE_ON_FIELD_IN_RECORD:")
    assert (bad["sf__Id"], bad["NumberOfEmployees"]) == ("", "many")
    assert await results(api, f"{job}/unprocessedrecords") == []
    stored = await org.query("SELECT Id, NumberOfEmployees FROM Account WHERE Name LIKE 'Bulk %' ORDER BY Name")
    assert [(row["Id"], row["NumberOfEmployees"]) for row in stored] == [
        (good[0]["sf__Id"], 5),
        (good[1]["sf__Id"], None),
    ]


async def test_other_delimiters_and_line_endings_are_read_and_written(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    text = 'Name;Description\r\n"Bulk; one";"two\r\nlines"\r\n'
    job, told = await loaded(api, text, columnDelimiter="SEMICOLON", lineEnding="CRLF")
    assert told["numberRecordsFailed"] == 0
    answer = await api.get(f"{job}/successfulResults")
    assert answer.text.startswith('"sf__Id";"sf__Created";"Name";"Description"\r\n')
    (account,) = await org.query("SELECT Name FROM Account WHERE Name LIKE 'Bulk%'")
    assert account["Name"] == "Bulk; one"


async def test_an_upsert_finds_records_by_their_external_id(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    settings = {"object": "Case", "operation": "upsert", "externalIdFieldName": "Casewright_Conversation__c"}
    await loaded(api, "Casewright_Conversation__c,Subject,Description\nk1,One,x\n", **settings)
    text = "Casewright_Conversation__c,Subject,Description\nk1,Changed,#N/A\nk2,Two,\n"
    job, _ = await loaded(api, text, **settings)
    assert [row["sf__Created"] for row in await results(api, f"{job}/successfulResults")] == ["false", "true"]
    soql = "SELECT Subject, Description FROM Case WHERE Casewright_Conversation__c IN ('k1','k2') ORDER BY Subject"
    stored = [(row["Subject"], row["Description"]) for row in await org.query(soql)]
    assert stored == [("Changed", None), ("Two", None)]


async def test_a_parent_is_named_by_its_external_id(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    await api.post("sobjects/Case", json={"Subject": "Parent", "Casewright_Conversation__c": "parent"})
    text = "ParentId,Parent.Casewright_Conversation__c,Subject\n,parent,Child\n,nobody,Orphan\n"
    _, told = await loaded(api, text, object="Case")
    assert told["numberRecordsFailed"] == 1
    (child,) = await org.query("SELECT Parent.Subject FROM Case WHERE Subject = 'Child'")
    assert child["Parent"]["Subject"] == "Parent"


async def test_records_are_updated_and_deleted_by_id(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    job, _ = await loaded(api, "Name\nBulk 1\nBulk 2\n")
    one, two = [row["sf__Id"] for row in await results(api, f"{job}/successfulResults")]
    await loaded(api, f"Id,Name\n{one},Bulk changed\nnonsense,x\n", operation="update")
    assert [row["Name"] for row in await org.query(EVERY_ACCOUNT)] == ["Bulk 2", "Bulk changed"]
    await loaded(api, f"Id\n{one}\n{two}\n", operation="delete")
    assert await org.query(EVERY_ACCOUNT) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Name,Nope\nx,y\n", "Field name not found : Nope"),
        ("Name,Name\nx,y\n", "Duplicate field"),
        ("Name\nBulk 1\nBulk,2\n", "line 3 has 2 columns, but the header 1"),
        ('Name\n"Bulk 1\n', "cannot be read"),
    ],
)
async def test_a_file_that_is_no_table_fails_the_job(
    api: httpx2.AsyncClient, org: RunningOrg, text: str, sentence: str
) -> None:
    job, told = await loaded(api, text)
    assert told["state"] == "Failed"
    assert sentence in told["errorMessage"]
    assert await org.query(EVERY_ACCOUNT) == []
    assert (await api.get(f"{job}/unprocessedrecords")).status_code == 200


async def test_an_aborted_job_stores_nothing_more(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    job = await opened(api)
    await api.put(f"{job}/batches", content=b"Name\nBulk 1\n")
    assert (await api.patch(job, json={"state": "Aborted"})).json()["state"] == "Aborted"
    again = await api.patch(job, json={"state": "UploadComplete"})
    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert [row["Name"] for row in await results(api, f"{job}/unprocessedrecords")] == ["Bulk 1"]
    assert await org.query(EVERY_ACCOUNT) == []


async def test_data_is_uploaded_once_and_only_what_was_uploaded_is_loaded(api: httpx2.AsyncClient) -> None:
    job = await opened(api)
    early = await api.patch(job, json={"state": "UploadComplete"})
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOB")
    await api.put(f"{job}/batches", content=b"Name\nx\n")
    twice = await api.put(f"{job}/batches", content=b"Name\ny\n")
    assert (twice.status_code, twice.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


async def test_jobs_are_listed_and_can_be_deleted(api: httpx2.AsyncClient) -> None:
    job, _ = await loaded(api, "Name\nBulk 1\n")
    listed = (await api.get("jobs/ingest")).json()
    assert listed["done"] is True
    assert job.rsplit("/", 1)[-1] in [one["id"] for one in listed["records"]]
    assert (await api.delete(job)).status_code == 204
    assert (await api.get(job)).status_code == 404


@pytest.mark.parametrize(
    "settings",
    [
        {"object": "Nothing"},
        {"operation": "query"},
        {"operation": "upsert", "externalIdFieldName": "Name"},
        {"columnDelimiter": "SLASH"},
        {"contentType": "JSON"},
    ],
)
async def test_a_job_that_cannot_be_is_refused(api: httpx2.AsyncClient, settings: dict[str, str]) -> None:
    answer = await api.post("jobs/ingest", json={"object": "Account", "operation": "insert", **settings})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALIDJOB")


async def exported(api: httpx2.AsyncClient, soql: str, **settings: str) -> tuple[str, dict[str, Any]]:
    answer = await api.post("jobs/query", json={"operation": "query", "query": soql, **settings})
    assert answer.status_code == 200, answer.text
    job = f"jobs/query/{answer.json()['id']}"
    return job, await ended(api, job)


async def test_a_query_is_exported_page_by_page(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    job, told = await exported(api, "SELECT Id, Contact.Name, IsClosed, Description FROM Case")
    expected = await org.query("SELECT Id, Contact.Name, IsClosed FROM Case")
    assert told["numberRecordsProcessed"] == len(expected)
    found: list[dict[str, str]] = []
    locator, pages = "", 0
    while locator != "null":
        parameters = {"maxRecords": "10"} | ({"locator": locator} if locator else {})
        answer = await api.get(f"{job}/results", params=parameters)
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert int(answer.headers["Sforce-NumberOfRecords"]) == len(rows)
        found, locator, pages = found + rows, answer.headers["Sforce-Locator"], pages + 1
    assert pages == -(-len(expected) // 10)
    assert [(row["Id"], row["Contact.Name"], row["IsClosed"]) for row in found] == [
        (one["Id"], (one["Contact"] or {}).get("Name", ""), str(one["IsClosed"]).lower()) for one in expected
    ]


async def test_only_query_all_exports_the_deleted(api: httpx2.AsyncClient) -> None:
    record_id = (await api.post("sobjects/Account", json={"Name": "Bulk gone"})).json()["id"]
    await api.delete(f"sobjects/Account/{record_id}")
    soql = "SELECT Id FROM Account WHERE Name = 'Bulk gone'"
    _, without = await exported(api, soql)
    _, everything = await exported(api, soql, operation="queryAll")
    assert (without["numberRecordsProcessed"], everything["numberRecordsProcessed"]) == (0, 1)


async def test_an_empty_export_has_its_header(api: httpx2.AsyncClient) -> None:
    job, _ = await exported(api, "SELECT Id, Name FROM Account WHERE Name = 'nobody'", columnDelimiter="PIPE")
    answer = await api.get(f"{job}/results")
    assert (answer.text, answer.headers["Sforce-Locator"]) == ('"Id"|"Name"\n', "null")


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT COUNT() FROM Case",
        "SELECT COUNT(Id) FROM Case",
        "SELECT Id, (SELECT Id FROM CaseComments) FROM Case",
        "no",
    ],
)
async def test_what_cannot_be_exported_is_refused_at_once(api: httpx2.AsyncClient, soql: str) -> None:
    answer = await api.post("jobs/query", json={"operation": "query", "query": soql})
    assert (answer.status_code, answer.json()[0]["errorCode"]) in ((400, "API_ERROR"), (400, "MALFORMED_QUERY"))


async def test_a_locator_that_is_none_is_refused(api: httpx2.AsyncClient) -> None:
    job, _ = await exported(api, "SELECT Id FROM Account")
    for locator in ("x", "LTE=", "OTk5OTk5"):
        answer = await api.get(f"{job}/results", params={"locator": locator})
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


async def test_what_is_deleted_hard_is_not_in_the_recycle_bin(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    soft, hard = [(await api.post("sobjects/Account", json={"Name": f"Bulk {n}"})).json()["id"] for n in range(2)]
    await loaded(api, f"Id\n{soft}\n", operation="delete")
    _, told = await loaded(api, f"Id\n{hard}\n", operation="hardDelete")
    assert (told["state"], told["numberRecordsFailed"]) == ("JobComplete", 0)
    assert await org.query("SELECT Id FROM Account WHERE Name LIKE 'Bulk %'") == []
    left = await api.get("queryAll", params={"q": "SELECT Id FROM Account WHERE Name LIKE 'Bulk %'"})
    assert [one["Id"] for one in left.json()["records"]] == [soft]
