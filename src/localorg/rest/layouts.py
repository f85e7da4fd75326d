"""describe/layouts: an object's page layout. The org has one for each object, with all of its fields."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.errors import not_found
from localorg.ids import InvalidIdError, parse_record_id
from localorg.rest.context import data_path, org_of, sobject_of
from localorg.rest.describe import describe
from localorg.schema.models import SObject


async def list_layouts(request: Request) -> Response:
    infos = _described(request)["recordTypeInfos"]
    mappings = [_mapping(info) for info in infos]
    body = {"layouts": [_layout(request)], "recordTypeMappings": mappings}
    return json_answer(body | {"recordTypeSelectorRequired": [len(infos) > 1]})


async def read_layout(request: Request) -> Response:
    """The layout of one record type."""
    try:
        wanted = parse_record_id(request.path_params["record_type"])
    except InvalidIdError:
        raise not_found() from None
    if wanted not in {info["recordTypeId"] for info in _described(request)["recordTypeInfos"]}:
        raise not_found()
    return json_answer(_layout(request))


def _described(request: Request) -> dict[str, Any]:
    return describe(sobject_of(request), org_of(request).schema, data_path(request))


def _mapping(info: dict[str, Any]) -> dict[str, Any]:
    names = ("available", "defaultRecordTypeMapping", "developerName", "master", "name", "recordTypeId")
    return {name: info[name] for name in names} | {"layoutId": None, "picklistsForRecordType": []}


def _layout(request: Request) -> dict[str, Any]:
    definition = sobject_of(request)
    described = {entry["name"]: entry for entry in _described(request)["fields"]}
    return {
        "buttonLayoutSection": None,
        "detailLayoutSections": [_section(definition, described, editable=False)],
        "editLayoutSections": [_section(definition, described, editable=True)],
        "feedView": None,
        "highlightsPanelLayout": None,
        "id": None,
        "multirowEditLayoutSections": [],
        "offlineLinks": [],
        "quickActionList": {"quickActionListItems": []},
        "relatedContent": None,
        "relatedLists": [],
        "saveOptions": [],
    }


def _section(definition: SObject, described: dict[str, Any], *, editable: bool) -> dict[str, Any]:
    shown = [field for field in definition.fields if not editable or described[field.name]["updateable"]]
    rows = [_row(described[field.name], editable=editable) for field in shown]
    return {
        "collapsed": False,
        "columns": 1,
        "heading": "Information",
        "layoutRows": rows,
        "layoutSectionId": None,
        "parentLayoutId": None,
        "rows": len(rows),
        "tabOrder": "LeftToRight",
        "useCollapsibleSection": False,
        "useHeading": False,
    }


def _row(described: dict[str, Any], *, editable: bool) -> dict[str, Any]:
    component = {
        "components": [],
        "details": described,
        "displayLines": 1,
        "fieldType": described["type"],
        "tabOrder": 1,
        "type": "Field",
        "value": described["name"],
    }
    item = {
        "editableForNew": editable and described["createable"],
        "editableForUpdate": editable and described["updateable"],
        "label": described["label"],
        "layoutComponents": [component],
        "placeholder": False,
        "required": not described["nillable"] and described["createable"] and not described["defaultedOnCreate"],
    }
    return {"layoutItems": [item], "numItems": 1}
