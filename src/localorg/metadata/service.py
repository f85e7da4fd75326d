"""Deploying and retrieving for one org, whichever way the call came in."""

from typing import Any

from localorg.errors import ApiError
from localorg.ids import InvalidIdError, RecordId, instance_code, parse_record_id
from localorg.metadata.deploying import DEPLOYMENT_PREFIX, User, deploy
from localorg.metadata.models import DeployOptions, Manifest
from localorg.metadata.retrieving import RETRIEVAL_PREFIX, list_components, retrieve
from localorg.metadata.store import Store
from localorg.metadata.types import is_type
from localorg.org import Org

LARGEST_ZIP = 39_000_000
"""Bytes, as they come out of base64: Salesforce's limit."""
MOST_LISTED_QUERIES = 3
Report = dict[str, Any]


async def start_deployment(org: Org, user_id: RecordId, content: bytes, options: DeployOptions) -> Report:
    """Deploys; the report says what became of it. Raises ApiError."""
    if len(content) > LARGEST_ZIP:
        raise ApiError("LIMIT_EXCEEDED", f"Maximum size of a zip file is {LARGEST_ZIP} bytes")
    row = await org.user(user_id)
    user, now, instance = User(user_id, str(row["Name"])), org.clock(), instance_code(org.name)
    deployed = await org.database.write(lambda c: deploy(c, instance, org.schema, user, now, content, options))
    for definition in deployed.definitions:
        org.schema.add(definition)
    return deployed.report


async def deployment(org: Org, given_id: str | None) -> Report:
    """Raises ApiError for an id that no deployment has."""
    report, _ = await _report(org, given_id, DEPLOYMENT_PREFIX)
    return report


async def start_retrieval(org: Org, user_id: RecordId, manifest: Manifest, *, single_package: bool) -> Report:
    now = org.clock()
    return await org.database.write(
        lambda c: retrieve(c, org.name, org.schema, user_id, now, manifest, single_package=single_package)
    )


async def retrieval(org: Org, given_id: str | None) -> tuple[Report, bytes]:
    """The report and the zip. Raises ApiError for an id that no retrieval has."""
    return await _report(org, given_id, RETRIEVAL_PREFIX)


async def listed(org: Org, kinds: list[str]) -> list[Report]:
    """Raises ApiError for more types than one call may name, or an unknown one."""
    if len(kinds) > MOST_LISTED_QUERIES:
        message = f"You may only specify up to {MOST_LISTED_QUERIES} ListMetadataQuery's"
        raise ApiError("LIMIT_EXCEEDED", message)
    unknown = next((kind for kind in kinds if not is_type(kind)), None)
    if unknown is not None:
        raise ApiError("INVALID_TYPE", f"Unknown type:{unknown}")
    user_id, instance = org.identity.api_user_id, instance_code(org.name)
    return await org.database.read(
        lambda c: [one for kind in kinds for one in list_components(Store(c, instance), org.schema, kind, user_id)]
    )


async def _report(org: Org, given_id: str | None, prefix: str) -> tuple[Report, bytes]:
    try:
        record_id = parse_record_id(given_id or "")
    except InvalidIdError:
        raise ApiError("MALFORMED_ID", f"malformed id {given_id or ''}") from None
    found = await org.database.read(lambda c: Store(c, "").report(record_id))
    if found is None or not record_id.startswith(prefix):
        message = f"invalid cross reference id: {given_id}"
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", message)
    return found
