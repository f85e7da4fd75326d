"""Knowledge over REST: its languages, and its data categories as trees."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.errors import ApiError, not_found
from localorg.rest.context import data_path, org_of
from localorg.schema.data_categories import DataCategory, DataCategoryGroup

_OBJECT = "KnowledgeArticleVersion"


async def knowledge_settings(request: Request) -> Response:
    known = org_of(request).schema.get("Knowledge__kav").field("Language")
    assert known is not None
    languages = [{"active": True, "name": name} for name in known.values]
    return json_answer({"defaultLanguage": known.values[0], "knowledgeEnabled": True, "languages": languages})


async def list_groups(request: Request) -> Response:
    """With `topCategoriesOnly=false` the trees are whole."""
    _check_object(request)
    whole = request.query_params.get("topCategoriesOnly", "true").lower() == "false"
    groups = [
        {
            "label": group.label,
            "name": group.name,
            "objectUsage": _OBJECT,
            "topCategories": [_category(request, group, group.top, whole=whole)],
        }
        for group in org_of(request).schema.data_category_groups
    ]
    return json_answer({"categoryGroups": groups})


async def read_category(request: Request) -> Response:
    """A category with those right below it."""
    _check_object(request)
    group = org_of(request).schema.data_category_group(request.path_params["group"])
    category = group.find(request.path_params["category"]) if group else None
    if group is None or category is None:
        raise not_found()
    children = [_category(request, group, child, whole=False) for child in category.categories]
    return json_answer({**_category(request, group, category, whole=False), "childCategories": children})


def _category(request: Request, group: DataCategoryGroup, category: DataCategory, *, whole: bool) -> dict[str, Any]:
    children = [_category(request, group, child, whole=True) for child in category.categories] if whole else None
    address = f"{data_path(request)}/support/dataCategoryGroups/{group.name}/dataCategories/{category.name}"
    url = f"{address}?sObjectName={_OBJECT}"
    return {"childCategories": children, "label": category.label, "name": category.name, "url": url}


def _check_object(request: Request) -> None:
    if request.query_params.get("sObjectName") != _OBJECT:
        raise ApiError("INVALID_PARAMETER", f"sObjectName must be {_OBJECT}")
