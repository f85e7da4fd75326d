"""The Salesforce command line, `sf` 2.146. It takes seconds a command."""

import asyncio
import csv
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.conformance.conftest import HERE, USERNAME, PlayedOrg, needs, row

pytestmark = pytest.mark.slow
_PROJECT = {"packageDirectories": [{"path": "force-app", "default": True}], "sourceApiVersion": "67.0"}
_NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class CommandLine:
    """`sf` with a home and a project of its own."""

    folder: Path
    environment: dict[str, str]

    async def run(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """The exit code and what was written; ends the program if it takes too long."""
        process = await asyncio.create_subprocess_exec(
            str(HERE / "sf" / "node_modules" / ".bin" / "sf"),
            *arguments,
            cwd=self.folder,
            env=self.environment | variables,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            written, errors = await asyncio.wait_for(process.communicate(), 180)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        assert process.returncode is not None
        return process.returncode, written.decode() or errors.decode()

    async def json(self, *arguments: str, **variables: str) -> Any:
        """The result of a command that succeeds."""
        code, text = await self.run(*arguments, "--json", **variables)
        assert code == 0, text
        return json.loads(text)["result"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sf(played: PlayedOrg, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Signed in with an access token, under the alias `local`."""
    needs(HERE / "sf")
    folder = tmp_path_factory.mktemp("sf")
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    switches = ("SF_DISABLE_TELEMETRY", "SF_AUTOUPDATE_DISABLE", "SF_SKIP_NEW_VERSION_CHECK", "SFDX_DISABLE_DNS_CHECK")
    environment = kept | dict.fromkeys(switches, "true") | {
        "HOME": str(folder / "home"),
        "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
        "FORCE_COLOR": "0",
        "NO_COLOR": "1",
    }  # fmt: skip
    project = folder / "project"
    _write(folder / "home" / ".keep", "")
    _write(project / "sfdx-project.json", json.dumps(_PROJECT))
    line = CommandLine(project, environment)
    arguments = ("org", "login", "access-token", "--instance-url", played.url, "--no-prompt", "--alias", "local")
    await line.json(*arguments, "--set-default", SF_ACCESS_TOKEN=played.token)
    return line


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _project(sf: CommandLine, name: str, *, body: str | None = None) -> None:
    """A class and a field of cases as source."""
    root = sf.folder / "force-app" / "main" / "default"
    shutil.rmtree(root, ignore_errors=True)
    meta = f"{_HEAD}<ApexClass {_NAMESPACE}><apiVersion>67.0</apiVersion><status>Active</status></ApexClass>"
    _write(root / "classes" / f"{name}.cls", body or f"public class {name} {{}}")
    _write(root / "classes" / f"{name}.cls-meta.xml", meta)
    field = f"<fullName>{name}__c</fullName><label>{name}</label><type>Text</type><length>20</length>"
    path = root / "objects" / "Case" / "fields" / f"{name}__c.field-meta.xml"
    _write(path, f"{_HEAD}<CustomField {_NAMESPACE}>{field}</CustomField>")


@row("sf org login access-token")
async def test_an_access_token_signs_in(sf: CommandLine) -> None:
    told = await sf.json("org", "display", "--target-org", "local")
    assert (told["username"], told["connectedStatus"]) == (USERNAME, "Connected")


@row("sf org display / list")
async def test_the_org_is_listed_as_connected(sf: CommandLine) -> None:
    told = await sf.json("org", "list")
    listed = [org for orgs in told.values() if isinstance(orgs, list) for org in orgs]
    assert "Connected" in {org.get("connectedStatus") for org in listed if org.get("username") == USERNAME}


@row("sf org login jwt")
async def test_a_certificate_signs_in(sf: CommandLine, played: PlayedOrg, tmp_path: Path) -> None:
    other = CommandLine(sf.folder, sf.environment | {"HOME": str(tmp_path)})
    told = await _jwt(other, played)
    assert told["username"] == USERNAME
    queried = await other.json("data", "query", "-q", "SELECT Name FROM Organization", "-o", "jwt")
    assert queried["totalSize"] == 1


async def _jwt(line: CommandLine, played: PlayedOrg) -> Any:
    arguments = ("org", "login", "jwt", "--client-id", played.running.client_id, "--username", USERNAME)
    key = ("--jwt-key-file", str(played.key_file), "--instance-url", played.url, "--alias", "jwt")
    return await line.json(*arguments, *key)


@row("401 in a query (jwt)")
async def test_an_expired_session_is_renewed_by_the_certificate(
    sf: CommandLine, played: PlayedOrg, tmp_path: Path
) -> None:
    other = CommandLine(sf.folder, sf.environment | {"HOME": str(tmp_path)})
    await _jwt(other, played)
    await played.running.fault("status", status=401, times=1, path_contains="/query", method="GET")
    before = (await played.running.requests())[-1].id
    told = await other.json("data", "query", "-q", "SELECT Id FROM Account", "-o", "jwt")
    assert told["totalSize"] == len(await played.query("SELECT Id FROM Account"))
    paths = [request.path for request in await played.running.requests(before)]
    assert "/services/oauth2/token" in paths


@row("sf data query")
async def test_records_are_queried_with_their_columns(sf: CommandLine, played: PlayedOrg) -> None:
    soql = "SELECT CaseNumber, Contact.Name FROM Case ORDER BY CaseNumber LIMIT 3"
    told = await sf.json("data", "query", "-q", soql)
    assert [one["CaseNumber"] for one in told["records"]] == [one["CaseNumber"] for one in await played.query(soql)]
    code, text = await sf.run("data", "query", "-q", soql, "--result-format", "csv")
    assert (code, text.splitlines()[0]) == (0, "CaseNumber,Contact.Name")


@row("sf data search")
async def test_records_are_searched(sf: CommandLine) -> None:
    told = await sf.json("data", "search", "-q", "FIND {Harborlight} IN ALL FIELDS RETURNING Account(Id, Name)")
    assert [one["Name"] for one in told["searchRecords"]] == ["Harborlight Logistics"]


@row("sf data create / get / update / delete record")
async def test_a_record_lives_and_dies(sf: CommandLine, played: PlayedOrg) -> None:
    made = await sf.json("data", "create", "record", "-s", "Case", "-v", "Subject='From sf' Priority=High")
    record = ("-s", "Case", "-i", made["id"])
    assert (await sf.json("data", "get", "record", *record))["Subject"] == "From sf"
    await sf.json("data", "update", "record", *record, "-v", "Subject='Changed by sf'")
    (case,) = await played.query(f"SELECT Subject, Priority FROM Case WHERE Id = '{made['id']}'")
    assert (case["Subject"], case["Priority"]) == ("Changed by sf", "High")
    await sf.json("data", "delete", "record", *record)
    assert await played.query(f"SELECT Id FROM Case WHERE Id = '{made['id']}'") == []


@row("sf data import bulk")
async def test_a_file_is_imported(sf: CommandLine, played: PlayedOrg) -> None:
    path = sf.folder / "accounts.csv"
    _write(path, "Name,Industry\n" + "".join(f"Sf import {n},Energy\n" for n in range(30)))
    arguments = ("-s", "Account", "-f", str(path), "--wait", "5", "--line-ending", "LF")
    told = await sf.json("data", "import", "bulk", *arguments)
    assert told["processedRecords"] == 30
    assert len(await played.query("SELECT Id FROM Account WHERE Name LIKE 'Sf import %'")) == 30


@row("sf data upsert bulk")
async def test_a_file_is_upserted(sf: CommandLine, played: PlayedOrg) -> None:
    path = sf.folder / "contacts.csv"
    for name in ("First", "Second"):
        _write(path, "Ext__c,LastName\n" + "".join(f"sf{n},{name} {n}\n" for n in range(5)))
        arguments = ("-s", "Contact", "-f", str(path), "-i", "Ext__c", "--wait", "5", "--line-ending", "LF")
        await sf.json("data", "upsert", "bulk", *arguments)
    contacts = await played.query("SELECT LastName FROM Contact WHERE Ext__c LIKE 'sf%' ORDER BY LastName")
    assert [one["LastName"] for one in contacts] == [f"Second {n}" for n in range(5)]


@row("sf data export bulk")
async def test_a_query_is_exported(sf: CommandLine, played: PlayedOrg) -> None:
    path = sf.folder / "cases.csv"
    arguments = ("-q", "SELECT Id, Subject FROM Case", "--output-file", str(path), "--result-format", "csv")
    await sf.json("data", "export", "bulk", *arguments, "--wait", "5")
    with path.open(newline="") as file:
        exported = {line["Id"]: line["Subject"] for line in csv.DictReader(file)}
    assert exported == {one["Id"]: one["Subject"] or "" for one in await played.query("SELECT Id, Subject FROM Case")}


@row("sf sobject describe / list / limits")
async def test_objects_and_limits_are_told(sf: CommandLine) -> None:
    described = await sf.json("sobject", "describe", "-s", "Case")
    assert "CaseNumber" in [field["name"] for field in described["fields"]]
    assert "Case" in await sf.json("sobject", "list", "-s", "all")
    limits = await sf.json("org", "list", "limits")
    assert {"name": "DailyApiRequests", "max": 100_000}.items() <= next(
        one for one in limits if one["name"] == "DailyApiRequests"
    ).items()


@row("sf project deploy start")
async def test_a_project_is_deployed_and_its_field_can_be_used(sf: CommandLine, played: PlayedOrg) -> None:
    _project(sf, "FromSf")
    told = await sf.json("project", "deploy", "start", "--wait", "5")
    assert (told["status"], told["success"], told["numberComponentsDeployed"]) == ("Succeeded", True, 2)
    await sf.json("data", "create", "record", "-s", "Case", "-v", "Subject=Deployed FromSf__c=yes")
    assert len(await played.query("SELECT Id FROM Case WHERE FromSf__c = 'yes'")) == 1


@row("sf project deploy start")
async def test_a_class_that_is_none_fails_the_deployment(sf: CommandLine) -> None:
    _project(sf, "Broken", body="nothing of the kind")
    code, text = await sf.run("project", "deploy", "start", "--wait", "5", "--json")
    failures = json.loads(text)["result"]["details"]["componentFailures"]
    assert (code, [failure["fullName"] for failure in failures]) == (1, ["Broken"])


@row("sf project deploy start by REST")
async def test_a_project_is_deployed_by_rest(sf: CommandLine, played: PlayedOrg) -> None:
    _project(sf, "ByRest")
    before = (await played.running.requests())[-1].id
    told = await sf.json("project", "deploy", "start", "--wait", "5", SF_ORG_METADATA_REST_DEPLOY="true")
    assert told["status"] == "Succeeded"
    paths = [request.path for request in await played.running.requests(before)]
    assert any(path.endswith("/metadata/deployRequest") for path in paths)


@row("sf deploy --dry-run, retrieve, list metadata-types")
async def test_a_dry_run_deploys_nothing(sf: CommandLine) -> None:
    _project(sf, "OnlyTried")
    told = await sf.json("project", "deploy", "start", "--dry-run", "--wait", "5")
    assert (told["status"], told["checkOnly"]) == ("Succeeded", True)
    listed = await sf.json("org", "list", "metadata", "-m", "ApexClass")
    assert "OnlyTried" not in {one["fullName"] for one in listed}


@row("sf deploy --dry-run, retrieve, list metadata-types")
async def test_what_was_deployed_is_retrieved(sf: CommandLine) -> None:
    _project(sf, "ComesBack")
    await sf.json("project", "deploy", "start", "--wait", "5")
    root = sf.folder / "force-app" / "main" / "default"
    shutil.rmtree(root)
    await sf.json("project", "retrieve", "start", "-m", "ApexClass:ComesBack", "-m", "CustomField:Case.ComesBack__c")
    assert (root / "classes" / "ComesBack.cls").read_text() == "public class ComesBack {}"
    field = (root / "objects" / "Case" / "fields" / "ComesBack__c.field-meta.xml").read_text()
    assert "<length>20</length>" in field
    types = await sf.json("org", "list", "metadata-types")
    assert "ApexClass" in [one["xmlName"] for one in types["metadataObjects"]]


@row("sf apex run / run test")
async def test_apex_is_refused_and_the_reason_told(sf: CommandLine) -> None:
    path = sf.folder / "script.apex"
    _write(path, "System.debug(1);")
    code, text = await sf.run("apex", "run", "-f", str(path))
    assert code != 0
    assert "no Apex runtime" in text
    code, text = await sf.run("apex", "run", "test", "--synchronous", "-n", "FromSf")
    assert code != 0
    assert "no Apex runtime" in text
