"""The demo's two companies: installed from `examples/`, connected to their local orgs, with keys that stay the same."""

import asyncio
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson
from pydantic import SecretStr

from casewright.assembly import Parts, assembled
from casewright.content import install_folder
from casewright.kit.data_directory import DataDirectory
from casewright.kit.errors import CasewrightError
from casewright.kit.private_file import write_private_file
from casewright.salesforce.models import ClientCredentials, OrgConnection
from casewright.scenarios.schemas import OrgAccess, TenantAccess
from casewright.settings import Settings, load_settings
from casewright.tenants.models import ApiKeyKind
from casewright.tenants.service import PREFIXES

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KEYS = "secrets/demo-keys.json"


async def install(settings: Settings, orgs: Mapping[str, OrgAccess]) -> tuple[TenantAccess, ...]:
    """Makes or refreshes a tenant for each org, by the org's name, and returns how to reach it."""
    async with assembled(settings) as parts:
        keys = _keys(DataDirectory(settings.data_dir).path / KEYS, list(orgs))
        return tuple([await _install(parts, name, org, keys[name]) for name, org in orgs.items()])


async def _install(parts: Parts, name: str, org: OrgAccess, keys: dict[str, str]) -> TenantAccess:
    tenant = await install_folder(parts, EXAMPLES / name, lambda _: None)
    for kind in ApiKeyKind:
        await parts.tenants.add_key(tenant.id, kind, keys[kind])
    credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
    await parts.connections.connect(
        tenant.id, OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)
    )
    return TenantAccess(
        id=str(tenant.id),
        name=tenant.name,
        publishable_key=keys[ApiKeyKind.PUBLISHABLE],
        operator_key=keys[ApiKeyKind.OPERATOR],
        org=org,
    )


def _keys(file: Path, names: list[str]) -> dict[str, dict[str, str]]:
    """Each company's keys; made once, so that a page left open works after a restart."""
    known: dict[str, dict[str, str]] = json.loads(file.read_bytes()) if file.exists() else {}
    for name in names:
        known.setdefault(name, {str(kind): PREFIXES[kind] + secrets.token_urlsafe(24) for kind in ApiKeyKind})
    write_private_file(file, json.dumps(known).encode())
    return known


def main() -> None:
    """Orgs as JSON on standard input, tenants as JSON on standard output; a sentence on standard error and exit code 2."""
    orgs = {name: OrgAccess.model_validate(org) for name, org in orjson.loads(sys.stdin.buffer.read()).items()}
    try:
        tenants = asyncio.run(install(load_settings(), orgs))
    except CasewrightError as error:
        sys.stderr.write(error.message)
        sys.exit(2)
    sys.stdout.buffer.write(orjson.dumps([tenant.model_dump() for tenant in tenants]))


if __name__ == "__main__":
    main()
