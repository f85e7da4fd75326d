"""Erasing a person, and keeping no conversation longer than its company wants."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from casewright.conversations.models import ConversationId
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.errors import InvalidInput
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, system
from casewright.people import repository
from casewright.people.errors import ErasureNotFound, PersonNotFound
from casewright.people.models import Erasure, ErasureId, OrgStatus
from casewright.people.ports import Companies, Identities, OrgCases
from casewright.tenants.models import OrgRecords

BATCH: Final = 200
"""Conversations deleted in one transaction."""
CODES_KEPT: Final = timedelta(days=1)
"""After they have expired, so that whoever asks too often is still noticed."""


class PeopleService:
    def __init__(
        self,
        database: Database,
        identities: Identities,
        companies: Companies,
        org: OrgCases,
        clock: Clock,
        retention_days: int,
    ) -> None:
        self._database = database
        self._identities = identities
        self._companies = companies
        self._org = org
        self._clock = clock
        self._retention_days = retention_days

    async def erase(
        self,
        principal: Principal,
        *,
        email: str | None = None,
        conversation_id: ConversationId | None = None,
        org_records: OrgRecords | None = None,
    ) -> Erasure:
        """Erases whoever is known by the address, or talked in the conversation, and all that were found to be the same.
        `org_records` None: as the company has decided.

        Raises `InvalidInput` unless exactly one of the two is given, `PersonNotFound`."""
        if (email is None) == (conversation_id is None):
            raise InvalidInput("Say whom to erase: by `email` or by `conversation_id`, not both.")
        tenant = await self._companies.get(principal.tenant_id)
        wanted = org_records or tenant.profile.org_records_of_erased
        erasure_id, now = ErasureId(new_id()), self._clock.now()
        async with self._database.begin(principal) as tx:
            if email is not None:
                digest = self._identities.identity_digest(tenant.id, "email", email)
                found = await repository.persons_by_identity(tx, tenant.id, "email", digest)
            else:
                assert conversation_id is not None
                found = await repository.person_of_conversation(tx, tenant.id, conversation_id)
            people, conversations = await _locked(tx, tenant.id, found)
            cases = await repository.cases_of(tx, tenant.id, conversations)
            await repository.erase(tx, tenant.id, people, now)
            waits = wanted is OrgRecords.ANONYMISE and cases
            await repository.insert_erasure(
                tx,
                tenant.id,
                erasure_id=erasure_id,
                person_ids=people,
                conversations=len(conversations),
                case_ids=cases,
                org_records=wanted,
                org_status=OrgStatus.WAITING if waits else OrgStatus.KEPT if cases else OrgStatus.DONE,
                requested_by=principal.actor,
                now=now,
            )
            for person_id in people:
                await repository.insert_audit(
                    tx,
                    tenant.id,
                    id=new_id(),
                    role=principal.role,
                    actor=principal.actor,
                    action="erase person",
                    object_id=str(person_id),
                )
        await self.settle_in_org(tenant.id, erasure_id)
        return await self.erasure(principal, erasure_id)

    async def erasure(self, principal: Principal, erasure_id: ErasureId) -> Erasure:
        """Raises `ErasureNotFound`."""
        async with self._database.begin(principal) as tx:
            row = await repository.erasure(tx, principal.tenant_id, erasure_id)
        if row is None:
            raise ErasureNotFound
        return _erasure(row)

    async def settle_in_org(self, tenant_id: TenantId, erasure_id: ErasureId) -> None:
        """Anonymises the cases of an erasure that waits for it; if the org is away it goes on waiting."""
        async with self._database.begin(system(tenant_id, "erasure")) as tx:
            row = await repository.erasure(tx, tenant_id, erasure_id)
        if row is None or row["org_status"] != OrgStatus.WAITING:
            return
        ended = await self._org.anonymise(tenant_id, row["case_ids"])
        async with self._database.begin(system(tenant_id, "erasure")) as tx:
            await repository.settle_erasure(
                tx,
                tenant_id,
                erasure_id,
                org_status=OrgStatus.DONE if ended.done else OrgStatus.WAITING,
                cases_left=ended.left,
            )

    async def settle_all_in_org(self) -> None:
        """The erasures of all tenants whose orgs were away."""
        for tenant in await self._companies.all():
            async with self._database.begin(system(tenant.id, "erasure")) as tx:
                waiting = await repository.waiting_erasures(tx, tenant.id)
            for erasure_id in waiting:
                await self.settle_in_org(tenant.id, ErasureId(erasure_id))

    async def delete_expired(self) -> int:
        """Deletes what each tenant keeps no longer: closed conversations with their persons, and expired codes. How many
        conversations that were."""
        count = 0
        for tenant in await self._companies.all():
            days = tenant.profile.retention_days or self._retention_days
            count += await self._delete_expired(tenant.id, timedelta(days=days))
        return count

    async def _delete_expired(self, tenant_id: TenantId, kept: timedelta) -> int:
        now, count = self._clock.now(), 0
        while True:
            async with self._database.begin(system(tenant_id, "retention")) as tx:
                await repository.delete_codes(tx, tenant_id, now - CODES_KEPT)
                deleted = await repository.delete_closed_conversations(tx, now - kept, BATCH)
            count += deleted
            if deleted < BATCH:
                return count


async def _locked(
    tx: Transaction, tenant_id: TenantId, found: Sequence[UUID]
) -> tuple[list[UUID], list[ConversationId]]:
    """All who are the same as those found, and their conversations, locked. Whoever waited for a lock looks again: another
    may have erased them meanwhile, or found one more to be the same. Raises `PersonNotFound`."""
    people = await repository.same_persons(tx, tenant_id, found)
    while people:
        conversations = await repository.lock_conversations(tx, tenant_id, people)
        before, people = people, await repository.same_persons(tx, tenant_id, people)
        if people == before:
            return people, conversations
    raise PersonNotFound


def _erasure(row: Record) -> Erasure:
    people: list[UUID] = row["person_ids"]
    return Erasure(
        id=ErasureId(row["id"]),
        people=len(people),
        conversations=row["conversations"],
        org_records=OrgRecords(row["org_records"]),
        org_status=OrgStatus(row["org_status"]),
        cases_left=tuple(row["cases_left"]),
        requested_at=row["requested_at"],
    )
