"""What is recorded, to be read and never written: PostgreSQL itself holds every transaction to that."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from casewright.conversations.event_log import EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.sealer import Sealer
from casewright.conversations.service import ConversationService
from casewright.conversations.writing import LogWriter
from casewright.installation import database_address, load_key
from casewright.kit.clock import SystemClock
from casewright.kit.data_directory import DataDirectory
from casewright.kit.database import Database, Transaction
from casewright.kit.principal import Principal, Role
from casewright.settings import Settings
from casewright.tenants.models import Tenant
from casewright.tenants.service import TenantService


class ReadOnlyDatabase(Database):
    @asynccontextmanager
    async def begin(self, principal: Principal, *, planned_once: bool = False) -> AsyncIterator[Transaction]:
        async with super().begin(principal, planned_once=planned_once) as tx:
            await tx.execute("set transaction read only")
            yield tx


@dataclass(frozen=True, slots=True)
class Archive:
    """The conversations and companies of an installation."""

    settings: Settings
    dsn: str
    database: ReadOnlyDatabase
    conversations: ConversationService
    tenants: TenantService

    @property
    def through_pooler(self) -> bool:
        return _through_pooler(self.settings)

    @staticmethod
    def principal(tenant: Tenant) -> Principal:
        """Who reads what is the tenant's."""
        return Principal(tenant_id=tenant.id, role=Role.OPERATOR, actor="replay")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Archive]:
    """Raises `SetupError`s and `DatabaseUnavailable`."""
    async with AsyncExitStack() as stack:
        directory = DataDirectory(settings.data_dir)
        sealer = Sealer(load_key(settings, directory))
        dsn = await database_address(settings, directory, stack)
        database = ReadOnlyDatabase(
            dsn, pool_size=settings.database_pool_size, through_pooler=_through_pooler(settings)
        )
        stack.push_async_callback(database.close)
        await database.open()
        clock = SystemClock()
        live = LiveEvents()
        log = EventLog(database, sealer, clock, live, settings.lease_seconds)
        conversations = ConversationService(database, sealer, log, LogWriter(sealer, log, clock), live, clock)
        yield Archive(settings, dsn, database, conversations, TenantService(database, clock, settings.limits))


def _through_pooler(settings: Settings) -> bool:
    return settings.database_direct_url is not None
