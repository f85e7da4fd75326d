"""Writing into a conversation's log from outside a turn: under its row's lock, so that turns see it in order."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from casewright.conversations import repository
from casewright.conversations.errors import ConversationNotFound, IdempotencyConflict
from casewright.conversations.event_log import LAST_MESSAGE, PICK_UP_AFTER, EventLog
from casewright.conversations.models import ConversationKey, Event, MessageId, Mode, Person, TriggerKind
from casewright.conversations.repository import TriggerRow
from casewright.conversations.sealer import Sealer
from casewright.kit.clock import Clock
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import new_id


class LogWriter:
    def __init__(self, sealer: Sealer, log: EventLog, clock: Clock) -> None:
        self._sealer = sealer
        self._log = log
        self._clock = clock

    async def locked(self, tx: Transaction, key: ConversationKey) -> Record:
        """The conversation's row, locked until the transaction ends. Raises `ConversationNotFound`."""
        row = await repository.lock(tx, key)
        if row is None:
            raise ConversationNotFound
        return row

    async def locked_for_message(
        self, tx: Transaction, key: ConversationKey, idempotency_key: str, body: str, message_id: MessageId
    ) -> Record:
        """As `locked`, with all that a turn may begin from; a new message is kept under its key from now on. Whether it is new,
        `known` tells of the row. Raises `ConversationNotFound`."""
        row = await repository.lock_for_message(tx, key, idempotency_key, _digest(body), message_id)
        if row is None:
            raise ConversationNotFound
        return row

    async def known(
        self, tx: Transaction, key: ConversationKey, row: Record, idempotency_key: str, body: str
    ) -> MessageId | None:
        """As `once`, of the row that `locked_for_message` gave."""
        if row["is_new"]:
            return None
        return _same(await repository.remembered_message(tx, key, idempotency_key), _digest(body))

    async def once(
        self, tx: Transaction, key: ConversationKey, idempotency_key: str, body: str, message_id: MessageId
    ) -> MessageId | None:
        """The message that was written under this idempotency key before; None where there is none, and it is kept from
        now on. Raises `IdempotencyConflict` for another body."""
        digest = _digest(body)
        return _same(await repository.remember_message(tx, key, idempotency_key, digest, message_id), digest)

    async def append(
        self,
        tx: Transaction,
        key: ConversationKey,
        row: Record,
        person: Person,
        *events: Event,
        last: tuple[str, str] | None = None,
        trigger: TriggerRow | None = None,
        lease: Mapping[str, object] = MappingProxyType({}),
    ) -> int:
        """Appends events, and lays down a trigger; `row` must be locked. `last`: who wrote what, for the inbox. `lease`: columns by
        which it is taken as well. Returns the last event's seq."""
        now = self._clock.now() + row["clock_offset"]
        columns: dict[str, object] = {"active_at": self._clock.now(), **lease}
        if last:
            who, text = last
            sealed = self._sealer.seal(person, key, LAST_MESSAGE, text[:200].encode())
            columns |= {"last_from": who, "last_message": sealed}
            if who == "customer" and row["mode"] == Mode.HUMAN and row["waiting_since"] is None:
                columns["waiting_since"] = now
        seq, _ = await self._log.append(
            tx, key, person, events, row["next_seq"], row["fence"], now, None, columns, trigger=trigger
        )
        return seq

    async def trigger(
        self, tx: Transaction, key: ConversationKey, row: Record, kind: TriggerKind, data: dict[str, object]
    ) -> None:
        """Lays down what a turn is to begin with, and has it looked at soon even if this process dies."""
        await repository.insert_trigger(
            tx, key, TriggerRow(new_id(), kind, data, None, row["next_seq"] - 1, self._clock.now(), PICK_UP_AFTER)
        )


def _digest(body: str) -> bytes:
    return hashlib.sha256(body.encode()).digest()


def _same(known: Record | None, digest: bytes) -> MessageId | None:
    """The message that is known under an idempotency key. Raises `IdempotencyConflict` where its body was another."""
    if known is None:
        return None
    if known["body_digest"] != digest:
        raise IdempotencyConflict
    return MessageId(known["message_id"])
