"""What a rehearsal server knows of the demo around it: keys of its pages, and the mail that its local orgs keep."""

import json
from typing import Any

from pydantic import TypeAdapter

from casewright.kit.data_directory import DataDirectory
from casewright.kit.errors import NotFound
from casewright.kit.http import HttpClient
from casewright.kit.ids import TenantId
from casewright.settings import Settings
from casewright.tenants.models import Mail

MAILBOX_TIMEOUT = 5.0
_MAILS = TypeAdapter(tuple[Mail, ...])


class Demo:
    """The running demo, as its connection file describes it; read anew each time, since it is written after the server began."""

    def __init__(self, settings: Settings) -> None:
        self._file = DataDirectory(settings.data_dir).path / "demo.json"

    def publishable_key(self, tenant_id: TenantId) -> str | None:
        company = self._company(tenant_id)
        return company["publishable_key"] if company else None

    async def mails(self, tenant_id: TenantId, to: str) -> tuple[Mail, ...]:
        """What the company's local org has mailed to an address, the newest first. Raises `NotFound` and `OutgoingError`."""
        company = self._company(tenant_id)
        if company is None or not company.get("org"):
            raise NotFound("This company has no local org, and so no mailbox to look into.")
        async with HttpClient("local org", company["org"]["url"], timeout=MAILBOX_TIMEOUT) as org:
            response = await org.request("GET", "/localorg/mailbox", params={"to": to})
        return _MAILS.validate_json(response.content)

    def _company(self, tenant_id: TenantId) -> dict[str, Any] | None:
        try:
            tenants = json.loads(self._file.read_bytes())["tenants"]
        except (OSError, ValueError, KeyError):
            return None
        return next((one for one in tenants if one["id"] == str(tenant_id)), None)
