"""What a company's people do in conversations: read the inbox, take over, answer, give back, approve."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from uuid import UUID

import orjson

from casewright.conversations import repository
from casewright.conversations.errors import (
    ApprovalDecided,
    ApprovalNotFound,
    DeadLetterClosed,
    DeadLetterNotFound,
    NotRetryable,
)
from casewright.conversations.event_log import LAST_MESSAGE
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    Approval,
    ApprovalId,
    ApprovalStatus,
    CaseReference,
    ConversationId,
    ConversationKey,
    ConversationSummary,
    DeadLetter,
    DeadLetterSettled,
    DeadLetterStatus,
    Event,
    MessageId,
    Mode,
    ModeChanged,
    OperatorReplied,
    TriggerKind,
)
from casewright.conversations.sealer import Sealer
from casewright.conversations.writing import LogWriter
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.errors import InvalidInput
from casewright.kit.ids import new_id
from casewright.kit.principal import Principal

INBOX_PAGE = 50
DEAD_LETTERS_SHOWN = 200


class OperatorDesk:
    def __init__(self, database: Database, sealer: Sealer, writer: LogWriter, live: LiveEvents, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._writer = writer
        self._live = live
        self._clock = clock

    async def reply(
        self, principal: Principal, key: ConversationKey, text: str, idempotency_key: str | None = None
    ) -> MessageId:
        """Writes in the conversation at once, and takes it over if the agent still had it. Under the same idempotency key the
        same reply is written once.

        Raises `InvalidInput`, `ConversationNotFound`, `IdempotencyConflict`."""
        if not text.strip():
            raise InvalidInput("The reply is empty.")
        message_id = MessageId(new_id())
        async with self._database.begin(principal) as tx:
            row = await self._writer.locked(tx, key)
            if idempotency_key:
                known = await self._writer.once(tx, key, f"operator:{idempotency_key}", text, message_id)
                if known:
                    return known
            person = self._sealer.person(row)
            events: list[Event] = []
            await self._withdraw_give_back(tx, key)
            if row["mode"] == Mode.AGENT:
                events.append(ModeChanged(mode=Mode.HUMAN, reason="operator"))
                await self._expire_approvals(tx, key, row)
            events.append(OperatorReplied(message_id=message_id, operator=principal.actor, text=text))
            await self._writer.append(tx, key, row, person, *events, last=("operator", text))
            await repository.update_row(tx, key, mode=Mode.HUMAN, waiting_since=None, queued_since=None)
            await self._audit(tx, principal, "reply", key.conversation_id)
        self._live.announce(key)
        return message_id

    async def set_mode(self, principal: Principal, key: ConversationKey, mode: Mode) -> None:
        """Takes over at once, or gives back: then the agent's next turn begins with it."""
        async with self._database.begin(principal) as tx:
            row = await self._writer.locked(tx, key)
            await self._audit(tx, principal, f"mode {mode}", key.conversation_id)
            if mode is Mode.HUMAN:
                await self._withdraw_give_back(tx, key)
            if row["mode"] == mode:
                return
            if mode is Mode.AGENT:
                await self._writer.trigger(tx, key, row, TriggerKind.GIVE_BACK, {"by": principal.actor})
                return
            await self._expire_approvals(tx, key, row)
            event = ModeChanged(mode=Mode.HUMAN, reason="operator")
            await self._writer.append(tx, key, row, self._sealer.person(row), event)
            await repository.update_row(tx, key, mode=Mode.HUMAN, reason="operator")
        self._live.announce(key)

    async def inbox(
        self, principal: Principal, mode: Mode | None, cursor: str | None
    ) -> tuple[list[ConversationSummary], str | None]:
        """A page of conversations, most recently active first, and the cursor of the next page."""
        async with self._database.begin(principal) as tx:
            rows = await repository.inbox(
                tx, principal.tenant_id, mode=mode, after=_read_cursor(cursor), limit=INBOX_PAGE + 1
            )
        page = [self._summary(row) for row in rows[:INBOX_PAGE]]
        more = len(rows) > INBOX_PAGE
        return page, _make_cursor(page[-1]) if more else None

    async def approvals(self, principal: Principal, *, pending_only: bool) -> list[Approval]:
        async with self._database.begin(principal) as tx:
            rows = await repository.approvals(tx, principal.tenant_id, pending_only=pending_only)
        return [self._approval(row) for row in rows]

    async def decide(
        self, principal: Principal, approval_id: ApprovalId, approve: bool, note: str = ""
    ) -> tuple[ConversationKey, Approval]:
        """An operator's yes or no; the conversation's next turn acts on it. `note` is for colleagues, not for the customer.

        Raises `ApprovalNotFound`, `ApprovalDecided`."""
        wanted = ApprovalStatus.APPROVED if approve else ApprovalStatus.REJECTED
        async with self._database.begin(principal) as tx:
            conversation_id = await repository.conversation_of_approval(tx, principal.tenant_id, approval_id)
            if conversation_id is None:
                raise ApprovalNotFound
            key = ConversationKey(tenant_id=principal.tenant_id, conversation_id=ConversationId(conversation_id))
            locked = await self._writer.locked(tx, key)
            row = await repository.lock_approval(tx, principal.tenant_id, approval_id)
            if row is None:
                raise ApprovalNotFound
            if row["status"] == ApprovalStatus.PENDING:
                now = self._clock.now()
                sealed = self._with_note(key, row, note)
                await repository.settle_approval(
                    tx, principal.tenant_id, approval_id, status=wanted, by=principal.actor, now=now, sealed=sealed
                )
                await self._audit(tx, principal, str(wanted), approval_id)
                data = {"approval_id": str(approval_id), "approved": approve, "by": principal.actor}
                await self._writer.trigger(tx, key, locked, TriggerKind.APPROVAL, data)
                settled = {**dict(row), "status": wanted, "decided_at": now, "sealed": sealed}
                return key, self._approval(settled)
        if row["status"] != wanted:
            raise ApprovalDecided
        return key, self._approval(row)

    async def dead_letters(self, principal: Principal, *, open_only: bool) -> list[DeadLetter]:
        """Writes that wait for a person, the newest first."""
        async with self._database.begin(principal) as tx:
            rows = await repository.dead_letters(tx, principal.tenant_id, open_only=open_only, limit=DEAD_LETTERS_SHOWN)
        return [_dead_letter(row) for row in rows]

    async def retry(self, principal: Principal, dead_letter_id: UUID) -> tuple[ConversationKey, DeadLetter]:
        """Has an action tried again by the conversation's next turn, which first looks whether it was done.

        Raises `DeadLetterNotFound`, `DeadLetterClosed`, `NotRetryable`."""
        async with self._database.begin(principal) as tx:
            key, locked, found = await self._open_dead_letter(tx, principal, dead_letter_id)
            if not found.retryable:
                raise NotRetryable(found.action)
            data: dict[str, object] = {"action_id": str(found.id), "by": principal.actor}
            await self._writer.trigger(tx, key, locked, TriggerKind.RETRY, data)
            await self._audit(tx, principal, "retry dead letter", found.id)
        return key, found

    async def discard(self, principal: Principal, dead_letter_id: UUID) -> DeadLetter:
        """Settles a dead letter without another try: somebody has seen to it.

        Raises `DeadLetterNotFound`, `DeadLetterClosed`."""
        async with self._database.begin(principal) as tx:
            key, locked, found = await self._open_dead_letter(tx, principal, dead_letter_id)
            event = DeadLetterSettled(action_id=str(found.id), how="discarded", by=principal.actor)
            await self._writer.append(tx, key, locked, self._sealer.person(locked), event)
            await self._audit(tx, principal, "discard dead letter", found.id)
            settled = await repository.dead_letter(tx, principal.tenant_id, found.id)
        assert settled is not None
        self._live.announce(key)
        return _dead_letter(settled)

    async def _open_dead_letter(
        self, tx: Transaction, principal: Principal, dead_letter_id: UUID
    ) -> tuple[ConversationKey, Record, DeadLetter]:
        """With its conversation, whose row is locked."""
        row = await repository.dead_letter(tx, principal.tenant_id, dead_letter_id)
        if row is None:
            raise DeadLetterNotFound
        key = ConversationKey(tenant_id=principal.tenant_id, conversation_id=ConversationId(row["conversation_id"]))
        locked = await self._writer.locked(tx, key)
        row = await repository.dead_letter(tx, principal.tenant_id, dead_letter_id)
        if row is None or row["status"] != DeadLetterStatus.OPEN:
            raise DeadLetterClosed
        return key, locked, _dead_letter(row)

    async def _withdraw_give_back(self, tx: Transaction, key: ConversationKey) -> None:
        """Whoever takes over means it, also when a give-back has not been worked off yet."""
        waiting = [row["id"] for row in await repository.triggers(tx, key) if row["kind"] == TriggerKind.GIVE_BACK]
        await repository.delete_triggers(tx, key, waiting)

    async def _expire_approvals(self, tx: Transaction, key: ConversationKey, row: Record) -> None:
        if row["pending_approvals"]:
            await repository.expire_approvals(tx, key, self._clock.now())
            await repository.update_row(tx, key, pending_approvals=0)

    async def _audit(self, tx: Transaction, principal: Principal, action: str, object_id: UUID) -> None:
        await repository.insert_audit(
            tx,
            principal.tenant_id,
            id=new_id(),
            role=principal.role,
            actor=principal.actor,
            action=action,
            object_id=str(object_id),
        )

    def _summary(self, row: Record) -> ConversationSummary:
        key = ConversationKey(tenant_id=row["tenant_id"], conversation_id=row["id"])
        last = self._sealer.open(self._sealer.person(row), key, LAST_MESSAGE, row["last_message"])
        case = None
        if row["case_id"]:
            case = CaseReference(id=row["case_id"], number=row["case_number"] or "", url=row["case_url"] or "")
        return ConversationSummary(
            conversation_id=key.conversation_id,
            mode=row["mode"],
            status=row["status"],
            language=row["language"],
            reason=row["reason"],
            frustration=row["frustration"],
            topic=row["topic"],
            last_message=(last or b"").decode(errors="replace"),
            last_from=row["last_from"],
            waiting_since=row["waiting_since"],
            updated_at=row["active_at"],
            case=case,
            pending_approvals=row["pending_approvals"],
        )

    def _with_note(self, key: ConversationKey, row: Record, note: str) -> bytes | None:
        person = self._sealer.person(row)
        plain = self._sealer.open(person, key, row["id"], row["sealed"])
        return self._sealer.seal(person, key, row["id"], orjson.dumps({**orjson.loads(plain or b"{}"), "note": note}))

    def _approval(self, row: Record) -> Approval:
        key = ConversationKey(tenant_id=row["tenant_id"], conversation_id=row["conversation_id"])
        plain = self._sealer.open(self._sealer.person(row), key, row["id"], row["sealed"])
        content = {"summary": "", "arguments": {}, "note": "", **orjson.loads(plain or b"{}")}
        return Approval(
            id=ApprovalId(row["id"]),
            conversation_id=key.conversation_id,
            action=row["action"],
            summary=content["summary"],
            arguments=content["arguments"],
            note=content["note"],
            status=row["status"],
            requested_at=row["requested_at"],
            decided_at=row["decided_at"],
        )


def _dead_letter(row: Record) -> DeadLetter:
    return DeadLetter(**{name: row[name] for name in DeadLetter.model_fields})


def _make_cursor(last: ConversationSummary) -> str:
    return urlsafe_b64encode(f"{last.updated_at.isoformat()} {last.conversation_id}".encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    try:
        at, conversation_id = urlsafe_b64decode(cursor).decode().split(" ")
        return datetime.fromisoformat(at), UUID(conversation_id)
    except ValueError:
        raise InvalidInput("The cursor is not one that this API gave out.") from None
