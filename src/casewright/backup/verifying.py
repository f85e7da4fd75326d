"""Whether what is stored fits together: every conversation folded anew and compared with what was derived from it."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Protocol
from uuid import UUID

from pydantic import ValidationError

from casewright.backup.models import Finding, Verified
from casewright.conversations import repository as conversations
from casewright.conversations.errors import EventUnreadable
from casewright.conversations.event_log import SNAPSHOT, EventLog
from casewright.conversations.models import ConversationId, ConversationKey, LoggedEvent
from casewright.conversations.sealer import Sealer
from casewright.engine.fold import fold
from casewright.engine.models import STATE_VERSION, State
from casewright.kit.database import Database, Record
from casewright.kit.principal import system
from casewright.kit.sealing import SealBroken
from casewright.tenants.models import Tenant

Report = Callable[[str], None]

PAGE: Final = 200
_ACTOR: Final = "verify"
_BELONG_TO_CONVERSATIONS: Final = (
    "conversation_event",
    "conversation_snapshot",
    "conversation_trigger",
    "idempotency",
    "approval",
    "control.due_conversation",
)


class Companies(Protocol):
    async def all(self) -> list[Tenant]: ...


async def verify(
    database: Database, companies: Companies, log: EventLog, sealer: Sealer, report: Report = lambda _: None
) -> Verified:
    """Reads every conversation of every tenant, while turns go on: each under its row's lock, for as long as it takes to read.

    Raises `DatabaseUnavailable`."""
    findings = list(await _unchecked_constraints(database))
    count = events = 0
    for tenant in await companies.all():
        findings += await _orphans(database, tenant)
        async for key in _keys(database, tenant):
            found, length = await _conversation(database, log, sealer, key)
            findings += [Finding(tenant=tenant.slug, where=str(key.conversation_id), what=one) for one in found]
            count, events = count + 1, events + length
            report(f"{tenant.slug}: {count} conversations, {len(findings)} findings")
    return Verified(conversations=count, events=events, findings=tuple(findings))


async def _keys(database: Database, tenant: Tenant) -> AsyncIterator[ConversationKey]:
    last = UUID(int=0)
    while True:
        async with database.begin(system(tenant.id, _ACTOR)) as tx:
            rows = await tx.fetch(
                "select id from conversation where tenant_id = $1 and id > $2 order by id limit $3",
                tenant.id,
                last,
                PAGE,
            )
        for row in rows:
            last = row["id"]
            yield ConversationKey(tenant_id=tenant.id, conversation_id=ConversationId(last))
        if len(rows) < PAGE:
            return


async def _conversation(
    database: Database, log: EventLog, sealer: Sealer, key: ConversationKey
) -> tuple[list[str], int]:
    """What is wrong with it, and how many events it has."""
    async with database.begin(system(key.tenant_id, _ACTOR)) as tx:
        row = await conversations.lock(tx, key)
        if row is None:
            return [], 0
        saved = await conversations.snapshot(tx, key)
        try:
            person = sealer.person(row)
            entries = await log.read(tx, key, person, 0)
            snapshot = sealer.open(person, key, SNAPSHOT, saved["sealed"]) if saved else None
        except (SealBroken, EventUnreadable, ValidationError) as error:
            return [f"its log cannot be read ({type(error).__name__})"], 0
    found = []
    if [one.seq for one in entries] != list(range(1, row["next_seq"])):
        found.append(f"its events are not numbered 1 to {row['next_seq'] - 1} without a gap")
    found += _differences(row, fold(State(), entries))
    if saved and snapshot and saved["schema_version"] == STATE_VERSION:
        found += _snapshot_differences(entries, saved["seq"], snapshot)
    return found, len(entries)


def _differences(row: Record, state: State) -> list[str]:
    """The columns of the inbox that any writer keeps in step with the log."""
    folded: dict[str, Any] = {
        "status": state.status,
        "mode": state.mode,
        "outcome": state.outcome,
        "case_id": state.case.id if state.case else None,
    }
    return [
        f"{name} is {row[name]!r} in the inbox, and {str(value) if value is not None else None!r} by its log"
        for name, value in folded.items()
        if row[name] != value
    ]


def _snapshot_differences(entries: tuple[LoggedEvent, ...], seq: int, snapshot: bytes) -> list[str]:
    """Names of fields only: what they hold is the customer's."""
    folded = fold(State(), (one for one in entries if one.seq <= seq)).model_dump(mode="json")
    kept = State.model_validate_json(snapshot).model_dump(mode="json")
    fields = [name for name in folded if folded[name] != kept.get(name)]
    return [f"its snapshot differs from its log in {', '.join(fields)}"] if fields else []


async def _orphans(database: Database, tenant: Tenant) -> list[Finding]:
    findings = []
    async with database.begin(system(tenant.id, _ACTOR)) as tx:
        for table in _BELONG_TO_CONVERSATIONS:
            count = await tx.fetchval(
                f"""select count(distinct conversation_id) from {table} t where tenant_id = $1 and not exists (
                        select from conversation c where c.tenant_id = $1 and c.id = t.conversation_id)""",
                tenant.id,
            )
            if count:
                what = f"rows of {count} conversations that do not exist"
                findings.append(Finding(tenant=tenant.slug, where=table, what=what))
        missing = await tx.fetchval(
            "select count(*) from person where tenant_id = $1 and wrapped_key is null and erased_at is null", tenant.id
        )
        if missing:
            findings.append(
                Finding(tenant=tenant.slug, where="person", what=f"{missing} without key who were not erased")
            )
    return findings


async def _unchecked_constraints(database: Database) -> list[Finding]:
    """PostgreSQL itself holds rows to those that it has validated."""
    async with database.control() as tx:
        rows = await tx.fetch(
            """select conrelid::regclass::text as name, conname from pg_constraint
               where not convalidated and connamespace in ('public'::regnamespace, 'control'::regnamespace)"""
        )
    return [Finding(tenant="", where=row["name"], what=f"{row['conname']} is not validated") for row in rows]
