"""The Metadata API's calls by SOAP."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from localorg.errors import ApiError
from localorg.metadata import service
from localorg.metadata.crud import Result, Write
from localorg.metadata.models import DeployOptions, Manifest
from localorg.metadata.packages import read_manifest
from localorg.metadata.types import metadata_types
from localorg.oauth.sessions import Session
from localorg.org import Org
from localorg.soap.messages import Call
from localorg.soap.xml import XmlValue, child, child_text, children

MetadataCall = Callable[[Org, Session, Call, str], Awaitable[XmlValue]]


async def _deploy(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    try:
        content = base64.b64decode("".join((child_text(call.arguments, "ZipFile") or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise ApiError("INVALID_ZIP_FILE", "The zip file is not base64") from None
    report = await service.start_deployment(
        org, session.user_id, content, _options(child(call.arguments, "DeployOptions"))
    )
    return {"done": False, "id": report["id"], "state": "Queued"}


async def _check_deploy_status(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    report = await service.deployment(org, child_text(call.arguments, "asyncProcessId"))
    if child_text(call.arguments, "includeDetails") != "true":
        report = {key: value for key, value in report.items() if key != "details"}
    return _without_nothing(report)


async def _cancel_deploy(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    report = await service.deployment(org, child_text(call.arguments, "String"))
    raise ApiError("INVALID_ID_FIELD", f"Deployment {report['id']} is already completed")


async def _retrieve(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    request = next(children(call.arguments), None)
    unpackaged = child(request, "unpackaged")
    if unpackaged is None:
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", "This org has no packages: name what is wanted in unpackaged")
    manifest = read_manifest(unpackaged)
    whole = Manifest(manifest.members, manifest.version or child_text(request, "apiVersion") or version)
    single = child_text(request, "singlePackage") == "true"
    report = await service.start_retrieval(org, session.user_id, whole, single_package=single)
    return {"done": False, "id": report["id"], "state": "Queued"}


async def _check_retrieve_status(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    report, content = await service.retrieval(org, child_text(call.arguments, "asyncProcessId"))
    if child_text(call.arguments, "includeZip") == "false":
        return _without_nothing(report)
    return _without_nothing(report | {"zipFile": base64.b64encode(content).decode()})


async def _describe(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    return describe(org)


def describe(org: Org) -> dict[str, Any]:
    kinds: list[XmlValue] = []
    for kind in metadata_types():
        told: dict[str, XmlValue] = {"childXmlNames": list(kind.children.values())} if kind.children else {}
        told |= {"directoryName": kind.directory_name, "inFolder": kind.in_folder, "metaFile": kind.meta_file}
        kinds.append(told | ({"suffix": kind.suffix} if kind.suffix else {}) | {"xmlName": kind.xml_name})
    return {"metadataObjects": kinds, "organizationNamespace": "", "partialSaveAllowed": True, "testRequired": False}


async def _list(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    kinds = [child_text(query, "type") or "" for query in children(call.arguments, "queries")]
    found = [_without_nothing(one) for one in await service.listed(org, kinds)]
    return found or None


async def _write(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    components = tuple(children(call.arguments, "metadata"))
    how, all_or_none = Write(call.operation), call.all_or_none
    results = await service.write(org, session.user_id, components, how, all_or_none=all_or_none)
    return [_result(one) for one in results] or None


async def _delete(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    kind, names = _named(call)
    results = await service.delete(org, session.user_id, kind, names, all_or_none=call.all_or_none)
    return [_result(one) for one in results] or None


async def _rename(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    kind, old, new = (child_text(call.arguments, name) or "" for name in ("type", "oldFullName", "newFullName"))
    return [_result(one) for one in await service.rename(org, session.user_id, kind, old, new)]


async def _read(org: Org, session: Session, call: Call, version: str) -> XmlValue:
    return {"records": await service.read(org, *_named(call))}


def _named(call: Call) -> tuple[str, tuple[str, ...]]:
    """The type, and the full names of its components."""
    names = ((name.text or "").strip() for name in children(call.arguments, "fullNames"))
    return child_text(call.arguments, "type") or "", tuple(names)


def _result(result: Result) -> XmlValue:
    told: dict[str, XmlValue] = {} if result.created is None else {"created": result.created}
    if result.error is not None:
        code, message = result.error
        told["errors"] = {"message": message, "statusCode": code}
    return told | {"fullName": result.full_name, "success": result.error is None}


def _options(element: Element | None) -> DeployOptions:
    def flag(name: str, default: bool) -> bool:
        text = child_text(element, name)
        return default if text is None else text in ("true", "1")

    return DeployOptions(
        check_only=flag("checkOnly", False),
        rollback_on_error=flag("rollbackOnError", True),
        ignore_warnings=flag("ignoreWarnings", False),
        test_level=child_text(element, "testLevel") or "",
        run_tests=tuple((test.text or "").strip() for test in children(element, "runTests")),
    )


def _without_nothing(value: Any) -> Any:
    """Salesforce leaves out what has no value."""
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_without_nothing(one) for one in value]
    return value


METADATA_CALLS: Mapping[str, MetadataCall] = {
    "cancelDeploy": _cancel_deploy,
    "checkDeployStatus": _check_deploy_status,
    "checkRetrieveStatus": _check_retrieve_status,
    "createMetadata": _write,
    "deleteMetadata": _delete,
    "deploy": _deploy,
    "describeMetadata": _describe,
    "listMetadata": _list,
    "readMetadata": _read,
    "renameMetadata": _rename,
    "retrieve": _retrieve,
    "updateMetadata": _write,
    "upsertMetadata": _write,
}
