"""The parts, put together: what serving, working and the command line all stand on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from casewright.adapters import AllActions, TenantKnowledge, TenantProcedures
from casewright.conversations.desk import OperatorDesk
from casewright.conversations.event_log import EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.sealer import Sealer
from casewright.conversations.service import ConversationService
from casewright.conversations.writing import LogWriter
from casewright.engine.ports import Ports
from casewright.engine.service import Engine
from casewright.installation import database_address, load_key
from casewright.integrations.webhooks.addresses import AddressRule
from casewright.integrations.webhooks.delivering import Deliverer
from casewright.integrations.webhooks.service import Webhooks
from casewright.integrations.website.service import Websites
from casewright.kit.clock import SystemClock
from casewright.kit.data_directory import DataDirectory
from casewright.kit.database import Database
from casewright.kit.relay import PostgresRelay, RedisRelay
from casewright.kit.sealing import KeyEncryptionKey
from casewright.knowledge.conflicts.checking import ConflictChecks
from casewright.knowledge.conflicts.disagreements import Disagreements
from casewright.knowledge.conflicts.service import Conflicts
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.conversation_words import ConversationWords
from casewright.knowledge.gaps.finding import GapFinder
from casewright.knowledge.gaps.service import Gaps, HandlingCost
from casewright.knowledge.graph.service import KnowledgeGraph
from casewright.knowledge.inquiries import Inquiries
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.lifecycle.uses import ArticleUses
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.knowledge.sources.opening import ArticleSources
from casewright.knowledge.sources.service import Imports
from casewright.people.service import PeopleService
from casewright.procedures.service import ProcedureService
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.case_replies import ClosedCaseReplies
from casewright.salesforce.customers import OrgCustomers
from casewright.salesforce.forgetting import ForgottenCustomers
from casewright.salesforce.knowledge import OrgKnowledge
from casewright.salesforce.service import OrgConnections, Orgs
from casewright.security.new_address import NewAddressCodes
from casewright.security.personal_data import PersonalDataMasker
from casewright.security.verification import VerificationActions
from casewright.settings import Settings
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from casewright.understanding.explaining import TurnExplainer
from casewright.understanding.labelling import Labelling
from casewright.understanding.service import UnderstandingService
from casewright.understanding.trainings import Trainings


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    database: Database
    direct_dsn: str
    key: KeyEncryptionKey
    log: EventLog
    live: LiveEvents
    conversations: ConversationService
    desk: OperatorDesk
    tenants: TenantService
    people: PeopleService
    knowledge: KnowledgeService
    publishing: Publishing
    imports: Imports
    article_sources: ArticleSources
    learning: ArticleLearning
    uses: ArticleUses
    articles: ArticleLifecycle
    conflicts: Conflicts
    conflict_checks: ConflictChecks
    graph: KnowledgeGraph
    inquiries: Inquiries
    gaps: Gaps
    gap_finder: GapFinder
    procedures: ProcedureService
    understanding: UnderstandingService
    trainings: Trainings
    labelling: Labelling
    explainer: TurnExplainer
    encoder: Encoder
    connections: OrgConnections
    actions: AllActions
    webhooks: Webhooks
    deliverer: Deliverer
    engine: Engine


@dataclass(frozen=True, slots=True)
class Ground:
    """What all other parts stand on, opened."""

    database: Database
    direct_dsn: str
    key: KeyEncryptionKey
    live: LiveEvents
    encoder: Encoder
    connections: OrgConnections
    orgs: Orgs
    clock: SystemClock


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """All parts, opened; closed in reverse. Raises `SetupError`s and `DatabaseUnavailable`."""
    async with AsyncExitStack() as stack:
        ground = await _opened(settings, stack)
        parts = _put_together(settings, ground)
        stack.push_async_callback(parts.engine.stop)
        yield parts


async def _opened(settings: Settings, stack: AsyncExitStack) -> Ground:
    directory = DataDirectory(settings.data_dir)
    key = load_key(settings, directory)
    direct_dsn = await database_address(settings, directory, stack)
    database = Database(
        settings.database_url.get_secret_value() if settings.database_url else direct_dsn,
        pool_size=settings.database_pool_size,
        through_pooler=settings.database_direct_url is not None,
    )
    stack.push_async_callback(database.close)
    await database.open()
    redis = settings.redis_url
    live = LiveEvents(RedisRelay(redis.get_secret_value()) if redis else PostgresRelay(direct_dsn))
    await live.start()
    stack.push_async_callback(live.stop)
    encoder = await asyncio.to_thread(Encoder.load, directory.path / "models")
    stack.callback(encoder.close)
    connections = OrgConnections(database, key)
    orgs = Orgs(connections, timeout=settings.action_timeout_seconds)
    stack.push_async_callback(orgs.close)
    return Ground(database, direct_dsn, key, live, encoder, connections, orgs, SystemClock())


def _put_together(settings: Settings, ground: Ground) -> Parts:
    database, key, clock = ground.database, ground.key, ground.clock
    live, encoder, orgs = ground.live, ground.encoder, ground.orgs
    sealer = Sealer(key)
    log = EventLog(database, sealer, clock, live, settings.lease_seconds)
    writer = LogWriter(sealer, log, clock)
    tenants = TenantService(database, clock, settings.limits)
    knowledge, publishing = KnowledgeService(encoder, clock), Publishing(encoder, clock)
    learning = ArticleLearning(encoder, clock)
    articles, reader = ArticleLifecycle(publishing, tenants, clock), StatementReader(encoder.encode_batch)
    conflicts, graph = Conflicts(database, articles, tenants, reader, clock), KnowledgeGraph(database, clock)
    procedures = ProcedureService()
    understanding = UnderstandingService(database, encoder, clock, ambiguity_gap=settings.thresholds.ambiguity_gap)
    actions = _actions(settings, ground)
    masker = PersonalDataMasker()
    disagreements = Disagreements(clock)
    ports = Ports(
        log=log,
        typing=live,
        tenants=tenants,
        masker=masker,
        understanding=understanding,
        knowledge=TenantKnowledge(database, knowledge, disagreements, graph),
        procedures=TenantProcedures(database, procedures),
        actions=actions,
    )
    engine = Engine(ports, settings)
    conversations = ConversationService(database, sealer, log, writer, live, clock)
    words = ConversationWords(conversations, sealer)
    least = settings.thresholds.min_confidence
    inquiries = Inquiries(database, knowledge, masker, tenants, least, disagreements)
    handling = HandlingCost(an_hour=settings.handling_cost_an_hour, least_minutes=settings.handling_minutes)
    rule = AddressRule(loopback=settings.rehearsal, private=settings.webhooks_to_private_networks)
    webhooks = Webhooks(database, key, clock, rule)
    return Parts(
        settings=settings,
        database=database,
        direct_dsn=ground.direct_dsn,
        key=key,
        log=log,
        live=live,
        conversations=conversations,
        desk=OperatorDesk(database, sealer, writer, live, clock),
        tenants=tenants,
        people=PeopleService(database, sealer, tenants, ForgottenCustomers(orgs), clock, settings.retention_days),
        knowledge=knowledge,
        publishing=publishing,
        imports=Imports(database, publishing, learning, clock),
        article_sources=ArticleSources(database, Websites(), OrgKnowledge(orgs), tenants),
        learning=learning,
        uses=ArticleUses(database, conversations, clock),
        articles=articles,
        conflicts=conflicts,
        graph=graph,
        conflict_checks=ConflictChecks(database, reader, webhooks, conflicts, clock),
        inquiries=inquiries,
        gaps=Gaps(database, encoder, words, articles, ClosedCaseReplies(orgs), masker, tenants, clock, handling),
        gap_finder=GapFinder(database, encoder, words, inquiries, webhooks, clock, settings.knowledge_gap_volume),
        procedures=procedures,
        understanding=understanding,
        trainings=Trainings(database, understanding, masker, tenants, clock),
        labelling=Labelling(database, encoder, understanding, conversations, sealer, clock),
        explainer=TurnExplainer(understanding, conversations),
        encoder=encoder,
        connections=ground.connections,
        actions=actions,
        webhooks=webhooks,
        deliverer=Deliverer(database, key, clock, rule),
        engine=engine,
    )


def _actions(settings: Settings, ground: Ground) -> AllActions:
    customers = OrgCustomers(ground.orgs)
    verification = VerificationActions(
        ground.database,
        customers,
        customers,
        ground.key.derive("verification codes"),
        ground.clock,
        most_conversations=settings.verification_conversations_per_hour,
    )
    new_addresses = NewAddressCodes(ground.database, ground.key.derive("new address codes"), ground.clock)
    return AllActions([SalesforceActions(ground.orgs, new_addresses, ground.clock), verification])
