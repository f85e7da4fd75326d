"""Components one by one, by SOAP."""

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element, fromstring

import httpx2
import pytest

from localorg.testing import RunningOrg

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
Ask = Callable[..., Awaitable[Element]]
FIELD = "<label>Ring</label><type>Text</type><length>9</length>"
OBJECT = (
    "<label>Boat</label><pluralLabel>Boats</pluralLabel><sharingModel>ReadWrite</sharingModel>"
    "<nameField><label>Name</label><type>Text</type></nameField>"
)


@pytest.fixture
async def ask(stranger: httpx2.AsyncClient, org: RunningOrg) -> Ask:
    """Calls an operation; gives the body of the answer."""
    token = await org.access_token()

    async def call(operation: str, inner: str, *, all_or_none: bool = False) -> Element:
        headers = f"<SessionHeader><sessionId>{token}</sessionId></SessionHeader>"
        headers += f"<AllOrNoneHeader><allOrNone>{str(all_or_none).lower()}</allOrNone></AllOrNoneHeader>"
        content = (
            f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="{XSI}" xmlns="{NAMESPACE}">'
            f"<e:Header>{headers}</e:Header><e:Body><{operation}>{inner}</{operation}></e:Body></e:Envelope>"
        )
        answer = await stranger.post("/services/Soap/m/67.0", content=content.encode())
        return fromstring(answer.text)

    return call


def component(kind: str, full_name: str, inner: str) -> str:
    return f'<metadata xsi:type="{kind}"><fullName>{full_name}</fullName>{inner}</metadata>'


def told(answer: Element, *tags: str) -> list[tuple[str | None, ...]]:
    """Of each result the texts of these elements."""
    results = answer.iter(f"{{{NAMESPACE}}}result")
    return [tuple(one.findtext(f".//{{{NAMESPACE}}}{tag}") for tag in tags) for one in results]


async def test_a_created_field_is_written_read_changed_and_deleted(ask: Ask, api: httpx2.AsyncClient) -> None:
    made = await ask("createMetadata", component("CustomField", "Case.Ring__c", FIELD))
    assert told(made, "fullName", "success") == [("Case.Ring__c", "true")]
    assert (await api.post("sobjects/Case", json={"Ring__c": "r" * 10})).json()[0]["errorCode"] == "STRING_TOO_LONG"
    longer = component("CustomField", "Case.Ring__c", FIELD.replace("9", "10"))
    assert told(await ask("updateMetadata", longer), "success") == [("true",)]
    assert (await api.post("sobjects/Case", json={"Ring__c": "r" * 10})).status_code == 201
    wanted = "<type>CustomField</type><fullNames>Case.Ring__c</fullNames><fullNames>Case.None__c</fullNames>"
    there, missing = (await ask("readMetadata", wanted)).iter(f"{{{NAMESPACE}}}records")
    assert (there.get(f"{{{XSI}}}type"), missing.get(f"{{{XSI}}}nil")) == ("CustomField", "true")
    assert [there.findtext(f"{{{NAMESPACE}}}{tag}") for tag in ("fullName", "length")] == ["Case.Ring__c", "10"]
    gone = await ask("deleteMetadata", "<type>CustomField</type><fullNames>Case.Ring__c</fullNames>")
    assert told(gone, "success") == [("true",)]
    assert (await api.post("sobjects/Case", json={"Ring__c": "r"})).json()[0]["errorCode"] == "INVALID_FIELD"


async def test_an_object_is_read_with_its_fields(ask: Ask, api: httpx2.AsyncClient) -> None:
    fields = f"<fields><fullName>Ring__c</fullName>{FIELD}</fields>"
    made = await ask("upsertMetadata", component("CustomObject", "Boat__c", OBJECT + fields))
    assert told(made, "success", "created") == [("true", "true")]
    assert told(await ask("upsertMetadata", component("CustomObject", "Boat__c", OBJECT)), "created") == [("false",)]
    assert (await api.post("sobjects/Boat__c", json={"Name": "A", "Ring__c": "r"})).status_code == 201
    read = await ask("readMetadata", "<type>CustomObject</type><fullNames>Boat__c</fullNames>")
    (records,) = read.iter(f"{{{NAMESPACE}}}records")
    assert records.findtext(f"{{{NAMESPACE}}}pluralLabel") == "Boats"
    assert records.findtext(f"{{{NAMESPACE}}}fields/{{{NAMESPACE}}}fullName") == "Ring__c"


def renaming(kind: str, old: str, new: str) -> str:
    return f"<type>{kind}</type><oldFullName>{old}</oldFullName><newFullName>{new}</newFullName>"


async def test_a_renamed_field_keeps_its_values(ask: Ask, api: httpx2.AsyncClient, org: RunningOrg) -> None:
    await ask("createMetadata", component("CustomField", "Case.Ring__c", FIELD))
    made = (await api.post("sobjects/Case", json={"Ring__c": "gold"})).json()["id"]
    renamed = await ask("renameMetadata", renaming("CustomField", "Case.Ring__c", "Case.Band__c"))
    assert told(renamed, "success") == [("true",)]
    (case,) = await org.query(f"SELECT Band__c FROM Case WHERE Id = '{made}'")
    assert case["Band__c"] == "gold"
    assert (await api.post("sobjects/Case", json={"Ring__c": "r"})).json()[0]["errorCode"] == "INVALID_FIELD"


async def test_what_is_only_stored_is_found_under_its_new_name(ask: Ask) -> None:
    await ask("createMetadata", component("Layout", "Case-Old", ""))
    assert told(await ask("renameMetadata", renaming("Layout", "Case-Old", "Case-New")), "success") == [("true",)]
    wanted = "<type>Layout</type><fullNames>Case-Old</fullNames><fullNames>Case-New</fullNames>"
    old, new = (await ask("readMetadata", wanted)).iter(f"{{{NAMESPACE}}}records")
    assert (old.get(f"{{{XSI}}}nil"), new.findtext(f"{{{NAMESPACE}}}fullName")) == ("true", "Case-New")


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        (renaming("CustomField", "Case.None__c", "Case.B__c"), "INVALID_CROSS_REFERENCE_KEY"),
        (renaming("CustomField", "Case.Ring__c", "Case.Category__c"), "DUPLICATE_DEVELOPER_NAME"),
        (renaming("CustomField", "Case.Ring__c", "Account.Ring__c"), "INVALID_FULL_NAME"),
        (renaming("CustomObject", "Boat__c", "Ship__c"), "FUNCTIONALITY_NOT_ENABLED"),
    ],
)
async def test_what_cannot_be_renamed_stays_as_it_is(ask: Ask, inner: str, code: str) -> None:
    made = component("CustomField", "Case.Ring__c", FIELD) + component("CustomObject", "Boat__c", OBJECT)
    assert told(await ask("createMetadata", made), "success") == [("true",), ("true",)]
    assert told(await ask("renameMetadata", inner), "success", "statusCode") == [("false", code)]


@pytest.mark.parametrize(
    ("operation", "inner", "code"),
    [
        ("createMetadata", component("CustomField", "Case.Category__c", FIELD), "DUPLICATE_DEVELOPER_NAME"),
        ("createMetadata", component("CustomField", "Case.B__c", "<type>Text</type>"), "REQUIRED_FIELD_MISSING"),
        ("createMetadata", component("CustomField", "Case.B__c", FIELD.replace("Text", "X")), "FIELD_INTEGRITY_EXCEPTION"),
        ("createMetadata", component("CustomField", "B__c", FIELD), "INVALID_FULL_NAME"),
        ("createMetadata", component("CustomField", "", FIELD), "REQUIRED_FIELD_MISSING"),
        ("createMetadata", component("Nonsense", "A", ""), "INVALID_TYPE"),
        ("createMetadata", component("ApexClass", "A", ""), "INVALID_TYPE"),
        ("updateMetadata", component("CustomField", "Case.B__c", FIELD), "INVALID_CROSS_REFERENCE_KEY"),
        ("deleteMetadata", "<type>CustomField</type><fullNames>Case.B__c</fullNames>", "INVALID_CROSS_REFERENCE_KEY"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_one_component_is_told(ask: Ask, operation: str, inner: str, code: str) -> None:
    assert told(await ask(operation, inner), "success", "statusCode") == [("false", code)]


async def test_each_component_is_written_by_itself_unless_it_is_all_or_none(ask: Ask) -> None:
    good, bad = component("CustomField", "Case.Good__c", FIELD), component("CustomField", "Case.Bad__c", "")
    together = await ask("createMetadata", good + bad, all_or_none=True)
    assert [code for (code,) in told(together, "statusCode")] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert [success for (success,) in told(await ask("createMetadata", good + bad), "success")] == ["true", "false"]


@pytest.mark.parametrize(
    ("operation", "inner", "code"),
    [
        ("createMetadata", component("CustomField", "Case.A__c", FIELD) * 11, "LIMIT_EXCEEDED"),
        ("readMetadata", "<type>Nonsense</type><fullNames>A</fullNames>", "INVALID_TYPE"),
    ],
)
async def test_what_is_wrong_with_the_call_is_a_fault(ask: Ask, operation: str, inner: str, code: str) -> None:
    answer = await ask(operation, inner)
    assert code in "".join(answer.itertext())
    assert told(answer, "success") == []
