"""What a company's people wrote to customers in cases that are closed."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.salesforce.models import Row
from casewright.salesforce.ports import Clients

MOST_COMMENTS: Final = 1000


class CaseReply(Model):
    """`about`: the case's subject."""

    case_number: str
    about: str
    text: str


class _Case(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=Row.model_config["alias_generator"])

    case_number: str
    subject: str | None = None
    owner_id: str
    created_by_id: str


class _CommentRow(Row):
    comment_body: str | None = None
    created_by_id: str
    parent: _Case


class ClosedCaseReplies:
    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def replies(self, tenant_id: TenantId) -> tuple[CaseReply, ...]:
        """Published comments by the owner of a closed case who had not opened it, of the newest `MOST_COMMENTS`: what customers
        wrote themselves, or through Casewright, is by nobody else's hand. Raises like `SalesforceClient.query`, `OrgNotConnected`."""
        client = await self._clients.client(tenant_id)
        rows = await client.query(
            _CommentRow,
            "SELECT Id, CommentBody, CreatedById, Parent.CaseNumber, Parent.Subject, Parent.OwnerId, Parent.CreatedById "
            "FROM CaseComment WHERE IsPublished = true AND Parent.IsClosed = true "
            f"ORDER BY CreatedDate DESC LIMIT {MOST_COMMENTS}",
        )
        return tuple(
            CaseReply(case_number=row.parent.case_number, about=row.parent.subject or "", text=row.comment_body)
            for row in rows
            if row.comment_body and row.created_by_id == row.parent.owner_id != row.parent.created_by_id
        )
