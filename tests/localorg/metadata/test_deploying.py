"""Deployments and what comes back of them, by REST and by SOAP."""

import base64
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from localorg.testing import RunningOrg, start_org

NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
CLASS = f"<ApexClass {NAMESPACE}><apiVersion>67.0</apiVersion></ApexClass>"


def manifest(members: Mapping[str, str]) -> str:
    types = "".join(
        f"<types><members>{member}</members><name>{kind}</name></types>" for member, kind in members.items()
    )
    return f"<Package {NAMESPACE}>{types}<version>67.0</version></Package>"


def zipped(members: Mapping[str, str], files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in {"package.xml": manifest(members), **files}.items():
            archive.writestr(path, text)
    return content.getvalue()


async def deployed(api: httpx2.AsyncClient, content: bytes, **options: Any) -> dict[str, Any]:
    parts = {
        "json": (None, orjson.dumps({"deployOptions": options}), "application/json"),
        "file": ("deploy.zip", content, "application/zip"),
    }
    started = await api.post("metadata/deployRequest", files=parts)
    assert started.status_code == 201, started.text
    path = f"metadata/deployRequest/{started.json()['id']}"
    report: dict[str, Any] = (await api.get(path, params={"includeDetails": "true"})).json()["deployResult"]
    return report


def problems(report: dict[str, Any]) -> dict[str, str]:
    return {one["fullName"]: one["problem"] for one in report["details"]["componentFailures"]}


def custom_object(inner: str) -> str:
    return f"<CustomObject {NAMESPACE}>{inner}</CustomObject>"


def field(name: str, inner: str) -> str:
    return f"<fields><fullName>{name}</fullName><label>{name}</label>{inner}</fields>"


def rule(name: str, formula: str) -> str:
    told = f"<active>true</active><errorConditionFormula>{formula}</errorConditionFormula>"
    return f"<validationRules><fullName>{name}</fullName>{told}<errorMessage>Refused.</errorMessage></validationRules>"


async def test_a_deployed_field_is_described_written_and_queried(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    fields = (
        field("Ring__c", "<type>Text</type><length>9</length><externalId>true</externalId>")
        + field("Size__c", "<type>Number</type><precision>5</precision><scale>1</scale>")
        + field(
            "Kind__c",
            "<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><value>"
            "<fullName>Gold</fullName><default>true</default></value></valueSetDefinition></valueSet>",
        )
        + field("Firm__c", "<type>Lookup</type><referenceTo>Account</referenceTo><relationshipName>Rings</relationshipName>")
    )  # fmt: skip
    members = {f"Asset.{name}__c": "CustomField" for name in ("Ring", "Size", "Kind", "Firm")}
    report = await deployed(api, zipped(members, {"objects/Asset.object": custom_object(fields)}))
    assert (report["status"], report["numberComponentsDeployed"]) == ("Succeeded", 4)
    described = {one["name"]: one for one in (await api.get("sobjects/Asset/describe")).json()["fields"]}
    assert (described["Ring__c"]["externalId"], described["Size__c"]["scale"]) == (True, 1)
    account = (await org.query("SELECT Id FROM Account LIMIT 1"))[0]["Id"]
    values = {"Name": "A", "AccountId": account, "Size__c": 2.5, "Firm__c": account}
    made = await api.patch("sobjects/Asset/Ring__c/r1", json=values)
    assert made.status_code == 201, made.text
    (asset,) = await org.query("SELECT Size__c, Kind__c, Firm__r.Id FROM Asset WHERE Ring__c = 'r1'")
    assert (asset["Size__c"], asset["Kind__c"], asset["Firm__r"]["Id"]) == (2.5, "Gold", account)
    too_long = await api.patch(f"sobjects/Asset/{made.json()['id']}", json={"Ring__c": "x" * 10})
    assert too_long.json()[0]["errorCode"] == "STRING_TOO_LONG"


async def test_a_deployed_validation_rule_refuses_records_until_it_is_taken_away(api: httpx2.AsyncClient) -> None:
    members = {"Case.Colour__c": "CustomField", "Case.No_Red": "ValidationRule"}
    parts = field("Colour__c", "<type>Text</type><length>9</length>") + rule("No_Red", 'Colour__c = "red"')
    report = await deployed(api, zipped(members, {"objects/Case.object": custom_object(parts)}))
    assert report["success"] is True, problems(report)
    refused = await api.post("sobjects/Case", json={"Colour__c": "red"})
    assert (refused.json()[0]["errorCode"], refused.json()[0]["message"]) == (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "Refused.",
    )
    assert (await api.post("sobjects/Case", json={"Colour__c": "blue"})).status_code == 201
    asked_for = zipped({}, {"destructiveChanges.xml": manifest({"Case.Colour__c": "CustomField"})})
    assert "referenced elsewhere" in problems(await deployed(api, asked_for))["Case.Colour__c"]
    rule_only = zipped({}, {"destructiveChanges.xml": manifest({"Case.No_Red": "ValidationRule"})})
    assert (await deployed(api, rule_only))["success"] is True
    assert (await api.post("sobjects/Case", json={"Colour__c": "red"})).status_code == 201


async def test_a_rule_with_a_function_that_is_not_computed_here_is_stored_and_said_to_refuse_nothing(
    api: httpx2.AsyncClient,
) -> None:
    parts = rule("Far", "DISTANCE(Subject, Subject) = 1")
    content = zipped({"Case.Far": "ValidationRule"}, {"objects/Case.object": custom_object(parts)})
    report = await deployed(api, content)
    told = {one["fullName"]: one.get("problem") for one in report["details"]["componentSuccesses"]}
    assert (report["success"], "does not compute DISTANCE" in told["Case.Far"]) == (True, True)
    assert (await api.post("sobjects/Case", json={"Subject": "x"})).status_code == 201


async def test_an_event_is_not_published_as_if_somebody_heard_it(api: httpx2.AsyncClient) -> None:
    inner = "<label>Paid</label><pluralLabel>Paid</pluralLabel><deploymentStatus>Deployed</deploymentStatus>"
    content = zipped({"Paid__e": "CustomObject"}, {"objects/Paid__e.object": custom_object(inner)})
    report = await deployed(api, content)
    told = {one["fullName"]: one.get("problem") for one in report["details"]["componentSuccesses"]}
    assert "there are no events" in told["Paid__e"]
    refused = await api.post("sobjects/Paid__e", json={})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")


async def test_a_reset_takes_away_what_was_deployed(api: httpx2.AsyncClient, org: RunningOrg) -> None:
    content = zipped({"Case.No": "ValidationRule"}, {"objects/Case.object": custom_object(rule("No", "TRUE"))})
    assert (await deployed(api, content))["success"] is True
    assert (await api.post("sobjects/Case", json={"Subject": "x"})).status_code == 400
    await org.reset()
    assert (await api.post("sobjects/Case", json={"Subject": "x"})).status_code == 201


async def test_a_deployed_object_outlives_a_restart(aurora_seed: Path, tmp_path: Path) -> None:
    inner = (
        "<label>Ship</label><pluralLabel>Ships</pluralLabel><sharingModel>ReadWrite</sharingModel>"
        "<nameField><label>Number</label><type>AutoNumber</type><displayFormat>S-{000}</displayFormat></nameField>"
    ) + field("Tons__c", "<type>Number</type><precision>9</precision><scale>0</scale>")
    members = {"Ship__c": "CustomObject", "Ship__c.Tons__c": "CustomField"}
    content = zipped(members, {"objects/Ship__c.object": custom_object(inner)})
    async with start_org("aurora", aurora_seed, tmp_path) as org:
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        async with httpx2.AsyncClient(
            base_url=f"{org.url}/services/data/v67.0/", headers=headers, trust_env=False
        ) as api:
            assert (await deployed(api, content))["success"] is True
            assert (await api.post("sobjects/Ship__c", json={"Tons__c": 7})).status_code == 201
    async with start_org("aurora", aurora_seed, tmp_path) as org:
        (ship,) = await org.query("SELECT Name, Tons__c FROM Ship__c")
        assert (ship["Name"], ship["Tons__c"]) == ("S-001", 7)


@pytest.mark.parametrize(
    ("members", "files", "name", "sentence"),
    [
        ({"A": "ApexClass"}, {}, "A", "was not found in zipped directory"),
        ({"A": "Nonsense"}, {}, "package.xml", "Unknown type name 'Nonsense'"),
        ({"A": "ApexClass"}, {"classes/A.cls": "class A {}"}, "A", "metadata file classes/A.cls-meta.xml"),
        ({"A": "ApexClass"}, {"classes/A.cls": "x", "classes/A.cls-meta.xml": CLASS}, "A", "Expected a class"),
        ({}, {"classes/A.cls": "class A {}", "classes/A.cls-meta.xml": CLASS}, "A", "Not in package.xml"),
        ({"F": "Flow"}, {"flows/F.flow": f"<Flow {NAMESPACE}><label>F</label></Flow>"}, "F", "missing: processType"),
        ({"F": "Flow"}, {"flows/F.flow": "<Flow><label>"}, "F", "Error parsing file"),
        ({"F": "Flow"}, {"flows/F.flow": "<Layout/>"}, "F", "Expected the root element Flow"),
        ({}, {"nowhere/x.y": ""}, "nowhere/x.y", "Unknown folder"),
        (
            {"Case.B__c": "CustomField"},
            {"objects/Case.object": custom_object(field("B__c", "<type>Text</type>"))},
            "Case.B__c",
            "Must specify 'length'",
        ),
        (
            {"Case.R": "ValidationRule"},
            {"objects/Case.object": custom_object(rule("R", "Nonsense__c = 1"))},
            "Case.R",
            "Field Nonsense__c does not exist. Check spelling.",
        ),
        (
            {"Case.R": "ValidationRule"},
            {"objects/Case.object": custom_object(rule("R", "ISBLANK(Subject, 1)"))},
            "Case.R",
            "Incorrect number of parameters for function 'ISBLANK()'",
        ),
        (
            {"Case.R": "ValidationRule"},
            {"objects/Case.object": custom_object(rule("R", "AND(Subject"))},
            "Case.R",
            "cannot be read",
        ),
        (
            {"Case.B__c": "CustomField"},
            {"objects/Case.object": custom_object(field("B__c", "<type>Lookup</type><referenceTo>No__c</referenceTo>"))},
            "Case.B__c",
            "does not resolve to a valid sObject type",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_component_is_told(
    api: httpx2.AsyncClient, members: dict[str, str], files: dict[str, str], name: str, sentence: str
) -> None:
    report = await deployed(api, zipped(members, files))
    assert (report["status"], report["success"]) == ("Failed", False)
    assert sentence in problems(report)[name]


def two_classes(*, second: str) -> bytes:
    files = {f"classes/{name}.cls-meta.xml": CLASS for name in ("Good", "Other")}
    members = {"Good": "ApexClass", "Other": "ApexClass"}
    return zipped(members, {"classes/Good.cls": "class Good {}", "classes/Other.cls": second, **files})


async def class_names(api: httpx2.AsyncClient) -> set[str]:
    answer = await api.get("tooling/query", params={"q": "SELECT Name FROM ApexClass"})
    return {one["Name"] for one in answer.json()["records"]}


async def test_one_bad_component_undoes_the_deployment_unless_it_may_be_partial(api: httpx2.AsyncClient) -> None:
    whole = await deployed(api, two_classes(second="bad"))
    assert (whole["status"], "Good" in await class_names(api)) == ("Failed", False)
    partial = await deployed(api, two_classes(second="bad"), rollbackOnError=False)
    assert (partial["status"], "Good" in await class_names(api)) == ("SucceededPartial", True)


async def test_a_check_stores_nothing(api: httpx2.AsyncClient) -> None:
    content = zipped(
        {"Tried": "ApexClass"}, {"classes/Tried.cls": "class Tried {}", "classes/Tried.cls-meta.xml": CLASS}
    )
    report = await deployed(api, content, checkOnly=True)
    assert (report["success"], report["checkOnly"], "Tried" in await class_names(api)) == (True, True, False)


async def test_tests_that_must_run_fail_for_nothing_can_run_them(api: httpx2.AsyncClient) -> None:
    content = zipped(
        {"Tested": "ApexClass"}, {"classes/Tested.cls": "class Tested {}", "classes/Tested.cls-meta.xml": CLASS}
    )
    report = await deployed(api, content, testLevel="RunSpecifiedTests", runTests=["TestedTest"])
    (failure,) = report["details"]["runTestResult"]["failures"]
    assert (report["status"], report["numberTestErrors"], failure["name"]) == ("Failed", 1, "TestedTest")
    assert "no Apex runtime" in failure["message"]
    assert "Tested" not in await class_names(api)


async def test_destructive_changes_take_components_away(api: httpx2.AsyncClient) -> None:
    await deployed(api, two_classes(second="class Other {}"))
    report = await deployed(api, zipped({}, {"destructiveChanges.xml": manifest({"Other": "ApexClass"})}))
    assert report["success"] is True
    assert "Other" not in await class_names(api)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 broken"])
async def test_what_is_no_zip_is_refused(api: httpx2.AsyncClient, content: bytes) -> None:
    parts = {"json": (None, b'{"deployOptions":{}}'), "file": ("a.zip", content)}
    answer = await api.post("metadata/deployRequest", files=parts)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_ZIP_FILE")


async def test_a_deployment_that_is_none_is_not_found(api: httpx2.AsyncClient) -> None:
    assert (await api.get("metadata/deployRequest/0Af000000000001AAA")).status_code == 404


async def soap(org: RunningOrg, client: httpx2.AsyncClient, operation: str, inner: str) -> str:
    session = f"<SessionHeader><sessionId>{await org.access_token()}</sessionId></SessionHeader>"
    body = f"<{operation} {NAMESPACE}>{inner}</{operation}>"
    content = (
        f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header {NAMESPACE}>{session}</e:Header>'
    )
    content += f"<e:Body>{body}</e:Body></e:Envelope>"
    return (await client.post("/services/Soap/m/67.0", content=content.encode())).text


async def test_what_was_deployed_by_soap_is_listed_and_retrieved(stranger: httpx2.AsyncClient, org: RunningOrg) -> None:
    flow = f"<Flow {NAMESPACE}><label>Route</label><processType>AutoLaunchedFlow</processType></Flow>"
    content = base64.b64encode(zipped({"Route": "Flow"}, {"flows/Route.flow": flow})).decode()
    started = await soap(org, stranger, "deploy", f"<ZipFile>{content}</ZipFile><DeployOptions/>")
    deployment = started.split("<id>")[1].split("</id>")[0]
    status = await soap(org, stranger, "checkDeployStatus", f"<asyncProcessId>{deployment}</asyncProcessId>")
    assert "<status>Succeeded</status>" in status
    listed = await soap(
        org, stranger, "listMetadata", "<queries><type>Flow</type></queries><asOfVersion>67</asOfVersion>"
    )
    assert "<fullName>Route</fullName>" in listed
    members = "<types><members>*</members><name>Flow</name></types><types><members>Case</members><name>CustomObject</name></types>"
    wanted = f"<retrieveRequest><singlePackage>true</singlePackage><unpackaged>{members}</unpackaged></retrieveRequest>"
    retrieval = (await soap(org, stranger, "retrieve", wanted)).split("<id>")[1].split("</id>")[0]
    told = await soap(org, stranger, "checkRetrieveStatus", f"<asyncProcessId>{retrieval}</asyncProcessId>")
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(told.split("<zipFile>")[1].split("</zipFile>")[0])))
    assert archive.read("flows/Route.flow").decode() == flow
    assert "<fullName>Casewright_Key__c</fullName>" in archive.read("objects/Case.object").decode()
    assert "<members>Route</members>" in archive.read("package.xml").decode()


async def test_the_types_are_described(stranger: httpx2.AsyncClient, org: RunningOrg) -> None:
    told = await soap(org, stranger, "describeMetadata", "<asOfVersion>67.0</asOfVersion>")
    assert "<xmlName>LightningComponentBundle</xmlName>" in told
    assert "<childXmlNames>CustomField</childXmlNames>" in told


async def test_a_zip_that_unpacks_to_too_much_is_refused(api: httpx2.AsyncClient) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("package.xml", manifest({}))
        for number in range(10_001):
            archive.writestr(f"classes/A{number}.cls", "")
    parts = {"json": (None, b'{"deployOptions":{}}'), "file": ("a.zip", content.getvalue())}
    answer = await api.post("metadata/deployRequest", files=parts)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
