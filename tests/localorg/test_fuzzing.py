"""Every endpoint with requests that make no sense: never a crash, never an answer that is none of Salesforce's.

LOCALORG_FUZZ_SECONDS=600 goes on for ten minutes; LOCALORG_FUZZ_SEED begins elsewhere.
"""

import os
import random
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import orjson
import pytest
import pytest_asyncio
from starlette.routing import Route

from localorg.bulk.endpoints import BULK_ROUTES
from localorg.metadata.endpoints import METADATA_ROUTES
from localorg.metadata.soap import METADATA_CALLS
from localorg.oauth.endpoints import OAUTH_ROUTES
from localorg.rest.routes import REST_ROUTES
from localorg.schema.loader import standard_schema
from localorg.side_door.endpoints import SIDE_DOOR_ROUTES
from localorg.soap.endpoints import SOAP_ROUTES
from localorg.testing import RunningOrg, start_org
from localorg.tooling.endpoints import TOOLING_ROUTES

_SECONDS = float(os.environ.get("LOCALORG_FUZZ_SECONDS", "0"))
_SEED = int(os.environ.get("LOCALORG_FUZZ_SEED", "7"))
_REQUESTS = 1_500
_LONGEST_ANSWER = 120.0
_JSON_ROUTES = [*REST_ROUTES, *METADATA_ROUTES, *BULK_ROUTES, *TOOLING_ROUTES]
_SIDE_DOOR = [
    route for route in SIDE_DOOR_ROUTES if route.path.split("/")[2] in ("inbound-mail", "mailbox", "query", "records")
]
_OBJECTS = [
    "Case",
    "Contact",
    "Account",
    "User",
    "ContentVersion",
    "Nothing",
    "ApexClass",
    "case",
    "Credit__c",
    "CaseComment",
    "EmailMessage",
    "Knowledge__kav",
    "KnowledgeArticle",
    "Knowledge__DataCategorySelection",
    "CaseMilestone",
    "MilestoneType",
    "Entitlement",
    "BusinessHours",
    "Holiday",
    "ContentDocumentLink",
    "TwoFactorInfo",
    "UserLogin",
    "Group",
    "GroupMember",
    "PermissionSet",
]
_FIELDS = [
    "Id",
    "Name",
    "Subject",
    "OwnerId",
    "ContactId",
    "Casewright_Conversation__c",
    "IsClosed",
    "Nope",
    "CreatedDate",
]
_QUERIES = [
    "SELECT Id FROM Case",
    "SELECT Id, (SELECT Id FROM CaseComments) FROM Case WHERE Subject LIKE '%a' LIMIT 2",
    "SELECT COUNT(Id) n, Status FROM Case GROUP BY Status HAVING COUNT(Id) > 1",
    "SELECT FIELDS(ALL) FROM Contact LIMIT 3",
    "SELECT Id FROM Case WHERE CreatedDate = LAST_N_DAYS:9999999999",
    "SELECT Title FROM Knowledge__kav WHERE PublishStatus = 'Online' WITH DATA CATEGORY Products__c BELOW All__c",
    "SELECT TYPEOF Owner WHEN User THEN Email ELSE Name END FROM Case USING SCOPE mine ORDER BY Owner.Name NULLS LAST",
    "SELECT Id, (SELECT TargetDate FROM CaseMilestones) FROM Case WHERE Id IN (SELECT CaseId FROM CaseMilestone) FOR UPDATE",
    "SELECT FORMAT(CreatedDate), toLabel(Status), DAY_ONLY(CreatedDate) FROM Case ALL ROWS",
    "SELECT",
    "FIND {x} RETURNING Case(Id)",
]  # fmt: skip
_WORDS = [
    "",
    "x",
    "\x00",
    "'",
    '"',
    "\\",
    "ü€😀",
    "a" * 5_000,
    "../../etc/passwd",
    "%00",
    "@{a.id}",
    "null",
    "-1",
    "<a/>",
    "#N/A",
    "9999-12-31T23:59:59Z",
    "0001-01-01",
]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
_KEYS = [
    "records", "allOrNone", "compositeRequest", "graphs", "batchRequests", "inputs", "operation", "object", "query",
    "state", "externalIdFieldName", "columnDelimiter", "lineEnding", "attributes", "type", "referenceId", "url", "method",
    "articleVersionIdList", "pubAction", "articleId", "versionNumber", "emailAddresses", "relatedRecordId",
    "body", "ids", "fields", "NewPassword", "Body", "Name", "VersionData", "PathOnClient", "deployOptions", "q", "sobjects",
]  # fmt: skip
_OPERATIONS = [*METADATA_CALLS, "login", "logout", "getUserInfo", "executeAnonymous", "nothing"]
_HEADERS = [
    ("If-Modified-Since", "yesterday"),
    ("If-Unmodified-Since", "Mon, 02 Jan 2023 00:00:00 GMT"),
    ("Sforce-Query-Options", "batchSize=abc"),
    ("Sforce-Auto-Assign", "01Q000000000000"),
    ("Sforce-Duplicate-Rule-Header", "allowSave=="),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-Type", "text/xml"),
    ("Content-Type", "text/csv; charset=utf-16"),
    ("Content-Encoding", "gzip"),
    ("Accept", "application/xml"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fuzzed(aurora_seed: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    """An org of its own, for what remains of it."""
    async with start_org("fuzzed", aurora_seed, tmp_path_factory.mktemp("fuzzed")) as org:
        yield org


class Nonsense:
    """Requests drawn at random, with known ids mixed in so that some get further."""

    def __init__(self, seed: int, ids: list[str], fields: Mapping[str, list[str]]) -> None:
        """`fields`: the names of each object's."""
        self.random = random.Random(seed)
        self.ids = ids
        self.fields = fields

    def request(self) -> dict[str, Any]:
        kind = self.random.random()
        if kind < 0.15:
            return self._soap()
        if kind < 0.3:
            return self._record()
        (routes,) = self.random.choices((_JSON_ROUTES, OAUTH_ROUTES, _SIDE_DOOR), (88, 8, 4))
        route: Route = self.random.choice(routes)
        own = [method for method in route.methods or () if method != "HEAD"]
        method = self.random.choice(own) if own and self.random.random() < 0.9 else self.random.choice(_METHODS)
        headers = dict([self.random.choice(_HEADERS)]) if self.random.random() < 0.25 else {}
        return {
            "method": method,
            "url": self._path(route.path),
            "params": self._parameters(),
            "content": self._body() if method not in ("GET", "HEAD") or self.random.random() < 0.05 else b"",
            "headers": headers,
        }

    def _record(self) -> dict[str, Any]:
        """One that is nearly right: fields that are there, and a value for each."""
        name = self.random.choice(list(self.fields))
        chosen = self.random.sample(self.fields[name], min(len(self.fields[name]), self.random.randrange(1, 7)))
        end = self.random.choice(["", *(f"/{one}" for one in self.ids)])
        content = orjson.dumps({field: self._value(0) for field in chosen})
        url = f"/services/data/v67.0/sobjects/{name}{end}"
        return {"method": "PATCH" if end else "POST", "url": url, "content": content, "headers": {}}

    def _path(self, template: str) -> str:
        filled = template
        while "{" in filled:
            before, _, rest = filled.partition("{")
            name, _, after = rest.partition("}")
            filled = before + quote(self._segment(name.split(":")[0]), safe="") + after
        return filled

    def _segment(self, name: str) -> str:
        if name == "version":
            return self.random.choice(["67.0"] * 20 + ["20.0", "999.0", "x"])
        if name == "object":
            return self.random.choice(_OBJECTS)
        if name == "field":
            return self.random.choice(_FIELDS)
        return self.random.choice([*self.ids, *(word for word in _WORDS if word)])

    def _parameters(self) -> dict[str, str]:
        names = [
            "q",
            "fields",
            "ids",
            "start",
            "end",
            "locator",
            "maxRecords",
            "columns",
            "queryLocator",
            "token",
            "allOrNone",
        ]
        chosen = self.random.sample(names, self.random.randrange(3))
        return {name: self.random.choice([*_QUERIES, *_WORDS, *self.ids, ",".join(self.ids)]) for name in chosen}

    def _body(self) -> bytes:
        kind = self.random.random()
        if kind < 0.1:
            return self.random.randbytes(self.random.randrange(300))
        if kind < 0.2:
            whole = orjson.dumps(self._value(3))
            return whole[: self.random.randrange(len(whole) + 1)]
        if kind < 0.3:
            return b'--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n{"deployOptions":{}}\r\n--x\r\n' + (
                b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nPK\x03\x04'
                + self.random.randbytes(60)
            )
        if kind < 0.4:
            return "\n".join(",".join(self._words(3)) for _ in range(4)).encode(errors="replace")
        return orjson.dumps(self._value(4))

    def _words(self, count: int) -> list[str]:
        return [self.random.choice([*_FIELDS, *_WORDS]) for _ in range(count)]

    def _value(self, depth: int) -> Any:
        kind = self.random.randrange(9 if depth else 6)
        match kind:
            case 0:
                return None
            case 1:
                return self.random.choice([True, False])
            case 2:
                return self.random.choice([0, -1, 2**53, 1e300, 1.5, 10**18])
            case 3:
                return self.random.choice([*_WORDS, *_OBJECTS, *_QUERIES])
            case 4:
                return self.random.choice([*self.ids, "insert", "upsert", "UploadComplete", "Aborted", "GET", "POST"])
            case 5:
                return f"/services/data/v67.0/sobjects/{self.random.choice(_OBJECTS)}"
            case 6:
                return [self._value(depth - 1) for _ in range(self.random.randrange(4))]
            case _:
                keys = self.random.sample([*_KEYS, *_FIELDS], self.random.randrange(1, 6))
                return {key: self._value(depth - 1) for key in keys}

    def _soap(self) -> dict[str, Any]:
        route = self.random.choice(SOAP_ROUTES)
        path = route.path.replace("{api}", self.random.choice(["u", "c", "m", "s", "T", "x"]))
        path = path.replace("{version}", self.random.choice(["66.0", "67.0", "x"])).replace("{rest:path}", "00D")
        return {"method": "POST", "url": path, "content": self._envelope(), "headers": {"SOAPAction": '""'}}

    def _envelope(self) -> bytes:
        operation = self.random.choice(_OPERATIONS)
        names = ["ZipFile", "DeployOptions", "asyncProcessId", "retrieveRequest", "queries", "type", "unpackaged", "types",
                 "members", "name", "username", "password", "testLevel", "runTests", "checkOnly"]  # fmt: skip
        inner = "".join(
            f"<{name}>{self.random.choice(['', 'x', '*', 'true', 'UEsDBA==', 'ApexClass', *self.ids])}</{name}>"
            for name in self.random.sample(names, self.random.randrange(5))
        )
        if operation.endswith("Metadata"):
            inner = self._components()
        nested = f"<retrieveRequest><unpackaged><types>{inner}</types></unpackaged></retrieveRequest>"
        whole = (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header/><e:Body>'
            f"<{operation}>{self.random.choice([inner, nested])}</{operation}></e:Body></e:Envelope>"
        )
        match self.random.randrange(8):
            case 0:
                return whole[: self.random.randrange(len(whole))].encode()
            case 1:
                return b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
            case _:
                return whole.encode()

    def _components(self) -> str:
        kinds = ["CustomField", "ValidationRule", "CustomObject", "RecordType", "Flow", "ApexClass", "CustomLabel", "x", "Queue",
                 "Role", "Group", "PermissionSet", "AssignmentRules", "AssignmentRule", "GlobalValueSet", "StandardValueSet"]  # fmt: skip
        kind = self.random.choice(kinds)
        name = self.random.choice(
            [
                "Case",
                "Case.A__c",
                "Fuzz__c",
                "Fuzz__c.B__c",
                "Case.R",
                "Fuzz__c.R",
                "x",
                "",
                "a/b",
                ".",
                "CaseStatus",
                "Case.Reason",
            ]
        )
        formula = self.random.choice(
            ["", "(", "1", "ISBLANK()", "CASE(A__c)", "IF(1,2)", "A__c ^ A__c", "Subject / 0", "ISCHANGED(1)"]
        )
        told = {
            "label": "L", "pluralLabel": "L", "sharingModel": "ReadWrite", "nameField": "<label>N</label><type>Text</type>",
            "type": self.random.choice(["Text", "Number", "Lookup", "Picklist", "AutoNumber", "MasterDetail", "x", "Checkbox"]),
            "length": self.random.choice(["9", "0", "-1", "x"]), "precision": "5", "scale": self.random.choice(["1", "9"]),
            "referenceTo": self.random.choice(["Case", "Fuzz__c", "x"]), "displayFormat": self.random.choice(["{0}", "x", "{", "}{"]),
            "valueSet": "<valueSetDefinition><value><fullName>a</fullName></value></valueSetDefinition>",
            "valueSetName": "x", "standardValue": self.random.choice(["<fullName>a</fullName>", "", "<closed>true</closed>"]),
            "customValue": "<fullName>a</fullName><isActive>x</isActive>", "masterLabel": "L", "name": "N",
            "parentRole": self.random.choice(["x", "Case"]), "queueSobject": "<sobjectType>Case</sobjectType>",
            "queueMembers": self.random.choice(["<users><user>x</user></users>", "<roles><role>x</role></roles>", "x"]),
            "objectPermissions": self.random.choice(["<object>Case</object>", "<object/>"]), "trackHistory": "true",
            "fieldPermissions": self.random.choice(["<field>Case.Reason</field>", "<field>.</field>", ""]),
            "picklistValues": self.random.choice(["<picklist>Reason</picklist><values><fullName>%zz</fullName></values>", ""]),
            "defaultValue": self.random.choice(["7", '"a"', "x(", "true"]),
            "ruleEntry": "<assignedToType>Queue</assignedToType>" * self.random.randrange(2) + self._filter(),
            "assignmentRule": f"<fullName>S</fullName><active>true</active><ruleEntry>{self._filter()}</ruleEntry>",
            "active": "true", "errorConditionFormula": formula, "errorMessage": "M", "fields": "<fullName>C__c</fullName>",
        }  # fmt: skip
        chosen = self.random.sample(list(told), self.random.randrange(len(told) + 1))
        inner = "".join(f"<{tag}>{told[tag]}</{tag}>" for tag in chosen)
        one = f'<metadata xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{kind}"><fullName>{name}</fullName>{inner}</metadata>'
        renamed = (
            f"<oldFullName>{name}</oldFullName><newFullName>{self.random.choice(['Case.B__c', 'y', ''])}</newFullName>"
        )
        return one * self.random.randrange(3) + f"<type>{kind}</type><fullNames>{name}</fullNames>{renamed}"

    def _filter(self) -> str:
        """The conditions of an assignment rule's entry."""
        draw = self.random.choice
        named = draw(["Case.Priority", "Case.IsClosed", "Case.CreatedDate", "Case.Nope", "Account.Industry", "x.y", ""])
        operation = draw(["equals", "notEqual", "lessThan", "contains", "includes", "x", ""])
        value = draw(["High,Low", "True", "2020-01-01", "TODAY", "'\"\\", "-1", ""])
        told = f"<field>{named}</field><operation>{operation}</operation><value>{value}</value>"
        logic = draw(["", "<booleanFilter>1 AND 2</booleanFilter>", "<booleanFilter>NOT (1</booleanFilter>"])
        return f"<criteriaItems>{told}</criteriaItems>{logic}{draw(['', '<formula>CASE(</formula>'])}"


def _complaint(request: dict[str, Any], answer: httpx2.Response) -> str | None:
    """What is wrong with an answer, if anything is."""
    is_soap = "/Soap/" in request["url"]
    if answer.status_code >= 500 and not (is_soap and b"Fault>" in answer.content):
        return f"{answer.status_code} {answer.text[:300]}"
    if request["url"].startswith("/services/data") and answer.status_code >= 400 and request["method"] != "HEAD":
        body = answer.json()
        told = body if isinstance(body, list) else body.get("results", [{}])
        if not told or not ({"errorCode", "errors", "isSuccess"} & told[0].keys()):
            return f"{answer.status_code} without an error code: {answer.text[:300]}"
    return None


def _rounds() -> Iterator[int]:
    if not _SECONDS:
        yield from range(_REQUESTS)
        return
    ends, number = time.monotonic() + _SECONDS, 0
    while time.monotonic() < ends:
        yield number
        number += 1


async def test_no_request_however_senseless_makes_the_org_fail(fuzzed: RunningOrg) -> None:
    token = await fuzzed.access_token()
    objects = ("Case", "Contact", "Account", "Knowledge__kav", "MilestoneType", "User")
    found = [one["Id"] for name in objects for one in await fuzzed.query(f"SELECT Id FROM {name} LIMIT 1")]
    schema = standard_schema()
    fields = {one.name: [field.name for field in one.fields] for name in _OBJECTS if (one := schema.find(name))}
    nonsense = Nonsense(_SEED, [*found, "750000000000000AAA", "0Af000000000000AAA"], fields)
    complaints: list[str] = []
    played = 0
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=fuzzed.url, timeout=_LONGEST_ANSWER, trust_env=False) as client:
        for _ in _rounds():
            played += 1
            request = nonsense.request()
            own = {**headers, **request.pop("headers")}
            if "/revoke" in request["url"]:
                own = {}
            try:
                answer = await client.request(headers=own, **request)
            except httpx2.TransportError as error:
                complaints.append(f"{request} → {error!r}")
                continue
            complaint = _complaint(request, answer)
            if complaint is not None:
                complaints.append(f"{request} → {complaint}")
            if answer.status_code == 401 and "oauth2" not in request["url"]:
                headers = {"Authorization": f"Bearer {await fuzzed.access_token()}"}
    print(f"{played:,} requests")
    assert not complaints, "\n".join(complaints[:20])
    assert fuzzed.process.returncode is None
    assert await fuzzed.query("SELECT Id FROM Organization")
