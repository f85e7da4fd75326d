"""What gaps need of others, besides what all of knowledge does."""

from collections.abc import Sequence
from typing import Protocol

from casewright.kit.ids import TenantId


class CaseReply(Protocol):
    """What a person of the company wrote to the customer in a case that is closed. `about`: the case's subject."""

    @property
    def case_number(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def text(self) -> str: ...


class ResolvedCases(Protocol):
    async def replies(self, tenant_id: TenantId) -> Sequence[CaseReply]:
        """Newest first. Raises `CasewrightError`s where the org cannot be asked."""
        ...
