"""An engine on a real log in a real database. What it understands is scripted, and the org is a small one in memory that
can be told to fail: so every turn of events can be brought about on purpose."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from casewright.adapters import TenantProcedures
from casewright.conversations.desk import OperatorDesk
from casewright.conversations.event_log import EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    Accepted,
    ConversationKey,
    DeadLetter,
    LoggedEvent,
    Part,
    ReplySent,
    TurnFinished,
    TurnReport,
)
from casewright.conversations.sealer import Sealer
from casewright.conversations.service import ConversationService
from casewright.conversations.writing import LogWriter
from casewright.engine.fold import fold
from casewright.engine.models import State
from casewright.engine.ports import Ports
from casewright.engine.service import Engine
from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, Principal, system
from casewright.kit.sealing import KeyEncryptionKey
from casewright.knowledge.models import ArticleId, Choice, CitedSentence, KnowledgeAnswer, Question
from casewright.procedures.loading import load_builtin, load_text
from casewright.procedures.models import (
    ActionCall,
    ActionDefinition,
    ActionOutcome,
    ActionStatus,
    Effect,
    RecordReference,
    Repeatable,
    Scalar,
)
from casewright.procedures.service import ProcedureService
from casewright.security.personal_data import PersonalDataMasker
from casewright.settings import Settings
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.answers import exact_value
from casewright.understanding.entities import find_entities
from casewright.understanding.models import (
    Command,
    Emotion,
    ExpectedSlot,
    IntentDefinition,
    IntentTarget,
    Proposal,
    Segment,
    SetSlot,
    Understanding,
    UnderstandingRequest,
)
from tests.conftest import Cluster

DEFINITIONS = {
    one.name: one
    for one in (
        ActionDefinition(name="send_verification_code", effect=Effect.WRITE, arguments=("email",), internal=True,
                         repeatable=Repeatable.AT_MOST_ONCE, codes=("sent",)),
        ActionDefinition(name="check_verification_code", effect=Effect.READ, arguments=("code",), internal=True,
                         grants=Assurance.VERIFIED, codes=("done", "wrong", "expired", "too_many")),
        ActionDefinition(name="look_up", effect=Effect.READ, arguments=("number",)),
        ActionDefinition(name="create_credit", effect=Effect.WRITE, arguments=("amount",), repeatable=Repeatable.BY_MARKER),
        ActionDefinition(name="revoke_credit", effect=Effect.WRITE, arguments=("number",), repeatable=Repeatable.BY_MARKER),
        ActionDefinition(name="leave_note", effect=Effect.WRITE, arguments=("note",), repeatable=Repeatable.LOOK_ONLY),
        ActionDefinition(name="send_link", effect=Effect.WRITE, arguments=("email",), repeatable=Repeatable.AT_MOST_ONCE),
        ActionDefinition(name="export_data", effect=Effect.WRITE, arguments=("objects", "rows", "format"),
                         optional_arguments=("note",), repeatable=Repeatable.BY_MARKER),
        ActionDefinition(name="write_back_case", effect=Effect.WRITE, internal=True, repeatable=Repeatable.BY_MARKER),
        ActionDefinition(name="hand_over_case", effect=Effect.WRITE, internal=True, repeatable=Repeatable.BY_MARKER),
    )
}  # fmt: skip

PROCEDURES = {
    "twice": """
name: twice
title: {en: Two things}
slots:
  amount: {type: money, ask: {en: "How much?"}}
steps:
  - {id: amount, collect: amount}
  - {id: first, action: create_credit, arguments: {amount: "{slots.amount}"}, confirm: {en: "Give {slots.amount}?"}}
  - {id: second, action: send_link, arguments: {email: "{slots.amount}"}, confirm: {en: "And send it?"}}
  - {id: end, end: resolved}
""",
    "send_link": """
name: send_link
title: {en: Send a link}
slots:
  email: {type: email, identity: true, ask: {en: "Which address?"}}
steps:
  - {id: address, collect: email}
  - {id: send, action: send_link, arguments: {email: "{slots.email}"}, confirm: {en: "Send a link to {slots.email}?"}}
  - {id: done, say: {en: "The link is on its way."}}
  - {id: end, end: resolved}
""",
    "credit": """
name: credit
title: {en: Request a credit}
slots:
  amount: {type: money, ask: {en: "How much?"}}
steps:
  - {id: amount, collect: amount}
  - id: create
    action: create_credit
    arguments: {amount: "{slots.amount}"}
    confirm: {en: "Request {slots.amount}?"}
    approve: {en: "A credit of {slots.amount}"}
    rejected: refused
    save_as: credit
  - {id: done, say: {en: The credit is booked.}, source: credit}
  - {id: end, end: resolved}
  - {id: refused, say: {en: We did not approve the credit.}}
  - {id: end_refused, end: unresolved}
""",
    "gift": """
name: gift
title: {en: A gift}
slots:
  amount: {type: money, ask: {en: "How much?"}}
steps:
  - {id: amount, collect: amount}
  - {id: create, action: create_credit, arguments: {amount: "{slots.amount}"}, confirm: {en: "Give {slots.amount}?"}, save_as: credit}
  - {id: done, say: {en: The gift is booked.}, source: credit}
  - {id: end, end: resolved}
""",
    "export": """
name: export
title: {en: Export data}
slots:
  objects: {type: text, label: {en: Objects}, ask: {en: "Which objects?"}}
  rows: {type: number, label: {en: Rows}, ask: {en: "How many rows?"}, invalid: {en: "A number such as 500, please."}}
  format:
    type: choice
    label: {en: Format}
    ask: {en: "Which format?"}
    options: [{value: csv, label: {en: CSV file}}, {value: json, label: {en: JSON file}}]
  note: {type: text, optional: true, label: {en: Note}, ask: {en: "Anything to add?"}}
steps:
  - {id: details, collect: [objects, rows, format, note]}
  - id: run
    action: export_data
    arguments: {objects: "{slots.objects}", rows: "{slots.rows}", format: "{slots.format}", note: "{slots.note}"}
    confirm: {en: "Export {slots.rows} {slots.objects} as {slots.format}?"}
    progress: {en: Exporting now.}
  - {id: done, say: {en: The export is ready.}}
  - {id: end, end: resolved}
""",
    "status": """
name: status
title: {en: Look something up}
slots:
  number: {type: number, ask: {en: "Which number?"}}
steps:
  - {id: number, collect: number}
  - {id: look, action: look_up, arguments: {number: "{slots.number}"}, progress: {en: Looking it up.}, save_as: found}
  - {id: done, say: {en: "It is {results.found.number}."}, source: found}
  - {id: end, end: resolved}
""",
    "advance": """
name: advance
title: {en: An advance}
slots:
  amount: {type: money, ask: {en: "How much?"}}
steps:
  - {id: amount, collect: amount}
  - id: credit
    action: create_credit
    arguments: {amount: "{slots.amount}"}
    confirm: {en: "Give {slots.amount}?"}
    save_as: credit
    compensate:
      action: revoke_credit
      arguments: {number: "{results.credit.number}"}
      say: {en: "Credit {results.credit.number} is taken back."}
  - {id: send, action: send_link, arguments: {email: "{slots.amount}"}, confirm: {en: "And send it?"}}
  - {id: end, end: resolved}
""",
    "proof_later": """
name: proof_later
title: {en: Proof comes later}
steps:
  - id: credit
    action: create_credit
    arguments: {amount: "5"}
    confirm: {en: "Give 5?"}
    save_as: credit
    compensate:
      action: revoke_credit
      arguments: {number: "{results.credit.number}"}
      say: {en: "Credit {results.credit.number} is taken back."}
  - {id: who, verify: verified}
  - {id: end, end: resolved}
""",
    "note": """
name: note
title: {en: A note}
steps:
  - {id: leave, action: leave_note, arguments: {note: hello}, confirm: {en: "Leave it?"}}
  - {id: done, say: {en: "It is there."}}
  - {id: end, end: resolved}
""",
    "repair": """
name: repair
title: {en: A repair}
slots:
  fault: {type: text, ask: {en: "What is wrong?"}}
  place: {type: text, ask: {en: "Where did you lose it?"}}
steps:
  - {id: fault, collect: fault}
  - id: by_fault
    branch:
      - {when: {slot: slots.fault, operator: equals, value: lost}, go: place}
  - {id: mend, action: create_credit, arguments: {amount: "{slots.fault}"}, confirm: {en: "Mend it: {slots.fault}?"}}
  - {id: end, end: resolved}
  - {id: place, collect: place}
  - {id: end_lost, end: unresolved}
""",
    "secret": """
name: secret
title: {en: A secret}
steps:
  - {id: who, verify: verified}
  - {id: done, say: {en: "The secret is out."}}
  - {id: end, end: resolved}
""",
}


class ScriptedUnderstanding:
    """Proposes what was laid down for a text, and remembers all that a model was shown."""

    def __init__(self) -> None:
        self.script: dict[str, Sequence[Command]] = {}
        self.latest: Sequence[Command] = ()
        self.emotions: dict[str, Emotion] = {}
        self.seen: list[UnderstandingRequest] = []
        self.pause: asyncio.Event | None = None
        self.fail = 0
        self.priorities = [3]
        self.language = "en"

    async def understand(self, request: UnderstandingRequest) -> Understanding:
        self.seen.append(request)
        if self.pause:
            await self.pause.wait()
        if self.fail:
            self.fail -= 1
            raise RuntimeError("the model broke")
        script = self.script.get(request.text, self.latest)
        commands = [_resolved(one, request) for one in script]
        return Understanding(
            language=self.language,
            language_confidence=1.0,
            segments=tuple(
                Segment(start=0, end=len(request.text), text=request.text, priority=priority)
                for priority in self.priorities
            ),
            entities=(),
            emotion=self.emotions.get(request.text, Emotion()),
            proposals=tuple(
                Proposal(
                    command=one,
                    confidence=0.9,
                    reason="scripted",
                    proposer="script",
                    segment=index if len(self.priorities) > 1 else 0,
                )
                for index, one in enumerate(commands)
            ),
        )

    def prefill(self, request: UnderstandingRequest, slots: Sequence[ExpectedSlot], words: str) -> tuple[SetSlot, ...]:
        return ()

    def read_value(self, slot: ExpectedSlot, text: str, tokens: Mapping[str, str], time_zone: str) -> str | None:
        now = datetime.now(UTC)
        return exact_value(slot, text, find_entities(text, tokens, now), now.date())

    async def intents(self, tenant_id: TenantId) -> Mapping[str, IntentDefinition]:
        return {
            "price": IntentDefinition(
                name="price", title={"en": "see prices"}, target=IntentTarget(knowledge=True), examples=()
            ),
            "credit": IntentDefinition(
                name="credit", title={"en": "request a credit"}, target=IntentTarget(procedure="credit"), examples=()
            ),
        }


def _resolved(command: Command, request: UnderstandingRequest) -> Command:
    """`?` stands for whatever confirmation, address or topic is open."""
    context, values = request.context, command.model_dump()
    if values.get("confirmation") == "?":
        values["confirmation"] = context.confirmation or "none"
    if values.get("topic") == "?":
        values["topic"] = context.paused[0].id
    if values.get("value") == "?":
        values["value"] = next(iter(request.tokens))
    return type(command).model_validate(values)


@dataclass
class SmallOrg:
    """Records by key; `plan` says what happens to the next calls: done, lost_answer, not_sent, refused. `blind`: nothing can be
    looked up."""

    records: dict[str, dict[str, object]] = field(default_factory=dict)
    calls: list[ActionCall] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    hang: asyncio.Event | None = None
    blind: bool = False
    records_of_outcomes: bool = True
    values: dict[str, Scalar] = field(default_factory=lambda: {"number": "00001001"})

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return DEFINITIONS

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        self.calls.append(call)
        if self.hang:
            await self.hang.wait()
        how = self.plan.pop(0) if self.plan else "done"
        if how == "not_sent":
            return ActionOutcome(status=ActionStatus.NOT_SENT, code="org_unavailable")
        if how == "refused":
            return ActionOutcome(status=ActionStatus.FAILED, code="refused")
        if how != "lost_request":
            self.records.setdefault(call.key, dict(call.arguments))
        if how in ("lost_answer", "lost_request"):
            return ActionOutcome(status=ActionStatus.UNCERTAIN, code="no_answer")
        return self._done(call)

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        if self.blind:
            return ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain")
        if call.key in self.records:
            return self._done(call)
        return ActionOutcome(status=ActionStatus.FAILED, code="not_done")

    def _done(self, call: ActionCall) -> ActionOutcome:
        if call.action == "send_verification_code":
            return ActionOutcome(status=ActionStatus.SUCCEEDED, code="sent")
        kind = "Case" if call.action == "hand_over_case" else "Credit__c"
        record = RecordReference(type=kind, id="500000000000001AAA", label="00001001")
        records = (record,) if self.records_of_outcomes else ()
        return ActionOutcome(status=ActionStatus.SUCCEEDED, code="done", values=self.values, records=records)


class OneArticle:
    """Knows what prices are, and nothing else. `disagreeing`: what another article says. `procedures`: those about a code. `choices`: what
    a question about reports may be about; `asked`: all that was asked."""

    def __init__(self) -> None:
        self.disagreeing: tuple[CitedSentence, ...] = ()
        self.procedures: tuple[str, ...] = ()
        self.choices: tuple[Choice, ...] = ()
        self.asked: list[Question] = []

    async def answer(self, tenant_id: TenantId, question: Question, min_confidence: float) -> KnowledgeAnswer:
        self.asked.append(question)
        if self.choices and "report" in question.text:
            return self._about_reports(question.chosen)
        if "price" not in question.text:
            return KnowledgeAnswer(sentences=(), confidence=0.1, hits=(), near=())
        sentence = CitedSentence(
            text="The price is 10 euros.", kind="text", article_id=ArticleId(uuid4()), version=1, title="Prices"
        )
        return KnowledgeAnswer(
            sentences=(sentence,),
            confidence=0.9,
            hits=(),
            disagreeing=self.disagreeing,
            procedures=self.procedures,
        )

    def _about_reports(self, chosen: Choice | None) -> KnowledgeAnswer:
        said = tuple(
            CitedSentence(
                text=f"About {one.label}.", kind="text", article_id=one.article_id, version=1, title=one.label
            )
            for one in self.choices
        )
        if chosen is None:
            return KnowledgeAnswer(sentences=(), confidence=0.5, hits=(), near=said, choices=self.choices)
        sentences = tuple(one for one in said if one.article_id == chosen.article_id)
        return KnowledgeAnswer(sentences=sentences, confidence=0.9, hits=())

    def supports(self, sentence: str, source: str) -> bool:
        return sentence == source


@dataclass
class World:
    """One conversation, and everything around it."""

    tenant: Tenant
    database: Database
    clock: ManualClock
    log: EventLog
    service: ConversationService
    desk: OperatorDesk
    understanding: ScriptedUnderstanding
    org: SmallOrg
    knowledge: OneArticle
    ports: Ports
    settings: Settings
    engine: Engine
    key: ConversationKey

    @property
    def principal(self) -> Principal:
        return system(self.tenant.id, "test")

    async def write(self, text: str, *commands: Command, emotion: Emotion | None = None) -> Accepted:
        """A customer's message, accepted and not yet worked on."""
        self.understanding.script[text] = self.understanding.latest = commands
        if emotion:
            self.understanding.emotions[text] = emotion
        return await self.service.accept(self.key, text, str(uuid4()), 8000)

    async def say(self, text: str, *commands: Command, emotion: Emotion | None = None) -> str:
        """A customer's message and the agent's reply to it."""
        await self.write(text, *commands, emotion=emotion)
        before = len(await self.replies())
        await self.engine.run(self.key)
        return "\n".join((await self.replies())[before:])

    async def fill_in(self, **values: str) -> str:
        """A form that is sent, and the agent's reply to it."""
        await self.send_form(**values)
        before = len(await self.replies())
        await self.engine.run(self.key)
        return "\n".join((await self.replies())[before:])

    async def send_form(self, **values: str) -> Accepted:
        return await self.service.accept(self.key, "", str(uuid4()), 8000, values)

    async def last_reply(self) -> ReplySent:
        return [one.event for one in await self.entries() if isinstance(one.event, ReplySent)][-1]

    async def last_report(self) -> TurnReport:
        return [one.event for one in await self.entries() if isinstance(one.event, TurnFinished)][-1].report

    async def open(self) -> ConversationKey:
        """One more conversation of the same company."""
        key, _ = await self.service.open(
            self.principal, self.tenant, language="en", time_zone="UTC", page="", consents={}, most_active=10_000,
            greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
        )  # fmt: skip
        return key

    async def entries(self) -> tuple[LoggedEvent, ...]:
        return await self.log.history(self.key)

    async def replies(self) -> list[str]:
        return [
            "\n".join(part.text for part in one.event.parts)
            for one in await self.entries()
            if isinstance(one.event, ReplySent)
        ]

    async def state(self) -> State:
        return fold(State(), await self.entries())

    async def kinds(self) -> list[str]:
        return [one.event.kind for one in await self.entries()]

    async def dead_letters(self) -> list[DeadLetter]:
        """Of this conversation, settled ones too."""
        found = await self.desk.dead_letters(self.principal, open_only=False)
        return [one for one in found if one.conversation_id == self.key.conversation_id]

    def another_process(self) -> Engine:
        return Engine(self.ports, self.settings)


@pytest.fixture(scope="session")
def key_encryption_key(tmp_path_factory: pytest.TempPathFactory) -> KeyEncryptionKey:
    """One for all tests, as they share one database."""
    return KeyEncryptionKey.load(tmp_path_factory.mktemp("secrets") / "key")


@pytest.fixture
async def world(
    cluster: Cluster,
    database: Database,
    tenants: TenantService,
    key_encryption_key: KeyEncryptionKey,
) -> AsyncIterator[World]:
    tenant = await tenants.save(f"world-{uuid4()}", "First Company", TenantProfile(languages=("en", "de")))
    clock = ManualClock(datetime.now(UTC))
    settings = Settings(lease_seconds=1.0, action_timeout_seconds=2.0)
    live = LiveEvents()
    sealer = Sealer(key_encryption_key)
    log = EventLog(database, sealer, clock, live, settings.lease_seconds)
    procedures = ProcedureService()
    async with database.begin(system(tenant.id)) as tx:
        loaded = [load_text(text, source=f"{name}.yaml", actions=DEFINITIONS) for name, text in PROCEDURES.items()]
        await procedures.install(tx, tenant.id, [*loaded, *load_builtin(DEFINITIONS)])
    understanding, org, knowledge = ScriptedUnderstanding(), SmallOrg(), OneArticle()
    ports = Ports(
        log=log,
        typing=live,
        tenants=tenants,
        masker=PersonalDataMasker(),
        understanding=understanding,
        knowledge=knowledge,
        procedures=TenantProcedures(database, procedures),
        actions=org,
    )
    writer = LogWriter(sealer, log, clock)
    service = ConversationService(database, sealer, log, writer, live, clock)
    desk = OperatorDesk(database, sealer, writer, live, clock)
    key, _ = await service.open(
        system(tenant.id), tenant, language="en", time_zone="UTC", page="", consents={}, most_active=10_000,
        greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
    )  # fmt: skip
    yield World(
        tenant,
        database,
        clock,
        log,
        service,
        desk,
        understanding,
        org,
        knowledge,
        ports,
        settings,
        Engine(ports, settings),
        key,
    )
