"""The public life of a conversation: open, write, read, rate, take over, give back, approve."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from casewright.conversations import repository
from casewright.conversations.errors import (
    ApprovalDecided,
    ApprovalNotFound,
    ConversationNotFound,
    IdempotencyConflict,
    TurnNotFound,
)
from casewright.conversations.event_log import LAST_MESSAGE, EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    Accepted,
    Approval,
    ApprovalId,
    ApprovalStatus,
    CaseReference,
    ConversationId,
    ConversationKey,
    ConversationStarted,
    ConversationSummary,
    ConversationView,
    Event,
    FeedbackGiven,
    LoggedEvent,
    MessageId,
    MessageReceived,
    Mode,
    ModeChanged,
    OperatorReplied,
    Part,
    Person,
    PersonId,
    ReplySent,
    TriggerKind,
    TurnId,
)
from casewright.conversations.sealer import Sealer
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.errors import InvalidInput, NotAuthenticated, ResourceLimitExceeded
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, system
from casewright.kit.sealing import new_person_key
from casewright.tenants.models import Tenant

TOKEN_PREFIX = "ct_"  # noqa: S105 (says what kind of key follows)
PICK_UP_AFTER = timedelta(seconds=2)
"""A message that its own process has not begun by then is looked at by any dispatcher."""
INBOX_PAGE = 50


class ConversationService:
    def __init__(self, database: Database, sealer: Sealer, log: EventLog, live: LiveEvents, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._log = log
        self._live = live
        self._clock = clock

    # --- the customer ---

    async def open(
        self,
        principal: Principal,
        tenant: Tenant,
        *,
        language: str,
        time_zone: str,
        page: str,
        consents: Mapping[str, bool],
        greeting: Part,
        most_active: int,
        active_for: timedelta,
    ) -> tuple[ConversationKey, str]:
        """A new conversation and the token that alone may write in it. Raises `ResourceLimitExceeded`."""
        key = ConversationKey(tenant_id=tenant.id, conversation_id=ConversationId(new_id()))
        person = Person(id=PersonId(new_id()), key=(secret := new_person_key()))
        token = _make_token(key)
        now = self._clock.now()
        async with self._database.begin(principal) as tx:
            if await repository.count_active(tx, tenant.id, now - active_for) >= most_active:
                raise ResourceLimitExceeded(
                    f"The limit of {most_active} conversations at once is reached. Please try again in a moment.",
                    retry_after=10,
                )
            await repository.insert_person(
                tx,
                tenant.id,
                person_id=person.id,
                wrapped_key=self._sealer.wrap(tenant.id, person.id, secret),
                locale=language,
                time_zone=time_zone,
            )
            for purpose, granted in consents.items():
                await repository.insert_consent(
                    tx, tenant.id, person_id=person.id, purpose=purpose, granted=granted, source="chat page"
                )
            await repository.insert_conversation(
                tx,
                key,
                person_id=person.id,
                token_digest=_digest(token),
                language=language,
                time_zone=time_zone,
                now=now,
            )
            events: list[Event] = [
                ConversationStarted(language=language, time_zone=time_zone, channel="web", page=page[:500]),
                ReplySent(reply_id=MessageId(new_id()), message_ids=(), parts=(greeting,), openers=("greeting",)),
            ]
            seq = await self._log.append(tx, key, person, events, 1, 0, now, None)
            await repository.update_row(tx, key, next_seq=seq + 1)
        return key, token

    async def authenticate(self, token: str) -> ConversationKey:
        """The conversation a token belongs to. Raises `NotAuthenticated`."""
        key = _read_token(token)
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await repository.find(tx, key)
        if row is None or not hmac.compare_digest(row["token_digest"], _digest(token)):
            raise NotAuthenticated("The conversation's token is not valid.")
        return key

    async def accept(self, key: ConversationKey, text: str, idempotency_key: str, most_characters: int) -> Accepted:
        """Puts a customer's message into the log; when this returns, it is safe. Too long ones are cut, and say so.

        Raises `InvalidInput`, `ConversationNotFound`, `IdempotencyConflict`."""
        if not text.strip():
            raise InvalidInput("The message is empty. Write what you need help with.")
        body_digest = hashlib.sha256(text.encode()).digest()
        cut_from = len(text) if len(text) > most_characters else None
        text = text[:most_characters]
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await repository.lock(tx, key)
            if row is None:
                raise ConversationNotFound
            known = await repository.remembered_message(tx, key, idempotency_key)
            if known:
                if known["body_digest"] != body_digest:
                    raise IdempotencyConflict
                return Accepted(message_id=MessageId(known["message_id"]), seq=0, duplicate=True)
            message_id = MessageId(new_id())
            await repository.remember_message(tx, key, idempotency_key, body_digest, message_id)
            event = MessageReceived(message_id=message_id, text=text, cut_from=cut_from)
            person = self._sealer.person(row)
            seq = await self._append(tx, key, row, person, event, last=("customer", text))
            await repository.insert_trigger(
                tx,
                key,
                trigger_id=message_id,
                kind=TriggerKind.MESSAGE,
                data={"message_id": str(message_id), "cut_from": cut_from},
                sealed=self._log.seal_trigger(person, key, text),
                seq=seq,
                now=self._clock.now(),
            )
            await repository.set_due(tx, key, self._clock.now() + PICK_UP_AFTER)
        self._live.announce(key, seq)
        return Accepted(message_id=message_id, seq=seq, duplicate=False)

    async def ask_for_person(self, key: ConversationKey) -> None:
        """The button "Talk to a person"."""
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await self._locked(tx, key)
            await self._trigger(tx, key, row, TriggerKind.HAND_OVER, {})

    async def give_feedback(
        self, key: ConversationKey, rating: int | None, helpful: bool | None, message_id: UUID | None, comment: str
    ) -> None:
        event = FeedbackGiven(
            rating=rating,
            helpful=helpful,
            message_id=MessageId(message_id) if message_id else None,
            comment=comment[:2000],
        )
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await self._locked(tx, key)
            await self._append(tx, key, row, self._sealer.person(row), event)

    # --- reading ---

    async def view(self, principal: Principal, key: ConversationKey) -> ConversationView:
        """Raises `ConversationNotFound`."""
        async with self._database.begin(principal) as tx:
            row = await repository.find(tx, key)
        if row is None:
            raise ConversationNotFound
        return ConversationView(
            id=key.conversation_id,
            mode=row["mode"],
            status=row["status"],
            outcome=row["outcome"],
            language=row["language"],
            created_at=row["created_at"],
        )

    async def events(self, principal: Principal, key: ConversationKey, after: int = 0) -> tuple[LoggedEvent, ...]:
        """The log after `after`, oldest first. Raises `ConversationNotFound`."""
        async with self._database.begin(principal) as tx:
            row = await repository.find(tx, key)
            if row is None:
                raise ConversationNotFound
            return await self._log.read(tx, key, self._sealer.person(row), after)

    async def turn(self, principal: Principal, turn_id: TurnId) -> tuple[ConversationId, LoggedEvent]:
        """The closing event of a turn. Raises `TurnNotFound`."""
        async with self._database.begin(principal) as tx:
            found = await repository.finished_turn(tx, principal.tenant_id, turn_id)
            if found is None:
                raise TurnNotFound
            key = ConversationKey(tenant_id=principal.tenant_id, conversation_id=found["conversation_id"])
            row = await repository.find(tx, key)
            if row is None:
                raise TurnNotFound
            return key.conversation_id, self._log.event(key, self._sealer.person(row), found)

    # --- the operator ---

    async def reply_as_operator(self, principal: Principal, key: ConversationKey, text: str) -> MessageId:
        """Writes in the conversation at once, and takes it over if the agent still had it."""
        if not text.strip():
            raise InvalidInput("The reply is empty.")
        message_id = MessageId(new_id())
        async with self._database.begin(principal) as tx:
            row = await self._locked(tx, key)
            person = self._sealer.person(row)
            events: list[Event] = []
            await self._withdraw_give_back(tx, key)
            if row["mode"] == Mode.AGENT:
                events.append(ModeChanged(mode=Mode.HUMAN, reason="operator"))
                await self._expire_approvals(tx, key, row)
            events.append(OperatorReplied(message_id=message_id, operator=principal.actor, text=text))
            seq = await self._append(tx, key, row, person, *events, last=("operator", text))
            await repository.update_row(tx, key, mode=Mode.HUMAN, waiting_since=None)
            await self._audit(tx, principal, "reply", key.conversation_id)
        self._live.announce(key, seq)
        return message_id

    async def set_mode(self, principal: Principal, key: ConversationKey, mode: Mode) -> None:
        """Takes over at once, or gives back: then the agent's next turn begins with it."""
        async with self._database.begin(principal) as tx:
            row = await self._locked(tx, key)
            await self._audit(tx, principal, f"mode {mode}", key.conversation_id)
            if mode is Mode.HUMAN:
                await self._withdraw_give_back(tx, key)
            if row["mode"] == mode:
                return
            if mode is Mode.AGENT:
                await self._trigger(tx, key, row, TriggerKind.GIVE_BACK, {"by": principal.actor})
                return
            await self._expire_approvals(tx, key, row)
            event = ModeChanged(mode=Mode.HUMAN, reason="operator")
            seq = await self._append(tx, key, row, self._sealer.person(row), event)
            await repository.update_row(tx, key, mode=Mode.HUMAN, reason="operator")
        self._live.announce(key, seq)

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
        self, principal: Principal, approval_id: ApprovalId, approve: bool
    ) -> tuple[ConversationKey, Approval]:
        """An operator's yes or no; the conversation's next turn acts on it.

        Raises `ApprovalNotFound`, `ApprovalDecided`."""
        wanted = ApprovalStatus.APPROVED if approve else ApprovalStatus.REJECTED
        async with self._database.begin(principal) as tx:
            conversation_id = await repository.conversation_of_approval(tx, principal.tenant_id, approval_id)
            if conversation_id is None:
                raise ApprovalNotFound
            key = ConversationKey(tenant_id=principal.tenant_id, conversation_id=ConversationId(conversation_id))
            locked = await self._locked(tx, key)
            row = await repository.lock_approval(tx, principal.tenant_id, approval_id)
            if row is None:
                raise ApprovalNotFound
            if row["status"] == ApprovalStatus.PENDING:
                now = self._clock.now()
                await repository.settle_approval(
                    tx, principal.tenant_id, approval_id, status=wanted, by=principal.actor, now=now
                )
                await self._audit(tx, principal, str(wanted), approval_id)
                data = {"approval_id": str(approval_id), "approved": approve, "by": principal.actor}
                await self._trigger(tx, key, locked, TriggerKind.APPROVAL, data)
                settled = {**dict(row), "status": wanted, "decided_at": now}
                return key, self._approval(settled)
        if row["status"] != wanted:
            raise ApprovalDecided
        return key, self._approval(row)

    async def move_clock(self, key: ConversationKey, by: timedelta) -> None:
        """Moves one conversation's own time, for rehearsals."""
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await self._locked(tx, key)
            await repository.update_row(tx, key, clock_offset=row["clock_offset"] + by)
            await repository.advance_due(tx, key, by)

    # --- pieces ---

    async def _withdraw_give_back(self, tx: Transaction, key: ConversationKey) -> None:
        """Whoever takes over means it, also when a give-back has not been worked off yet."""
        waiting = [row["id"] for row in await repository.triggers(tx, key) if row["kind"] == TriggerKind.GIVE_BACK]
        await repository.delete_triggers(tx, key, waiting)

    async def _expire_approvals(self, tx: Transaction, key: ConversationKey, row: Record) -> None:
        if row["pending_approvals"]:
            await repository.expire_approvals(tx, key, self._clock.now())
            await repository.update_row(tx, key, pending_approvals=0)

    async def _locked(self, tx: Transaction, key: ConversationKey) -> Record:
        row = await repository.lock(tx, key)
        if row is None:
            raise ConversationNotFound
        return row

    async def _append(
        self,
        tx: Transaction,
        key: ConversationKey,
        row: Record,
        person: Person,
        *events: Event,
        last: tuple[str, str] | None = None,
    ) -> int:
        now = self._clock.now() + row["clock_offset"]
        seq = await self._log.append(tx, key, person, events, row["next_seq"], row["fence"], now, None)
        columns: dict[str, object] = {"next_seq": seq + 1, "active_at": self._clock.now()}
        if last:
            who, text = last
            sealed = self._sealer.seal(person, key, LAST_MESSAGE, text[:200].encode())
            columns |= {"last_from": who, "last_message": sealed}
            if who == "customer" and row["mode"] == Mode.HUMAN and row["waiting_since"] is None:
                columns["waiting_since"] = now
        await repository.update_row(tx, key, **columns)
        return seq

    async def _trigger(
        self, tx: Transaction, key: ConversationKey, row: Record, kind: TriggerKind, data: dict[str, object]
    ) -> None:
        await repository.insert_trigger(
            tx,
            key,
            trigger_id=new_id(),
            kind=kind,
            data=data,
            sealed=None,
            seq=row["next_seq"] - 1,
            now=self._clock.now(),
        )
        await repository.set_due(tx, key, self._clock.now() + PICK_UP_AFTER)

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

    def _approval(self, row: Record) -> Approval:
        key = ConversationKey(tenant_id=row["tenant_id"], conversation_id=row["conversation_id"])
        plain = self._sealer.open(self._sealer.person(row), key, row["id"], row["sealed"])
        content = orjson.loads(plain) if plain else {"summary": "", "arguments": {}}
        return Approval(
            id=ApprovalId(row["id"]),
            conversation_id=key.conversation_id,
            action=row["action"],
            summary=content["summary"],
            arguments=content["arguments"],
            status=row["status"],
            requested_at=row["requested_at"],
            decided_at=row["decided_at"],
        )


def _make_token(key: ConversationKey) -> str:
    """The tenant stands in the token, since nothing can be read before it is known; the rest is chance."""
    content = key.tenant_id.bytes + key.conversation_id.bytes + secrets.token_bytes(24)
    return TOKEN_PREFIX + urlsafe_b64encode(content).decode()


def _read_token(token: str) -> ConversationKey:
    try:
        content = urlsafe_b64decode(token.removeprefix(TOKEN_PREFIX))
        if not token.startswith(TOKEN_PREFIX) or len(content) != 56:
            raise ValueError
        return ConversationKey(
            tenant_id=TenantId(UUID(bytes=content[:16])), conversation_id=ConversationId(UUID(bytes=content[16:32]))
        )
    except ValueError:
        raise NotAuthenticated("The conversation's token is not valid.") from None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


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
