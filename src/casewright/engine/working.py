"""A turn at work: its state so far, its unsent parts, its events not yet committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from casewright.conversations.errors import DecidedMeanwhile, LogMoved
from casewright.conversations.models import (
    ApprovalAsked,
    ApprovalId,
    Claim,
    ClarificationAsked,
    ConfirmationAsked,
    Event,
    Expects,
    FormField,
    IdentityClaimed,
    IdentityProved,
    InboxView,
    KnownIdentity,
    LoggedEvent,
    MessageId,
    MessageReceived,
    Mode,
    ModeChanged,
    NewApproval,
    Part,
    PartKind,
    PartSent,
    QuickReply,
    ReplyBegun,
    ReplySent,
    Source,
    StageTime,
    Trigger,
    TriggerKind,
    TurnCommit,
    TurnFinished,
    TurnId,
    TurnReport,
)
from casewright.engine.fold import apply, change, fold
from casewright.engine.models import STATE_VERSION, State
from casewright.engine.ports import Ports
from casewright.engine.tone import opening
from casewright.engine.wording import say
from casewright.kit.ids import new_id
from casewright.kit.principal import Assurance
from casewright.kit.telemetry import span
from casewright.security.models import Vault
from casewright.settings import Settings, Thresholds
from casewright.tenants.models import Tenant
from casewright.understanding.models import Understanding, UnderstandingRequest

TAKE_UP_AFTER = timedelta(seconds=10)
"""When a WRITE without an end is looked at again."""


class Superseded(Exception):
    """A newer message, or a person's decision, came before anything had gone out: the turn begins anew and knows of it."""


class TakenOver(Exception):
    """A person took the conversation over: whatever the agent was about to say is dropped."""


@dataclass
class Draft:
    """A part that is not sent yet. `text` may hold tokens for personal data."""

    text: str
    kind: PartKind
    sources: tuple[Source, ...] = ()


@dataclass
class Turn:
    """`irrevocable`: something has gone out or an action was requested, so a newer message has to wait. `helped`: whether
    this turn was of use; None: it asked back, which is neither. `digressed`: it dealt with something else than what had been
    asked. `fields`: what the reply asks for, or its confirmation rests on; `unusable`: the slots whose values in a form are none."""

    ports: Ports
    settings: Settings
    tenant: Tenant
    claim: Claim
    state: State
    triggers: tuple[Trigger, ...]
    id: TurnId = field(default_factory=lambda: TurnId(new_id()))
    reply_id: MessageId = field(default_factory=lambda: MessageId(new_id()))
    irrevocable: bool = False
    request: UnderstandingRequest | None = None
    understanding: Understanding | None = None
    drafts: list[Draft] = field(default_factory=list)
    sent: list[Part] = field(default_factory=list)
    quick_replies: list[QuickReply] = field(default_factory=list)
    expects: Expects | None = None
    fields: tuple[FormField, ...] = ()
    unusable: tuple[str, ...] = ()
    openers: list[str] = field(default_factory=list)
    helped: bool | None = True
    asks_if_solved: bool = False
    opened: bool = False
    digressed: bool = False
    approvals: list[NewApproval] = field(default_factory=list)
    withdrawn_approvals: list[ApprovalId] = field(default_factory=list)
    identities: list[KnownIdentity] = field(default_factory=list)
    report: TurnReport = field(default_factory=TurnReport)
    stages: list[StageTime] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    consumed: tuple[UUID, ...] = ()
    more_waits: bool = False
    message_ids: tuple[MessageId, ...] = ()

    def __post_init__(self) -> None:
        self._base = self.state
        self._seq = self.claim.seq
        self.consumed = tuple(trigger.id for trigger in self.triggers)
        self.message_ids = tuple(one.message_id for one in self.triggers if one.message_id)
        if begun := self.state.open_reply:
            self.reply_id, self.message_ids, self.sent = begun.reply_id, begun.message_ids, list(begun.parts)
            self.irrevocable = True
        self.report = change(self.report, topics_before=self.state.views())

    def begun_anew(self) -> "Turn":
        """The same work from the last commit on, with nothing of what this attempt had in hand."""
        claim = replace(self.claim, seq=self._seq)
        triggers = self.triggers if self.consumed else ()
        return Turn(self.ports, self.settings, self.tenant, claim, self._base, triggers, id=self.id)

    # --- what it stands on ---

    @property
    def now(self) -> datetime:
        return self.claim.now

    @property
    def thresholds(self) -> Thresholds:
        own = self.tenant.profile.thresholds
        common = self.settings.thresholds
        return common.model_copy(update=own.model_dump(exclude_none=True)) if own else common

    @property
    def vault(self) -> Vault:
        return Vault.model_validate({"values": self.state.vault})

    @property
    def text(self) -> str:
        """What the customer wrote: all messages of this turn, oldest first; of very much, the newest."""
        joined = "\n".join(one.text for one in self.triggers if one.kind is TriggerKind.MESSAGE and not one.form)
        return joined[-self.settings.max_message_characters :]

    @property
    def form(self) -> dict[str, str]:
        """What the customer filled in, by slot; of several forms, the newest value."""
        return {slot: value for one in self.triggers for slot, value in one.form.items()}

    # --- what it does ---

    def emit(self, event: Event) -> None:
        """Adds an event; the state is the fold over it at once."""
        self.events.append(event)
        self.identities += _identities_in(event, self.state)
        self.state = apply(self.state, LoggedEvent(seq=self.state.seq + 1, at=self.now, turn_id=self.id, event=event))

    def say(self, text: str, kind: PartKind = "notice", sources: tuple[Source, ...] = ()) -> None:
        if text.strip():
            self.drafts.append(Draft(text.strip(), kind, sources))

    def phrase(self, key: str, kind: PartKind = "notice", *, language: str | None = None, **values: object) -> None:
        """Says something of the agent's own, in the conversation's language unless another is given."""
        self.say(self.wording(key, language=language, **values), kind)

    def wording(self, key: str, *, language: str | None = None, **values: object) -> str:
        said = (*self.state.openers, *self.openers)
        text, variant = say(key, language or self.state.language, avoid=said, values=values)
        self.openers.append(variant)
        return text

    def label(self, key: str, **values: object) -> str:
        """The words of a button, which never vary."""
        return say(key, self.state.language, values=values)[0]

    def offer(self, label: str, text: str | None = None) -> None:
        reply = QuickReply(label=label, text=text or label)
        if reply not in self.quick_replies:
            self.quick_replies.append(reply)

    def note(self, **values: object) -> None:
        """Adds to the turn's report."""
        self.report = change(self.report, **values)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        measured = span(name)
        try:
            with measured:
                yield
        finally:
            ms, cpu_ms = round(measured.seconds * 1000, 2), round(measured.cpu_seconds * 1000, 2)
            self.stages.append(StageTime(name=name, ms=ms, cpu_ms=cpu_ms))

    def uncommitted(self) -> list[LoggedEvent]:
        """What this turn has brought about and not yet committed."""
        return [LoggedEvent(seq=self._seq, at=self.now, turn_id=self.id, event=event) for event in self.events]

    def open_with_feeling(self) -> None:
        """Puts what the customer's mood asks for before everything else, once a turn."""
        if self.opened or self.understanding is None or not (self.drafts or self.sent):
            return
        self.opened = True
        asking = bool(self.drafts) and self.drafts[0].kind == "question"
        answering = any(draft.kind in ("answer", "result") for draft in self.drafts)
        keys = opening(self.state, handing_over=self.state.mode is Mode.HUMAN, asking=asking, answering=answering)
        self.drafts = [*(Draft(self.wording(key), "empathy") for key in keys), *self.drafts]

    # --- committing ---

    async def flush(self) -> None:
        """Commits what has happened so far, and sends the parts that are ready; from here on nothing is taken back."""
        self.open_with_feeling()
        if self.state.open_reply is None:
            self.emit(ReplyBegun(reply_id=self.reply_id, message_ids=self.message_ids))
        for part in self.take_drafts():
            self.emit(PartSent(reply_id=self.reply_id, index=len(self.sent), part=part))
            self.sent.append(part)
        await self._commit(final=False)
        self.irrevocable = True

    async def finish(self) -> None:
        """The last commit of the turn."""
        await self._commit(final=True)

    def take_drafts(self) -> list[Part]:
        """The parts not yet sent, with personal data restored."""
        drafts, self.drafts = self.drafts, []
        vault = self.vault
        return [
            Part(text=self.ports.masker.unmask(one.text, vault), kind=one.kind, sources=one.sources) for one in drafts
        ]

    async def _commit(self, *, final: bool) -> None:
        while True:
            commit = TurnCommit(
                turn_id=self.id,
                expected_seq=self._seq,
                at=self.now,
                events=tuple(self.events),
                snapshot=self.state.model_dump_json().encode(),
                snapshot_version=STATE_VERSION,
                consumed=self.consumed,
                inbox=self._inbox_view(),
                due_at=next_look(self.state, self.now),
                final=final,
                gives_way=not self.irrevocable,
                approvals=tuple(self.approvals),
                withdrawn_approvals=tuple(self.withdrawn_approvals),
                identities=tuple(self.identities),
            )
            try:
                self.more_waits = await self.ports.log.commit(self.claim, commit)
                break
            except LogMoved as moved:
                self._take_in(moved.entries)
            except DecidedMeanwhile:
                raise Superseded from None
        self._base, self._seq = self.state, self.state.seq
        self.events.clear()
        self.approvals.clear()
        self.withdrawn_approvals.clear()
        self.identities.clear()
        self.consumed = ()

    def _take_in(self, entries: tuple[LoggedEvent, ...]) -> None:
        """Others wrote meanwhile. Raises `Superseded` or `TakenOver` where this turn has to give way."""
        happened = [entry.event for entry in entries]
        if any(isinstance(event, ModeChanged) and event.mode is Mode.HUMAN for event in happened):
            if not self.irrevocable:
                raise TakenOver
            self._fall_silent()
        if any(isinstance(event, MessageReceived) for event in happened) and not self.irrevocable:
            raise Superseded
        self._base = fold(self._base, entries)
        self._seq = self._base.seq
        state = self._base
        for event in self.events:
            state = apply(state, LoggedEvent(seq=state.seq + 1, at=self.now, turn_id=self.id, event=event))
        self.state = state

    def _fall_silent(self) -> None:
        """A person has the conversation now: what was done is recorded, and nothing more is said or asked."""
        self.drafts.clear()
        kept: list[Event] = []
        for event in self.events:
            match event:
                case ConfirmationAsked() | ApprovalAsked() | ClarificationAsked():
                    continue
                case ReplySent() if not self.sent:
                    continue
                case ReplySent():
                    nothing = {"quick_replies": (), "expects": None, "fields": (), "silence_due": None}
                    kept.append(change(event, parts=tuple(self.sent), **nothing))
                case TurnFinished():
                    sent = bool(self.sent)
                    result = "replied" if sent else "human"
                    kept.append(
                        change(event, result=result, mode=Mode.HUMAN, reply_id=event.reply_id if sent else None)
                    )
                case _:
                    kept.append(event)
        self.events = kept
        self.approvals.clear()

    def _inbox_view(self) -> InboxView:
        state = self.state
        topic = state.active or (state.topics[-1] if state.topics else None)
        replied = [event for event in self.events if isinstance(event, ReplySent)]
        return InboxView(
            mode=state.mode,
            status=state.status,
            outcome=state.outcome,
            language=state.language,
            reason=state.hand_over_reason,
            frustration=state.frustration,
            topic=topic.title if topic else None,
            last_message=" ".join(part.text for part in replied[-1].parts) if replied and replied[-1].parts else None,
            case=state.case,
            pending_approvals=sum(1 for one in state.approvals if one.approved is None),
        )


def _identities_in(event: Event, state: State) -> list[KnownIdentity]:
    """By what the person behind the conversation can be known again."""
    match event:
        case IdentityClaimed(token=token) if token in state.vault:
            return [KnownIdentity("email", state.vault[token], Assurance.CLAIMED)]
        case IdentityProved(assurance=assurance, contact_id=contact_id):
            address = state.vault.get(state.identity.email_token or "")
            known = [KnownIdentity("contact", contact_id, assurance)] if contact_id else []
            return [*known, *([KnownIdentity("email", address, assurance)] if address else [])]
        case _:
            return []


def next_look(state: State, now: datetime) -> datetime | None:
    """When the conversation wants to be looked at again, though nothing comes in."""
    if state.action:
        return now + TAKE_UP_AFTER
    return min((one for one in (state.silence_due, state.hand_over_due) if one), default=None)
