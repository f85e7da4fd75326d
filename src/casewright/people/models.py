"""Who is behind conversations, as far as erasing them is concerned."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from casewright.kit.model import Model
from casewright.tenants.models import OrgRecords

ErasureId = NewType("ErasureId", UUID)


class OrgStatus(StrEnum):
    KEPT = "kept"
    WAITING = "waiting"
    """For the org to be reached; tried again until it is."""
    DONE = "done"


class Erasure(Model):
    """`people`, `conversations`: how many were erased. `cases_left`: ids of cases that Casewright did not open; the company
    has to look at them itself."""

    id: ErasureId
    people: int
    conversations: int
    org_records: OrgRecords
    org_status: OrgStatus
    cases_left: tuple[str, ...] = ()
    requested_at: datetime


class Anonymised(Model):
    """`left`: ids of cases that were not touched."""

    done: bool
    left: tuple[str, ...] = ()
