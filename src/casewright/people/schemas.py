"""The wire's shapes for erasing people."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casewright.kit.model import Model
from casewright.people.models import OrgStatus
from casewright.tenants.models import OrgRecords


class ErasureRequest(Model):
    """Exactly one of `email` and `conversation_id`. `org_records` absent: as the company has decided."""

    email: str | None = Field(None, min_length=3, max_length=320)
    conversation_id: UUID | None = None
    org_records: OrgRecords | None = None


class ErasureView(Model):
    """`people`, `conversations`: how many were erased. `org_status` `waiting`: the org is tried again until it is reached.
    `cases_left`: ids of cases that Casewright did not open; look at them yourself."""

    id: UUID
    people: int
    conversations: int
    org_records: OrgRecords
    org_status: OrgStatus
    cases_left: tuple[str, ...]
    requested_at: datetime
