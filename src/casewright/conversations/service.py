"""The public life of a conversation: open, write, read, rate, ask for a person."""

import hashlib
import hmac
import math
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from casewright.conversations import repository
from casewright.conversations.errors import ConversationNotFound, EventUnreadable, TurnNotFound
from casewright.conversations.event_log import EventLog
from casewright.conversations.forms import check_form, form_in_words
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    Accepted,
    Claim,
    Claimant,
    ConversationId,
    ConversationKey,
    ConversationStarted,
    ConversationView,
    Event,
    FeedbackGiven,
    FormField,
    LoggedEvent,
    MessageId,
    MessageReceived,
    Mode,
    Part,
    Person,
    PersonId,
    QueuePlace,
    ReplySent,
    Trigger,
    TriggerKind,
    TurnId,
)
from casewright.conversations.sealer import Sealer
from casewright.conversations.writing import LogWriter
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record, Transaction
from casewright.kit.errors import InvalidInput, NotAuthenticated, ResourceLimitExceeded
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, system
from casewright.kit.sealing import new_person_key
from casewright.tenants.models import Tenant

TOKEN_PREFIX = "ct_"  # noqa: S105 (says what kind of key follows)
REMEMBER_SECONDS = 30.0
MOST_REMEMBERED = 10_000
"""Tokens that were valid."""


class ConversationService:
    def __init__(
        self, database: Database, sealer: Sealer, log: EventLog, writer: LogWriter, live: LiveEvents, clock: Clock
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._log = log
        self._writer = writer
        self._live = live
        self._clock = clock
        self._valid: OrderedDict[bytes, float] = OrderedDict()

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
        async with self._database.begin(principal, planned_once=True) as tx:
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
            await self._log.append(tx, key, person, events, 1, 0, now)
        self._remember(_digest(token))
        return key, token

    async def authenticate(self, token: str, *, to_write: bool = False) -> ConversationKey:
        """The conversation a token belongs to. `to_write`: it is compared once more when the row is locked, so that until then
        it is enough that it was valid half a minute ago. Raises `NotAuthenticated`."""
        key, digest = _read_token(token), _digest(token)
        if to_write and time.monotonic() - self._valid.get(digest, -math.inf) < REMEMBER_SECONDS:
            return key
        async with self._database.begin(system(key.tenant_id), planned_once=True) as tx:
            _require_token(await repository.find(tx, key), digest)
        self._remember(digest)
        return key

    def _remember(self, digest: bytes) -> None:
        self._valid[digest] = time.monotonic()
        self._valid.move_to_end(digest)
        if len(self._valid) > MOST_REMEMBERED:
            self._valid.popitem(last=False)

    async def accept(
        self,
        key: ConversationKey,
        text: str,
        idempotency_key: str,
        most_characters: int,
        form: Mapping[str, str] | None = None,
        token: str | None = None,
        claimant: Claimant | None = None,
    ) -> Accepted:
        """Puts a customer's message into the log; when this returns, it is safe. Too long ones are cut, and say so. `form`:
        values for what the last reply asks for; the text then only shows them, and is written here where it is empty. `token`:
        whose being valid is still to be confirmed. `claimant`: who can begin the turn at once, and so takes the conversation's lease, unless
        another has it.

        Raises `InvalidInput`, `ConversationNotFound`, `IdempotencyConflict`, `NotAuthenticated`."""
        form = form or {}
        if not text.strip() and not form:
            raise InvalidInput("The message is empty. Write what you need help with.")
        body = f"{text}\0{orjson.dumps(form, option=orjson.OPT_SORT_KEYS).decode()}" if form else text
        message_id = MessageId(new_id())
        async with self._database.begin(system(key.tenant_id), planned_once=True) as tx:
            row = await self._writer.locked_for_message(tx, key, idempotency_key, body, message_id)
            if token is not None:
                _require_token(row, _digest(token))
            known = await self._writer.known(tx, key, row, idempotency_key, body)
            if known:
                return Accepted(message_id=known, seq=0, duplicate=True)
            if form:
                fields = await self._open_fields(tx, key, row, self._sealer.person(row))
                check_form(form, fields, most_characters)
                text = text.strip() or form_in_words(form, fields)
            cut_from = len(text) if len(text) > most_characters else None
            text = text[:most_characters]
            event = MessageReceived(message_id=message_id, text=text, form=dict(form), cut_from=cut_from)
            claim = await self._take_in(tx, key, row, event, claimant)
        self._live.announce(key)
        return Accepted(message_id=message_id, seq=row["next_seq"], duplicate=False, claim=claim)

    async def _take_in(
        self, tx: Transaction, key: ConversationKey, row: Record, event: MessageReceived, claimant: Claimant | None
    ) -> Claim | None:
        """Appends a message with the trigger of its turn, and takes the lease if `claimant` can have it."""
        person = self._sealer.person(row)
        trigger = Trigger(
            id=event.message_id,
            kind=TriggerKind.MESSAGE,
            seq=row["next_seq"],
            message_id=event.message_id,
            text="" if event.form else event.text,
            form=event.form,
            cut_from=event.cut_from,
        )
        lease = self._log.lease_at_hand(row, claimant) if claimant and person.key else {}
        await self._writer.append(
            tx,
            key,
            row,
            person,
            event,
            last=("customer", event.text),
            trigger=self._log.trigger_row(key, person, trigger),
            lease=lease,
        )
        if lease:
            return self._log.claim_at_hand(key, row, person, event, trigger)
        return await self._claim(tx, key, claimant) if claimant else None

    async def _claim(self, tx: Transaction, key: ConversationKey, claimant: Claimant) -> Claim | None:
        """What this process cannot read does not keep a message from being accepted: another's turn may read it."""
        try:
            return await self._log.claim_within(tx, key, claimant)
        except EventUnreadable:
            await repository.update_row(tx, key, lease_owner=None, lease_until=None)
            return None

    async def _open_fields(
        self, tx: Transaction, key: ConversationKey, row: Record, person: Person
    ) -> tuple[FormField, ...]:
        """What the last reply asks for; nothing while a person has the conversation."""
        found = await repository.last_of_kind(tx, key, ReplySent.kind) if row["mode"] == Mode.AGENT else None
        reply = self._log.event(key, person, found).event if found else None
        return reply.fields if isinstance(reply, ReplySent) else ()

    async def ask_for_person(self, key: ConversationKey) -> None:
        """The button "Talk to a person"."""
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await self._writer.locked(tx, key)
            await self._writer.trigger(tx, key, row, TriggerKind.HAND_OVER, {})

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
            row = await self._writer.locked(tx, key)
            await self._writer.append(tx, key, row, self._sealer.person(row), event)

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

    async def queue_place(self, principal: Principal, key: ConversationKey) -> QueuePlace | None:
        """Where the customer stands among those of the tenant who wait for a person; None once somebody has answered."""
        async with self._database.begin(principal) as tx:
            found = await repository.queue_place(tx, key)
        return QueuePlace(**dict(found)) if found else None

    async def events(self, principal: Principal, key: ConversationKey, after: int = 0) -> tuple[LoggedEvent, ...]:
        """The log after `after`, oldest first. Raises `ConversationNotFound`."""
        async with self._database.begin(principal) as tx:
            row = await repository.find(tx, key)
            if row is None:
                raise ConversationNotFound
            return await self._log.read(tx, key, self._sealer.person(row), after)

    async def active_since(self, principal: Principal, since: datetime) -> list[ConversationKey]:
        """The tenant's conversations in which something happened since then, oldest first."""
        async with self._database.begin(principal) as tx:
            found = await repository.active_since(tx, principal.tenant_id, since)
        return [ConversationKey(tenant_id=principal.tenant_id, conversation_id=ConversationId(one)) for one in found]

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

    # --- rehearsals ---

    async def move_clock(self, key: ConversationKey, by: timedelta) -> None:
        """Moves one conversation's own time, for rehearsals."""
        async with self._database.begin(system(key.tenant_id)) as tx:
            row = await self._writer.locked(tx, key)
            await repository.update_row(tx, key, clock_offset=row["clock_offset"] + by)
            await repository.advance_due(tx, key, by)


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


def _require_token(row: Record | None, digest: bytes) -> None:
    if row is None or not hmac.compare_digest(row["token_digest"], digest):
        raise NotAuthenticated("The conversation's token is not valid.")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
