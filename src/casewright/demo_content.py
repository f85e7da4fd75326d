"""The demo's companies: installed from their folders, connected to their local orgs, with keys that stay the same."""

import asyncio
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr, TypeAdapter

from casewright.assembly import Parts, assembled
from casewright.content import install_folder
from casewright.kit.data_directory import DataDirectory
from casewright.kit.errors import CasewrightError
from casewright.kit.model import Model
from casewright.kit.private_file import write_private_file
from casewright.salesforce.models import ClientCredentials, OrgConnection
from casewright.scenarios.schemas import OrgAccess, TenantAccess
from casewright.settings import Settings, load_settings
from casewright.tenants.models import ApiKeyKind
from casewright.tenants.service import PREFIXES

KEYS = "secrets/demo-keys.json"


class DemoCompany(Model):
    folder: Path
    org: OrgAccess


_WANTED = TypeAdapter(dict[str, DemoCompany])
_MADE = TypeAdapter(tuple[TenantAccess, ...])


async def install(settings: Settings, companies: Mapping[str, DemoCompany]) -> tuple[TenantAccess, ...]:
    """Makes or refreshes a tenant for each company, by slug, and returns how to reach it."""
    async with assembled(settings) as parts:
        keys = _keys(DataDirectory(settings.data_dir).path / KEYS, list(companies))
        return tuple([await _install(parts, company, keys[slug]) for slug, company in companies.items()])


async def _install(parts: Parts, company: DemoCompany, keys: dict[str, str]) -> TenantAccess:
    tenant = await install_folder(parts, company.folder)
    for kind in ApiKeyKind:
        await parts.tenants.add_key(tenant.id, kind, keys[kind])
    org = company.org
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


def _keys(file: Path, slugs: list[str]) -> dict[str, dict[str, str]]:
    """Each company's keys; made once, so that a page left open works after a restart."""
    known: dict[str, dict[str, str]] = json.loads(file.read_bytes()) if file.exists() else {}
    for slug in slugs:
        known.setdefault(slug, {str(kind): PREFIXES[kind] + secrets.token_urlsafe(24) for kind in ApiKeyKind})
    write_private_file(file, json.dumps(known).encode())
    return known


def main() -> None:
    """Companies as JSON on standard input, tenants as JSON on standard output; what is wrong on standard error and exit code 2."""
    companies = _WANTED.validate_json(sys.stdin.buffer.read())
    try:
        tenants = asyncio.run(install(load_settings(), companies))
    except CasewrightError as error:
        sys.stderr.write(error.message)
        sys.exit(2)
    sys.stdout.buffer.write(_MADE.dump_json(tenants))


if __name__ == "__main__":
    main()
