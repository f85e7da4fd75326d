"""What proving a customer's identity needs of the org."""

from typing import Protocol

from casewright.kit.ids import TenantId


class KnownContact(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def account_id(self) -> str | None: ...


class ContactDirectory(Protocol):
    async def find_contact_by_email(self, tenant_id: TenantId, email: str) -> KnownContact | None:
        """Raises a `CasewrightError` when it cannot be asked."""
        ...


class Mailer(Protocol):
    async def send_email(self, tenant_id: TenantId, to: str, subject: str, body: str) -> None:
        """Raises a `CasewrightError` when the mail did not, or may not have, gone out."""
        ...
