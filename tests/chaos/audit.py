"""What the log must say after whatever happened, read from the database past every server."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from casewright.conversations.event_log import EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    ActionFinished,
    ActionRequested,
    ConversationId,
    ConversationKey,
    LoggedEvent,
    MessageReceived,
    Mode,
    ModeChanged,
    OperatorReplied,
    PartSent,
    ReplySent,
    TurnFinished,
)
from casewright.conversations.sealer import Sealer
from casewright.engine.fold import fold
from casewright.engine.models import STATE_VERSION, State
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.sealing import KeyEncryptionKey
from tests.chaos.customers import Affair
from tests.chaos.org import MortalOrg


@dataclass(frozen=True)
class Told:
    """A conversation as its customer knows it and as it is written."""

    affair: Affair
    key: ConversationKey
    log: tuple[LoggedEvent, ...]

    @property
    def state(self) -> State:
        return fold(State(), self.log)

    @property
    def is_settled(self) -> bool:
        """Every message has its turn, and no turn is half done."""
        received = sum(isinstance(one.event, MessageReceived) for one in self.log)
        answered = sum(len(one.event.message_ids) for one in self.log if isinstance(one.event, TurnFinished))
        return received == answered and not self.state.unfinished and self.state.hand_over_due is None

    def ended_actions(self, action: str) -> list[str]:
        """The ends of a WRITE's calls."""
        ends = [one.event for one in self.log if isinstance(one.event, ActionFinished)]
        return [end.status for end in ends if end.action == action]

    def requested(self, action: str) -> int:
        asked = {
            one.event.key for one in self.log if isinstance(one.event, ActionRequested) and one.event.action == action
        }
        return len(asked)


class Audit:
    def __init__(self, database: Database, log: EventLog, rows: asyncpg.Connection, tenant_id: TenantId) -> None:
        self._database = database
        self._log = log
        self._rows = rows
        self._tenant_id = tenant_id

    async def told(self, affairs: Sequence[Affair]) -> list[Told]:
        keys = [
            ConversationKey(tenant_id=self._tenant_id, conversation_id=ConversationId(UUID(one.id))) for one in affairs
        ]
        return [Told(affair, key, await self._log.history(key)) for affair, key in zip(affairs, keys, strict=True)]

    async def waiting(self) -> int:
        """How many triggers and leases there are."""
        found: int = await self._rows.fetchval(
            """select (select count(*) from conversation_trigger)
                    + (select count(*) from conversation where lease_until > clock_timestamp())"""
        )
        return found

    async def check(self, told: Sequence[Told], org: MortalOrg) -> None:
        for one in told:
            try:
                _check_log(one)
                await self._check_rows(one)
                await self._check_snapshot(one)
                await _check_cases(one, org)
            except AssertionError as error:
                kinds = " ".join(f"{entry.seq}:{entry.event.kind}" for entry in one.log)
                raise AssertionError(f"conversation {one.affair.id}: {error}\n{kinds}") from error

    async def _check_rows(self, told: Told) -> None:
        fences = await self._rows.fetch(
            "select fence from conversation_event where conversation_id = $1 order by seq", told.key.conversation_id
        )
        order = [row["fence"] for row in fences]
        assert order == sorted(order), "a process wrote after another had taken its lease"
        following = await self._rows.fetchval(
            "select next_seq from conversation where id = $1", told.key.conversation_id
        )
        assert following == len(told.log) + 1

    async def _check_snapshot(self, told: Told) -> None:
        claim = await self._log.claim(told.key, "audit", STATE_VERSION)
        assert claim is not None, "somebody still has the lease"
        await self._log.release(claim)
        if claim.snapshot is None:
            assert len(claim.log) == len(told.log)
            return
        saved = State.model_validate_json(claim.snapshot)
        assert saved == fold(State(), told.log[: saved.seq]), "the snapshot is not the fold of its events"
        assert fold(saved, claim.log) == told.state, "the live state is not the fold of all events"


def _check_log(told: Told) -> None:
    log, affair = told.log, told.affair
    assert [entry.seq for entry in log] == list(range(1, len(log) + 1)), "the sequence has a gap"
    received = [str(one.event.message_id) for one in log if isinstance(one.event, MessageReceived)]
    assert Counter(received) == Counter(affair.acknowledged), "what was acknowledged is not what is written"
    turns = [one.event for one in log if isinstance(one.event, TurnFinished)]
    answered = [str(message) for turn in turns for message in turn.message_ids]
    assert answered == received, "not every message was answered once and in order"
    by_operator = [str(one.event.message_id) for one in log if isinstance(one.event, OperatorReplied)]
    assert by_operator == affair.by_operator, "not every operator's reply was written once"
    replies = Counter(one.event.reply_id for one in log if isinstance(one.event, ReplySent))
    assert max(replies.values()) == 1, "a reply was sent twice"
    assert all(replies[turn.reply_id] == 1 for turn in turns if turn.reply_id), "a turn's reply is not in the log"
    requested = {one.event.action_id for one in log if isinstance(one.event, ActionRequested)}
    ends = [one.event for one in log if isinstance(one.event, ActionFinished)]
    assert requested <= {end.action_id for end in ends}, "an action has no end"
    done = Counter(end.action_id for end in ends if end.status == "succeeded")
    assert max(done.values(), default=1) == 1, "an action succeeded twice"
    _check_silence(log)


def _check_silence(log: Sequence[LoggedEvent]) -> None:
    """Once a person has the conversation, only the turn that brought them in may still say something."""
    brought_in_by: UUID | None = None
    mode, parts_sent = Mode.AGENT, Counter[object]()
    for entry in log:
        match entry.event:
            case ModeChanged(mode=changed):
                mode, brought_in_by = changed, entry.turn_id
            case PartSent(reply_id=reply_id):
                assert mode is Mode.AGENT or entry.turn_id == brought_in_by, "the agent spoke for a person"
                parts_sent[reply_id] += 1
            case ReplySent(parts=parts, reply_id=reply_id) if mode is Mode.HUMAN and entry.turn_id != brought_in_by:
                assert len(parts) == parts_sent[reply_id], "the agent answered while a person had the conversation"
            case _:
                continue


async def _check_cases(told: Told, org: MortalOrg) -> None:
    reported = told.ended_actions("create_case")
    for subject in told.affair.reported:
        count = len(await org.query(f"SELECT Id FROM Case WHERE Subject = '{subject}'"))
        assert reported.count("succeeded") <= count <= 1, f"{count} cases of one report that ended {reported}"
    count = len(await org.query(f"SELECT Id FROM Case WHERE Casewright_Conversation__c = '{told.affair.id}'"))
    written = told.ended_actions("hand_over_case")
    assert count <= 1, f"{count} cases of one hand-over"
    assert count == 1 or "succeeded" not in written, f"no case of a hand-over that ended {written}"


async def check_mails(told: Sequence[Told], org: MortalOrg, before: Mapping[str, int]) -> None:
    """Each reset link at most once, and where it is said to be sent, once."""
    for address, known in before.items():
        concerned = [one for one in told if address in one.affair.resets]
        sent = await org.mails(address) - known
        least = sum(one.ended_actions("reset_user_password").count("succeeded") for one in concerned)
        most = sum(one.requested("reset_user_password") for one in concerned)
        assert least <= sent <= most, f"{sent} reset links, of {least} that were sent for certain and {most} in all"


@asynccontextmanager
async def auditing(environment: Mapping[str, str]) -> AsyncIterator[Audit]:
    """`environment` of the installation's processes."""
    data = Path(environment["CASEWRIGHT_DATA_DIR"])
    database = Database(environment["CASEWRIGHT_DATABASE_URL"], pool_size=2)
    sealer = Sealer(KeyEncryptionKey.load(data / "secrets" / "key-encryption-key"))
    rows = await asyncpg.connect(environment["CASEWRIGHT_DATABASE_ADMIN_URL"])
    try:
        await database.open()
        tenant_id = await rows.fetchval("select id from control.tenant where slug = 'little'")
        log = EventLog(database, sealer, SystemClock(), LiveEvents(), lease_seconds=3.0)
        yield Audit(database, log, rows, TenantId(tenant_id))
    finally:
        await rows.close()
        await database.close()
