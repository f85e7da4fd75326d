"""Deploying and retrieving for one org, whichever way the call came in."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from localorg.errors import ApiError
from localorg.ids import InvalidIdError, RecordId, instance_code, parse_record_id
from localorg.metadata import crud
from localorg.metadata.crud import Result, Write, Writing, Written
from localorg.metadata.deploying import DEPLOYMENT_PREFIX, User, deploy
from localorg.metadata.models import DeployOptions, Manifest
from localorg.metadata.retrieving import RETRIEVAL_PREFIX, list_components, retrieve
from localorg.metadata.store import Store
from localorg.metadata.types import is_type
from localorg.org import Org
from localorg.schema.models import SObject

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
    _take_up(org, deployed.definitions, deployed.removed)
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


async def write(
    org: Org, user_id: RecordId, components: Sequence[Element], how: Write, *, all_or_none: bool
) -> tuple[Result, ...]:
    """Raises ApiError for what concerns the call as a whole."""
    return await _written(org, user_id, lambda writing: writing.write(components, how), all_or_none=all_or_none)


async def delete(
    org: Org, user_id: RecordId, kind: str, full_names: Sequence[str], *, all_or_none: bool
) -> tuple[Result, ...]:
    """Raises ApiError for what concerns the call as a whole."""
    return await _written(org, user_id, lambda writing: writing.delete(kind, full_names), all_or_none=all_or_none)


async def rename(org: Org, user_id: RecordId, kind: str, full_name: str, new_name: str) -> tuple[Result, ...]:
    """Raises ApiError for what concerns the call as a whole."""
    return await _written(org, user_id, lambda writing: writing.rename(kind, full_name, new_name), all_or_none=True)


async def read(org: Org, kind: str, full_names: Sequence[str]) -> list[Element | None]:
    """None for each that is not there. Raises ApiError for what concerns the call as a whole."""
    return await org.database.read(lambda c: crud.read(Store(c, ""), org.schema, kind, full_names))


async def _written(
    org: Org, user_id: RecordId, work: Callable[[Writing], Written], *, all_or_none: bool
) -> tuple[Result, ...]:
    row = await org.user(user_id)
    user, now, instance = User(user_id, str(row["Name"])), org.clock(), instance_code(org.name)

    def run(connection: sqlite3.Connection) -> Written:
        return work(Writing(Store(connection, instance), org.schema, user, now, all_or_none=all_or_none))

    written = await org.database.write(run)
    _take_up(org, written.definitions, written.removed)
    return written.results


def _take_up(org: Org, definitions: Iterable[SObject], removed: Iterable[str]) -> None:
    for definition in definitions:
        org.schema.add(definition)
    for name in removed:
        org.schema.remove(name)


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
