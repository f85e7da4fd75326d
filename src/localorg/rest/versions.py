"""Where the API begins: the versions, and the resources of one version."""

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.gateway import NEWEST_VERSION, OLDEST_VERSION
from localorg.rest.context import data_path, instance_url, org_of, user_id

_SEASONS = ("Winter", "Spring", "Summer")
_WINTER_2021 = 50
_RESOURCES = ("sobjects", "query", "queryAll", "limits", "actions", "composite", "jobs", "metadata", "tooling")


def version_label(version: int) -> str:
    """50.0 is Winter '21, and three follow each year."""
    years, season = divmod(version - _WINTER_2021, len(_SEASONS))
    return f"{_SEASONS[season]} '{21 + years}"


async def list_versions(request: Request) -> Response:
    return json_answer(
        [
            {"label": version_label(version), "url": f"/services/data/v{version}.0", "version": f"{version}.0"}
            for version in range(OLDEST_VERSION, NEWEST_VERSION + 1)
        ]
    )


async def list_resources(request: Request) -> Response:
    path = data_path(request)
    identity = org_of(request).identity
    resources = {name: f"{path}/{name}" for name in _RESOURCES}
    resources["identity"] = f"{instance_url(request)}/id/{identity.organization_id}/{user_id(request)}"
    return json_answer(resources)
