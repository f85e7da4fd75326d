"""The event log as the engine sees it: claim a conversation, commit a turn, let go.

Whoever commits holds the conversation's row lock and the newest fence; whatever carries an older fence is void.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import orjson

from casewright.conversations import codec, repository
from casewright.conversations.errors import ConversationNotFound, DecidedMeanwhile, LeaseLost, LogMoved
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    ActionDeadLettered,
    ApprovalStatus,
    Claim,
    Claimant,
    ConversationKey,
    DeadLetterSettled,
    Event,
    KnownIdentity,
    LoggedEvent,
    NewApproval,
    Person,
    Trigger,
    TriggerKind,
    TurnCommit,
    TurnId,
)
from casewright.conversations.repository import EventRow, SnapshotRow, TriggerRow
from casewright.conversations.sealer import Sealer
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.ids import new_id
from casewright.kit.principal import Assurance, system

PICK_UP_AFTER = timedelta(seconds=2)
"""What its own process has not begun by then is looked at by any dispatcher."""
SNAPSHOT, TRIGGER, LAST_MESSAGE = "snapshot", "trigger", "last message"


class EventLog:
    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, live: LiveEvents, lease_seconds: float
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._live = live
        self._lease = timedelta(seconds=lease_seconds)

    async def claim(self, key: ConversationKey, owner: str, snapshot_version: int) -> Claim | None:
        """Takes the lease and reads what a turn needs; None while another process holds it."""
        async with self._database.begin(system(key.tenant_id), planned_once=True) as tx:
            return await self.claim_within(tx, key, Claimant(owner, snapshot_version))

    async def commit(self, claim: Claim, turn: TurnCommit) -> bool:
        """Writes a turn, or a part of one, in one transaction; the last part gives the lease back. True when triggers
        wait that came in meanwhile.

        Raises `LeaseLost` when another process took over, `LogMoved` when others wrote to the log meanwhile,
        `DecidedMeanwhile` when somebody decided about what the turn ends."""
        key = claim.key
        async with self._database.begin(system(key.tenant_id), planned_once=True) as tx:
            row = await repository.lock(tx, key)
            if row is None or row["fence"] != claim.fence:
                raise LeaseLost
            if row["next_seq"] - 1 != turn.expected_seq:
                raise LogMoved(await self.read(tx, key, claim.person, turn.expected_seq))
            ends_approvals = row["pending_approvals"] and (turn.inbox.mode == "human" or turn.inbox.status == "closed")
            if turn.gives_way and (turn.withdrawn_approvals or ends_approvals):
                await self._require_undecided(tx, key, turn)
            lease = {"lease_owner": None, "lease_until": None} if turn.final else {}
            columns = {**lease, **self._inbox_columns(claim, turn, row)}
            snapshot = SnapshotRow(
                version=turn.snapshot_version,
                sealed=self._sealer.seal(claim.person, key, SNAPSHOT, turn.snapshot),
                consumed=turn.consumed,
                due_at=turn.due_at - row["clock_offset"] if turn.due_at else None,
                busy=None if turn.final else self._lease,
            )
            _, others_wait = await self.append(
                tx,
                key,
                claim.person,
                turn.events,
                row["next_seq"],
                claim.fence,
                turn.at,
                turn.turn_id,
                columns,
                snapshot=snapshot,
            )
            for approval in turn.approvals:
                await self._insert_approval(tx, claim, approval, turn)
            for approval_id in turn.withdrawn_approvals:
                await repository.settle_approval(
                    tx, key.tenant_id, approval_id, status=ApprovalStatus.EXPIRED, by="customer", now=turn.at
                )
            for identity in turn.identities:
                await self._remember_identity(tx, claim, identity)
            if ends_approvals:
                await repository.expire_approvals(tx, key, turn.at)
        entries = [
            LoggedEvent(seq=seq, at=turn.at, turn_id=turn.turn_id, event=event)
            for seq, event in enumerate(turn.events, turn.expected_seq + 1)
        ]
        self._live.announce(key, entries)
        return turn.final and others_wait

    async def _require_undecided(self, tx: Transaction, key: ConversationKey, turn: TurnCommit) -> None:
        """Who approved something has been told that it will be done. Raises `DecidedMeanwhile`."""
        waiting = await repository.triggers(tx, key)
        if any(one["kind"] == TriggerKind.APPROVAL and one["id"] not in turn.consumed for one in waiting):
            raise DecidedMeanwhile

    async def renew(self, claim: Claim) -> bool:
        """Keeps the lease while a turn takes long; False when it is lost."""
        async with self._database.begin(system(claim.key.tenant_id)) as tx:
            renewed = await repository.renew_lease(tx, claim.key, claim.fence, self._lease)
            if renewed:
                await repository.set_due_in(tx, claim.key, self._lease)
            return renewed

    async def release(self, claim: Claim) -> None:
        """Gives the lease back without having committed: what waits still waits."""
        async with self._database.begin(system(claim.key.tenant_id)) as tx:
            await repository.release_lease(tx, claim.key, claim.fence)

    async def rest(self, claim: Claim, due_at: datetime | None) -> bool:
        """Gives the lease back because nothing waited; `due_at`, in the conversation's own time, is when to look again.
        True when something has come in meanwhile."""
        async with self._database.begin(system(claim.key.tenant_id)) as tx:
            row = await repository.lock(tx, claim.key)
            if row is None or row["fence"] != claim.fence:
                return False
            await repository.release_lease(tx, claim.key, claim.fence)
            waiting = bool(await repository.triggers(tx, claim.key))
            if not waiting:
                await repository.set_due(tx, claim.key, due_at - row["clock_offset"] if due_at else None)
            return waiting

    async def postpone(self, key: ConversationKey, by: timedelta) -> None:
        """Lets the dispatcher look again after `by` of real time."""
        async with self._database.begin(system(key.tenant_id)) as tx:
            await repository.set_due_in(tx, key, by)

    async def claim_due(self, limit: int, busy: timedelta) -> list[ConversationKey]:
        """Conversations of any tenant that want to be looked at; they are put off by `busy` meanwhile."""
        async with self._database.control() as tx:
            return await repository.claim_due(tx, limit, busy)

    async def history(self, key: ConversationKey) -> tuple[LoggedEvent, ...]:
        """The whole log. Raises `ConversationNotFound`."""
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await repository.find(tx, key)
            if row is None:
                raise ConversationNotFound
            return await self.read(tx, key, self._sealer.person(row), 0)

    # --- within a transaction that is already open ---

    async def claim_within(self, tx: Transaction, key: ConversationKey, claimant: Claimant) -> Claim | None:
        """As `claim`."""
        row = await repository.take_lease(tx, key, claimant.owner, self._lease)
        if row is None:
            return None
        person = self._sealer.person(row)
        usable = row["snapshot_version"] == claimant.snapshot_version and person.key is not None
        state = self._sealer.open(person, key, SNAPSHOT, row["snapshot"]) if usable else None
        entries, waiting = await repository.log_and_triggers(tx, key, row["snapshot_seq"] if state else 0)
        log = tuple(self.event(key, person, one) for one in entries)
        triggers = tuple(self._trigger(key, person, one) for one in waiting)
        return Claim(
            key=key,
            fence=row["fence"],
            person=person,
            snapshot=state,
            log=log,
            triggers=triggers,
            now=self._clock.now() + row["clock_offset"],
            seq=row["next_seq"] - 1,
        )

    def lease_at_hand(self, row: Record, claimant: Claimant) -> dict[str, object]:
        """Columns by which the lease is taken while a message is appended; none where it is not free, or the snapshot in `row` is not
        all that a turn has to know: then `claim_within` finds out."""
        at_hand = (
            row["is_free"]
            and not row["waits"]
            and row["snapshot"] is not None
            and row["snapshot_version"] == claimant.snapshot_version
            and row["snapshot_seq"] == row["next_seq"] - 1
        )
        if not at_hand:
            return {}
        owner, until = claimant.owner, row["read_at"] + self._lease
        return {"lease_owner": owner, "lease_until": until, "fence": row["fence"] + 1}

    def claim_at_hand(self, key: ConversationKey, row: Record, person: Person, event: Event, trigger: Trigger) -> Claim:
        """The claim of a turn that begins with the message just appended with the columns of `lease_at_hand`."""
        now = self._clock.now() + row["clock_offset"]
        entry = LoggedEvent(seq=row["next_seq"], at=now, turn_id=None, event=event)
        return Claim(
            key=key,
            fence=row["fence"] + 1,
            person=person,
            snapshot=self._sealer.open(person, key, SNAPSHOT, row["snapshot"]),
            log=(entry,),
            triggers=(trigger,),
            now=now,
            seq=row["next_seq"],
        )

    async def read(self, tx: Transaction, key: ConversationKey, person: Person, after: int) -> tuple[LoggedEvent, ...]:
        rows = await repository.events_after(tx, key, after)
        return tuple(self.event(key, person, row) for row in rows)

    def event(self, key: ConversationKey, person: Person, row: Record) -> LoggedEvent:
        private = self._sealer.open(person, key, row["seq"], row["sealed"])
        event = codec.join(row["kind"], row["schema_version"], row["data"], private)
        turn_id = TurnId(row["turn_id"]) if row["turn_id"] else None
        return LoggedEvent(seq=row["seq"], at=row["at"], turn_id=turn_id, event=event)

    async def append(
        self,
        tx: Transaction,
        key: ConversationKey,
        person: Person,
        events: Sequence[Event],
        next_seq: int,
        fence: int,
        at: datetime,
        turn_id: TurnId | None = None,
        columns: Mapping[str, object] = MappingProxyType({}),
        *,
        trigger: TriggerRow | None = None,
        snapshot: SnapshotRow | None = None,
    ) -> tuple[int, bool]:
        """Appends under the row lock the caller holds, with a trigger or a snapshot, and sets columns of that row. Returns the last
        event's seq, and whether triggers wait that are not in the snapshot."""
        rows = []
        for seq, event in enumerate(events, next_seq):
            data, private = codec.split(event)
            sealed = self._sealer.seal(person, key, seq, private) if private is not None else None
            rows.append(EventRow(seq, event.kind, event.version, data, sealed, turn_id))
            await self._project(tx, key, event, at)
        following = next_seq + len(rows)
        others_wait = await repository.append(
            tx, key, rows, fence=fence, at=at, next_seq=following, columns=columns, trigger=trigger, snapshot=snapshot
        )
        return following - 1, others_wait

    async def _project(self, tx: Transaction, key: ConversationKey, event: Event, at: datetime) -> None:
        """Into the list of what waits for a person."""
        match event:
            case ActionDeadLettered():
                await repository.save_dead_letter(
                    tx,
                    key,
                    id=UUID(event.action_id),
                    action=event.action,
                    code=event.code,
                    retryable=event.retryable,
                    at=at,
                )
            case DeadLetterSettled(action_id=action_id, how=how, by=by):
                await repository.settle_dead_letter(tx, key.tenant_id, UUID(action_id), status=how, by=by, at=at)

    def trigger_row(self, key: ConversationKey, person: Person, trigger: Trigger) -> TriggerRow:
        """A message as a turn's beginning. With a form, its values stand for the text."""
        data = {"message_id": str(trigger.message_id), "cut_from": trigger.cut_from}
        plain = orjson.dumps(trigger.form) if trigger.form else trigger.text.encode()
        return TriggerRow(
            id=trigger.id,
            kind=trigger.kind,
            data={**data, "is_form": True} if trigger.form else data,
            sealed=self._sealer.seal(person, key, TRIGGER, plain),
            seq=trigger.seq,
            created_at=self._clock.now(),
            pick_up_after=PICK_UP_AFTER,
        )

    def _trigger(self, key: ConversationKey, person: Person, row: Record) -> Trigger:
        plain = self._sealer.open(person, key, TRIGGER, row["sealed"]) or b""
        data = dict(row["data"])
        said = {"form": orjson.loads(plain or b"{}")} if data.pop("is_form", False) else {"text": plain.decode()}
        return codec.trigger({"id": row["id"], "kind": row["kind"], "seq": row["seq"], **said, **data})

    async def _insert_approval(self, tx: Transaction, claim: Claim, approval: NewApproval, turn: TurnCommit) -> None:
        plain = orjson.dumps({"summary": approval.summary, "arguments": approval.arguments})
        sealed = self._sealer.seal(claim.person, claim.key, approval.id, plain)
        await repository.insert_approval(
            tx,
            claim.key,
            approval_id=approval.id,
            person_id=claim.person.id,
            action=approval.action,
            sealed=sealed or b"",
            now=turn.at,
        )

    async def _remember_identity(self, tx: Transaction, claim: Claim, identity: KnownIdentity) -> None:
        tenant_id, person = claim.key.tenant_id, claim.person
        digest = self._sealer.identity_digest(tenant_id, identity.kind, identity.value)
        sealed = self._sealer.seal(person, claim.key, identity.kind, identity.value.encode())
        if sealed is None:
            return
        await repository.upsert_identity(
            tx,
            tenant_id,
            identity_id=new_id(),
            person_id=person.id,
            kind=identity.kind,
            digest=digest,
            sealed=sealed,
            assurance=identity.assurance,
        )
        if identity.kind == "contact" and identity.assurance.covers(Assurance.VERIFIED):
            await repository.merge_persons(tx, tenant_id, person_id=person.id, kind=identity.kind, digest=digest)

    def _inbox_columns(self, claim: Claim, turn: TurnCommit, row: Record) -> dict[str, object]:
        view = turn.inbox
        columns: dict[str, object] = {
            "mode": view.mode,
            "status": view.status,
            "outcome": view.outcome,
            "language": view.language,
            "reason": view.reason,
            "frustration": view.frustration,
            "topic": view.topic,
            "active_at": self._clock.now(),
            "pending_approvals": view.pending_approvals,
        }
        if view.case:
            columns |= {"case_id": view.case.id, "case_number": view.case.number, "case_url": view.case.url}
        if view.last_message is not None:
            columns["last_message"] = self._sealer.seal(
                claim.person, claim.key, LAST_MESSAGE, view.last_message[:200].encode()
            )
            columns["last_from"] = "agent"
        if view.mode == "human" and row["mode"] == "agent":
            columns |= {"waiting_since": turn.at, "queued_since": turn.at}
        elif view.mode == "agent":
            columns |= {"waiting_since": None, "queued_since": None}
        return columns
