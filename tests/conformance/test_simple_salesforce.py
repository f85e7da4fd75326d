"""simple-salesforce 1.12, over https."""

import asyncio
import base64
import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from tests.conformance.conftest import PlayedOrg, class_files, row

simple_salesforce = pytest.importorskip("simple_salesforce")
Result = TypeVar("Result")
WAIT = 0.1
"""Seconds between two looks at a job; the client's own five would only make the tests long."""


async def played_by(work: Callable[[], Result]) -> Result:
    """The client blocks, so it works in a thread."""
    return await asyncio.to_thread(work)


@pytest.fixture
def client(played_tls: PlayedOrg, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(played_tls.certificate))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    url = played_tls.url.replace("127.0.0.1", "localhost")
    made = simple_salesforce.Salesforce(instance_url=url, session_id=played_tls.token, version="66.0")
    yield made
    made.session.close()


@row("simple_salesforce query, search, limits")
async def test_queries_limits_and_search(client: Any, played_tls: PlayedOrg) -> None:
    found = await played_by(lambda: client.query("SELECT Id, Contact.Name FROM Case ORDER BY CaseNumber"))
    assert found["totalSize"] == len(await played_tls.query("SELECT Id FROM Case"))
    everything = await played_by(lambda: list(client.query_all_iter("SELECT Id FROM Account")))
    assert len(everything) == len(await played_tls.query("SELECT Id FROM Account"))
    limits = await played_by(client.limits)
    assert limits["DailyApiRequests"]["Max"] == 100_000
    searched = await played_by(lambda: client.search("FIND {Harborlight} IN ALL FIELDS RETURNING Account(Name)"))
    assert [one["Name"] for one in searched["searchRecords"]] == ["Harborlight Logistics"]


@row("simple_salesforce query, search, limits")
async def test_a_large_result_is_read_to_its_end(client: Any) -> None:
    rows = [{"Name": f"Paged {number}"} for number in range(450)]
    await played_by(lambda: client.bulk2.Account.insert(records=rows, wait=WAIT))
    soql = "SELECT Name FROM Account WHERE Name LIKE 'Paged %'"
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = await played_by(lambda: client.query(soql, headers=headers))
    assert (first["done"], len(first["records"])) == (False, 200)
    following = await played_by(lambda: client.query_more(first["nextRecordsUrl"], identifier_is_url=True))
    assert following["totalSize"] == 450


@row("simple_salesforce records")
async def test_a_record_is_created_read_changed_upserted_and_deleted(client: Any, played_tls: PlayedOrg) -> None:
    made = await played_by(lambda: client.Contact.create({"LastName": "Simple"}))
    record_id = made["id"]
    assert (await played_by(lambda: client.Contact.get(record_id)))["LastName"] == "Simple"
    assert await played_by(lambda: client.Contact.update(record_id, {"FirstName": "Very"})) == 204
    assert await played_by(lambda: client.Contact.upsert("Ext__c/77", {"LastName": "Keyed"})) == 201
    by_key = await played_by(lambda: client.Contact.get_by_custom_id("Ext__c", "77"))
    assert by_key["LastName"] == "Keyed"
    (contact,) = await played_tls.query(f"SELECT Name FROM Contact WHERE Id = '{record_id}'")
    assert contact["Name"] == "Very Simple"
    assert await played_by(lambda: client.Contact.delete(record_id)) == 204
    with pytest.raises(simple_salesforce.exceptions.SalesforceResourceNotFound):
        await played_by(lambda: client.Contact.get(record_id))


@row("simple_salesforce describe, updated, deleted")
async def test_objects_are_described_and_their_changes_told(client: Any) -> None:
    assert (await played_by(client.Case.metadata))["objectDescribe"]["name"] == "Case"
    described = await played_by(client.Case.describe)
    layout = await played_by(lambda: client.Case.describe_layout("012000000000000AAA"))
    assert described["name"] == "Case"
    assert layout["detailLayoutSections"]
    made = await played_by(lambda: client.Account.create({"Name": "Fleeting"}))
    await played_by(lambda: client.Account.delete(made["id"]))
    start, end = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    deleted = await played_by(lambda: client.Account.deleted(start, end))
    assert made["id"] in [one["id"] for one in deleted["deletedRecords"]]
    updated = await played_by(lambda: client.Case.updated(start, end))
    assert "latestDateCovered" in updated


@row("simple_salesforce Bulk 2")
async def test_bulk_jobs_insert_upsert_export_and_delete(client: Any, played_tls: PlayedOrg) -> None:
    bulk = client.bulk2.Contact
    (told,) = await played_by(lambda: bulk.insert(records=[{"LastName": f"Bulky {n}"} for n in range(20)], wait=WAIT))
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (20, 0)
    keyed = [{"LastName": "Bulky key", "Ext__c": f"b{n}"} for n in range(3)]
    (told,) = await played_by(lambda: bulk.upsert(records=keyed, external_id_field="Ext__c", wait=WAIT))
    results = await played_by(lambda: bulk.get_successful_records(told["job_id"]))
    assert len(list(csv.DictReader(io.StringIO(results)))) == 3
    soql = "SELECT Id FROM Contact WHERE LastName LIKE 'Bulky%'"
    pages = await played_by(lambda: list(bulk.query(soql, max_records=10, wait=WAIT)))
    ids = [line["Id"] for page in pages for line in csv.DictReader(io.StringIO(page))]
    assert (len(pages), len(set(ids))) == (3, 23)
    await played_by(lambda: bulk.delete(records=[{"Id": one} for one in ids], wait=WAIT))
    assert await played_tls.query(soql) == []


@row("simple_salesforce metadata")
async def test_a_class_is_deployed_and_json_calls_go_on(client: Any, tmp_path: Any) -> None:
    path = tmp_path / "deploy.zip"
    await played_by(lambda: _write_zip(path))
    told = await played_by(lambda: client.deploy(str(path), sandbox=False))
    status = await played_by(lambda: client.checkDeployStatus(told["asyncId"]))
    assert status["state"] == "Succeeded"
    assert status["deployment_detail"]["deployed_count"] == "1"
    # From here on the client says text/xml of its JSON.
    assert (await played_by(lambda: client.Account.create({"Name": "After deploy"})))["success"] is True


@row("simple_salesforce client credentials")
async def test_client_credentials_by_http_basic(played_tls: PlayedOrg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(played_tls.certificate))
    domain = played_tls.url.replace("https://127.0.0.1", "localhost")
    org = played_tls.running

    def sign_in() -> Any:
        basic = base64.b64encode(f"{org.client_id}:{org.client_secret}".encode()).decode()
        return simple_salesforce.login.token_login(
            f"https://{domain}/services/oauth2/token",
            {"grant_type": "client_credentials"},
            domain,
            org.client_id,
            {"Authorization": f"Basic {basic}"},
            None,
            None,
        )

    token, host = await played_by(sign_in)
    assert token.startswith("00D")
    assert host == domain


def _write_zip(path: Any) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in class_files("SimpleClass"):
            archive.writestr(name, text)
